"""Promise 1: every message is screened once, before anything else; a risk gets the crisis words at once."""

from __future__ import annotations

from typing import Any

import pytest
from support.actors import CALM, EMERGENCY, URGENT, Clinic

from interlude.message import Level, Screened, Verdict
from interlude.store import messages

NOTHING_KNOWN = Screened()


@pytest.mark.parametrize(
    ("country", "timezone", "numbers", "foreign"),
    [
        ("US", "America/New_York", ("911", "988"), ("999", "116 123")),
        ("GB", "Europe/London", ("999", "116 123"), ("911", "988")),
        (None, "UTC", ("your local emergency number", "findahelpline.com"), ("911", "988", "999", "116 123")),
        ("XX", "UTC", ("your local emergency number", "findahelpline.com"), ("911", "988", "999", "116 123")),
    ],
)
async def test_an_emergency_is_told_the_numbers_of_its_own_country(
    clinic: Clinic, country: str | None, timezone: str, numbers: tuple[str, ...], foreign: tuple[str, ...]
) -> None:
    patient = await clinic.admits(country=country, timezone=timezone)
    await patient.sends(EMERGENCY)
    line = await patient.hears(*numbers, without=foreign, kind="crisis")
    assert [choice.title for choice in line.choices] == ["I called", "I'm with someone", "I need help now"]


@pytest.mark.parametrize(("words", "level"), [(EMERGENCY, "emergency"), (URGENT, "urgent")])
async def test_words_verdict_and_case_are_there_before_rasa_is_asked(
    clinic: Clinic, words: str, level: str
) -> None:
    clinic.rasa.silent = True
    patient = await clinic.admits()
    taken = await patient.sends(words)
    assert clinic.rasa.asked == []
    await patient.hears("911", kind="crisis")
    assert (await patient.case()).level == level
    async with clinic.store.read() as db:
        ((opinion, verdict),) = (await messages.verdicts(db, [taken.message_id]))[taken.message_id]
    assert (opinion, verdict.level) == ("rules", level)
    assert verdict.rules_version
    await patient.hears_anything()


async def test_before_a_page_has_left_nobody_says_it_has(clinic: Clinic) -> None:
    patient = await clinic.admits()
    await patient.sends(EMERGENCY)
    await patient.hears(without=("alerting", "alert is on its way", "sent an alert", "has seen"))
    assert (await patient.receipt())["state"] == "noted"


async def test_a_screen_that_breaks_counts_as_urgent_and_says_so(clinic: Clinic) -> None:
    class Broken:
        def screen(self, text: str, known: Screened = NOTHING_KNOWN) -> Verdict:
            raise RuntimeError(text)

    patient = await clinic.admits()
    await patient.sends(CALM, via=clinic.process(screens=Broken()))
    await patient.hears("911", kind="crisis")
    case = await patient.case()
    assert (case.level, case.state) == ("urgent", "open")
    await clinic.ticks()
    clinic.ada.is_paged(Level.URGENT)
    await patient.hears_anything()


async def test_every_message_is_screened_once_with_those_before_it(clinic: Clinic) -> None:
    seen: list[tuple[str, Any]] = []

    class Notes:
        def screen(self, text: str, known: Screened = NOTHING_KNOWN) -> Verdict:
            seen.append((text, known.previous))
            return Verdict(Level.NONE)

    clinic.app = clinic.process(screens=Notes())
    patient = await clinic.admits()
    for text in ("one", "two", "three"):
        await patient.says(text)
        await patient.says(text, client_id="same delivery again")
    texts = [text for text, _ in seen]
    assert texts == ["one", "one", "two", "three"], "the repeated delivery is not screened again"
    assert seen[-1][1] == ("one", "one", "two")
    await patient.hears_anything()


async def test_taps_and_texts_within_an_exercise_are_screened_too(clinic: Clinic) -> None:
    patient = await clinic.admits()
    clinic.rasa.understands("grounding please", "start_grounding")
    await patient.says("grounding please")
    await patient.hears_anything()
    await patient.says(EMERGENCY)
    await patient.hears("911", kind="crisis")
    await patient.hears_anything()


async def test_what_no_button_offered_is_read_as_words(clinic: Clinic) -> None:
    """A client may send any `choice`: a made-up one must not name the turn, nor dodge the screen."""
    patient = await clinic.admits()
    await patient.says(EMERGENCY, choice="intent:greet")
    await patient.hears("911", kind="crisis")
    await patient.hears_anything()
    other = await clinic.admits("Sasha")
    await other.says("hello", choice="intent:start_breathing")
    await other.hears("You said: hello")
    assert clinic.rasa.asked[-1].metadata["choice"] is None
    assert await other.script() is None


async def test_only_the_classifier_sees_it_the_patient_gets_words_and_a_human(clinic: Clinic) -> None:
    patient = await clinic.admits()
    clinic.rasa.suspects("the river looks calm from up here")
    await patient.says("the river looks calm from up here")
    await patient.hears("911", "988", kind="crisis")
    case = await patient.case()
    assert (case.level, case.state) == ("urgent", "open")
    await clinic.ticks()
    clinic.ada.is_paged(Level.URGENT)
    await patient.hears_anything()


async def test_the_classifiers_case_opens_with_the_action_server_dead(clinic: Clinic) -> None:
    patient = await clinic.admits()
    clinic.rasa.actions_dead = True
    clinic.rasa.suspects("the river looks calm from up here")
    await patient.says("the river looks calm from up here")
    await patient.hears("911", "988", kind="crisis")
    assert (await patient.case()).level == "urgent"
    assert (await patient.moves()).count("opened") == 1
    await patient.hears_anything()


async def test_what_is_routine_is_noted_and_nobody_is_paged(clinic: Clinic) -> None:
    patient = await clinic.admits()
    await patient.says("I used to cut at school")
    await patient.hears("next working day", "911", kind="crisis")
    case = await patient.case()
    assert (case.level, case.state) == ("routine", "open")
    for _ in range(6):
        await clinic.ticks(minutes=30)
    assert clinic.phones.tried == 0
    assert (await patient.receipt())["state"] == "noted"
    await patient.hears_anything()


async def test_a_calm_message_opens_nothing(clinic: Clinic) -> None:
    patient = await clinic.admits()
    await patient.says(CALM)
    await patient.hears(f"You said: {CALM}")
    await patient.has_no_case()
    assert await clinic.ticks() == 0
