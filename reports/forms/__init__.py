"""Forms of reports, by noun."""
