"""The writers of letters."""
