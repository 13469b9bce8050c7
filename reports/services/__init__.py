"""The writers of schemes, months, figures and corrections, by noun."""
