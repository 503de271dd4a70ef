"""The receipt: what a patient is told about who has seen what. Read from the rows, never assumed.

States: `none` nothing is open · `noted` written down, no page has left · `alerting` a page has left ·
`unreached` paging failed so far · `exhausted` everybody was paged, nobody answered · `seen` a named
clinician acknowledged · `resolved` a clinician closed the last case.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from interlude.escalation import directory, words
from interlude.message import Level, Reply
from interlude.store import cases, messages, people
from interlude.store.tables import Case, CaseMove, Message, Patient

#: receipt state -> key in content/wording/receipts.yml
_WORDS = {
    "noted": "noted",
    "alerting": "alerting",
    "unreached": "nobody_paged",
    "exhausted": "exhausted",
    "seen": "seen",
    "resolved": "resolved",
}

#: the same, as the short sentence inside a crisis reply
_STATUS = {**_WORDS, "unreached": "reaching_nobody", "exhausted": "nobody_yet"}


async def state_of(db: AsyncSession, case: Case) -> str:
    """The receipt's state for one case."""
    if case.state == "resolved":
        return "resolved"
    if case.state == "acknowledged":
        return "seen"
    if case.state == "exhausted":
        return "exhausted"
    tried = [page for page in await cases.pages(db, case.id) if page.at >= case.ladder_from]
    if any(page.state == "sent" for page in tried):
        return "alerting"
    return "unreached" if tried else "noted"


async def fills(db: AsyncSession, patient: Patient, case: Case | None, now: datetime) -> dict[str, str]:
    """What stands for the placeholders of a text to this patient, true at this moment."""
    clinic = await people.clinic_of(db, patient)
    card = directory.card(patient.country, now, patient.timezone, patient.language)
    by = None
    if case is not None and case.acknowledged_by is not None:
        clinician = await people.clinician(db, case.acknowledged_by)
        by = clinician.name if clinician else None
    base = words.fills(card, clinic.name, clinic.phone, "", by)
    status = ""
    if case is not None and case.state != "resolved" and Level(case.level).alerts:
        status = words.say("receipts", _STATUS[await state_of(db, case)], base, 0)
    return words.fills(card, clinic.name, clinic.phone, status, by)


async def tell(db: AsyncSession, case: Case, state: str, now: datetime) -> Message | None:
    """Say a new receipt to the patient, in the transaction that made it true.

    Routine cases are told at once when they open and need no more messages.
    """
    if not Level(case.level).alerts:
        return None
    patient = await people.lock(db, case.patient_id)
    text = words.say("receipts", _WORDS[state], await fills(db, patient, case, now), case.step)
    return await messages.say(db, patient.id, Reply(text, kind="receipt"), now, case_id=case.id)


async def receipt(db: AsyncSession, patient: Patient, now: datetime) -> dict[str, Any]:
    """The receipt as the widget shows it: {state, level, text, by, at, messages: [vendor ids]}."""
    case = await cases.last(db, patient.id)
    if case is None:
        return {"state": "none", "level": "none", "text": "", "by": None, "at": None, "messages": []}
    state = await state_of(db, case)
    filled = await fills(db, patient, case, now)
    concerned = select(Message.vendor_id).join(CaseMove, CaseMove.message_id == Message.id)
    concerned = concerned.where(CaseMove.case_id == case.id, CaseMove.move.in_(("opened", "evidence")))
    if state in ("seen", "resolved"):
        concerned = concerned.where(CaseMove.at <= (case.acknowledged_at or case.resolved_at))
    by = None
    if state == "seen":
        by = filled.get("clinician")
    return {
        "state": state,
        "level": case.level,
        "text": words.say("receipts", _WORDS[state], filled, 0),
        "by": by,
        "at": (case.resolved_at or case.acknowledged_at or case.last_page_at or case.opened_at).isoformat(),
        "messages": sorted({vendor for vendor in await db.scalars(concerned) if vendor}),
    }
