"""The figures of discipline on their page: every number opens its list; as a workbook."""

import io
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
import python_calamine
from django.urls import reverse

from tests.factories import make_staff
from tests.tellers.discipline import DAY, approve, fine, make_leader, make_violation, propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client):
    """A function that opens a page of the figures as somebody."""

    def show(user, name="discipline", **query):
        client.force_login(user)
        return client.get(reverse(f"tellers:{name}"), query)

    return show


@pytest.fixture
def year(org):
    make_leader(org.a)
    often = make_staff(unit=org.a1)
    first, second = (make_violation(org.a1, staff=often, day=DAY.replace(day=n)) for n in (1, 2))
    make_violation(org.b1, "B01", day=date(2011, 11, 2))
    make_violation(org.branch, "C01", day=date(2011, 12, 31))
    fine(first, second, ground="REPEAT")
    fine(first, ground="LEADER", amount=500)
    approve(propose(first))
    make_violation(org.b1, day=date(2010, 12, 31))


@pytest.mark.parametrize("role", ["service_office", "institution_head", "outlet_head"])
def test_every_number_opens_its_list(year, cast, page, client, role):
    shown = page(getattr(cast, role), year="2011").content.decode()
    links = re.findall(r'<a href="(/tellers/discipline/[^"]*\?[^"]*)">([\d,.]+)</a>', shown)
    assert len(links) > (30 if role == "service_office" else 8)
    for address, number in links:
        found = client.get(unescape(address)).context
        listed, sums = found["page_obj"].paginator.object_list, Decimal(number.replace(",", ""))
        amounts = sum(getattr(one, "amount", None) or 0 for one in listed)
        assert sums in {Decimal(len(listed)), Decimal(found["people"]), amounts}, address


def test_as_a_workbook(year, cast, page):
    given = page(cast.service_office, "discipline_export", year="2011")
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(given.content))
    assert book.sheet_names == ["各机构", "逐月", "违规事项", "程度", "处罚", "经济处罚"]
    assert book.get_sheet_by_name("各机构").to_python()[-1][:3] == ["合计", 4.0, 3.0]


def test_a_year_without_any(org, cast, page):
    shown = page(cast.leadership)
    assert shown.status_code == 200
    assert "没有查出违规员工" in shown.content.decode()
