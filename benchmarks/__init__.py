"""What the performance figures are measured with: `make bench` prints every line.

Each figure is a ratio taken in one run on one machine against the thing it names.
"""
