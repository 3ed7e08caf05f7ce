"""The index of all documents the handbooks ask for, and those printed or exported here."""
