"""Forms of tellers' records, by noun."""
