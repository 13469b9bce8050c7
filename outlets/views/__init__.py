"""Pages of outlets, by noun."""
