"""Promise 5: a way out at any turn, and no exercise over an open case."""

from __future__ import annotations

import asyncio

import pytest
from support.actors import CALM, EMERGENCY, URGENT, Clinic, Patient
from support.rasa import Ask

GROUNDING = "grounding_54321"


async def in_an_exercise(clinic: Clinic) -> Patient:
    patient = await clinic.admits()
    clinic.rasa.understands("grounding please", "start_grounding")
    await patient.says("grounding please")
    await patient.hears_anything()
    running = await patient.script()
    assert running is not None
    assert (running[0], running[2]) == (GROUNDING, "running")
    return patient


async def closed_by_ada(clinic: Clinic, patient: Patient) -> None:
    await clinic.ticks()
    await clinic.ada.acknowledges(patient)
    await clinic.ada.resolves(patient)
    for clinician in (clinic.ada, clinic.ben, clinic.cleo):
        clinician.new_pages()
    await patient.hears_anything()


async def test_risk_in_an_exercise_leaves_it_and_keeps_it_for_later(clinic: Clinic) -> None:
    patient = await in_an_exercise(clinic)
    before = await patient.script()
    assert before is not None
    await patient.says(EMERGENCY)
    await patient.hears("911", kind="crisis")
    await patient.hears_nothing()
    assert await patient.script() == (before[0], before[1], "paused")
    await closed_by_ada(clinic, patient)
    await patient.says("resume")
    assert await patient.script() == (before[0], before[1], "running")
    assert "Welcome back" in (await patient.hears_anything())[0].text


async def test_an_urgent_message_is_followed_by_the_direct_question(clinic: Clinic) -> None:
    patient = await in_an_exercise(clinic)
    await patient.says(URGENT)
    await patient.hears("988", without=("?",), kind="crisis")
    line = await patient.hears("killing yourself?", kind="crisis")
    assert {"Yes", "No", "I'd rather not say"} <= {choice.title for choice in line.choices}
    assert await patient.script() == ("safety_check", "q1", "running")
    await patient.hears_nothing()


async def test_the_direct_questions_raise_the_case_without_rasa(clinic: Clinic) -> None:
    clinic.rasa.silent = True
    patient = await clinic.admits()
    await patient.says(URGENT)
    await clinic.ticks()
    clinic.ada.is_paged()
    await patient.hears_anything()
    for answer, question in (("Yes", "how you might"), ("Yes", "today or soon")):
        await patient.taps(answer)
        await patient.hears(question)
    await patient.taps("Yes")
    said = await patient.hears_anything()
    assert "911" in "".join(line.text for line in said)
    case = await patient.case()
    assert (case.level, case.state) == ("emergency", "open")
    await clinic.ticks()
    clinic.ada.is_paged()
    await patient.hears_anything()


async def test_answers_to_the_direct_questions_move_one_step_each(clinic: Clinic) -> None:
    """The app walks the check itself; Rasa must not walk it a second time."""
    patient = await clinic.admits()
    await patient.says(URGENT)
    await patient.hears_anything()
    for title, step in (("Yes", "q2"), ("No", "q3"), ("No", "q4"), ("No", "q5")):
        await patient.taps(title)
        assert await patient.script() == ("safety_check", step, "running")
        await patient.hears_anything()


async def test_an_emergency_gets_help_first_and_the_questions_after_the_next_message(clinic: Clinic) -> None:
    patient = await clinic.admits()
    await patient.says(EMERGENCY)
    await patient.hears("911", kind="crisis")
    assert await patient.script() is None
    await patient.says("I don't know")
    await patient.hears("911", kind="crisis")
    running = await patient.script()
    assert running is not None
    assert running[0] == "safety_check_emergency"
    await patient.hears("?", kind="crisis")


@pytest.mark.parametrize("words", ["I called", "I'm with someone"])
async def test_the_buttons_of_safety_mode_are_thanked_and_keep_the_case_open(
    clinic: Clinic, words: str
) -> None:
    patient = await clinic.admits()
    await patient.says(EMERGENCY)
    await patient.hears("911")
    await patient.taps(words)
    line = await patient.hears("911", kind="crisis")
    assert len(line.choices) == 3
    case = await patient.case()
    assert (case.level, case.state) == ("emergency", "open")


async def test_i_need_help_now_makes_an_urgent_case_an_emergency(clinic: Clinic) -> None:
    patient = await clinic.admits()
    await patient.says(URGENT)
    await clinic.ticks()
    clinic.ada.is_paged()
    await patient.hears_anything()
    await patient.says("forget it, I was joking")
    await patient.hears_anything()
    await patient.taps("I need help now")
    await patient.hears("911", kind="crisis")
    assert (await patient.case()).level == "emergency"
    await clinic.ticks()
    clinic.ada.is_paged()
    await patient.hears_anything()


@pytest.mark.parametrize("words", ["forget it", "I was just kidding", "never mind, I didn't mean it"])
async def test_taking_it_back_is_thanked_and_never_believed(clinic: Clinic, words: str) -> None:
    patient = await clinic.admits()
    await patient.says(EMERGENCY)
    await patient.hears("911")
    await patient.says(words)
    line = await patient.hears("911", kind="crisis")
    assert "thank" in line.text.lower()
    await patient.hears_nothing()
    case = await patient.case()
    assert (case.level, case.resolved_at) == ("emergency", None)
    await clinic.ticks()
    clinic.ada.is_paged()
    await patient.hears_anything()


async def test_nothing_else_is_offered_until_a_clinician_resolves(clinic: Clinic) -> None:
    patient = await clinic.admits()
    clinic.rasa.understands("grounding please", "start_grounding")
    await patient.says(EMERGENCY)
    await clinic.ticks()
    await clinic.ada.acknowledges(patient)
    clinic.ada.is_paged()
    await patient.hears_anything()
    for words in ("grounding please", CALM, "resume", "my mood is 6"):
        await patient.says(words)
        for line in await patient.hears_anything():
            assert line.row.kind == "crisis"
    assert await patient.moods() == []
    asked = await patient.script()
    assert asked is None or asked[0] == "safety_check_emergency"
    await clinic.ada.resolves(patient)
    await patient.hears("closed")
    await patient.says("grounding please")
    running = await patient.script()
    assert running is not None
    assert running[0] == GROUNDING
    await patient.hears_anything()


async def test_a_risk_that_comes_while_rasa_is_thinking_wins(clinic: Clinic) -> None:
    """Two messages in a row: the answer to the first would start an exercise over the second."""
    patient = await clinic.admits()
    clinic.rasa.understands("grounding please", "start_grounding")
    held, release = asyncio.Event(), asyncio.Event()

    async def hold(ask: Ask) -> None:
        if ask.text == "grounding please":
            held.set()
            await release.wait()

    clinic.rasa.before_answer = hold
    await patient.sends("grounding please")
    waiting = asyncio.create_task(clinic.app.turn.answer(patient.id))
    await held.wait()
    await patient.sends(EMERGENCY)
    await patient.hears("911", kind="crisis")
    release.set()
    await waiting
    await patient.hears_nothing()
    script = await patient.script()
    assert script is None or script[2] != "running"
    assert await patient.states() == ["answered", "answered"]


async def test_a_calm_message_asked_late_is_no_new_risk(clinic: Clinic) -> None:
    """It waited for Rasa, meanwhile an emergency came and was acknowledged."""
    clinic.rasa.silent = True
    patient = await clinic.admits()
    await patient.says(CALM)
    await patient.hears("kept", kind="prepared")
    await patient.says(EMERGENCY)
    await clinic.ticks()
    clinic.ada.is_paged()
    await clinic.ada.acknowledges(patient)
    await patient.hears_anything()
    clinic.rasa.silent = False
    await clinic.resumes(seconds=61)
    assert await patient.states() == ["answered", "answered"]
    assert (await patient.case()).state == "acknowledged"
    assert await clinic.ticks(minutes=10) == 0
    await patient.hears_nothing()


@pytest.mark.parametrize("word", ["stop", "STOP"])
async def test_stop_stops_an_exercise_at_any_turn(clinic: Clinic, word: str) -> None:
    patient = await in_an_exercise(clinic)
    await patient.says(word)
    await patient.hears("stop here")
    assert await patient.script() is None


async def test_a_person_can_be_asked_for_within_an_exercise(clinic: Clinic) -> None:
    patient = await in_an_exercise(clinic)
    offered = {choice.value for line in await patient.lines() for choice in line.choices}
    assert "stop" in offered
    await patient.says("stop")
    await patient.hears_anything()
    clinic.rasa.understands("can I talk to somebody", "talk_to_human")
    await patient.says("can I talk to somebody")
    await patient.hears("555-0142")
    case = await patient.case()
    assert (case.level, case.categories) == ("routine", ["R24"])


async def test_a_question_asked_after_a_digression_is_asked_again(clinic: Clinic) -> None:
    patient = await in_an_exercise(clinic)
    script = await patient.script()
    clinic.rasa._gate = lambda _ask: None  # type: ignore[method-assign]
    await patient.says("are you a robot?")
    await patient.hears("You said")
    again = await patient.hears()
    assert "Stop" in [choice.title for choice in again.choices]
    assert await patient.script() == script
