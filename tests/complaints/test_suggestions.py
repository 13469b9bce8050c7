"""What a letter's text suggests, and why: tables of cases."""

import pytest

from complaints.pinyin import initials, search_keys, sounds, spelt
from complaints.suggestion_words import BUSINESSES, CAUSES, KINDS, SERVICE_CHANNELS, SEVERITIES
from complaints.suggestions import (
    Person,
    Segment,
    UnitNames,
    by_words,
    first_by_words,
    person_suggestions,
    segments,
    stem,
    unit_suggestions,
)
from complaints.taxonomy import BUSINESSES as BUSINESS_LABELS
from complaints.taxonomy import CAUSES as CAUSE_LABELS
from complaints.taxonomy import SERVICE_CHANNELS as CHANNEL_LABELS

UNITS = [
    UnitNames("1", "AS0100", "示例银行海城支行", "海城支行"),
    UnitNames("2", "AS0101", "示例银行海城支行营业部", "海城支行营业部"),
    UnitNames("3", "AS0201", "示例银行股份有限公司道西分理处", "道西分理处"),
    UnitNames("4", "AS0301", "示例银行对炉支行", "对炉支行"),
    UnitNames("5", "AS", "示例分行", "示例分行"),
]


@pytest.mark.parametrize(
    ("text", "ids", "reason"),
    [
        ("在海城支行营业部办理", ["2"], "文中写明“海城支行营业部”"),
        ("在海城支行办理", ["1"], "文中写明“海城支行”"),
        ("示例银行对炉支行的柜员", ["4"], "文中写明“示例银行对炉支行”"),
        ("住在道西，常去那里的网点", ["3"], "文中提到“道西”"),
        ("机构AS0201，昨天", ["3"], "机构号“AS0201”"),
        ("XAS0201Y", [], ""),
        ("海成支行排队太久", ["1"], "读音与名称相同：“海成支行”"),
        ("到西的网点排队", ["3"], "读音与名称相同：“到西”"),
        ("我到西安出差", [], ""),
        ("daoxi 那家", ["3"], "拼音“daoxi”"),
        ("HCZH柜员", ["1"], "拼音首字母“HCZH”"),
        ("对炉支行和道西分理处都去过", ["3", "4"], "文中写明“道西分理处”"),
        ("给分行写信", [], ""),
        ("没有写在哪里", [], ""),
    ],
)
def test_units(text, ids, reason):
    found = unit_suggestions(text, UNITS)
    assert [one.value for one in found] == ids
    if ids:
        assert found[0].reason == reason
        assert found[0].words[0] in text


def test_a_shortened_name_shared_by_two_suggests_both():
    assert [one.value for one in unit_suggestions("海城那家", UNITS)] == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("海城支行", "海城"),
        ("海城支行营业部", "海城"),
        ("示例银行对炉支行", "对炉"),
        ("营业部", "营业部"),
        ("个人金融部", "个人金融"),
    ],
)
def test_stems(name, short):
    assert stem(name) == short


PEOPLE = [
    Person("11", "1001", "王丽", "2"),
    Person("12", "1002", "李明", "2"),
    Person("13", "1003", "李红", "2"),
    Person("21", "2001", "王强", "3"),
]


@pytest.mark.parametrize(
    ("text", "unit", "ids", "reason"),
    [
        ("柜员王丽态度差", "2", ["11"], "文中提到“王丽”"),
        ("工号1002的柜员", "2", ["12"], "工号“1002”"),
        ("电话10021234", "2", [], ""),
        ("王强不理人", "2", ["21"], "文中提到“王强”，但不在所选机构"),
        ("王强不理人", None, ["21"], "文中提到“王强”"),
        ("姓王的柜员", "2", ["11"], "文中提到“姓王的柜员”，该机构只有一位姓王"),
        ("王经理让我等", "2", ["11"], "文中提到“王经理”，该机构只有一位姓王"),
        ("李经理让我等", "2", [], ""),
        ("赵主任", "2", [], ""),
        ("李红和王丽都在", "2", ["11", "13"], "文中提到“王丽”"),
    ],
)
def test_people(text, unit, ids, reason):
    found = person_suggestions(text, PEOPLE, unit)
    assert [one.value for one in found] == ids
    if ids:
        assert found[0].reason == reason


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("客户投诉柜员态度生硬，要求道歉", "COMPLAINT"),
        ("客户反映柜员不耐烦", "COMPLAINT"),
        ("客户表示不投诉，仅请网点核实余额", "INQUIRY"),
        ("请协查一笔未到账汇款", "INQUIRY"),
        ("取款时被吞卡", "INQUIRY"),
        ("客户表扬大堂经理，非常感谢", "PRAISE"),
        ("柜员拾金不昧，送来锦旗", "PRAISE"),
        ("希望网点能增加座椅", "SUGGESTION"),
        ("建议周末多开窗口", "SUGGESTION"),
        ("客户经理建议我买基金", ""),
        ("今天天气很好", ""),
    ],
)
def test_kinds(text, kind):
    found = by_words(text, KINDS)
    assert (found[0].value if found else "") == kind
    assert all(word in text for one in found for word in one.words)


@pytest.mark.parametrize(
    ("table", "text", "code"),
    [
        (BUSINESSES, "信用卡年费", "B03"),
        (BUSINESSES, "银行卡挂失补卡", "B02"),
        (BUSINESSES, "房贷提前还款", "B04"),
        (BUSINESSES, "买的理财产品亏损", "B05"),
        (BUSINESSES, "汇款未到账", "B07"),
        (BUSINESSES, "换残币", "B11"),
        (BUSINESSES, "信用卡催收电话", "B13"),
        (BUSINESSES, "存折取款", "B01"),
        (CAUSES, "柜员态度差，排队", "C01"),
        (CAUSES, "手续繁琐，不予办理", "C02"),
        (CAUSES, "取款机故障吞卡", "C03"),
        (CAUSES, "小额账户管理费", "C04"),
        (CAUSES, "没有告知风险", "C05"),
        (CAUSES, "推销保险", "C06"),
        (CAUSES, "账户被盗刷", "C08"),
        (CAUSES, "个人信息泄露", "C09"),
        (SERVICE_CHANNELS, "柜台排队", "A01"),
        (SERVICE_CHANNELS, "ATM吞卡", "A02"),
        (SERVICE_CHANNELS, "手机银行登录", "A03"),
    ],
)
def test_codes(table, text, code):
    found = by_words(text, table)
    assert found[0].value == code
    assert found[0].reason.startswith("文中有“")


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("否则向媒体曝光", "GRAVE"),
        ("将向银监局反映", "GRAVE"),
        ("准备起诉", "GRAVE"),
        ("在门口摔倒受伤", "GRAVE"),
        ("多次反映没有解决", "SERIOUS"),
        ("多次反映没有解决，要找记者", "GRAVE"),
        ("排队时间长", ""),
    ],
)
def test_severity(text, severity):
    found = first_by_words(text, SEVERITIES)
    assert (found[0].value if found else "") == severity


def test_every_suggested_code_is_one_of_the_taxonomy():
    assert set(BUSINESSES) <= set(BUSINESS_LABELS)
    assert set(CAUSES) <= set(CAUSE_LABELS)
    assert set(SERVICE_CHANNELS) <= set(CHANNEL_LABELS)


def test_codes_name_their_dimension_and_are_never_reused():
    for letter, labels in (("A", CHANNEL_LABELS), ("B", BUSINESS_LABELS), ("C", CAUSE_LABELS)):
        assert all(code[0] == letter and code[1:].isdecimal() for code in labels)
        assert labels[f"{letter}99"] == "其他"
    assert not {"B09", "B10"} & set(BUSINESS_LABELS)


def test_pinyin():
    assert spelt("海城支行") == "haichengzhihang"
    assert initials("海城支行") == "hczh"
    assert sounds("支行") == ("zhi", "hang")
    assert search_keys("道西", "AS01") == "道西 daoxi dx as01"


def test_the_text_is_cut_at_the_words():
    assert segments("柜员态度生硬。柜员", {"态度生硬": "原因", "态度": "类型", "柜员": "渠道"}) == [
        Segment("柜员", "渠道"),
        Segment("态度生硬", "原因"),
        Segment("。", ""),
        Segment("柜员", "渠道"),
    ]
    assert segments("<b>", {}) == [Segment("<b>", "")]
