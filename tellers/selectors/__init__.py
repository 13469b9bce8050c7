"""What may be seen of teller records."""
