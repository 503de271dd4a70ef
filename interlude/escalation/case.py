"""A case's states and moves. A level only rises by itself; only a clinician resolves.

open ──page left──▶ paging ──every tier tried──▶ exhausted
  │                   │                            │
  └───────────────────┴────── acknowledge ─────────┴──▶ acknowledged ── resolve ──▶ resolved
                                                new risk while acknowledged: back to open, paged anew
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from interlude.escalation import ladder
from interlude.message import Level
from interlude.store import cases
from interlude.store.tables import Case, Message

#: The scripts an open case asks. They end with it, or they would swallow what the patient says next.
CHECK, CHECK_EMERGENCY = "safety_check", "safety_check_emergency"

#: New evidence in a case that is being paged brings the next page forward, but never within this
#: time of the last one: repeats are throttled, a first page or a rise never is.
THROTTLE = timedelta(seconds=60)


async def open_or_raise(
    db: AsyncSession,
    message: Message,
    level: Level,
    categories: Iterable[str],
    now: datetime,
    opinion: str,
) -> Case:
    """Open the patient's case, or add evidence to the one that is unresolved, raising it if need be.

    Belongs in the transaction that wrote the message: either all of it is kept or none. The same
    message and opinion twice change nothing. The caller has locked the patient (`people.lock`).
    """
    found = sorted(set(categories))
    case = await cases.unresolved(db, message.patient_id)
    if case is None:
        case = Case(
            patient_id=message.patient_id,
            level=level,
            categories=found,
            state="open",
            opened_at=now,
            ladder_from=now,
            next_page_at=ladder.due_at(level, now, 0),
        )
        db.add(case)
        await db.flush()
        await cases.add_move(
            db, case, "opened", now, message_id=message.id, detail=f"{opinion}: {level} {' '.join(found)}"
        )
        return case
    detail = f"{opinion}: {level} {' '.join(found)}"
    told = [
        move
        for move, _ in await cases.moves(db, case.id)
        if move.message_id == message.id and move.detail == detail and move.move in ("opened", "evidence")
    ]
    if told:
        return case
    await cases.add_move(db, case, "evidence", now, message_id=message.id, detail=detail)
    case.categories = sorted({*case.categories, *found})
    if level.rank > Level(case.level).rank:
        await cases.add_move(
            db, case, "raised", now, message_id=message.id, detail=f"{case.level} to {level}"
        )
        case.level = level
        _page_from_the_start(case, level, now)
    elif level.alerts and case.state == "acknowledged":
        await cases.add_move(db, case, "reopened", now, message_id=message.id, detail="new risk")
        _page_from_the_start(case, Level(case.level), now)
    elif level.alerts and case.next_page_at is not None:
        earliest = now if case.last_page_at is None else case.last_page_at + THROTTLE
        case.next_page_at = min(case.next_page_at, max(now, earliest))
    await db.flush()
    return case


def _page_from_the_start(case: Case, level: Level, now: datetime) -> None:
    case.state = "open"
    case.step = 0
    case.ladder_from = now
    case.next_page_at = ladder.due_at(level, now, 0)
    case.acknowledged_at = case.acknowledged_by = None
    case.lease_until = None
