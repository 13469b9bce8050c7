from datetime import date

import pytest
from django.urls import reverse

from outlets.models import CalendarDay
from outlets.services import calendar_seed

CALENDAR = reverse("outlets:calendar")
DAY = reverse("outlets:calendar_day")
FILL = reverse("outlets:calendar_fill")


@pytest.fixture
def office(client, cast):
    client.force_login(cast.service_office)
    return client


def test_a_year_is_shown(office):
    calendar_seed(year=2011)
    text = office.get(CALENDAR, {"year": 2011}).content.decode()
    assert "2011年工作日历" in text
    assert "登记了 34 天特殊安排，其中 6 天周末调休上班" in text
    assert "国庆节调休上班" in text


def test_an_empty_year_says_so(office):
    assert "2012年还没有节假日安排" in office.get(CALENDAR, {"year": 2012}).content.decode()
    assert office.get(CALENDAR, {"year": "abc"}).status_code == 200


def test_a_year_is_filled(office):
    page = office.post(FILL, {"year": 2011}, follow=True)
    assert "2011年的节假日安排已录入，新增34天" in page.content.decode()
    page = office.post(FILL, {"year": 2099}, follow=True)
    assert "2099年请按国务院公告逐日录入" in page.content.decode()
    assert office.post(FILL, {"year": "x"}).status_code == 422
    assert CalendarDay.objects.count() == 34


def test_a_day_is_changed_and_restored(office):
    data = {"date": "2011-10-08", "kind": "work", "name": "调休"}
    assert office.post(DAY, data).url == f"{CALENDAR}?year=2011"
    assert CalendarDay.objects.get(date=date(2011, 10, 8)).is_working
    office.post(DAY, data | {"kind": "off"})
    assert not CalendarDay.objects.get(date=date(2011, 10, 8)).is_working
    office.post(DAY, data | {"kind": "plain"})
    assert not CalendarDay.objects.exists()
    page = office.post(DAY, data | {"date": "2011-02-30"})
    assert page.status_code == 422
    assert "date" in page.context["form"].errors


def test_others_read_but_do_not_write(client, cast):
    client.force_login(cast.institution_head)
    text = client.get(CALENDAR).content.decode()
    assert "修改一天的安排" not in text
    assert client.post(DAY).status_code == 403
    assert client.post(FILL).status_code == 403
    client.force_login(cast.teller)
    assert client.get(CALENDAR).status_code == 403


def test_wrong_methods(office):
    assert office.get(DAY).status_code == 405
    assert office.get(FILL).status_code == 405
    assert office.post(CALENDAR).status_code == 405
