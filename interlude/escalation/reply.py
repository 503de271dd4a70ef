"""The crisis reply: chosen by level and category, filled with the patient's own country's numbers and
the true state of the alert. Needs the store and the content, never Rasa."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from interlude.escalation import receipt, words
from interlude.message import Choice, Level, Reply
from interlude.store.tables import Case, Patient

#: Values of the three buttons of safety mode (clinical specification 5.5); a tap comes back as one.
CALLED, WITH_SOMEONE, NEED_HELP = "safety_called", "safety_with_someone", "safety_need_help_now"
BUTTONS = (
    Choice("I called", CALLED),
    Choice("I'm with someone", WITH_SOMEONE),
    Choice("I need help now", NEED_HELP),
)

#: Emergency wordings by category, most bodily first: a merged emergency shows the medical number first.
_EMERGENCY = (
    (("R05",), "emergency_overdose"),
    (("R09",), "emergency_medical"),
    (("R07",), "emergency_abuse"),
    (("R06", "R08"), "emergency_others"),
)

#: Urgent for the clinic today rather than heavy to carry: mania, dissociation, substances, not eating,
#: medicines, pregnancy.
_BODILY = frozenset({"R09", "R11", "R12", "R13", "R15", "R16", "R19"})


async def crisis_reply(
    db: AsyncSession,
    patient: Patient,
    case: Case,
    now: datetime,
    *,
    level: Level,
    categories: Iterable[str],
    again: int = 0,
    because: Literal["words", "classifier", "failed"] = "words",
) -> Reply:
    """What is said at once to an urgent or emergency message.

    `again` counts the crisis replies this case has had already; `because` says whether the patient's
    words, only the statistical opinion, or a broken screen asked for it.
    """
    filled = await receipt.fills(db, patient, case, now)
    categories_of = set(categories)
    if level is Level.EMERGENCY:
        key = "emergency_again" if again else _first_emergency(categories_of)
        if key == "emergency_overdose" and "poison_line" in filled:
            key = "emergency_overdose_with_poison"
        return Reply(words.say("crisis", key, filled, again), BUTTONS, kind="crisis")
    if because == "failed":
        key = "screening_failed"
    elif because == "classifier":
        key = "second_opinion"
    elif not again and categories_of and categories_of <= _BODILY:
        key = "urgent_clinic_today"
    else:
        key = "urgent_again" if again else "urgent_first"
    return Reply(words.say("crisis", key, filled, again), kind="crisis")


async def safety_words(
    db: AsyncSession, patient: Patient, case: Case, now: datetime, key: str, turn: int
) -> Reply:
    """What safety mode says to anything that is not a new risk: numbers, true status, three buttons."""
    filled = await receipt.fills(db, patient, case, now)
    return Reply(words.say("crisis", key, filled, turn), BUTTONS, kind="crisis")


async def routine_words(db: AsyncSession, patient: Patient, case: Case, now: datetime, turn: int) -> Reply:
    """What is said when something is noted for the team and nobody is paged."""
    filled = await receipt.fills(db, patient, case, now)
    return Reply(words.say("crisis", "routine_noted", filled, turn), kind="crisis")


def _first_emergency(categories: set[str]) -> str:
    for group, key in _EMERGENCY:
        if categories & set(group):
            return key
    return "emergency_first"
