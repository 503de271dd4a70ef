"""The ways to people and the ways out: help bar, receipts, numbers without a connection, the fast exit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fake_server import CODE, FakeServer
from playwright.sync_api import BrowserContext, Locator, Page, expect

Write = Callable[[Page, str], Locator]
SignIn = Callable[..., Page]
Profile = Callable[..., BrowserContext]
ALERTING = "I'm alerting your care team now."


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Help now")


def own_id(server: FakeServer, text: str) -> str:
    server.wait_for(lambda: any(body["text"] == text for body in server.taken.values()))
    return next(id_ for id_, body in server.taken.items() if body["text"] == text)


def test_help_is_folded_while_nothing_is_wrong_and_one_press_away(page: Page) -> None:
    expect(bar(page).get_by_role("link")).to_have_count(0)
    button = bar(page).get_by_role("button", name="Need help now?")
    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(bar(page).get_by_role("link", name="Call 911")).to_have_attribute("href", "tel:911")
    expect(bar(page).get_by_role("link", name="Call 555-0100")).to_have_attribute("href", "tel:+15550100")
    text = bar(page).get_by_role("link", name="Text HOME to 55501")
    expect(text).to_have_attribute("href", "sms:55501?body=HOME")
    bar(page).get_by_text("More ways to get help").click()
    expect(bar(page).get_by_role("link", name="Call 555-0101")).to_be_visible()
    expect(bar(page)).to_contain_text("Example Night Line 20:00 to 6:00 · Closed now")
    expect(bar(page).get_by_role("link", name="Call +1 555 0199")).to_have_attribute("href", "tel:+15550199")
    names = bar(page).get_by_role("link").all_inner_texts()
    assert next(i for i, name in enumerate(names) if "555-0102" in name) > names.index("findahelpline.com")
    button.press("Enter")
    expect(bar(page).get_by_role("link")).to_have_count(0)


@pytest.mark.parametrize("level", ["urgent", "emergency"])
def test_an_open_case_pins_the_numbers_and_they_come_first(
    server: FakeServer, page: Page, level: str
) -> None:
    server.case("alerting", level, ALERTING)
    expect(bar(page)).to_contain_text(ALERTING)
    expect(bar(page).get_by_role("button", name="Need help now?")).to_be_hidden()
    for name in ("Call 911", "Call 555-0100", "Text HOME"):
        link = bar(page).get_by_role("link", name=name)
        expect(link).to_be_in_viewport()
        assert link.bounding_box()["height"] >= 44
    page.locator("body").press("Tab")
    expect(bar(page).get_by_role("link", name="Call 911")).to_be_focused()
    alert = page.get_by_role("alert").filter(has_text="Call 911.")
    expect(alert).to_contain_text(ALERTING)
    server.case("resolved", level)
    expect(bar(page).get_by_role("link")).to_have_count(0)


def test_a_case_is_pinned_after_a_reload_too(server: FakeServer, page: Page) -> None:
    server.case("unreached", "emergency", "I could not reach your team. Please call now.")
    page.reload()
    expect(bar(page)).to_contain_text("I could not reach your team. Please call now.")
    expect(bar(page).get_by_role("link", name="Call 911")).to_be_in_viewport()


def test_what_is_true_of_the_case_is_read_out_once_and_again_only_when_it_changes(
    server: FakeServer, page: Page
) -> None:
    server.case("alerting", "emergency", ALERTING)
    read = page.get_by_role("alert").locator("p").filter(has_text=ALERTING)
    expect(read).to_have_count(1)
    before = len(server.resumed)
    server.down()
    server.down(False)
    server.wait_for(lambda: len(server.resumed) > before)
    server.case("alerting", "emergency", ALERTING)
    server.case("unreached", "emergency", "I could not reach your team. Please call now.")
    expect(page.get_by_role("alert").locator("p").filter(has_text="could not reach")).to_have_count(1)
    expect(read).to_have_count(1)


def test_a_routine_note_does_not_raise_the_alarm(server: FakeServer, page: Page) -> None:
    server.case("noted", "routine", "I've noted it for your team.")
    server.say("I've noted it for your team.", kind="receipt")
    expect(page.get_by_role("log").get_by_text("I've noted it")).to_be_visible()
    expect(bar(page).get_by_role("link")).to_have_count(0)


def test_words_about_danger_open_the_help_bar_are_read_at_once_and_can_be_tapped(
    server: FakeServer, page: Page
) -> None:
    said = "Thank you for telling me. Please call 911 now, or 555-0100. Not 9110 or 555-01001."
    server.say(said, kind="crisis")
    expect(page.get_by_role("alert").filter(has_text=said)).to_be_attached()
    message = page.get_by_role("listitem").filter(has_text="Thank you for telling me")
    expect(message).to_have_attribute("aria-live", "off")
    assert [link.get_attribute("href") for link in message.get_by_role("link").all()] == [
        "tel:911",
        "tel:+15550100",
    ]
    expect(bar(page).get_by_role("link", name="Call 911")).to_be_visible()


def test_only_the_messages_a_seen_receipt_names_are_called_seen(
    server: FakeServer, page: Page, write: Write
) -> None:
    named = write(page, "the first thing")
    other = write(page, "the second thing")
    expect(other).to_contain_text("Received")
    first, second = own_id(server, "the first thing"), own_id(server, "the second thing")
    for state in ("alerting", "unreached", "exhausted"):
        server.case(state, "emergency", f"Now {state}.", (first, second))
        expect(bar(page)).to_contain_text(f"Now {state}.")
        expect(page.get_by_text("Your team has seen this")).to_have_count(0)
    server.case("seen", "emergency", "Dr Ruiz has seen it.", (first,))
    expect(named).to_contain_text("Your team has seen this")
    expect(other).not_to_contain_text("Your team has seen this")
    server.case("alerting", "emergency", ALERTING, (second,))
    expect(bar(page)).to_contain_text(ALERTING)
    expect(named).to_contain_text("Your team has seen this")
    expect(other).to_contain_text("Received")


def test_what_was_seen_is_still_marked_after_a_reload(server: FakeServer, page: Page, write: Write) -> None:
    write(page, "the first thing")
    server.case("seen", "urgent", "Dr Ruiz has seen it.", (own_id(server, "the first thing"),))
    page.reload()
    mine = page.get_by_role("listitem").filter(has_text="the first thing")
    expect(mine).to_contain_text("Your team has seen this")


def test_a_clinicians_message_says_in_words_who_wrote_it(server: FakeServer, page: Page) -> None:
    server.say("I read this.", **{"from": "clinician", "author": "Dr Ana Ruiz"})
    server.say("And more.", **{"from": "clinician", "author": None})
    server.say("Hello.")
    lines = page.get_by_role("log").get_by_role("listitem")
    expect(lines.filter(has_text="I read this.")).to_contain_text("Dr Ana Ruiz, your care team")
    expect(lines.filter(has_text="And more.")).to_contain_text("Your care team")
    expect(lines.filter(has_text="Hello.")).to_contain_text("Interlude, automated program")


def test_typing_shows_and_goes_with_the_message_or_the_line(server: FakeServer, page: Page) -> None:
    writing = page.get_by_text("Interlude is writing")
    server.typing(True)
    expect(writing).to_be_visible()
    server.say("Here I am.")
    expect(writing).to_be_hidden()
    server.typing(True)
    expect(writing).to_be_visible()
    server.down()
    expect(writing).to_be_hidden()


def test_the_numbers_open_without_any_connection(
    server: FakeServer, sign_in: SignIn, profile: Profile
) -> None:
    page = sign_in(profile(service_workers="allow"))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    server.down()
    page.reload()
    expect(page.get_by_text("No connection to the chat right now.")).to_be_visible()
    expect(bar(page).get_by_role("link", name="Call 911")).to_be_in_viewport()
    server.down(False)
    page.get_by_role("button", name="Try now").click()
    expect(page.get_by_role("textbox", name="Your message")).to_be_visible()


def test_without_a_known_country_there_is_still_a_way(server: FakeServer, profile: Profile) -> None:
    page = profile().new_page()
    page.goto(server.page)
    bar(page).get_by_role("button", name="Need help now?").click()
    expect(bar(page)).to_contain_text("call your local emergency number")
    expect(bar(page).get_by_role("link", name="findahelpline.com")).to_be_visible()


def test_the_exit_button_leaves_without_a_way_back(server: FakeServer, page: Page, write: Write) -> None:
    server.say("A private line")
    server.down()
    write(page, "unsent and private")
    page.get_by_role("button", name="Leave fast").click()
    page.wait_for_url("about:blank")
    page.go_back()
    expect(page.get_by_text("private")).to_have_count(0)


def test_escape_pressed_three_times_leaves_from_anywhere(page: Page) -> None:
    page.get_by_role("textbox", name="Your message").focus()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    for left in ("twice", "once"):
        page.keyboard.press("Escape")
        expect(page.get_by_text(f"Press Escape {left} more to leave this page.").last).to_be_attached()
    page.keyboard.press("Escape")
    page.wait_for_url("about:blank")


def test_a_clinic_may_name_the_page_the_exit_leads_to(server: FakeServer, page: Page) -> None:
    neutral = server.page + "page.css"
    page.evaluate("url => document.querySelector('interlude-chat').setAttribute('exit-url', url)", neutral)
    page.get_by_role("button", name="Leave fast").click()
    page.wait_for_url(neutral)


def test_logging_out_in_a_crisis_leaves_the_numbers_in_view(server: FakeServer, page: Page) -> None:
    server.case("alerting", "emergency", ALERTING)
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("dialog").get_by_role("button", name="Log out").click()
    expect(page.get_by_label("Your code")).to_be_visible()
    expect(bar(page).get_by_role("link", name="Call 911")).to_be_in_viewport()
    assert CODE not in page.content()
