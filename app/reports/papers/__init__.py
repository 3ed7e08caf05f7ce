"""What is printed about results, as blocks with ids: the same blocks on paper and when verified."""
