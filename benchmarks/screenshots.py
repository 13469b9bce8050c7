"""Takes the README's screenshots from the demonstration branch: `make shots`.

With a directory as argument it takes every page at three widths into it, for looking at by eye.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django
from playwright.sync_api import Browser, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.processes import Processes  # noqa: E402
from reports.demo.accounts import PASSWORD  # noqa: E402
from reports.demo.build import LAST  # noqa: E402
from reports.models import Bulletin, MonthlyScore  # noqa: E402
from tellers.models import StarRating  # noqa: E402

SITE = os.environ.get("SITE", "http://127.0.0.1:8010")
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--lang=zh-CN"]  # fmt: skip
DESKTOP, PHONE = (1440, 900), (390, 844)
WIDTHS = (360, 768, 1440)


def pages() -> dict[str, dict[str, str]]:
    """Sign-in name -> page name -> path, from what the demonstration branch holds."""
    best = MonthlyScore.objects.filter(kind="OUTLET", month=LAST.first, rank=1)[0]
    institution = MonthlyScore.objects.filter(kind="INSTITUTION", month=LAST.first, rank=1)[0]
    inspection = best.unit.inspections.filter(date__gte=LAST.first, channel="OPEN")[0]
    bulletin = Bulletin.objects.latest("year", "number")
    rating = StarRating.objects.filter(star=5).order_by("-total", "pk")[0]
    office = {
        "home": reverse("home"),
        "league": f"{reverse('reports:league')}?month={LAST}",
        "score": reverse("reports:score", args=[LAST, best.unit_id]),
        "institution": reverse("reports:institution", args=[LAST, institution.unit_id]),
        "inspections": reverse("inspections:inspections"),
        "inspection": reverse("inspections:inspection", args=[inspection.pk]),
        "visits": reverse("inspections:visits"),
        "checklists": reverse("inspections:checklists"),
        "months": reverse("reports:months"),
        "schemes": reverse("reports:schemes"),
        "bulletins": reverse("reports:bulletins"),
        "bulletin": reverse("reports:bulletin", args=[bulletin.pk]),
        "tree": reverse("outlets:tree"),
        "staff": reverse("outlets:staff"),
        "rating": reverse("tellers:star_rating", args=[rating.pk]),
        "stars": reverse("tellers:star_period", args=[rating.period_id]),
        "file": reverse("tellers:file", args=[rating.staff_id]),
        "devices": reverse("tellers:devices"),
        "violations": reverse("tellers:violations"),
        "discipline": f"{reverse('tellers:discipline')}?year={LAST.year}",
    }
    return {
        "fuwuban": office,
        "mingcha": {"today": reverse("inspections:today")},
        "zhihang": {"home": reverse("home"), "league": reverse("reports:league")},
        "wangdian": {"home": reverse("home"), "inspections": reverse("inspections:inspections")},
        "xitong": {"users": reverse("accounts:users")},
        "shenji": {"audit": reverse("accounts:audit")},
    }


@contextmanager
def site() -> Iterator[None]:
    """The web server for as long as the pictures take, unless SITE names one that runs."""
    if "SITE" in os.environ:
        yield
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    os.environ["BIND"] = SITE.removeprefix("http://")
    with Processes(["web"]) as processes:
        processes.until_up(SITE)
        yield


@contextmanager
def signed_in(browser: Browser, username: str, width: int, height: int) -> Iterator[Any]:
    """A page in a session of its own, signed in."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", device_scale_factor=1
    )
    page = context.new_page()
    page.goto(SITE + reverse(settings.LOGIN_URL))
    page.fill("input[name=login]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_load_state("networkidle")
    yield page
    context.close()


def everything(browser: Browser, target: Path) -> None:
    """Every page of every role at three widths."""
    for username, named in pages().items():
        for width in WIDTHS:
            with signed_in(browser, username, width, 900) as page:
                for name, path in named.items():
                    page.goto(SITE + path)
                    page.wait_for_load_state("networkidle")
                    page.screenshot(path=target / f"{username}-{name}-{width}.png", full_page=True)


def readme(browser: Browser, target: Path) -> None:
    """The pictures of the README."""
    named = pages()["fuwuban"]
    with signed_in(browser, "fuwuban", *DESKTOP) as page:
        for name in ("league", "score", "bulletin", "rating", "discipline"):
            page.goto(SITE + named[name])
            page.wait_for_load_state("networkidle")
            page.screenshot(path=target / f"{name}.png")
    with signed_in(browser, "mingcha", *PHONE) as page:
        page.goto(SITE + reverse("inspections:today"))
        page.locator(".in-card-go").first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=target / "form.png")


def main() -> None:
    """Take them."""
    take, target = readme, Path(settings.BASE_DIR) / "docs" / "images"
    if len(sys.argv) > 1:
        take, target = everything, Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with site(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        take(browser, target)
        browser.close()


if __name__ == "__main__":
    main()
