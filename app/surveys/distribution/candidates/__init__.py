"""What decides whether a home of the frame gets a message."""
