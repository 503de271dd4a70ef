"""A browser for the tests in this folder, and the widget beside a server that only speaks its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fake_server import CODE, FakeServer
from playwright.sync_api import BrowserContext, Locator, Page, expect
from support.browsers import browser, profile

__all__ = ["browser", "profile"]


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
