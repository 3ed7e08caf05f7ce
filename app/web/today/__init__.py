"""Due today: what waits for the person who is signed in, one action each."""
