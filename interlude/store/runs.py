"""Script runs, moods and the deeds of custom actions: what a patient did, keyed so that asking again
does it only once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from interlude.store.database import vault_of
from interlude.store.schema import new_uid
from interlude.store.tables import Deed, Message, Mood, ScriptRun


async def running(db: AsyncSession, patient_id: str) -> ScriptRun | None:
    """The patient's one running script."""
    found = select(ScriptRun).where(ScriptRun.patient_id == patient_id, ScriptRun.state == "running")
    return (await db.scalars(found, execution_options={"populate_existing": True})).one_or_none()


async def paused(db: AsyncSession, patient_id: str) -> ScriptRun | None:
    """The script the patient can take up again: the one most lately left."""
    found = select(ScriptRun).where(ScriptRun.patient_id == patient_id, ScriptRun.state == "paused")
    return (await db.scalars(found.order_by(ScriptRun.touched_at.desc()).limit(1))).one_or_none()


async def finished(db: AsyncSession, patient_id: str, limit: int = 100) -> list[ScriptRun]:
    """The patient's finished runs, newest first."""
    found = select(ScriptRun).where(ScriptRun.patient_id == patient_id, ScriptRun.state == "finished")
    return list(await db.scalars(found.order_by(ScriptRun.touched_at.desc()).limit(limit)))


def walked(db: AsyncSession, row: ScriptRun) -> dict[str, Any]:
    """The run itself, as JSON."""
    body: dict[str, Any] = vault_of(db).open_json(row.sealed, f"runs/{row.uid}")
    return body


async def keep(
    db: AsyncSession,
    patient_id: str,
    run: dict[str, Any],
    now: datetime,
    *,
    row: ScriptRun | None = None,
    message: Message | None = None,
    before: int | None = None,
    after: int | None = None,
) -> ScriptRun:
    """Write a run down: a new row, or `row` brought up to date. `run` needs script, step and state;
    one that still asks whether to keep the answers is open, whatever state it will have after."""
    if row is None:
        row = ScriptRun(uid=new_uid(), patient_id=patient_id, started_at=now)
        db.add(row)
    # A long record may turn into its short form on the way.
    row.script, row.step, row.touched_at = run["script"], run["step"], now
    row.state = "running" if run.get("asks") and run["state"] != "paused" else run["state"]
    row.touched_by = message.id if message else row.touched_by
    row.before, row.after = before, after
    row.sealed = vault_of(db).seal_json(run, f"runs/{row.uid}")
    await db.flush()
    return row


async def forget(db: AsyncSession, row: ScriptRun) -> None:
    """Delete a run's answers, as the patient asked; that it was done and when stays."""
    emptied = {"script": row.script, "step": row.step, "state": "stopped"}
    row.state, row.before, row.after = "stopped", None, None
    row.sealed = vault_of(db).seal_json(emptied, f"runs/{row.uid}")
    await db.flush()


async def log_mood(
    db: AsyncSession,
    message: Message,
    score: int,
    now: datetime,
    note: str | None = None,
    labels: list[str] | None = None,
) -> Mood:
    """One rating, at most one a message: a second call with the same message changes the first."""
    row = (await db.scalars(select(Mood).where(Mood.message_id == message.id))).one_or_none()
    if row is None:
        row = Mood(uid=new_uid(), patient_id=message.patient_id, message_id=message.id, at=now)
        db.add(row)
    row.score = score
    row.sealed = vault_of(db).seal_json({"note": note, "labels": labels or []}, f"moods/{row.uid}")
    await db.flush()
    return row


async def moods(db: AsyncSession, patient_id: str, limit: int = 90) -> list[tuple[Mood, dict[str, Any]]]:
    """The patient's last ratings, oldest first, each with {note, labels}."""
    found = select(Mood).where(Mood.patient_id == patient_id).order_by(Mood.at.desc(), Mood.id.desc())
    rows = list(await db.scalars(found.limit(limit)))[::-1]
    return [
        (row, vault_of(db).open_json(row.sealed, f"moods/{row.uid}") if row.sealed else {}) for row in rows
    ]


async def deed(db: AsyncSession, message_id: int, action: str) -> Any | None:
    """What this action answered for this message before, or None."""
    found = select(Deed).where(Deed.message_id == message_id, Deed.action == action)
    row = (await db.scalars(found)).one_or_none()
    return None if row is None else vault_of(db).open_json(row.sealed, f"deeds/{row.uid}")


async def add_deed(db: AsyncSession, message_id: int, action: str, answered: Any, now: datetime) -> None:
    """Note what an action answered, in the transaction of what it did."""
    uid = new_uid()
    sealed = vault_of(db).seal_json(answered, f"deeds/{uid}")
    db.add(Deed(uid=uid, message_id=message_id, action=action, at=now, sealed=sealed))
    await db.flush()
