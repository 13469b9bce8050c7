from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from outlets.models import Posting, Unit
from outlets.selectors import (
    paths_on,
    placements,
    postings_visible_to,
    staff_at,
    staff_visible_to,
    stays_below,
    tree_of,
    units_visible_to,
)
from outlets.selectors.history import unit_changes
from outlets.selectors.staff import SoughtStaff, staff_listed
from outlets.selectors.units import Sought, tree_rows
from outlets.services import unit_move
from tests.factories import make_branch, make_institution, make_outlet, make_staff

TODAY = date(2011, 12, 31)
WHOLE = {"AS", "ASA", "ASB", "ASA1", "ASA2", "ASB1", "ASB2"}
SEEN = {
    Role.SERVICE_OFFICE: WHOLE,
    Role.LEADERSHIP: WHOLE,
    Role.INSPECTOR: WHOLE,
    Role.DEPARTMENT: WHOLE,
    Role.INSTITUTION_HEAD: {"ASA", "ASA1", "ASA2"},
    Role.OUTLET_HEAD: {"ASA1"},
    Role.TELLER: {"ASA1"},
    Role.SHOPPER: set(),
    Role.COORDINATOR: set(),
    Role.SYSTEM_ADMIN: set(),
    Role.SECURITY_ADMIN: set(),
    Role.AUDITOR: set(),
}
PEOPLE = {
    Role.SERVICE_OFFICE: {"a1", "a2", "b1", "moved", "own"},
    Role.LEADERSHIP: {"a1", "a2", "b1", "moved", "own"},
    Role.INSTITUTION_HEAD: {"a1", "a2", "moved", "own"},
    Role.OUTLET_HEAD: {"a1", "moved", "own"},
    Role.TELLER: {"own"},
}


@pytest.fixture
def people(org, cast):
    """Somebody at three outlets, and somebody who moved from a1 to b1."""
    for name in ("a1", "a2", "b1"):
        make_staff(unit=getattr(org, name), name=name, number=name)
    make_staff(unit=org.other, name="other", number="other")
    moved = make_staff(unit=org.a1, name="moved", number="moved")
    moved.postings.update(end=date(2011, 6, 30))
    Posting.objects.create(staff=moved, unit=org.b1, post="TELLER", start=date(2011, 7, 1))
    own = cast.teller.staff
    own.name = "own"
    own.save()
    return org


@pytest.mark.parametrize("role", Role)
def test_every_role_sees_its_units(cast, role):
    user = getattr(cast, role.lower())
    assert set(units_visible_to(user).values_list("code", flat=True)) == SEEN[role]


@pytest.mark.parametrize("role", Role)
def test_every_role_sees_its_people(people, cast, role):
    user = getattr(cast, role.lower())
    seen = set(staff_visible_to(user).values_list("name", flat=True))
    assert seen == PEOPLE.get(role, set())


def test_codes_with_wildcards_stay_within_the_subtree(org, cast):
    wild = make_institution(parent=org.branch, code="AS_")
    make_outlet(parent=wild, code="W1")
    cast.institution_head.unit = wild
    assert set(units_visible_to(cast.institution_head).values_list("code", flat=True)) == {
        "AS_",
        "W1",
    }


def test_the_head_of_an_outlet_learns_nothing_of_other_times(people, cast):
    seen = postings_visible_to(cast.outlet_head).filter(staff__number="moved")
    assert [(p.unit.code, p.end) for p in seen] == [("ASA1", date(2011, 6, 30))]
    (listed,) = staff_listed(cast.outlet_head, SoughtStaff(q="moved"), TODAY)
    assert listed.now == []
    (listed,) = staff_listed(cast.service_office, SoughtStaff(q="moved"), TODAY)
    assert [p.unit.code for p in listed.now] == ["ASB1"]


def test_the_staff_list_is_filtered(people, cast):
    def names(**sought):
        listed = staff_listed(cast.service_office, SoughtStaff(**sought), TODAY)
        return {person.name for person in listed}

    assert names() == {"a1", "a2", "b1", "moved", "own"}
    assert names(unit=people.a) == {"a1", "a2", "own"}
    assert names(unit=people.b, post="TELLER") == {"b1", "moved"}
    assert names(post="LEADER") == set()
    people.b.refresh_from_db()
    staff_visible_to(cast.service_office).filter(name="b1").update(left_on=date(2011, 1, 1))
    assert "b1" not in names()
    assert "b1" in names(left=True)


def test_who_was_at_a_unit_on_a_day(people):
    at = [p.staff.name for p in staff_at(people.a1, date(2011, 6, 30))]
    assert sorted(at) == ["a1", "moved", "own"]
    assert sorted(p.staff.name for p in staff_at(people.b1, date(2011, 7, 1))) == ["b1", "moved"]


def test_the_tree_counts_what_lies_below(org, cast):
    (root,) = tree_of(cast.service_office)
    assert (root.unit, root.below) == (org.branch, 6)
    assert [(node.unit.code, node.below) for node in root.children] == [("ASA", 2), ("ASB", 2)]
    (own,) = tree_of(cast.institution_head)
    assert own.unit == org.a


def test_the_tree_is_narrowed_to_what_is_sought_and_the_way_there(org, cast):
    def codes(**sought):
        rows = tree_rows(cast.service_office, Sought(**sought), TODAY)
        return [(row.unit.code, row.is_found) for row in rows]

    assert codes(q="乙一") == [("AS", False), ("ASB", False), ("ASB1", True)]
    assert codes(kind="INSTITUTION") == [("AS", False), ("ASA", True), ("ASB", True)]
    assert codes(group="无") == []
    Unit.objects.filter(pk=org.a1.pk).update(closed_on=date(2011, 1, 1))
    assert ("ASA1", True) not in codes()
    assert ("ASA1", True) in codes(closed=True)


def test_placements_of_several_branches_in_one_query(org, django_assert_num_queries):
    second = make_branch(code="CX")
    make_outlet(parent=make_institution(parent=second, code="CXA"), code="CXA1", windows=9)
    unit_move(unit=org.a1, parent=org.b, effective_on=date(2011, 7, 1))
    with django_assert_num_queries(1):
        placed = {p.code: p for p in placements([org.branch.pk, second.pk], TODAY)}
    assert set(placed) == WHOLE | {"CX", "CXA", "CXA1"}
    assert placed["ASA1"].institution_id == org.b.pk
    assert placed["ASA1"].path == "AS/ASB/ASA1/"
    assert placed["CXA1"].windows == 9
    assert [p.takes_part for p in (placed["CXA1"], placed["CXA"])] == [True, False]


def test_changes_are_told_field_by_field(org, cast):
    Unit.objects.filter(pk=org.a1.pk).update(windows=9, peer_group="县域")
    unit_move(unit=org.a1, parent=org.b, effective_on=date(2011, 7, 1))
    changes = unit_changes(Unit.objects.get(pk=org.a1.pk))
    assert [(c.label, c.before, c.after) for c in changes] == [
        ("上级机构", "甲支行", "乙支行"),
        ("窗口数", "4", "9"),
        ("组别", "城区", "县域"),
        ("", "", ""),
    ]
    with CaptureQueriesContext(connection) as queries:
        unit_changes(org.a1)
    assert len(queries) == 3


def test_paths_are_those_of_their_day(org, django_assert_num_queries):
    unit_move(unit=org.a1, parent=org.b, effective_on=date(2011, 5, 1))
    org.a1.refresh_from_db()
    days = [date(1990, 1, 1), date(2011, 4, 30), date(2011, 5, 1), TODAY]
    with django_assert_num_queries(1):
        found = paths_on([(unit, day) for unit in (org.a1, org.b2, org.branch) for day in days])
    assert [found[org.a1.pk, day] for day in days] == ["AS/ASA/ASA1/"] * 2 + ["AS/ASB/ASA1/"] * 2
    assert {found[org.b2.pk, day] for day in days} == {"AS/ASB/ASB2/"}
    assert found[org.branch.pk, TODAY] == "AS/"
    for day in days:
        held = {place.unit_id: place.path for place in placements([org.branch.pk], day)}
        assert found[org.a1.pk, day] == held[org.a1.pk]
    with django_assert_num_queries(0):
        assert paths_on([]) == {}


def test_what_stood_below_a_unit_and_when(org, django_assert_num_queries):
    """B1 goes over to A in July with what is below it, and comes back in October."""
    below = make_outlet(parent=org.b1, code="ASB1X")
    unit_move(unit=org.b1, parent=org.a, effective_on=date(2011, 7, 1))
    unit_move(unit=org.b1, parent=org.b, effective_on=date(2011, 10, 1))
    with django_assert_num_queries(1):
        stays = stays_below(org.a)
    always = (date.min, date.max)
    summer = (date(2011, 7, 1), date(2011, 9, 30))
    assert set(stays) == {
        (org.a.pk, *always), (org.a1.pk, *always), (org.a2.pk, *always),
        (org.b1.pk, *summer), (below.pk, *summer),
    }  # fmt: skip
    assert [stay[1:] for stay in stays_below(org.b) if stay.unit_id == below.pk] == [
        (date.min, date(2011, 6, 30)),
        (date(2011, 10, 1), date.max),
    ]
