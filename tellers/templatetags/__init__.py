"""Tags of the pages of tellers' records."""
