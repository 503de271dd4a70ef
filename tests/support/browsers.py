"""A Chromium and fresh profiles of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

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
            pytest.fail("no Chromium: run `make chromium`, or name one in INTERLUDE_CHROMIUM")
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
