"""The writers of teller records."""
