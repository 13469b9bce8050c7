import io

import pytest
from django.core.cache import cache
from django.urls import reverse

from outlets.forms import imports as import_forms
from outlets.imports.units import UNIT_COLUMNS
from outlets.models import Staff, Unit
from outlets.spreadsheets import read_table
from outlets.views import imports as import_views
from tests.outlets.files import csv_of, named

UNITS = reverse("outlets:import_units")
STAFF = reverse("outlets:import_staff")
GOOD = ("机构号,机构名称,上级机构号,层级,窗口数", "N1,新网点,ASA,网点,3")


@pytest.fixture
def office(client, cast):
    client.force_login(cast.service_office)
    return client


def test_a_file_is_checked_then_taken_over(office):
    page = office.post(UNITS, {"file": csv_of(*GOOD)})
    assert page.status_code == 200
    assert "检查通过，可以导入" in page.content.decode()
    assert not Unit.objects.filter(code="N1").exists()
    token = page.context["token"]
    done = office.post(UNITS, {"token": token}, follow=True)
    assert "机构导入完成：新增1，更新0，未变0。" in done.content.decode()
    assert Unit.objects.get(code="N1").windows == 3
    again = office.post(UNITS, {"token": token}, follow=True)
    assert "检查结果已过期，请重新选择文件" in again.content.decode()


def test_a_bad_file_shows_every_fault_and_writes_nothing(office):
    page = office.post(
        UNITS, {"file": csv_of(GOOD[0], "N1,新网点,X,网点,3", "N2,<b>乙</b>,ASA,网店,-1")}
    )
    text = page.content.decode()
    assert page.status_code == 422
    assert "3 处有误" in text
    for word in ("没有这个机构：文件中和系统中都找不到", "网店", "不能小于0"):
        assert word in text
    assert not Unit.objects.filter(code__startswith="N").exists()


def test_what_changed_since_the_check_is_checked_again(office, org):
    token = office.post(UNITS, {"file": csv_of(*GOOD)}).context["token"]
    Unit.objects.filter(pk=org.a.pk).update(code="GONE")
    page = office.post(UNITS, {"token": token})
    assert page.status_code == 422
    assert "没有这个机构" in page.content.decode()


def test_a_check_is_nobody_elses(office, client, cast, org):
    token = office.post(UNITS, {"file": csv_of(*GOOD)}).context["token"]
    from tests.factories import make_user

    client.force_login(make_user(role="SERVICE_OFFICE", unit=org.branch))
    assert client.post(UNITS, {"token": token}).status_code == 302
    assert not Unit.objects.filter(code="N1").exists()


def test_losing_the_cache_asks_for_the_file_again(office):
    token = office.post(UNITS, {"file": csv_of(*GOOD)}).context["token"]
    cache.delete(f"import:{office.session['_auth_user_id']}:{token}")
    assert "已过期" in office.post(UNITS, {"token": token}, follow=True).content.decode()


def test_with_a_map_and_a_day(office, org):
    mapping = named(
        '{"机构号": "id", "机构名称": "n", "上级机构号": "p", "层级": {"value": "网点"}}'.encode(),
        "m.json",
    )
    page = office.post(
        UNITS,
        {"file": csv_of("id,n,p", "ASA1,甲一网点,ASB"), "mapping": mapping, "as_of": "2011-07-01"},
    )
    office.post(UNITS, {"token": page.context["token"]})
    org.a1.refresh_from_db()
    assert org.a1.parent == org.b
    assert str(org.a1.moves.last().effective_on) == "2011-07-01"


def test_a_map_that_is_not_json(office):
    page = office.post(UNITS, {"file": csv_of(*GOOD), "mapping": named(b"{", "m.json")})
    assert page.status_code == 422
    assert "映射文件不是有效的 JSON" in page.content.decode()


def test_uploads_are_bounded(office, monkeypatch):
    monkeypatch.setattr(import_forms, "MAX_UPLOAD", 10)
    page = office.post(UNITS, {"file": csv_of(*GOOD)})
    assert page.status_code == 422
    assert "文件超过 20 MB" in page.content.decode()
    assert office.post(UNITS, {}).status_code == 422


def test_what_takes_too_long_for_a_page_is_left_to_the_command(office, monkeypatch):
    monkeypatch.setattr(import_views, "MAX_ROWS", 1)
    page = office.post(UNITS, {"file": csv_of(*GOOD, "N2,新网点,ASA,网点,3")})
    assert page.status_code == 422
    assert "请拆分，或由系统管理员用命令行导入" in page.content.decode()


def test_people_are_imported(office):
    page = office.post(STAFF, {"file": csv_of("员工号,姓名,机构号,岗位", "1,张明,ASA1,柜员")})
    office.post(STAFF, {"token": page.context["token"]})
    assert Staff.objects.get(number="1").name == "张明"


def test_another_branch_is_out_of_reach(office):
    page = office.post(UNITS, {"file": csv_of(GOOD[0], "N1,新网点,BX,网点,3")})
    assert page.status_code == 422
    assert "不属于您所在的分行" in page.content.decode()


@pytest.mark.parametrize("kind", ["units", "staff"])
def test_the_template(office, kind):
    page = office.get(reverse(f"outlets:import_{kind}_template"))
    assert page["Content-Type"].startswith("application/vnd.openxmlformats")
    assert "attachment" in page["Content-Disposition"]
    if kind == "units":
        assert len(read_table(named(page.content, "a.xlsx"), UNIT_COLUMNS).rows) == 1


@pytest.mark.parametrize(
    "name", ["import_units", "import_staff", "import_units_template", "import_staff_template"]
)
def test_only_the_service_office_imports(client, cast, name):
    url = reverse(f"outlets:{name}")
    assert client.get(url).status_code == 302
    client.force_login(cast.leadership)
    assert client.get(url).status_code == 403
    assert client.post(url, {"file": io.BytesIO(b"x")}).status_code == 403
    client.force_login(cast.service_office)
    assert client.get(url).status_code == 200
    assert client.put(url).status_code == 405
