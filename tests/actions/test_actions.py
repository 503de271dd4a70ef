"""The custom actions, asked as Rasa asks them: what they do, say and keep."""

from __future__ import annotations

from typing import Any

import pytest
from support.actors import CALM, URGENT, Clinic, Patient
from support.rasa import run_action

from interlude.dialogue import read_answer
from interlude.message import Reply


class Asks:
    """A patient whose messages go to one action, without a gate between."""

    def __init__(self, clinic: Clinic, patient: Patient) -> None:
        self.clinic, self.patient = clinic, patient

    async def __call__(self, intent: str, text: str) -> tuple[Reply, ...]:
        taken = await self.patient.sends(text)
        return await self.again(intent, text, taken.message_id)

    async def again(self, intent: str, text: str, message_id: int, **more: Any) -> tuple[Reply, ...]:
        metadata = {"message_id": message_id, "now": self.clinic.clock().isoformat(), **more}
        parts = await run_action(self.clinic.store, self.clinic.app.scripts, intent, text, metadata)
        return read_answer(parts).replies if parts else ()


@pytest.fixture
async def patient(clinic: Clinic) -> Patient:
    return await clinic.admits()


@pytest.fixture
def asks(clinic: Clinic, patient: Patient) -> Asks:
    return Asks(clinic, patient)


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("my mood is 6", 6), ("mood: 10/10", 10), ("7", 7), ("seven", 7), ("feeling about a 4 today", 4),
        ("I'd say 8 out of 10", 8), ("rate it 3", 3),
    ],
)  # fmt: skip
async def test_a_stated_mood_is_noted_at_once(asks: Asks, patient: Patient, text: str, score: int) -> None:
    (said, *_) = await asks("log_mood", text)
    assert f"{score} out of 10" in said.text
    assert await patient.moods() == [score]


@pytest.mark.parametrize("text", ["I slept 7 hours", "log my mood", "mood 14", "we were 4 people at dinner"])
async def test_a_number_that_is_no_rating_is_asked_for(asks: Asks, patient: Patient, text: str) -> None:
    said = await asks("log_mood", text)
    assert await patient.moods() == []
    assert await patient.script() == ("mood_checkin", "mood_score", "running")
    assert "?" in said[-1].text


@pytest.mark.parametrize("score", [0, 1, 2])
async def test_a_very_low_mood_is_followed_by_the_direct_question(
    asks: Asks, patient: Patient, score: int
) -> None:
    said = await asks("log_mood", f"my mood is {score}")
    assert await patient.moods() == [score]
    assert "killing yourself?" in said[-1].text
    assert await patient.script() == ("safety_check", "q1", "running")


async def test_a_mood_of_three_is_not(asks: Asks, patient: Patient) -> None:
    await asks("log_mood", "my mood is 3")
    assert await patient.script() is None


async def test_asking_again_for_one_message_does_and_says_the_same(
    clinic: Clinic, asks: Asks, patient: Patient
) -> None:
    taken = await patient.sends("grounding please")
    first = await asks.again("start_grounding", "grounding please", taken.message_id)
    place = await patient.script()
    clinic.clock.passes(minutes=5)
    second = await asks.again("start_grounding", "grounding please", taken.message_id)
    assert first == second
    assert await patient.script() == place
    taken = await patient.sends("skip")
    first = await asks.again("skip", "skip", taken.message_id)
    moved = await patient.script()
    assert moved != place
    second = await asks.again("skip", "skip", taken.message_id)
    assert (first, await patient.script()) == (second, moved)


async def test_the_trend_shows_the_last_moods_with_their_days(clinic: Clinic, asks: Asks) -> None:
    (nothing,) = await asks("mood_trend", "how was my mood")
    assert nothing.custom is None
    for score in (3, 5, 7):
        await asks("log_mood", f"my mood is {score}")
        clinic.clock.passes(days=1)
    (said,) = await asks("mood_trend", "how was my mood")
    assert said.text.endswith("3 on 23 Nov, 5 on 24 Nov, 7 on 25 Nov.")
    assert said.custom is not None
    assert [point["value"] for point in said.custom["points"]] == [3, 5, 7]


async def test_the_days_of_the_trend_are_the_patients_own(clinic: Clinic) -> None:
    patient = await clinic.admits("Sasha", country="NZ", timezone="Pacific/Auckland")
    asks = Asks(clinic, patient)
    clinic.clock.passes(hours=2)  # noon in UTC, past midnight there
    await asks("log_mood", "my mood is 5")
    (said,) = await asks("mood_trend", "how was my mood")
    assert "5 on 24 Nov" in said.text


@pytest.mark.parametrize("intent", ["answer_step", "skip", "stop_or_cancel", "resume"])
async def test_with_nothing_open_there_is_nothing_to_move(asks: Asks, intent: str) -> None:
    (said,) = await asks(intent, "back")
    assert "nothing open" in said.text
    assert said.choices


async def test_another_exercise_keeps_the_first_for_later(asks: Asks, patient: Patient) -> None:
    await asks("start_grounding", "grounding please")
    await asks("start_reframe", "I want to look at a thought")
    script = await patient.script()
    assert script is not None
    assert script[0].startswith("thought_record")
    await asks("stop_or_cancel", "stop")
    await asks("resume", "resume")
    script = await patient.script()
    assert script is not None
    assert (script[0], script[2]) == ("grounding_54321", "running")


@pytest.mark.parametrize("intent", ["start_grounding", "log_mood", "resume", "mood_trend"])
async def test_nothing_starts_while_a_case_is_open(asks: Asks, patient: Patient, intent: str) -> None:
    await patient.sends(URGENT)
    script = await patient.script()
    taken = await patient.sends("my mood is 6")
    (said,) = await asks.again(intent, "my mood is 6", taken.message_id)
    assert "what matters most" in said.text
    assert await patient.moods() == []
    running = await patient.script()
    assert running is not None
    assert script is not None
    assert running[0] == script[0] == "safety_check"
    await patient.hears_anything()


async def test_wanting_a_person_is_noted_and_not_promised(asks: Asks, patient: Patient) -> None:
    (said,) = await asks("talk_to_human", "can I talk to somebody")
    assert "next working day" in said.text
    assert "555-0142" in said.text
    case = await patient.case()
    assert (case.level, case.categories, case.next_page_at) == ("routine", ["R24"], None)


async def test_a_second_opinion_opens_one_urgent_case_and_says_nothing_twice(
    clinic: Clinic, asks: Asks, patient: Patient
) -> None:
    taken = await patient.sends(CALM)
    for _ in range(2):
        assert await asks.again("crisis", CALM, taken.message_id) == ()
    case = await patient.case()
    assert (case.level, case.state) == ("urgent", "open")
    assert await patient.moves() == ["opened"]


async def test_a_message_of_nobody_is_refused(asks: Asks) -> None:
    with pytest.raises(Exception, match="isn't in the store"):
        await asks.again("log_mood", "my mood is 6", 999_999)
    with pytest.raises(Exception, match="without a message id"):
        await asks.again("log_mood", "my mood is 6", None)  # type: ignore[arg-type]
