"""Pages of inspections, by noun."""
