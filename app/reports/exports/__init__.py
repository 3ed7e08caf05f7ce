"""Exports: answers, tables and key figures as files, ordered, sealed, logged and dropped again."""
