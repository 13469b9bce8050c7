from datetime import date

import pytest
from django.urls import reverse

from outlets.models import Posting, Staff
from tests.factories import make_staff


@pytest.fixture
def office(client, cast):
    client.force_login(cast.service_office)
    return client


def member_url(name, staff):
    return reverse(f"outlets:{name}", args=[staff.pk])


def test_the_list_is_filtered_and_paged(office, org):
    for n in range(60):
        make_staff(unit=org.a1 if n % 2 else org.b1, name=f"员工{n:02d}")
    url = reverse("outlets:staff")
    assert "在职 61 人" in office.get(url).content.decode()
    assert len(office.get(url, {"page": 2}).context["page_obj"]) == 11
    assert office.get(url, {"unit": org.b.pk}).context["page_obj"].paginator.count == 30
    assert office.get(url, {"q": "员工07"}).context["page_obj"].paginator.count == 1
    assert "没有符合条件的人员" in office.get(url, {"q": "无此"}).content.decode()
    assert office.get(url, {"unit": org.other.pk}).status_code == 200


def test_the_list_takes_as_many_queries_for_three_times_the_rows(
    office, org, django_assert_max_num_queries
):
    def count():
        with django_assert_max_num_queries(12) as queries:
            office.get(reverse("outlets:staff"))
        return len(queries)

    count()
    first = count()
    for _ in range(3):
        make_staff(unit=org.a1)
    assert count() == first


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("institution_head", {"甲", "乙"}),
        ("outlet_head", {"甲"}),
        ("teller", set()),
    ],
)
def test_the_list_shows_what_the_role_sees(client, cast, org, role, seen):
    make_staff(unit=org.a1, name="甲")
    make_staff(unit=org.a2, name="乙")
    make_staff(unit=org.b1, name="丙")
    client.force_login(getattr(cast, role))
    page = client.get(reverse("outlets:staff"))
    names = {one.name for one in page.context["page_obj"]} - {cast.teller.staff.name}
    assert names == seen


@pytest.mark.parametrize("role", ["inspector", "department", "shopper", "auditor"])
def test_roles_without_people(client, cast, role):
    client.force_login(getattr(cast, role))
    assert client.get(reverse("outlets:staff")).status_code == 403


def test_a_member_page_shows_the_postings(office, org):
    staff = make_staff(unit=org.a1, name="张明")
    staff.postings.update(end=date(2011, 6, 30))
    Posting.objects.create(staff=staff, unit=org.b1, post="LOBBY_MANAGER", start=date(2011, 7, 1))
    text = office.get(member_url("staff_member", staff)).content.decode()
    assert "现任乙一网点大堂经理" in text
    assert "2005-01-01" in text
    assert "2011-06-30" in text


def test_an_outlet_head_sees_the_own_time_only(client, cast, org):
    staff = make_staff(unit=org.a1)
    staff.postings.update(end=date(2011, 6, 30))
    Posting.objects.create(staff=staff, unit=org.b1, post="TELLER", start=date(2011, 7, 1))
    client.force_login(cast.outlet_head)
    text = client.get(member_url("staff_member", staff)).content.decode()
    assert "甲一网点" in text
    assert "乙一网点" not in text
    assert client.get(member_url("staff_member", make_staff(unit=org.a2))).status_code == 404


def test_a_teller_sees_only_the_own_page(client, cast, org):
    client.force_login(cast.teller)
    assert client.get(member_url("staff_member", cast.teller.staff)).status_code == 200
    assert client.get(member_url("staff_member", make_staff(unit=org.a1))).status_code == 404


@pytest.mark.parametrize("name", ["staff_new", "staff_edit", "staff_transfer"])
def test_only_the_service_office_changes_people(client, cast, org, name):
    staff, other = make_staff(unit=org.a1), make_staff(unit=org.other)
    url = reverse(f"outlets:{name}", args=[] if name == "staff_new" else [staff.pk])
    client.force_login(cast.institution_head)
    assert client.post(url).status_code == 403
    client.force_login(cast.service_office)
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 422
    assert client.delete(url).status_code == 405
    if name != "staff_new":
        assert client.get(reverse(f"outlets:{name}", args=[other.pk])).status_code == 404


def test_taking_somebody_on(office, org):
    url = reverse("outlets:staff_new")
    data = {
        "number": "1", "name": "张明", "hired_on": "2011-07-01",
        "unit": org.a1.pk, "post": "TELLER", "start": "2011-07-01",
    }  # fmt: skip
    assert office.post(url, data).status_code == 302
    assert Staff.objects.get(number="1").postings.get().unit == org.a1
    page = office.post(url, data)
    assert page.status_code == 422
    assert "员工号“1”已有员工使用" in page.content.decode()
    early = office.post(url, data | {"number": "2", "start": "2011-06-30"})
    assert "任职日期早于入职日期2011-07-01" in early.content.decode()
    assert not Staff.objects.filter(number="2").exists()


def test_changing_somebody(office, org):
    staff = make_staff(unit=org.a1)
    url = member_url("staff_edit", staff)
    office.post(url, {"name": "张鸣", "hired_on": "", "left_on": "2011-07-01"})
    staff.refresh_from_db()
    assert (staff.name, staff.left_on) == ("张鸣", date(2011, 7, 1))
    page = office.post(url, {"name": "张鸣", "hired_on": "2012-01-01", "left_on": "2011-07-01"})
    assert page.status_code == 422
    assert "离职日期早于入职日期" in page.content.decode()


def test_transferring_somebody(office, org):
    staff = make_staff(unit=org.a1, name="张明")
    url = member_url("staff_transfer", staff)
    data = {"unit": org.b1.pk, "post": "TELLER", "start": "2011-07-01"}
    page = office.post(url, data, follow=True)
    assert "“张明”自2011-07-01起到“乙一网点”任柜员" in page.content.decode()
    again = office.post(url, data)
    assert again.status_code == 422
    assert "调动日期应晚于这一天" in again.content.decode()
    assert staff.postings.count() == 2
