"""The writers of standards: drafts change, published versions never do."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEntry
from accounts.roles import Role
from inspections.models import Checklist, ChecklistVersion, Item, Section
from inspections.selectors.checklists import (
    item_content,
    version_content,
    version_for,
    versions_visible_to,
)
from inspections.selectors.forms import form_filtered, version_form
from inspections.services.checklists import (
    NotPublishable,
    VersionFrozen,
    checklist_create,
    item_add,
    item_move,
    item_remove,
    item_update,
    section_add,
    section_move,
    section_remove,
    section_update,
    version_copy,
    version_create,
    version_delete,
    version_publish,
    version_update,
)
from tests.factories import make_branch, make_user
from tests.inspections.checklist_rows import content, draft, item, published, section


def codes(rows):
    return list(rows.order_by("position").values_list("code", flat=True))


class TestDrafts:
    def test_from_nothing_to_published(self, org, cast):
        office = cast.service_office
        checklist = checklist_create(branch=org.branch, name=" 服务检查标准 ", actor=office)
        version = version_create(
            checklist=checklist,
            label="2011版",
            scoring="POINTS",
            effective_on=date(2011, 4, 1),
            actor=office,
        )
        module = section_add(version=version, name="环境与设施", weight=None)
        item_add(section=module, content=item(points=Decimal(1000)))
        version_publish(version=version, actor=office)
        version.refresh_from_db()
        assert (checklist.name, version.published_by) == ("服务检查标准", office)
        assert set(AuditEntry.objects.values_list("event", flat=True)) >= {
            "checklist.create", "checklist.version_create", "checklist.publish",
        }  # fmt: skip

    def test_a_name_is_taken_once_a_branch(self, org):
        checklist_create(branch=org.branch, name="甲", actor=None)
        checklist_create(branch=org.other, name="甲", actor=None)
        with pytest.raises(ValidationError, match="已有名为“甲”的检查标准"):
            checklist_create(branch=org.branch, name="甲", actor=None)

    def test_a_label_is_taken_once_a_standard(self, org):
        version = draft(org.branch)
        with pytest.raises(ValidationError, match="该标准已有版本“2011版”"):
            version_create(
                checklist=version.checklist,
                label="2011版",
                scoring="POINTS",
                effective_on=date(2012, 1, 1),
                actor=None,
            )

    def test_a_copy_has_the_same_content(self, org, cast):
        source = published(org.branch, cast.service_office)
        copy = version_copy(
            source=source, label="2012版", effective_on=date(2012, 1, 1), actor=cast.service_office
        )
        assert not copy.is_published
        assert version_content(copy).sections == version_content(source).sections

    def test_head(self, org):
        version = version_update(
            version=draft(org.branch),
            label="试行",
            scoring="WEIGHTED",
            effective_on=date(2012, 1, 1),
        )
        version.refresh_from_db()
        assert (version.label, version.scoring) == ("试行", "WEIGHTED")

    def test_deleting_the_last_draft_removes_the_standard(self, org, cast):
        version_delete(version=draft(org.branch), actor=cast.service_office)
        assert not Checklist.objects.exists()

    def test_deleting_a_draft_leaves_the_other_versions(self, org, cast):
        kept = published(org.branch, cast.service_office)
        version_delete(version=draft(org.branch, label="2012版"), actor=cast.service_office)
        assert list(ChecklistVersion.objects.all()) == [kept]


class TestModulesAndItems:
    @pytest.fixture
    def version(self, org):
        return draft(
            org.branch,
            section("甲", item("1.01"), item("1.02"), item("1.03")),
            section("乙", item("2.01")),
        )

    def test_modules_move_to_either_end_at_most(self, version):
        second = version.sections.get(name="乙")
        section_move(section=second, by=-5)
        assert [one.name for one in version.sections.order_by("position")] == ["乙", "甲"]
        section_move(section=second, by=9)
        assert [one.name for one in version.sections.order_by("position")] == ["甲", "乙"]

    def test_items_move_within_their_module(self, version):
        first = version.items.get(code="1.01")
        item_move(item=first, by=1)
        assert codes(version.sections.get(name="甲").items) == ["1.02", "1.01", "1.03"]
        item_move(item=first, by=-1)
        assert codes(version.sections.get(name="甲").items) == ["1.01", "1.02", "1.03"]

    def test_an_item_goes_to_the_end_of_another_module(self, version):
        moved = version.items.get(code="1.02")
        target = version.sections.get(name="乙")
        item_update(item=moved, section=target, content=item_content(moved))
        assert codes(target.items) == ["2.01", "1.02"]

    def test_an_item_is_stored_in_canonical_form(self, version):
        target = version.sections.get(name="乙")
        added = item_add(
            section=target,
            content=item(
                " 2.02 ", mode="GRADED", parameters=" 优=1.00；差=0 ", channels=("SELF", "OPEN")
            ),
        )
        added.refresh_from_db()
        assert (added.code, added.parameters, added.position) == ("2.02", "优=1;差=0", 2)
        assert added.channels == ["OPEN", "SELF"]

    @pytest.mark.parametrize(
        ("change", "field", "said"),
        [
            ({"code": "1.01"}, "code", "本版本已有编号“1.01”"),
            ({"code": ""}, "code", "不能为空"),
            ({"text": " "}, "text", "不能为空"),
            ({"text": "长" * 301}, "text", "300"),
            ({"points": Decimal(0)}, "points", "大于0"),
            ({"points": Decimal(1001)}, "points", "不超过1000"),
            ({"points": Decimal("0.005")}, "points", "2"),
            ({"points": Decimal("NaN")}, "points", ""),
            ({"mode": "DEDUCT"}, "parameters", "每次扣分"),
            ({"mode": "MAYBE"}, "mode", ""),
            ({"channels": ()}, "channels", "至少要有一个渠道"),
            ({"red_line": "ALL"}, "red_line", ""),
        ],
    )
    def test_a_faulty_item_is_refused_by_field(self, version, change, field, said):
        with pytest.raises(ValidationError) as refused:
            item_add(
                section=version.sections.get(name="乙"), content=item(**{"code": "2.02"} | change)
            )
        assert list(refused.value.message_dict) == [field]
        assert said in refused.value.message_dict[field][0]
        assert version.items.count() == 4

    def test_modules_by_name_and_weight(self, version):
        first = version.sections.get(name="甲")
        section_update(section=first, name="丙", weight=Decimal("12.5"))
        assert version.sections.get(name="丙").weight == Decimal("12.5")
        for name, weight, field in (("乙", None, "name"), ("", None, "name"), ("丁", 0, "weight")):
            with pytest.raises(ValidationError) as refused:
                section_update(section=first, name=name, weight=weight)
            assert list(refused.value.message_dict) == [field]

    def test_removing(self, version):
        item_remove(item=version.items.get(code="1.02"))
        section_remove(section=version.sections.get(name="乙"))
        assert codes(version.items) == ["1.01", "1.03"]


class TestPublishing:
    def test_an_incomplete_draft_says_what_is_missing(self, org, cast):
        version = draft(org.branch, section("甲", item(points=Decimal(990))))
        with pytest.raises(NotPublishable) as refused:
            version_publish(version=version, actor=cast.service_office)
        assert refused.value.faults == ["千分制标准的分值合计应为1000分，现为990分，少10分"]
        version.refresh_from_db()
        assert not version.is_published

    def test_an_item_written_past_the_services_is_found(self, org, cast):
        version = draft(org.branch)
        version.items.filter(code="1.00").update(mode="DEDUCT", parameters="许多")
        with pytest.raises(NotPublishable, match=r"项目1\.00：“许多”不是有效的数字"):
            version_publish(version=version, actor=cast.service_office)

    @pytest.mark.django_db(transaction=True)
    def test_of_twenty_at_once_one_publishes(self):
        branch = make_branch()
        office = make_user(role=Role.SERVICE_OFFICE, unit=branch)
        version = draft(branch)
        outcomes = _at_once(20, lambda _: version_publish(version=version, actor=office))
        assert outcomes.count("done") == 1
        assert outcomes.count("VersionFrozen") == 19
        assert AuditEntry.objects.filter(event="checklist.publish").count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_no_edit_slips_past_a_publication(self):
        branch = make_branch()
        office = make_user(role=Role.SERVICE_OFFICE, unit=branch)
        version = draft(branch)
        module = version.sections.get()

        def act(number):
            if number == 3:
                version_publish(version=version, actor=office)
            else:
                item_add(section=module, content=item(f"9.{number:02d}", points=Decimal(1)))

        _at_once(8, act)
        version.refresh_from_db()
        total = version_content(version).points
        assert version.is_published == (total == 1000)


def _at_once(number, act):
    """Run `act` so many times in as many connections at once; how each ended."""
    barrier, outcomes = threading.Barrier(number), []

    def run(place):
        barrier.wait()
        try:
            act(place)
        except (VersionFrozen, NotPublishable) as error:
            outcomes.append(type(error).__name__)
        else:
            outcomes.append("done")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


class TestFrozen:
    @pytest.fixture
    def version(self, org, cast):
        return published(org.branch, cast.service_office)

    def test_every_service_refuses(self, version, cast):
        module, one = version.sections.get(), version.items.first()
        attempts = [
            lambda: version_publish(version=version, actor=cast.service_office),
            lambda: version_delete(version=version, actor=cast.service_office),
            lambda: version_update(
                version=version, label="x", scoring="POINTS", effective_on=date(2012, 1, 1)
            ),
            lambda: section_add(version=version, name="新", weight=None),
            lambda: section_update(section=module, name="新", weight=None),
            lambda: section_move(section=module, by=1),
            lambda: section_remove(section=module),
            lambda: item_add(section=module, content=item("9.99")),
            lambda: item_update(item=one, section=module, content=item("9.99")),
            lambda: item_move(item=one, by=1),
            lambda: item_remove(item=one),
        ]
        before = version_content(version)
        for attempt in attempts:
            with pytest.raises(VersionFrozen, match="已发布，不能再修改"):
                attempt()
        assert version_content(version) == before

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE inspections_item SET points = points + 1 WHERE version_id = %s",
            "DELETE FROM inspections_item WHERE version_id = %s",
            (
                "INSERT INTO inspections_item (version_id, section_id, position, code, text, points, mode,"
                " parameters, allows_na, photo, red_line, channels, attribution, is_hot, stage)"
                " SELECT version_id, section_id, 99, '9.99', text, points, mode, parameters, allows_na,"
                " photo, red_line, channels, attribution, is_hot, stage FROM inspections_item"
                " WHERE version_id = %s LIMIT 1"
            ),
            "UPDATE inspections_section SET weight = 1 WHERE version_id = %s",
            "DELETE FROM inspections_section WHERE version_id = %s",
            "INSERT INTO inspections_section (version_id, position, name) VALUES (%s, 9, '新')",
            "UPDATE inspections_checklistversion SET published_at = NULL WHERE id = %s",
            "DELETE FROM inspections_checklistversion WHERE id = %s",
        ],
    )
    def test_the_database_refuses_raw_sql(self, version, statement):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [version.pk])

    def test_the_database_refuses_bulk_writes_in_chinese(self, version):
        rows = list(version.items.all())
        for row in rows:
            row.text = "改过"
        with pytest.raises(DatabaseError, match="已发布的检查标准不可修改"), transaction.atomic():
            Item.objects.bulk_update(rows, ["text"])
        with pytest.raises(DatabaseError, match="已发布的检查标准不可修改"), transaction.atomic():
            Section.objects.filter(version=version).update(name="改过")

    def test_an_item_cannot_be_moved_into_or_out_of_it(self, org, version):
        other = draft(org.branch, label="2012版")
        for rows, target in ((version.items, other), (other.items, version)):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(version=target, section=target.sections.get())


class TestWhichVersion:
    def test_the_latest_in_force(self, org, cast):
        office = cast.service_office
        old = published(org.branch, office)
        new = published(org.branch, office, label="2012版", effective_on=date(2012, 1, 1))
        draft(org.branch, label="草稿", effective_on=date(2011, 5, 1))
        found = [
            version_for(branch=org.branch, channel="OPEN", on=day)
            for day in (date(2011, 3, 31), date(2011, 4, 1), date(2011, 12, 31), date(2012, 1, 1))
        ]
        assert found == [None, old, old, new]

    def test_only_with_items_for_the_channel_and_of_the_branch(self, org, cast):
        published(org.branch, cast.service_office)
        day = date(2011, 4, 1)
        assert version_for(branch=org.branch, channel="COVERT", on=day) is None
        assert version_for(branch=org.other, channel="OPEN", on=day) is None

    def test_the_standard_made_for_the_channel_wins(self, org, cast):
        office = cast.service_office
        covert = published(
            org.branch, office, section("甲", item(channels=("COVERT",)), weight=1),
            name="暗访标准", scoring="WEIGHTED",
        )  # fmt: skip
        both = [item(f"1.{n}", points=Decimal(500), channels=channels)
                for n, channels in enumerate([("OPEN", "COVERT"), ("OPEN",)])]  # fmt: skip
        newer = published(org.branch, office, section("甲", *both), effective_on=date(2011, 6, 1))
        day = date(2011, 7, 1)
        assert version_for(branch=org.branch, channel="COVERT", on=day) == covert
        assert version_for(branch=org.branch, channel="OPEN", on=day) == newer


class TestForm:
    def test_one_query_and_only_what_applies(self, org, django_assert_num_queries):
        version = draft(
            org.branch,
            section("甲", item("1.01"), item("1.02", channels=("COVERT",))),
            section("乙", item("2.01", channels=("COVERT",)), weight=None),
        )
        with django_assert_num_queries(1):
            form = version_form(version, "OPEN")
        assert [(one.name, [i.code for i in one.items]) for one in form.sections] == [
            ("甲", ["1.01"])
        ]
        with django_assert_num_queries(1):
            whole = version_form(version)
        assert [one.code for one in whole.items.values()] == ["1.01", "1.02", "2.01"]
        covert = form_filtered(whole, channel="COVERT")
        assert covert == version_form(version, "COVERT")

    def test_an_item_carries_its_rule(self, org):
        version = draft(
            org.branch,
            section(
                "甲",
                item("1", mode="DEDUCT", parameters="0.5"),
                item("2", mode="GRADED", parameters="优=1;良=0.8", allows_na=True),
                item("3", mode="MEASURED", parameters="<=300000", red_line="SHEET"),
                item("4"),
            ),
        )
        one, two, three, four = version_form(version).items.values()
        assert (one.rule.step, two.allows_na, three.red_line) == (Decimal("0.5"), True, "SHEET")
        assert [i.rule_text for i in (one, two, three, four)] == [
            "每次扣 0.5 分", "优 10 · 良 8", "≤ 300000", "不合格扣全分",
        ]  # fmt: skip
        assert version_form(version).points == 40


def test_who_sees_which_versions(org, cast):
    mine = published(org.branch, cast.service_office)
    hidden = draft(org.branch, label="2012版")
    stranger = make_user(role=Role.SERVICE_OFFICE, unit=org.other)
    published(org.other, stranger, *content().sections)
    readers = [
        cast.leadership,
        cast.institution_head,
        cast.outlet_head,
        cast.inspector,
        cast.teller,
    ]
    assert set(versions_visible_to(cast.service_office)) == {mine, hidden}
    for reader in readers:
        assert list(versions_visible_to(reader)) == [mine]
    for other in (cast.shopper, cast.coordinator, cast.system_admin, cast.department):
        assert not versions_visible_to(other).exists()
