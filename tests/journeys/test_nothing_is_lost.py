"""Promise 2: what was received is answered, in order and once, whatever falls silent or dies."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from support.actors import CALM, EMERGENCY, Clinic, Patient
from support.rasa import Ask, FakeRasa

from interlude.store import messages, people

LATE = ("late", "not working well", "can answer again")


async def heard_late(patient: Patient, answer: str) -> None:
    """The apology for the delay, then the answer."""
    line = await patient.hears()
    assert any(words in line.text for words in LATE), line.text
    await patient.hears(answer)


async def test_the_same_delivery_again_changes_nothing(clinic: Clinic) -> None:
    patient = await clinic.admits()
    first = await patient.says(EMERGENCY, client_id="one")
    await patient.hears("911", kind="crisis")
    asked = len(clinic.rasa.asked)
    again = await patient.says(EMERGENCY, client_id="one")
    assert (again.message_id, again.new, again.state) == (first.message_id, False, "answered")
    assert len(clinic.rasa.asked) == asked
    assert await patient.moves() == ["opened"]
    await patient.hears_nothing()


async def test_the_same_delivery_many_times_at_once_is_one_message(clinic: Clinic) -> None:
    patient = await clinic.admits()
    processes = [clinic.app, clinic.process()]
    taken = await asyncio.gather(
        *(patient.sends(EMERGENCY, client_id="one", via=processes[number % 2]) for number in range(8))
    )
    assert sum(one.new for one in taken) == 1
    assert len({one.message_id for one in taken}) == 1
    await patient.hears("911", kind="crisis")


async def test_a_silent_dialogue_gets_one_honest_reply_and_one_late_answer(clinic: Clinic) -> None:
    clinic.rasa.silent = True
    patient = await clinic.admits()
    await patient.says(CALM)
    await patient.hears("kept", "555-0142", kind="prepared")
    for _ in range(3):
        await clinic.resumes(seconds=60)
    await patient.hears_nothing()
    assert await patient.states() == ["received"]
    clinic.rasa.silent = False
    await clinic.resumes(seconds=60)
    await heard_late(patient, f"You said: {CALM}")
    for _ in range(3):
        await clinic.resumes(seconds=60)
    assert await patient.states() == ["answered"]


async def test_it_is_asked_again_ever_more_seldom_but_at_least_every_minute(clinic: Clinic) -> None:
    clinic.rasa.silent = True
    patient = await clinic.admits()
    await patient.says(CALM)
    asked_at = [0]
    for second in range(1, 400):
        before = len(clinic.rasa.asked)
        await clinic.resumes(seconds=1)
        if len(clinic.rasa.asked) > before:
            asked_at.append(second)
    gaps = [later - earlier for earlier, later in pairwise(asked_at)]
    assert gaps == sorted(gaps)
    assert gaps[0] <= 5
    assert gaps[-1] == 60
    await patient.hears_anything()


async def test_an_emergency_while_rasa_is_silent_gets_its_words_and_no_excuse(clinic: Clinic) -> None:
    clinic.rasa.silent = True
    patient = await clinic.admits()
    await patient.says(EMERGENCY)
    await patient.hears("911", kind="crisis")
    await patient.hears_nothing()
    clinic.rasa.silent = False
    await clinic.resumes(seconds=60)
    assert await patient.states() == ["answered"]


async def test_messages_are_answered_in_order_one_in_flight(clinic: Clinic) -> None:
    patient = await clinic.admits()
    second_rasa = FakeRasa(clinic.store, clinic.app.scripts)
    other = clinic.process(rasa=second_rasa)
    flights: list[int] = []

    async def watch(_ask: Ask) -> None:
        flights.append(clinic.rasa.in_flight + second_rasa.in_flight)
        await asyncio.sleep(0)

    clinic.rasa.before_answer = second_rasa.before_answer = watch
    texts = [f"message {number}" for number in range(6)]
    for number, text in enumerate(texts):
        await patient.sends(text, via=(clinic.app, other)[number % 2])
    await asyncio.gather(*(process.turn.answer(patient.id) for process in (clinic.app, other) * 4))
    assert flights == [1] * 6
    asked = clinic.rasa.asked + second_rasa.asked
    assert sorted(ask.text for ask in asked) == texts
    for text in texts:
        await patient.hears(f"You said: {text}")


async def test_another_patients_turn_does_not_wait(clinic: Clinic) -> None:
    slow, quick = await clinic.admits("Robin"), await clinic.admits("Sasha")
    held, release = asyncio.Event(), asyncio.Event()

    async def hold(ask: Ask) -> None:
        if ask.text == "slow":
            held.set()
            await release.wait()

    clinic.rasa.before_answer = hold
    await slow.sends("slow")
    waiting = asyncio.create_task(clinic.app.turn.answer(slow.id))
    await held.wait()
    await quick.says("quick")
    await quick.hears("You said: quick")
    await slow.hears_nothing()
    release.set()
    await waiting
    await slow.hears("You said: slow")


async def test_two_patients_with_the_same_client_id_are_both_heard(clinic: Clinic) -> None:
    one, two = await clinic.admits("Robin"), await clinic.admits("Sasha")
    same = "5f0c1a52-0000-4000-8000-000000000000"
    for patient, words in ((one, "from one"), (two, EMERGENCY)):
        await clinic.app.chat.take("web", f"{patient.id}:{same}", patient.id, words, None)
    await clinic.app.settle()
    await one.hears("You said: from one")
    await two.hears("911", kind="crisis")
    await one.has_no_case()


async def test_a_process_that_died_before_answering_is_followed_by_another(clinic: Clinic) -> None:
    patient = await clinic.admits()
    await patient.sends("first")
    await patient.sends("second")
    restarted = clinic.process()
    assert await restarted.turn.resume() == 1
    await patient.hears("You said: first")
    await patient.hears("You said: second")
    assert await restarted.turn.resume() == 0


async def test_a_process_that_died_while_asking_is_followed_by_another(clinic: Clinic) -> None:
    """Its lease ends, the message is asked again, and answered once."""
    patient = await clinic.admits()

    class Killed(BaseException):
        pass

    async def dies(_ask: Ask) -> None:
        raise Killed

    clinic.rasa.before_answer = dies
    await patient.sends("hello")
    async with clinic.store.begin() as db:
        # kill -9 leaves the lease where it was; an exception would give it back.
        assert await people.take_lease(db, patient.id, "the dead process", clinic.clock(), 45)
    clinic.rasa.before_answer = None
    restarted = clinic.process()
    await restarted.turn.resume()
    await patient.hears_nothing()
    clinic.clock.passes(seconds=46)
    await restarted.turn.resume()
    await patient.hears("You said: hello")
    assert await patient.states() == ["answered"]


async def test_a_process_thought_dead_that_answers_after_all_answers_nothing_twice(clinic: Clinic) -> None:
    """So slow that its lease ran out and another process answered: its own answer is dropped."""
    patient = await clinic.admits()
    held, release = asyncio.Event(), asyncio.Event()
    slow_rasa = FakeRasa(clinic.store, clinic.app.scripts)

    async def hold(_ask: Ask) -> None:
        held.set()
        await release.wait()

    slow_rasa.before_answer = hold
    slow = clinic.process(rasa=slow_rasa)
    await patient.sends("hello")
    waiting = asyncio.create_task(slow.turn.answer(patient.id))
    await held.wait()
    clinic.clock.passes(seconds=46)
    await clinic.app.turn.answer(patient.id)
    release.set()
    await waiting
    await patient.hears("You said: hello")
    await patient.hears_nothing()


async def test_an_action_asked_twice_for_a_message_notes_one_mood(clinic: Clinic) -> None:
    """The app died after Rasa's action wrote and before the answer was kept."""
    patient = await clinic.admits()
    clinic.rasa.understands("my mood is 6", "log_mood")
    await patient.sends("my mood is 6")
    with pytest.MonkeyPatch.context() as patched:

        async def dies(*_: object, **__: object) -> None:
            raise asyncio.CancelledError

        patched.setattr(clinic.app.turn, "_write", dies)
        with pytest.raises(asyncio.CancelledError):
            await clinic.app.turn.answer(patient.id)
    assert await patient.moods() == [6]
    await clinic.process().turn.resume()
    assert len(clinic.rasa.asked) == 2
    assert await patient.moods() == [6]
    await patient.hears("6 out of 10")


async def test_a_message_that_always_fails_is_set_aside_and_the_next_ones_go_on(clinic: Clinic) -> None:
    patient, other = await clinic.admits("Robin"), await clinic.admits("Sasha")
    clinic.rasa.poison = {"poison"}
    await patient.says("poison")
    await patient.says("after it")
    for _ in range(8):
        await other.says("still here")
        await clinic.resumes(seconds=61)
    assert await patient.states() == ["set_aside", "answered"]
    await patient.hears("kept", kind="prepared")
    await patient.hears("working day", kind="prepared")
    await patient.hears("You said: after it")
    case = await patient.case()
    assert (case.level, case.categories) == ("routine", ["R24"])
    assert (await other.states())[0] == "answered"
    await other.hears_anything()


async def test_while_everything_is_silent_nothing_is_set_aside(clinic: Clinic) -> None:
    clinic.rasa.silent = True
    patient = await clinic.admits()
    await patient.says(CALM)
    for _ in range(40):
        await clinic.resumes(seconds=61)
    assert await patient.states() == ["received"]
    await patient.has_no_case()
    clinic.rasa.silent = False
    await clinic.resumes(seconds=61)
    await patient.hears("kept", kind="prepared")
    await heard_late(patient, f"You said: {CALM}")


async def test_a_fault_in_the_app_itself_is_told_and_holds_nobody_up_for_ever(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = await clinic.admits()

    async def breaks(*_: object, **__: object) -> None:
        raise KeyError("a script that is no longer there")

    with monkeypatch.context() as patched:
        patched.setattr("interlude.practice.ask_again", breaks)
        await patient.says("first")
    await patient.hears("kept", kind="prepared")
    await clinic.resumes(seconds=60)
    await heard_late(patient, "You said: first")


async def test_very_long_messages_are_kept_whole_and_screened_whole(clinic: Clinic) -> None:
    patient = await clinic.admits()
    text = "I had a long walk today. " * 400 + EMERGENCY
    taken = await patient.says(text)
    await patient.hears("911", kind="crisis")
    async with clinic.store.read() as db:
        line = await messages.line(db, taken.message_id)
    assert line is not None
    assert line.text == text
    await patient.hears_anything()


@pytest.mark.parametrize("text", ["ok \ud83d", "a\x00b", "\u202edlrow", "🫥" * 500])
async def test_odd_characters_are_received_and_answered(clinic: Clinic, text: str) -> None:
    patient = await clinic.admits()
    await patient.says(text)
    assert await patient.states() == ["answered"]
    first, *_ = await patient.lines()
    assert first.text == text
    await patient.hears_anything()
