"""A teller reads and comments the own file on a phone; the office takes in device data at a desk."""

from datetime import date

import pytest
from django.urls import reverse

from tellers.models import DeviceMonth, FileComment
from tests.browser import PHONE, overflow, violations
from tests.tellers.files import make_device, moved_teller

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HEADER = "月份,员工号,业务笔数,评价笔数,非常满意,满意,一般,不满意\n"
BAD = HEADER + "2011-10,2106001,8,10,10,0,0,0\n"
GOOD = HEADER + "2011-10,2106001,1000,100,90,5,5,0\n"


def upload(page, text):
    file = {"name": "10月.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("input[name=file]").set_input_files(file)
    page.get_by_role("button", name="检查文件").click()


def test_the_own_file_and_a_months_data(org, cast, sign_in):
    world = moved_teller(org)
    make_device(world.person, date(2011, 8, 1))
    phone = sign_in("wangfang", viewport=PHONE)
    phone.goto(reverse("tellers:files"))
    phone.get_by_role("link", name="2011", exact=True).click()
    phone.locator("nav[aria-label=类别] a", has_text="违规").click()
    assert overflow(phone) == 0
    entry = phone.locator(".tf-entry").first
    entry.locator("summary").click()
    entry.get_by_label("对这条记录的意见").fill("当天叫号机故障")
    entry.get_by_role("button", name="记入档案").click()
    phone.get_by_text("意见已记入档案").wait_for()
    assert FileComment.objects.get().text == "当天叫号机故障"
    assert violations(phone) == []

    desk = sign_in("service_office")
    desk.goto(reverse("tellers:device_import"))
    upload(desk, BAD)
    desk.get_by_text("多于业务笔数8").wait_for()
    upload(desk, GOOD)
    desk.get_by_text("使用率 10.00%，此前 80.00%").wait_for()
    desk.get_by_role("button", name="确认导入").click()
    desk.locator(".mc-chart svg").wait_for()
    assert DeviceMonth.objects.filter(month=date(2011, 10, 1)).count() == 1
    desk.get_by_role("link", name="乙支行").click()
    desk.get_by_role("link", name="乙一网点").click()
    desk.get_by_role("heading", name="各柜员").wait_for()
    assert violations(desk) == []
