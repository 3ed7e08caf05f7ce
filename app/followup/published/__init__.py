"""What owners are told afterwards: replies, public answers, and what they say to them."""
