import io
import re
from datetime import datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from complaints.imports.columns import LETTER_COLUMNS
from outlets.spreadsheets import read_table
from tests.complaints.letters import CARD, IDENTITY, NAME, PHONE, make_letter
from tests.complaints.test_import_letters import ROW, take
from tests.factories import make_staff
from tests.reports.rows import APRIL

pytestmark = pytest.mark.django_db
HEADERS = [column.name for column in LETTER_COLUMNS]


@pytest.fixture
def letters(org):
    make_staff(unit=org.a1, number="T1", name="赵立春")
    take({"工单号": "L1"}, {"工单号": "L2", "类型": "表扬", "责任认定": "", "处理结果": ""})
    make_letter(branch=org.branch, reference="=L3", body="=1+1，" + NAME + PHONE)
    make_letter(branch=org.other, reference="X1")
    may = timezone.make_aware(datetime.fromisoformat("2011-05-01T00:00"))
    make_letter(branch=org.branch, reference="L4", received_at=may)


def rows_of(content, name="a.xlsx"):
    book = io.BytesIO(content)
    book.name = name
    return read_table(book, LETTER_COLUMNS).rows


def exported(tmp_path, name="letters.xlsx", month=str(APRIL)):
    file = tmp_path / name
    call_command("export", "letters", month, str(file), unit="AS", stdout=io.StringIO())
    return file.read_bytes()


@pytest.mark.parametrize("name", ["letters.xlsx", "letters.csv"])
def test_a_month_in_the_columns_of_the_import(letters, tmp_path, name):
    rows = rows_of(exported(tmp_path, name), name)
    assert [row.shown("工单号") for row in rows] == ["L1", "L2", "=L3"]
    said = {column: rows[0].shown(column) for column in HEADERS}
    assert said == ROW | {
        "受理时间": said["受理时间"],
        "办结时间": said["办结时间"],
        "客户姓名": "王**",
        "联系电话": "138****1234",
        "内容": "王**来电（138****1234）反映排队时间长。",
        "处理结果": "已向王**致歉。",
    }
    assert rows[0].moment("受理时间") == datetime.fromisoformat("2011-04-15T09:20")
    assert rows[0].moment("办结时间") == datetime.fromisoformat("2011-04-20T16:00")
    assert (rows[1].shown("责任认定"), rows[2].shown("办结时间")) == ("", "")


def test_nothing_of_the_customers_is_in_a_file(letters, tmp_path):
    text = exported(tmp_path, "letters.csv").decode("utf-8-sig")
    for private in (NAME, "王示例", PHONE, CARD, IDENTITY, "13800001234"):
        assert private not in text


def test_text_does_not_run(letters, tmp_path):
    text = exported(tmp_path, "letters.csv").decode("utf-8-sig")
    assert not re.search(r"(^|,)=", text, re.MULTILINE)
    assert "'=L3" in text


def test_a_month_without_letters(org, tmp_path):
    with pytest.raises(CommandError, match="2011年6月没有收到来信，没有可导出的内容"):
        exported(tmp_path, month="2011-06")


URL = reverse("complaints:letters_export")


def test_the_list_as_it_is_filtered(client, cast, letters):
    client.force_login(cast.service_office)
    response = client.get(URL, {"kind": "COMPLAINT"})
    assert "%E6%9D%A5%E4%BF%A1_" in response["Content-Disposition"]
    assert [row.shown("工单号") for row in rows_of(response.content)] == ["L1"]
    everything = rows_of(client.get(URL).content)
    assert everything[0].shown("工单号") == "L4"
    assert len(everything) == 4
    csv = client.get(URL, {"kind": "COMPLAINT", "format": "csv"})
    assert csv["Content-Type"] == "text/csv; charset=utf-8"
    entry = AuditEntry.objects.filter(event="letter.export").order_by("pk").first()
    assert entry.subject == "1 封来信"


def test_a_number_in_the_address_is_replaced(client, cast, letters):
    client.force_login(cast.service_office)
    response = client.get(URL, {"q": "13800001234"})
    assert response.status_code == 302
    assert "13800001234" not in response.url
    assert len(rows_of(client.get(response.url).content)) == 2


def test_too_many_are_refused(client, cast, letters, monkeypatch):
    monkeypatch.setattr("complaints.services.handing_out.MAX_LETTERS", 2)
    client.force_login(cast.service_office)
    response = client.get(URL, {"from": "2011-01-01"})
    assert response.url == f"{reverse('complaints:letters')}?from=2011-01-01"


def test_more_letters_take_no_more_queries(client, cast, letters):
    client.force_login(cast.service_office)
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL, {"kind": "COMPLAINT"})
    with CaptureQueriesContext(connection) as many:
        client.get(URL)
    assert len(few) == len(many)
