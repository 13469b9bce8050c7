"""What may be read of months and league tables, by noun."""
