"""A real Chromium for tests marked `browser`, and what they share.

The server is pytest-django's `live_server` with DEBUG off and the security policy of production.
"""

import re
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.factories import PASSWORD

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: ViewportSize = {"width": 360, "height": 740}
TABLET: ViewportSize = {"width": 768, "height": 1024}
DESK: ViewportSize = {"width": 1440, "height": 900}
LOOKS: list[tuple[ViewportSize, Literal["light", "dark"]]] = [
    (DESK, "light"),
    (TABLET, "light"),
    (PHONE, "dark"),
]

SignIn = Callable[..., Page]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a module.

    Not of the session: while it is open an event loop runs in the main thread, which Django would
    take for an asynchronous view.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(
    chromium, live_server, settings, monkeypatch, request
) -> Iterator[Callable[..., Page]]:
    """A function that opens a page of a fresh visitor; what the console complains of fails the test.

    Except for forms refused with 422 and conflicts, 409, which Chromium reports too.
    """
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(kind: str, text: str) -> None:
        if kind == "error" and not re.search("status of (409|422)", text):
            complaints.append(text)

    def open_page(**options: object) -> Page:
        options = {"viewport": DESK, "locale": "zh-CN", "base_url": live_server.url} | options
        context = chromium.new_context(**options)
        contexts.append(context)
        page: Page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: note(message.type, message.text))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def sign_in(new_page) -> SignIn:
    """A function that opens a page and signs a user of the cast in through the form."""

    def enter(username: str, password: str = PASSWORD, **options: object) -> Page:
        page: Page = new_page(**options)
        page.goto("/accounts/login/")
        page.get_by_label("登录名").fill(username)
        page.get_by_label("密码").fill(password)
        with page.expect_navigation():
            page.get_by_role("button", name="登录").click()
        return page

    return enter


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.1 AA on the page, one line each."""
    options = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
        "resultTypes": ["violations"],
        "preload": False,  # style sheets are its matter only in rules that are not run
    }
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for rule in found
        for node in rule["nodes"]
    ]


def faults(page: Page, *paths: str) -> dict[str, list[str]]:
    """What is wrong with pages, by path: none that is right. Each is loaded once and looked at."""
    found = {}
    for path in paths:
        page.goto(path)
        found[path] = looks(page)
    return {path: wrong for path, wrong in found.items() if wrong}


def looks(page: Page) -> list[str]:
    """What is wrong with the page as it stands: on a desk by day, a tablet, a phone at night.

    It has no heading, is wider than the window, or axe finds something.
    """
    found = [] if page.locator("h1").inner_text() else ["no heading"]
    before = page.viewport_size
    for size, scheme in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if wide := overflow(page):
            found.append(f"{wide} px wider than {size['width']}")
        if size is not TABLET:
            found += violations(page)
    page.set_viewport_size(before or DESK)
    page.emulate_media(color_scheme="null", reduced_motion="null")
    return found


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window; 0 when it fits.

    Measured two frames on, when what follows the window's size has followed it.
    """
    return int(
        page.evaluate(
            """() => new Promise((tell) => requestAnimationFrame(() => requestAnimationFrame(() =>
                tell(Math.max(0, document.documentElement.scrollWidth - innerWidth)))))"""
        )
    )
