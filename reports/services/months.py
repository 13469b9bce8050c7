"""A month's way: open, published inside, closed (R7)."""

from collections.abc import Collection, Sequence
from typing import Final

from django.db import transaction
from django.db.models.functions import Now

from accounts.jobs import job_request
from accounts.models import Job, User
from accounts.services import audit_add_each
from outlets.models import Unit
from outlets.months import Month
from reports.closing import CLOSED, OPEN, PROVISIONAL, check_move
from reports.models import MonthClose
from reports.services.rollup import figures_compute, months_locked, schemes_renew

ROLLUP: Final = "rollup"
CLOSE: Final = "close"
# Branches of one job; more branches are more jobs, for as many workers as there are.
CHUNK: Final = 25


@transaction.atomic
def month_open(*, branch: Unit, month: Month) -> MonthClose:
    """The month's record, opened with the scheme in force when there is none yet."""
    (record,) = months_locked([branch.pk], month)
    return record


@transaction.atomic
def month_publish(*, branch: Unit, month: Month, actor: User | None) -> MonthClose:
    """Roll up and publish inside, so that appeals can run; IllegalTransition when not open."""
    (record,) = months_locked([branch.pk], month)
    check_move(record.state, PROVISIONAL)
    figures_compute([record], month)
    _move([record], PROVISIONAL)
    _audit("month.publish", [record], month, actor)
    return record


@transaction.atomic
def month_close(*, branch: Unit, month: Month, actor: User | None) -> MonthClose:
    """Roll up one last time and freeze; IllegalTransition unless published inside before."""
    (record,) = months_locked([branch.pk], month)
    check_move(record.state, CLOSED)
    _freeze([record], month, actor)
    _audit("month.close", [record], month, actor)
    return record


@transaction.atomic
def months_close(
    *, branch_ids: Collection[int], month: Month, actor: User | None
) -> list[MonthClose]:
    """Close the month of many branches, those still open by way of publication.

    Branches closed before are left alone, so that it may be repeated. The ones closed now.
    """
    records = [each for each in months_locked(branch_ids, month) if each.state != CLOSED]
    unpublished = [record for record in records if record.state == OPEN]
    if unpublished:
        schemes_renew(unpublished, month)
        _move(unpublished, PROVISIONAL)
    _freeze(records, month, actor)
    # Last, because every entry holds the lock of the whole trail until the transaction ends.
    _audit("month.publish", unpublished, month, actor)
    _audit("month.close", records, month, actor)
    return records


@transaction.atomic
def job_for_months(
    *, kind: str, branches: Sequence[Unit], month: Month, actor: User | None
) -> list[Job]:
    """Ask for a roll-up or a close: one branch is a job of its own, many are jobs by chunks."""
    jobs = []
    for start in range(0, len(branches), CHUNK):
        chunk = branches[start : start + CHUNK]
        ends = dict.fromkeys([chunk[0].code, chunk[-1].code])
        jobs.append(
            job_request(
                kind=kind,
                scope="–".join(ends)[:64],
                period=str(month),
                actor=actor,
                params={"branches": [branch.pk for branch in chunk]},
            )
        )
    return jobs


def _freeze(records: Sequence[MonthClose], month: Month, actor: User | None) -> None:
    figures_compute(records, month, freeze=True)
    _move(records, CLOSED, actor)


def _move(records: Sequence[MonthClose], state: str, actor: User | None = None) -> None:
    closing = {"closed_at": Now(), "closed_by": actor} if state == CLOSED else {}
    rows = MonthClose.objects.filter(pk__in=[record.pk for record in records])
    rows.update(state=state, **closing)
    for record, fresh in zip(records, rows.order_by("branch_id"), strict=True):
        record.state = fresh.state
        record.closed_at, record.closed_by = fresh.closed_at, actor if closing else None


def _audit(event: str, records: Sequence[MonthClose], month: Month, actor: User | None) -> None:
    audit_add_each(
        event=event,
        actor=actor,
        acts=[
            (
                f"{record.branch.short_name} {month.label}",
                {
                    "branch": record.branch.code,
                    "month": str(month),
                    "scheme": record.scheme.label,
                },
            )
            for record in records
        ],
    )
