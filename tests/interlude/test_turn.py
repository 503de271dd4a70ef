"""What the turn tells the screen and Rasa, and whom it wakes: through the real app, on both databases."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

from support.actors import CALM, EMERGENCY, URGENT, Clinic
from support.rasa import Ask

from interlude.message import Level, Screened, Verdict
from interlude.store import people
from interlude.turn import Turn

NOTHING_KNOWN = Screened()


class Notes:
    """A screen that finds nothing and notes what it was told."""

    def __init__(self) -> None:
        self.told: list[Screened] = []

    def screen(self, text: str, known: Screened = NOTHING_KNOWN) -> Verdict:
        self.told.append(known)
        return Verdict(Level.URGENT if text == URGENT else Level.NONE)


async def test_the_screen_is_told_what_raises_a_level(clinic: Clinic) -> None:
    notes = Notes()
    clinic.app = clinic.process(screens=notes)
    patient = await clinic.admits()
    await patient.sends("one")
    assert notes.told[-1] == NOTHING_KNOWN
    async with clinic.store.begin() as db:
        await people.add_session_date(db, patient.id, clinic.clock() - timedelta(hours=5))
        await people.add_session_date(db, patient.id, clinic.clock() + timedelta(hours=50))
        (await people.patient(db, patient.id)).facts = ["prior_attempt"]
    clinic.rasa.understands("my mood is 3", "log_mood")
    await patient.says("my mood is 3")
    await patient.sends(URGENT)
    await patient.sends("four")
    known = notes.told[-1]
    assert known.previous == ("one", "my mood is 3", URGENT)
    assert known.mood == 3
    assert known.open_level is Level.URGENT
    assert known.recent_case
    assert known.hours_since_session == 5
    assert known.facts == {"prior_attempt"}
    await patient.hears_anything()


async def test_only_the_last_five_messages_are_screened_together(clinic: Clinic) -> None:
    notes = Notes()
    clinic.app = clinic.process(screens=notes)
    patient = await clinic.admits()
    for number in range(8):
        await patient.sends(str(number))
    assert notes.told[-1].previous == ("2", "3", "4", "5", "6")


async def test_a_case_long_past_no_longer_raises_a_level(clinic: Clinic) -> None:
    notes = Notes()
    clinic.app = clinic.process(screens=notes)
    patient = await clinic.admits()
    await patient.sends(URGENT)
    await clinic.ada.acknowledges(patient)
    await clinic.ada.resolves(patient)
    clinic.clock.passes(days=13)
    await patient.sends("still recent")
    assert (notes.told[-1].recent_case, notes.told[-1].open_level) == (True, Level.NONE)
    clinic.clock.passes(days=2)
    await patient.sends("long past")
    assert not notes.told[-1].recent_case
    await patient.hears_anything()


async def test_rasa_is_told_everything_a_turn_needs(clinic: Clinic) -> None:
    patient = await clinic.admits()
    taken = await patient.says(CALM)
    (ask,) = clinic.rasa.asked
    assert ask.text == CALM
    assert ask.metadata == {
        "message_id": taken.message_id,
        "patient_id": patient.id,
        "level": "none",
        "script": None,
        "phase": "between",
        "mode": "normal",
        "choice": None,
        "now": clinic.clock().isoformat(),
        "crisis_replied": False,
    }
    await patient.hears_anything()


async def test_rasa_is_told_the_open_question_the_tap_and_the_phase(clinic: Clinic) -> None:
    patient = await clinic.admits()
    async with clinic.store.begin() as db:
        await people.add_session_date(db, patient.id, clinic.clock() + timedelta(days=3))
    clinic.rasa.understands("grounding please", "start_grounding")
    await patient.says("grounding please")
    await patient.taps("Skip")
    known = clinic.rasa.asked[-1].metadata
    assert known["phase"] == "prep"
    assert known["choice"] == "skip"
    assert known["script"]["name"] == "grounding_54321"
    assert set(known["script"]) == {"name", "step", "kind"}
    await patient.hears_anything()


async def test_rasa_is_told_of_safety_mode_and_that_the_words_were_said(clinic: Clinic) -> None:
    patient = await clinic.admits()
    await patient.says(EMERGENCY)
    known = clinic.rasa.asked[-1].metadata
    assert (known["level"], known["mode"], known["crisis_replied"]) == ("emergency", "safety", True)
    await patient.hears_anything()


async def test_every_message_is_a_conversation_of_its_own(clinic: Clinic) -> None:
    """Rasa's cost grows with a conversation, and it keeps nothing that matters."""
    patient = await clinic.admits()
    for number in range(3):
        await patient.says(f"message {number}")
    assert len({ask.conversation for ask in clinic.rasa.asked}) == 3
    await patient.hears_anything()


async def test_streams_are_woken_and_typing_is_shown_only_while_asking(clinic: Clinic) -> None:
    patient = await clinic.admits()
    seen: list[object] = []
    turn = Turn(
        clinic.store,
        Notes(),
        clinic.rasa,
        clinic.app.scripts,
        clinic.clock,
        said=lambda who: seen.append(("said", who == patient.id)),
        typing=lambda _who, on: seen.append(on),
        opened=lambda: seen.append("opened"),
    )
    clinic.app.turn = turn
    await patient.says(CALM)
    assert seen == [("said", True), True, False, ("said", True)]
    seen.clear()
    clinic.rasa.silent = True
    await patient.says(CALM)
    assert seen == [("said", True), True, False, ("said", True)]
    seen.clear()
    await patient.sends(URGENT)
    assert seen == [("said", True), "opened"]
    await patient.hears_anything()


async def test_one_patients_trouble_does_not_stop_the_others_being_taken_up(clinic: Clinic) -> None:
    first, second = await clinic.admits("Robin"), await clinic.admits("Sasha")
    await first.sends("broken")
    await second.sends("fine")

    class Cut(BaseException):
        pass

    async def cuts(ask: Ask) -> None:
        if ask.text == "broken":
            raise Cut

    clinic.rasa.before_answer = cuts
    assert await clinic.app.turn.resume() == 2
    assert await second.states() == ["answered"]
    clinic.rasa.before_answer = None
    await clinic.resumes(seconds=61)
    assert await first.states() == ["answered"]
    await first.hears("You said: broken")
    await second.hears("You said: fine")


async def test_the_event_loop_is_not_held_by_the_screening_of_a_long_text(clinic: Clinic) -> None:
    threads: list[str] = []

    class Where(Notes):
        def screen(self, text: str, known: Screened = NOTHING_KNOWN) -> Verdict:
            threads.append(threading.current_thread().name)
            return super().screen(text, known)

    clinic.app = clinic.process(screens=Where())
    patient = await clinic.admits()
    await patient.sends("short")
    await patient.sends("long " * 1000)
    main = threading.main_thread().name
    assert threads[0] == main
    assert threads[1] != main
    await asyncio.sleep(0)
