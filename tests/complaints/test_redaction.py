import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.redaction import findings, mask_name, redact


@pytest.mark.parametrize(
    ("text", "names", "redacted"),
    [
        ("客户王小明反映", ["王小明"], "客户王**反映"),
        ("王 小 明来电", ["王小明"], "王**来电"),
        ("客户小明说", ["王小明"], "客户**说"),
        ("小明先生很满意", ["王小明"], "**先生很满意"),
        ("小明路网点", ["王小明"], "小明路网点"),
        ("阿依古丽·买买提", ["阿依古丽·买买提"], "阿**"),
        ("阿依古丽买买提", ["阿依古丽·买买提"], "阿**"),
        ("John  SMITH came", ["John Smith"], "J** came"),
        ("王一网点的王", ["王"], "王一网点的王"),
        ("张三丰和张三", ["张三", "张三丰"], "张**和张**"),
        ("客户姓名：李四，电话13812345678", [], "客户姓名：李**，电话138****5678"),
        ("姓名:张三丰电话", [], "姓名:张**电话"),
        ("户名：李四", [], "户名：李**"),
        ("柜员姓名：李静，服务好", [], "柜员姓名：李静，服务好"),
        ("表扬柜员李静女士", [], "表扬柜员李静女士"),
        ("", ["王小明"], ""),
        ("客户来电", ["", " "], "客户来电"),
        ("ＡＴＭ吞卡", [], "ATM吞卡"),
    ],
)
def test_names_and_numbers_are_masked(text, names, redacted):
    assert redact(text, *names) == redacted
    assert redact(redacted, *names) == redacted


def test_the_numbers_of_one_person_may_stay_and_nobody_elses():
    text = "本人张三13812345678，代李四13912345678办理"
    assert (
        redact(text, "李四", keep={"13812345678"}) == "本人张三13812345678，代李**139****5678办理"
    )


def test_a_masked_name_keeps_its_first_character():
    assert [mask_name(name) for name in ("王小明", "欧阳娜娜", "李", "")] == [
        "王**",
        "欧**",
        "李**",
        "",
    ]


NAMES = st.text("王小明李四欧阳", min_size=2, max_size=4)
TEXTS = st.lists(
    st.sampled_from(
        [
            "客户",
            "姓名：",
            "先生",
            "13812345678",
            "6222 0212 3456 7890",
            "，",
            "电话",
            "转1",
            "王",
            "小明",
        ]
    )
    | st.text("王小明李四欧阳12 -", max_size=12),
    max_size=10,
).map("".join)


@given(TEXTS, NAMES)
def test_redacting_again_changes_nothing(text, name):
    once = redact(text, name)
    assert redact(once, name) == once


@given(TEXTS, NAMES)
def test_neither_name_nor_number_is_left(text, name):
    redacted = redact(text, name)
    assert name not in redacted
    assert list(findings(redacted)) == []
    assert len(redacted) <= 2 * len(text)
