"""From the device's data to the badge, through an objection, in a real browser."""

import io
import re
from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from accounts.jobs import job_run
from accounts.models import Job
from outlets.models import CalendarDay
from outlets.services.calendar import calendar_seed
from reports.models import Document
from tellers.models import Quiz, StarPeriod
from tests.browser import PHONE, faults, looks
from tests.factories import make_staff
from tests.tellers.rated import attributed, published, rating_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEAD = "月份,员工号,业务笔数,评价笔数,非常满意,满意,一般,不满意"


@pytest.fixture
def quarter(org, cast):
    """Two tellers with tests and marks; what the device counted is still a file."""
    calendar_seed(year=2011)
    today = timezone.localdate()
    for year in (today.year, today.year + 1):
        CalendarDay.objects.create(date=date(year, 1, 1), is_working=False)
    published(org.branch)
    other = make_staff(unit=org.b1, name="示例甲")
    for staff, unit, score in ((cast.teller.staff, org.a1, 82), (other, org.b1, 99)):
        day = date(2011, 11, 8)
        Quiz.objects.create(branch=org.branch, staff=staff, date=day, kind="SKILL", score=score)
        attributed(org, staff, unit, "85", "100", day=day)
    return other


def device_file(*people):
    """Three months of the quarter as the device's CSV."""
    rows = [
        f"2011-{month},{one.number},1500,1200,1000,150,40,10"
        for one in people
        for month in ("10", "11", "12")
    ]
    content = "\n".join([HEAD, *rows]).encode("gb18030")
    return {"name": "柜员牌.csv", "mimeType": "text/csv", "buffer": content}


def work():
    """What a worker does: every job that waits."""
    for job in Job.objects.filter(state=Job.State.QUEUED):
        job_run(job.pk)


def confirmed(page, name):
    """Press a button that asks first."""
    page.get_by_role("button", name=name, exact=True).click()
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="确定").click()


def test_from_device_data_to_the_badge(quarter, org, cast, sign_in, new_page):
    office = sign_in("service_office")
    take_in(office, cast.teller.staff, quarter)
    rate(office)
    expect(office.locator(".lead-sentence")).to_contain_text("2人中2人参评：五星1人、四星1人")
    assert looks(office) == []
    confirmed(office, "公示")
    expect(office.locator("[aria-current=step]")).to_contain_text("公示中")
    teller = sign_in("teller", viewport=PHONE)
    object_to(teller)
    decide(office)
    # The days of objection have passed.
    StarPeriod.objects.update(objections_until=timezone.localdate() - timedelta(days=1))
    office.goto(f"/tellers/stars/{StarPeriod.objects.get().pk}/")
    confirmed(office, "生效")
    walk(office)
    text = badges(office)
    own = rating_of(cast.teller.staff)
    assert all(word in text for word in ("五星", cast.teller.staff.number, "2011年第4季度评定"))
    anybody = new_page(viewport=PHONE)
    anybody.goto(Document.objects.get().figures["cards"][0]["url"])
    expect(anybody.get_by_role("heading", level=1)).to_have_text("核验通过")
    expect(anybody.locator("main")).to_contain_text(cast.teller.staff.number)
    assert cast.teller.staff.name not in anybody.content()
    assert looks(anybody) == []
    assert (own.star, own.computed_star) == (5, 4)


def take_in(page, *people):
    """Import the device's file."""
    page.goto("/tellers/devices/import/")
    page.locator("#id_file").set_input_files(device_file(*people))
    page.get_by_role("button", name="检查文件").click()
    expect(page.get_by_text("检查通过，可以导入")).to_be_visible()
    page.get_by_role("button", name="确认导入").click()
    page.wait_for_load_state()


def rate(page):
    """Open the quarter and have it computed."""
    page.goto("/tellers/stars/")
    page.get_by_role("link", name="建立评定周期").first.click()
    page.get_by_label("周期").fill("2011Q4")
    page.get_by_role("button", name="建立").click()
    page.get_by_role("button", name="测算", exact=True).click()
    expect(page.locator("#star-job")).to_contain_text("等待")
    work()
    expect(page.locator("[aria-current=step]")).to_contain_text("已测算")


def object_to(page):
    """The teller finds the own rating from the public list, and disputes it."""
    page.goto("/tellers/stars/")
    page.get_by_role("link", name="公示名单").click()
    expect(page.get_by_role("main")).to_contain_text("示例甲")
    page.get_by_role("link", name=re.compile("我的评定")).click()
    assert looks(page) == []
    page.get_by_label("异议内容和理由").fill("十二月的技能测试漏计一次，98分。")
    page.get_by_role("button", name="提出异议").click()
    expect(page.get_by_text("待处理")).to_be_visible()


def decide(page):
    """The office upholds it."""
    page.goto(f"/tellers/stars/{StarPeriod.objects.get().pk}/")
    page.get_by_role("table", name="等待处理的异议").get_by_role("link").click()
    page.get_by_label("决定").select_option(label="异议成立，改为五星")
    page.get_by_label("理由").fill("成绩单属实，补计后达到五星。")
    page.get_by_role("button", name="作出决定").click()
    expect(page.get_by_text("异议成立", exact=True)).to_be_visible()


def walk(page):
    """The other pages of stars, then back to the list."""
    period = StarPeriod.objects.get()
    paths = (
        f"stars/{period.pk}/distribution/",
        f"stars/schemes/{period.scheme_id}/",
        "stars/schemes/new/",
        "pacesetters/",
        f"stars/{period.pk}/",
    )
    assert faults(page, *(f"/tellers/{path}" for path in paths)) == {}


def badges(page):
    """The text of the sheet made for five stars of the first institution."""
    page.get_by_role("button", name="更多").click()
    page.get_by_role("link", name="星级工号牌").click()
    page.get_by_label("机构").select_option(label="甲支行")
    page.get_by_label("五星").check()
    page.get_by_role("button", name="制作").click()
    work()
    expect(page.get_by_role("link", name="下载 PDF")).to_be_visible()
    made = Document.objects.get()
    with made.file.open("rb") as file:
        reader = PdfReader(io.BytesIO(file.read()))
    return "".join(one.extract_text() for one in reader.pages).replace(" ", "")
