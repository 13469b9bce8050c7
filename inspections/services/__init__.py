"""The only writers of this app, by noun."""
