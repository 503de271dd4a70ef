"""Safety mode: what is said while an urgent or emergency case is open, without Rasa.

Part of the transaction that receives the message. The first risk gets the crisis reply; for urgent the
direct questions follow (a script), for emergency help comes first and the two short questions after the
patient's next message. Nothing else is offered until a clinician resolves the case (clinical
specification 5.5, resume rule).
"""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from interlude import practice
from interlude.escalation import case as case_moves
from interlude.escalation import reply
from interlude.escalation.case import CHECK, CHECK_EMERGENCY
from interlude.message import Level, Reply, Verdict
from interlude.scripts.run import Answer
from interlude.store import cases, runs
from interlude.store.tables import Case, Message, Patient, ScriptRun

#: Danger to oneself: only there the emergency check's "what you thought of using" makes sense.
_OF_ONESELF = frozenset({"R01", "R02", "R03", "R04", "R18", "R22"})

#: "I was joking", "forget it": thanked, never believed (5.3 Retraction).
_RETRACTION = re.compile(
    r"\b(forget (it|that|what)|never ?mind|just (kidding|joking)|i was (only )?(joking|kidding)|"
    r"(didn'?t|did not) mean (it|that)|take (it|that) back|ignore (that|what i))\b",
    re.IGNORECASE,
)


async def first_words(
    db: AsyncSession,
    scripts: practice.Scripts,
    patient: Patient,
    message: Message,
    verdict: Verdict,
    case: Case,
    now: datetime,
    *,
    because_classifier: bool = False,
) -> list[Reply]:
    """The reply to a message that is itself urgent or an emergency."""
    again = await _crisis_replies(db, case)
    said = [
        await reply.crisis_reply(
            db,
            patient,
            case,
            now,
            level=verdict.level,
            categories=verdict.categories,
            again=again,
            because="failed" if verdict.failed else ("classifier" if because_classifier else "words"),
        )
    ]
    running = await runs.running(db, patient.id)
    if running is not None and running.script not in (CHECK, CHECK_EMERGENCY):
        await practice.pause(db, patient.id, now)
        running = None
    if verdict.level is Level.EMERGENCY:
        # Help first: the emergency questions wait for the patient's next message.
        await practice.pause(db, patient.id, now)
    elif running is not None:
        said += await practice.ask_again(db, scripts, patient.id, message)
    elif not await _asked(db, case, CHECK):
        said += await practice.begin(db, scripts, patient, message, CHECK, now)
    return said


async def next_words(
    db: AsyncSession,
    scripts: practice.Scripts,
    patient: Patient,
    message: Message,
    text: str,
    choice: str | None,
    case: Case,
    now: datetime,
) -> list[Reply]:
    """The reply to any other message while the case is open."""
    turn = await _crisis_replies(db, case)
    typed = {button.title.casefold(): button.value for button in reply.BUTTONS}
    choice = choice or typed.get(text.strip().casefold())
    if choice in (reply.CALLED, reply.WITH_SOMEONE, reply.NEED_HELP):
        if choice == reply.NEED_HELP:
            # "I need help now" is a statement of its own: never less than an emergency.
            await case_moves.open_or_raise(db, message, Level.EMERGENCY, ["R01"], now, "button need_help")
        said = [await reply.safety_words(db, patient, case, now, choice, turn)]
        running = await runs.running(db, patient.id)
        if running is not None:
            return said + await practice.ask_again(db, scripts, patient.id, message)
        return said
    if _RETRACTION.search(text):
        said = [await reply.safety_words(db, patient, case, now, "retraction", turn)]
        return said + await practice.ask_again(db, scripts, patient.id, message)
    running = await runs.running(db, patient.id)
    if running is not None and running.script in (CHECK, CHECK_EMERGENCY):
        answered = await practice.carry_on(db, scripts, patient, message, Answer(text, choice), now)
        if answered:
            return answered
    elif (
        Level(case.level) is Level.EMERGENCY
        and _OF_ONESELF & set(case.categories)
        and not await _asked(db, case, CHECK_EMERGENCY)
    ):
        said = [await reply.safety_words(db, patient, case, now, "safety_mode", turn)]
        return said + await practice.begin(db, scripts, patient, message, CHECK_EMERGENCY, now)
    return [await reply.safety_words(db, patient, case, now, "safety_mode", turn)]


async def on(db: AsyncSession, patient_id: str) -> Case | None:
    """The patient's unresolved urgent or emergency case: while there is one, safety mode is on."""
    case = await cases.unresolved(db, patient_id)
    return case if case is not None and Level(case.level).alerts else None


async def _crisis_replies(db: AsyncSession, case: Case) -> int:
    said = select(func.count()).where(
        Message.patient_id == case.patient_id, Message.kind == "crisis", Message.at >= case.opened_at
    )
    return await db.scalar(said) or 0


async def _asked(db: AsyncSession, case: Case, script: str) -> bool:
    found = select(func.count()).where(
        ScriptRun.patient_id == case.patient_id,
        ScriptRun.script == script,
        ScriptRun.started_at >= case.opened_at,
    )
    return bool(await db.scalar(found))
