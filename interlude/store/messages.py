"""The conversation: what was received and what was said, with the verdicts on what was received."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from interlude.message import Choice, Evidence, Inbound, Level, Reply, Verdict
from interlude.store.database import vault_of
from interlude.store.schema import new_uid
from interlude.store.tables import Message, VerdictRow


@dataclass(frozen=True)
class Line:
    """One message with its text open: `row` as stored, the rest unsealed."""

    row: Message
    text: str
    choice: str | None = None
    choices: tuple[Choice, ...] = ()
    custom: dict[str, Any] | None = None


def opened(db: AsyncSession, row: Message) -> Line:
    """The row with its sealed part open."""
    body = vault_of(db).open_json(row.sealed, f"messages/{row.uid}")
    return Line(
        row,
        body["text"],
        body.get("choice"),
        tuple(Choice(**choice) for choice in body.get("choices", ())),
        body.get("custom"),
    )


async def received(db: AsyncSession, channel: str, vendor_id: str) -> Message | None:
    """The inbound message already written down under this vendor id, if any."""
    found = select(Message).where(Message.channel == channel, Message.vendor_id == vendor_id)
    return (await db.scalars(found)).one_or_none()


async def receive(db: AsyncSession, inbound: Inbound) -> Message:
    """Write an inbound message down as `received`. Raises IntegrityError if it was already."""
    uid = new_uid()
    body = {"text": inbound.text, "choice": inbound.choice}
    row = Message(
        uid=uid,
        patient_id=inbound.patient_id,
        author="patient",
        kind="text",
        channel=inbound.channel,
        vendor_id=inbound.vendor_id,
        at=inbound.at,
        state="received",
        next_ask_at=inbound.at,
        sealed=vault_of(db).seal_json(body, f"messages/{uid}"),
    )
    db.add(row)
    await db.flush()
    return row


async def say(
    db: AsyncSession,
    patient_id: str,
    reply: Reply,
    now: datetime,
    *,
    answers: Message | None = None,
    clinician_id: int | None = None,
    case_id: int | None = None,
) -> Message:
    """Write one outbound message; channels take it from here."""
    uid = new_uid()
    body = {
        "text": reply.text,
        "choices": [asdict(choice) for choice in reply.choices],
        "custom": reply.custom,
    }
    row = Message(
        uid=uid,
        patient_id=patient_id,
        author="clinician" if clinician_id else "interlude",
        kind=reply.kind,
        channel=answers.channel if answers else "any",
        at=now,
        state="said",
        answers_id=answers.id if answers else None,
        clinician_id=clinician_id,
        case_id=case_id,
        sealed=vault_of(db).seal_json(body, f"messages/{uid}"),
    )
    db.add(row)
    await db.flush()
    return row


async def line(db: AsyncSession, message_id: int) -> Line | None:
    """One message by id."""
    row = await db.get(Message, message_id, populate_existing=True)
    return None if row is None else opened(db, row)


async def history(
    db: AsyncSession, patient_id: str, *, before: int | None = None, after: int | None = None, limit: int = 50
) -> list[Line]:
    """Up to `limit` messages of a patient, oldest first: the last before an id, or the first after one."""
    found = select(Message).where(Message.patient_id == patient_id)
    if after is not None:
        rows = list(await db.scalars(found.where(Message.id > after).order_by(Message.id).limit(limit)))
    else:
        if before is not None:
            found = found.where(Message.id < before)
        rows = list(await db.scalars(found.order_by(Message.id.desc()).limit(limit)))[::-1]
    return [opened(db, row) for row in rows]


async def said_by_patient(db: AsyncSession, patient_id: str, before: int | None, limit: int = 5) -> list[str]:
    """The patient's last texts, or the last before a message, oldest first."""
    found = select(Message).where(Message.patient_id == patient_id, Message.author == "patient")
    if before is not None:
        found = found.where(Message.id < before)
    rows = await db.scalars(found.order_by(Message.id.desc()).limit(limit))
    return [opened(db, row).text for row in rows][::-1]


async def oldest_unanswered(db: AsyncSession, patient_id: str) -> Message | None:
    """The patient's next message to be answered: the oldest one received and not yet answered."""
    found = (
        select(Message)
        .where(Message.patient_id == patient_id, Message.state == "received")
        .order_by(Message.id)
        .limit(1)
    )
    return (await db.scalars(found, execution_options={"populate_existing": True})).one_or_none()


async def patients_waiting(db: AsyncSession, now: datetime, limit: int = 100) -> list[str]:
    """Patients whose oldest unanswered message is due to be asked (again)."""
    oldest = (
        select(func.min(Message.id))
        .where(Message.state == "received")
        .group_by(Message.patient_id)
        .scalar_subquery()
    )
    found = select(Message.patient_id).where(Message.id.in_(oldest), Message.next_ask_at <= now)
    return list(await db.scalars(found.order_by(Message.next_ask_at).limit(limit)))


async def replies_to(db: AsyncSession, message_id: int) -> list[Line]:
    """What was said in answer to one inbound message, in order."""
    found = select(Message).where(Message.answers_id == message_id).order_by(Message.id)
    return [opened(db, row) for row in await db.scalars(found)]


async def last_offer(db: AsyncSession, patient_id: str, limit: int = 12) -> set[str]:
    """The values of the buttons in the last messages said to the patient."""
    lines = await history(db, patient_id, limit=limit)
    return {choice.value for entry in lines for choice in entry.choices}


async def add_verdict(
    db: AsyncSession, message: Message, opinion: str, verdict: Verdict, now: datetime
) -> VerdictRow:
    """Keep what one opinion said of a message."""
    uid = new_uid()
    row = VerdictRow(
        uid=uid,
        message_id=message.id,
        opinion=opinion,
        level=verdict.level,
        categories=list(verdict.categories),
        rules_version=verdict.rules_version,
        failed=verdict.failed,
        at=now,
        sealed=vault_of(db).seal_json([asdict(found) for found in verdict.evidence], f"verdicts/{uid}"),
    )
    db.add(row)
    await db.flush()
    return row


async def verdicts(db: AsyncSession, message_ids: Iterable[int]) -> dict[int, list[tuple[str, Verdict]]]:
    """For each message its verdicts as (opinion, verdict)."""
    found = select(VerdictRow).where(VerdictRow.message_id.in_(list(message_ids))).order_by(VerdictRow.id)
    result: dict[int, list[tuple[str, Verdict]]] = {}
    for row in await db.scalars(found):
        evidence = vault_of(db).open_json(row.sealed, f"verdicts/{row.uid}")
        verdict = Verdict(
            Level(row.level),
            tuple(row.categories),
            tuple(Evidence(**{**entry, "level": Level(entry["level"])}) for entry in evidence),
            row.rules_version,
            row.failed,
        )
        result.setdefault(row.message_id, []).append((row.opinion, verdict))
    return result
