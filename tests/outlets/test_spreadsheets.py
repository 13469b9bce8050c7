import csv
import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outlets.spreadsheets import (
    Column,
    ImportRefused,
    Row,
    RowError,
    SheetOut,
    books,
    open_book,
    parse_map,
    read_map,
    read_table,
    write_csv,
    write_file,
    write_template,
)
from tests.outlets.files import csv_of, named, sheet_xml, xlsx_of, xlsx_with_sheet

CODE = Column("机构号", required=True)
COLUMNS = (
    CODE,
    Column("日期", kind="date"),
    Column("数", kind="decimal"),
    Column("营业"),
    Column("类", choices=("甲", "乙")),
)
SAMPLE = ("机构号,日期,数,营业,类", "A1,2011-04-30,1.5,是,甲")


def refusal(source, columns=COLUMNS, **kw):
    with pytest.raises(ImportRefused) as caught:
        read_table(source, columns, **kw)
    return str(caught.value)


def only_row(source, columns=COLUMNS, **kw):
    (row,) = read_table(source, columns, **kw).rows
    return row


@pytest.mark.parametrize(
    "file",
    [
        csv_of(*SAMPLE),
        csv_of(*SAMPLE, encoding="utf-8-sig"),
        csv_of(*SAMPLE, encoding="gb18030"),
        csv_of(*SAMPLE, encoding="gbk", end="\r\n"),
        csv_of(*SAMPLE, end="\r"),
        xlsx_of([line.split(",") for line in SAMPLE]),
        xlsx_of([SAMPLE[0].split(","), ["A1", date(2011, 4, 30), 1.5, "是", "甲"]]),
        csv_of(" 机构号 ,日　期,数,营业,类", "A1,2011/4/30,１．５,是,甲"),
    ],
)
def test_reads_the_same_row_from_every_dialect(file):
    row = only_row(file)
    assert row.text("机构号") == "A1"
    assert row.date("日期") == date(2011, 4, 30)
    assert row.decimal("数") == Decimal("1.5")
    assert row.flag("营业") is True
    assert row.choice("类", {"甲": 1, "乙": 2}) == 1
    assert row.is_sound


def test_lines_are_counted_as_excel_and_editors_count_them():
    table = read_table(
        csv_of("机构号,备注", '"A\n1",x', "", "A2,\r", '"A3"', end="\r\n"), [CODE, Column("备注")]
    )
    assert [(row.line, row.text("机构号")) for row in table.rows] == [
        (2, "A\n1"),
        (5, "A2"),
        (7, "A3"),
    ]
    table = read_table(xlsx_of([["机构号"], ["A"], [], ["B"]]), [CODE])
    assert [row.line for row in table.rows] == [2, 4]


def test_mixed_line_ends():
    table = read_table(named("机构号\r\nA\nB\rC".encode(), "a.csv"), [CODE])
    assert [row.text("机构号") for row in table.rows] == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2011-04-30", date(2011, 4, 30)),
        ("2011/4/3", date(2011, 4, 3)),
        ("2011.4.3", date(2011, 4, 3)),
        ("2011年4月3日", date(2011, 4, 3)),
        ("20110403", date(2011, 4, 3)),
        ("２０１１-０４-０３", date(2011, 4, 3)),
        ("2011-04-30 00:00:00", date(2011, 4, 30)),
        (40663, date(2011, 4, 30)),
        (20110430, date(2011, 4, 30)),
        (datetime(2011, 4, 30, 8, 15), date(2011, 4, 30)),  # noqa: DTZ001
    ],
)
def test_dates(text, expected):
    assert only_row(xlsx_of([["机构号", "日期"], ["A", text]])).date("日期") == expected


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("日期", "2011-02-30", "不是有效的日期，应如 2011-04-30"),
        ("日期", "2011-4", "不是有效的日期，应如 2011-04-30"),
        ("日期", "4/30/2011", "不是有效的日期，应如 2011-04-30"),
        ("日期", "1066-10-14", "日期超出范围"),
        ("日期", 0.5, "不是有效的日期，应如 2011-04-30"),
        ("数", "1,2,3", "不是数字"),
        ("数", "NaN", "不是数字"),
        ("数", "1e9", "不是数字"),
        ("数", "100.01", "不能大于100"),
        ("数", "-1", "不能小于0"),
        ("数", "1.005", "最多2位小数"),
        ("营业", "有", "应是：是、否"),
        ("类", "丙", "应是：甲、乙"),
        ("机构号", "A" * 33, "过长，最多32个字"),
        ("机构号", "A\x07", "含有不可见的控制字符"),
        ("机构号", "", "不能为空"),
        (
            "机构号",
            12345678901234567890,
            "数字超过15位，Excel 已丢失末几位，请把该列设为文本后重填",
        ),
    ],
)
def test_what_a_cell_may_not_be(column, value, reason):
    cells = {"机构号": "A", "日期": "", "数": "", "营业": "", "类": "甲"} | {column: value}
    row = only_row(xlsx_of([list(cells), list(cells.values())]))
    row.text("机构号", required=True, max_length=32)
    row.date("日期")
    row.decimal("数", minimum=0, maximum=100)
    row.flag("营业")
    row.choice("类", {"甲": 1, "乙": 2})
    assert [(error.line, error.column, error.reason) for error in row.errors] == [
        (2, column, reason)
    ]


def test_every_bad_row_is_named_in_the_order_of_the_lines():
    table = read_table(csv_of("机构号,数", "A,x", "A,2", "B,y"), COLUMNS)
    for row in table.rows:
        row.decimal("数")
    table.unique("机构号")
    with pytest.raises(ImportRefused) as caught:
        table.check()
    assert str(caught.value).split("\n") == [
        "第2行“数”列的值“x”：不是数字",
        "第3行“机构号”列的值“A”：与第2行重复",
        "第4行“数”列的值“y”：不是数字",
    ]


def test_numbers_that_excel_keeps_as_text_or_with_noise():
    table = read_table(xlsx_of([["机构号", "数"], [1.0, 0.1 + 0.2], ["007", " 1,234.5 "]]), COLUMNS)
    first, second = table.rows
    assert (first.text("机构号"), first.decimal("数")) == ("1", Decimal("0.3"))
    assert (second.text("机构号"), second.decimal("数")) == ("007", Decimal("1234.5"))


def test_formulas_are_read_by_their_cached_values_and_never_run():
    rows = (
        '<row r="1"><c r="A1" t="str"><v>机构号</v></c></row>'
        '<row r="2"><c r="A2" t="str"><f>"A"&amp;"1"</f><v>A1</v></c></row>'
    )
    assert only_row(xlsx_with_sheet(sheet_xml(rows)), [CODE]).text("机构号") == "A1"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ('<c r="A2" t="e"><v>#REF!</v></c>', "单元格 A2 是错误值（如 #N/A、#REF!），请先改正"),
        ('<c r="A2"><f>1+1</f></c>', "单元格 A2 的公式没有计算结果，请用 Excel 打开并保存后再导入"),
        ("<c><v>1</v></c>", "表格的单元格没有坐标，请用 Excel 打开并另存后再导入"),
        ('<c r="A200002"><v>1</v></c>', "超过200,000行，请拆分后再导入"),
        (
            '<c r="XFD200001"><v>1</v></c>',
            "表格过大：200,001行、16,384列，请删去多余的列后再导入",
        ),
    ],
)
def test_sheets_that_would_be_read_wrongly_or_eat_the_memory(cell, message):
    rows = f'<row r="1"><c r="A1" t="str"><v>机构号</v></c></row><row r="2">{cell}</row>'
    assert refusal(xlsx_with_sheet(sheet_xml(rows)), [CODE]) == message


def test_a_merged_cell_has_its_value_in_the_first_row_only():
    source = xlsx_of([["机构号", "类"], ["A", "甲"], ["B", None]])
    out = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            body = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                merge = b'</sheetData><mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>'
                body = body.replace(b"</sheetData>", merge)
            new.writestr(part.filename, body)
    table = read_table(named(out.getvalue(), "a.xlsx"), COLUMNS)
    for row in table.rows:
        row.choice("类", {"甲": 1})
    assert table.errors == [
        RowError(3, "类", "", "为空：合并单元格只有第一格有值，请取消合并后逐行填写")
    ]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    return out.getvalue()


def lying_bomb() -> bytes:
    """An archive whose directory says one byte where there are thirty million."""
    content = bytearray(bomb())
    size = (30_000_000).to_bytes(4, "little")
    for _ in range(2):
        place = content.index(size)
        content[place : place + 4] = (1).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xls", b"x", "只支持 .xlsx 和 .csv 文件，不支持“.xls”"),
        ("a", b"x", "只支持 .xlsx 和 .csv 文件，不支持“a”"),
        ("a.csv", b" \n", "文件是空的"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "文件是旧版 .xls"),
        ("a.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "文件是旧版 .xls"),
        ("a.xlsx", b"<html><table></table></html>", "文件不是有效的 .xlsx"),
        ("a.xlsx", b"PK\x03\x04garbage", "文件不是有效的 .xlsx"),
        ("a.xlsx", bomb(), "文件过大，展开后超过200 MB"),
        ("a.xlsx", lying_bomb(), "文件不是有效的 .xlsx"),
        ("a.csv", xlsx_of([["机构号"]]).getvalue(), "文件其实是 .xlsx"),
        ("a.csv", "机构号\nA".encode("utf-16"), "文件编码是 UTF-16"),
        ("a.csv", "机构号\n".encode() + b"\xff\xff\xff", "第2行：无法识别的编码"),
        ("a.csv", '机构号\n"A\nB'.encode(), "第2行：引号不配对"),
        ("a.csv", "机构号\n".encode(), "表头之下没有内容"),
        ("a.csv", "\n机构号\nA\n".encode(), "第1行应是表头"),
        ("a.csv", "机构号,日期,日 期\nA,,\n".encode(), "第1行“日期”列：表头中有2个“日期”列"),
        ("a.csv", "机构,日期\nA,\n".encode(), "第1行“机构号”列：表头中没有“机构号”列"),
    ],
)
def test_files_that_are_not_what_they_should_be(name, content, message):
    assert refusal(named(content, name)).startswith(message)


def test_too_many_rows(monkeypatch):
    monkeypatch.setattr(books, "MAX_ROWS", 3)
    assert len(read_table(csv_of("机构号", *"ABC"), [CODE]).rows) == 3
    assert refusal(csv_of("机构号", *"ABCD")) == "超过3行，请拆分后再导入"
    assert refusal(xlsx_of([["机构号"], *[[one] for one in "ABCD"]])) == "超过3行，请拆分后再导入"


def test_a_missing_file(tmp_path):
    assert refusal(tmp_path / "无.csv").startswith("没有找到文件")
    assert refusal(csv_of(*SAMPLE), sheet="项目") == "需要名为“项目”的工作表，请使用 .xlsx 文件"


def test_sheets_by_name():
    book = open_book(xlsx_of([["机构号"], ["A"]], 项目=[["机构号"], ["B"]]))
    assert book.sheet_names == ["表", "项目"]
    assert only_row(book, [CODE]).text("机构号") == "A"
    assert only_row(book, [CODE], sheet="项目").text("机构号") == "B"
    with pytest.raises(ImportRefused, match="只有：表、项目"):
        book.grid("标准")


def test_headers_not_asked_for_are_listed():
    table = read_table(csv_of("机构号,备注,日期", "A,b,"), COLUMNS)
    assert table.ignored == ["备注"]
    assert table.present == {"机构号", "日期"}


def test_a_map_renames_sets_and_translates():
    mapping = parse_map(
        json.dumps(
            {
                "机构号": "id",
                "营业": {"value": "是"},
                "类": {"column": "kind", "values": {"1": "甲", "9": ""}, "default": "乙"},
                "数": {"column": "n", "values": {"无": "0"}},
            }
        ).encode()
    )
    table = read_table(csv_of("id,kind,n", "A,1,无", "B,2,7", "C,9,"), COLUMNS, mapping=mapping)
    assert [
        (row.text("机构号"), row.flag("营业"), row.text("类"), row.decimal("数"))
        for row in table.rows
    ] == [("A", True, "甲", 0), ("B", True, "乙", 7), ("C", True, "", None)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "映射文件不是有效的 JSON（第1行）"),
        (b"[]", "映射文件应是一个 JSON 对象"),
        (b'{"x": "y"}', "映射文件中没有这样的列：x"),
        ('{"机构号": 3}'.encode(), "映射文件中“机构号”应是对方列名"),
        ('{"机构号": {"column": "id", "other": 1}}'.encode(), "映射文件中“机构号”应是对方列名"),
        (
            '{"机构号": {"column": "id", "values": {"a": 1}}}'.encode(),
            "映射文件中“机构号”的 values",
        ),
        ('{"机构号": "code"}'.encode(), "第1行“code”列：表头中没有“code”列"),
    ],
)
def test_maps_that_are_not_sound(content, message):
    with pytest.raises(ImportRefused) as caught:
        read_table(csv_of("id", "A"), COLUMNS, mapping=parse_map(content))
    assert str(caught.value).startswith(message)


def test_a_missing_map(tmp_path):
    with pytest.raises(ImportRefused, match="没有找到映射文件"):
        read_map(tmp_path / "no.json")


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_is_written_so_that_excel_never_runs_it(text):
    sheet = SheetOut("表", [CODE, Column("数")], [[text, Decimal("-0.50")]])
    (_, (guarded, number)) = csv.reader(
        io.StringIO(write_csv(sheet).decode("utf-8-sig"), newline="")
    )
    assert guarded == f"'{text}"
    assert number == "-0.50"
    with zipfile.ZipFile(io.BytesIO(write_file("a.xlsx", [sheet]))) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in xml
    assert b't="s"' in xml


@example("0'=")
@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=40))
def test_what_is_written_is_read_back(text):
    wanted = "".join(text.split()) and text.strip()
    for name in ("a.csv", "a.xlsx"):
        content = write_file(name, [SheetOut("表", [CODE, Column("注")], [["A", text]])])
        row = only_row(named(content, name), [CODE, Column("注")])
        assert row.text("注").strip("\ufeff\u200b'") == wanted.strip("\ufeff\u200b'").strip()


def test_a_template_can_be_filled_in_and_read():
    columns = [
        Column("机构号", required=True, example="001", hint="唯一"),
        Column("类", choices=("甲", "乙"), example="甲"),
        Column("日期", kind="date", example=date(2011, 4, 30)),
        Column("数", kind="integer", example=4),
    ]
    content = write_template([SheetOut("表", columns, [])])
    row = only_row(named(content, "a.xlsx"), columns)
    assert row.text("机构号") == "001"
    assert row.date("日期") == date(2011, 4, 30)
    assert row.integer("数") == 4
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"dataValidation" in archive.read("xl/worksheets/sheet1.xml")


def test_values_of_every_type_are_written():
    values = ["A", True, None, 3, Decimal("1.20"), date(2011, 4, 30), datetime(2011, 4, 30, 8, 5)]  # noqa: DTZ001
    columns = [Column(str(n)) for n, _ in enumerate(values)]
    sheet = SheetOut("表", columns, [values])
    assert write_csv(sheet).decode("utf-8-sig").splitlines()[1] == (
        "A,是,,3,1.20,2011-04-30,2011-04-30 08:05:00"
    )
    row = only_row(named(write_file("a.xlsx", [sheet]), "a.xlsx"), columns)
    assert [row.shown(column.name) for column in columns[:5]] == ["A", "是", "", "3", "1.2"]
    assert row.date("5") == date(2011, 4, 30)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("2011-04-30 09:15", "2011-04-30T09:15"),
        ("2011/4/30 9:15:07", "2011-04-30T09:15:07"),
        ("2011年4月30日9时15分", "2011-04-30T09:15"),
        ("2011-04-30T09:15:00.123", "2011-04-30T09:15"),
        ("2011-04-30", "2011-04-30T00:00"),
        ("20110430", "2011-04-30T00:00"),
        (40663.385416666664, "2011-04-30T09:15"),
        (datetime.fromisoformat("2011-04-30T09:14:59.999990"), "2011-04-30T09:15"),
        (date(2011, 4, 30), "2011-04-30T00:00"),
    ],
)
def test_moments(cell, found):
    row = Row(2, {"时间": cell}, [])
    assert row.moment("时间") == datetime.fromisoformat(found)


@pytest.mark.parametrize("cell", ["2011-04-30 25:00", "2011-04-309:15", "昨天", 0.5, True])
def test_no_moments(cell):
    row = Row(2, {"时间": cell}, [])
    assert row.moment("时间") is None
    assert not row.is_sound
