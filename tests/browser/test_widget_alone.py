"""The patient's widget against a server that only speaks its API: coming in, writing, staying connected."""

from __future__ import annotations

from collections.abc import Callable

from fake_server import CODE, WIDGET, FakeServer
from playwright.sync_api import BrowserContext, Locator, Page, expect

Write = Callable[[Page, str], Locator]
SignIn = Callable[..., Page]
Profile = Callable[..., BrowserContext]


def log(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def test_an_invitation_link_opens_the_chat_and_leaves_no_code_in_the_address(
    server: FakeServer, page: Page
) -> None:
    assert page.url == server.page
    assert (
        page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])").find(CODE)
        == -1
    )
    expect(page.get_by_text("Signed in as Sam")).to_be_visible()


def test_the_chat_says_that_it_is_a_program_and_no_crisis_service(page: Page) -> None:
    said = "I'm a computer program, not a person or a therapist. I'm not a crisis service."
    expect(page.get_by_text(f"{said} Your care team reads these chats, but not live.")).to_be_visible()


def test_a_wrong_code_is_told_in_words_and_the_right_one_opens_the_chat(
    server: FakeServer, profile: Profile
) -> None:
    page = profile().new_page()
    page.goto(server.page)
    code = page.get_by_label("Your code")
    code.fill("nonsense")
    code.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="That code did not work")).to_be_visible()
    expect(code).to_be_focused()
    code.fill(CODE)
    page.get_by_role("button", name="Open chat").click()
    expect(page.get_by_role("textbox", name="Your message")).to_be_focused()


def test_an_old_link_on_a_known_device_offers_to_go_on_but_does_not_just_do_it(
    server: FakeServer, sign_in: SignIn
) -> None:
    page = sign_in()
    server.say("A private line")
    page.goto("about:blank")
    page.goto(f"{server.page}#code=too-old")
    expect(page.get_by_text("That code did not work")).to_be_visible()
    expect(page.get_by_text("A private line")).to_have_count(0)
    page.get_by_role("button", name="Go on as Sam").click()
    expect(log(page).get_by_text("A private line")).to_be_visible()


def test_what_was_said_is_there_after_a_reload_and_older_pages_on_request(
    server: FakeServer, page: Page
) -> None:
    server.page_size = 10
    for number in range(25):
        server.say(f"line {number}.")
    page.reload()
    expect(log(page).get_by_text("line 24.")).to_be_visible()
    expect(log(page).get_by_text("line 14.")).to_have_count(0)
    for _ in range(2):
        page.get_by_role("button", name="Show earlier messages").click()
    expect(page.get_by_role("button", name="Show earlier messages")).to_be_hidden()
    texts = log(page).locator(".text").all_text_contents()
    assert texts == [f"line {number}." for number in range(25)]


def test_enter_sends_and_shift_enter_makes_a_new_line(server: FakeServer, page: Page) -> None:
    field = page.get_by_role("textbox", name="Your message")
    low = field.bounding_box()["height"]
    field.press_sequentially("first")
    field.press("Shift+Enter")
    field.press_sequentially("second")
    assert field.bounding_box()["height"] > low
    field.press("Enter")
    expect(field).to_have_value("")
    server.wait_for(lambda: len(server.posts) == 1)
    assert server.posts[0]["text"] == "first\nsecond"
    expect(field).to_be_focused()


def test_a_message_is_received_only_when_the_server_has_it(
    server: FakeServer, page: Page, write: Write
) -> None:
    server.down()
    mine = write(page, "hello there")
    expect(mine).to_contain_text("Not sent.")
    assert not server.taken
    server.down(False)
    expect(mine).to_contain_text("Received")
    assert [body["text"] for body in server.taken.values()] == ["hello there"]


def test_a_message_whose_answer_was_lost_is_sent_again_under_the_same_id(
    server: FakeServer, page: Page, write: Write
) -> None:
    server.lose_answer = True
    write(page, "did this arrive")
    write(page, "and this")
    expect(log(page).get_by_text("Received")).to_have_count(2)
    assert [body["text"] for body in server.taken.values()] == ["did this arrive", "and this"]
    assert len({body["id"] for body in server.posts}) == 2
    expect(log(page).get_by_text("did this arrive")).to_have_count(1)


def test_what_is_written_without_a_connection_says_so_and_goes_out_in_order_when_it_is_back(
    server: FakeServer, page: Page, write: Write
) -> None:
    server.down()
    mine = write(page, "one")
    banner = page.get_by_role("status").filter(has_text="has not reached anyone yet")
    expect(banner).to_contain_text("If you need help now, call 911.")
    expect(mine.get_by_role("button", name="Try again")).to_be_visible()
    write(page, "two")
    write(page, "three")
    server.down(False)
    mine.get_by_role("button", name="Try again").click()
    expect(log(page).get_by_text("Received")).to_have_count(3)
    expect(banner).to_be_hidden()
    assert [body["text"] for body in server.taken.values()] == ["one", "two", "three"]


def test_a_message_the_server_refuses_stays_in_view_and_holds_nothing_up(
    server: FakeServer, page: Page, write: Write
) -> None:
    server.refuse_with = 422
    mine = write(page, "odd one")
    expect(mine).to_contain_text("Not sent. The chat could not take this message.")
    server.refuse_with = None
    expect(write(page, "next one")).to_contain_text("Received")
    mine.get_by_role("button", name="Try again").click()
    expect(mine).to_contain_text("Received")


def test_a_text_too_long_for_the_server_is_not_lost_but_told(server: FakeServer, page: Page) -> None:
    field = page.get_by_role("textbox", name="Your message")
    field.fill("ä" * 33_000)
    field.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="too long")).to_be_visible()
    assert len(field.input_value()) == 33_000
    assert not server.posts


def test_after_a_gap_the_stream_goes_on_where_it_stopped(server: FakeServer, page: Page) -> None:
    server.say("before")
    expect(log(page).get_by_text("before")).to_be_visible()
    server.down()
    server.say("meanwhile")
    server.down(False)
    expect(log(page).get_by_text("meanwhile")).to_have_count(1)
    assert server.resumed[-1] == "1"
    expect(log(page).get_by_text("before")).to_have_count(1)


def test_two_tabs_of_a_patient_agree(
    server: FakeServer, sign_in: SignIn, write: Write, profile: Profile
) -> None:
    context = profile()
    one = sign_in(context)
    other = sign_in(context)
    write(one, "from the first tab")
    for page in (one, other):
        mine = log(page).get_by_role("listitem").filter(has_text="from the first tab")
        expect(mine).to_have_count(1)
        expect(mine).to_contain_text("Received")


def test_a_session_that_ended_hides_the_chat_and_keeps_what_was_not_sent(
    server: FakeServer, page: Page, write: Write
) -> None:
    server.say("A private line")
    server.signed_in = False
    write(page, "not sent yet")
    expect(page.get_by_text("The last thing you wrote has not reached anyone.")).to_be_visible()
    expect(page.get_by_text("A private line")).to_have_count(0)
    page.get_by_label("Your code").fill(CODE)
    page.get_by_role("button", name="Open chat").click()
    mine = log(page).get_by_role("listitem").filter(has_text="not sent yet")
    expect(mine).to_have_count(1)
    expect(mine).to_contain_text("Received")
    assert [body["text"] for body in server.taken.values()] == ["not sent yet"]


def test_what_one_patient_left_unsent_is_never_sent_for_another(
    server: FakeServer, page: Page, write: Write
) -> None:
    server.signed_in = False
    write(page, "mine alone")
    page.get_by_label("Your code").fill(CODE)
    server.patient = "P-2000"
    page.get_by_role("button", name="Open chat").click()
    expect(write(page, "somebody else")).to_contain_text("Received")
    assert [body["text"] for body in server.taken.values()] == ["somebody else"]


def test_logging_out_ends_the_session_and_clears_the_view(server: FakeServer, page: Page) -> None:
    server.say("A private line")
    page.get_by_role("button", name="Log out").click()
    dialog = page.get_by_role("dialog", name="Log out?")
    dialog.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    expect(page.get_by_text("A private line")).to_have_count(0)
    assert not server.signed_in


def test_no_text_of_a_message_is_kept_on_the_device(server: FakeServer, page: Page, write: Write) -> None:
    server.say("theirs, quite secret")
    server.down()
    write(page, "mine, quite secret")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "911" in kept
    assert "secret" not in kept


def test_nothing_a_server_says_is_read_as_html(server: FakeServer, page: Page) -> None:
    nasty = "<img src=x onerror=\"document.title='owned'\"><b>bold</b>"
    choice = {"title": nasty, "value": "x"}
    server.say(
        nasty,
        author=nasty,
        choices=[choice],
        custom={"kind": "card", "title": nasty, "lines": [nasty], "quote": nasty},
    )
    server.say(nasty, **{"from": "clinician", "author": nasty})
    expect(log(page).locator(".text").last).to_have_text(nasty)
    expect(log(page).locator("img, .bubble b, .choice b")).to_have_count(0)
    assert page.title() == "Interlude"


def test_every_file_of_the_widget_is_in_its_offline_copy() -> None:
    listed = (WIDGET / "offline.js").read_text(encoding="utf-8")
    files = {path.name for path in WIDGET.iterdir() if path.suffix in {".js", ".css"}} - {"offline.js"}
    assert {name for name in files if f'"{name}"' not in listed} == set()
