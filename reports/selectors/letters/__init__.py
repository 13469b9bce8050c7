"""Statistics of letters: counts, inquiries that carry risk, rates; a constant number of statements."""

from reports.selectors.letters.counts import (
    BEFORE,
    NOW,
    TREND,
    YEAR,
    Cell,
    Counts,
    Place,
    letter_counts,
    letters_since,
)
from reports.selectors.letters.rates import Rates, UnitRate, complaint_rates
from reports.selectors.letters.risks import Risk, Risks, risky_inquiries

__all__ = [
    "BEFORE",
    "NOW",
    "TREND",
    "YEAR",
    "Cell",
    "Counts",
    "Place",
    "Rates",
    "Risk",
    "Risks",
    "UnitRate",
    "complaint_rates",
    "letter_counts",
    "letters_since",
    "risky_inquiries",
]
