"""What happened with a case: its events, notes, contacts taken back, praise, printed lists."""
