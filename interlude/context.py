"""What a turn knows besides the words: for the screen, and for Rasa's gate and actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from interlude import course, practice, safety
from interlude.message import Level, Screened
from interlude.store import cases, messages, people, runs
from interlude.store.tables import Message, Patient


async def screened(db: AsyncSession, patient: Patient, message: Message | None, now: datetime) -> Screened:
    """The last messages before this one (with None, all of them), and what in the store raises a level
    (clinical specification 5.2)."""
    ratings = await runs.moods(db, patient.id, limit=1)
    recent = await cases.recent(db, patient.id, now - timedelta(days=14))
    sessions = await people.session_dates(db, patient.id)
    unresolved = await cases.unresolved(db, patient.id)
    return Screened(
        previous=tuple(await messages.said_by_patient(db, patient.id, message.id if message else None)),
        mood=ratings[-1][0].score if ratings else None,
        open_level=Level(unresolved.level) if unresolved else Level.NONE,
        recent_case=any(Level(entry.level).alerts for entry in recent),
        hours_since_session=course.hours_since(sessions, now),
        facts=frozenset(patient.facts),
    )


async def metadata(
    db: AsyncSession, scripts: practice.Scripts, message: Message, choice: str | None, now: datetime
) -> dict[str, object]:
    """Everything a turn needs, sent along to Rasa, which keeps nothing itself."""
    patient = await people.patient(db, message.patient_id)
    sessions = await people.session_dates(db, patient.id)
    found = dict((await messages.verdicts(db, [message.id])).get(message.id, []))
    said = await messages.replies_to(db, message.id)
    return {
        "message_id": message.id,
        "patient_id": patient.id,
        "level": str(found["rules"].level),
        "script": await practice.open_step(db, scripts, patient.id),
        "phase": course.phase(sessions, now, patient.timezone),
        "mode": "safety" if await safety.on(db, patient.id) else "normal",
        "choice": choice,
        "now": now.isoformat(),
        "crisis_replied": any(entry.row.kind != "prepared" for entry in said),
    }
