"""Clinics, clinicians, patients, and how each of them gets in: invitations and sessions."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from interlude.store.database import vault_of
from interlude.store.schema import new_uid
from interlude.store.tables import (
    ChatSession,
    Clinic,
    Clinician,
    ConsoleSession,
    Invitation,
    Patient,
    SessionDate,
)


def hashed(token: str) -> str:
    """What is kept of a token or code: its SHA-256, so that a copied database lets nobody in."""
    return hashlib.sha256(token.encode()).hexdigest()


async def empty(db: AsyncSession) -> bool:
    """True when no clinic exists yet."""
    return (await db.scalar(select(func.count()).select_from(Clinic))) == 0


async def add_clinic(db: AsyncSession, **columns: Any) -> Clinic:
    """A new clinic; columns as in the table."""
    clinic = Clinic(**columns)
    db.add(clinic)
    await db.flush()
    return clinic


async def clinic_of(db: AsyncSession, patient: Patient) -> Clinic:
    """The patient's clinic."""
    return (await db.scalars(select(Clinic).where(Clinic.id == patient.clinic_id))).one()


async def add_clinician(db: AsyncSession, clinic: Clinic, pagers: list[str], **columns: Any) -> Clinician:
    """A clinician with pager addresses such as `log:`, `email:a@b.example`, `apprise:<url>`."""
    uid = new_uid()
    sealed = vault_of(db).seal_json(pagers, f"clinicians/{uid}")
    clinician = Clinician(uid=uid, clinic_id=clinic.id, sealed=sealed, **columns)
    db.add(clinician)
    await db.flush()
    return clinician


def pagers_of(db: AsyncSession, clinician: Clinician) -> list[str]:
    """The clinician's pager addresses, in the order they are tried."""
    if clinician.sealed is None:
        return []
    addresses: list[str] = vault_of(db).open_json(clinician.sealed, f"clinicians/{clinician.uid}")
    return addresses


async def clinicians(db: AsyncSession, clinic_id: int) -> list[Clinician]:
    """The clinic's active clinicians, lowest tier first."""
    found = select(Clinician).where(Clinician.clinic_id == clinic_id, Clinician.active.is_(True))
    return list(await db.scalars(found.order_by(Clinician.tier, Clinician.id)))


async def clinician(db: AsyncSession, clinician_id: int) -> Clinician | None:
    """One clinician by id."""
    return await db.get(Clinician, clinician_id)


async def clinician_by_login(db: AsyncSession, login: str) -> Clinician | None:
    """The active clinician with this login name."""
    return (
        await db.scalars(select(Clinician).where(Clinician.login == login, Clinician.active.is_(True)))
    ).one_or_none()


async def add_patient(
    db: AsyncSession, clinic: Clinic, now: datetime, name: str | None, **columns: Any
) -> Patient:
    """A new patient; `name` is what they like to be called, sealed."""
    patient = Patient(id=new_uid(), clinic_id=clinic.id, created_at=now, **columns)
    patient.sealed = vault_of(db).seal_json({"name": name}, f"patients/{patient.id}")
    db.add(patient)
    await db.flush()
    return patient


async def patient(db: AsyncSession, patient_id: str) -> Patient:
    """One patient by id. Raises NoResultFound when there is none."""
    return await db.get_one(Patient, patient_id, populate_existing=True)


async def patient_by_pseudonym(db: AsyncSession, pseudonym: str) -> Patient | None:
    """One patient by pseudonym."""
    return (await db.scalars(select(Patient).where(Patient.pseudonym == pseudonym))).one_or_none()


async def patients(db: AsyncSession, clinic_id: int) -> list[Patient]:
    """The clinic's patients by pseudonym."""
    return list(
        await db.scalars(select(Patient).where(Patient.clinic_id == clinic_id).order_by(Patient.pseudonym))
    )


def name_of(db: AsyncSession, patient: Patient) -> str | None:
    """What the patient likes to be called, or None."""
    if patient.sealed is None:
        return None
    name: str | None = vault_of(db).open_json(patient.sealed, f"patients/{patient.id}").get("name")
    return name


async def lock(db: AsyncSession, patient_id: str) -> Patient:
    """The patient, locked until the transaction ends: whoever writes for a patient takes this first,
    so that their rows get ids in commit order and an event stream never jumps over one.

    On SQLite the writer's lock of `Store.begin` already does it.
    """
    found = select(Patient).where(Patient.id == patient_id).with_for_update()
    return (await db.scalars(found, execution_options={"populate_existing": True})).one()


async def take_lease(db: AsyncSession, patient_id: str, owner: str, now: datetime, seconds: float) -> bool:
    """Take the patient's one turn in flight for `owner`; False while another process holds it."""
    free = or_(Patient.busy_until.is_(None), Patient.busy_until < now, Patient.busy_by == owner)
    done = await db.execute(
        update(Patient)
        .where(Patient.id == patient_id, free)
        .values(busy_by=owner, busy_until=now + timedelta(seconds=seconds))
    )
    return isinstance(done, CursorResult) and done.rowcount == 1


async def drop_lease(db: AsyncSession, patient_id: str, owner: str) -> None:
    """Give the turn back."""
    await db.execute(
        update(Patient)
        .where(Patient.id == patient_id, Patient.busy_by == owner)
        .values(busy_by=None, busy_until=None)
    )


async def session_dates(db: AsyncSession, patient_id: str) -> list[datetime]:
    """The patient's ketamine session times, earliest first."""
    return list(
        await db.scalars(
            select(SessionDate.at).where(SessionDate.patient_id == patient_id).order_by(SessionDate.at)
        )
    )


async def add_session_date(db: AsyncSession, patient_id: str, at: datetime) -> None:
    """Note one more session of the course."""
    db.add(SessionDate(patient_id=patient_id, at=at))


async def invite(
    db: AsyncSession, patient_id: str, now: datetime, days: float = 2, uses: int = 1, code: str | None = None
) -> str:
    """A code the patient can sign in with, `uses` times within `days`."""
    code = code or "-".join(secrets.token_hex(2) for _ in range(4))
    await db.merge(
        Invitation(
            code_hash=hashed(code),
            patient_id=patient_id,
            expires_at=now + timedelta(days=days),
            uses_left=uses,
        )
    )
    return code


async def sign_in(
    db: AsyncSession, code: str, now: datetime, days: float = 14
) -> tuple[str, ChatSession] | None:
    """Use up one invitation: (cookie token, session), or None for an unknown, spent or expired code."""
    used = await db.execute(
        update(Invitation)
        .where(Invitation.code_hash == hashed(code), Invitation.uses_left > 0, Invitation.expires_at > now)
        .values(uses_left=Invitation.uses_left - 1)
        .returning(Invitation.patient_id)
    )
    patient_id = used.scalar_one_or_none()
    if patient_id is None:
        return None
    token = secrets.token_urlsafe(32)
    session = ChatSession(
        token_hash=hashed(token), patient_id=patient_id, opened_at=now, expires_at=now + timedelta(days=days)
    )
    db.add(session)
    return token, session


async def chat_session(db: AsyncSession, token: str, now: datetime) -> ChatSession | None:
    """The signed-in session this cookie token stands for."""
    found = select(ChatSession).where(ChatSession.token_hash == hashed(token), ChatSession.expires_at > now)
    return (await db.scalars(found)).one_or_none()


async def sign_out(db: AsyncSession, token: str) -> None:
    """End the session of this cookie token."""
    await db.execute(delete(ChatSession).where(ChatSession.token_hash == hashed(token)))


async def log_in(
    db: AsyncSession, clinician: Clinician, now: datetime, hours: float = 10
) -> tuple[str, ConsoleSession]:
    """Open a console session: (cookie token, session)."""
    token = secrets.token_urlsafe(32)
    session = ConsoleSession(
        token_hash=hashed(token),
        clinician_id=clinician.id,
        csrf=secrets.token_urlsafe(32),
        opened_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=hours),
    )
    db.add(session)
    return token, session


async def console_session(
    db: AsyncSession, token: str, now: datetime, idle_minutes: float = 60
) -> tuple[ConsoleSession, Clinician] | None:
    """The console session of this cookie token, unless it expired, idled or its clinician left."""
    found = (
        select(ConsoleSession, Clinician)
        .join(Clinician, Clinician.id == ConsoleSession.clinician_id)
        .where(
            ConsoleSession.token_hash == hashed(token),
            ConsoleSession.expires_at > now,
            ConsoleSession.seen_at > now - timedelta(minutes=idle_minutes),
            Clinician.active.is_(True),
        )
    )
    row = (await db.execute(found)).one_or_none()
    return None if row is None else (row[0], row[1])


async def touch_console_session(db: AsyncSession, token: str, now: datetime) -> None:
    """Note that the console session was used just now."""
    await db.execute(
        update(ConsoleSession).where(ConsoleSession.token_hash == hashed(token)).values(seen_at=now)
    )


async def log_out(db: AsyncSession, token: str) -> None:
    """End the console session of this cookie token."""
    await db.execute(delete(ConsoleSession).where(ConsoleSession.token_hash == hashed(token)))
