"""Changing the patterns a branch reads its mail by; what cannot be used is refused with its reason."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.services import audit_add
from complaints.mail.extract import (
    FIELDS,
    MAX_PATTERNS,
    PatternInvalid,
    pattern_check,
)
from complaints.models import ExtractionPattern
from complaints.selectors.patterns import patterns_mark, patterns_of
from outlets.models import Unit


@transaction.atomic
def patterns_set(
    *, branch: Unit, patterns: Mapping[str, Sequence[str]], seen: str, actor: User
) -> None:
    """Replace the branch's patterns, all fields together, in the order given.

    `seen` is the mark (`patterns_mark`) of what the actor looked at. ValidationError, keyed by
    field, names patterns that cannot be used; keyed `seen` when somebody else was faster.
    """
    patterns_check(patterns)
    Unit.objects.select_for_update().get(pk=branch.pk)
    before = patterns_of(branch)
    if patterns_mark(before) != seen:
        raise ValidationError({"seen": "他人刚刚改过提取模式，请刷新后再改"})
    changed = [field for field in FIELDS if before[field] != list(patterns.get(field, ()))]
    if not changed:
        return
    ExtractionPattern.objects.filter(branch=branch).delete()
    ExtractionPattern.objects.bulk_create(
        ExtractionPattern(branch=branch, field=field, position=place, pattern=pattern)
        for field in FIELDS
        for place, pattern in enumerate(patterns.get(field, ()))
    )
    audit_add(
        event="letter.patterns",
        actor=actor,
        subject=branch.code,
        items=[FIELDS[field] for field in changed],
    )


@transaction.atomic
def patterns_reset(*, branch: Unit, actor: User) -> bool:
    """Go back to the patterns shipped; whether there were others."""
    deleted, _ = ExtractionPattern.objects.filter(branch=branch).delete()
    if deleted:
        audit_add(event="letter.patterns_reset", actor=actor, subject=branch.code)
    return bool(deleted)


def patterns_check(patterns: Mapping[str, Sequence[str]]) -> None:
    """ValidationError, keyed by field, unless every pattern can be used."""
    problems = {field: list(_problems(field, patterns.get(field, ()))) for field in FIELDS}
    wrong = {field: found for field, found in problems.items() if found}
    if wrong:
        raise ValidationError(wrong)


def _problems(field: str, patterns: Sequence[str]) -> list[str]:
    if not patterns:
        return [f"“{FIELDS[field]}”至少要有一条模式"]
    if len(patterns) > MAX_PATTERNS:
        return [f"“{FIELDS[field]}”最多{MAX_PATTERNS}条模式"]
    problems = []
    for place, pattern in enumerate(patterns, start=1):
        try:
            pattern_check(pattern)
        except PatternInvalid as error:
            problems.append(f"第{place}条：{error}")
    return problems
