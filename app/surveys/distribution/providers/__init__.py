"""The ways a message leaves the house, each in a provider's own format. Kept empty."""
