"""A patient's scripts, carried on: the engine of `interlude.scripts` with the store beneath it.

Custom actions call it for the turns Rasa names; `interlude.safety` calls it when an open case leaves
only the safety check. Every function belongs into the transaction of its caller, who has locked the
patient, and every change is keyed by the message that caused it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from interlude import course
from interlude.escalation import case, reply
from interlude.message import Level, Reply, highest
from interlude.scripts import walk
from interlude.scripts.model import Script
from interlude.scripts.run import Answer, Facts, Run, Walked
from interlude.store import cases, people, runs
from interlude.store.tables import Message, Patient, ScriptRun

Scripts = Mapping[str, Script]

#: How far one answer may lead from script to script (a record starts a check, which starts a skill).
_CHAIN = 5


async def facts(db: AsyncSession, patient: Patient, now: datetime) -> Facts:
    """What a script may know of the patient at its start."""
    sessions = await people.session_dates(db, patient.id)
    ratings = await runs.moods(db, patient.id)
    week = sorted(mood.score for mood, _ in ratings if mood.at >= now - timedelta(days=7))
    done = await runs.finished(db, patient.id, limit=20)
    open_case = await cases.unresolved(db, patient.id)
    rose = 0
    for run in done:
        if not run.script.startswith("thought_record") or run.before is None or run.after is None:
            continue
        if run.after < run.before + 10:
            break
        rose += 1
    return Facts(
        phase=course.phase(sessions, now, patient.timezone),
        medical=frozenset(patient.medical),
        mood=ratings[-1][0].score if ratings else None,
        mood_usual=week[len(week) // 2] if week else None,
        open_level=Level(open_case.level) if open_case else Level.NONE,
        cues=frozenset(open_case.categories) if open_case else frozenset(),
        tried=frozenset(run.script for run in done if run.touched_at >= now - timedelta(hours=2)),
        records_rose=rose,
        variant=len(done),
    )


async def begin(
    db: AsyncSession,
    scripts: Scripts,
    patient: Patient,
    message: Message,
    name: str,
    now: datetime,
    given: Mapping[str, Any] | None = None,
) -> list[Reply]:
    """Start a script; one that was running is kept for later."""
    await pause(db, patient.id, now)
    return await _begin(db, scripts, patient, message, name, now, given, _CHAIN)


async def carry_on(
    db: AsyncSession, scripts: Scripts, patient: Patient, message: Message, answer: Answer, now: datetime
) -> list[Reply] | None:
    """Take an answer to the running script's question; None when no script is running."""
    row = await runs.running(db, patient.id)
    if row is None:
        return None
    run = _run_of(db, row)
    known = await facts(db, patient, now)
    walked = walk.take(scripts[row.script], run, answer, known)
    return await _keep(db, scripts, patient, message, row, walked, now, _CHAIN)


async def take_up(
    db: AsyncSession, scripts: Scripts, patient: Patient, message: Message, now: datetime
) -> list[Reply] | None:
    """Go on with the script most lately left; None when there is none. A running one is asked again."""
    row = await runs.running(db, patient.id) or await runs.paused(db, patient.id)
    if row is None:
        return None
    walked = walk.resume(scripts[row.script], _run_of(db, row), await facts(db, patient, now))
    return await _keep(db, scripts, patient, message, row, walked, now, _CHAIN)


async def ask_again(db: AsyncSession, scripts: Scripts, patient_id: str, message: Message) -> list[Reply]:
    """The open question once more, unless this very message moved it: used after a digression."""
    row = await runs.running(db, patient_id)
    if row is None or row.touched_by == message.id:
        return []
    return walk.ask(scripts[row.script], _run_of(db, row))


async def open_step(db: AsyncSession, scripts: Scripts, patient_id: str) -> dict[str, str] | None:
    """The running script's open question as Rasa's gate wants it: {name, step, kind}."""
    row = await runs.running(db, patient_id)
    if row is None:
        return None
    run = _run_of(db, row)
    return {"name": row.script, "step": row.step, "kind": _kind(scripts[row.script], run)}


async def pause(db: AsyncSession, patient_id: str, now: datetime) -> None:
    """Keep the running script for later, as it stands."""
    row = await runs.running(db, patient_id)
    if row is not None:
        await runs.keep(
            db,
            patient_id,
            {**runs.walked(db, row), "state": "paused"},
            now,
            row=row,
            before=row.before,
            after=row.after,
        )


async def _begin(
    db: AsyncSession,
    scripts: Scripts,
    patient: Patient,
    message: Message,
    name: str,
    now: datetime,
    given: Mapping[str, Any] | None,
    chain: int,
) -> list[Reply]:
    walked = walk.start(scripts[name], await facts(db, patient, now), given)
    return await _keep(db, scripts, patient, message, None, walked, now, chain)


async def _keep(
    db: AsyncSession,
    scripts: Scripts,
    patient: Patient,
    message: Message,
    row: ScriptRun | None,
    walked: Walked,
    now: datetime,
    chain: int,
) -> list[Reply]:
    replies = list(walked.replies)
    record = next((e for e in walked.effects if e["kind"] in ("record", "score")), {})
    starts = [effect for effect in walked.effects if effect["kind"] == "start"] if chain else []
    body = _json(walked.run)
    if starts and body["state"] == "running":
        body["state"] = "paused"
    if row is None and body["state"] == "running":
        await pause(db, patient.id, now)
    kept = await runs.keep(
        db,
        patient.id,
        body,
        now,
        row=row,
        message=message,
        before=_whole(record.get("before"), row.before if row else None),
        after=_whole(record.get("after"), row.after if row else None),
    )
    if any(effect["kind"] == "delete" for effect in walked.effects):
        await runs.forget(db, kept)
    replies += await _carry_out(db, patient, message, walked.effects, now)
    for effect in starts:
        replies += await _begin(
            db, scripts, patient, message, effect["script"], now, effect.get("given"), chain - 1
        )
    if body["state"] in ("finished", "stopped") and not (starts or walked.run.asks) and chain:
        # What it interrupted waits for it and for all it led to; then that goes on.
        waiting = await runs.paused(db, patient.id)
        if waiting is not None and _run_of(db, waiting).waits:
            known = await facts(db, patient, now)
            resumed = walk.resume(scripts[waiting.script], _run_of(db, waiting), known)
            replies += await _keep(db, scripts, patient, message, waiting, resumed, now, chain - 1)
    return replies


async def _carry_out(
    db: AsyncSession, patient: Patient, message: Message, effects: list[dict[str, Any]], now: datetime
) -> list[Reply]:
    said: list[Reply] = []
    for effect in effects:
        if effect["kind"] == "mood":
            await runs.log_mood(
                db, message, int(effect["score"]), now, effect.get("note"), effect.get("labels")
            )
        elif effect["kind"] in ("case", "flag"):
            level = Level(effect.get("level", Level.ROUTINE))
            before = await cases.unresolved(db, patient.id)
            was = Level(before.level) if before else Level.NONE
            opened = await case.open_or_raise(
                db, message, level, effect.get("categories") or (), now, f"answers {effect.get('reason', '')}"
            )
            if level.alerts and highest(was, level) != was:
                said.append(
                    await reply.crisis_reply(
                        db, patient, opened, now, level=level, categories=opened.categories
                    )
                )
    return said


def _run_of(db: AsyncSession, row: ScriptRun) -> Run:
    return Run(**runs.walked(db, row))


def _kind(script: Script, run: Run) -> str:
    if run.asks:
        return "choice"
    return next(step.kind for step in script.steps if step.id == run.step)


def _json(run: Run) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(run.to_json())
    return body


def _whole(value: Any, otherwise: int | None) -> int | None:
    return round(value) if isinstance(value, int | float) else otherwise
