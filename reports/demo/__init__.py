"""The demonstration branch: plainly fictional people in a branch shaped like a real one.

Deterministic: the same rows on every machine. The institutions named in the practice reports the
product grew from keep their names; the rest, all outlets and everybody in them are invented.
"""
