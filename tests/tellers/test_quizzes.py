import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from outlets.importing import ImportRefused, file_import, kinds
from reports.services.months import months_close
from tellers.models import Quiz
from tests.factories import make_staff
from tests.reports.rows import APRIL, release, stored

pytestmark = pytest.mark.django_db
HEADER = "日期,员工号,成绩,类别\n"


def take(text, encoding="utf-8", **kw):
    source = io.BytesIO((HEADER + text).encode(encoding))
    source.name = "quizzes.csv"
    return file_import(kind=kinds()["quizzes"], source=source, **kw)


@pytest.fixture
def teller(org):
    return make_staff(unit=org.a1, number="T1", name="王芳")


def test_new_changed_and_the_same(org, teller):
    make_staff(unit=org.b1, number="T2")
    text = "2011-04-15,T1,92,知识\n2011/4/15,T2,80.5,知识\n2011-04-15,T1,70,技能\n"
    assert str(take(text)) == "新增3，更新0，未变0"
    assert str(take(text.replace("92", "95"))) == "新增0，更新1，未变2"
    assert Quiz.objects.get(staff=teller, kind="KNOWLEDGE").score == Decimal("95.00")


def test_gb18030(org, teller):
    assert take("2011-04-15,T1,92,知识\n", encoding="gb18030").created == 1


def test_the_figures_follow(org, teller):
    release(org.a1, score="90.00")
    take("2011-04-15,T1,60,知识\n")
    assert stored(org.a1).quiz == Decimal("60.00")
    assert stored(org.a1).total == Decimal("85.00")
    take("2011-04-15,T1,90,知识\n")
    assert stored(org.a1).total == Decimal("90.00")


def test_a_dry_run_moves_nothing(org, teller):
    release(org.a1, score="90.00")
    take("2011-04-15,T1,60,知识\n", dry_run=True)
    assert not Quiz.objects.exists()
    assert stored(org.a1).total == Decimal("90.00")


def test_a_closed_month_does_not_move(org, teller):
    release(org.a1, score="90.00")
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    take("2011-04-15,T1,60,知识\n")
    assert stored(org.a1).quiz is None


def test_every_bad_row_is_named(org, teller):
    staff = make_staff(unit=org.a1, number="T3", start=date(2011, 5, 1))
    tomorrow = timezone.localdate() + timedelta(days=1)
    text = (
        "2011-04-15,T1,92,知识\n"
        "2011-04-15,T9,92,知识\n"
        "2011-02-30,T1,92,知识\n"
        f"{tomorrow},T1,92,知识\n"
        "2011-04-16,T1,101,知识\n"
        "2011-04-16,T1,-1,技能\n"
        "2011-04-17,T1,x,知识\n"
        "2011-04-18,T1,92,业务\n"
        f"2011-04-15,{staff.number},92,知识\n"
        "2011-04-15,T1,93,知识\n"
        ",,,\n"
    )
    with pytest.raises(ImportRefused) as refused:
        take(text)
    said = [str(error) for error in refused.value.errors]
    assert said == [
        "第3行“员工号”列的值“T9”：没有这个员工",
        "第4行“日期”列的值“2011-02-30”：不是有效的日期，应如 2011-04-30",
        f"第5行“日期”列的值“{tomorrow}”：日期在将来",
        "第6行“成绩”列的值“101”：不能大于100",
        "第7行“成绩”列的值“-1”：不能小于0",
        "第8行“成绩”列的值“x”：不是数字",
        "第9行“类别”列的值“业务”：应是：知识、技能",
        "第10行“日期”列的值“2011-04-15”：该员工当天没有任职",
        "第11行“类别”列的值“知识”：与第2行重复",
    ]
    assert not Quiz.objects.exists()


def test_another_branch_is_out_of_reach(org, cast):
    make_staff(unit=org.other, number="X1")
    with pytest.raises(ImportRefused, match="不属于您所在的分行"):
        take("2011-04-15,X1,92,知识\n", actor=cast.service_office)


def test_who_reads_them(org, cast, teller):
    take("2011-04-15,T1,92,知识\n")
    make_staff(unit=org.b1, number="T2")
    take("2011-04-15,T2,80,知识\n")

    def numbers(user):
        client = APIClient()
        client.force_authenticate(user)
        rows = client.get("/api/v1/quizzes/").json()["results"]
        return {row["staff_number"] for row in rows}

    assert numbers(cast.service_office) == {"T1", "T2"}
    assert numbers(cast.outlet_head) == {"T1"}
    assert numbers(cast.teller) == set()
