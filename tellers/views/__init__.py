"""Pages of tellers' records, by noun."""
