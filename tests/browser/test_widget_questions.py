"""What a message can carry besides text: choices, scales, the breathing guide, timers, cards, charts."""

from __future__ import annotations

from collections.abc import Callable

from fake_server import FakeServer
from playwright.sync_api import Locator, Page, expect

Write = Callable[[Page, str], Locator]
SignIn = Callable[..., Page]
YES_NO = [{"title": "Yes, please", "value": "yes"}, {"title": "Not now", "value": "no"}]
MOOD = {"kind": "scale", "min": 0, "max": 10, "low": "worst", "high": "best", "step": 1}
BREATHING = {"kind": "breathing", "in": 4, "out": 6, "hold": 0, "minutes": 3}


def last_sent(server: FakeServer) -> dict[str, object]:
    server.wait_for(lambda: bool(server.posts))
    return {key: value for key, value in server.posts[-1].items() if key != "id"}


def test_a_tapped_choice_sends_its_value_and_takes_the_buttons_away(server: FakeServer, page: Page) -> None:
    server.say("Shall we breathe?", choices=YES_NO)
    page.get_by_role("button", name="Yes, please").press("Enter")
    expect(page.get_by_role("button", name="Not now")).to_have_count(0)
    assert last_sent(server) == {"choice": "yes", "text": "Yes, please"}
    expect(page.get_by_role("listitem").filter(has_text="Yes, please")).to_be_focused()


def test_after_an_answer_the_next_tab_stop_is_the_next_question(server: FakeServer, page: Page) -> None:
    server.say("Shall we breathe?", choices=YES_NO)
    page.get_by_role("button", name="Yes, please").press("Enter")
    server.say("For how long?", choices=[{"title": "Three minutes", "value": "3"}])
    expect(page.get_by_role("button", name="Three minutes")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Three minutes")).to_be_focused()


def test_a_newer_question_takes_the_older_ones_place_and_a_receipt_does_not(
    server: FakeServer, page: Page
) -> None:
    server.say("Old question", choices=[{"title": "Old answer", "value": "old"}])
    server.say("Your team will read this.", kind="receipt")
    expect(page.get_by_role("button", name="Old answer")).to_be_visible()
    server.say("New question", custom=MOOD)
    expect(page.get_by_role("radiogroup")).to_be_visible()
    expect(page.get_by_role("button", name="Old answer")).to_have_count(0)


def test_a_question_answered_before_a_reload_cannot_be_answered_again(
    server: FakeServer, page: Page, write: Write
) -> None:
    server.say("Old question", choices=[{"title": "Old answer", "value": "old"}])
    expect(write(page, "in my own words")).to_contain_text("Received")
    expect(page.get_by_role("button", name="Old answer")).to_have_count(0)
    server.say("Open question", choices=[{"title": "Open answer", "value": "open"}])
    page.reload()
    expect(page.get_by_role("button", name="Open answer")).to_be_visible()
    expect(page.get_by_role("button", name="Old answer")).to_have_count(0)


def test_a_scale_works_with_the_keyboard_alone(server: FakeServer, page: Page) -> None:
    server.say("How is your mood right now?", custom=MOOD)
    scale = page.get_by_role("radiogroup", name="Choose a number from 0 to 10. 0 is worst, 10 is best.")
    expect(scale.get_by_role("radio")).to_have_count(11)
    scale.get_by_role("radio", name="0 is worst", exact=True).focus()
    page.keyboard.press("Space")
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Send 7")).to_be_enabled()
    page.keyboard.press("Enter")
    expect(scale).to_have_count(0)
    assert last_sent(server) == {"text": "7"}


def test_a_scale_is_large_enough_for_a_finger_and_sends_nothing_before_the_second_tap(
    server: FakeServer, sign_in: SignIn
) -> None:
    page = sign_in(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    server.say("How strong is it?", custom={"kind": "scale", "min": 0, "max": 100, "step": 5})
    steps = page.locator(".step")
    expect(steps).to_have_count(21)
    boxes = [step.bounding_box() for step in steps.all()]
    assert min(min(box["width"], box["height"]) for box in boxes) >= 44
    steps.filter(has_text="85").tap()
    assert not server.posts
    page.get_by_role("button", name="Send 85").tap()
    assert last_sent(server) == {"text": "85"}


def test_several_choices_stop_at_their_limit_and_go_out_together(server: FakeServer, page: Page) -> None:
    options = [{"title": name.capitalize(), "value": name} for name in ("sad", "tired", "calm", "hopeful")]
    server.say("Which words fit?", custom={"kind": "choices", "multiple": True, "max": 2, "options": options})
    expect(page.get_by_role("button", name="Choose at least one")).to_be_disabled()
    page.get_by_role("checkbox", name="Sad").check()
    page.get_by_role("checkbox", name="Hopeful").check()
    expect(page.get_by_role("checkbox", name="Calm")).to_be_disabled()
    page.get_by_role("button", name="Send 2 chosen").click()
    expect(page.get_by_role("checkbox")).to_have_count(0)
    assert last_sent(server) == {"choice": "sad, hopeful", "text": "Sad, Hopeful"}


def test_the_breathing_guide_never_starts_by_itself_and_says_each_phase(
    server: FakeServer, page: Page
) -> None:
    page.clock.install()
    server.say("Let's breathe.", custom=BREATHING)
    guide = page.get_by_role("group", name="Breathing guide")
    expect(guide).to_contain_text("Press start when you are ready.")
    page.clock.run_for(5_000)
    expect(guide).to_contain_text("Press start when you are ready.")
    guide.get_by_role("button", name="Start").click()
    said = guide.get_by_role("status")
    expect(said).to_have_text("Breathe in")
    expect(guide.locator(".breath.full")).to_be_visible()
    page.clock.run_for(3_200)
    expect(guide.locator(".count")).to_have_text("4")
    page.clock.run_for(1_000)
    expect(said).to_have_text("Breathe out")
    page.clock.run_for(6_000)
    expect(said).to_have_text("Breathe in")
    guide.get_by_role("button", name="Stop").click()
    expect(said).to_have_text("Stopped.")
    guide.get_by_role("button", name="Start").click()
    page.clock.run_for(181_000)
    expect(said).to_have_text("That's the end. Breathe as you like.")


def test_box_breathing_holds_after_the_in_and_after_the_out(server: FakeServer, page: Page) -> None:
    page.clock.install()
    server.say("A box.", custom={"kind": "breathing", "in": 4, "out": 4, "hold": 4, "minutes": 1})
    guide = page.get_by_role("group", name="Breathing guide")
    guide.get_by_role("button", name="Start").click()
    heard = []
    for _ in range(4):
        page.clock.run_for(2_000)
        heard.append(guide.get_by_role("status").inner_text())
        page.clock.run_for(2_000)
    assert heard == ["Breathe in", "Hold", "Breathe out", "Hold"]


def test_with_reduced_motion_the_breathing_guide_is_words_and_numbers_only(
    server: FakeServer, sign_in: SignIn
) -> None:
    page = sign_in(reduced_motion="reduce")
    server.say("Let's breathe.", custom=BREATHING)
    guide = page.get_by_role("group", name="Breathing guide")
    guide.get_by_role("button", name="Start").click()
    expect(guide.get_by_role("status")).to_have_text("Breathe in")
    expect(guide.locator(".count")).to_have_text("1")
    expect(guide.locator(".circle")).to_be_hidden()


def test_one_thing_runs_at_a_time_and_a_crisis_stops_it(server: FakeServer, page: Page) -> None:
    server.say("Let's breathe.", custom=BREATHING)
    server.say("Cold water.", custom={"kind": "timer", "seconds": 30, "label": "Cool cloth"})
    guide = page.get_by_role("group", name="Breathing guide")
    timer = page.get_by_role("group", name="Cool cloth")
    guide.get_by_role("button", name="Start").click()
    timer.get_by_role("button", name="Start").click()
    expect(guide.get_by_role("status")).to_have_text("Stopped.")
    server.case("alerting", "urgent", "I'm alerting your care team now.")
    expect(timer.get_by_role("status")).to_have_text("Stopped.")
    expect(timer.get_by_role("button", name="Start")).to_be_visible()


def test_the_timer_counts_down_and_says_when_it_is_over(server: FakeServer, page: Page) -> None:
    page.clock.install()
    server.say("One minute.", custom={"kind": "timer", "seconds": 60, "label": "Look around"})
    timer = page.get_by_role("group", name="Look around")
    timer.get_by_role("button", name="Start").click()
    page.clock.run_for(20_050)
    expect(timer).to_contain_text("40 s left")
    page.clock.run_for(40_000)
    expect(timer.get_by_role("status")).to_have_text("The time is up.")


def test_a_chart_is_a_line_to_the_eye_and_a_table_to_everyone_else(server: FakeServer, page: Page) -> None:
    points = [
        {"at": "2026-05-03", "value": 7},
        {"at": "2026-05-01", "value": 3},
        {"at": "2026-05-02", "value": 5},
    ]
    chart = {"kind": "chart", "title": "Your mood", "points": points, "min": 0, "max": 10, "low": "worst"}
    server.say("Here is your week.", custom=chart)
    picture = page.get_by_role(
        "img", name="Your mood. Line of 3 entries from May 1 to May 3. Lowest 3, highest 7."
    )
    expect(picture.locator(".dot")).to_have_count(3)
    page.get_by_text("Show as a table").click()
    assert page.get_by_role("table").locator("tbody tr").all_inner_texts() == [
        "May 1\t3",
        "May 2\t5",
        "May 3\t7",
    ]


def test_a_card_shows_its_title_lines_and_the_patients_own_words(server: FakeServer, page: Page) -> None:
    card = {
        "kind": "card",
        "title": "Thought record",
        "lines": ["Sad, 60 before"],
        "quote": "She may be busy.",
    }
    server.say("Here it is.", custom=card)
    shown = page.get_by_role("group", name="Thought record")
    expect(shown.get_by_text("Sad, 60 before")).to_be_visible()
    # The card says it all: nothing is said twice.
    expect(page.get_by_text("Here it is.")).to_have_count(0)
    expect(shown.get_by_role("blockquote")).to_have_text("She may be busy.")


def test_a_thing_that_cannot_be_drawn_leaves_its_text_standing(server: FakeServer, page: Page) -> None:
    server.say("From a later version.", custom={"kind": "hologram"})
    server.say("Broken scale.", custom={"kind": "scale", "min": 0, "max": 10, "step": 0})
    server.say(
        "Broken chart.",
        custom={"kind": "chart", "points": [{"at": "never", "value": None}], "min": 0, "max": 10},
    )
    server.say("Still here.", choices=YES_NO)
    expect(page.get_by_role("button", name="Not now")).to_be_visible()
    assert page.get_by_role("log").locator(".text").all_inner_texts() == [
        "From a later version.", "Broken scale.", "Broken chart.", "Still here.",
    ]  # fmt: skip
