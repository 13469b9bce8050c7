"""Forms of inspections, by noun."""
