from datetime import date

import pytest

from outlets.importing import file_import, kinds, template_of
from outlets.models import Posting, Staff, Unit
from outlets.spreadsheets import ImportRefused
from tests.factories import make_outlet, make_staff, make_user
from tests.outlets.files import imported, named

HEAD = "员工号,姓名,机构号,岗位,入职日期,离职日期"
JULY = date(2011, 7, 1)


def refused(*lines, **kw):
    with pytest.raises(ImportRefused) as caught:
        imported("staff", HEAD, *lines, **kw)
    return [(e.line, e.column, e.reason) for e in caught.value.errors]


def history(number):
    postings = Posting.objects.filter(staff__number=number).order_by("start")
    return list(postings.values_list("unit__code", "post", "start", "end"))


def test_people_are_taken_on(org):
    result = imported(
        "staff",
        HEAD,
        "1,张明,ASA1,柜员,2008/7/1,",
        "2,李静,ASA1,网点负责人,,",
        "3,王芳,ASB1,大堂经理,2008-07-01,2010-12-31",
    )
    assert str(result) == "新增3，更新0，未变0"
    assert history("1") == [("ASA1", "TELLER", date(2008, 7, 1), None)]
    assert history("2") == [("ASA1", "OUTLET_HEAD", date(1900, 1, 1), None)]
    assert history("3") == [("ASB1", "LOBBY_MANAGER", date(2008, 7, 1), date(2010, 12, 31))]
    assert Staff.objects.get(number="1").branch == org.branch


def test_importing_again_changes_nothing(org):
    lines = [HEAD, "1,张明,ASA1,柜员,2008-07-01,", "2,李静,ASA1,柜员,,2011-01-31"]
    imported("staff", *lines)
    before = list(Posting.objects.values())
    assert str(imported("staff", *lines)) == "新增0，更新0，未变2"
    assert list(Posting.objects.values()) == before


def test_a_changed_unit_or_post_is_a_transfer(org):
    imported("staff", HEAD, "1,张明,ASA1,柜员,2008-07-01,", "2,李静,ASA1,柜员,,")
    result = imported(
        "staff", HEAD, "1,张明,ASB1,柜员,2008-07-01,", "2,李静,ASA1,大堂经理,,", as_of=JULY
    )
    assert str(result) == "新增0，更新2，未变0"
    assert history("1") == [
        ("ASA1", "TELLER", date(2008, 7, 1), date(2011, 6, 30)),
        ("ASB1", "TELLER", JULY, None),
    ]
    assert history("2")[-1] == ("ASA1", "LOBBY_MANAGER", JULY, None)
    imported("staff", HEAD, "1,张明,ASB2,柜员,2008-07-01,", as_of=JULY)
    assert history("1")[-1] == ("ASB2", "TELLER", JULY, None)
    assert len(history("1")) == 2


def test_leaving_and_coming_back(org):
    imported("staff", HEAD, "1,张明,ASA1,柜员,2008-07-01,")
    imported("staff", HEAD, "1,张明,ASA1,柜员,2008-07-01,2011-03-31")
    assert history("1") == [("ASA1", "TELLER", date(2008, 7, 1), date(2011, 3, 31))]
    imported("staff", HEAD, "1,张明,ASB1,柜员,2008-07-01,", as_of=JULY)
    assert history("1")[-1] == ("ASB1", "TELLER", JULY, None)
    imported("staff", HEAD, "1,张明,ASB1,柜员,2008-07-01,2999-12-31", as_of=JULY)
    imported("staff", HEAD, "1,张明,ASB1,柜员,2008-07-01,", as_of=JULY)
    assert history("1")[-1] == ("ASB1", "TELLER", JULY, None)


def test_absent_columns_keep_what_is_known(org):
    imported("staff", HEAD, "1,张明,ASA1,柜员,2008-07-01,2011-03-31")
    imported("staff", "员工号,姓名,机构号,岗位", "1,张鸣,ASA1,柜员")
    staff = Staff.objects.get(number="1")
    assert (staff.name, staff.hired_on, staff.left_on) == (
        "张鸣",
        date(2008, 7, 1),
        date(2011, 3, 31),
    )


def test_a_learnt_day_of_hiring_starts_the_first_posting(org):
    imported("staff", HEAD, "1,张明,ASA1,柜员,,")
    imported("staff", HEAD, "1,张明,ASA1,柜员,2008-07-01,")
    assert history("1") == [("ASA1", "TELLER", date(2008, 7, 1), None)]


def test_every_bad_row_is_named_and_nothing_is_written(org):
    make_outlet(parent=org.a, code="OLD", closed_on=date(2010, 1, 1))
    staff = make_staff(unit=org.a1, number="7", start=date(2005, 1, 1))
    Posting.objects.filter(staff=staff).update(end=date(2011, 12, 31))
    Posting.objects.create(staff=staff, unit=org.a2, post="TELLER", start=date(2012, 1, 1))
    make_staff(unit=org.other, number="8")
    assert refused(
        "1,张明,NONE,柜员,,",
        "2,李静,ASA1,司机,,",
        "2,李静,ASA1,柜员,,",
        "3,王芳,ASA1,柜员,2011-01-01,2010-01-01",
        ",刘洋,ASA1,柜员,,",
        "4,,ASA1,柜员,2011-02-31,",
        "5,陈杰,OLD,柜员,,",
        "7,赵磊,ASB1,柜员,,",
        "8,孙超,ASA1,柜员,,",
        as_of=JULY,
    ) == [
        (2, "机构号", "没有这个机构"),
        (3, "岗位", "应是：柜员、大堂经理、网点负责人、主管领导、理财经理、其他"),
        (4, "员工号", "与第3行重复"),
        (5, "离职日期", "早于入职日期2011-01-01"),
        (6, "员工号", "不能为空"),
        (7, "姓名", "不能为空"),
        (7, "入职日期", "不是有效的日期，应如 2011-04-30"),
        (8, "机构号", "该机构已于2010-01-01撤并"),
        (9, "机构号", "该员工自2012-01-01起已另有任职，请先核对"),
        (10, "员工号", "该员工号属于其他分行的员工"),
    ]
    assert set(Staff.objects.values_list("number", flat=True)) == {"7", "8"}
    assert Posting.objects.count() == 3


def test_dates_that_contradict_the_postings(org):
    imported("staff", HEAD, "1,张明,ASA1,柜员,2008-07-01,")
    imported("staff", HEAD, "1,张明,ASA2,柜员,2008-07-01,", as_of=JULY)
    assert refused("1,张明,ASA2,柜员,2011-07-15,") == [
        (2, "入职日期", "晚于已有任职的结束日期2011-06-30")
    ]
    assert refused("1,张明,ASA2,柜员,2008-07-01,2011-01-01") == [
        (2, "离职日期", "早于现任职的开始日期2011-07-01")
    ]


def test_nobody_imports_into_another_branch(org):
    actor = make_user(role="SERVICE_OFFICE", unit=org.branch)
    assert refused("1,张明,BX,柜员,,", actor=actor) == [(2, "机构号", "不属于您所在的分行")]


def test_the_template_can_be_imported(org):
    Unit.objects.filter(code="ASA1").update(code="AS0101")
    file = named(template_of(kinds()["staff"]), "模板.xlsx")
    assert file_import(kind=kinds()["staff"], source=file).created == 1


def test_many_transfers_take_as_many_queries_as_one(org, django_assert_max_num_queries):
    people = [f"{n},员工{n},ASA1,柜员,2008-07-01," for n in range(300)]
    with django_assert_max_num_queries(20):
        imported("staff", HEAD, *people)
    with django_assert_max_num_queries(20):
        result = imported("staff", HEAD, *[p.replace("ASA1", "ASB2") for p in people], as_of=JULY)
    assert result.updated == 300
    assert Posting.objects.filter(unit=org.b2, start=JULY, end=None).count() == 300
