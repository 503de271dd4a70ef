"""The audit trail: who saw or changed what. Append-only; each row's hash covers the row before it, so
a row changed or taken out later shows (`broken_link`)."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from interlude.store.tables import Audit, Beat

_START = "0" * 64


async def note(
    db: AsyncSession,
    now: datetime,
    deed: str,
    *,
    clinician_id: int | None = None,
    patient_id: str | None = None,
    detail: str = "",
) -> None:
    """Append one entry. `detail` holds ids and states, never anything a patient or clinician wrote."""
    if db.get_bind().dialect.name == "postgresql":
        # The chain has one end; writers queue for it.
        await db.execute(text("SELECT pg_advisory_xact_lock(7231)"))
    newest = (await db.scalars(select(Audit).order_by(Audit.id.desc()).limit(1))).one_or_none()
    previous = newest.hash if newest else _START
    digest = _digest(previous, now, clinician_id, patient_id, deed, detail)
    db.add(
        Audit(
            at=now,
            clinician_id=clinician_id,
            patient_id=patient_id,
            deed=deed,
            detail=detail,
            previous=previous,
            hash=digest,
        )
    )
    await db.flush()


async def entries(db: AsyncSession, *, patient_id: str | None = None, limit: int = 100) -> list[Audit]:
    """The newest entries, of one patient or of all."""
    found = select(Audit).order_by(Audit.id.desc()).limit(limit)
    if patient_id:
        found = found.where(Audit.patient_id == patient_id)
    return list(await db.scalars(found))


async def broken_link(db: AsyncSession) -> int | None:
    """The id of the first entry that does not follow from the one before it; None when all do."""
    previous = _START
    for row in await db.scalars(select(Audit).order_by(Audit.id)):
        fits = _digest(previous, row.at, row.clinician_id, row.patient_id, row.deed, row.detail)
        if row.previous != previous or row.hash != fits:
            return row.id
        previous = row.hash
    return None


async def beat(db: AsyncSession, name: str, now: datetime) -> None:
    """Note that a clock ran; many processes may do so at once."""
    kind = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    row = kind.insert(Beat).values(name=name, at=now)
    await db.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": now}))


async def last_beat(db: AsyncSession, name: str) -> datetime | None:
    """When a clock last ran."""
    row = await db.get(Beat, name, populate_existing=True)
    return row.at if row else None


def _digest(
    previous: str, at: datetime, clinician_id: int | None, patient_id: str | None, deed: str, detail: str
) -> str:
    body = json.dumps([previous, at.isoformat(), clinician_id, patient_id, deed, detail])
    return hashlib.sha256(body.encode()).hexdigest()
