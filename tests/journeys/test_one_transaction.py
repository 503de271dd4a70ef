"""Message, verdict, case and crisis reply are kept together or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from support.actors import EMERGENCY, Clinic

from interlude.escalation import case
from interlude.store import cases, messages, runs

WRITTEN = ("messages", "verdicts", "cases", "case_moves", "runs", "moods", "pages", "audit")


class Crash(Exception):
    pass


def crashing_after(really: Callable[..., Any]) -> Callable[..., Any]:
    async def does_it_and_crashes(*arguments: Any, **named: Any) -> None:
        await really(*arguments, **named)
        raise Crash

    return does_it_and_crashes


async def rows(clinic: Clinic) -> dict[str, int]:
    async with clinic.store.read() as db:
        return {
            table: (await db.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() for table in WRITTEN
        }


@pytest.mark.parametrize(
    ("module", "function"),
    [(messages, "receive"), (messages, "add_verdict"), (cases, "add_move"), (case, "open_or_raise"),
     (messages, "say")],
)  # fmt: skip
async def test_a_failure_after_any_part_leaves_nothing_and_a_repeat_gets_everything(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, module: Any, function: str
) -> None:
    patient = await clinic.admits()
    with monkeypatch.context() as patched:
        patched.setattr(module, function, crashing_after(getattr(module, function)))
        with pytest.raises(Crash):
            await patient.sends(EMERGENCY, client_id="one")
    assert set((await rows(clinic)).values()) == {0}
    taken = await patient.sends(EMERGENCY, client_id="one")
    assert taken.new
    await patient.hears("911", kind="crisis")
    assert (await patient.case()).level == "emergency"


@pytest.mark.parametrize("function", ["keep"])
async def test_a_failure_while_a_script_is_set_aside_leaves_everything_as_it_was(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    patient = await clinic.admits()
    clinic.rasa.understands("grounding please", "start_grounding")
    await patient.says("grounding please")
    await patient.hears_anything()
    before, script = await rows(clinic), await patient.script()
    with monkeypatch.context() as patched:
        patched.setattr(runs, function, crashing_after(getattr(runs, function)))
        with pytest.raises(Crash):
            await patient.sends(EMERGENCY, client_id="one")
    assert await rows(clinic) == before
    assert await patient.script() == script


async def test_a_failure_while_the_answer_is_written_leaves_the_message_to_be_asked_again(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = await clinic.admits()
    await patient.sends("hello")
    with monkeypatch.context() as patched:
        patched.setattr(messages, "say", crashing_after(messages.say))
        with pytest.raises(Crash):
            # Saying that it failed fails as well: the database is gone, say.
            await clinic.app.turn.answer(patient.id)
    assert await patient.states() == ["received"]
    await patient.hears_nothing()
    await clinic.resumes(seconds=60)
    await patient.hears("You said: hello")
    assert await patient.states() == ["answered"]
