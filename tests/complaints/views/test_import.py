import io

import pytest
from django.core.cache import cache
from django.urls import reverse

from complaints.models import Letter
from tests.complaints.test_import_letters import PHONE, file_of, rows_of
from tests.factories import make_staff

pytestmark = pytest.mark.django_db
URL = reverse("complaints:import_letters")


@pytest.fixture
def office(client, cast, org):
    make_staff(unit=org.a1, number="T1")
    client.force_login(cast.service_office)
    return client


def test_checked_then_taken_over(office):
    page = office.post(URL, {"file": file_of(rows_of({}))})
    assert page.context["result"].created == 1
    assert not Letter.objects.exists()
    done = office.post(URL, {"token": page.context["token"]})
    assert done.url == reverse("complaints:letters")
    assert Letter.objects.get().reference == "L1"


def test_until_it_is_confirmed_the_file_is_sealed(office, monkeypatch):
    kept = []
    monkeypatch.setattr(cache, "set", lambda key, value, *args: kept.append(value))
    content = "工单号,受理时间,联系电话,内容\nL1,2011-04-15," + PHONE + ",询问\n"
    file = io.BytesIO(content.encode())
    file.name = "a.csv"
    assert office.post(URL, {"file": file}).status_code == 200
    uploads = [one for one in kept if hasattr(one, "content")]
    assert len(uploads) == 1
    assert PHONE.encode() not in uploads[0].content


def test_bad_rows_are_listed(office):
    page = office.post(URL, {"file": file_of(rows_of({"机构号": "XX"}))})
    assert page.status_code == 422
    assert "没有这个机构" in page.content.decode()


def test_an_expired_check(office):
    assert office.post(URL, {"token": "x"}).url == URL


def test_the_template(office):
    response = office.get(reverse("complaints:import_letters_template"))
    assert response.content.startswith(b"PK")
