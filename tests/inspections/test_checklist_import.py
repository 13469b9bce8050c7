"""Standards as files: what comes in, what is refused and how, what goes out again."""

import csv
import io
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from inspections.exports import checklist_file, checklist_template
from inspections.imports.checklists import (
    HEAD_COLUMNS,
    ITEM_COLUMNS,
    checklist_import,
    read_checklist,
)
from inspections.models import Checklist, ChecklistVersion, Item, Section
from inspections.selectors.checklists import version_content
from inspections.services.checklists import version_publish
from inspections.services.item_checks import item_canonical, item_faults
from inspections.standards import ItemContent, SectionContent, VersionContent
from outlets.spreadsheets import ImportRefused, SheetOut, write_xlsx
from tests.factories import make_branch
from tests.inspections.checklist_rows import (
    COVERT_FILE,
    OPEN_FILE,
    content,
    draft,
    item,
    published,
    section,
)

ROW = {
    "名称": "服务检查标准",
    "版本": "2011版",
    "计分": "千分制",
    "生效日期": "2011-04-01",
    "模块": "环境与设施",
    "模块权重": "",
    "编号": "1.01",
    "检查内容": "地面整洁",
    "分值": "10",
    "计分方式": "全扣",
    "参数": "",
    "允许不适用": "否",
    "拍照": "否",
    "一票否决": "否",
    "渠道": "明查",
    "归属": "网点",
    "热点": "否",
    "首问环节": "",
}


class Upload(io.BytesIO):
    """A file as the browser sends it."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


def csv_upload(*rows, encoding="utf-8"):
    """A flat file of ROW with some cells changed, one row an argument."""
    out = StringIO(newline="")
    writer = csv.DictWriter(out, list(ROW))
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows)
    return Upload(out.getvalue().encode(encoding), "标准.csv")


def xlsx_upload(version: VersionContent, name="标准.xlsx"):
    return Upload(checklist_file(version, name), name)


def refusals(source):
    """The faults of a file as (line, column, value, reason)."""
    with pytest.raises(ImportRefused) as refused:
        read_checklist(source)
    return [(e.line, e.column, e.value, e.reason) for e in refused.value.errors]


class TestShippedStandards:
    def test_the_open_one(self):
        found = read_checklist(OPEN_FILE)
        assert (found.scoring, found.effective_on) == ("POINTS", date(2011, 4, 1))
        assert (len(found.items), found.points) == (119, 1000)
        assert len(found.sections) >= 8
        assert all(Decimal("0.5") <= one.points <= 20 for one in found.items)

    def test_the_covert_one(self):
        found = read_checklist(COVERT_FILE)
        assert found.scoring == "WEIGHTED"
        assert len(found.items) == 45
        assert sum(one.weight for one in found.sections) == 100

    @pytest.mark.parametrize("file", [OPEN_FILE, COVERT_FILE], ids=["open", "covert"])
    def test_imports_and_publishes(self, org, cast, file):
        result = checklist_import(branch=org.branch, source=file)
        assert result.open_points == ()
        version = version_publish(version=result.version, actor=cast.service_office)
        assert version.is_published
        assert version_content(version) == read_checklist(file)

    @pytest.mark.parametrize("file", [OPEN_FILE, COVERT_FILE], ids=["open", "covert"])
    @pytest.mark.parametrize("name", ["标准.xlsx", "标准.csv"])
    def test_comes_back_as_it_went_out(self, file, name):
        found = read_checklist(file)
        assert read_checklist(Upload(checklist_file(found, name), name)) == found


class TestReading:
    def test_gb18030(self):
        assert read_checklist(csv_upload({}, encoding="gb18030")).items[0].text == "地面整洁"

    def test_what_is_left_out_has_defaults(self):
        blank = dict.fromkeys(("允许不适用", "拍照", "一票否决", "归属", "热点"), "")
        (found,) = read_checklist(csv_upload(blank)).items
        assert found == item("1.01", text="地面整洁")

    def test_parameters_and_channels_become_canonical(self):
        row = {"计分方式": "分档", "参数": "优=1.0； 差=0", "渠道": "自查、明查;明查"}
        (found,) = read_checklist(csv_upload(row)).items
        assert found.parameters == "优=1;差=0"
        assert found.channels == ("OPEN", "SELF")

    def test_an_xlsx_with_one_flat_sheet(self):
        columns = (*HEAD_COLUMNS, *ITEM_COLUMNS)
        rows = [[ROW[column.name] for column in columns]]
        book = Upload(write_xlsx([SheetOut("Sheet1", columns, rows)]), "标准.xlsx")
        assert len(read_checklist(book).items) == 1

    def test_a_missing_sheet_is_named(self):
        book = Upload(write_xlsx([SheetOut("项目", ITEM_COLUMNS, [])]), "标准.xlsx")
        assert "标准" in refusals(book)[0][3]

    def test_the_template_is_an_example_that_imports(self):
        found = read_checklist(Upload(checklist_template(), "模板.xlsx"))
        assert len(found.items) == 1


class TestRefusals:
    @pytest.mark.parametrize(
        ("cells", "column", "said"),
        [
            ({"计分方式": "抽查"}, "计分方式", "应是：全扣、次扣、分档、实测"),
            ({"分值": "0"}, "分值", "分值应大于0"),
            ({"分值": "-5"}, "分值", "分值应大于0"),
            ({"分值": "1001"}, "分值", "不能大于1000"),
            ({"分值": "1.005"}, "分值", "最多2位小数"),
            ({"分值": "十分"}, "分值", "不是数字"),
            ({"计分方式": "次扣", "参数": ""}, "参数", "每次扣分"),
            ({"计分方式": "分档", "参数": "优=2"}, "参数", "系数应在0与1之间"),
            ({"计分方式": "实测", "参数": "30万"}, "参数", "不是限值"),
            ({"参数": "0.5"}, "参数", "不需要参数"),
            ({"一票否决": "全部"}, "一票否决", "应是：否、模块、全卷"),
            ({"渠道": ""}, "渠道", "不能为空"),
            ({"渠道": "明查;电话"}, "渠道", "未知的渠道“电话”"),
            ({"编号": ""}, "编号", "不能为空"),
            ({"检查内容": "长" * 301}, "检查内容", "最多300个字"),
            ({"允许不适用": "也许"}, "允许不适用", "应是：是、否"),
            ({"首问环节": "缓办"}, "首问环节", "应是：即办、转办、承诺办"),
            ({"计分": "百分制"}, "计分", "应是：千分制、加权"),
            ({"生效日期": "2011-13-01"}, "生效日期", "不是有效的日期"),
            ({"计分": "加权"}, "模块权重", "不能为空"),
            ({"计分": "加权", "模块权重": "0"}, "模块权重", "应大于0"),
        ],
    )
    def test_one_bad_cell(self, cells, column, said):
        (fault,) = refusals(csv_upload(cells))
        assert fault[:3] == (2, column, cells.get(column, ""))
        assert said in fault[3]

    def test_every_bad_row_is_named(self):
        faults = refusals(
            csv_upload({"分值": "0"}, {"编号": "1.02"}, {"编号": "1.03", "渠道": "电话"}, {})
        )
        assert [(line, column) for line, column, *_ in faults] == [
            (2, "分值"), (4, "渠道"), (5, "编号"),
        ]  # fmt: skip

    def test_duplicate_codes_name_the_first(self):
        assert refusals(csv_upload({}, {})) == [(3, "编号", "1.01", "与第2行重复")]

    def test_inconsistent_weights_within_a_module(self):
        weighted = {"计分": "加权", "模块权重": "30"}
        faults = refusals(csv_upload(weighted, weighted | {"编号": "1.02", "模块权重": "40"}))
        assert faults == [(3, "模块权重", "40", "与第2行同一模块的权重不一致")]

    def test_two_versions_in_one_file(self):
        faults = refusals(csv_upload({}, {"编号": "1.02", "版本": "2012版"}))
        assert faults[0][:3] == (3, "版本", "2012版")

    def test_faults_of_both_sheets_come_together(self):
        head = [["", "2011版", "千分制", date(2011, 4, 1)]]
        row = [ROW[c.name] if c.name != "分值" else "x" for c in ITEM_COLUMNS]
        book = write_xlsx(
            [SheetOut("标准", HEAD_COLUMNS, head), SheetOut("项目", ITEM_COLUMNS, [row])]
        )
        faults = refusals(Upload(book, "标准.xlsx"))
        assert [fault[1] for fault in faults] == ["名称", "分值"]

    def test_a_missing_column(self):
        file = csv_upload({}).getvalue().decode().replace("渠道", "途径")
        assert "渠道" in refusals(Upload(file.encode(), "标准.csv"))[0][3]


class TestWriting:
    def test_nothing_is_written_on_refusal(self, org):
        with pytest.raises(ImportRefused):
            checklist_import(
                branch=org.branch, source=csv_upload({}, {"编号": "1.02", "分值": "0"})
            )
        assert not Checklist.objects.exists()

    def test_a_dry_run_writes_nothing(self, org):
        result = checklist_import(branch=org.branch, source=OPEN_FILE, dry_run=True)
        assert result.version is None
        assert len(result.content.items) == 119
        assert not Checklist.objects.exists()

    def test_an_incomplete_one_is_a_draft_that_says_what_is_missing(self, org):
        result = checklist_import(branch=org.branch, source=csv_upload({}))
        assert not result.version.is_published
        assert "少990分" in result.open_points[0]

    def test_a_draft_of_that_label_gives_way(self, org):
        first = draft(org.branch)
        result = checklist_import(branch=org.branch, source=csv_upload({}))
        assert result.replaces_draft
        assert result.version.pk == first.pk
        assert (Section.objects.count(), Item.objects.count()) == (1, 1)

    def test_twice_is_once(self, org):
        for _ in range(2):
            checklist_import(branch=org.branch, source=COVERT_FILE)
        assert (ChecklistVersion.objects.count(), Item.objects.count()) == (1, 45)

    @pytest.mark.parametrize("dry_run", [False, True])
    def test_a_published_label_is_refused(self, org, cast, dry_run):
        published(org.branch, cast.service_office)
        with pytest.raises(ImportRefused) as refused:
            checklist_import(branch=org.branch, source=csv_upload({}), dry_run=dry_run)
        (error,) = refused.value.errors
        assert (error.line, error.column, error.value) == (2, "版本", "2011版")
        assert "已发布" in error.reason

    def test_as_many_statements_for_many_rows_as_for_one(self, org):
        def statements(source):
            with CaptureQueriesContext(connection) as captured:
                checklist_import(branch=org.branch, source=source)
            return len(captured)

        one = statements(csv_upload({}))
        assert statements(OPEN_FILE) == one

    def test_another_branch_has_its_own(self, org, cast):
        published(org.branch, cast.service_office)
        assert checklist_import(branch=org.other, source=csv_upload({})).version is not None


class TestCommand:
    def test_imports_for_the_only_branch(self, db):
        make_branch()
        out = StringIO()
        call_command("import", "checklist", str(OPEN_FILE), stdout=out)
        assert "检查标准导入完成" in out.getvalue()
        assert Item.objects.count() == 119

    def test_two_branches_are_too_many(self, org):
        error = StringIO()
        with pytest.raises(CommandError):
            call_command("import", "checklist", str(OPEN_FILE), stderr=error)
        assert "多个分行" in error.getvalue()

    def test_bad_rows_on_standard_error(self, org, tmp_path):
        file = tmp_path / "bad.csv"
        file.write_bytes(csv_upload({"分值": "0"}).getvalue())
        error = StringIO()
        with pytest.raises(CommandError) as failed:
            call_command("import", "checklist", str(file), stderr=error)
        assert failed.value.returncode == 1
        assert not Checklist.objects.exists()


class TestExport:
    def test_text_that_would_run_is_kept_as_text(self):
        nasty = content(section("甲", item(text="=HYPERLINK(1)"), item("1.02", text="@SUM(A1)")))
        for name in ("标准.xlsx", "标准.csv"):
            file = checklist_file(nasty, name)
            assert read_checklist(Upload(file, name)) == nasty
        assert b",=HYPERLINK" not in checklist_file(nasty, "标准.csv")

    @given(data=st.data())
    def test_any_sound_standard_comes_back(self, data):
        version = data.draw(versions())
        for name in ("标准.xlsx", "标准.csv"):
            assert read_checklist(Upload(checklist_file(version, name), name)) == version


WORDS = st.text("检查项目甲乙丙丁ab12，。", min_size=1, max_size=12)
PARAMETERS = {
    "ALL_OR_NOTHING": [""],
    "DEDUCT": ["0.5", "2"],
    "GRADED": ["优=1;良=0.8;差=0"],
    "MEASURED": ["<=300000", ">=2;<=5"],
}


@st.composite
def items(draw, code: str) -> ItemContent:
    """A sound item."""
    mode = draw(st.sampled_from(sorted(PARAMETERS)))
    found = ItemContent(
        code=code,
        text=draw(WORDS),
        points=Decimal(draw(st.integers(1, 100_000))) / 100,
        mode=mode,
        parameters=draw(st.sampled_from(PARAMETERS[mode])),
        allows_na=draw(st.booleans()),
        photo=draw(st.sampled_from(Item.Photo.values)),
        red_line=draw(st.sampled_from(Item.RedLine.values)),
        channels=tuple(draw(st.sets(st.sampled_from(["OPEN", "COVERT", "SELF"]), min_size=1))),
        attribution=draw(st.sampled_from(Item.Attribution.values)),
        is_hot=draw(st.booleans()),
        stage=draw(st.sampled_from(["", *Item.Stage.values])),
    )
    assert item_faults(found) == {}
    return item_canonical(found)


@st.composite
def versions(draw) -> VersionContent:
    """A sound version of up to three modules."""
    names = draw(st.lists(WORDS, min_size=1, max_size=3, unique=True))
    weights = st.none() | st.decimals("0.01", 1000, places=2)
    weighted = draw(st.booleans())
    sections = tuple(
        SectionContent(
            name,
            draw(weights.filter(bool) if weighted else weights),
            tuple(draw(items(f"{place}.{n:02d}")) for n in range(draw(st.integers(1, 3)))),
        )
        for place, name in enumerate(names, 1)
    )
    return content(*sections, scoring="WEIGHTED" if weighted else "POINTS")
