"""What a clinician does with a case: acknowledge, answer, resolve. Each is one transaction that changes
the case, tells the patient and writes the audit trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interlude.escalation import receipt
from interlude.escalation.case import CHECK, CHECK_EMERGENCY
from interlude.message import InterludeError, Level, Reply
from interlude.store import audit, cases, messages, people, runs
from interlude.store.database import Store
from interlude.store.tables import Case, Clinician

#: How a case may end (clinical specification 6.2): code -> what the clinician reads.
DISPOSITIONS = {
    "safe_with_plan": "Safe, with a plan",
    "crisis_team": "Handed to a crisis team",
    "emergency_services": "Emergency services",
    "hospital": "In hospital",
    "not_reached_handed_over": "Not reached, handed over",
    "false_alarm": "False alarm",
    "test": "Test",
}


class NotPossible(InterludeError):
    """What was asked of a case can't be done now; the text says why."""


async def acknowledge(
    store: Store, case_id: int, clinician: Clinician, now: datetime, note: str = ""
) -> None:
    """ "I have it": stops the paging, not the clock. Raises NotPossible if somebody else was first."""
    async with store.begin() as db:
        case = await _own_case(db, case_id, clinician)
        if case.state == "resolved":
            raise NotPossible("This case is already resolved.")
        if case.state == "acknowledged":
            raise NotPossible("This case is already acknowledged.")
        case.state = "acknowledged"
        case.acknowledged_at, case.acknowledged_by = now, clinician.id
        case.next_page_at = case.lease_until = None
        await cases.add_move(db, case, "acknowledged", now, clinician_id=clinician.id, note=note or None)
        await receipt.tell(db, case, "seen", now)
        await _note(db, now, "acknowledge", clinician, case)


async def answer(store: Store, patient_id: str, clinician: Clinician, text: str, now: datetime) -> None:
    """Write to the patient, under the clinician's name. Raises NotPossible for an empty text."""
    said = text.strip()
    if not said:
        raise NotPossible("The answer is empty; write what the patient should read.")
    if len(said) > 4000:
        raise NotPossible(f"The answer has {len(said)} characters; at most 4,000 can be sent at once.")
    async with store.begin() as db:
        patient = await people.lock(db, patient_id)
        if patient.clinic_id != clinician.clinic_id:
            raise NotPossible("This patient belongs to another clinic.")
        case = await cases.unresolved(db, patient_id)
        case_id = case.id if case else None
        await messages.say(db, patient_id, Reply(said), now, clinician_id=clinician.id, case_id=case_id)
        if case is not None:
            await cases.add_move(db, case, "answered", now, clinician_id=clinician.id)
        await audit.note(
            db,
            now,
            "answer",
            clinician_id=clinician.id,
            patient_id=patient_id,
            detail=f"case {case_id or '-'}",
        )


async def resolve(
    store: Store,
    case_id: int,
    clinician: Clinician,
    now: datetime,
    *,
    disposition: str,
    summary: str,
    action: str,
    follow_up: str,
) -> None:
    """Close the case with a disposition and the clinician's words; the patient's features return.

    Raises NotPossible when a word is missing, or the case was never acknowledged or is resolved.
    """
    if disposition not in DISPOSITIONS:
        raise NotPossible("Choose how the case ended.")
    for name, value in (("risk summary", summary), ("action", action), ("follow-up", follow_up)):
        if not value.strip():
            raise NotPossible(f"The {name} is missing; a case is resolved with all three.")
    async with store.begin() as db:
        case = await _own_case(db, case_id, clinician)
        if case.state == "resolved":
            raise NotPossible("This case is already resolved.")
        if case.state != "acknowledged":
            raise NotPossible("Acknowledge the case first; then it can be resolved.")
        case.state = "resolved"
        case.resolved_at, case.resolved_by, case.disposition = now, clinician.id, disposition
        case.next_page_at = case.lease_until = None
        note = f"Risk: {summary.strip()}\nAction: {action.strip()}\nFollow-up: {follow_up.strip()}"
        await cases.add_move(
            db, case, "resolved", now, clinician_id=clinician.id, detail=disposition, note=note
        )
        await _end_check(db, case, now)
        await receipt.tell(db, case, "resolved", now)
        await _note(db, now, "resolve", clinician, case)


async def _own_case(db: AsyncSession, case_id: int, clinician: Clinician) -> Case:
    found = await cases.get(db, case_id)
    if found is None:
        raise NotPossible("There is no such case.")
    patient = await people.lock(db, found.patient_id)
    case = await cases.get(db, case_id, lock=True)
    if case is None or patient.clinic_id != clinician.clinic_id:
        raise NotPossible("There is no such case.")
    return case


async def _end_check(db: AsyncSession, case: Case, now: datetime) -> None:
    row = await runs.running(db, case.patient_id)
    if row is not None and row.script in (CHECK, CHECK_EMERGENCY):
        await runs.keep(db, case.patient_id, {**runs.walked(db, row), "state": "stopped"}, now, row=row)


async def _note(db: AsyncSession, now: datetime, deed: str, clinician: Clinician, case: Case) -> None:
    await audit.note(
        db,
        now,
        deed,
        clinician_id=clinician.id,
        patient_id=case.patient_id,
        detail=f"case {case.id}, {Level(case.level)}",
    )
