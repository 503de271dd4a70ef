"""What the console's lists show, read from the store: the queue, the patients, the risk marks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from interlude.escalation.ladder import ACKNOWLEDGE_WITHIN
from interlude.message import Level, highest
from interlude.store import audit, cases, people
from interlude.store.tables import (
    Audit,
    Case,
    Clinic,
    Clinician,
    Message,
    Mood,
    Patient,
    SessionDate,
    VerdictRow,
)

#: A watch that hasn't run for so long can't be trusted to page anybody.
LATE_AFTER_SECONDS = 60


@dataclass(frozen=True)
class Entry:
    """A case in the queue. `deadline` is None once nobody needs to acknowledge it."""

    case: Case
    level: Level
    patient: Patient
    deadline: datetime | None
    acknowledged_by: str
    resolved_by: str


@dataclass(frozen=True)
class Person:
    """A patient in the list."""

    patient: Patient
    name: str | None
    case: Case | None
    last_message: datetime | None
    last_mood: int | None
    last_session: datetime | None


@dataclass(frozen=True)
class Mark:
    """A message with a risk verdict."""

    message_id: int
    at: datetime
    level: Level


async def names(db: AsyncSession, clinic_id: int) -> dict[int, str]:
    """Every clinician of the clinic by id, those who left included."""
    found = select(Clinician).where(Clinician.clinic_id == clinic_id)
    return {who.id: full_name(who) for who in await db.scalars(found)}


def full_name(clinician: Clinician) -> str:
    """Name and credentials, as patients and colleagues read it."""
    return f"{clinician.name}, {clinician.credentials}" if clinician.credentials else clinician.name


def deadline(case: Case) -> datetime | None:
    """When the case should be acknowledged; None when it is, or is resolved."""
    within = ACKNOWLEDGE_WITHIN.get(Level(case.level))
    waiting = case.state in cases.UNACKNOWLEDGED and within is not None
    return case.ladder_from + within if waiting and within is not None else None


async def queue(db: AsyncSession, clinic: Clinic) -> list[Entry]:
    """The clinic's unresolved cases: the most urgent first, then those waiting by deadline, then those
    somebody has."""
    entries = await _entries(db, clinic, await cases.queue(db, clinic.id))
    return sorted(
        entries,
        key=lambda entry: (
            -entry.level.rank,
            entry.deadline is None,
            entry.deadline or entry.case.opened_at,
            entry.case.id,
        ),
    )


async def lately_resolved(db: AsyncSession, clinic: Clinic, limit: int = 20) -> list[Entry]:
    """The clinic's last resolved cases, newest first."""
    return await _entries(db, clinic, await cases.queue(db, clinic.id, resolved=True, limit=limit))


async def _entries(db: AsyncSession, clinic: Clinic, found: list[Case]) -> list[Entry]:
    known = {patient.id: patient for patient in await people.patients(db, clinic.id)}
    who = await names(db, clinic.id)
    return [
        Entry(
            case,
            Level(case.level),
            known[case.patient_id],
            deadline(case),
            who.get(case.acknowledged_by or 0, ""),
            who.get(case.resolved_by or 0, ""),
        )
        for case in found
    ]


async def watch_late(db: AsyncSession, now: datetime) -> bool:
    """True when the paging clock hasn't run for a minute, or never ran."""
    beat = await audit.last_beat(db, "watch")
    return beat is None or (now - beat).total_seconds() > LATE_AFTER_SECONDS


async def left_unanswered(db: AsyncSession, clinic_id: int) -> list[tuple[Patient, datetime, int]]:
    """Patients with a message the assistant gave up on (`set_aside`) and no clinician's answer after it:
    (patient, time, message id) of the newest such message."""
    answered = (
        select(func.max(Message.id))
        .where(Message.patient_id == Patient.id, Message.author == "clinician")
        .correlate(Patient)
        .scalar_subquery()
    )
    found = (
        select(Patient, func.max(Message.at), func.max(Message.id))
        .join(Message, Message.patient_id == Patient.id)
        .where(
            Patient.clinic_id == clinic_id,
            Message.state == "set_aside",
            Message.id > func.coalesce(answered, 0),
        )
        .group_by(Patient.id)
    )
    rows = (await db.execute(found)).all()
    return sorted(((row[0], row[1], row[2]) for row in rows), key=lambda row: row[1])


async def patient_list(db: AsyncSession, clinic: Clinic, now: datetime) -> list[Person]:
    """The clinic's patients by pseudonym, each with what was last heard."""
    patients = await people.patients(db, clinic.id)
    mine = select(Patient.id).where(Patient.clinic_id == clinic.id)
    heard = select(Message.patient_id, func.max(Message.at)).where(
        Message.author == "patient", Message.patient_id.in_(mine)
    )
    last_message = {row[0]: row[1] for row in await db.execute(heard.group_by(Message.patient_id))}
    newest = select(func.max(Mood.id)).where(Mood.patient_id.in_(mine)).group_by(Mood.patient_id)
    moods = {
        mood.patient_id: mood.score for mood in await db.scalars(select(Mood).where(Mood.id.in_(newest)))
    }
    held = select(SessionDate.patient_id, func.max(SessionDate.at)).where(
        SessionDate.patient_id.in_(mine), SessionDate.at <= now
    )
    sessions = {row[0]: row[1] for row in await db.execute(held.group_by(SessionDate.patient_id))}
    unresolved = {case.patient_id: case for case in await cases.queue(db, clinic.id)}
    return [
        Person(
            patient,
            people.name_of(db, patient),
            unresolved.get(patient.id),
            last_message.get(patient.id),
            moods.get(patient.id),
            sessions.get(patient.id),
        )
        for patient in patients
    ]


async def risk_marks(db: AsyncSession, patient_id: str, limit: int = 200) -> list[Mark]:
    """The patient's messages at routine or above by either opinion, newest first."""
    found = (
        select(Message.id, Message.at, VerdictRow.level)
        .join(VerdictRow, VerdictRow.message_id == Message.id)
        .where(Message.patient_id == patient_id, VerdictRow.level != Level.NONE)
        .order_by(Message.id.desc())
        .limit(limit)
    )
    marks: dict[int, Mark] = {}
    for message_id, at, level in await db.execute(found):
        before = marks.get(message_id)
        marks[message_id] = Mark(
            message_id, at, highest(Level(level), before.level if before else Level.NONE)
        )
    return list(marks.values())


async def seen_by(db: AsyncSession, patient_id: str, limit: int = 50) -> list[Audit]:
    """Who looked at or changed anything of this patient, newest first."""
    return await audit.entries(db, patient_id=patient_id, limit=limit)
