"""What is left in drafts nobody sent when a community is frozen."""
