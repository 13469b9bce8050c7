"""The league, the months and the schemes in a real browser, light and dark, wide and narrow."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from reports.models import Correction, Season
from reports.services.corrections import correction_issue
from reports.services.months import months_close
from tests.browser import faults
from tests.reports.letters import complaint, late, make_letter
from tests.reports.rows import APRIL, MAY, quiz, release

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/reports/league/",
    "/reports/league/?view=institutions",
    "/reports/league/?view=season&kind=INSTITUTION",
    "/reports/league/?view=heat",
    "/reports/league/?view=gap",
    "/reports/scores/2011-04/{outlet}/",
    "/reports/scores/2011-04/institutions/{institution}/",
    "/reports/months/",
    "/reports/months/2011-04/",
    "/reports/months/2011-05/",
    "/reports/months/2011-04/correct/",
    "/reports/corrections/",
    "/reports/corrections/{correction}/",
    "/reports/letters/?year=2011",
    "/reports/letters/?year=2011&view=units",
    "/reports/letters/?year=2011&view=risk",
    "/reports/schemes/",
    "/reports/schemes/new/",
    "/reports/schemes/seasons/new/",
]


@pytest.fixture
def history(org, cast):
    """A closed and corrected April with something waiting, and an open May."""
    for unit, score in ((org.a1, "92.00"), (org.a2, "88.00"), (org.b1, "85.50")):
        release(unit, score=score)
        release(unit, "COVERT", score="86.00")
        release(unit, day=MAY.first, score="90.00")
        release(unit, "COVERT", day=MAY.first, score="84.00")
    quiz(org.a1, "95")
    Season.objects.create(
        branch=org.branch, name="竞赛", first_month=APRIL.first, last_month="2011-12-01"
    )
    months_close(branch_ids=[org.branch.pk], month=APRIL, actor=cast.service_office)
    release(org.b1, score="99.00")
    correction_issue(branch=org.branch, month=APRIL, reason="迟报", actor=cast.service_office)
    release(org.b2, score="91.00")
    complaint(org.a1)
    late(org.a)
    make_letter(org.b1, "INQUIRY", APRIL.first, text="再不办就投诉")
    make_letter(org.b1, "PRAISE", date(2010, 4, 8))
    return org


def test_pages_are_accessible_and_fit(sign_in, history):
    keys = {
        "outlet": history.a1.pk,
        "institution": history.a.pk,
        "correction": Correction.objects.get().pk,
    }
    page = sign_in("service_office")
    assert faults(page, *(path.format(**keys) for path in PAGES)) == {}


def test_from_the_rank_down_to_the_inspection(sign_in, history):
    page = sign_in("outlet_head")
    page.goto("/reports/league/?month=2011-04")
    page.get_by_role("link", name="总分").click()
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("总分")
    page.get_by_role("link", name="甲一网点").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("甲一网点 · 2011年4月")
    page.get_by_role("link", name="4月10日暗访").click()
    expect(page).to_have_url(re.compile("/inspections/inspections/[0-9]+/"))


def test_publishing_asks_first(sign_in, history):
    page = sign_in("service_office")
    page.goto("/reports/months/2011-05/")
    page.get_by_role("button", name="内部公示").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("把2011年5月内部公示？")
    dialog.get_by_role("button", name="取消").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("统计中")
    page.get_by_role("button", name="内部公示").click()
    dialog.get_by_role("button", name="确定").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("内部公示")
    expect(page.get_by_role("button", name="封账")).to_be_visible()


def test_from_the_statistics_to_the_letters(sign_in, history):
    page = sign_in("service_office")
    page.goto("/reports/letters/?year=2011&view=units")
    row = page.get_by_role("table", name="各机构").get_by_role("row", name=re.compile("甲支行"))
    row.get_by_role("link").first.click()
    expect(page).to_have_url(
        re.compile("/letters/\\?institution=[0-9]+&from=2011-01-01&to=2011-12-31")
    )
    expect(page.locator("main")).to_contain_text("2")
    page.go_back()
    page.get_by_role("link", name="总览").click()
    expect(page.locator(".mc-chart svg")).to_have_count(3)
    page.get_by_label("期间").select_option(label="4月")
    page.get_by_role("button", name="筛选").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("来信统计 · 2011年4月")


def test_a_valid_complaint_from_the_score_to_its_letter(sign_in, org, cast):
    release(org.a1, score="92.00")
    letter = complaint(org.a1)
    page = sign_in("outlet_head")
    page.goto(f"/reports/scores/2011-04/{org.a1.pk}/")
    page.get_by_role("link", name=f"投诉来信 {letter.reference}").click()
    expect(page).to_have_url(re.compile(f"/letters/{letter.pk}/"))
