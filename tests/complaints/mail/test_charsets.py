"""Which charset bytes are in, whatever is said of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.mail.charsets import Undecodable, decode, decode_roughly, plausibility
from complaints.mail.headers import base64_bytes, parameters, text_of
from tests.complaints.mail.builder import raw_word, split_words, word

SIMPLE = "您好！我行网点服务态度恶劣，客户王建国于2011年4月15日——到海城支行办理业务·请处理。"
TRADITIONAL = "您好！貴行分行職員服務態度惡劣，客戶許功蓋於2011年4月15日到貴行辦理業務，請處理。"
LABELS = (
    None,
    "gb2312",
    "GBK",
    "gb_2312-80",
    "utf-8",
    "big5",
    "iso-8859-1",
    "us-ascii",
    "x-unknown",
)


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(
    ("text", "charset"),
    [
        (SIMPLE, "gbk"),
        (SIMPLE, "gb18030"),
        (SIMPLE, "utf-8"),
        (SIMPLE, "utf-8-sig"),
        (SIMPLE, "utf-16"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "cp950"),
        (TRADITIONAL, "big5hkscs"),
        (TRADITIONAL, "utf-8"),
    ],
)
def test_the_text_is_found_under_any_label(text, charset, label):
    assert decode(text.encode(charset), label) == text


@pytest.mark.parametrize(
    ("text", "charset", "label"),
    [
        ("联通", "gbk", None),
        ("投诉", "gbk", "utf-8"),
        ("镕基", "gb18030", "gb2312"),
        ("喆", "utf-8", None),
        ("𠮷野家", "gb18030", "gb2312"),
        ("𠮷野家", "utf-8", "gb2312"),
        ("許功蓋", "big5", None),
        ("謝", "big5", "big5"),
        ("主旨", "big5", "gb2312"),
        ("é", "utf-8", "utf-8"),
        ("Café naïve", "latin-1", "iso-8859-1"),
        ("it’s", "cp1252", "windows-1252"),
        ("您好，服务", "hz", "hz-gb-2312"),
        ("您好，服务", "hz", None),
        ("您好", "utf-7", "utf-7"),
        ("您好", "utf-16-be", "utf-16"),
        ("您好 hi", "utf-16-le", "utf-16"),
        ("hi", "utf-16-le", "utf-16le"),
        ("恒生裏面", "cp950", "big5"),
        ("啫喱", "big5hkscs", "big5-hkscs"),
    ],
)
def test_short_texts(text, charset, label):
    assert decode(text.encode(charset), label) == text


@pytest.mark.parametrize("label", LABELS[:6])
@pytest.mark.parametrize(
    "data",
    [SIMPLE.encode()[:-1], SIMPLE.encode("gbk")[:-1] + b"\xff", bytes(range(128, 256))],
    ids=["cut", "hole", "noise"],
)
def test_what_is_no_text_is_refused_and_can_still_be_looked_at(data, label):
    with pytest.raises(Undecodable):
        decode(data, label)
    assert decode_roughly(data, label)


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1))
def test_a_charset_that_is_told_truly_is_believed_of_utf_8(text):
    assert decode(text.encode(), "utf-8") == text


def test_how_common_characters_are():
    assert plausibility("abc") == 1
    assert plausibility("的") == 1
    assert plausibility("的龘") < 1
    assert plausibility("\ue000") == 0


# Fields


@pytest.mark.parametrize("every", range(1, 9))
@pytest.mark.parametrize("charset", ["gb2312", "gb18030", "utf-8", "big5"])
def test_encoded_words_cut_anywhere(charset, every):
    text = "客户投诉" if charset != "big5" else "客戶投訴"
    assert text_of(split_words(text, charset, every).replace(b"\r\n", b"")) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Re: " + word("投诉", "gbk") + b" tail", "Re: 投诉 tail"),
        (word("投", "gbk") + b" " + word("诉", "gb2312", "Q"), "投诉"),
        (word("投", "gbk") + b" " + word("诉", "utf-8"), "投诉"),
        (word("投", "gbk") + word("诉", "gbk"), "投诉"),
        (b"=?utf-8?B?5oqV6K+J", "=?utf-8?B?5oqV6K+J"),
        (b"=?utf-8?B?5oqV6K+J?= =?broken", "投诉 =?broken"),
        (raw_word("投诉".encode("gbk"), "utf-8*zh"), "投诉"),
        (raw_word("投诉".encode("gbk"), "nonsense"), "投诉"),
        (b"=?utf-8?Q?=E6=8A=95_=E8=AF=89?=", "投 诉"),
        ("投诉".encode("gbk"), "投诉"),
        ("投诉".encode(), "投诉"),
        (raw_word("甲\r\nBcc: x".encode(), "utf-8"), "甲 Bcc: x"),
        (b"", ""),
    ],
)
def test_fields(raw, text):
    assert text_of(raw) == text


@pytest.mark.parametrize(
    ("raw", "name", "value"),
    [
        (b'attachment; filename="a b.pdf"', "filename", (b"a b.pdf", "")),
        (b"attachment; FileName=a.pdf; size=3", "filename", (b"a.pdf", "")),
        (rb'x; name="a\"b\\c"', "name", (b'a"b\\c', "")),
        ('x; name="許功蓋"; y=1'.encode("big5"), "name", ("許功蓋".encode("big5"), "")),
        (b"x; n*0*=gbk''%CD%B6; n*1*=%CB%DF; n*2=.pdf", "n", ("投诉.pdf".encode("gbk"), "gbk")),
        (b"x; n*1=b; n*0=a", "n", (b"ab", "")),
        (b"x; n*=utf-8''%E6%8A%95", "n", ("投".encode(), "utf-8")),
        (b"x; n*0*=utf-8''%E6%8; n*1*=A%95", "n", ("投".encode(), "utf-8")),
        (b'x; name="open', "name", (b"open", "")),
        (b"x; ; =; name=a", "name", (b"a", "")),
    ],
)
def test_parameters(raw, name, value):
    assert parameters(raw)[name] == value


@pytest.mark.parametrize(
    ("data", "read", "whole"),
    [
        (b"5L2g5aW9", "你好".encode(), True),
        (b"5L2g\r\n 5aW9\r\n", "你好".encode(), True),
        (b"5L0=\n5L0=", b"\xe4\xbd" * 2, True),
        (b"YQ", b"a", True),
        (b"5L2g5", "你".encode(), False),
        (b"5L2g!!5aW9", "你好".encode(), False),
        (b"", b"", True),
    ],
)
def test_base64(data, read, whole):
    assert base64_bytes(data) == (read, whole)
