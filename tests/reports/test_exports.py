import csv
import io
from io import StringIO

import pytest
import python_calamine
from django.core.management import CommandError, call_command

from tests.factories import make_outlet
from tests.reports.rows import MAY, make_inspection, release

pytestmark = pytest.mark.django_db
HEADER = "月份,名次,机构号,机构名称,上级机构号,组别,明查,暗访,专项,星级柜员牌,业务知识,加减分,总分,上月名次,名次变化"


def run(*args):
    out = StringIO()
    call_command("export", *args, "--unit", "AS", stdout=out)
    return out.getvalue()


def read_csv(path):
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


@pytest.fixture
def scored(org):
    release(org.a1, score="90.00")
    release(org.b1, score="80.00")
    release(org.a1, day=MAY.first, score="80.00")
    release(org.b1, "COVERT", day=MAY.first, score="85.50")
    return org


def test_scores_as_csv(scored, tmp_path):
    file = tmp_path / "scores.csv"
    assert run("scores", "2011-05", str(file)) == f"已导出2011年5月网点成绩：{file}\n"
    header, *rows = file.read_bytes().decode("utf-8-sig").splitlines()
    assert header == HEADER
    assert rows == [
        "2011-05,1,ASB1,乙一网点,ASB,城区,,85.50,,,,0.00,85.50,2,1",
        "2011-05,2,ASA1,甲一网点,ASA,城区,80.00,,,,,0.00,80.00,1,-1",
        "2011-05,,ASA2,甲二网点,ASA,城区,,,,,,0.00,,,",
        "2011-05,,ASB2,乙二网点,ASB,城区,,,,,,0.00,,,",
    ]


def test_institutions_as_xlsx(scored, tmp_path):
    file = tmp_path / "机构.xlsx"
    run("institutions", "2011-05", str(file))
    book = python_calamine.CalamineWorkbook.from_path(str(file))
    header, *rows = book.get_sheet_by_index(0).to_python()
    assert ",".join(header) == HEADER.replace("上级机构号", "窗口数")
    assert rows[0][:5] == ["2011-05", 1.0, "ASB", "乙支行", 8.0]
    assert rows[0][7:8] + rows[0][12:] == [85.5, 85.5, 2.0, 1.0]


def test_names_are_never_formulas(scored, tmp_path):
    bad = make_outlet(parent=scored.a, name='=HYPERLINK("http://x")', peer_group="@组")
    make_inspection(bad)
    release(bad, score="99.00")
    run("scores", "2011-04", str(tmp_path / "s.csv"))
    line = next(row for row in read_csv(tmp_path / "s.csv") if row[2] == bad.code)
    assert (line[3], line[5]) == ('\'=HYPERLINK("http://x")', "'@组")
    run("scores", "2011-04", str(tmp_path / "s.xlsx"))
    assert b"<f>" not in (tmp_path / "s.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("scores", "2011-07", "x.csv"), "2011年7月还没有汇总"),
        (("scores", "2011-05", "x.pdf"), "“x.pdf”应以 .xlsx 或 .csv 结尾"),
        (("ranks", "2011-05", "x.csv"), "没有“ranks”这种导出，可用：scores、institutions"),
        (("scores", "2011-5", "x.csv"), "不是有效的月份"),
        (("scores", "2011-05", "/nowhere/x.csv"), "没有目录“/nowhere”"),
    ],
)
def test_what_cannot_be_exported(scored, args, message):
    with pytest.raises(CommandError, match=message):
        run(*args)
