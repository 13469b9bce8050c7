"""Triage in a real browser: ten letters by keyboard alone, no shortcut while typing, on a phone."""

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from accounts.roles import Role
from complaints.models import Letter, LetterEvent, SuggestionModel
from complaints.services.letters import letters_receive
from outlets.services.calendar import calendar_seed
from tests.browser import PHONE, faults, overflow, violations
from tests.complaints.letters import facts
from tests.factories import make_staff, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BODIES = (
    "客户投诉甲一网点柜员李红态度生硬，存折取款排队两小时。",
    "请核实甲二网点4月30日一笔汇款未到账。",
    "表扬乙一网点柜员，非常感谢。",
    "建议乙二网点增加座椅。",
    "昨天有一件事想说明，没写在哪里。",
    "甲一网点的取款机故障吞卡，请协助查询。",
    "投诉乙一网点，信用卡收费没有告知。",
    "甲二网点柜员拾金不昧，送来锦旗。",
    "希望甲一网点能延长营业时间。",
    "投诉乙二网点推销保险，要向媒体曝光。",
)


@pytest.fixture
def world(org, cast):
    """Ten letters, one after the other, and somebody of the other institution."""
    calendar_seed(year=2011)
    staff = make_staff(unit=org.a1, name="李红", number="1001")
    head = make_user(role=Role.INSTITUTION_HEAD, unit=org.b, name="乙行长")
    letters = letters_receive(
        branch=org.branch,
        facts=[facts(body=body, reference=f"T{n:02d}") for n, body in enumerate(BODIES)],
        actor=None,
    )
    return SimpleNamespace(letters=letters, staff=staff, head=head)


def unit_of(page):
    return page.get_by_role("combobox", name="涉及机构")


def shown(page, n):
    """Wait for the n-th letter, and until the keys work."""
    expect(page.get_by_role("heading", name=f"来信 T{n:02d}")).to_be_visible()
    ready(page)


def ready(page):
    page.locator("[data-triage=ready]").wait_for()


# For each letter in the order of the screen the keys pressed; "=…" is typed.
PRESSED = (
    (0, "Enter"),  # all suggestions fit
    (1, "r", "=zjaq", "ArrowDown", "ArrowUp", "Enter", "Enter"),  # a cause by its initials
    (2, "Enter"),
    (3, "1", "d", "Enter"),  # the kind by its number, the severity by turns
    (4, "3", "/", "=jiaer", "Enter", "b", "=department", "Enter", "Enter"),  # nothing suggested
    (5, "s"),  # skipped
    (6, "Enter"),
    (7, "Enter"),
    (8, "y", "=1001", "Enter", "Enter"),  # an employee by number
    (9, "Enter"),
    (5, "Enter"),  # the skipped one comes again
)


def test_ten_letters_by_keyboard_alone(sign_in, world, org, cast):
    page = sign_in("service_office")
    page.goto("/letters/triage/")
    for n, *pressed in PRESSED:
        shown(page, n)
        for key in pressed:
            if key.startswith("="):
                page.keyboard.type(key[1:])
            else:
                page.keyboard.press(key)
    expect(page.get_by_text("没有待分派的来信")).to_be_visible()

    rows = {one.reference: one for one in Letter.objects.select_related("unit", "handler")}
    assert {one.state for one in rows.values()} == {"ASSIGNED"}
    assert [rows[f"T{n:02d}"].kind for n in range(10)] == [
        "COMPLAINT", "INQUIRY", "PRAISE", "INQUIRY", "SUGGESTION",
        "INQUIRY", "COMPLAINT", "PRAISE", "SUGGESTION", "COMPLAINT",
    ]  # fmt: skip
    assert [rows[f"T{n:02d}"].unit for n in range(10)] == [
        org.a1, org.a2, org.b1, org.b2, org.a2, org.a1, org.b1, org.a2, org.a1, org.b2,
    ]  # fmt: skip
    assert rows["T00"].staff == world.staff
    assert rows["T00"].handler == cast.institution_head
    assert (rows["T01"].cause, rows["T01"].business) == ("C08", "B07")
    assert rows["T02"].handler == world.head
    assert rows["T03"].severity == "SERIOUS"
    assert rows["T04"].handler == cast.department
    assert rows["T08"].staff == world.staff
    assert rows["T09"].severity == "GRAVE"
    assert LetterEvent.objects.filter(kind="ASSIGNED").count() == 10


def test_a_handler_chosen_while_the_list_is_under_way_stays(sign_in, world, cast):
    """The people of the new unit come late: what was chosen meanwhile is kept, or asked for again."""
    page = sign_in("service_office")
    page.goto("/letters/triage/")
    shown(page, 0)
    held = []

    def hold(route):
        held.append(route)

    page.route("**/people/**", hold)
    page.keyboard.press("/")
    page.keyboard.type("yiyi")
    page.keyboard.press("Enter")
    for name in ("department", "institution_head"):
        page.keyboard.press("b")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # waits
    held[0].continue_()
    expect(page.get_by_role("alert")).to_contain_text("承办人：请选择承办人")
    ready(page)
    page.unroute("**/people/**")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.type("department")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    shown(page, 1)
    assert Letter.objects.get(reference="T00").handler == cast.department


def test_no_shortcut_fires_while_typing(sign_in, world):
    page = sign_in("service_office")
    page.goto("/letters/triage/")
    shown(page, 0)
    page.keyboard.press("/")
    page.keyboard.type("1s?d")
    expect(unit_of(page)).to_have_value("1s?d")
    expect(page.get_by_text("没有相符的，请换个说法")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(unit_of(page)).to_have_value("甲一网点（ASA1）")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="表扬")).to_be_checked()
    shown(page, 0)


def test_shortcuts_can_be_switched_off(sign_in, world):
    page = sign_in("service_office")
    page.goto("/letters/triage/")
    ready(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="投诉")).to_be_checked()
    page.reload()
    ready(page)
    page.keyboard.press("s")
    shown(page, 0)


def test_a_reason_stands_only_beside_its_value(sign_in, world):
    page = sign_in("service_office")
    page.goto("/letters/triage/")
    ready(page)
    reason = page.get_by_text("文中写明“甲一网点”")
    expect(reason).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("yier")
    page.keyboard.press("Enter")
    expect(reason).to_be_hidden()


def test_the_deadline_follows_the_kind(sign_in, world):
    page = sign_in("service_office")
    page.goto("/letters/triage/")
    ready(page)
    expect(page.get_by_text("2011-05-15", exact=True)).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_text("2011-05-15", exact=True)).to_be_hidden()
    expect(page.get_by_text("2011-05-05", exact=True)).to_be_visible()


def test_an_error_says_where_and_keeps_what_was_chosen(sign_in, world):
    page = sign_in("service_office")
    page.goto(f"/letters/triage/{world.letters[4].pk}/")
    ready(page)
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("涉及机构：请选择涉及机构")
    expect(page.get_by_role("radio", name="投诉")).to_be_checked()
    assert violations(page) == []


def test_by_touch_on_a_phone(sign_in, world, org):
    page = sign_in("service_office", viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/letters/triage/")
    shown(page, 0)
    assert overflow(page) == 0
    page.get_by_role("radio", name="建议").tap()
    unit_of(page).select_option(str(org.a2.pk))
    page.get_by_role("button", name="保存并下一封").tap()
    shown(page, 1)
    letter = Letter.objects.get(reference="T00")
    assert (letter.kind, letter.unit) == ("SUGGESTION", org.a2)


def test_anybody_can_use_the_pages(sign_in, world, org, cast):
    page = sign_in("service_office")
    letter = world.letters[9]
    Letter.objects.filter(pk=letter.pk).update(
        state="ASSIGNED", kind="INQUIRY", unit=org.a1, handler=cast.department
    )
    for target in ("KIND", "UNIT"):
        SuggestionModel.objects.create(
            branch=org.branch, target=target, letters=160, held_out=40, accuracy=0.9, baseline=0.8
        )
    paths = ("triage/", "suggestions/", f"{letter.pk}/reassign/", f"{letter.pk}/classify/")
    assert faults(page, *(f"/letters/{path}" for path in paths)) == {}
    page.goto("/letters/triage/")
    ready(page)
    unit_of(page).press("ArrowDown")
    assert violations(page) == []
