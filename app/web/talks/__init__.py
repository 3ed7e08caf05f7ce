"""Pages of talks, forum words, activities, outside contacts and reports to authorities."""
