"""The evaluation device's pages: months by unit and person, idle people, jumps, files."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from python_calamine import CalamineWorkbook
from rest_framework.test import APIClient

from accounts.models import AuditEntry
from outlets.models import Post
from outlets.months import Month
from outlets.services import staff_transfer, unit_move
from outlets.services.staff import Place
from tellers.models import DeviceMonth
from tellers.selectors.device_statistics import DeviceSought, device_statistics
from tests.factories import make_staff
from tests.tellers.files import make_device

pytestmark = pytest.mark.django_db
URL, IMPORT = reverse("tellers:devices"), reverse("tellers:device_import")
APRIL, MARCH = date(2011, 4, 1), date(2011, 3, 1)
HEADER = "月份,员工号,业务笔数,评价笔数,非常满意,满意,一般,不满意\n"


@pytest.fixture
def people(org):
    """One teller an outlet: used, half used, not used; one without data; a lobby manager."""
    a1 = make_staff(unit=org.a1, number="A1", name="甲一")
    a2 = make_staff(unit=org.a2, number="A2", name="甲二")
    b1 = make_staff(unit=org.b1, number="B1", name="乙一")
    make_staff(unit=org.b1, number="B9", name="没数据")
    make_staff(unit=org.b1, number="B8", name="大堂", post=Post.LOBBY_MANAGER)
    for month in (MARCH, APRIL):
        make_device(a1, month)
    make_device(a2, APRIL, (1000, 300, 300, 0, 0, 0))
    make_device(b1, MARCH)
    make_device(b1, APRIL, (1000, 0, 0, 0, 0, 0))
    return a1, a2, b1


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def look(user, unit=None, **kw):
    return device_statistics(user, DeviceSought(Month(2011, 4), unit, **kw))


def rows(statistics):
    return {row.unit.code: (row.tellers, row.counts.usage) for row in statistics.units}


def names(statistics):
    return {row.person.name for row in statistics.people}


def test_from_the_branch_down_to_the_teller(org, cast, people):
    office = cast.service_office
    whole = look(office)
    assert rows(whole) == {"ASA": (2, Decimal(55)), "ASB": (1, Decimal(0))}
    assert (whole.now.usage, whole.before.usage) == (Decimal(1100) / 30, Decimal(80))
    assert rows(look(office, org.a)) == {"ASA1": (1, Decimal(80)), "ASA2": (1, Decimal(30))}
    outlet = look(office, org.a1)
    assert names(outlet) == {"甲一"}
    assert [counts.transactions for _, counts in outlet.trend[-3:]] == [0, 1000, 1000]
    assert len(outlet.trend) == 12


def test_an_institution_that_serves_customers_itself(org, cast, people):
    make_device(make_staff(unit=org.a, number="A0", name="本部"), APRIL)
    inside = look(cast.service_office, org.a)
    assert {row.unit.code: row.alone for row in inside.units} == {
        "ASA": True, "ASA1": False, "ASA2": False,
    }  # fmt: skip
    assert names(look(cast.service_office, org.a, alone=True)) == {"本部"}


def test_who_does_not_use_it(org, cast, people):
    idle = {one.person.name: one.why for one in look(cast.service_office).idle}
    idle.pop(cast.teller.staff.name)
    assert idle == {
        "没数据": "没有数据",
        "甲二": "使用率 30.00%",
        "乙一": "办理 1000 笔，没有一笔评价",
    }
    assert look(cast.service_office, org.b1).jumping[0].jumps == ("使用率 0.00%，此前 80.00%",)


def test_each_sees_its_own_time(org, cast, people):
    a1 = people[0]
    staff_transfer(staff=a1, place=Place(unit=org.b1, post="TELLER", start=date(2011, 4, 20)))
    assert names(look(cast.outlet_head, org.a1)) == set()
    assert look(cast.outlet_head, org.a1).trend[-2][1].transactions == 1000
    assert rows(look(cast.institution_head, org.a)) == {"ASA2": (1, Decimal(30))}
    unit_move(unit=org.b1, parent=org.a, effective_on=date(2011, 4, 25))
    assert rows(look(cast.institution_head, org.a))["ASB1"] == (2, Decimal(40))
    assert look(cast.teller, alone=True).people == []


def test_the_queries_do_not_grow(org, cast, people):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert signed_in(cast.service_office).get(URL).status_code == 200
        return len(queries)

    before = asked()
    for number in range(3):
        make_device(make_staff(unit=org.b2, number=f"N{number}"), APRIL)
    assert asked() == before


@pytest.mark.parametrize(
    "role", ["service_office", "leadership", "institution_head", "outlet_head", "teller"]
)
def test_the_page_of_everybody(org, cast, people, role):
    make_device(cast.teller.staff, APRIL)
    page = signed_in(getattr(cast, role)).get(URL, {"month": "2011-04"})
    assert page.status_code == 200
    assert page.context["statistics"].now.transactions > 0
    assert signed_in(getattr(cast, role)).get(URL, {"month": "1990-01"}).status_code == 200


def test_before_there_are_any(cast):
    assert "还没有评价器数据" in signed_in(cast.leadership).get(URL).content.decode()
    answer = APIClient()
    answer.force_authenticate(cast.leadership)
    assert answer.get("/api/v1/device-statistics/").json()["units"] == []


def file_of(text):
    file = io.BytesIO((HEADER + text).encode())
    file.name = "device.csv"
    return file


BAD = (
    "2011-04,A1,1000,800,700,60,30,10\n"
    "2099-01,A1,10,8,8,0,0,0\n"
    "2011-05,X9,10,8,8,0,0,0\n"
    "2011-06,A1,-1,0,0,0,0,0\n"
    "2011-07,A1,8,10,10,0,0,0\n"
    "2011-04,A1,10,8,8,0,0,0\n"
)
REFUSED = [
    (3, "月份", "2099-01", "月份在将来"),
    (4, "员工号", "X9", "没有这个员工"),
    (5, "业务笔数", "-1", "不能小于0"),
    (6, "评价笔数", "10", "多于业务笔数8"),
    (7, "员工号", "A1", "与第2行重复"),
]


def test_a_bad_file_is_refused_line_by_line(org, cast):
    make_staff(unit=org.a1, number="A1")
    page = signed_in(cast.service_office).post(IMPORT, {"file": file_of(BAD)})
    assert page.status_code == 422
    found = [(one.line, one.column, one.value, one.reason) for one in page.context["errors"]]
    assert found == REFUSED
    answer = APIClient()
    answer.force_authenticate(cast.service_office)
    refused = answer.post("/api/v1/device-months/import/", {"file": file_of(BAD)})
    assert refused.status_code == 400
    assert [tuple(row.values()) for row in refused.json()["rows"]] == REFUSED
    checked = answer.post(
        "/api/v1/device-months/import/", {"file": file_of(BAD.splitlines()[0]), "dry_run": True}
    )
    assert (checked.json()["created"], checked.json()["warnings"]) == (1, [])
    assert not DeviceMonth.objects.exists()
    assert not AuditEntry.objects.filter(event="import.device").exists()


def test_what_jumps_is_named_before_and_after_it_is_taken_over(org, cast):
    make_device(make_staff(unit=org.a1, number="A1"), MARCH)
    client = signed_in(cast.service_office)
    text = "2011-04,A1,5000,800,700,60,30,10\n2011-05,A1,5000,800,700,60,30,10\n"
    page = client.post(IMPORT, {"file": file_of(text)})
    said = [str(one) for one in page.context["result"].warnings]
    assert said == [
        "第2行“员工号”列的值“A1”：2011年4月业务笔数 5000，前 1 个月平均 1000",
        "第2行“员工号”列的值“A1”：2011年4月使用率 16.00%，此前 80.00%",
    ]
    assert "有 2 处请先核对" in page.content.decode()
    assert DeviceMonth.objects.count() == 1
    done = client.post(IMPORT, {"token": page.context["token"]}, follow=True)
    assert "其中 2 处与以往相差较大，请核对。" in done.content.decode()
    assert DeviceMonth.objects.count() == 3


def test_the_month_as_a_workbook(org, cast, people):
    office = signed_in(cast.service_office)
    answer = office.get(reverse("tellers:devices_export"), {"month": "2011-04", "unit": org.a.pk})
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert [row[:4] for row in sheets["机构"][1:]] == [
        ["ASA1", "甲一网点", 1, 1000],
        ["ASA2", "甲二网点", 1, 1000],
    ]
    assert sheets["柜员"][1][:3] == ["A1", "甲一", "甲一网点"]
    assert ["A2", "甲二", "甲二网点", "使用率 30.00%"] in sheets["未使用"]
    assert AuditEntry.objects.get(event="device.export").subject == "甲支行星级柜员牌 2011-04.xlsx"
