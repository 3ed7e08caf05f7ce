"""The index of all documents."""
