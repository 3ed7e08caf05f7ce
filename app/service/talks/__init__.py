"""Talks with the committee, forum words, activities, outside contacts, reports to authorities."""
