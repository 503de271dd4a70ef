"""Everybody can use the widget: audits by axe, narrow and zoomed screens, the keyboard, screen readers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from fake_server import FakeServer
from playwright.sync_api import BrowserContext, Locator, Page, expect

Write = Callable[[Page, str], Locator]
SignIn = Callable[..., Page]
Profile = Callable[..., BrowserContext]
SCHEMES = ["light", "dark"]


def audit(page: Page) -> None:
    # A policy that lets nothing foreign in keeps axe out too, unless the debugger hands it over.
    found = Axe().run(page)
    breaches = [
        (violation["id"], [node["target"] for node in violation["nodes"]])
        for violation in found.response["violations"]
    ]
    assert breaches == []


def everything(server: FakeServer) -> None:
    """One of each thing a conversation can hold, the last question still open."""
    options = [{"title": "Sad", "value": "sad"}, {"title": "Calm", "value": "calm"}]
    points = [{"at": "2026-05-01", "value": 3}, {"at": "2026-05-02", "value": 6}]
    server.say("Hello. " * 30)
    server.say("Hello", **{"from": "patient", "client_id": "11111111-1111-4111-8111-111111111111"})
    server.say("Please call 911 now, or 555-0100.", kind="crisis")
    server.say("Your team has seen your message.", kind="receipt")
    server.say("I read this.", **{"from": "clinician", "author": "Dr Ana Ruiz"})
    server.say(
        "A card.", custom={"kind": "card", "title": "Plan", "lines": ["One"], "quote": "Averylongword" * 12}
    )
    server.say("A chart.", custom={"kind": "chart", "title": "Mood", "points": points, "min": 0, "max": 10})
    server.say("Breathe.", custom={"kind": "breathing", "in": 4, "out": 6, "hold": 0, "minutes": 3})
    server.say("Wait.", custom={"kind": "timer", "seconds": 60, "label": "Look around"})
    server.say("Which?", custom={"kind": "choices", "multiple": True, "max": 1, "options": options})


def mood(server: FakeServer) -> None:
    scale = {"kind": "scale", "min": 0, "max": 10, "low": "worst", "high": "best", "step": 1}
    server.say("How is your mood?", custom=scale, choices=[{"title": "Skip", "value": "skip"}])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_an_ordinary_chat(server: FakeServer, sign_in: SignIn, scheme: str) -> None:
    everything(server)
    page = sign_in(color_scheme=scheme, reduced_motion="reduce")
    page.get_by_text("Show as a table").click()
    page.get_by_role("checkbox", name="Sad").check()
    audit(page)
    mood(server)
    page.get_by_role("radio", name="5").check()
    audit(page)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_in_a_crisis_without_a_connection(
    server: FakeServer, sign_in: SignIn, write: Write, scheme: str
) -> None:
    everything(server)
    page = sign_in(color_scheme=scheme, reduced_motion="reduce")
    server.case("alerting", "emergency", "I'm alerting your care team now.")
    page.get_by_text("More ways to get help").click()
    server.down()
    expect(write(page, "is anyone there")).to_contain_text("Not sent.")
    audit(page)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing_on_the_way_in_or_out(
    server: FakeServer, profile: Profile, sign_in: SignIn, scheme: str
) -> None:
    page = profile(color_scheme=scheme, reduced_motion="reduce").new_page()
    page.goto(server.page)
    page.get_by_role("button", name="Open chat").click()
    expect(page.get_by_text("Please type your code first.")).to_be_visible()
    audit(page)
    inside = sign_in(color_scheme=scheme, reduced_motion="reduce")
    inside.get_by_role("button", name="Log out").click()
    audit(inside)


@pytest.mark.parametrize("crisis", [False, True])
def test_nothing_scrolls_sideways_at_320_pixels(server: FakeServer, sign_in: SignIn, crisis: bool) -> None:
    everything(server)
    page = sign_in(viewport={"width": 320, "height": 640})
    if crisis:
        server.case("alerting", "emergency", "I'm alerting your care team now.")
    mood(server)
    expect(page.get_by_role("radiogroup")).to_be_visible()
    wide = page.evaluate(
        """() => [document.documentElement,
                  ...document.querySelector('interlude-chat').shadowRoot.querySelectorAll('*')]
            .filter(e => e.scrollWidth > e.clientWidth + 1 && ['auto', 'scroll', 'visible'].includes(
                getComputedStyle(e).overflowX) && e.clientWidth > 1 && !e.closest('svg'))
            .map(e => e.className || e.tagName)"""
    )
    assert wide == []
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Leave fast")).to_be_in_viewport(ratio=1)


def test_text_at_twice_its_size_stays_readable_and_usable(
    server: FakeServer, sign_in: SignIn, write: Write
) -> None:
    page = sign_in(viewport={"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    mood(server)
    expect(page.get_by_role("radiogroup")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 640
    page.get_by_role("radio", name="5").check()
    page.get_by_role("button", name="Send 5").click()
    expect(write(page, "still works")).to_contain_text("Received")


def test_new_messages_are_read_out_politely_and_old_ones_are_not(server: FakeServer, page: Page) -> None:
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_have_attribute("aria-live", "polite")
    server.say("Something old")
    page.reload()
    page.wait_for_function(
        """() => {
            const log = document.querySelector('interlude-chat').shadowRoot.querySelector('.log');
            const there = log && log.textContent.includes('Something old');
            return there && log.getAttribute('aria-live') === 'off';
        }""",
        polling=5,
    )
    expect(log).to_have_attribute("aria-live", "polite")


def test_everything_needed_is_reached_with_the_keyboard_alone(server: FakeServer, page: Page) -> None:
    server.say("Shall we?", choices=[{"title": "Yes", "value": "yes"}])
    expect(page.get_by_role("button", name="Yes")).to_be_visible()
    page.locator("body").press("Tab")
    stops = []
    for _ in range(7):
        stops.append(
            page.evaluate(
                """() => {
                    const at = document.activeElement.shadowRoot?.activeElement;
                    return at ? (at.getAttribute('aria-label') || at.textContent || at.tagName) : 'none';
                }"""
            )
        )
        page.keyboard.press("Tab")
    wanted = ["Need help", "Leave fast", "Log out", "Conversation", "Yes", "TEXTAREA", "Send"]
    assert [name in stop for name, stop in zip(wanted, stops, strict=True)] == [True] * 7, stops


def test_the_page_keeps_the_readers_place_when_something_new_comes(
    server: FakeServer, sign_in: SignIn
) -> None:
    for number in range(30):
        server.say(f"line {number}.")
    page = sign_in()
    expect(page.get_by_text("line 29.")).to_be_in_viewport()
    page.get_by_text("line 3.").scroll_into_view_if_needed()
    server.say("A new line")
    new = page.get_by_role("button", name="New messages")
    expect(new).to_be_visible()
    expect(page.get_by_text("line 3.")).to_be_in_viewport()
    new.click()
    expect(page.get_by_text("A new line")).to_be_in_viewport()
    server.say("Please call 911 now.", kind="crisis")
    expect(page.get_by_role("log").get_by_text("Please call")).to_be_in_viewport()


def test_the_strict_policy_is_never_broken(server: FakeServer, sign_in: SignIn, profile: Profile) -> None:
    context = profile()
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    everything(server)
    page = sign_in(context)
    page.get_by_role("button", name="Start").first.click()
    expect(page.get_by_role("group", name="Breathing guide").get_by_role("status")).to_have_text("Breathe in")
    page.get_by_role("textbox", name="Your message").fill("line\n" * 8)
    assert [line for line in complaints if "Service Worker registration blocked" not in line] == []
