from collections import Counter
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from inspections.models import Channel, Draft, Evidence, Visit, Wave
from inspections.selectors.visits import VisitSought, coverage_of, day_plan, visits_listed
from inspections.services.drafts import DraftPatch, draft_open, draft_patch
from inspections.services.releases import NotReleasable, inspections_release, wave_release
from inspections.services.submissions import inspection_return
from inspections.services.visits import (
    VisitNotOpen,
    VisitPlan,
    visit_update,
    visits_assign,
    visits_cancel,
    visits_create,
)
from outlets.months import Month
from tests.factories import make_user
from tests.inspections.builders import make_inspection, make_version, make_visit, submit

APRIL = Month(2011, 4)


@pytest.fixture
def version(org):
    return make_version(org.branch)


def plan(units, inspectors=(), **kw):
    facts = {
        "channel": "OPEN", "not_before": date(2011, 4, 1), "not_after": date(2011, 4, 30),
    }  # fmt: skip
    return VisitPlan(units=units, inspectors=inspectors, **facts | kw)


def refused(**kw):
    with pytest.raises(ValidationError) as caught:
        visits_create(plan=plan(**kw), actor=None)
    assert not Visit.objects.exists()
    return caught.value.message_dict


def test_many_outlets_are_spread_over_the_inspectors(org, cast, version):
    second = make_user(role="INSPECTOR", unit=org.branch)
    units = [org.a1, org.a2, org.b1, org.b2]
    visits = visits_create(plan=plan(units, [cast.inspector, second]), actor=cast.service_office)
    assert Counter(visit.inspector for visit in visits) == {cast.inspector: 2, second: 2}
    assert {visit.version for visit in visits} == {version}
    assert {visit.branch for visit in visits} == {org.branch}


def test_the_plan_is_a_constant_number_of_statements(
    org, cast, version, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        visits_create(plan=plan([org.a1, org.a2, org.b1, org.b2], [cast.inspector]), actor=None)


def test_covert_visits_join_their_months_wave(org, cast, version):
    one = make_visit(org.a1, cast.shopper, "COVERT")
    two = make_visit(org.b1, cast.shopper, "COVERT")
    assert one.wave == two.wave == Wave.objects.get()
    assert one.wave.month == date(2011, 4, 1)
    assert make_visit(org.a1, cast.inspector).wave is None


def test_a_released_wave_takes_no_more(org, cast, version):
    make_inspection(org.a1, cast.shopper, "COVERT", released=True)
    with pytest.raises(ValidationError, match="2011年04月的暗访结果已发布"):
        make_visit(org.b1, cast.shopper, "COVERT")


@pytest.mark.parametrize(
    ("kw", "field", "reason"),
    [
        ({"units": []}, "units", "请至少选择一家网点"),
        ({"not_after": date(2011, 3, 1)}, "not_after", "最迟日期早于最早日期"),
        ({"channel": "SELF"}, "channel", "自查不由派发产生"),
        ({"not_before": date(1999, 1, 1)}, "units", "“甲一网点”在1999-01-01未开业或已撤并"),
        ({"not_before": date(2010, 1, 1)}, "version", "2010-01-01没有适用于明查的已发布标准"),
    ],
)
def test_impossible_plans_are_refused(org, cast, version, kw, field, reason):
    assert refused(**{"units": [org.a1], "inspectors": [cast.inspector]} | kw)[field] == [reason]


def test_covert_windows_stay_in_one_month(org, cast, version):
    wrong = refused(
        units=[org.a1], inspectors=[cast.shopper], channel="COVERT", not_after=date(2011, 5, 2)
    )
    assert wrong == {"not_after": ["暗访的最早、最迟日期须在同一个月内"]}


def test_units_that_do_not_serve_or_are_elsewhere_are_refused(org, cast, version):
    assert refused(units=[org.a])["units"] == ["“甲支行”不对外营业，不能检查"]
    assert refused(units=[org.a1, org.other])["units"] == ["所选网点不属于同一家分行"]


def test_an_inspector_must_fit_the_channel_and_the_branch(org, cast, version):
    stranger = make_user(role="INSPECTOR", unit=org.other)
    for person, reason in (
        (cast.shopper, "shopper不是在用的明查督导员账号，不能承担明查"),
        (stranger, f"{stranger.name}不属于本分行"),
    ):
        assert refused(units=[org.a1], inspectors=[person])["inspector"] == [reason]


def test_drafts_of_standards_are_no_standards(org, cast, version):
    other = make_version(org.other, name="别处标准")
    wrong = refused(units=[org.a1], inspectors=[cast.inspector], version=other)
    assert wrong == {"version": ["只能使用本分行已发布的标准"]}


def test_the_same_visit_twice_is_a_slip(org, cast, version):
    make_visit(org.a1, cast.inspector)
    with pytest.raises(ValidationError, match="“甲一网点”已有同一检查人在这段时间的任务"):
        visits_create(plan=plan([org.a1, org.a2], [cast.inspector]), actor=None)
    assert Visit.objects.count() == 1


def test_moving_the_window(org, cast, version):
    visit = make_visit(org.a1, cast.inspector)
    days = {"not_before": date(2011, 4, 5), "not_after": date(2011, 4, 16)}
    moved = visit_update(visit=visit, note=" 看录像 ", actor=cast.service_office, **days)
    assert (moved.not_before, moved.note) == (date(2011, 4, 5), "看录像")
    submit(visit)
    visit.refresh_from_db()
    with pytest.raises(VisitNotOpen, match="“甲一网点”的明查任务已提交，不能再改动"):
        visit_update(visit=visit, note="", actor=cast.service_office, **days)


def test_a_covert_visit_stays_in_its_wave(org, cast, version):
    visit = make_visit(org.a1, cast.shopper, "COVERT")
    with pytest.raises(ValidationError, match="暗访任务不能移到别的月份"):
        visit_update(
            visit=visit, not_before=date(2011, 5, 1), not_after=date(2011, 5, 3), note="",
            actor=cast.service_office,
        )  # fmt: skip


def test_who_takes_over_starts_from_an_empty_form(org, cast, version):
    second = make_user(role="INSPECTOR", unit=org.branch)
    visit = make_visit(org.a1, cast.inspector)
    draft_open(visit=visit)
    assert visits_assign(visits=[visit], inspector=second, actor=cast.service_office) == 1
    assert visits_assign(visits=[visit], inspector=second, actor=cast.service_office) == 0
    visit.refresh_from_db()
    assert visit.inspector == second
    assert not Draft.objects.exists()
    assert not Evidence.objects.filter(removed_at=None).exists()


def test_a_visit_that_is_over_is_not_given_away(org, cast, version):
    visit = make_visit(org.a1, cast.inspector)
    submit(visit)
    with pytest.raises(VisitNotOpen):
        visits_assign(visits=[visit], inspector=cast.inspector, actor=cast.service_office)


def test_cancelling_is_all_or_nothing_and_can_be_repeated(org, cast, version):
    visits = [make_visit(org.a1, cast.inspector), make_visit(org.a2, cast.inspector)]
    submit(visits[0])
    with pytest.raises(VisitNotOpen, match="已提交"):
        visits_cancel(visits=visits, actor=cast.service_office)
    assert visits_cancel(visits=visits[1:], actor=cast.service_office) == 1
    assert visits_cancel(visits=visits[1:], actor=cast.service_office) == 0


def test_the_coverage_of_a_month(org, cast, version):
    make_visit(org.a1, cast.inspector)
    cancelled = make_visit(org.a2, cast.inspector)
    visits_cancel(visits=[cancelled], actor=cast.service_office)
    make_inspection(org.b1, cast.shopper, "COVERT")
    type(org.b2).objects.filter(pk=org.b2.pk).update(closed_on=date(2011, 3, 1))
    coverage = coverage_of(cast.service_office, APRIL)
    assert coverage.units == 3
    assert coverage.missing == {"OPEN": [org.a2, org.b1], "COVERT": [org.a1, org.a2]}
    assert [row.reached for row in coverage.rows] == [1, 1]


def test_filters_of_the_plan(org, cast, version):
    one = make_visit(org.a1, cast.inspector)
    two = make_visit(org.b1, cast.shopper, "COVERT", window=(date(2011, 5, 1), date(2011, 5, 9)))

    def found(**kw):
        return list(visits_listed(cast.service_office, VisitSought(**kw)))

    assert found() == [one, two]
    assert found(month=APRIL) == [one]
    assert found(channel="COVERT") == [two]
    assert found(inspector=User.objects.get(pk=cast.shopper.pk)) == [two]
    assert found(unit=org.a1) == [one]
    assert found(state="RELEASED") == found(unassigned=True) == []


def test_the_day_of_an_inspector(org, cast, version):
    now = make_visit(org.a1, cast.inspector)
    late = make_visit(org.a2, cast.inspector, window=(date(2011, 3, 1), date(2011, 3, 9)))
    coming = make_visit(org.b1, cast.inspector, window=(date(2011, 5, 1), date(2011, 5, 9)))
    returned = make_visit(org.b2, cast.inspector)
    inspection_return(
        inspection=submit(returned).inspection, reason="照片不清", actor=cast.service_office
    )
    done = make_inspection(org.a1, cast.inspector, "SPECIAL")
    draft_open(visit=now)
    item = version.items.get(code="1.01").pk
    patch = DraftPatch({str(item): {"value": "pass"}})
    draft_patch(visit=now, patch=patch, actor=cast.inspector)
    plan = day_plan(cast.inspector, date(2011, 4, 12))
    assert [card.visit for card in plan.now] == [now]
    assert [card.visit for card in plan.overdue] == [late]
    assert [card.visit for card in plan.coming] == [coming]
    assert [(card.visit, card.reason) for card in plan.returned] == [(returned, "照片不清")]
    assert plan.submitted == [done]
    assert (plan.now[0].answered, plan.now[0].total, plan.now[0].percent) == (1, 6, 16)
    assert day_plan(cast.shopper, date(2011, 4, 12)).open_count == 0


def test_a_wave_comes_out_when_everything_is_in(org, cast, version):
    one = make_visit(org.a1, cast.shopper, Channel.COVERT)
    two = make_visit(org.b1, cast.shopper, Channel.COVERT)
    with pytest.raises(NotReleasable, match="2011-04 暗访还有2项任务没有提交"):
        wave_release(wave=one.wave, actor=cast.service_office)
    inspection = submit(one).inspection
    with pytest.raises(NotReleasable, match="还有1项"):
        wave_release(wave=one.wave, actor=cast.service_office)
    with pytest.raises(NotReleasable, match="是暗访，只能随批次一起发布"):
        inspections_release(inspection_ids=[inspection.pk], actor=cast.service_office)
    visits_cancel(visits=[two], actor=cast.service_office)
    assert wave_release(wave=one.wave, actor=cast.service_office) == 1
    assert wave_release(wave=one.wave, actor=cast.service_office) == 0
    inspection.refresh_from_db()
    one.refresh_from_db()
    assert (inspection.state, one.state) == ("RELEASED", "RELEASED")


def test_an_empty_wave_has_nothing_to_release(org, cast, version):
    visit = make_visit(org.a1, cast.shopper, "COVERT")
    visits_cancel(visits=[visit], actor=cast.service_office)
    with pytest.raises(NotReleasable, match="没有可以发布的检查"):
        wave_release(wave=visit.wave, actor=cast.service_office)
