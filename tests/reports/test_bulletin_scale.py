"""A whole branch: 48 outlets, 11 institutions, nine months; looked at through the PDF itself."""

import io
import re
from datetime import date

import pytest
from pypdf import PdfReader

from outlets.months import Month
from reports.bulletins.figures import bulletin_figures
from reports.bulletins.render import bulletin_pdf
from reports.models import MonthlyScore
from tests.reports.bulletin_months import make_season

# Only a marked test makes pytest-django set a database of its own up.
pytestmark = pytest.mark.django_db
DECEMBER = Month(2011, 12)
A4 = (595.28, 841.89)


@pytest.fixture(scope="module")
def season(django_db_setup, django_db_blocker):
    """The figures of December, its PDF, and the stored rows both came from."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        branch = make_season()
        figures = bulletin_figures(
            branch=branch, month=DECEMBER, number=1, issued_on=date(2012, 1, 6)
        )
        rows = MonthlyScore.objects.filter(month=DECEMBER.first).select_related(
            "unit", "institution"
        )
        stored = {
            kind: list(rows.filter(kind=kind).order_by("rank")) for kind in MonthlyScore.Kind.values
        }
        transaction.set_rollback(True)
    return figures, PdfReader(io.BytesIO(bulletin_pdf(figures))), stored


def lines_of(reader):
    return [line.strip() for page in reader.pages for line in page.extract_text().split("\n")]


def flat(reader):
    return "".join(lines_of(reader)).replace(" ", "")


def test_it_has_six_pages_of_a4(season):
    _, reader, _ = season
    assert len(reader.pages) == 6
    for page in reader.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=1)


def test_every_outlet_and_institution_stands_in_it_with_rank_and_total(season):
    _, reader, stored = season
    text = flat(reader)
    assert len(stored["OUTLET"]) == 48
    assert len(stored["INSTITUTION"]) == 11
    for row in stored["OUTLET"]:
        cells = [
            row.rank,
            row.unit.short_name,
            row.institution.short_name,
            row.covert,
            row.open,
            row.quiz,
        ]
        assert "".join(map(str, cells)) + "—" + str(row.total) in text, row
    for row in stored["INSTITUTION"]:
        assert f"{row.rank}{row.unit.short_name}" in text


def test_the_head_of_a_table_is_repeated_on_every_page_it_runs_over(season):
    _, reader, _ = season
    heads = [page.extract_text().replace("\n", "").count("所属机构") for page in reader.pages]
    assert heads == [0, 0, 1, 1, 0, 0]


def test_page_numbers_stand_between_dashes_on_the_outer_side(season):
    _, reader, _ = season
    for number, page in enumerate(reader.pages, 1):
        found = []

        def visit(text, _cm, matrix, _font, _size, found=found):
            if re.fullmatch(r"— ?\d+ ?—", text.strip()):
                found.append((text.strip(), matrix[4]))

        page.extract_text(visitor_text=visit)
        ((text, x),) = found
        assert str(number) in text
        assert (x > A4[0] / 2) == bool(number % 2)


def test_the_document_reads_from_masthead_to_imprint(season):
    _, reader, _ = season
    text = flat(reader)
    order = [
        "服务工作简报", "第1期", "鞍山分行服务办公室", "2012年1月6日",
        "2011年12月网点服务质量检查评比情况", "全行48家营业网点全部参评", "一、机构成绩",
        "二、网点成绩", "三、名次与得分变化", "四、主要失分项目与明查暗访对照", "五、竞赛累计",
        "报：", "送：", "发：", "2012年1月6日印发",
    ]  # fmt: skip
    places = [text.find(each) for each in order]
    assert -1 not in places
    assert places == sorted(places)


def test_the_season_is_ranked_rewarded_and_named(season):
    figures, reader, _ = season
    text = flat(reader)
    for kind in ("institutions", "outlets"):
        standings = figures["season"][kind]
        assert [each["rank"] for each in standings if each["rewarded"]] == [1, 2, 3]
        assert len([each for each in standings if each["named"]]) == 2
        for each in standings:
            if each["rewarded"]:
                assert f"{each['rank']}{each['name']}{each['score']}表彰" in text
            if each["named"]:
                assert f"{each['rank']}{each['name']}{each['score']}点名" in text


def test_charts_are_drawn_with_their_figures_as_text(season):
    figures, reader, _ = season
    text = flat(reader)
    for caption in (
        "各机构失分构成",
        "全行网点平均得分逐月变化",
        "各机构明查与暗访得分对照",
        "各机构逐月得分与累计得分",
    ):
        assert caption in text
    assert figures["trend"][0]["total"] in text


def test_the_ten_most_failed_items_are_listed(season):
    figures, reader, _ = season
    text = flat(reader)
    assert len(figures["failed"]) == 10
    for item in figures["failed"]:
        assert item["code"] in text
        assert item["share"] in text
        assert item["text"] in text.replace("\n", "")
    lost = [item["lost"] for item in figures["failed"]]
    assert lost == sorted(lost, reverse=True)


def test_every_font_is_embedded(season):
    _, reader, _ = season
    names = set()
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0]["/FontDescriptor"].get_object()
            assert "/FontFile3" in descriptor or "/FontFile2" in descriptor
            names.add(str(descriptor["/FontName"]))
    assert len(names) >= 3
