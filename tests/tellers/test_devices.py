import io
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from xlsxwriter import Workbook

from accounts.models import AuditEntry
from outlets.importing import ImportRefused, file_import, kinds, template_of
from outlets.months import Month
from tellers.models import DeviceMonth
from tests.factories import make_staff
from tests.reports.rows import release, stored

pytestmark = pytest.mark.django_db
COLUMNS = ["月份", "员工号", "业务笔数", "评价笔数", "非常满意", "满意", "一般", "不满意"]
HEADER = ",".join(COLUMNS) + "\n"
ROW = "2011-04,T1,1000,800,700,60,30,10\n"


def take(content, name="device.csv", **kw):
    source = io.BytesIO((HEADER + content).encode() if isinstance(content, str) else content)
    source.name = name
    return file_import(kind=kinds()["device"], source=source, **kw)


@pytest.fixture
def teller(org):
    return make_staff(unit=org.a1, number="T1", name="王芳")


def test_new_changed_and_the_same(org, teller):
    make_staff(unit=org.b1, number="T2")
    text = ROW + "2011/4,T2,500,0,0,0,0,0\n2011年5月,T1,900,900,900,0,0,0\n"
    assert str(take(text)) == "新增3，更新0，未变0"
    assert str(take(text.replace("1000,800", "1200,800"))) == "新增0，更新1，未变2"
    held = DeviceMonth.objects.get(staff=teller, month=date(2011, 4, 1))
    assert (held.branch, held.transactions, held.evaluations) == (org.branch, 1200, 800)
    assert (held.very_satisfied, held.satisfied, held.neutral, held.dissatisfied) == (
        700, 60, 30, 10,
    )  # fmt: skip
    assert AuditEntry.objects.filter(event="import.device").count() == 2


def test_a_month_as_excel_keeps_it(org, teller):
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, COLUMNS)
        page.write_datetime(1, 0, date(2011, 4, 1), book.add_format({"num_format": "yyyy-mm"}))
        page.write_row(1, 1, ["T1", 1000, 800, 700, 60, 30, 10])
        page.write_row(2, 0, [201105, "T1", 1000, 800, 700, 60, 30, 10])
    assert take(out.getvalue(), "device.xlsx").created == 2
    months = DeviceMonth.objects.order_by("month").values_list("month", flat=True)
    assert list(months) == [date(2011, 4, 1), date(2011, 5, 1)]


def test_the_template_takes_itself(org):
    make_staff(unit=org.a1, number="2106001")
    assert take(template_of(kinds()["device"]), "device.xlsx").created == 1


def test_every_bad_row_is_named(org, teller):
    make_staff(unit=org.a1, number="T3", start=date(2011, 5, 1))
    next_month = Month.of(timezone.localdate()).next
    text = (
        f"{ROW}"
        "2011-04,T9,10,8,8,0,0,0\n"
        "2011-13,T1,10,8,8,0,0,0\n"
        f"{next_month},T1,10,8,8,0,0,0\n"
        "2011-06,T1,-1,0,0,0,0,0\n"
        "2011-07,T1,8,10,10,0,0,0\n"
        "2011-08,T1,10,8,7,0,0,0\n"
        "2011-04,T3,10,8,8,0,0,0\n"
        "2011/4,T1,10,8,8,0,0,0\n"
        "2011-09,T1,10,8.5,8,0,0,0\n"
        "2011-10,T1,10,,8,0,0,0\n"
        "四月,T1,10,8,8,0,0,0\n"
    )
    with pytest.raises(ImportRefused) as refused:
        take(text)
    assert [str(error) for error in refused.value.errors] == [
        "第3行“员工号”列的值“T9”：没有这个员工",
        "第4行“月份”列的值“2011-13”：不是有效的月份，应如 2011-04",
        f"第5行“月份”列的值“{next_month}”：月份在将来",
        "第6行“业务笔数”列的值“-1”：不能小于0",
        "第7行“评价笔数”列的值“10”：多于业务笔数8",
        "第8行“评价笔数”列的值“8”：与四项满意度之和7不符",
        "第9行“月份”列的值“2011-04”：该员工当月没有任职",
        "第10行“员工号”列的值“T1”：与第2行重复",
        "第11行“评价笔数”列的值“8.5”：应是整数",
        "第12行“评价笔数”列：不能为空",
        "第13行“月份”列的值“四月”：不是有效的月份，应如 2011-04",
    ]
    assert not DeviceMonth.objects.exists()


def test_another_branch_is_out_of_reach(org, cast):
    make_staff(unit=org.other, number="X1")
    with pytest.raises(ImportRefused, match="不属于您所在的分行"):
        take(ROW.replace("T1", "X1"), actor=cast.service_office)


def test_it_moves_the_component(org, teller):
    release(org.a1, score="90.00")
    take(ROW)
    assert (stored(org.a1).device, stored(org.a1).total) == (98, Decimal("94.67"))


@pytest.mark.parametrize(
    "change",
    [{"evaluations": 1001}, {"satisfied": 61}, {"month": date(2011, 4, 2)}],
)
def test_the_database_refuses_what_cannot_be(org, teller, change):
    take(ROW)
    with pytest.raises(IntegrityError), transaction.atomic():
        DeviceMonth.objects.update(**change)
