"""The product in one line, in a real browser with a real worker behind it.

Sign in, score on a phone, submit, release, the rank changes, the bulletin's text says so.
"""

import io
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from pypdf import PdfReader

from inspections.models import Inspection
from tests.browser import PHONE, overflow
from tests.factories import make_staff
from tests.inspections.builders import make_inspection, make_version, make_visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parent.parent
# What the other outlets lost, so that the one inspected last can climb to the top.
LOST = {"a2": {"1.01": "fail"}, "b1": {"1.02": "1"}, "b2": {"2.01": "中"}}


@pytest.fixture
def worker(transactional_db, tmp_path):
    """A Celery worker on the test's own database, queue and files."""
    database = connection.get_connection_params()
    where = {key: database[key] for key in ("host", "port", "password") if key in database}
    url = f"postgresql://{database['user']}@/{database['dbname']}?{urlencode(where)}"
    log = (tmp_path / "worker.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", "default,pdf", "-c", "1",
         "-n", "e2e@%h", "--loglevel", "info"],
        cwd=ROOT, stdout=log, stderr=log,
        env=os.environ | {"DATABASE_URL": url, "VAR_DIR": str(Path(settings.MEDIA_ROOT).parent)},
    )  # fmt: skip
    yield process
    process.terminate()
    process.wait(30)


@pytest.fixture
def month_begun(org, cast):
    """April 2011: three outlets were inspected, the fourth has its first result, a poor one."""
    make_staff(unit=org.a1, name="示例柜员")
    make_version(org.branch)
    for name, lost in LOST.items():
        make_inspection(getattr(org, name), cast.inspector, values=lost, released=True)
    make_inspection(org.a1, cast.inspector, values={"1.01": "fail", "2.01": "差"}, released=True)
    return make_visit(org.a1, cast.inspector)


def test_from_a_score_on_a_phone_to_the_bulletin(worker, month_begun, org, cast, sign_in):
    office = sign_in("service_office")
    assert rank_of(office, "甲一网点") == "4"

    phone = sign_in("inspector", viewport=PHONE, has_touch=True)
    score_everything_right(phone)
    assert Inspection.objects.filter(unit=org.a1, state="SUBMITTED", score=100).count() == 1
    assert rank_of(office, "甲一网点") == "4"  # not before it is released

    release(office)
    # The mean of a poor visit (50) and a perfect one (100) is 75.00, still the last.
    assert rank_of(office, "甲一网点") == "4"
    assert total_of(office, "甲一网点") == "75.00"

    climb(phone, org, cast, office)
    text = bulletin_text(office)
    assert "第一名乙一网点" in text
    assert "第二名甲一网点" in text


def climb(phone, org, cast, office):
    """Three more perfect visits lift the outlet past another one."""
    for _ in range(3):
        make_visit(org.a1, cast.inspector)
        score_everything_right(phone)
        release(office)
    assert total_of(office, "甲一网点") == "90.00"
    assert rank_of(office, "甲一网点") == "2"


def score_everything_right(page):
    """Open the only visit of today's page, answer item by item, submit."""
    page.goto("/inspections/today/")
    assert overflow(page) == 0
    page.get_by_role("link", name="甲一网点 明查 打分").click()
    page.locator("#score-form").wait_for()
    assert overflow(page) == 0
    for section in ("环境", "服务", "内控"):
        page.locator(".sf-panel:visible h2", has_text=section).wait_for()
        for good in page.locator(".sf-panel:visible .sf-good").all():
            good.click()
        if section == "服务":
            page.get_by_role("button", name="优").click()
            page.get_by_role("button", name="选择员工").click()
            page.locator("#staff-dialog .sf-people button").first.click()
        if section == "内控":
            page.locator(".sf-panel:visible [data-number]").fill("1000")
        page.locator(".sf-panel:visible .sf-next .btn-primary").click()
    page.locator("#live-score", has_text="100.00").wait_for()
    page.locator("#submit").click()
    page.locator("#confirm-dialog button[value=yes]").click()
    page.wait_for_url("**/receipt/")


def release(page):
    """Release what waits for review, on its own page."""
    page.goto("/inspections/inspections/?state=SUBMITTED")
    page.locator("tbody a").first.click()
    page.get_by_role("button", name="发布").click()
    with page.expect_navigation():
        page.locator("#confirm-dialog button[value=yes]").click()


def row_of(page, name):
    page.goto("/reports/league/?month=2011-04")
    return page.locator("table tbody tr", has_text=name).first


def rank_of(page, name):
    return row_of(page, name).locator("td").first.inner_text().strip()


def total_of(page, name):
    return row_of(page, name).locator("td.mc-total").inner_text().strip()


def bulletin_text(page):
    """Publish the month inside, issue its bulletin, wait for the worker, read the file."""
    page.goto("/reports/months/2011-04/")
    page.get_by_role("button", name="内部公示").click()
    with page.expect_navigation():
        page.locator("#confirm-dialog button[value=yes]").click()
    page.goto("/reports/bulletins/issue/?month=2011-04")
    with page.expect_navigation():
        page.get_by_role("button", name="编发").click()
    download = page.get_by_role("link", name="下载 PDF")
    download.wait_for(timeout=60_000)
    answer = page.request.get(download.get_attribute("href"))
    assert answer.headers["content-type"] == "application/pdf"
    return "".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.body())).pages)
