"""Cases, their moves and their pages: the rows of an escalation. What may happen when is decided in
`interlude.escalation`; here it is only written and read."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from interlude.store.database import vault_of
from interlude.store.schema import new_uid
from interlude.store.tables import Case, CaseMove, Page, Patient

UNACKNOWLEDGED = ("open", "paging", "exhausted")
UNRESOLVED = (*UNACKNOWLEDGED, "acknowledged")


async def unresolved(db: AsyncSession, patient_id: str) -> Case | None:
    """The patient's one case that isn't resolved."""
    found = select(Case).where(Case.patient_id == patient_id, Case.state != "resolved")
    return (await db.scalars(found, execution_options={"populate_existing": True})).one_or_none()


async def last(db: AsyncSession, patient_id: str) -> Case | None:
    """The patient's newest case, resolved or not."""
    found = select(Case).where(Case.patient_id == patient_id).order_by(Case.id.desc()).limit(1)
    return (await db.scalars(found)).one_or_none()


async def get(db: AsyncSession, case_id: int, *, lock: bool = False) -> Case | None:
    """One case; locked until the transaction ends when it is to be changed."""
    found = select(Case).where(Case.id == case_id)
    if lock:
        found = found.with_for_update()
    return (await db.scalars(found, execution_options={"populate_existing": True})).one_or_none()


async def queue(db: AsyncSession, clinic_id: int, *, resolved: bool = False, limit: int = 200) -> list[Case]:
    """The clinic's cases: unresolved by age, or the last resolved ones, newest first."""
    found = select(Case).join(Patient, Patient.id == Case.patient_id).where(Patient.clinic_id == clinic_id)
    if resolved:
        found = found.where(Case.state == "resolved").order_by(Case.resolved_at.desc())
    else:
        found = found.where(Case.state != "resolved").order_by(Case.opened_at)
    return list(await db.scalars(found.limit(limit)))


async def recent(db: AsyncSession, patient_id: str, since: datetime) -> list[Case]:
    """The patient's cases opened since a time, newest first."""
    found = select(Case).where(Case.patient_id == patient_id, Case.opened_at >= since)
    return list(await db.scalars(found.order_by(Case.id.desc())))


async def due(db: AsyncSession, now: datetime) -> list[int]:
    """Ids of cases with a page due: unacknowledged, time reached, not taken by another process."""
    found = select(Case.id).where(
        Case.state.in_(UNACKNOWLEDGED),
        Case.next_page_at <= now,
        or_(Case.lease_until.is_(None), Case.lease_until < now),
    )
    return list(await db.scalars(found.order_by(Case.next_page_at)))


async def claim(db: AsyncSession, case_id: int, now: datetime, seconds: float) -> Case | None:
    """Take a due case for paging, for so many seconds; None when it isn't due (any more).

    The look again before a page: acknowledged, resolved or already taken cases are not handed out.
    """
    found = (
        select(Case)
        .where(
            Case.id == case_id,
            Case.state.in_(UNACKNOWLEDGED),
            Case.next_page_at <= now,
            or_(Case.lease_until.is_(None), Case.lease_until < now),
        )
        .with_for_update(skip_locked=True)
    )
    case = (await db.scalars(found, execution_options={"populate_existing": True})).one_or_none()
    if case is not None:
        case.lease_until = now + timedelta(seconds=seconds)
    return case


async def add_move(
    db: AsyncSession,
    case: Case,
    move: str,
    now: datetime,
    *,
    message_id: int | None = None,
    clinician_id: int | None = None,
    detail: str = "",
    note: str | None = None,
) -> CaseMove:
    """Append to the case's history; `note` is free text and sealed, `detail` is never patient text."""
    uid = new_uid()
    row = CaseMove(
        uid=uid,
        case_id=case.id,
        at=now,
        move=move,
        message_id=message_id,
        clinician_id=clinician_id,
        detail=detail,
        sealed=None if note is None else vault_of(db).seal(note, f"case_moves/{uid}"),
    )
    db.add(row)
    await db.flush()
    return row


async def moves(db: AsyncSession, case_id: int) -> list[tuple[CaseMove, str | None]]:
    """The case's history in order, each with its note open."""
    rows = await db.scalars(select(CaseMove).where(CaseMove.case_id == case_id).order_by(CaseMove.id))
    return [
        (row, None if row.sealed is None else vault_of(db).open(row.sealed, f"case_moves/{row.uid}"))
        for row in rows
    ]


async def evidence(db: AsyncSession, case_id: int) -> list[int]:
    """Ids of the messages that opened or raised the case, oldest first, each once."""
    found = select(CaseMove.message_id).where(
        CaseMove.case_id == case_id,
        CaseMove.message_id.is_not(None),
        CaseMove.move.in_(("opened", "evidence")),
    )
    return list(dict.fromkeys(i for i in await db.scalars(found.order_by(CaseMove.id)) if i is not None))


async def add_page(db: AsyncSession, page: Page) -> None:
    """Log one page: sent, failed, or nobody to page."""
    db.add(page)
    await db.flush()


async def pages(db: AsyncSession, case_id: int) -> list[Page]:
    """Every page of a case in order."""
    return list(await db.scalars(select(Page).where(Page.case_id == case_id).order_by(Page.id)))
