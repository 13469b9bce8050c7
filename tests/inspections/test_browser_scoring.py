"""The scoring form in a real browser, on a phone."""

import io
import json
import random
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from inspections import scoring
from inspections.imports.checklists import read_checklist
from inspections.models import Draft, Evidence, Inspection, Visit
from inspections.scoring import Mark
from inspections.selectors.forms import published_form
from inspections.services.checklists import version_import, version_publish
from inspections.services.sheets import figures
from inspections.views.scoring import rule_data
from tests.browser import DESK, overflow, violations
from tests.factories import make_staff
from tests.inspections.builders import make_sheet, make_version, make_visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
MEASURES = [
    "0",
    "1",
    "2.5",
    "0.75",
    "299999.999999",
    "300000",
    "300000.01",
    "-4",
    "１２",
    "abc",
    "",
]


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def visit(org, cast):
    make_version(org.branch)
    today = timezone.localdate()
    return make_visit(
        org.a1, cast.inspector, window=(today - timedelta(days=3), today + timedelta(days=3))
    )


def score_page(sign_in, visit, username="inspector", **kw):
    page = sign_in(username, **({"viewport": PHONE} | kw))
    page.goto(f"/inspections/visits/{visit.pk}/score/")
    expect(page.locator("#score-form")).to_have_attribute("data-ready", "yes")
    return page


def card(page, code):
    return page.locator("fieldset.sf-item", has_text=f"检查内容{code}")


def module(page, name):
    page.get_by_role("navigation", name="模块").get_by_role("button", name=name).click()


def saved(page):
    expect(page.locator("#save-state")).to_have_text("已保存")


def picture(color):
    out = io.BytesIO()
    Image.effect_noise((2400, 1800), 40).convert("RGB").save(out, "JPEG", exif=b"")
    return {"name": f"{color}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def first_module(page):
    """Two answers; the second loses points and is asked for a photo."""
    card(page, "1.01").get_by_role("button", name="合格", exact=True).click()
    expect(page.locator("#live-score")).to_have_text("100.00")
    counter = card(page, "1.02")
    counter.get_by_role("button", name="加一次").click()
    counter.get_by_role("button", name="加一次").click()
    counter.get_by_role("button", name="减一次").click()
    expect(counter).to_contain_text("得 6 分，扣 2 分")
    expect(counter).to_contain_text("拍照（必需）")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("#missing")).to_contain_text("还有5处需要补齐")
    page.get_by_role("link", name="1.02 扣分须拍照留证").click()
    expect(counter).to_be_focused()
    counter.locator("input[type=file]").set_input_files(picture("white"))
    expect(counter.locator(".sf-photo")).to_have_attribute("data-state", "stored")
    page.get_by_role("button", name="下一模块").click()


def second_module(page, person):
    """A grade for somebody, and an item that does not apply."""
    grades = card(page, "2.01")
    grades.get_by_role("button", name="良").click()
    grades.get_by_role("button", name="选择员工").click()
    page.get_by_label("按姓名或员工号查找").fill("小满")
    page.get_by_role("dialog", name="选择被检查的员工").get_by_role("button", name="王小满").click()
    expect(grades).to_contain_text(f"王小满（{person.number}）")
    card(page, "2.02").get_by_role("button", name="不适用").click()
    card(page, "2.02").get_by_label("不适用的原因（必填）").fill("检查时段未发生")
    page.get_by_role("button", name="下一模块").click()


def third_module(page):
    """A measure on both sides of its limit, and a red line crossed."""
    measure = card(page, "3.01")
    measure.get_by_label("实测数值").fill("300001")
    expect(measure).to_contain_text("超出限值")
    measure.get_by_label("实测数值").fill("250000")
    expect(measure).to_contain_text("符合限值")
    card(page, "3.02").get_by_role("button", name="不合格").click()


def test_a_whole_form_is_scored_with_a_photo_and_submitted(sign_in, visit, cast, org):
    second = make_staff(unit=org.a1, name="王小满")
    page = score_page(sign_in, visit)
    assert overflow(page) == 0
    first_module(page)
    second_module(page, second)
    third_module(page)
    expect(page.locator("#answered")).to_have_text("6/6")
    expect(page.locator("#live-score")).to_have_text("59.26")
    page.get_by_role("button", name="检查并提交").last.click()
    page.get_by_label("总体评价").fill("总体较好")
    saved(page)
    assert overflow(page) == 0
    page.get_by_role("button", name="提交", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    page.wait_for_url("**/receipt/")
    expect(page.get_by_role("heading", name="提交成功")).to_be_visible()
    inspection = Inspection.objects.get()
    expect(page.get_by_role("main")).to_contain_text(inspection.number)
    expect(page.get_by_role("main")).to_contain_text("59.26")
    assert inspection.note == "总体较好"
    assert str(inspection.score) == "59.26"
    (photo,) = Evidence.objects.all()
    assert (photo.inspection, max(photo.width, photo.height)) == (inspection, 1600)
    assert inspection.answers.get(item__code="2.01").staff == second
    page.goto(f"/inspections/visits/{visit.pk}/score/")
    page.wait_for_url("**/receipt/")


def test_what_is_typed_is_there_again_and_nothing_is_lost_offline(sign_in, visit):
    page = score_page(sign_in, visit)
    card(page, "1.01").get_by_role("button", name="不合格").click()
    saved(page)
    page.evaluate(
        "() => { window.online = fetch; window.fetch = () => Promise.reject(new TypeError()); }"
    )
    card(page, "1.02").get_by_role("button", name="无差错").click()
    card(page, "1.02").get_by_role("button", name="备注").click()
    card(page, "1.02").get_by_label("备注").fill("地面整洁")
    expect(page.locator("#save-state")).to_have_text("未保存，正在重试")
    page.evaluate("() => { window.fetch = window.online; }")
    saved(page)
    answers = Draft.objects.get().answers
    values = sorted((one["value"], one["note"]) for one in answers.values())
    assert values == [("0", "地面整洁"), ("fail", "")]
    page.reload()
    expect(card(page, "1.02").get_by_label("备注")).to_have_value("地面整洁")
    pressed = card(page, "1.01").get_by_role("button", name="不合格")
    expect(pressed).to_have_attribute("aria-pressed", "true")


def test_two_tabs_lose_nothing(sign_in, visit):
    one = score_page(sign_in, visit)
    other = one.context.new_page()
    other.goto(one.url)
    expect(other.locator("#score-form")).to_have_attribute("data-ready", "yes")
    card(one, "1.01").get_by_role("button", name="合格", exact=True).click()
    saved(one)
    card(other, "1.02").get_by_role("button", name="无差错").click()
    saved(other)
    expect(other.locator("#answered")).to_have_text("2/6")
    card(one, "1.01").get_by_role("button", name="不合格").click()
    saved(one)
    expect(one.locator("#answered")).to_have_text("2/6")
    values = {one["value"] for one in Draft.objects.get().answers.values()}
    assert values == {"fail", "0"}


def test_a_photo_that_is_none_is_refused_and_one_can_be_removed(sign_in, visit):
    page = score_page(sign_in, visit)
    chooser = card(page, "1.01").locator("input[type=file]")
    chooser.set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"})
    photos = card(page, "1.01").locator(".sf-photo")
    expect(photos).to_contain_text("不是有效的照片")
    page.get_by_role("button", name="移除第1张照片").click()
    expect(photos).to_have_count(0)
    chooser.set_input_files(picture("grey"))
    expect(photos).to_have_attribute("data-state", "stored")
    page.get_by_role("button", name="移除第1张照片").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(photos).to_have_count(0)
    assert Evidence.objects.get().removed_at is not None


def test_a_refused_photo_is_remembered_until_replaced_or_dismissed(sign_in, visit):
    page = score_page(sign_in, visit)
    bad = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"not a photo"}
    for code in ("1.01", "1.02"):
        card(page, code).locator("input[type=file]").set_input_files(bad)
        expect(card(page, code).locator(".sf-photo")).to_contain_text("不是有效的照片")
    page.reload()
    expect(page.locator(".sf-photo")).to_have_count(2)
    expect(card(page, "1.01").locator(".sf-photo")).to_contain_text("不是有效的照片")
    assert violations(page) == []
    card(page, "1.01").locator("input[type=file]").set_input_files(picture("grey"))
    expect(card(page, "1.01").locator("[data-state=stored]")).to_have_count(1)
    card(page, "1.02").get_by_role("button", name="移除第1张照片").click()
    page.reload()
    expect(page.locator("#score-form")).to_have_attribute("data-ready", "yes")
    expect(page.locator(".sf-photo")).to_have_count(1)
    expect(page.locator(".sf-photo")).to_have_attribute("data-state", "stored")


def test_a_visit_taken_away_says_so(sign_in, visit):
    page = score_page(sign_in, visit)
    Visit.objects.filter(pk=visit.pk).update(state=Visit.State.SUBMITTED)
    with page.expect_response("**/draft/"):
        card(page, "1.01").get_by_role("button", name="合格", exact=True).click()
    expect(page.locator("#save-state")).to_contain_text("不能再保存")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("没有提交：该任务已提交、取消或改派")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_form_is_accessible(sign_in, visit, size):
    page = score_page(sign_in, visit, viewport=size)
    card(page, "1.02").get_by_role("button", name="加一次").click()
    saved(page)
    assert violations(page) == []
    small = page.evaluate(
        "[...document.querySelectorAll('#score-form button, .sf-submit, .sf-tool')]"
        ".filter((one) => one.offsetParent && one.offsetHeight < 44).map((one) => one.outerHTML)"
    )
    assert small == []
    module(page, "服务")
    assert violations(page) == []


def random_values(chance, form):
    """A value for every item: mostly sensible, some missing or wrong."""
    for item in form.items.values():
        wrong = chance.choice(["", "x", "-1", "1.5"])
        sensible = {
            "ALL_OR_NOTHING": ["pass", "pass", "fail"],
            "DEDUCT": ["0", "1", "2", "7", "９"],
            "GRADED": list(item.rule.grades),
            "MEASURED": MEASURES,
        }[item.mode]
        na = ["na"] if chance.random() < 0.1 else []
        yield item, chance.choice(na or ([wrong] if chance.random() < 0.05 else sensible))


def python_result(form, values):
    """What inspections.scoring makes of the valid answers: score, and each item's earned points."""
    marks: dict[int, Mark] = {}
    for item, value in values:
        if not value:
            continue
        try:
            marks[item.id] = scoring.mark(item.rule, value)
        except scoring.InvalidAnswer:
            continue
    result = figures(form, marks)
    earned = {str(key): scoring.plain(mark.earned) for key, mark in marks.items()}
    return {"score": None if result.score is None else str(result.score), "earned": earned}


BROWSER_RESULTS = """async ([scoring, sections, sheets]) => {
  const rules = await import("/static/js/score-rules.js");
  return sheets.map((values) => {
    const earned = {};
    const totals = sections.map((section) => ({
      weight: section.weight,
      items: section.items.flatMap((rule) => {
        const mark = rules.mark(rule, values[rule.id]);
        if (mark) earned[rule.id] = rules.plain(mark.earned);
        return mark ? [{ redLine: rule.redLine, mark }] : [];
      }),
    }));
    return { score: rules.score(scoring, totals).value, earned };
  });
}"""


@pytest.mark.parametrize(
    ("name", "channel"), [("open", "OPEN"), ("open", "COVERT"), ("covert", "COVERT")]
)
def test_the_browser_counts_as_the_server_does(sign_in, visit, org, cast, name, channel):
    content = read_checklist(f"inspections/data/standard_{name}.csv")
    version = version_import(branch=org.branch, content=content, actor=None)
    version_publish(version=version, actor=cast.service_office)
    form = published_form(version.pk, channel)
    chance = random.Random(f"{name}{channel}")
    sheets = [list(random_values(chance, form)) for _ in range(40)]
    sections = [
        {
            "weight": scoring.plain(section.weight),
            "items": [rule_data(item) for item in section.items],
        }
        for section in form.sections
    ]
    page = score_page(sign_in, visit)
    given = [{str(item.id): value for item, value in sheet} for sheet in sheets]
    found = page.evaluate(BROWSER_RESULTS, [form.scoring, json.loads(json.dumps(sections)), given])
    assert found == [python_result(form, sheet) for sheet in sheets]


def test_the_sheet_the_browser_sends_is_the_one_the_server_makes(visit):
    """The builders of the other tests answer what this form asks."""
    assert len(make_sheet(visit).replies) == 6
