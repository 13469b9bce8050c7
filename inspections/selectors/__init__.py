"""What a user may see of this app, by noun."""
