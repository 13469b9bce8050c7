"""The pure rules of handling: recusal, replies, likeness, findings' days, what can be done next."""

from datetime import date
from typing import Any

import pytest

from complaints.acts import LEADING, Situation, acts
from complaints.judging import FINDINGS, day_problem, earliest_day, objection_until
from complaints.recusal import (
    ASKED,
    COLLEAGUE,
    NAMED,
    OWN_UNIT,
    WORKED_THERE,
    Handler,
    Held,
    Named,
    conflicts,
)
from complaints.replies import (
    COMPLAINT,
    DEFAULT_TEXTS,
    PLACEHOLDERS,
    REMEDIES,
    filled,
    missing_remedies,
    salutation,
    unfilled,
    unknown_placeholders,
)
from complaints.shingles import ALIKE, shingles, similarity

DAY = date(2011, 5, 10)
LONG_AGO = Held(1, date(2005, 1, 1), date(2010, 5, 9))  # ended a day before the year that counts
JUST = Held(1, date(2005, 1, 1), date(2010, 5, 10))
THERE = Held(1, date(2005, 1, 1))
ELSEWHERE = Held(2, date(2005, 1, 1))


@pytest.mark.parametrize(
    ("handler", "named", "reasons"),
    [
        (Handler(None, None), Named(DAY), ()),
        (Handler(None, None), Named(DAY, 1, 7, [THERE]), ()),
        (Handler(7, None), Named(DAY, 1, 7), (NAMED,)),
        (Handler(7, 1, [THERE]), Named(DAY, 1, 7, [THERE]), (NAMED,)),
        (Handler(8, 1), Named(DAY, 1), (OWN_UNIT,)),
        (Handler(8, 2), Named(DAY, 1), ()),
        (Handler(8, 2, [THERE]), Named(DAY, 1), (WORKED_THERE,)),
        (Handler(8, 2, [JUST]), Named(DAY, 1), (WORKED_THERE,)),
        (Handler(8, 2, [LONG_AGO]), Named(DAY, 1), ()),
        (Handler(8, 2, [Held(1, date(2011, 5, 11))]), Named(DAY, 1), ()),
        (Handler(8, 2, [THERE]), Named(DAY, None, 7, [JUST]), (COLLEAGUE,)),
        (Handler(8, 2, [THERE]), Named(DAY, None, 7, [LONG_AGO]), ()),
        (Handler(8, 2, [THERE]), Named(DAY, None, 7, [ELSEWHERE]), ()),
        (
            Handler(8, 2, [Held(1, date(2010, 1, 1), date(2010, 12, 1))]),
            Named(DAY, None, 7, [Held(1, date(2010, 12, 2))]),
            (),
        ),
        (Handler(8, 1, [THERE]), Named(DAY, 1, 7, [THERE]), (OWN_UNIT, WORKED_THERE, COLLEAGUE)),
        (Handler(None, None, asked=True), Named(DAY, 1), (ASKED,)),
    ],
)
def test_recusal(handler, named, reasons):
    assert conflicts(handler, named) == reasons


FULL = "可自收到本答复之日起30日内申请核查，也可申请调解、仲裁或向人民法院提起诉讼。"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (FULL, []),
        (FULL.replace("30日", "三十日"), []),
        (FULL.replace("30日", "３０ 天"), []),
        ("核查申请请在收到之日起 30 个自然日内提出；调解；仲裁；起诉", []),
        (FULL.replace("诉讼", "申诉"), ["诉讼"]),
        (FULL.replace("30日内", ""), ["30日内申请核查"]),
        (FULL.replace("30日", "15日"), ["30日内申请核查"]),
        ("我们在30日内办好。如有异议请核查。调解、仲裁、诉讼", ["30日内申请核查"]),
        ("感谢您的来信", list(REMEDIES)),
    ],
)
def test_remedies(text, missing):
    assert missing_remedies(text) == missing


@pytest.mark.parametrize("text", DEFAULT_TEXTS, ids=[text.name for text in DEFAULT_TEXTS])
def test_the_templates_that_ship(text):
    assert unknown_placeholders(text.body) == []
    assert text.kind != COMPLAINT or missing_remedies(text.body) == []
    whole = filled(text.body, dict.fromkeys(PLACEHOLDERS, "某"))
    assert unfilled(whole) == []
    assert "{" not in whole


def test_filling_leaves_what_is_not_known():
    text = "尊敬的{客户}：{处理结果}，{处理结果}。{天气}"
    assert (
        filled(text, {"客户": "王先生", "处理结果": ""})
        == "尊敬的王先生：{处理结果}，{处理结果}。{天气}"
    )
    assert unfilled(text) == ["客户", "处理结果", "天气"]
    assert unknown_placeholders(text) == ["天气"]


@pytest.mark.parametrize(
    ("name", "called"),
    [("王小明", "王先生/女士"), ("欧阳修", "欧阳先生/女士"), ("", "客户")],
)
def test_salutation(name, called):
    assert salutation(name) == called


TOLD = "客户反映昨天上午在海城支行营业部排队两个小时，只开了一个窗口，大堂经理不闻不问。"


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (TOLD, True),
        (TOLD.replace("，", " ").replace("昨天上午", "4月30日9:10"), True),
        (f"再次来电。{TOLD}至今没有答复，要求尽快处理。", True),
        ("客户表扬道西支行柜员李某拾金不昧，要求给予奖励。", False),
        ("客户咨询信用卡年费如何减免，柜员没有解释清楚。", False),
        ("", False),
    ],
)
def test_likeness(other, alike):
    degree = similarity(shingles(TOLD), shingles(other))
    assert (degree >= ALIKE) == alike
    assert degree == similarity(shingles(other), shingles(TOLD))
    assert 0 <= degree <= 1


def test_likeness_of_short_texts():
    assert similarity(shingles("排队"), shingles("排队。")) == 1
    assert similarity(shingles("排队"), shingles("态度")) == 0
    assert similarity(shingles("1234"), shingles("")) == 0


@pytest.mark.parametrize(
    ("received", "before", "earliest"),
    [
        (date(2011, 3, 1), None, date(2011, 5, 1)),
        (date(2011, 5, 6), None, date(2011, 5, 6)),
        (date(2011, 3, 1), date(2011, 5, 8), date(2011, 5, 8)),
        (date(2011, 3, 1), date(2011, 4, 8), date(2011, 5, 1)),
    ],
)
def test_a_finding_is_dated_back_within_the_month_only(received, before, earliest):
    assert earliest_day(DAY, received, before) == earliest
    assert day_problem(earliest, DAY, earliest) == ""
    assert day_problem(DAY, DAY, earliest) == ""
    assert "最早为" in day_problem(date(2011, 4, 30), DAY, earliest)
    assert "晚于今天" in day_problem(date(2011, 5, 11), DAY, earliest)


def test_a_unit_has_five_working_days_to_object():
    calendar = {date(2011, 10, day): False for day in range(1, 8)} | {date(2011, 10, 8): True}
    assert objection_until(date(2011, 9, 29), calendar) == date(2011, 10, 12)


OFFICE: dict[str, Any] = {"triages": True, "holds": True, "handles": True}


@pytest.mark.parametrize(
    ("here", "first"),
    [
        (Situation("RECEIVED", **OFFICE), "triage"),
        (Situation("ASSIGNED", "COMPLAINT", **OFFICE), "draft"),
        (Situation("ASSIGNED", "COMPLAINT", has_draft=True, **OFFICE), "send"),
        (Situation("ASSIGNED", "COMPLAINT", may_decide=True, **OFFICE), "decide"),
        (Situation("ASSIGNED", "COMPLAINT", speaks=True), "state"),
        (Situation("ANSWERED", "COMPLAINT", **OFFICE), "judge"),
        (Situation("ANSWERED", "COMPLAINT", is_judged=True, **OFFICE), "close"),
        (Situation("ANSWERED", "INQUIRY", **OFFICE), "close"),
        (Situation("CLOSED", "COMPLAINT", is_judged=True, may_settle=True, **OFFICE), "settle"),
        (Situation("CLOSED", "COMPLAINT", speaks=True, may_object=True), "object"),
    ],
)
def test_what_the_page_offers_first(here, first):
    assert acts(here)[0] == first
    assert first in LEADING


@pytest.mark.parametrize(
    "here",
    [
        Situation("ASSIGNED", "COMPLAINT"),
        Situation("RECEIVED", speaks=True),
        Situation("CLOSED", "COMPLAINT", speaks=True),
        Situation("ASSIGNED", "COMPLAINT", speaks=True, has_statement=True),
    ],
)
def test_readers_are_offered_nothing(here):
    assert acts(here) == []


def test_who_must_recuse_can_only_step_back():
    assert set(acts(Situation("ASSIGNED", "COMPLAINT", holds=True))) == {"recuse", "return"}


@pytest.mark.parametrize("state", ["WITHDRAWN", "MERGED"])
def test_what_ended_early_is_only_remarked_on(state):
    assert set(acts(Situation(state, "INQUIRY", **OFFICE))) == {"remark", "attach", "relate"}


@pytest.mark.parametrize("kind", ["INQUIRY", "SUGGESTION"])
def test_only_complaints_and_praise_are_judged(kind):
    assert kind not in FINDINGS
    assert "judge" not in acts(Situation("ANSWERED", kind, **OFFICE))


def test_only_inquiries_become_complaints():
    assert "escalate" in acts(Situation("CLOSED", "INQUIRY", **OFFICE))
    assert "escalate" not in acts(Situation("CLOSED", "COMPLAINT", **OFFICE))
