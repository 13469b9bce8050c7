"""The pages of visits and inspections in a real browser: they fit, and anybody can use them."""

import pytest
from playwright.sync_api import expect

from inspections.models import Inspection, Visit
from inspections.services.submissions import inspection_return
from tests.browser import PHONE, faults
from tests.inspections.builders import make_inspection, make_version, make_visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world(org, cast):
    """Something of everything: planned, submitted, returned, released, covert."""
    make_version(org.branch)
    make_visit(org.a1, cast.inspector, note="从后门进")
    make_visit(org.b2, cast.shopper, "COVERT")
    returned = make_inspection(org.a2, cast.inspector)
    inspection_return(inspection=returned, reason="照片不清", actor=cast.service_office)
    make_inspection(
        org.b1, cast.inspector, values={"3.02": "fail", "2.02": "na"}, notes={"2.02": "无"}
    )
    return make_inspection(org.b2, cast.inspector, values={"1.02": "1"}, released=True)


def test_the_offices_pages(sign_in, world):
    waiting = Inspection.objects.get(state="SUBMITTED")
    paths = (
        "visits/?month=2011-04",
        "visits/new/?month=2011-04&missing=OPEN",
        f"visits/{Visit.objects.filter(state='PLANNED')[0].pk}/edit/",
        "inspections/",
        f"inspections/{waiting.pk}/",
        f"inspections/{waiting.pk}/return/",
        "waves/",
    )
    page = sign_in("service_office")
    assert faults(page, *(f"/inspections/{path}" for path in paths)) == {}


def test_the_inspectors_pages(sign_in, world):
    done = Visit.objects.get(state="SUBMITTED")
    paths = (
        "today/",
        f"visits/{done.pk}/receipt/",
        "inspections/",
        f"inspections/{world.pk}/",
    )
    assert faults(sign_in("inspector"), *(f"/inspections/{path}" for path in paths)) == {}


def test_ticking_and_releasing(sign_in, world):
    page = sign_in("service_office", viewport=PHONE)
    page.goto("/inspections/inspections/?state=SUBMITTED")
    release = page.get_by_role("button", name="发布", exact=True)
    expect(release).to_be_hidden()
    page.get_by_label("全选待审核的").check()
    expect(page.get_by_text("已选 1 次")).to_be_visible()
    release.click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已发布1次检查")).to_be_visible()
    assert not Inspection.objects.filter(state="SUBMITTED").exists()


def test_lost_marks_first(sign_in, world):
    page = sign_in("service_office")
    page.goto(f"/inspections/inspections/{world.pk}/")
    rows = page.locator(".in-answer:visible")
    expect(rows).to_have_count(6)
    page.get_by_text("扣分 1").click()
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("差错1次")
    page.get_by_text("有照片").click()
    expect(page.get_by_text("没有这样的项目。")).to_be_visible()
