"""Planning a campaign: tasks and their days, talks with owners, clashes, approval. Kept empty."""
