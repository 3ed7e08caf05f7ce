"""The demo company: simulated owners who answer through the same gate as real ones."""
