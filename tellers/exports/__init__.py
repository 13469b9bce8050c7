"""Tellers' records as files, by noun."""
