"""Rating periods: opened, computed as a job, shown for objection, final (S16, R8)."""

from datetime import date
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.jobs import job_request
from accounts.models import Job, User
from accounts.services import audit_add
from outlets.models import Unit
from outlets.selectors import working_calendar
from outlets.workdays import add_working_days
from tellers.models import Objection, StarAdjustment, StarPeriod, StarScheme
from tellers.services.ratings import tokens_give
from tellers.services.refusals import PeriodMoved, RecordRefused
from tellers.stars import StarRules, period_days

STARS: Final = "stars"
State = StarPeriod.State


@transaction.atomic
def period_open(*, branch: Unit, label: str, scheme: StarScheme, actor: User | None) -> StarPeriod:
    """Open a period (`2011`, `2011Q4`) that goes by a published scheme.

    InvalidPeriod for a label that is none; RecordRefused for a draft, or a period there is already.
    """
    first, last = period_days(label)
    if scheme.published_at is None or scheme.branch_id != branch.pk:
        raise RecordRefused("只能按本分行已发布的办法评定")
    try:
        with transaction.atomic():
            period = StarPeriod.objects.create(
                branch=branch, label=label, first_day=first, last_day=last, scheme=scheme
            )
    except IntegrityError as error:
        raise RecordRefused(f"评定周期{label}已经建立") from error
    audit_add(event="stars.period_open", actor=actor, subject=label, scheme=scheme.label)
    return period


@transaction.atomic
def period_compute_request(*, period: StarPeriod, actor: User | None) -> Job:
    """Ask for the period to be rated anew; PeriodMoved once its stars have been shown."""
    locked = period_lock(period, (State.OPEN, State.COMPUTED), "测算")
    audit_add(event="stars.compute", actor=actor, subject=locked.label)
    return job_request(
        kind=STARS,
        scope=str(locked.branch_id),
        period=locked.label,
        actor=actor,
        params={"periods": [locked.pk]},
    )


@transaction.atomic
def period_show(*, period: StarPeriod, actor: User | None, today: date | None = None) -> StarPeriod:
    """Show the stars for objection for as many working days as the scheme says.

    RecordRefused while an adjustment waits for its second signature.
    """
    locked = period_lock(period, (State.COMPUTED,), "公示")
    if StarAdjustment.objects.filter(rating__period=locked, state="PROPOSED").exists():
        raise RecordRefused("还有星级调整等待复核，复核后才能公示")
    rules = StarRules.from_json(locked.scheme.rules)
    day = today or timezone.localdate()
    until = add_working_days(day, rules.objection_days, working_calendar())
    _move(locked, State.COMPUTED, State.PUBLIC, public_on=day, objections_until=until)
    audit_add(event="stars.show", actor=actor, subject=locked.label, last=until.isoformat())
    return locked


@transaction.atomic
def period_finish(
    *, period: StarPeriod, actor: User | None, today: date | None = None
) -> StarPeriod:
    """Make the stars final and give each its public page; RecordRefused before that may be."""
    locked = period_lock(period, (State.PUBLIC,), "生效")
    day = today or timezone.localdate()
    if locked.objections_until is not None and day <= locked.objections_until:
        raise RecordRefused(f"公示到{locked.objections_until}为止，期满后才能生效")
    pending = Objection.objects.filter(rating__period=locked, decision="PENDING").count()
    if pending:
        raise RecordRefused(f"还有{pending}件异议没有处理，处理后才能生效")
    _move(locked, State.PUBLIC, State.FINAL, final_on=day)
    tokens_give(locked)
    audit_add(event="stars.finish", actor=actor, subject=locked.label)
    return locked


def period_lock(period: StarPeriod, states: tuple[str, ...], act: str) -> StarPeriod:
    """The period, locked, in one of these states; PeriodMoved otherwise."""
    locked = (
        StarPeriod.objects.select_for_update(of=("self",))
        .select_related("scheme")
        .get(pk=period.pk)
    )
    if locked.state not in states:
        raise PeriodMoved(f"评定周期{locked.label}{locked.get_state_display()}，不能{act}")
    return locked


def _move(period: StarPeriod, before: str, after: str, **fields: date) -> None:
    StarPeriod.objects.filter(pk=period.pk, state=before).update(state=after, **fields)
    period.refresh_from_db()
