import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.logs import redact as redact_event
from accounts.masking import (
    CARD,
    IDENTITY,
    PHONE,
    findings,
    mask_number,
    mask_numbers,
    normalised,
    numbers,
)

FOUND = [
    ("电话13812345678。", PHONE, "13812345678"),
    ("+86 138 1234 5678", PHONE, "13812345678"),
    ("+86-13812345678", PHONE, "13812345678"),
    ("0086 13812345678", PHONE, "13812345678"),
    ("8613812345678", PHONE, "13812345678"),
    ("138-1234-5678", PHONE, "13812345678"),
    ("138.1234.5678", PHONE, "13812345678"),
    ("138 12345 678", PHONE, "13812345678"),
    ("１３８１２３４５６７８", PHONE, "13812345678"),
    ("1 3 8 1 2 3 4 5 6 7 8", PHONE, "13812345678"),
    ("手机13812345678元旦前打", PHONE, "13812345678"),
    ("2011 138 1234 5678", PHONE, "13812345678"),
    ("取款5000 13812345678", PHONE, "13812345678"),
    ("2011-04-30 13812345678", PHONE, "13812345678"),
    ("20110430 13812345678", PHONE, "13812345678"),
    ("登记编号 13812345678", PHONE, "13812345678"),
    ("投诉号码13812345678", PHONE, "13812345678"),
    ("04125551234", PHONE, "04125551234"),
    ("0412-5551234", PHONE, "04125551234"),
    ("(0412)5551234", PHONE, "04125551234"),
    ("（024）2345 6789", PHONE, "02423456789"),
    ("0412-5551234转801", PHONE, "04125551234"),
    ("010-62345678 分机 12", PHONE, "01062345678"),
    ("400-669-5566", PHONE, "4006695566"),
    ("4006695566", PHONE, "4006695566"),
    ("电话5551234", PHONE, "5551234"),
    ("座机：555-1234", PHONE, "5551234"),
    ("6222021234567890123", CARD, "6222021234567890123"),
    ("6222 0212 3456 7890 123", CARD, "6222021234567890123"),
    ("6222-0212-3456-7890", CARD, "6222021234567890"),
    ("６２２２　０２１２　３４５６　７８９０", CARD, "6222021234567890"),
    ("456351 0800 012 345678", CARD, "4563510800012345678"),
    ("账号123456789012", CARD, "123456789012"),
    ("1234567890123456789012", CARD, "1234567890123456789012"),
    ("卡号6222021234567890123.12月来", CARD, "6222021234567890123"),
    ("卡号6222021234567890元旦", CARD, "6222021234567890"),
    ("NO6222021234567890", CARD, "6222021234567890"),
    ("622202123456789012313812345678", CARD, "622202123456789012313812345678"),
    ("210302198001011234", IDENTITY, "210302198001011234"),
    ("21030219800101123X", IDENTITY, "21030219800101123X"),
    ("21030219800101123x", IDENTITY, "21030219800101123X"),
    ("２１０３０２１９８００１０１１２３Ｘ", IDENTITY, "21030219800101123X"),
    ("210302 19800101 1234", IDENTITY, "210302198001011234"),
    ("210302800101123", IDENTITY, "210302800101123"),
    ("护照号G12345678", IDENTITY, "G12345678"),
]


@pytest.mark.parametrize(("text", "kind", "number"), FOUND)
def test_a_number_is_found_compared_and_masked(text, kind, number):
    (found,) = numbers(text)
    assert (found.kind, found.number) == (kind, number)
    assert number not in mask_numbers(text)
    assert normalised(text[found.start : found.end]) == number or text.startswith("护照")


LEFT = [
    "2011年4月30日14:30:25到2011年5月",
    "2011-04-30 14:30",
    "2011/4/30 9:05:00",
    "20110430",
    "20110430143025",
    "201104301430",
    "2026-11-24T08:25:09.123456Z",
    "取款1,234,567.89元",
    "1234567.89",
    "存入100000000000元",
    "理财5000000万元",
    "￥1234567890.12",
    "人民币 123456789012",
    "500 1000 2000 3000",
    "1000 2000 3000 4000",
    "工单号2011043012345678",
    "工单编号：955661104300012345",
    "流水号123456789012345",
    "受理单号 LX20110430AB12CD",
    "LX20110430AB12CD",
    "拨打95566",
    "邮编114001，排队号A123",
    "排了3个窗口，1号2号3号",
    "5d41402abc4b2a76b9719d911017c5925d41402abc4b2a76b9719d911017c592",
    "9f1c2d3e-1234-4123-8123-123456789012",
]


@pytest.mark.parametrize("text", LEFT)
def test_dates_times_amounts_and_ticket_numbers_stay(text):
    assert mask_numbers(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13812345678", "138****5678"),
        ("0412-5551234转801", "041****1234"),
        ("电话5551234", "电话****"),
        ("400-669-5566", "40****66"),
        ("zhang.san@163.com", "z**@**"),
        ("12345678@qq.com", "1**@**"),
        ("辽C12345", "辽C****"),
        ("京A·D12345", "京A****"),
        ("微信号：abc_123", "微信号：****"),
        ("QQ 12345678", "QQ ****"),
        ("13812345678/13912345678", "138****5678/139****5678"),
        ("13812345678-13912345678", "138****5678-139****5678"),
        ("13812345678，6222021234567890", "138****5678，622****7890"),
    ],
)
def test_what_stands_in_its_place(text, masked):
    assert mask_numbers(text) == masked


def test_numbers_to_keep_stay():
    text = "本人13812345678，邻居13912345678"
    assert mask_numbers(text, {"13812345678"}) == "本人13812345678，邻居139****5678"


def test_a_log_event_is_masked_however_deep_and_its_time_stays():
    event = {
        "event": "call 13812345678",
        "timestamp": "2026-11-24T08:25:09.123456Z",
        "rows": [{"card": "6222021234567890"}, ("a", "21030219800101123X")],
        "count": 3,
    }
    assert redact_event(None, "info", event) == {
        "event": "call 138****5678",
        "timestamp": "2026-11-24T08:25:09.123456Z",
        "rows": [{"card": "622****7890"}, ["a", "210****123X"]],
        "count": 3,
    }


SCRAPS = st.sampled_from(
    [text for text, *_ in FOUND]
    + LEFT
    + [
        "客户",
        "电话",
        "，",
        " ",
        "-",
        "转",
        "元",
        "号",
        "*",
        "x",
        "@",
        ".",
        "（",
        "0",
        "2011",
        "138",
        "\n",
    ]
)
TEXTS = st.lists(SCRAPS | st.text("0123456789 -xX*转a@.:元", max_size=24), max_size=8).map("".join)


@given(TEXTS)
def test_masking_again_changes_nothing(text):
    once = mask_numbers(text)
    assert mask_numbers(once) == once


@given(TEXTS)
def test_no_run_of_seven_digits_of_a_number_is_left(text):
    masked = mask_numbers(text)
    for found in findings(text):
        shown = mask_number(found.number)
        assert not any(len(run) >= 7 for run in shown.split("****"))
    assert list(findings(masked)) == []


@given(TEXTS)
def test_the_length_is_bounded(text):
    assert len(mask_numbers(text)) <= len(text)


@given(
    st.from_regex(r"1[3-9][0-9]{9}|6[0-9]{15,18}", fullmatch=True),
    st.text("客户来电，。abz \n", max_size=5),
)
def test_a_phone_or_card_never_survives(number, around):
    masked = mask_numbers(f"{around}{number}{around}")
    assert number not in masked
    assert mask_number(number) in masked


@given(st.text(max_size=300))
def test_any_text_is_read(text):
    assert len(mask_numbers(text)) <= len(text)


def test_a_long_text_is_read_in_linear_time():
    assert len(mask_numbers("a1 " * 100_000)) == 300_000
    assert mask_numbers("1" * 200_000) == "111****1111"
    assert mask_numbers("1 " * 50_000 + "*")
    assert len(mask_numbers("a" * 200_000)) == 200_000
