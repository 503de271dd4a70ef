"""A browser for the tests in this folder, and the widget beside a server that only speaks its API."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fake_server import CODE, FakeServer
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium() -> str | None:
    """The Chromium to use: INTERLUDE_CHROMIUM, the system's, or None for Playwright's own."""
    named = os.environ.get("INTERLUDE_CHROMIUM")
    if named:
        return named
    return next(
        (path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), None
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running Chromium, one a file: a loop that ran on would disturb the asynchronous tests elsewhere."""
    expect.set_options(timeout=8_000)
    with sync_playwright() as playwright:
        path = chromium()
        if path is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium: install one and name it in INTERLUDE_CHROMIUM")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def profile(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes fresh browser profiles: a desktop window, no service worker, unless told otherwise."""
    made: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        usual = {"viewport": {"width": 900, "height": 800}, "locale": "en-US", "service_workers": "block"}
        context = browser.new_context(**{**usual, **options})  # type: ignore[arg-type]
        context.set_default_timeout(8_000)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def server() -> Iterator[FakeServer]:
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def sign_in(server: FakeServer, profile: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Opens the chat by its invitation link and waits until it follows the server's events."""

    def enter(context: BrowserContext | None = None, **options: object) -> Page:
        page = (context or profile(**options)).new_page()
        before = len(server.resumed)
        page.goto(f"{server.page}#code={CODE}")
        expect(page.get_by_role("textbox", name="Your message")).to_be_visible()
        server.wait_for(lambda: len(server.resumed) > before)
        return page

    return enter


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    """The chat, signed in."""
    return sign_in()


@pytest.fixture
def write() -> Callable[[Page, str], Locator]:
    """Writes a message as a patient does; gives its line in the conversation."""

    def write(page: Page, text: str) -> Locator:
        field = page.get_by_role("textbox", name="Your message")
        field.fill(text)
        field.press("Enter")
        return page.get_by_role("listitem").filter(has_text=text).last

    return write
