"""A period from opening to final, what people decide meanwhile, and what is refused."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import InternalError, transaction

from accounts.jobs import job_run
from accounts.models import AuditEntry, Job
from outlets.services.calendar import calendar_seed
from tellers.models import StarRating, StarScheme
from tellers.services.refusals import PeriodMoved, RecordRefused
from tellers.services.star_decisions import (
    objection_decide,
    objection_raise,
    star_adjust_decide,
    star_adjust_propose,
)
from tellers.services.star_periods import (
    period_compute_request,
    period_finish,
    period_open,
    period_show,
)
from tellers.services.star_schemes import (
    star_scheme_delete,
    star_scheme_draft,
    star_scheme_publish,
    star_scheme_revise,
)
from tellers.stars import DEFAULT_STARS, InvalidPeriod
from tests.factories import make_staff, make_user

pytestmark = pytest.mark.django_db
SHOWN, UNTIL, AFTER = date(2012, 1, 10), date(2012, 1, 17), date(2012, 1, 18)


@pytest.fixture
def office(cast):
    return cast.service_office


@pytest.fixture
def other(org):
    return make_user(role="SERVICE_OFFICE", unit=org.branch, username="office2")


@pytest.fixture
def scheme(org, office):
    draft = star_scheme_draft(
        branch=org.branch, label="2011年办法", rules=DEFAULT_STARS, actor=office
    )
    return star_scheme_publish(scheme=draft, actor=office)


@pytest.fixture
def period(org, scheme, office):
    for year in (2011, 2012):
        calendar_seed(year=year)
    return period_open(branch=org.branch, label="2011", scheme=scheme, actor=office)


@pytest.fixture
def rating(org, period):
    """A teller with three stars, the period computed."""
    staff = make_staff(unit=org.a1)
    period.state = "COMPUTED"
    period.save()
    return StarRating.objects.create(
        branch=org.branch, period=period, staff=staff, unit=org.a1, unit_path=org.a1.path,
        post="TELLER", status="RATED", total="85.00", computed_star=3, star=3,
    )  # fmt: skip


@pytest.fixture
def shown(rating, period, office):
    period_show(period=period, actor=office, today=SHOWN)
    rating.refresh_from_db()
    return rating


@pytest.fixture
def teller(org, rating):
    return make_user(role="TELLER", unit=org.a1, staff=rating.staff)


def test_a_published_scheme_is_frozen(scheme, office):
    for act in (
        lambda: star_scheme_publish(scheme=scheme, actor=office),
        lambda: star_scheme_delete(scheme=scheme, actor=office),
        lambda: star_scheme_revise(scheme=scheme, label="改", rules=DEFAULT_STARS, actor=office),
    ):
        with pytest.raises(RecordRefused, match="已经发布"):
            act()
    with pytest.raises(InternalError), transaction.atomic():
        StarScheme.objects.update(label="偷改")


def test_a_draft_may_be_changed_and_thrown_away(org, office, scheme):
    draft = star_scheme_draft(branch=org.branch, label="新", rules=DEFAULT_STARS, actor=office)
    with pytest.raises(RecordRefused, match="已有名为“2011年办法”"):
        star_scheme_revise(scheme=draft, label="2011年办法", rules=DEFAULT_STARS, actor=office)
    with pytest.raises(RecordRefused, match="已有名为“新”"):
        star_scheme_draft(branch=org.branch, label="新", rules=DEFAULT_STARS, actor=office)
    star_scheme_delete(scheme=draft, actor=office)
    assert StarScheme.objects.get() == scheme


def test_periods_open_once_by_a_published_scheme(org, office, period, scheme):
    assert (period.first_day, period.last_day) == (date(2011, 1, 1), date(2011, 12, 31))
    draft = star_scheme_draft(branch=org.branch, label="新", rules=DEFAULT_STARS, actor=office)
    with pytest.raises(RecordRefused, match="已发布"):
        period_open(branch=org.branch, label="2012", scheme=draft, actor=office)
    with pytest.raises(RecordRefused, match="2011已经建立"):
        period_open(branch=org.branch, label="2011", scheme=scheme, actor=office)
    with pytest.raises(InvalidPeriod):
        period_open(branch=org.branch, label="十一", scheme=scheme, actor=office)


def test_computed_as_a_job(org, period, office):
    make_staff(unit=org.a1)
    job = period_compute_request(period=period, actor=office)
    job_run(job.pk)
    job.refresh_from_db()
    period.refresh_from_db()
    assert (job.state, job.result["rated"], period.state) == (Job.State.DONE, 2, "COMPUTED")


def test_a_job_for_a_shown_period_says_so(period, office):
    job = period_compute_request(period=period, actor=office)
    period.state = "PUBLIC"
    period.save()
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "评定周期2011公示中，不能重新测算")


def test_an_adjustment_takes_two(rating, office, other):
    adjustment = star_adjust_propose(
        rating=rating, step=1, grounds="省级技能竞赛获奖", actor=office
    )
    with pytest.raises(RecordRefused, match="提出人以外"):
        star_adjust_decide(adjustment=adjustment, agreed=True, actor=office)
    star_adjust_decide(adjustment=adjustment, agreed=True, actor=other)
    rating.refresh_from_db()
    assert (rating.star, rating.computed_star) == (4, 3)
    with pytest.raises(RecordRefused, match="已经复核"):
        star_adjust_decide(adjustment=adjustment, agreed=False, actor=other)
    with pytest.raises(RecordRefused, match="已有一次调整"):
        star_adjust_propose(rating=rating, step=-1, grounds="再调", actor=office)


def test_a_rejected_adjustment_changes_nothing(rating, office, other):
    adjustment = star_adjust_propose(rating=rating, step=-1, grounds="迟到", actor=office)
    star_adjust_decide(adjustment=adjustment, agreed=False, actor=other)
    rating.refresh_from_db()
    assert rating.star == 3
    star_adjust_propose(rating=rating, step=1, grounds="另有依据", actor=office)


@pytest.mark.parametrize(
    ("fields", "step", "grounds", "error", "text"),
    [
        ({}, 1, " ", ValidationError, "依据"),
        ({}, 2, "依据", ValidationError, "一星"),
        ({"star": 5}, 1, "依据", RecordRefused, "已是五星"),
        ({"star": 0}, -1, "依据", RecordRefused, "已是未达星级"),
        ({"star": 0, "status": "DISQUALIFIED"}, 1, "依据", RecordRefused, "不予评定"),
    ],
)
def test_adjustments_that_cannot_be(rating, office, fields, step, grounds, error, text):
    for name, value in fields.items():
        setattr(rating, name, value)
    rating.save()
    with pytest.raises(error, match=text):
        star_adjust_propose(rating=rating, step=step, grounds=grounds, actor=office)


def test_nobody_decides_on_the_own_star(org, rating, office, other):
    own = make_user(role="SERVICE_OFFICE", unit=org.branch, staff=rating.staff)
    with pytest.raises(RecordRefused, match="本人的星级须由他人"):
        star_adjust_propose(rating=rating, step=1, grounds="获奖", actor=own)
    adjustment = star_adjust_propose(rating=rating, step=1, grounds="获奖", actor=office)
    with pytest.raises(RecordRefused, match="本人的星级须由他人"):
        star_adjust_decide(adjustment=adjustment, agreed=True, actor=own)


def test_without_a_calendar_the_job_says_so(org, scheme, office):
    period = period_open(branch=org.branch, label="2010", scheme=scheme, actor=office)
    job = period_compute_request(period=period, actor=office)
    job_run(job.pk)
    job.refresh_from_db()
    assert (job.state, "工作日历中没有2010年" in job.error) == (Job.State.FAILED, True)


def test_shown_for_five_working_days_then_final(shown, period, office):
    period.refresh_from_db()
    assert (period.public_on, period.objections_until) == (SHOWN, UNTIL)
    with pytest.raises(RecordRefused, match="公示到2012-01-17为止"):
        period_finish(period=period, actor=office, today=UNTIL)
    period_finish(period=period, actor=office, today=AFTER)
    shown.refresh_from_db()
    assert shown.token
    with pytest.raises(PeriodMoved, match="已生效，不能生效"):
        period_finish(period=period, actor=office, today=AFTER)
    events = AuditEntry.objects.filter(event__startswith="stars.").order_by("id")
    assert [each.event for each in events][-2:] == ["stars.show", "stars.finish"]


def test_not_shown_while_an_adjustment_waits(rating, period, office):
    star_adjust_propose(rating=rating, step=1, grounds="获奖", actor=office)
    with pytest.raises(RecordRefused, match="等待复核"):
        period_show(period=period, actor=office, today=SHOWN)


def test_an_objection_upheld(shown, teller, office, period):
    objection = objection_raise(rating=shown, text="漏计两次测试", actor=teller, today=UNTIL)
    with pytest.raises(RecordRefused, match="已提出异议"):
        objection_raise(rating=shown, text="再说一次", actor=teller, today=UNTIL)
    with pytest.raises(RecordRefused, match="还有1件异议"):
        period_finish(period=period, actor=office, today=AFTER)
    objection_decide(objection=objection, new_star=4, reason="补计属实", actor=office)
    shown.refresh_from_db()
    assert (shown.star, shown.computed_star) == (4, 3)
    with pytest.raises(RecordRefused, match="已经处理"):
        objection_decide(objection=objection, new_star=None, reason="再想想", actor=office)
    period_finish(period=period, actor=office, today=AFTER)


def test_an_objection_dismissed(shown, teller, office):
    objection = objection_raise(rating=shown, text="不公", actor=teller, today=SHOWN)
    with pytest.raises(ValidationError, match="理由"):
        objection_decide(objection=objection, new_star=None, reason=" ", actor=office)
    with pytest.raises(ValidationError, match="0与5之间"):
        objection_decide(objection=objection, new_star=6, reason="六星", actor=office)
    objection_decide(objection=objection, new_star=None, reason="数据无误", actor=office)
    shown.refresh_from_db()
    assert (shown.star, objection.decision) == (3, "DISMISSED")


def test_objections_that_cannot_be(shown, teller, cast):
    with pytest.raises(RecordRefused, match="本人"):
        objection_raise(rating=shown, text="替人说", actor=cast.teller, today=SHOWN)
    with pytest.raises(RecordRefused, match="现已过期"):
        objection_raise(rating=shown, text="迟了", actor=teller, today=AFTER)
    with pytest.raises(ValidationError, match="请写明"):
        objection_raise(rating=shown, text="", actor=teller, today=SHOWN)


def test_no_objection_before_it_is_shown(rating, teller):
    with pytest.raises(PeriodMoved, match="已测算，不能提出异议"):
        objection_raise(rating=rating, text="早了", actor=teller, today=SHOWN)
