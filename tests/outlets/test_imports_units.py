import csv
import io
import itertools
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from outlets.importing import file_import, kinds, template_of
from outlets.models import Unit, UnitMove
from outlets.selectors import placements
from outlets.services import unit_move, windows_set
from outlets.spreadsheets import ImportRefused, read_map
from tests.factories import make_user
from tests.outlets.files import imported, named

FIXTURES = Path(__file__).parent / "fixtures"
NINGBO = FIXTURES / "ningbo_units.csv"
HEAD = "机构号,机构名称,简称,上级机构号,层级,对外营业,窗口数,区县,地址,组别,开业日期,撤并日期"
TREE = (
    HEAD,
    "B,中国银行鞍山分行,,,分行,否,,,,,,",
    "I,中国银行海城支行,,B,机构,是,3,海城市,北关街1号,县域,2001/1/1,",
    "O,中国银行海城支行营业部,海城营业部,I,网点,,6,海城市,北关街2号,县域,2001-01-01,",
)

pytestmark = pytest.mark.django_db


def refused(*lines, **kw):
    with pytest.raises(ImportRefused) as caught:
        imported("units", *lines, **kw)
    return [(e.line, e.column, e.value, e.reason) for e in caught.value.errors]


def parents(day):
    codes = dict(Unit.objects.values_list("pk", "code"))
    branches = list(Unit.objects.filter(parent=None).values_list("pk", flat=True))
    return {p.code: codes.get(p.parent_id) for p in placements(branches, day)}


def test_a_tree_is_founded():
    assert str(imported("units", *TREE)) == "新增3，更新0，未变0"
    outlet = Unit.objects.get(code="O")
    assert outlet.path == "B/I/O/"
    assert outlet.branch.code == "B"
    assert (outlet.short_name, outlet.windows, outlet.peer_group) == ("海城营业部", 6, "县域")
    assert outlet.serves_customers
    branch = Unit.objects.get(code="B")
    assert (branch.short_name, branch.branch, branch.serves_customers) == (
        "鞍山分行",
        branch,
        False,
    )
    assert list(UnitMove.objects.values_list("unit__code", "effective_on").order_by("unit")) == [
        ("B", date(1900, 1, 1)),
        ("I", date(2001, 1, 1)),
        ("O", date(2001, 1, 1)),
    ]
    assert AuditEntry.objects.get().event == "import.units"


def test_importing_again_changes_nothing():
    imported("units", *TREE)
    before = list(Unit.objects.values())
    assert str(imported("units", *TREE)) == "新增0，更新0，未变3"
    assert list(Unit.objects.values()) == before
    assert UnitMove.objects.count() == 3


def test_absent_columns_and_blank_cells_keep_what_is_known():
    imported("units", *TREE)
    imported(
        "units",
        "机构号,机构名称,上级机构号,层级,窗口数,地址,对外营业",
        "O,海城营业部,I,网点,,,",
    )
    outlet = Unit.objects.get(code="O")
    assert (outlet.name, outlet.short_name, outlet.windows) == ("海城营业部", "海城营业部", 6)
    assert (outlet.district, outlet.address) == ("海城市", "")
    assert outlet.serves_customers


def test_a_changed_parent_is_a_move_as_of_its_day():
    imported("units", *TREE, "J,岫岩支行,,B,机构,,,,,,,", "P,分理处,,I,网点,,,,,,,")
    moved = [
        line.replace("O,中国银行海城支行营业部,海城营业部,I", "O,海城营业部,,J") for line in TREE
    ]
    result = imported("units", *moved, as_of=date(2011, 7, 1))
    assert str(result) == "新增0，更新1，未变2"
    assert Unit.objects.get(code="O").path == "B/J/O/"
    assert parents(date(2011, 6, 30))["O"] == "I"
    assert parents(date(2011, 7, 1))["O"] == "J"


def test_a_moved_institution_takes_its_subtree_along():
    imported("units", *TREE, "J,岫岩支行,,B,机构,,,,,,,")
    imported("units", HEAD, "I,海城支行,,J,机构,,,,,,,", as_of=date(2011, 7, 1))
    assert Unit.objects.get(code="O").path == "B/J/I/O/"


def test_a_move_in_the_future_waits():
    imported("units", *TREE, "J,岫岩支行,,B,机构,,,,,,,")
    imported("units", HEAD, "O,海城营业部,,J,网点,,,,,,,", as_of=date(2999, 1, 1))
    assert Unit.objects.get(code="O").path == "B/I/O/"
    assert parents(date(2999, 1, 1))["O"] == "J"


def test_a_move_that_would_close_a_cycle_later_is_refused():
    imported("units", *TREE, "J,岫岩支行,,B,机构,,,,,,,")
    unit, below = Unit.objects.get(code="I"), Unit.objects.get(code="J")
    unit_move(unit=unit, parent=below, effective_on=date(2999, 1, 1))
    assert refused(HEAD, "J,岫岩支行,,I,机构,,,,,,,", as_of=date(2011, 1, 1)) == [
        (0, "上级机构号", "", "自2999-01-01起上级关系成环：I、J")
    ]
    assert Unit.objects.get(code="J").path == "B/J/"


def test_a_move_before_the_founding_is_refused():
    imported("units", *TREE, "J,岫岩支行,,B,机构,,,,,,,")
    line = "O,海城营业部,,J,网点,,,,,,2001-01-01,"
    assert refused(HEAD, line, as_of=date(2000, 1, 1)) == [
        (2, "上级机构号", "J", "该机构自2001-01-01设立，调整上级的日期应晚于这一天")
    ]


def test_a_corrected_opening_day_moves_the_founding():
    imported("units", *TREE)
    imported("units", *[line.replace("2001-01-01", "1999-05-01") for line in TREE])
    assert UnitMove.objects.get(unit__code="O").effective_on == date(1999, 5, 1)


@pytest.mark.parametrize(
    ("lines", "errors"),
    [
        (["O,甲,,B,网点,,,,,,,"], [(4, "机构号", "O", "与第3行重复")]),
        (["P,甲,,X,网点,,,,,,,"], [(4, "上级机构号", "X", "没有这个机构：文件中和系统中都找不到")]),
        (["P,甲,,,网点,,,,,,,"], [(4, "上级机构号", "", "不能为空（只有分行没有上级）")]),
        (["P,甲,,B,分行,,,,,,,"], [(4, "上级机构号", "B", "分行的上级机构号应为空")]),
        (["P,甲,,B,网店,,,,,,,"], [(4, "层级", "网店", "应是：分行、机构、网点、部门")]),
        (["P,甲,,B,网点,对,,,,,,"], [(4, "对外营业", "对", "应是：是、否")]),
        (["P,甲,,B,网点,,-1,,,,,"], [(4, "窗口数", "-1", "不能小于0")]),
        (["P,甲,,B,网点,,1.5,,,,,"], [(4, "窗口数", "1.5", "应是整数")]),
        (["P/1,甲,,B,网点,,,,,,,"], [(4, "机构号", "P/1", "不能含“/”")]),
        (
            ["P,甲,,B,网点,,,,,,2011-05-01,2011-04-30"],
            [(4, "撤并日期", "2011-04-30", "早于开业日期2011-05-01")],
        ),
        (["P,,,B,网点,,,,,,,"], [(4, "机构名称", "", "不能为空")]),
        (
            [
                "P,甲,,Q,机构,,,,,,,",
                "Q,乙,,R,机构,,,,,,,",
                "R,丙,,P,机构,,,,,,,",
                "S,丁,,P,网点,,,,,,,",
            ],
            [
                (4, "上级机构号", "Q", "上级关系成环：P → Q → R → P"),
                (5, "上级机构号", "R", "上级关系成环：Q → R → P → Q"),
                (6, "上级机构号", "P", "上级关系成环：R → P → Q → R"),
            ],
        ),
        (["P,甲,,P,网点,,,,,,,"], [(4, "上级机构号", "P", "上级关系成环：P → P")]),
        (
            ["P,甲,,X,网点,,,,,,2011-13-01,", ",乙,,B,网点,,,,,,,"],
            [
                (4, "开业日期", "2011-13-01", "不是有效的日期，应如 2011-04-30"),
                (4, "上级机构号", "X", "没有这个机构：文件中和系统中都找不到"),
                (5, "机构号", "", "不能为空"),
            ],
        ),
    ],
)
def test_every_bad_row_is_named_and_nothing_is_written(lines, errors):
    assert refused(HEAD, "B,鞍山分行,,,分行,,,,,,,", "O,营业部,,B,网点,,,,,,,", *lines) == errors
    assert not Unit.objects.exists()


def test_a_cycle_through_what_is_stored_is_refused():
    imported("units", *TREE)
    assert refused(HEAD, "I,海城支行,,O,机构,,,,,,,") == [
        (2, "上级机构号", "O", "上级关系成环：I → O → I")
    ]


def test_a_branch_stays_a_branch():
    imported("units", *TREE)
    assert (2, "层级", "分行", "该机构现为机构，分行与其他层级不能互改") in refused(
        HEAD, "I,海城支行,,,分行,,,,,,,"
    )


def test_too_deep_a_tree_is_refused():
    codes = [f"{n:032d}" for n in range(10)]
    lines = [f"{a},甲,,{b},机构,,,,,,," for b, a in itertools.pairwise(codes)]
    errors = refused(HEAD, f"{codes[0]},甲,,,分行,,,,,,,", *lines)
    assert [(line, reason) for line, _, _, reason in errors] == [(11, "机构层级过深")]


def test_nobody_imports_into_another_branch(org):
    actor = make_user(role="SERVICE_OFFICE", unit=org.branch)
    assert refused(HEAD, "X1,甲,,BX,网点,,,,,,,", actor=actor) == [
        (2, "机构号", "X1", "不属于您所在的分行")
    ]
    assert refused(HEAD, "N,新分行,,,分行,,,,,,,", actor=actor) == [
        (2, "机构号", "N", "不属于您所在的分行")
    ]
    assert refused(HEAD, "ASA1,甲一网点,,BX,网点,,,,,,,") == [
        (2, "上级机构号", "BX", "该机构属于分行AS，不能调到分行BX")
    ]
    assert imported("units", HEAD, "X2,甲,,ASA,网点,,,,,,,", actor=actor).created == 1


def test_a_dry_run_writes_nothing():
    result = imported("units", *TREE, dry_run=True)
    assert result.created == 3
    assert not Unit.objects.exists()
    assert not AuditEntry.objects.exists()


def test_lowering_the_number_of_windows_drops_listed_ones(org):
    windows_set(unit=org.a1, counts={"CASH": 3, "WEALTH": 2})
    imported("units", "机构号,机构名称,上级机构号,层级,窗口数", "ASA1,甲一网点,ASA,网点,4")
    assert org.a1.window_list.count() == 4


def test_the_template_can_be_imported_after_its_branch():
    imported("units", HEAD, "AS01,海城支行,,,分行,,,,,,,")
    file = named(template_of(kinds()["units"]), "模板.xlsx")
    assert file_import(kind=kinds()["units"], source=file).created == 1
    assert Unit.objects.get(code="AS0101").opened_on == date(2000, 1, 1)


def test_the_number_of_queries_does_not_depend_on_the_rows():
    imported("units", *TREE)
    counts = []
    for numbers in (range(1), range(10, 40)):
        with CaptureQueriesContext(connection) as queries:
            imported("units", HEAD, *[f"N{n},甲{n},,I,网点,,,,,,," for n in numbers])
        counts.append(len(queries))
    assert counts[0] == counts[1]


# The register of 128 real units.


def theirs() -> io.BytesIO:
    """The register's facts under the register's own column names and values."""
    codes = {v: k for k, v in read_map(FIXTURES / "ningbo.map.json")["区县"].values.items()}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "org_name", "branch", "parent_org_id", "district_code", "address"])
    for row in csv.DictReader(NINGBO.open(encoding="utf-8")):
        parent = row["上级机构号"] or "C1010411000013"
        district = codes[row["区县"]]
        writer.writerow([row["机构号"], row["机构名称"], "分支机构", parent, district, row["地址"]])
    return named(out.getvalue().encode("utf-8-sig"), "register.csv")


def check_ningbo():
    branch = Unit.objects.get(parent=None)
    assert Unit.objects.count() == 128
    assert branch.children.count() == 13
    assert branch.short_name == "宁波市分行"
    assert Unit.objects.filter(kind="INSTITUTION").count() == 11
    assert Unit.objects.filter(parent__parent=branch).count() == 114
    placed = placements([branch.pk], date(2011, 12, 31))
    assert len(placed) == 128
    assert sum(place.institution_id is not None for place in placed) == 125


def test_the_register_in_our_own_format():
    assert file_import(kind=kinds()["units"], source=NINGBO).created == 128
    check_ningbo()


def test_the_register_by_its_map():
    mapping = read_map(FIXTURES / "ningbo.map.json")
    result = file_import(kind=kinds()["units"], source=theirs(), mapping=mapping)
    assert (result.created, result.ignored) == (128, ["branch"])
    check_ningbo()
    assert Unit.objects.get(code="C1010433005553").district == "北仑区"
    assert Unit.objects.filter(serves_customers=True).count() == 128


def test_the_command(tmp_path, capsys):
    file = tmp_path / "register.csv"
    file.write_bytes(theirs().getvalue())
    options = {"map": str(FIXTURES / "ningbo.map.json")}
    call_command("import", "units", str(file), dry_run=True, **options)
    assert not Unit.objects.exists()
    call_command("import", "units", str(file), **options)
    assert capsys.readouterr().out.splitlines() == [
        "未使用的列：branch",
        "机构检查通过（未写入）：新增128，更新0，未变0",
        "未使用的列：branch",
        "机构导入完成：新增128，更新0，未变0",
    ]


def test_the_command_names_every_bad_row_and_fails(tmp_path, capsys):
    file = tmp_path / "units.csv"
    file.write_text(f"{HEAD}\nA,甲,,X,网点,,,,,,,\nB,乙,,,网店,,-1,,,,,\n", encoding="gb18030")
    with pytest.raises(CommandError) as failed:
        call_command("import", "units", str(file))
    assert failed.value.returncode == 1
    assert str(failed.value) == "共3处问题，没有写入任何内容。"
    assert capsys.readouterr().err.splitlines() == [
        "第2行“上级机构号”列的值“X”：没有这个机构：文件中和系统中都找不到",
        "第3行“层级”列的值“网店”：应是：分行、机构、网点、部门",
        "第3行“窗口数”列的值“-1”：不能小于0",
    ]


def test_the_command_from_a_shell(tmp_path):
    done = subprocess.run(
        [sys.executable, "manage.py", "import", "units", str(tmp_path / "无.csv")],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "没有找到文件" in done.stderr
    assert "Traceback" not in done.stderr
