"""The standards' pages: who may open them, what they show, what they refuse."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from inspections.models import ChecklistVersion, Item
from inspections.selectors.checklists import version_content
from tests.factories import make_user
from tests.inspections.checklist_rows import OPEN_FILE, draft, item, published, section

ITEM = {
    "code": "1.50",
    "text": "门前三米内地面整洁",
    "points": "10",
    "mode": "DEDUCT",
    "parameters": "2",
    "photo": "ON_LOSS",
    "red_line": "NO",
    "attribution": "OUTLET",
    "stage": "",
    "channels": ["OPEN", "SELF"],
    "is_hot": "on",
}


def at(name, *args):
    return reverse(f"inspections:{name}", args=args)


def queries(client, url):
    """How many queries the page takes once the session is warm."""
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.fixture
def office(client, cast):
    client.force_login(cast.service_office)
    return client


@pytest.fixture
def reader(client, cast):
    client.force_login(cast.outlet_head)
    return client


@pytest.fixture
def stranger(client, org):
    client.force_login(make_user(role=Role.SERVICE_OFFICE, unit=org.other))
    return client


@pytest.fixture
def work(org):
    """A draft with an editor's usual content."""
    return draft(org.branch, section("甲", item("1.01"), item("1.02")), section("乙", item("2.01")))


class TestList:
    def test_empty_says_what_next(self, office):
        page = office.get(at("checklists")).content.decode()
        assert "还没有检查标准" in page
        assert at("checklist_import") in page

    def test_versions_and_where_they_stand(self, office, org, cast):
        published(org.branch, cast.service_office)
        published(org.branch, cast.service_office, label="2012版", effective_on=date(2012, 1, 1))
        published(org.branch, cast.service_office, label="远期", effective_on=date(2999, 1, 1))
        draft(org.branch, label="修订稿")
        page = office.get(at("checklists")).content.decode()
        for word in (
            "已替代",
            "现行",
            "待生效",
            "草稿",
            "共 1 套标准，1 个版本现行，1 个草稿待发布",
        ):
            assert word in page

    def test_readers_see_published_ones_only(self, reader, org, cast):
        published(org.branch, cast.service_office)
        draft(org.branch, label="修订稿")
        draft(org.branch, name="只有草稿的标准")
        page = reader.get(at("checklists")).content.decode()
        assert "2011版" in page
        for hidden in ("修订稿", "只有草稿的标准", at("checklist_create"), at("checklist_import")):
            assert hidden not in page

    def test_as_many_queries_at_three_as_at_one(self, office, org):
        draft(org.branch)
        one = queries(office, at("checklists"))
        for n in range(2):
            draft(org.branch, name=f"标准{n}")
            draft(org.branch, label=f"第{n}稿")
        assert queries(office, at("checklists")) == one <= 5


class TestVersion:
    def test_shows_modules_items_and_totals(self, office, work):
        page = office.get(at("checklist_version", work.pk)).content.decode()
        assert "2 个模块、3 个项目，合计 30 分" in page
        assert "检查内容2.01" in page

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ({"channel": "COVERT"}, ["1.02"]),
            ({"mode": "DEDUCT"}, ["1.03"]),
            ({"hot": "on"}, ["1.01"]),
            ({"red_line": "on"}, ["1.03"]),
            ({"channel": "COVERT", "hot": "on"}, []),
            ({"channel": "NONSENSE"}, ["1.01", "1.02", "1.03"]),
        ],
    )
    def test_filters(self, office, org, query, shown):
        rows = [
            item("1.01", is_hot=True),
            item("1.02", channels=("OPEN", "COVERT")),
            item("1.03", mode="DEDUCT", parameters="1", red_line="SHEET"),
        ]
        version = draft(org.branch, section("甲", *rows))
        page = office.get(at("checklist_version", version.pk), query).content.decode()
        assert [c for c in ("1.01", "1.02", "1.03") if f"检查内容{c}" in page] == shown
        assert ("没有符合条件的项目" in page) == (not shown)

    def test_a_constant_number_of_queries(self, reader, org, cast):
        one = published(org.branch, cast.service_office, section("甲", item(points=Decimal(1000))))
        many = published(org.branch, cast.service_office, label="2012版")
        few = queries(reader, at("checklist_version", one.pk))
        assert queries(reader, at("checklist_version", many.pk)) == few <= 6

    def test_html_in_text_stays_text(self, office, org):
        version = draft(org.branch, section("<b>甲</b>", item(text="<script>alert(1)</script>")))
        for name in ("checklist_version", "checklist_preview", "checklist_edit"):
            page = office.get(at(name, version.pk)).content.decode()
            assert "<script>alert" not in page
            assert "<b>甲" not in page

    def test_preview_shows_the_form_of_a_channel(self, office, org):
        rows = [item("1.01"), item("1.02", channels=("COVERT",), allows_na=True)]
        version = draft(org.branch, section("甲", *rows))
        page = office.get(
            at("checklist_preview", version.pk), {"channel": "COVERT"}
        ).content.decode()
        assert "检查内容1.02" in page
        assert "不适用" in page
        assert "检查内容1.01" not in page

    def test_diff(self, office, org, work):
        other = draft(org.branch, section("甲", item("1.01", points=Decimal(12))), label="2012版")
        page = office.get(at("checklist_diff", other.pk, work.pk)).content.decode()
        assert "新增 0 项，删除 2 项，修改 1 项，0 项不变" in page
        assert "<ins>12</ins>" in page

    def test_diff_needs_two_versions_of_one_standard(self, office, org, work):
        alien = draft(org.branch, name="另一套")
        for other in (alien.pk, work.pk, 999_999):
            assert office.get(at("checklist_diff", work.pk, other)).status_code == 404

    @pytest.mark.parametrize("ending", ["xlsx", "csv"])
    def test_export(self, reader, org, cast, ending):
        version = published(org.branch, cast.service_office)
        response = reader.get(at("checklist_export", version.pk, ending))
        assert response.status_code == 200
        assert f".{ending}" in response["Content-Disposition"]
        assert len(response.content) > 500


class TestMaking:
    def test_create(self, office):
        form = {
            "name": "新标准",
            "label": "2012版",
            "scoring": "POINTS",
            "effective_on": "2012-01-01",
        }
        response = office.post(at("checklist_create"), form)
        version = ChecklistVersion.objects.get()
        assert response.url == at("checklist_edit", version.pk)
        assert str(version) == "新标准 2012版"

    def test_create_twice_is_refused_beside_the_field(self, office, work):
        form = {
            "name": "服务检查标准",
            "label": "x",
            "scoring": "POINTS",
            "effective_on": "2012-01-01",
        }
        response = office.post(at("checklist_create"), form)
        assert response.status_code == 422
        assert "已有名为" in response.content.decode()

    def test_an_empty_form_is_refused(self, office):
        assert office.post(at("checklist_create")).status_code == 422

    def test_copy(self, office, work):
        form = {"source": work.pk, "label": "2012版", "effective_on": "2012-01-01"}
        office.post(at("checklist_copy", work.checklist_id), form)
        copy = ChecklistVersion.objects.get(label="2012版")
        assert version_content(copy).sections == version_content(work).sections

    def test_head(self, office, work):
        form = {"label": "试行", "scoring": "WEIGHTED", "effective_on": "2012-01-01"}
        assert office.post(at("checklist_head", work.pk), form).status_code == 302
        work.refresh_from_db()
        assert (work.label, work.scoring) == ("试行", "WEIGHTED")

    def test_delete(self, office, work):
        assert office.post(at("checklist_delete", work.pk)).url == at("checklists")
        assert not ChecklistVersion.objects.exists()

    def test_template(self, office):
        assert office.get(at("checklist_template")).content[:2] == b"PK"


class TestImporting:
    def upload(self, client, name, content=None, **extra):
        file = SimpleUploadedFile(name, OPEN_FILE.read_bytes() if content is None else content)
        return client.post(at("checklist_import"), {"file": file, "import": "1"} | extra)

    def test_the_page_starts_clean(self, office):
        response = office.get(at("checklist_import"))
        assert response.status_code == 200
        assert "is-invalid" not in response.content.decode()

    def test_imports_as_a_draft(self, office):
        response = self.upload(office, "标准.csv")
        version = ChecklistVersion.objects.get()
        assert response.url == at("checklist_edit", version.pk)
        assert Item.objects.count() == 119

    def test_a_check_writes_nothing(self, office):
        response = self.upload(office, "标准.csv", check="1")
        assert "检查通过" in response.content.decode()
        assert not ChecklistVersion.objects.exists()

    def test_bad_rows_are_shown_and_nothing_is_written(self, office):
        bad = OPEN_FILE.read_text("utf-8").replace(",全扣,", ",抽查,", 2).encode()
        response = self.upload(office, "标准.csv", bad)
        page = response.content.decode()
        assert response.status_code == 422
        assert "没有导入：2 处有误" in page
        assert "抽查" in page
        assert not ChecklistVersion.objects.exists()

    @pytest.mark.parametrize("name", ["标准.xls", "标准.pdf", "标准.xlsx"])
    def test_what_is_not_a_table(self, office, name):
        assert self.upload(office, name, b"%PDF-1.4").status_code == 422

    def test_no_file(self, office):
        assert office.post(at("checklist_import"), {"import": "1"}).status_code == 422


class TestPublishing:
    def test_shows_what_is_missing(self, office, work):
        page = office.get(at("checklist_publish", work.pk)).content.decode()
        assert "少970分" in page
        assert office.post(at("checklist_publish", work.pk)).status_code == 422
        work.refresh_from_db()
        assert not work.is_published

    def test_publishes_once(self, office, org):
        version = draft(org.branch)
        target = at("checklist_publish", version.pk)
        assert office.post(target).url == at("checklist_version", version.pk)
        version.refresh_from_db()
        first = version.published_at
        again = office.post(target, follow=True)
        version.refresh_from_db()
        assert version.published_at == first
        assert "已发布，不能再修改" in again.content.decode()


class TestEditor:
    def test_shows_modules_items_and_the_gap(self, office, work):
        page = office.get(at("checklist_edit", work.pk)).content.decode()
        assert "还差 970 分" in page
        assert "检查内容1.02" in page

    def test_a_constant_number_of_queries(self, office, org, work):
        many = draft(org.branch, label="2012版")
        few = queries(office, at("checklist_edit", work.pk))
        assert queries(office, at("checklist_edit", many.pk)) == few <= 7

    def test_module_added_renamed_moved_removed(self, office, work):
        office.post(at("checklist_section_new", work.pk), {"name": "丙"})
        third = work.sections.get(name="丙")
        office.post(at("checklist_section_edit", third.pk), {"name": "丁", "weight": "5"})
        office.post(at("checklist_section_move", third.pk), {"direction": "up"})
        assert [s.name for s in work.sections.order_by("position")] == ["甲", "丁", "乙"]
        office.post(at("checklist_section_delete", third.pk))
        assert work.sections.count() == 2

    def test_a_module_twice_is_refused(self, office, work):
        response = office.post(at("checklist_section_new", work.pk), {"name": "甲"})
        assert response.status_code == 422
        assert "本版本已有模块“甲”" in response.content.decode()

    def test_a_new_item_starts_with_the_next_code(self, office, work):
        module = work.sections.get(name="甲")
        page = office.get(at("checklist_item_new", module.pk)).content.decode()
        assert 'value="1.03"' in page

    def test_item_added(self, office, work):
        module = work.sections.get(name="甲")
        response = office.post(
            at("checklist_item_new", module.pk), ITEM | {"section": module.pk, "another": "1"}
        )
        added = Item.objects.get(code="1.50")
        page = response.content.decode()
        assert (added.parameters, added.channels, added.is_hot) == ("2", ["OPEN", "SELF"], True)
        assert "还差 960 分" in page
        assert 'value="1.51"' in page

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"code": "1.01"}, "本版本已有编号"),
            ({"parameters": ""}, "每次扣分"),
            ({"points": "0"}, "分值应大于0"),
            ({"points": "x"}, "输入一个数字"),
            ({"channels": []}, "必填"),
            ({"mode": "MAYBE"}, "MAYBE"),
        ],
    )
    def test_a_faulty_item_comes_back_with_what_was_typed(self, office, work, change, said):
        module = work.sections.get(name="甲")
        response = office.post(
            at("checklist_item_new", module.pk), ITEM | {"section": module.pk} | change
        )
        page = response.content.decode()
        assert response.status_code == 422
        assert said in page
        assert "门前三米内地面整洁" in page
        assert work.items.count() == 3

    def test_item_changed_and_its_row_again(self, office, work):
        one = work.items.get(code="1.01")
        target = at("checklist_item_edit", one.pk)
        assert "检查内容1.01" in office.get(target).content.decode()
        response = office.post(target, ITEM | {"section": one.section_id})
        assert "门前三米内地面整洁" in response.content.decode()
        assert "1.50" in office.get(at("checklist_item_row", one.pk)).content.decode()

    def test_item_into_another_module(self, office, work):
        one, target = work.items.get(code="1.01"), work.sections.get(name="乙")
        response = office.post(at("checklist_item_edit", one.pk), ITEM | {"section": target.pk})
        assert response["HX-Retarget"] == "#editor"
        one.refresh_from_db()
        assert one.section == target

    def test_item_moved_and_removed(self, office, work):
        one = work.items.get(code="1.01")
        page = office.post(
            at("checklist_item_move", one.pk), {"direction": "down"}
        ).content.decode()
        assert page.index("检查内容1.02") < page.index("检查内容1.01")
        assert "还差 980 分" in office.post(at("checklist_item_delete", one.pk)).content.decode()
        assert not Item.objects.filter(pk=one.pk).exists()

    def test_a_module_of_another_version_is_no_choice(self, office, org, work):
        alien = draft(org.branch, label="2012版").sections.get()
        one = work.items.get(code="1.01")
        response = office.post(at("checklist_item_edit", one.pk), ITEM | {"section": alien.pk})
        assert response.status_code == 422

    def test_a_version_published_meanwhile_sends_htmx_away(self, office, org, cast):
        version = published(org.branch, cast.service_office)
        one = version.items.first()
        response = office.post(
            at("checklist_item_edit", one.pk),
            ITEM | {"section": one.section_id},
            headers={"HX-Request": "true"},
        )
        assert response["HX-Redirect"] == at("checklist_version", version.pk)


def routes(version):
    """Every page about one version: name, arguments, whether only drafts have it, method."""
    module, one = version.sections.first(), version.items.first()
    return [
        ("checklist_version", version.pk, "get"),
        ("checklist_preview", version.pk, "get"),
        ("checklist_copy", version.checklist_id, "get"),
        ("checklist_publish", version.pk, "get"),
        ("checklist_delete", version.pk, "post"),
        ("checklist_head", version.pk, "get"),
        ("checklist_edit", version.pk, "get"),
        ("checklist_section_new", version.pk, "get"),
        ("checklist_section_edit", module.pk, "get"),
        ("checklist_section_move", module.pk, "post"),
        ("checklist_section_delete", module.pk, "post"),
        ("checklist_item_new", module.pk, "get"),
        ("checklist_item_edit", one.pk, "get"),
        ("checklist_item_row", one.pk, "get"),
        ("checklist_item_move", one.pk, "post"),
        ("checklist_item_delete", one.pk, "post"),
    ]


READING = {"checklist_version", "checklist_preview"}


class TestAccess:
    def test_another_branch_sees_404_everywhere(self, stranger, work):
        for name, pk, method in routes(work):
            assert getattr(stranger, method)(at(name, pk)).status_code == 404, name
        assert stranger.get(at("checklist_export", work.pk, "csv")).status_code == 404
        assert work.items.count() == 3

    def test_readers_read_published_ones_and_edit_nothing(self, reader, org, cast, work):
        version = published(org.branch, cast.service_office, label="2012版")
        for name, pk, method in routes(version):
            expected = 200 if name in READING else 403
            assert getattr(reader, method)(at(name, pk)).status_code == expected, name
        assert reader.get(at("checklist_version", work.pk)).status_code == 404

    def test_the_editor_of_a_published_version_leads_back_to_it(self, office, org, cast):
        version = published(org.branch, cast.service_office)
        home = at("checklist_version", version.pk)
        for name, pk, method in routes(version):
            if name in READING or name == "checklist_copy":
                continue
            response = getattr(office, method)(at(name, pk))
            assert (response.status_code, response.url) == (302, home), name
        assert ChecklistVersion.objects.filter(pk=version.pk).exists()

    @pytest.mark.parametrize("role", ["shopper", "coordinator", "system_admin", "department"])
    def test_roles_without_standards(self, client, cast, role):
        client.force_login(getattr(cast, role))
        assert client.get(at("checklists")).status_code == 403

    def test_strangers_sign_in_first(self, client, db):
        response = client.get(at("checklists"))
        assert response.status_code == 302
        assert reverse("account_login") in response.url

    def test_wrong_methods(self, office, work):
        wrong = {"get": "post", "post": "get"}
        for name, pk, method in routes(work):
            if method == "post" or name in {*READING, "checklist_edit", "checklist_item_row"}:
                response = getattr(office, wrong[method])(at(name, pk))
                assert response.status_code == 405, name
        assert office.post(at("checklists")).status_code == 405
