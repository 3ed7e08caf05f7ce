"""Answering owners: replies to comments, public answers, alarms; the side of the staff."""
