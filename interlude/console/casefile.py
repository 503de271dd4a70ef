"""Gathers everything a clinician must see of one case or one patient (clinical specification 6.1, 6.7)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from interlude.console import reads, transcript
from interlude.console.chart import mood_chart
from interlude.content import read
from interlude.escalation import directory, receipt
from interlude.message import Level
from interlude.store import cases, messages, people, runs
from interlude.store.tables import Case, Clinic, Patient

_SCRIPT_FOLDERS = ("exercises", "journals", "questionnaires", "checks")
_MOOD_DAYS = timedelta(days=14)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_RUNS_ON_CASE = 8
TRANSCRIPT = 100


async def case_record(
    db: AsyncSession, case: Case, patient: Patient, clinic: Clinic, now: datetime
) -> dict[str, Any]:
    """Everything of one case, for case.html and its live part."""
    names = await reads.names(db, clinic.id)
    evidence = await cases.evidence(db, case.id)
    lines = await transcript.around(db, patient.id, evidence[0] if evidence else None)
    told = await transcript.tell(db, lines, names)
    # A long case may have raised itself beyond the transcript's end.
    shown = {line.id for line in told}
    beyond = [found for i in evidence if i not in shown and (found := await messages.line(db, i))]
    told_beyond = await transcript.tell(db, beyond, names)
    past = [other for other in await cases.recent(db, patient.id, _EVER) if other.id != case.id]
    return {
        "case": case,
        "level": Level(case.level),
        "deadline": reads.deadline(case),
        # Routine cases send no receipts after the first words, so there is nothing to say of them.
        "told": await receipt.state_of(db, case) if Level(case.level).alerts else "",
        "reasons": [line for line in (*told, *told_beyond) if line.id in set(evidence)],
        "evidence_ids": set(evidence),
        "lines": told,
        "cut_short": len(lines) >= transcript.WHOLE,
        "past": past,
        "pages": await cases.pages(db, case.id),
        "moves": await cases.moves(db, case.id),
        "names": names,
        **await _person(db, patient, now, now - _MOOD_DAYS, _RUNS_ON_CASE),
    }


async def patient_record(
    db: AsyncSession,
    patient: Patient,
    clinic: Clinic,
    now: datetime,
    *,
    before: int | None,
    around: int | None,
) -> dict[str, Any]:
    """Everything of one patient, with one stretch of the transcript: the last messages, those before an
    id, or those around one."""
    names = await reads.names(db, clinic.id)
    if around is not None:
        lines = await messages.history(db, patient.id, before=around, limit=TRANSCRIPT // 2)
        lines += await messages.history(db, patient.id, after=around - 1, limit=TRANSCRIPT // 2)
    else:
        lines = await messages.history(db, patient.id, before=before, limit=TRANSCRIPT)
    first = lines[0].row.id if lines else None
    earlier = bool(first) and bool(await messages.history(db, patient.id, before=first, limit=1))
    later = bool(lines) and bool(await messages.history(db, patient.id, after=lines[-1].row.id, limit=1))
    history = await cases.recent(db, patient.id, _EVER)
    return {
        "case": next((case for case in history if case.state != "resolved"), None),
        "past": [case for case in history if case.state == "resolved"],
        "lines": await transcript.tell(db, lines, names),
        "earlier": first if earlier else None,
        "later": later,
        "marks": await reads.risk_marks(db, patient.id),
        "seen": await reads.seen_by(db, patient.id),
        "names": names,
        **await _person(db, patient, now, None, 50),
    }


async def _person(
    db: AsyncSession, patient: Patient, now: datetime, since: datetime | None, most_runs: int
) -> dict[str, Any]:
    sessions = await people.session_dates(db, patient.id)
    moods = await runs.moods(db, patient.id)
    start = since or (moods[0][0].at - timedelta(hours=12) if moods else now)
    ratings = [(mood, note) for mood, note in moods if mood.at >= start]
    return {
        "patient": patient,
        "name": people.name_of(db, patient),
        "card": directory.card(patient.country, now, patient.timezone, patient.language),
        "language": directory.LANGUAGES.get(patient.language, patient.language),
        "last_session": max((at for at in sessions if at <= now), default=None),
        "next_session": min((at for at in sessions if at > now), default=None),
        "moods": ratings[::-1],
        "chart": mood_chart([mood for mood, _ in ratings], start, now, sessions, patient.timezone),
        "runs": await runs.finished(db, patient.id, limit=most_runs),
    }


@cache
def script_titles() -> dict[str, str]:
    """The name of every script by its id. Raises ContentError; called when the app is made."""
    return {key: found["title"] for folder in _SCRIPT_FOLDERS for key, found in read(folder).items()}


@cache
def countries() -> dict[str, str]:
    """The name of every country with a file of crisis lines. Raises ContentError, as above."""
    return {key: found["country"] for key, found in read("crisis").items()}


def version_of(html: str) -> str:
    """A short name for exactly this content: who holds it has been shown the content."""
    return hashlib.sha256(html.encode()).hexdigest()[:20]
