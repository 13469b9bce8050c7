from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inspections.imports.inspections import INSPECTION_COLUMNS
from inspections.models import Answer, Inspection, Wave
from inspections.services import releases
from outlets.importing import ImportRefused, file_import, kinds
from outlets.spreadsheets import SheetOut, write_csv
from tests.factories import make_staff
from tests.inspections.builders import BEST, make_inspection, make_version, make_visit

KIND = "inspections"
WORDS = {"pass": "合格", "fail": "不合格", "na": "不适用"}


@pytest.fixture
def version(org):
    return make_version(org.branch)


def row(code, value, **kw):
    cells = {
        "检查编号": "M1", "机构号": "ASA1", "渠道": "明查", "检查日期": "2011-04-12",
        "检查人": "inspector", "标准": "检查标准", "版本": "2011版", "编号": code,
        "结果": WORDS.get(value, value), "员工号": "", "备注": "",
    }  # fmt: skip
    return cells | kw


def sheet(values=None, **kw):
    return [row(code, value, **kw) for code, value in (BEST | (values or {})).items()]


def file(tmp_path, rows, name="检查.csv"):
    names = [column.name for column in INSPECTION_COLUMNS]
    content = write_csv(SheetOut("检查", INSPECTION_COLUMNS, [[r[n] for n in names] for r in rows]))
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.fixture
def take(tmp_path, db):
    def run(rows, **kw):
        return file_import(kind=kinds()[KIND], source=file(tmp_path, rows), **kw)

    return run


def refusals(take, rows, **kw):
    with pytest.raises(ImportRefused) as caught:
        take(rows, **kw)
    return [(e.line, e.column, e.value, e.reason) for e in caught.value.errors]


def test_rows_become_a_released_inspection(take, version, cast, monkeypatch):
    told = []
    monkeypatch.setattr(releases, "_LISTENERS", [told.append])
    result = take(sheet({"1.02": "1", "2.02": "na"}, 备注="说明"))
    assert str(result) == "新增1，更新0，未变0"
    inspection = Inspection.objects.get()
    assert (inspection.number, inspection.state) == ("M1", Inspection.State.RELEASED)
    assert inspection.inspector == cast.inspector
    assert inspection.score == Decimal("96.30")
    assert inspection.released_at is not None
    assert Answer.objects.filter(inspection=inspection, note="说明").count() == 6
    assert told == [[(inspection.branch_id, inspection.unit_id, date(2011, 4, 12))]]


def test_the_same_file_again_changes_nothing(take, version):
    take(sheet())
    assert str(take(sheet())) == "新增0，更新0，未变1"
    assert Inspection.objects.count() == 1


def test_a_known_number_with_other_content_is_refused(take, version):
    take(sheet())
    assert refusals(take, sheet({"1.01": "fail"})) == [
        (2, "检查编号", "M1", "该编号的检查已在系统中，内容与本文件不同")
    ]


def test_a_dry_run_writes_nothing(take, version):
    assert str(take(sheet(), dry_run=True)) == "新增1，更新0，未变0"
    assert not Inspection.objects.exists()


def test_an_unknown_inspector_is_kept_as_a_name(take, version):
    take(sheet(检查人="张三"))
    inspection = Inspection.objects.get()
    assert (inspection.inspector, inspection.inspector_name) == (None, "张三")


def test_every_bad_row_is_named_and_nothing_is_written(take, version, org):
    stranger = make_staff(unit=org.b1)
    rows = sheet()
    rows[0]["结果"] = "好"
    rows[1]["结果"] = "-1"
    rows[2] |= {"员工号": stranger.number}
    rows[3] |= {"结果": "不适用"}
    rows[4] |= {"结果": "3.1.2", "员工号": "无此人"}
    rows[5] |= {"编号": "9.99"}
    rows += sheet(检查编号="M2")
    assert refusals(take, rows) == [
        (2, "结果", "好", "结果应为“合格”或“不合格”，不能是“好”"),
        (3, "结果", "-1", "差错次数应为非负整数，不能是“-1”"),
        (4, "员工号", stranger.number, "该员工当日不在该网点任职"),
        (5, "备注", "", "选择“不适用”须写明原因"),
        (6, "结果", "3.1.2", "“3.1.2”不是有效的数字（至多12位整数、6位小数，不带单位和千分号）"),
        (6, "员工号", "无此人", "没有这个员工"),
        (7, "编号", "9.99", "该标准没有适用于明查的这个项目"),
    ]
    assert not Inspection.objects.exists()


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("机构号", "XX", "没有这个机构"),
        ("机构号", "ASA", "该机构不对外营业，不能检查"),
        ("渠道", "抽查", "应是：明查、暗访、专项、自查"),
        ("检查日期", "2011-02-30", "不是有效的日期，应如 2011-04-30"),
        ("检查日期", "1999-01-01", "该机构当日未开业或已撤并"),
        ("版本", "2012版", "没有已发布的标准“检查标准 2012版”"),
        ("检查编号", "甲/1", "只能用字母、数字和 - _ ."),
    ],
)
def test_a_bad_head_is_named_once(take, version, column, value, reason):
    assert refusals(take, sheet(**{column: value})) == [(2, column, value, reason)]


def test_tomorrow_is_refused(take, version):
    day = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert refusals(take, sheet(检查日期=day)) == [(2, "检查日期", day, "日期在将来")]


def test_missing_and_repeated_items_are_named(take, version):
    rows = sheet()
    assert refusals(take, rows[1:3]) == [
        (2, "检查编号", "M1", "该次检查缺少项目1.01、2.02、3.01、3.02")
    ]
    assert refusals(take, [*rows, rows[0]]) == [(8, "编号", "1.01", "与第2行重复")]


def test_a_head_that_changes_is_named(take, version):
    rows = sheet()
    rows[3] |= {"检查日期": "2011-04-13"}
    assert refusals(take, rows) == [(5, "检查日期", "2011-04-13", "与同一次检查的第2行不一致")]


def test_another_branch_is_out_of_reach(take, version, cast, org):
    cast.service_office.unit = org.other
    assert refusals(take, sheet(), actor=cast.service_office) == [
        (2, "机构号", "ASA1", "不属于您所在的分行")
    ]


def test_covert_results_come_out_as_their_wave(take, version):
    take(sheet(渠道="暗访", 检查人="shopper"))
    wave = Wave.objects.get()
    assert wave.month == date(2011, 4, 1)
    assert wave.released_at is not None
    assert Inspection.objects.get().wave == wave


def test_covert_results_wait_for_a_wave_under_way(take, version, org, cast):
    make_visit(org.a2, cast.shopper, "COVERT")
    assert refusals(take, sheet(渠道="暗访")) == [
        (2, "检查日期", "2011-04-12", "2011年4月的暗访批次还在进行，发布之后才能导入该月的暗访结果")
    ]
    assert Wave.objects.get().released_at is None


def test_an_imported_one_equals_a_submitted_one(take, version, org, cast):
    take(sheet({"1.02": "3", "2.01": "中"}))
    made = make_inspection(org.a1, cast.inspector, values={"1.02": "3", "2.01": "中"})
    imported = Inspection.objects.get(number="M1")
    same = ("score", "possible", "earned", "sections", "unit_path", "version_id")
    assert [getattr(made, n) for n in same] == [getattr(imported, n) for n in same]


def test_the_command(version, tmp_path, capsys):
    path = file(tmp_path, sheet())
    call_command("import", KIND, str(path))
    assert "检查导入完成：新增1" in capsys.readouterr().out
    bad = file(tmp_path, sheet({"1.01": "好"}, 检查编号="M2"), "坏.csv")
    with pytest.raises(CommandError, match="共1处问题"):
        call_command("import", KIND, str(bad))
    assert Inspection.objects.count() == 1


def test_statements_do_not_grow_with_the_file(take, version, monkeypatch):
    monkeypatch.setattr(releases, "_LISTENERS", [])
    take(sheet(检查编号="first"))  # the form is kept from then on
    counts = []
    for count in (1, 30):
        rows = [one for n in range(count) for one in sheet(检查编号=f"N{count}-{n}")]
        with CaptureQueriesContext(connection) as captured:
            take(rows)
        counts.append(len(captured))
    assert counts[0] == counts[1]
