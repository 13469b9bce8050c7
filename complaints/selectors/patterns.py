"""The patterns a branch reads its mail by."""

import hashlib
from collections import defaultdict

from complaints.mail.extract import DEFAULTS, FIELDS
from complaints.models import ExtractionPattern
from outlets.models import Unit


def patterns_of(branch: Unit) -> dict[str, list[str]]:
    """The branch's own patterns by field, in their order; those shipped while it has none."""
    own: defaultdict[str, list[str]] = defaultdict(list)
    rows = ExtractionPattern.objects.filter(branch=branch).order_by("position", "id")
    for field, pattern in rows.values_list("field", "pattern"):
        own[field].append(pattern)
    shipped = {field: list(patterns) for field, patterns in DEFAULTS.items()}
    return {field: own[field] for field in FIELDS} if own else shipped


def has_own_patterns(branch: Unit) -> bool:
    """Whether somebody changed the branch's patterns."""
    return ExtractionPattern.objects.filter(branch=branch).exists()


def patterns_mark(patterns: dict[str, list[str]]) -> str:
    """A fingerprint, by which somebody who saves learns that others saved meanwhile."""
    return hashlib.sha256(repr(sorted(patterns.items())).encode()).hexdigest()[:16]
