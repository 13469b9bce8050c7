import io
import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from complaints.imports.columns import LETTER_COLUMNS
from complaints.models import Letter, LetterEvent, LetterNumber, Responsibility
from complaints.services.letters import LetterFacts, letter_receive
from complaints.services.relations import letter_escalate
from complaints.taxonomy import BUSINESSES
from outlets.importing import ImportRefused, file_import, kinds, template_of
from outlets.services.calendar import calendar_seed
from outlets.spreadsheets import read_table, write_xlsx
from outlets.spreadsheets.writing import SheetOut
from tests.factories import make_staff
from tests.reports.rows import release, stored

pytestmark = pytest.mark.django_db
CAME = datetime.fromisoformat("2011-04-15T09:20")
NAMES = [column.name for column in LETTER_COLUMNS]
PHONE = "13800001234"
ROW = {
    "工单号": "L1",
    "来源": "95566",
    "类型": "投诉",
    "受理时间": "2011-04-15 09:20",
    "客户姓名": "王示例",
    "联系电话": PHONE,
    "机构号": "ASA1",
    "员工号": "T1",
    "业务类别": "借记卡",
    "内容": f"王示例来电（{PHONE}）反映排队时间长。",
    "办结时间": "2011-04-20 16:00",
    "责任认定": "有效",
    "处理结果": "已向王示例致歉。",
}
OPEN = {"办结时间": "", "责任认定": "", "处理结果": ""}


@pytest.fixture(autouse=True)
def world(org):
    for year in (2010, 2011, 2012):
        calendar_seed(year=year)
    return make_staff(unit=org.a1, number="T1", name="赵立春")


def rows_of(*changes):
    return [{**ROW, "工单号": f"L{number}"} | one for number, one in enumerate(changes, 1)]


def file_of(rows):
    upload = io.BytesIO(
        write_xlsx(
            [SheetOut("来信", LETTER_COLUMNS, [[row[name] for name in NAMES] for row in rows])]
        )
    )
    upload.name = "来信.xlsx"
    return upload


def take(*changes, **kw):
    return file_import(kind=kinds()["letters"], source=file_of(rows_of(*changes)), **kw)


def refusals(*changes, **kw):
    before = Letter.objects.count()
    with pytest.raises(ImportRefused) as refused:
        take(*changes, **kw)
    assert Letter.objects.count() == before
    return [str(error) for error in refused.value.errors]


def events_of(letter):
    return list(letter.events.values_list("kind", flat=True))


def test_a_closed_complaint(org, cast, world):
    assert str(take({}, actor=cast.service_office)) == "新增1，更新0，未变0"
    letter = Letter.objects.get()
    assert (letter.branch, letter.unit, letter.staff) == (org.branch, org.a1, world)
    assert (letter.reference, letter.channel, letter.source) == ("L1", "HOTLINE", "FILE")
    assert (letter.kind, letter.first_kind, letter.business) == ("COMPLAINT", "COMPLAINT", "B02")
    assert letter.state == Letter.State.CLOSED
    assert f"{timezone.localtime(letter.received_at):%Y-%m-%d %H:%M}" == ROW["受理时间"]
    assert f"{timezone.localtime(letter.closed_at):%Y-%m-%d %H:%M}" == ROW["办结时间"]
    assert letter.answered_on == date(2011, 4, 20)
    assert not letter.is_late
    assert events_of(letter) == ["RECEIVED", "JUDGED", "ANSWERED", "CLOSED"]
    found = letter.responsibilities.get()
    assert (found.finding, found.state, found.decided_on) == (
        "BANK",
        "CONFIRMED",
        date(2011, 4, 20),
    )
    assert (found.unit, found.staff) == (org.a1, world)
    assert (found.proposed_by, found.confirmed_by) == (cast.service_office, None)


def test_nothing_of_the_customers_stands_in_the_clear():
    take({})
    letter = Letter.objects.get()
    assert letter.body == ROW["内容"]
    assert (letter.customer_name, letter.customer_phone) == ("王示例", PHONE)
    assert letter.text == "王**来电（138****1234）反映排队时间长。"
    assert letter.outcome == "已向王**致歉。"
    assert LetterNumber.objects.get().kind == "PHONE"


def test_open_ones_wait_for_triage(cast):
    blank = {"类型": "", "机构号": "", "员工号": "", "业务类别": ""}
    take(blank | OPEN, actor=cast.service_office)
    letter = Letter.objects.get()
    assert (letter.state, letter.kind, letter.unit, letter.due_on) == ("RECEIVED", "", None, None)
    assert events_of(letter) == ["RECEIVED"]


@pytest.mark.parametrize(
    ("kind", "word", "finding"),
    [
        ("投诉", "有效", "BANK"),
        ("投诉", "客户责任", "CUSTOMER"),
        ("投诉", "混合", "MIXED"),
        ("表扬", "", "VERIFIED"),
    ],
)
def test_findings(kind, word, finding):
    take({"类型": kind, "责任认定": word})
    assert Responsibility.objects.get().finding == finding


def test_what_was_not_found_is_not_made_up(cast):
    bare = {"责任认定": ""}
    take(
        bare,
        bare | {"类型": "协查"},
        bare | {"类型": "建议"},
        bare | {"类型": "表扬", "机构号": "", "员工号": ""},
        actor=cast.service_office,
    )
    assert Letter.objects.filter(state="CLOSED").count() == 4
    assert not Responsibility.objects.exists()


def test_the_figures_follow(org):
    release(org.a1, score="90.00")
    take(
        {},
        {"类型": "表扬", "责任认定": "", "员工号": ""},
        {"类型": "协查", "责任认定": "", "办结时间": "2011-04-29 09:00"},
    )
    assert Letter.objects.filter(is_late=True).count() == 1
    assert stored(org.a1).adjustment == Decimal("-2.00")  # −2.00 + 0.50 − 0.50
    assert stored(org.a1).total == Decimal("88.00")


def test_the_same_again_changes_nothing(world):
    take({}, {"类型": "表扬", "责任认定": ""})
    events = LetterEvent.objects.count()
    assert str(take({}, {"类型": "表扬", "责任认定": ""})) == "新增0，更新0，未变2"
    assert str(take({"类型": "", **OPEN}, {"类型": "", **OPEN})) == "新增0，更新0，未变2"
    assert LetterEvent.objects.count() == events


def test_an_end_filled_in_later_closes_it(org, cast):
    release(org.a1, score="90.00")
    blank = {"类型": "", "机构号": "", "员工号": "", "业务类别": ""}
    take(OPEN, blank | OPEN, actor=cast.service_office)
    assert str(take({}, {"类型": "表扬", "责任认定": ""})) == "新增0，更新2，未变0"
    first, second = Letter.objects.order_by("reference")
    assert (first.state, first.answered_on, first.outcome) == (
        "CLOSED", date(2011, 4, 20), "已向王**致歉。",
    )  # fmt: skip
    assert (second.kind, second.first_kind, second.unit, second.business) == (
        "PRAISE", "PRAISE", org.a1, "B02",
    )  # fmt: skip
    assert second.unit_path == org.a1.path
    assert set(events_of(second)) == {"RECEIVED", "CLASSIFIED", "ANSWERED", "CLOSED", "JUDGED"}
    assert stored(org.a1).adjustment == Decimal("-1.50")
    assert str(take({}, {"类型": "表扬", "责任认定": ""})) == "新增0，更新0，未变2"


def test_a_finding_filled_in_later():
    take({"责任认定": ""})
    assert take({"责任认定": "客户责任"}).updated == 1
    assert Responsibility.objects.get().finding == "CUSTOMER"
    assert Letter.objects.get().events.filter(kind="CLOSED").count() == 1


def test_other_content_is_refused_by_what_differs():
    take({})
    said = refusals(
        {
            "来源": "来访", "类型": "协查", "受理时间": "2011-04-16 09:20", "客户姓名": "李示例",
            "联系电话": "13900000000", "机构号": "ASB1", "员工号": "", "业务类别": "信用卡",
            "内容": "别的事", "办结时间": "2011-04-21 16:00", "责任认定": "", "处理结果": "别的结果",
        }
    )  # fmt: skip
    assert said == [
        (
            "第2行“工单号”列的值“L1”：系统中已有这个工单号，内容不同：来源（系统中为95566）、"
            "类型（系统中为投诉）、受理时间（系统中为2011-04-15 09:20）、机构号、业务类别（系统中为借记卡）、"
            "客户姓名、联系电话、内容、办结时间（系统中为2011-04-20 16:00）、处理结果"
        )
    ]
    said = refusals({"责任认定": "客户责任"})
    assert said[0].endswith("内容不同：责任认定（系统中为有效投诉）")


def test_an_inquiry_that_became_a_complaint(org, cast):
    take({**OPEN, "类型": "协查"})
    letter_escalate(letter=Letter.objects.get(), reason="多次未答复", actor=cast.service_office)
    assert take({**OPEN, "类型": "协查"}).unchanged == 1
    assert take({"类型": "协查"}).updated == 1
    assert Responsibility.objects.get().finding == "BANK"


def test_a_letter_that_ended_otherwise_is_not_closed():
    take(OPEN)
    Letter.objects.update(state="WITHDRAWN")
    assert refusals({}) == [
        "第2行“办结时间”列的值“2011-04-20 16:00”：系统中这封来信“已撤回”，不能办结"
    ]


def test_every_bad_row_is_named(org, cast, world):
    make_staff(unit=org.a2, number="T2")
    late = timezone.localtime(timezone.now() + timedelta(days=1))
    org.b1.closed_on = date(2011, 4, 1)
    org.b1.save()
    said = refusals(
        {"工单号": ""},
        {"工单号": "L1x", "受理时间": "2011-04-31 09:00"},
        {"受理时间": f"{late:%Y-%m-%d %H:%M}", **OPEN},
        {"来源": "电话"},
        {"类型": "咨询"},
        {"类型": ""},
        {"机构号": "XX"},
        {"机构号": "ASB1", "员工号": ""},
        {"员工号": "T9"},
        {"员工号": "T2"},
        {"机构号": "", "责任认定": ""},
        {"业务类别": "存款"},
        {"内容": ""},
        {"办结时间": "2011-04-15 09:19"},
        {"办结时间": f"{late:%Y-%m-%d %H:%M}"},
        {"类型": "协查"},
        {"办结时间": ""},
        {"机构号": "", "员工号": ""},
        {"联系电话": "无"},
        {"工单号": "13800001234"},
        {"工单号": "L1x", "受理时间": "2011-04-15"},
        actor=cast.service_office,
    )
    assert [place(text) for text in said] == [
        (2, "工单号", "不能为空"),
        (3, "受理时间", "不是有效的时间，应如 2011-04-30 09:15"),
        (4, "受理时间", "时间在将来"),
        (5, "来源", "应是：95566、来访、信函、行长信箱、监管转办、网络"),
        (6, "类型", "应是：协查、表扬、建议、投诉"),
        (7, "类型", "已办结的须填写类型"),
        (7, "责任认定", "只有投诉作责任认定"),
        (8, "机构号", "没有这个机构"),
        (9, "机构号", "该机构受理当天未开业或已撤并"),
        (10, "员工号", "没有这个员工"),
        (11, "员工号", "该员工受理当天不在该机构任职"),
        (12, "员工号", "填写员工号的须同时填写机构号"),
        (13, "业务类别", f"没有这一类，应是：{'、'.join(BUSINESSES.values())}"),
        (14, "内容", "不能为空"),
        (15, "办结时间", "早于受理时间2011-04-15 09:20"),
        (16, "办结时间", "时间在将来"),
        (17, "责任认定", "只有投诉作责任认定"),
        (18, "责任认定", "作了责任认定的须填写办结时间"),
        (18, "处理结果", "填写处理结果的须填写办结时间"),
        (19, "机构号", "责任认定为“有效”的须填写机构号"),
        (20, "联系电话", "不是电话号码"),
        (21, "工单号", "像是手机号，不能作工单号"),
        (22, "工单号", "与第3行重复"),
    ]  # fmt: skip


def place(text):
    """Line, column and reason of a message."""
    line, column, reason = re.fullmatch(r"第(\d+)行“(.+?)”列(?:的值“.*?”)?：(.*)", text).groups()
    return int(line), column, reason


def test_messages_do_not_repeat_what_names_the_customer(world):
    said = refusals({"联系电话": "无", "内容": f"{PHONE}" * 2000, "客户姓名": "王" * 41})
    assert PHONE not in "".join(said)


def test_only_days_known_and_other_notations(world):
    take({"受理时间": CAME, "办结时间": date(2011, 4, 15)})
    letter = Letter.objects.get()
    assert letter.closed_at == letter.received_at
    take({"工单号": "L2", "来源": "", "业务类别": "B03", "受理时间": date(2011, 4, 14)})
    other = Letter.objects.get(reference="L2")
    assert timezone.localtime(other.received_at).hour == 0
    assert (other.channel, other.business) == ("HOTLINE", "B03")


def test_another_branch_is_out_of_reach(org, cast):
    assert refusals({"机构号": "BX", "员工号": ""}, actor=cast.service_office) == [
        "第2行“机构号”列的值“BX”：不属于您所在的分行"
    ]


def test_without_an_actor_and_unit_the_branch_must_be_clear(org):
    assert refusals({"机构号": "", "员工号": "", "责任认定": ""}) == [
        "第2行“机构号”列：有多家分行，须填写机构号"
    ]


def test_a_dry_run_writes_nothing():
    assert take({}, dry_run=True).created == 1
    assert not Letter.objects.exists()


def test_a_number_that_came_by_another_door(org, cast):
    facts = LetterFacts(
        channel="HOTLINE", source="FORM", reference="L1", kind="COMPLAINT", unit=org.a1,
        received_at=timezone.make_aware(CAME + timedelta(seconds=31)),
        body=ROW["内容"], customer_name="王示例", customer_phone=PHONE, business="B02",
    )  # fmt: skip
    letter_receive(branch=org.branch, facts=facts, actor=cast.service_office)
    assert take({}).updated == 1
    assert Letter.objects.get().staff.number == "T1"


def test_the_template_can_be_taken_in_itself(world):
    book = io.BytesIO(template_of(kinds()["letters"]))
    book.name = "t.xlsx"
    (row,) = read_table(book, LETTER_COLUMNS).rows
    assert row.moment("受理时间") == CAME


def test_more_rows_take_no_more_statements(org, world):
    def statements(start, count):
        changes = [{"工单号": f"Q{start + n}"} for n in range(count)]
        with CaptureQueriesContext(connection) as held:
            take(*(one | OPEN for one in changes))
            take(*changes)
            take(*changes)
        return len(held)

    statements(0, 1)
    assert statements(10, 2) == statements(100, 40)
