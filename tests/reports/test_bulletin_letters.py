"""来信情况 in the bulletin: figures taken when it is numbered, sentences, tables, links, the paper."""

import io
import json
from datetime import date

import pytest
from pypdf import PdfReader

from outlets.months import Month
from reports.bulletins.figures import bulletin_figures
from reports.bulletins.layout import sections
from reports.bulletins.letters import COUNTED, intro, kinds_table
from reports.bulletins.render import bulletin_html, bulletin_pdf
from reports.services.months import month_publish, months_close
from tests.reports.letters import complaint, find, late, make_letter, praise
from tests.reports.rows import APRIL, release

pytestmark = pytest.mark.django_db


@pytest.fixture
def april(org):
    """April 2011, closed, with letters of this year and the last."""
    release(org.a1, score="95.00")
    release(org.b1, score="90.00")
    for _ in range(3):
        make_letter(org.a1, "INQUIRY", date(2010, 4, 5))
    make_letter(org.b1, "PRAISE", date(2010, 2, 5))
    make_letter(org.a1, "INQUIRY", date(2011, 1, 5))
    make_letter(org.b1, "INQUIRY", date(2011, 4, 6))
    make_letter(None, "SUGGESTION", date(2011, 4, 6), branch_id=org.branch.pk)
    org.valid = complaint(org.a1, reference="LX-1")
    org.praise = praise(org.b1, reference="LX-2")
    org.late = late(org.a, reference="LX-3")  # of an institution that serves nobody itself
    make_letter(org.a1, "COMPLAINT", date(2011, 5, 2))
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    return org


def figures(branch, month=APRIL, issued_on=date(2011, 5, 10)):
    made = bulletin_figures(branch=branch, month=month, number=1, issued_on=issued_on)
    assert json.loads(json.dumps(made)) == made
    return made


def said(**kw):
    letters = {"month_then": None, "year_then": None} | kw
    return intro({"letters": letters}, kw.pop("at", APRIL))


def numbers(bank=0, **kinds):
    held = dict.fromkeys(("INQUIRY", "SUGGESTION", "PRAISE", "COMPLAINT"), 0) | kinds
    return held | {"bank": bank, "total": sum(held.values())}


def test_figures_of_month_and_year(april):
    held = figures(april.branch)["letters"]
    assert held["as_of"] == "2011-05-10"
    assert {key: held["month"][key] for key in ("INQUIRY", "SUGGESTION", "PRAISE", "COMPLAINT", "bank", "total")} == {
        "INQUIRY": 2, "SUGGESTION": 1, "PRAISE": 1, "COMPLAINT": 1, "bank": 1, "total": 5,
    }  # fmt: skip
    assert (held["month_then"]["INQUIRY"], held["month_then"]["total"]) == (3, 3)
    assert (held["year"]["total"], held["year_then"]["total"]) == (6, 4)
    assert [(row["name"], row["month"]["total"], row["year"]["total"]) for row in held["institutions"]] == [
        ("甲支行", 2, 3), ("乙支行", 2, 2), ("不属任何机构", 1, 1),
    ]  # fmt: skip
    assert [(each["month"], each["INQUIRY"]) for each in held["trend"]] == [
        ("2011-01", 1), ("2011-02", 0), ("2011-03", 0), ("2011-04", 2),
    ]  # fmt: skip


def test_letters_that_counted_come_from_stored_lines(april, settings):
    settings.PUBLIC_URL = "https://mingcha.example/"
    held = figures(april.branch)["letters"]["counted"]
    assert [(r["day"], r["reference"], r["unit"], r["cause"], r["value"]) for r in held] == [
        ("2011-04-08", "LX-1", "甲一网点", "有效投诉", "-2.00"),
        ("2011-04-12", "LX-2", "乙一网点", "表扬", "0.50"),
        ("2011-04-21", "LX-3", "甲支行", "逾期答复", "-0.50"),
    ]
    assert held[0]["url"] == f"https://mingcha.example/letters/{april.valid.pk}/"
    find(april.valid, "CUSTOMER", date(2011, 5, 12))
    assert figures(april.branch)["letters"]["counted"] == held  # closed figures do not move


def test_findings_as_known_on_the_day_of_issue(april):
    find(april.valid, "CUSTOMER", date(2011, 5, 12))
    assert figures(april.branch, issued_on=date(2011, 5, 11))["letters"]["month"]["bank"] == 1
    assert figures(april.branch, issued_on=date(2011, 5, 12))["letters"]["month"]["bank"] == 0


def test_an_unfinished_month_is_compared_with_as_many_days(org):
    release(org.a1, score="95.00")
    month_publish(branch=org.branch, month=APRIL, actor=None)
    for day in (date(2010, 4, 8), date(2010, 4, 20), date(2011, 4, 8)):
        make_letter(org.a1, day=day)
    held = figures(org.branch, issued_on=date(2011, 4, 10))["letters"]
    assert (held["month"]["total"], held["month_then"]["total"]) == (1, 1)


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ({"year": numbers(), "month": numbers()}, "4月，全行没有收到来信。"),
        ({"year": numbers(INQUIRY=2), "month": numbers()},
         "4月，全行没有收到来信。1至4月，累计收到来信2件，其中协查2件；没有投诉。"),
        ({"month": numbers(INQUIRY=2, COMPLAINT=2, bank=1), "month_then": numbers(INQUIRY=6),
          "year": numbers(INQUIRY=2, COMPLAINT=2, bank=1), "year_then": numbers()},
         ("4月，全行收到来信4件，同比减少33.3%，其中协查2件、投诉2件；投诉中认定有效1件。"
          "1至4月，累计收到来信4件，上年同期没有，其中协查2件、投诉2件；投诉中认定有效1件。")),
        ({"month": numbers(COMPLAINT=1), "month_then": numbers(COMPLAINT=1),
          "year": numbers(COMPLAINT=1), "at": Month(2011, 1)},
         "1月，全行收到来信1件，同比持平，其中投诉1件；投诉中没有认定有效的。"),
    ],
)  # fmt: skip
def test_sentences(letters, text):
    assert said(**letters) == text


def test_the_table_by_type():
    rows = kinds_table({
        "month": numbers(INQUIRY=3, COMPLAINT=1, bank=1), "month_then": numbers(INQUIRY=2),
        "year": numbers(INQUIRY=3, COMPLAINT=1), "year_then": None,
    })  # fmt: skip
    assert [
        (row["label"], row["month"], row["month_then"], row["month_change"], row["year_change"])
        for row in rows
    ] == [
        ("协查", 3, 2, "+50.0%", "—"), ("建议", 0, 0, "—", "—"), ("表扬", 0, 0, "—", "—"),
        ("投诉", 1, 0, "新增", "—"), ("有效投诉", 1, 0, "新增", "—"), ("合计", 4, 2, "+100.0%", "—"),
    ]  # fmt: skip


def test_a_bulletin_of_before_is_what_it_was(april):
    made = figures(april.branch)
    del made["letters"]
    assert "来信" not in bulletin_html(made)
    assert [section.name for section in sections(made)] == ["机构成绩", "网点成绩"]


def test_no_letters_are_one_sentence(org):
    release(org.a1, score="95.00")
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=None)
    *_, last = sections(figures(org.branch))
    assert (last.heading, last.intro, last.blocks) == (
        "三、来信情况", "4月，全行没有收到来信。", [],
    )  # fmt: skip


def test_long_lists_are_cut(april):
    made = figures(april.branch)
    made["letters"]["counted"] *= 30
    *_, last = sections(made)
    table = last.blocks[-1]
    assert len(table.data) == COUNTED
    assert table.note == "共90件，只列出前60件。"


def test_on_paper(april, settings):
    settings.PUBLIC_URL = "https://mingcha.example"
    made = figures(april.branch)
    reader = PdfReader(io.BytesIO(bulletin_pdf(made)))
    text = "".join("".join(page.extract_text().split()) for page in reader.pages)
    assert (
        "三、来信情况4月，全行收到来信5件，同比增加66.7%，其中协查2件、建议1件、表扬1件、投诉1件；投诉中认定有效1件。"
        in text
    )
    assert "协查23-33.3%33持平" in text
    assert "逐月来信（件）" in text
    assert "2011-04-08LX-1甲一网点有效投诉-2.00" in text
    assert "2011-04-12LX-2乙一网点表扬+0.50" in text
    links = {
        note.get_object()["/A"]["/URI"]
        for page in reader.pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    }
    assert f"https://mingcha.example/letters/{april.valid.pk}/" in links
    assert bulletin_pdf(made) == bulletin_pdf(json.loads(json.dumps(made)))


def test_more_letters_are_not_more_queries(april, django_assert_num_queries):
    with django_assert_num_queries(11):
        figures(april.branch)
    for unit in (april.a2, april.b1, april.b2):
        make_letter(unit, "PRAISE", date(2011, 4, 9))
    with django_assert_num_queries(11):
        figures(april.branch)
