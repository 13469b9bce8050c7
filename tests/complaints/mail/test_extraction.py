"""Fields of letters in the layouts that occur, times and names as people write them, patterns refused."""

import io
import time
import zipfile
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from complaints.mail.drafting import Terms, draft_of
from complaints.mail.extract import (
    DEFAULTS,
    FIELDS,
    PatternInvalid,
    extract,
    first_value,
    pattern_check,
)
from complaints.mail.message import Reading
from complaints.mail.recognise import Signs
from complaints.mail.suspicion import suspicion
from complaints.mail.times import time_in
from complaints.mail.words import KnownUnit, business_of, channel_in, kind_in, unit_of
from complaints.taxonomy import BUSINESSES
from tests.complaints.mail.letters import SAMPLES, TRADITIONAL

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2011, 4, 20, 12, tzinfo=ZONE)
UNITS = [
    KnownUnit(1, "AS", "示例分行", "示例分行"),
    KnownUnit(2, "ASA", "中国银行甲支行", "甲支行"),
    KnownUnit(3, "ASA1", "甲支行甲一网点", "甲一网点"),
    KnownUnit(4, "ASA2", "甲支行甲二网点", "甲二网点"),
    KnownUnit(5, "ASB", "中国银行乙支行", "乙支行"),
    KnownUnit(6, "ASB1", "乙支行甲二储蓄所", "甲二所"),
]
TERMS = Terms(DEFAULTS, UNITS, BUSINESSES)


BLANK = Reading("", "", "", NOW, "", "", Signs(), (), "")


def reading(text: str, **kw: Any) -> Reading:
    return replace(BLANK, text=text, **kw)


@pytest.mark.parametrize("sample", [*SAMPLES, TRADITIONAL], ids=lambda one: one.name)
def test_layouts(sample):
    found = extract(sample.text, DEFAULTS)
    assert {name: found.value(name) for name in sample.fields} == sample.fields
    draft = draft_of(reading(sample.text), TERMS, NOW)
    assert (draft.kind, draft.channel, draft.problem) == (sample.kind, sample.channel, "")
    assert f"{draft.received_at:%Y-%m-%d %H:%M}" == sample.received


@pytest.mark.parametrize(
    ("sample", "unit", "business"),
    zip(SAMPLES, (3, 5, 2, 6, 4), ("B02", "B04", "", "B09", "B03"), strict=True),
    ids=lambda one: getattr(one, "name", ""),
)
def test_layouts_lead_to_units_and_businesses(sample, unit, business):
    draft = draft_of(reading(sample.text), TERMS, NOW)
    assert draft.unit_id == unit
    assert draft.business == business


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2011-04-15 10:23:05", "2011-04-15 10:23:05"),
        ("2011-04-15T10:23:05+08:00", "2011-04-15 10:23:05"),
        ("2011/4/15 16:40", "2011-04-15 16:40:00"),
        ("2011.4.15", "2011-04-15 00:00:00"),
        ("20110415102305", "2011-04-15 10:23:05"),
        ("20110415 1023", "2011-04-15 10:23:00"),
        ("2011年4月15日10时23分05秒", "2011-04-15 10:23:05"),
        ("2011年4月15号 下午2点45", "2011-04-15 14:45:00"),
        ("２０１１年４月１５日１０时", "2011-04-15 10:00:00"),
        ("二〇一一年四月十五日晚上八点半", "2011-04-15 20:30:00"),
        ("二零一一年三月二十五日", "2011-03-25 00:00:00"),
        ("2011年4月15日中午12点", "2011-04-15 12:00:00"),
        ("2011年4月15日中午1点", "2011-04-15 13:00:00"),
        ("2011年4月15日凌晨12点10分", "2011-04-15 00:10:00"),
        ("2011-4-15 3:05PM", "2011-04-15 15:05:00"),
        ("2011-4-15 12:05 AM", "2011-04-15 00:05:00"),
        ("4月15日10点", "2011-04-15 10:00:00"),
        ("12月31日 23:59", "2010-12-31 23:59:00"),
        ("昨天下午3点半", "2011-04-19 15:30:00"),
        ("今天上午十点一刻", "2011-04-20 10:15:00"),
        ("前日晚上11:30", "2011-04-18 23:30:00"),
        ("2011/04/15 10：23", "2011-04-15 10:23:00"),
    ],
)
def test_times(text, said):
    assert f"{time_in(text, NOW):%Y-%m-%d %H:%M:%S}" == said


@pytest.mark.parametrize(
    "text", ["没有时间", "10:30", "2011年2月30日", "2011-04-15 25:00", "", "13月1日"]
)
def test_no_times(text):
    assert time_in(text, NOW) is None


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("ASA1", 3),
        ("甲一网点", 3),
        ("中国银行甲支行", 2),
        ("贵行甲支行", 2),
        ("甲支行甲一网点营业厅", 3),
        ("客户在甲二网点", 4),
        ("甲二", None),  # two hold it
        ("甲二储蓄所", 6),
        ("丙支行", None),
        ("", None),
        ("银行", None),
    ],
)
def test_units(said, unit):
    assert unit_of(said, UNITS) == unit


@pytest.mark.parametrize(
    ("said", "code"),
    [("借记卡", "B02"), ("B05", "B05"), ("个人住房贷款", "B04"), ("ATM取款", "B10"), ("信用卡还款", "B03"),
     ("跨行转账", "B07"), ("兑换零钞", "B11"), ("存款", "B01"), ("不知道", ""), ("", "")],
)  # fmt: skip
def test_businesses(said, code):
    assert business_of(said, BUSINESSES) == code


@pytest.mark.parametrize(
    ("subject", "text", "kind"),
    [
        ("", "工单类型：投诉", "COMPLAINT"),
        ("", "【类别】客户表扬", "PRAISE"),
        ("【建议】关于网点座椅", "", "SUGGESTION"),
        ("投诉工单20110415", "", "COMPLAINT"),
        ("客户协查单：查询扣款", "", "INQUIRY"),
        ("", "协查工单\n请协助", "INQUIRY"),
        ("转办工单", "客户要投诉我们", ""),
        ("关于投诉处理流程的通知", "", ""),
    ],
)
def test_kinds_are_taken_where_they_are_stated_only(subject, text, kind):
    assert kind_in(subject, text) == kind


@pytest.mark.parametrize(
    ("text", "channel"),
    [("来源：行长信箱", "PRESIDENT"), ("受理渠道：12378转办", "REGULATOR"), ("渠道\t网络", "ONLINE"), ("", "HOTLINE"),
     ("来源：不明", "HOTLINE")],
)  # fmt: skip
def test_channels(text, channel):
    assert channel_in(text) == channel


# Letters that are none yet


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有正文"),
        ("大家好，下午开会。", "没有认出"),
        ("工单号：GD2011041500\n受理时间：请尽快处理", "无法识别"),
        ("工单号：GD2011041500\n受理时间：2011-05-30 10:00", "在将来"),
    ],
)
def test_what_stops_a_letter(text, said):
    assert said in draft_of(reading(text), TERMS, NOW).problem


def test_what_was_wrong_with_the_mail_stops_it_first():
    assert draft_of(reading(SAMPLES[0].text, problem="坏"), TERMS, NOW).problem == "坏"


def test_a_pattern_that_runs_out_of_time_stops_it_and_is_named():
    patterns = {field: list(DEFAULTS[field]) for field in FIELDS} | {"phone": [r"(a|aa)+b"]}
    draft = draft_of(reading(SAMPLES[0].text + "a" * 5000), Terms(patterns, [], {}), NOW)
    assert draft.problem == "提取模式在这封信上超时：电话第1条"


def test_patterns_together_take_no_longer_than_allowed():
    patterns = {field: [r"(a|aa)+b", r"(a|a)*c|(x+x+)+y"] * 6 for field in FIELDS}
    began = time.monotonic()
    extract("a" * 5000 + "x" * 5000, patterns)
    assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    ("sent_at", "received"),
    [
        (None, NOW),
        (datetime.fromisoformat("2011-04-18T09:00"), datetime(2011, 4, 18, 9, tzinfo=ZONE)),
        (datetime(2031, 1, 1, tzinfo=ZONE), NOW),
    ],
)
def test_without_a_time_of_its_own_a_letter_was_received_when_it_was_sent(sent_at, received):
    draft = draft_of(reading("工单号：GD2011041500", sent_at=sent_at), TERMS, NOW)
    assert (draft.received_at, draft.problem) == (received, "")


@pytest.mark.parametrize("number", ["13841234567", "210302197001011234"])
def test_a_number_of_the_customers_is_no_ticket_number(number):
    assert draft_of(reading(f"工单号：{number}\n网点：甲支行"), TERMS, NOW).reference == ""


def test_the_name_may_stand_in_the_subject():
    draft = draft_of(reading("工单号：GD2011041500", subject="客户刘芳 来电反映"), TERMS, NOW)
    assert draft.name == "刘芳"


# Patterns


@pytest.mark.parametrize("pattern", [one for field in FIELDS for one in DEFAULTS[field]])
def test_the_patterns_shipped_can_be_used(pattern):
    pattern_check(pattern)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("", "是空的"),
        ("(a", "第3个字处缺少右括号"),
        ("a)", "括号不配对"),
        ("[a", "方括号没有关上"),
        ("*a", "重复号前没有"),
        ("a**", "重复号连用"),
        ("a{5,2}", "前大后小"),
        ("[b-a]", "前后颠倒"),
        ("\\", "反斜杠"),
        ("(?<x", "不认识的写法"),
        (".*", "不能匹配空文字"),
        ("a" * 301, "不能超过300字"),
        ("(a|aa)+b", "很久"),
        (r"(?R)", "很久"),
        ("(?:x{1000}){1000}y", "连乘"),
        ("a{99999999}", "连乘"),
        ("(((x{90}){90}){90}){90}", "连乘"),
    ],
)
def test_patterns_that_are_refused(pattern, said):
    began = time.monotonic()
    with pytest.raises(PatternInvalid, match=said):
        pattern_check(pattern)
    assert time.monotonic() - began < 3


def test_the_first_group_that_holds_something_is_the_value():
    assert first_value(r"x(a)?(b)", "xb") == "b"
    assert first_value(r"xb", "xb") == "xb"
    assert first_value(r"y", "xb") == ""


# Files


def archive(**entries: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as one:
        for name, data in entries.items():
            one.writestr(name, data)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"%PDF-1.4", ""),
        ("a.txt", b"text", ""),
        ("a.exe", b"x", "可执行文件"),
        ("A.SCR. ", b"x", "可执行文件"),
        ("a.jpg", b"MZ\x90", "可执行文件"),
        ("a", b"#!/bin/sh", "可执行文件"),
        ("a.xlsm", b"PK\x03\x04", "带有宏"),
        ("a.html", b"<p>", "网页"),
        ("a.zip", archive(a=b"x"), ""),
        ("a.docx", archive(**{"word/vbaProject.bin": b"x"}), "带有宏"),
        ("a.zip", archive(**{"x/y.exe": b"x"}), "含有可执行文件"),
        ("a.zip", archive(a=bytes(9_000_000)), "压缩炸弹"),
        ("a.zip", b"PK\x03\x04 nothing", "损坏"),
        ("a.zip", b"PK\x03\x04" + b"PK\x05\x06" + bytes(18), ""),
        ("a.zip", b"PK\x03\x04" + b"PK\x05\x06" + bytes(6) + b"\xff\xff" + bytes(10), "压缩炸弹"),
    ],
)  # fmt: skip
def test_files(name, data, said):
    assert said in suspicion(name, data) if said else suspicion(name, data) == ""
