"""What of accounts a user may see, by noun."""
