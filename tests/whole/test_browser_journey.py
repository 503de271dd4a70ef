"""The whole line in two real browsers, patient's and clinician's, with the real Rasa between them.

Set INTERLUDE_SHOTS to a folder to get a picture of each state.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Locator, Page, expect
from support.whole import CODES, PASSWORD, WholeClinic

AXE = Axe()


def test_from_a_reframed_thought_to_an_answered_emergency(
    whole: WholeClinic, profile: Callable[..., BrowserContext]
) -> None:
    chat = sign_in(profile, whole, "pat-gb")
    patient = Patient(chat)
    shot(chat, "01-welcome")

    patient.says("hi", expects="computer program")
    patient.taps("Look at a thought", expects="5 to 10 minutes")
    patient.taps("Yes", expects="camera")
    patient.says("my sister did not call back on sunday", expects="What did you feel")
    patient.says("sad 70, anxious 50", expects="went through your mind")
    patient.says("she thinks i am boring", expects="How much do you believe")
    patient.says("80", expects="body")
    patient.says("skip", expects="she thinks i am boring")
    shot(chat, "02-thinking-trap")
    patient.taps("Mind reading", expects="facts")
    patient.says("she said she would call", expects="not fit")
    patient.says("she was at work all weekend", expects="she thinks i am boring")
    patient.says("she may just be tired", expects="all the facts")
    patient.says("even though she did not call, it is also true that she works a lot", expects="believe")
    patient.says("70", expects="now")
    patient.says("35", expects="now")
    patient.says("30", expects="believe")
    patient.says("40", expects="step")
    patient.says("i text her tonight at eight", expects="in the way")
    patient.says("my phone may be flat", expects="how sure")
    patient.says("8", expects="save it")
    shot(chat, "03-summary")
    expect(chat.get_by_text(re.compile("80")).last).to_be_visible()
    patient.taps("Save it", expects="saved")

    patient.says("slow breathing please", expects="how strong")
    patient.says("55", expects="nose")
    shot(chat, "04-breathing")
    expect(chat.get_by_role("button", name=re.compile("start", re.IGNORECASE)).last).to_be_visible()
    patient.says("done", expects="now")
    patient.says("30", expects="")
    patient.says("mood 4", expects="4 out of 10")
    shot(chat, "05-mood")
    assert violations(chat) == []

    before = len(whole.receiver.pages)
    patient.says("i am going to kill myself tonight", expects="999")
    expect(chat.get_by_text("116 123").first).to_be_visible()
    expect(chat.get_by_text(re.compile("alert")).first).to_be_visible(timeout=20_000)
    shot(chat, "06-emergency")
    assert violations(chat) == []
    whole.wait(lambda: len(whole.receiver.pages) > before, "the page", 20)
    page = whole.receiver.pages[before]
    assert "kill" not in str(page)
    link = re.search(r"http://\S+/console/cases/\d+", str(page))
    assert link

    desk = log_in(profile, whole)
    shot(desk, "07-queue")
    assert violations(desk) == []
    desk.goto(link.group().replace("\\n", "").rstrip("'}"))
    expect(desk.get_by_text("i am going to kill myself tonight").first).to_be_visible()
    shot(desk, "08-case")
    assert violations(desk) == []
    expect(chat.get_by_text(re.compile("your team has seen this", re.IGNORECASE))).to_have_count(0)
    desk.get_by_role("button", name=re.compile("acknowledge", re.IGNORECASE)).click()
    expect(chat.get_by_text(re.compile("Ada Stone has seen")).first).to_be_visible(timeout=20_000)
    expect(chat.get_by_text(re.compile("your team has seen this", re.IGNORECASE)).first).to_be_visible()
    shot(chat, "09-seen")
    desk.get_by_label("Your words to the patient").fill("I am calling you in two minutes.")
    desk.get_by_role("button", name=re.compile("send", re.IGNORECASE)).first.click()
    expect(chat.get_by_text("I am calling you in two minutes.")).to_be_visible(timeout=20_000)
    shot(chat, "10-answered")
    patient.says("ok thank you", expects="999")
    desk.get_by_label("How it ended").select_option("safe_with_plan")
    desk.get_by_label("Risk summary").fill("Plan stated, now with her sister.")
    desk.get_by_label("What was done").fill("Called, plan reviewed.")
    desk.locator("#follow-none").check()
    shot(desk, "11-resolving")
    desk.get_by_role("button", name=re.compile("resolve", re.IGNORECASE)).click()
    expect(chat.get_by_text(re.compile("closed")).first).to_be_visible(timeout=20_000)
    shot(chat, "12-resolved")
    patient.says("slow breathing please", expects="how strong")
    patients = desk.goto(f"{whole.address}/console/patients")
    assert patients is not None
    assert violations(desk) == []
    desk.get_by_role("link", name="pat-gb").click()
    expect(desk.locator("mark").first).to_be_visible()
    desk.get_by_text(re.compile("Mood numbers")).click()
    expect(desk.get_by_role("cell", name="4", exact=True).first).to_be_visible()
    shot(desk, "13-patient")
    assert violations(desk) == []
    desk.get_by_role("searchbox").fill("boring")
    desk.get_by_role("button", name="Search").click()
    expect(desk.get_by_text("she thinks i am boring").first).to_be_visible()
    assert violations(desk) == []
    for path in ("", "cases/1", "cases/999999"):
        desk.goto(f"{whole.address}/console/{path}")
        assert violations(desk) == [], path
    # A reload brings everything back.
    chat.reload()
    expect(chat.get_by_text("I am calling you in two minutes.")).to_be_visible()


class Patient:
    """Writes and taps, and waits for the answer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def says(self, text: str, expects: str) -> None:
        before = self._heard()
        field = self.page.get_by_role("textbox", name="Your message")
        field.fill(text)
        field.press("Enter")
        self._hears(expects, before)

    def taps(self, title: str, expects: str) -> None:
        before = self._heard()
        self.page.get_by_role("button", name=title, exact=True).last.click()
        self._hears(expects, before)

    def _lines(self) -> Locator:
        return self.page.get_by_role("listitem")

    def _heard(self) -> int:
        return self._lines().count()

    def _hears(self, expected: str, before: int) -> None:
        words = re.compile(expected, re.IGNORECASE)
        self.page.wait_for_timeout(50)
        for _ in range(200):
            fresh = self._lines().all_inner_texts()[before + 1 :]
            if fresh and any(words.search(text) for text in fresh):
                self.page.wait_for_timeout(250)
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{expected!r} was not said; instead {self._lines().all_inner_texts()[before:]}")


def sign_in(profile: Callable[..., BrowserContext], whole: WholeClinic, who: str) -> Page:
    page = profile(viewport={"width": 420, "height": 860}).new_page()
    page.goto(f"{whole.address}/chat/#code={CODES[who]}")
    expect(page.get_by_role("textbox", name="Your message")).to_be_visible(timeout=20_000)
    return page


def log_in(profile: Callable[..., BrowserContext], whole: WholeClinic) -> Page:
    page = profile(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(f"{whole.address}/console/")
    assert violations(page) == []
    page.get_by_label(re.compile("login|name", re.IGNORECASE)).first.fill("ada")
    page.get_by_label(re.compile("password", re.IGNORECASE)).fill(PASSWORD)
    page.get_by_role("button", name=re.compile("log in", re.IGNORECASE)).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def violations(page: Page) -> list[str]:
    return [found["id"] for found in AXE.run(page).response["violations"]]


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("INTERLUDE_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=name.split("-", maxsplit=1)[0] in ("11", "13"))
