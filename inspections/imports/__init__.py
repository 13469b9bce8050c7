"""Files that come in, by noun."""
