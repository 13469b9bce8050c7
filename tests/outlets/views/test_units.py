from datetime import date

import pytest
from django.urls import reverse

from outlets.models import Unit, UnitMove
from tests.factories import make_outlet, make_staff

EDIT = {
    "name": "新名称", "short_name": "新简称", "kind": "OUTLET", "windows": "5", "peer_group": "县域",
    "district": "", "address": "", "opened_on": "2000-01-01", "closed_on": "",
    "serves_customers": "on",
}  # fmt: skip


@pytest.fixture
def office(client, cast):
    client.force_login(cast.service_office)
    return client


def unit_url(name, unit):
    return reverse(f"outlets:{name}", args=[unit.pk])


def test_the_tree_shows_the_branch_and_its_children(office, org):
    page = office.get(reverse("outlets:tree"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "共 7 家，其中机构 2 个、网点 4 个；对外营业 4 家。" in text
    depths = [(row.unit.code, row.depth, row.is_shown) for row in page.context["rows"]]
    assert depths[:3] == [("AS", 0, True), ("ASA", 1, True), ("ASA1", 2, False)]
    assert "别处分行" not in text


def test_the_tree_is_searched(office, org):
    page = office.get(reverse("outlets:tree"), {"q": "乙一"})
    assert [row.unit.code for row in page.context["rows"]] == ["AS", "ASB", "ASB1"]
    assert (
        "没有符合条件的机构" in office.get(reverse("outlets:tree"), {"q": "无此"}).content.decode()
    )


def test_what_an_inspector_sees_of_the_tree(client, cast):
    client.force_login(cast.inspector)
    text = client.get(reverse("outlets:tree")).content.decode()
    assert "在岗人数" not in text
    assert "新增机构" not in text


@pytest.mark.parametrize("role", ["teller", "shopper", "coordinator", "system_admin", "auditor"])
def test_roles_without_the_tree(client, cast, role):
    client.force_login(getattr(cast, role))
    assert client.get(reverse("outlets:tree")).status_code == 403


def test_a_unit_page(office, org):
    make_staff(unit=org.a1, name="张明")
    text = office.get(unit_url("unit", org.a1)).content.decode()
    for word in ("甲一网点", "ASA1", "甲支行", "张明", "隶属沿革", "变更记录", "建档"):
        assert word in text


@pytest.mark.parametrize(
    ("role", "unit", "status"),
    [
        ("institution_head", "a2", 200),
        ("institution_head", "b1", 404),
        ("outlet_head", "a1", 200),
        ("outlet_head", "a2", 404),
        ("service_office", "other", 404),
        ("inspector", "b1", 200),
        ("teller", "a1", 403),
    ],
)
def test_who_sees_a_unit_page(client, cast, org, role, unit, status):
    client.force_login(getattr(cast, role))
    assert client.get(unit_url("unit", getattr(org, unit))).status_code == status


def test_an_inspector_sees_no_people_on_a_unit_page(client, cast, org):
    make_staff(unit=org.a1, name="张明")
    client.force_login(cast.inspector)
    assert "张明" not in client.get(unit_url("unit", org.a1)).content.decode()


@pytest.mark.parametrize("name", ["unit_new", "unit_edit", "unit_move", "unit_windows"])
def test_only_the_service_office_changes_units(client, cast, org, name):
    url = reverse(f"outlets:{name}", args=[] if name == "unit_new" else [org.a1.pk])
    assert client.post(url).status_code == 302  # a stranger signs in first
    client.force_login(cast.leadership)
    assert client.post(url).status_code == 403
    client.force_login(cast.service_office)
    assert client.get(url).status_code == 200
    assert client.put(url).status_code == 405
    if name != "unit_new":
        other = reverse(f"outlets:{name}", args=[org.other.pk])
        assert client.get(other).status_code == 404


def test_founding_a_unit(office, org):
    url = reverse("outlets:unit_new")
    page = office.post(url, EDIT | {"code": "N1", "parent": org.a.pk})
    made = Unit.objects.get(code="N1")
    assert page.url == unit_url("unit", made)
    assert (made.parent, made.windows, made.peer_group) == (org.a, 5, "县域")
    again = office.post(url, EDIT | {"code": "N1", "parent": org.a.pk})
    assert again.status_code == 422
    assert "机构号“N1”已有机构使用" in again.content.decode()


def test_a_form_with_faults_keeps_what_was_typed(office, org):
    page = office.post(
        reverse("outlets:unit_new"),
        EDIT | {"code": "N1", "parent": org.other.pk, "windows": "-1"},
    )
    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"parent", "windows"}
    assert "新名称" in page.content.decode()
    assert not Unit.objects.filter(code="N1").exists()


def test_changing_and_closing_a_unit(office, org):
    url = unit_url("unit_edit", org.a1)
    assert office.post(url, EDIT).status_code == 302
    org.a1.refresh_from_db()
    assert (org.a1.short_name, org.a1.windows) == ("新简称", 5)
    make_staff(unit=org.a1)
    page = office.post(url, EDIT | {"closed_on": "2011-07-01"})
    assert page.status_code == 422
    assert "还有2名员工在该机构任职，请先调动" in page.content.decode()


def test_moving_a_unit(office, org):
    url = unit_url("unit_move", org.a1)
    data = {"parent": org.b.pk, "effective_on": "2011-07-01"}
    page = office.post(url, data, follow=True)
    assert "自2011-07-01起归“乙支行”管理，已生效" in page.content.decode()
    assert UnitMove.objects.filter(unit=org.a1).count() == 2
    late = office.post(url, data | {"effective_on": "1999-01-01"})
    assert late.status_code == 422
    assert "该机构自2000-01-01设立" in late.content.decode()
    office.post(url, data | {"parent": org.branch.pk, "effective_on": "2999-01-01"})
    org.a1.refresh_from_db()
    assert org.a1.parent == org.b


def test_a_unit_cannot_be_moved_below_itself(office, org):
    page = office.post(
        unit_url("unit_move", org.a), {"parent": org.a1.pk, "effective_on": "2011-07-01"}
    )
    assert page.status_code == 422
    assert "parent" in page.context["form"].errors


def test_the_windows_of_a_unit(office, org):
    url = unit_url("unit_windows", org.a1)
    data = {"CASH": 2, "NON_CASH": 1, "WEALTH": 0, "CORPORATE": 1}
    assert office.post(url, data).status_code == 302
    org.a1.refresh_from_db()
    assert org.a1.windows == 4
    assert office.post(url, data | {"CASH": "x"}).status_code == 422
    assert "对公区" in office.get(unit_url("unit", org.a1)).content.decode()


def test_the_tree_takes_as_many_queries_for_three_times_the_rows(
    office, org, django_assert_max_num_queries
):
    def count():
        with django_assert_max_num_queries(12) as queries:
            office.get(reverse("outlets:tree"))
        return len(queries)

    count()
    first = count()
    for _ in range(14):
        make_staff(unit=make_outlet(parent=org.b))
    assert count() == first


def test_the_unit_page_takes_as_many_queries_for_more_people(
    office, org, django_assert_max_num_queries
):
    def count():
        with django_assert_max_num_queries(20) as queries:
            office.get(unit_url("unit", org.a))
        return len(queries)

    make_staff(unit=org.a)
    count()
    first = count()
    for _ in range(3):
        make_staff(unit=org.a)
        make_outlet(parent=org.a)
    assert count() == first


def test_dates_in_the_form_are_shown_as_the_browser_needs_them(office, org):
    org.a1.opened_on = date(2005, 3, 4)
    org.a1.save()
    assert 'value="2005-03-04"' in office.get(unit_url("unit_edit", org.a1)).content.decode()
