"""Cases after the answers: steps, hand-over, triage, praise, lists, capacity."""
