"""The pages of stars by role: lists, evidence, adjustments, objections, what the public may know."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from outlets.models import Posting
from tellers.models import Objection, Penalty, StarAdjustment, StarPeriod, StarRating
from tests.factories import make_staff, make_user
from tests.tellers.rated import (
    a_teller,
    a_year,
    attributed,
    computed,
    moved_to,
    published,
    rating_of,
    violate,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(org, cast):
    """The cast's teller and one disqualified at `a1`, one at `b1`."""
    own = a_teller(org, staff=cast.teller.staff, score=90, satisfied=950)
    barred = a_teller(org)
    violate(org, barred, "GRAVE")
    return own, barred, a_teller(org, unit=org.b1)


@pytest.fixture
def year(org, people):
    return computed(org.branch)


@pytest.fixture
def shown(year):
    """Shown today, for as long as objections may be made."""
    moved_to(year, "PUBLIC")
    today = timezone.localdate()
    StarPeriod.objects.update(public_on=today, objections_until=today + timedelta(days=7))
    year.refresh_from_db()
    return year


def url(name, *args):
    return reverse(f"tellers:{name}", args=args)


def page(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(url(name, *args), query)


def text_of(response):
    return response.content.decode()


def names_on(client, user, period):
    rows = page(client, user, "star_period", period.pk).context["page_obj"].object_list
    return {one.staff for one in rows}


def test_before_it_is_shown_only_the_branch_knows(client, cast, year, people):
    for user in (cast.service_office, cast.leadership):
        assert names_on(client, user, year) == set(people)
    own = rating_of(people[0])
    for user in (cast.institution_head, cast.outlet_head, cast.teller):
        assert page(client, user, "star_period", year.pk).status_code == 404
        assert page(client, user, "star_rating", own.pk).status_code == 404
        assert page(client, user, "star_public", year.pk).status_code == 404


def test_once_shown_everybody_sees_their_own(client, cast, shown, people):
    own, barred, other = people
    assert names_on(client, cast.institution_head, shown) == {own, barred}
    assert names_on(client, cast.outlet_head, shown) == {own, barred}
    where = page(client, cast.teller, "star_period", shown.pk)
    assert where.url == url("star_rating", rating_of(own).pk)
    assert names_on(client, cast.leadership, shown) == {own, barred, other}


def test_the_list_sorts_and_filters(client, org, cast, year, people):
    own, barred, other = people

    def listed(**query):
        found = page(client, cast.service_office, "star_period", year.pk, **query)
        return [one.staff for one in found.context["page_obj"].object_list]

    assert listed(status="DISQUALIFIED") == [barred]
    assert listed(unit=org.b.pk) == [other]
    assert listed(person=own.number) == [own]
    assert listed(star="5") == [other]
    assert listed(sort="skill")[0] == own
    assert listed(sort="-skill")[-1] == own
    assert len(listed(star="9", sort="token", unit="x")) == 3


def test_the_list_costs_the_same_for_many(client, org, cast, year, django_assert_num_queries):
    client.force_login(cast.service_office)
    client.get(url("star_period", year.pk))
    with django_assert_num_queries(10):
        client.get(url("star_period", year.pk))
    for _ in range(3):
        a_teller(org, unit=org.b1)
    computed(org.branch)
    with django_assert_num_queries(10):
        client.get(url("star_period", year.pk))


def test_a_rating_opens_its_evidence(client, cast, shown, people):
    own, barred, _ = people
    text = text_of(page(client, cast.outlet_head, "star_rating", rating_of(barred).pk))
    violation = barred.violations.get()
    assert url("violation", violation.pk) in text
    assert "严重违规“着装”" in text
    text = text_of(page(client, cast.teller, "star_rating", rating_of(own).pk))
    assert "0.6×100×11400/12000" in text
    assert "明查，1项归属本人" in text
    assert "2011-12" in text


def test_what_happened_elsewhere_is_counted_only(client, org, cast, people):
    moved = a_teller(org, unit=org.b1)
    Posting.objects.filter(staff=moved).update(end=date(2011, 6, 30))
    Posting.objects.create(staff=moved, unit=org.a1, post="TELLER", start=date(2011, 7, 1))
    attributed(org, moved, org.a1, "9", "10", day=date(2011, 8, 1))
    own = make_user(role="TELLER", unit=org.a1, staff=moved)
    moved_to(computed(org.branch), "PUBLIC")
    rating = rating_of(moved)

    def parts(user):
        found = page(client, user, "star_rating", rating.pk).context["parts"]
        return {part.name: (len(part.pieces), part.hidden) for part in found[:4]}

    everything = {"skill": (1, 0), "quality": (12, 0), "efficiency": (12, 0), "standards": (2, 0)}
    assert parts(cast.service_office) == parts(own) == everything
    here = {"skill": (0, 1), "quality": (6, 6), "efficiency": (6, 6), "standards": (1, 1)}
    assert parts(cast.outlet_head) == here
    told = page(client, cast.outlet_head, "star_rating", rating.pk).context["parts"]
    assert {part.arithmetic for part in told[:4]} == {"含本人在别处的记录，不显示算式"}
    elsewhere = make_user(role="OUTLET_HEAD", unit=org.b1)
    assert page(client, elsewhere, "star_rating", rating.pk).status_code == 404


def test_an_adjustment_through_pages(client, cast, year, people):
    rating = rating_of(people[0])
    client.force_login(cast.leadership)
    assert client.post(url("star_adjust", rating.pk), {"step": "1"}).status_code == 422
    client.post(url("star_adjust", rating.pk), {"step": "-1", "grounds": "迟到"})
    again = client.post(url("star_adjust", rating.pk), {"step": "1", "grounds": "再调"})
    assert (again.status_code, "已有一次调整" in text_of(again)) == (409, True)
    made = StarAdjustment.objects.get()
    client.post(url("star_adjust_decide", made.pk), {"agreed": "1"})
    made.refresh_from_db()
    assert made.state == "PROPOSED"  # whoever proposed it does not decide
    assert "等待复核的星级调整（1 件）" in text_of(
        page(client, cast.service_office, "star_period", year.pk)
    )
    client.post(url("star_adjust_decide", made.pk), {"agreed": "1"})
    after = rating_of(people[0])
    assert after.star == after.computed_star - 1


def test_an_objection_through_pages(client, cast, shown, people):
    own, _, other = people
    rating = rating_of(own)
    client.force_login(cast.teller)
    assert client.post(url("star_object", rating.pk), {"text": ""}).status_code == 422
    assert client.post(url("star_object", rating_of(other).pk), {"text": "替人"}).status_code == 404
    assert client.post(url("star_object", rating.pk), {"text": "漏计一次测试"}).status_code == 302
    assert client.post(url("star_object", rating.pk), {"text": "再说"}).status_code == 409
    objection = Objection.objects.get()
    assert "漏计" not in text_of(page(client, cast.outlet_head, "star_rating", rating.pk))
    client.force_login(cast.service_office)
    where = url("star_objection", objection.pk)
    assert "漏计一次测试" in text_of(client.get(where))
    assert client.post(where, {"new_star": "5"}).status_code == 422
    client.post(where, {"new_star": "5", "reason": "补计属实"})
    assert client.post(where, {"new_star": "", "reason": "再想"}).status_code == 409
    assert rating_of(own).star == 5
    assert "补计属实" in text_of(page(client, cast.teller, "star_rating", rating.pk))


def test_an_objection_comes_too_late(client, cast, year, people):
    moved_to(year, "PUBLIC")
    client.force_login(cast.teller)
    late = client.post(url("star_object", rating_of(people[0]).pk), {"text": "迟了"})
    assert (late.status_code, "现已过期" in text_of(late)) == (409, True)


def test_the_public_list_says_only_what_is_public(client, cast, shown, people):
    own, barred, other = people
    for user in (cast.teller, cast.inspector, cast.department, cast.outlet_head):
        text = text_of(page(client, user, "star_public", shown.pk))
        assert all(word in text for word in (own.name, other.number, "乙一网点"))
        assert barred.number not in text
        assert str(rating_of(other).total) not in text
    assert page(client, cast.shopper, "star_public", shown.pk).status_code == 403


def test_periods_are_opened_and_moved_on(client, org, cast):
    scheme, office = published(org.branch), cast.service_office
    client.force_login(office)
    refused = client.post(url("star_period_open"), {"label": "2011Q5", "scheme": scheme.pk})
    assert (refused.status_code, "不是有效的评定周期" in text_of(refused)) == (422, True)
    client.post(url("star_period_open"), {"label": "2011q4", "scheme": scheme.pk})
    period = StarPeriod.objects.get(label="2011Q4")
    assert (
        client.post(url("star_period_open"), {"label": "2011Q4", "scheme": scheme.pk}).status_code
        == 409
    )
    client.post(url("star_period_compute", period.pk))
    assert "等待" in text_of(client.get(url("star_period", period.pk)))
    refused = client.post(url("star_period_show", period.pk), follow=True)
    assert "未评定，不能公示" in text_of(refused)


def test_a_code_tells_number_star_and_period(client, org, people, django_assert_num_queries):
    period = moved_to(computed(org.branch), "FINAL")
    rating = rating_of(people[2])
    with django_assert_num_queries(1):
        response = client.get(url("star_verify", rating.token))
    text = text_of(response)
    assert all(word in text for word in (people[2].number, "五星", "2011年度"))
    assert people[2].name not in text
    assert "乙一" not in text
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    with django_assert_num_queries(1):
        unknown = client.get(url("star_verify", "x" * 22))
    assert (unknown.status_code, "没有查到" in text_of(unknown)) == (404, True)
    StarPeriod.objects.filter(pk=period.pk).update(state="PUBLIC")
    assert client.get(url("star_verify", rating.token)).status_code == 404


def test_the_distribution_adds_up(client, org, cast, year):
    found = page(client, cast.service_office, "star_distribution", year.pk).context["spread"]
    assert [(row.name, row.people, row.starred) for row in found.rows] == [
        ("甲支行", 2, 1), ("乙支行", 1, 1),
    ]  # fmt: skip
    assert (found.total.cells, found.total.people) == ([1, 1, 0, 0, 0, 0, 1, 0], 3)
    moved_to(year, "PUBLIC")
    heads = page(client, cast.outlet_head, "star_distribution", year.pk).context
    assert (list(heads["bys"]), [row.code for row in heads["spread"].rows]) == (
        ["outlets"], ["ASA1"],
    )  # fmt: skip
    by_outlet = page(client, cast.service_office, "star_distribution", year.pk, by="outlets")
    assert [row.code for row in by_outlet.context["spread"].rows] == ["ASA1", "ASB1"]


def test_nobody_is_rated(client, org, cast):
    make_staff(unit=org.a1, post="LEADER")
    period = a_year(org.branch)
    text = text_of(page(client, cast.service_office, "star_period", period.pk))
    assert "还没有测算" in text
    assert StarRating.objects.count() == 0


def test_the_first_page_says_what_waits(client, cast, shown, people):
    def home(user):
        client.force_login(user)
        return text_of(client.get(reverse("home")))

    assert "2011年度星级正在公示，您的评定是四星" in home(cast.teller)
    client.post(url("star_object", rating_of(people[0]).pk), {"text": "漏计"})
    assert "2011年度有1件星级异议等待处理" in home(cast.leadership)
    StarPeriod.objects.update(objections_until=timezone.localdate() - timedelta(days=1))
    assert "公示期已满" in home(cast.service_office)
    assert "正在公示" not in home(cast.teller)


def test_a_penalty_that_bars_is_shown(client, org, cast, people):
    penalty = Penalty.objects.create(
        branch=org.branch, staff=people[2], unit=org.b1, kind="NO_STAR", ground="OFFENDER",
        year=2011, reason="多次违规", state="NOTIFIED", proposed_on="2011-11-01",
        approved_on="2011-11-02",
    )  # fmt: skip
    computed(org.branch)
    found = page(client, cast.service_office, "star_rating", rating_of(people[2]).pk)
    *_, refused = found.context["parts"]
    assert (refused.arithmetic, refused.pieces[0].url) == (
        "受处罚取消星级评定资格", url("penalty", penalty.pk),
    )  # fmt: skip


def test_every_link_of_a_rating_opens(client, cast, shown, people):
    for user, staff in ((cast.service_office, people[1]), (cast.teller, people[0])):
        parts = page(client, user, "star_rating", rating_of(staff).pk).context["parts"]
        links = {one.url for part in parts for one in part.pieces if one.url}
        assert len(links) == (4 if staff == people[1] else 3)
        assert {client.get(link).status_code for link in links} == {200}
