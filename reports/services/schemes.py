"""Competition schemes: drafted, published, frozen; and which one a month goes by (S02, R3)."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.refusals import Refused
from accounts.services import audit_add
from outlets.models import Unit
from outlets.months import Month
from reports.models import MonthClose, SchemeVersion, Season
from reports.scheme import DEFAULT_SCHEME, SchemeRules
from reports.services.locks import branches_lock

DEFAULT_LABEL: Final = "初始办法"


class SchemeError(Refused):
    """A scheme cannot be drafted or published as asked."""


def schemes_in_force(branch_ids: Collection[int], month: Month) -> dict[int, SchemeVersion]:
    """The scheme each branch's month goes by: the latest published one from on or before it.

    A month before a branch's first scheme goes by that first one; a branch without any gets the
    numbers that ship, from this month on. The caller holds the branches' locks.
    """
    found: dict[int, SchemeVersion] = {}
    published = SchemeVersion.objects.filter(
        branch_id__in=branch_ids, published_at__isnull=False
    ).order_by("branch_id", "effective_from")
    for version in published:
        if version.branch_id not in found or version.effective_from <= month.first:
            found[version.branch_id] = version
    missing = [
        SchemeVersion(
            branch_id=branch_id,
            label=DEFAULT_LABEL,
            effective_from=month.first,
            rules=DEFAULT_SCHEME.to_json(),
            published_at=timezone.now(),
        )
        for branch_id in branch_ids
        if branch_id not in found
    ]
    for version in SchemeVersion.objects.bulk_create(missing):
        found[version.branch_id] = version
    return found


@transaction.atomic
def scheme_draft(
    *, branch: Unit, label: str, month: Month, rules: SchemeRules, actor: User
) -> SchemeVersion:
    """Keep a new version as a draft; SchemeError when its month cannot take it any more."""
    _check_month(branch.pk, month)
    try:
        with transaction.atomic():
            version = SchemeVersion.objects.create(
                branch=branch, label=label, effective_from=month.first, rules=rules.to_json()
            )
    except IntegrityError as error:
        raise SchemeError(f"已有名为“{label}”的办法，或已有自{month.label}起的办法") from error
    _audit("scheme.draft", version, actor)
    return version


@transaction.atomic
def scheme_revise(
    *, version: SchemeVersion, label: str, month: Month, rules: SchemeRules, actor: User
) -> SchemeVersion:
    """Change a draft; SchemeError once it is published."""
    _check_month(version.branch_id, month)
    changed: Mapping[str, Any] = {
        "label": label,
        "effective_from": month.first,
        "rules": rules.to_json(),
    }
    try:
        with transaction.atomic():
            drafts = SchemeVersion.objects.filter(pk=version.pk, published_at=None)
            if not drafts.update(**changed):
                raise SchemeError("办法已经发布，不能再修改")
    except IntegrityError as error:
        raise SchemeError(f"已有名为“{label}”的办法，或已有自{month.label}起的办法") from error
    version.refresh_from_db()
    _audit("scheme.revise", version, actor)
    return version


@transaction.atomic
def scheme_delete(*, version: SchemeVersion, actor: User) -> None:
    """Throw a draft away; SchemeError once it is published."""
    deleted, _ = SchemeVersion.objects.filter(pk=version.pk, published_at=None).delete()
    if not deleted:
        raise SchemeError("办法已经发布，不能删除")
    _audit("scheme.delete", version, actor)


@transaction.atomic
def scheme_publish(*, version: SchemeVersion, actor: User) -> list[Month]:
    """Freeze a draft and put it in force; the open months it now governs, to be rolled up anew."""
    branches_lock([version.branch_id])
    month = Month.of(version.effective_from)
    _check_month(version.branch_id, month)
    drafts = SchemeVersion.objects.filter(pk=version.pk, published_at=None)
    if not drafts.update(published_at=timezone.now(), published_by=actor):
        raise SchemeError("办法已经发布")
    version.refresh_from_db()
    _audit("scheme.publish", version, actor)
    touched = MonthClose.objects.filter(
        branch_id=version.branch_id, month__gte=month.first, state=MonthClose.State.OPEN
    )
    return [Month.of(day) for day in touched.order_by("month").values_list("month", flat=True)]


@transaction.atomic
def season_create(*, branch: Unit, name: str, first: Month, last: Month, actor: User) -> Season:
    """A competition over these months (S18); SchemeError when it overlaps another."""
    if last < first:
        raise SchemeError("赛季末月不能早于首月")
    clash = Season.objects.filter(
        branch=branch, first_month__lte=last.first, last_month__gte=first.first
    ).first()
    if clash is not None:
        raise SchemeError(f"与“{clash}”的月份重叠")
    if Season.objects.filter(branch=branch, name=name).exists():
        raise SchemeError(f"已有名为“{name}”的赛季")
    season = Season.objects.create(
        branch=branch, name=name, first_month=first.first, last_month=last.first
    )
    audit_add(event="season.create", actor=actor, subject=name, first=str(first), last=str(last))
    return season


def _check_month(branch_id: int, month: Month) -> None:
    fixed = MonthClose.objects.filter(branch_id=branch_id, month__gte=month.first).exclude(
        state=MonthClose.State.OPEN
    )
    if row := fixed.order_by("-month").first():
        raise SchemeError(
            f"{Month.of(row.month).label}{row.get_state_display()}，新办法只能自其后的月份起施行"
        )


def _audit(event: str, version: SchemeVersion, actor: User) -> None:
    audit_add(
        event=event,
        actor=actor,
        subject=version.label,
        month=f"{version.effective_from:%Y-%m}",
    )
