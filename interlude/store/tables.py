"""The tables. Columns named `sealed` hold AES-GCM values whose place is `<table>/<uid>`.

Every constraint is named by one convention, so Alembic's batch mode can find it on SQLite. Times are
UTC and aware. Ids count up; within one patient they are in commit order, because whoever writes for
a patient first locks the patient's row (`people.lock`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from interlude.store.schema import Base, Serial, new_uid


class Clinic(Base):
    """One clinic: what the patient is told to call, and the hours it keeps."""

    __tablename__ = "clinics"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(50))
    hours: Mapped[str] = mapped_column(String(200))
    country: Mapped[str] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(64))


class Clinician(Base):
    """Somebody who may log in and be paged. `sealed` holds the list of pager addresses (JSON)."""

    __tablename__ = "clinicians"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), default=new_uid, unique=True)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinics.id"))
    login: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    credentials: Mapped[str] = mapped_column(String(100), default="")
    password: Mapped[str] = mapped_column(String(200))
    tier: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class ConsoleSession(Base):
    """A clinician's login; only the hash of the cookie's token is kept."""

    __tablename__ = "console_sessions"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    clinician_id: Mapped[int] = mapped_column(ForeignKey("clinicians.id"))
    csrf: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Patient(Base):
    """A person in the course. `sealed` holds {name, ...}; `busy_*` is the lease of the turn in flight."""

    __tablename__ = "patients"
    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_uid)
    clinic_id: Mapped[int] = mapped_column(ForeignKey("clinics.id"))
    pseudonym: Mapped[str] = mapped_column(String(40), unique=True)
    country: Mapped[str | None] = mapped_column(String(2))
    timezone: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(10), default="en")
    medical: Mapped[list[str]] = mapped_column(default=list)
    facts: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    busy_by: Mapped[str | None] = mapped_column(String(36))
    busy_until: Mapped[datetime | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class SessionDate(Base):
    """One ketamine session of a patient's course, set by a clinician; never a dose."""

    __tablename__ = "session_dates"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    at: Mapped[datetime]


class Invitation(Base):
    """A one-time code that lets a patient's browser in; only its hash is kept."""

    __tablename__ = "invitations"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"))
    expires_at: Mapped[datetime]
    uses_left: Mapped[int] = mapped_column(default=1)


class ChatSession(Base):
    """A patient's signed-in browser; only the hash of the cookie's token is kept."""

    __tablename__ = "chat_sessions"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    opened_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Message(Base):
    """One line of the conversation, in either direction.

    Inbound rows (author `patient`) are unique by channel and vendor id and have a state:
    `received` (written down, not yet answered), `answered`, or `set_aside` (failed every try; shown
    to the clinicians). Outbound rows (authors `interlude`, `clinician`) are `said` and name the inbound
    message they answer. `sealed` holds {text, choice, choices, custom}.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("channel", "vendor_id"),
        Index("ix_messages_patient_id_id", "patient_id", "id"),
        Index("ix_messages_waiting", "state", "next_ask_at"),
    )
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), default=new_uid, unique=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"))
    author: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(10), default="text")
    channel: Mapped[str] = mapped_column(String(20))
    vendor_id: Mapped[str | None] = mapped_column(String(100))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    clinician_id: Mapped[int | None] = mapped_column(ForeignKey("clinicians.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    answered_at: Mapped[datetime | None]
    next_ask_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class VerdictRow(Base):
    """What one opinion (`rules` or `classifier`) said of one message. `sealed` holds the evidence."""

    __tablename__ = "verdicts"
    __table_args__ = (UniqueConstraint("message_id", "opinion"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), default=new_uid, unique=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    opinion: Mapped[str] = mapped_column(String(10))
    level: Mapped[str] = mapped_column(String(10))
    categories: Mapped[list[str]]
    rules_version: Mapped[str] = mapped_column(String(40))
    failed: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Case(Base):
    """One escalation. A patient has at most one that isn't resolved; new evidence joins it.

    States: `open` (written, no page has left), `paging` (a page has left, nobody acknowledged),
    `exhausted` (every tier tried, nobody acknowledged; the last tier is paged on), `acknowledged`
    (a named clinician has it; the clock is stopped), `resolved` (a clinician closed it, with a
    disposition). `step` counts the rungs of the ladder done since `ladder_from`.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_one_unresolved",
            "patient_id",
            unique=True,
            sqlite_where=text("state != 'resolved'"),
            postgresql_where=text("state != 'resolved'"),
        ),
        Index("ix_cases_due", "state", "next_page_at"),
    )
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), default=new_uid, unique=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"))
    level: Mapped[str] = mapped_column(String(10))
    categories: Mapped[list[str]]
    state: Mapped[str] = mapped_column(String(12))
    opened_at: Mapped[datetime]
    ladder_from: Mapped[datetime]
    step: Mapped[int] = mapped_column(default=0)
    next_page_at: Mapped[datetime | None]
    last_page_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("clinicians.id"))
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(ForeignKey("clinicians.id"))
    disposition: Mapped[str | None] = mapped_column(String(40))


class CaseMove(Base):
    """The case's own history: opened, evidence, raised, paged, acknowledged, answered, resolved …"""

    __tablename__ = "case_moves"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), default=new_uid, unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    move: Mapped[str] = mapped_column(String(20))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    clinician_id: Mapped[int | None] = mapped_column(ForeignKey("clinicians.id"))
    detail: Mapped[str] = mapped_column(String(200), default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class Page(Base):
    """One alert to one clinician by one pager.

    States: `sent` (the provider took it; nobody is known to have read it), `failed` (the provider
    or the network refused; the next rung comes anyway), `nobody` (no one to page on this rung).
    """

    __tablename__ = "pages"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    clinician_id: Mapped[int | None] = mapped_column(ForeignKey("clinicians.id"))
    tier: Mapped[int]
    step: Mapped[int]
    pager: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    error: Mapped[str] = mapped_column(String(200), default="")


class Mood(Base):
    """One mood rating, 0 (worst ever) to 10 (best). `sealed` holds {note, labels}."""

    __tablename__ = "moods"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), default=new_uid, unique=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), unique=True)
    score: Mapped[int]
    at: Mapped[datetime]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class ScriptRun(Base):
    """One walk through a script: `running`, `paused`, `finished` or `stopped`. `sealed` holds the run."""

    __tablename__ = "runs"
    __table_args__ = (
        Index(
            "uq_runs_one_running",
            "patient_id",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), default=new_uid, unique=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patients.id"), index=True)
    script: Mapped[str] = mapped_column(String(60))
    step: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    touched_by: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    before: Mapped[int | None]
    after: Mapped[int | None]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Deed(Base):
    """What a custom action did for one message, so that asking again does it only once."""

    __tablename__ = "deeds"
    __table_args__ = (UniqueConstraint("message_id", "action"),)
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), default=new_uid, unique=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    action: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Audit(Base):
    """Who saw or changed what, append-only; each row's hash covers the one before it."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    at: Mapped[datetime]
    clinician_id: Mapped[int | None]
    patient_id: Mapped[str | None] = mapped_column(String(36), index=True)
    deed: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(String(200))
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))


class Beat(Base):
    """When a clock last ran, by name; read by another process and by /healthz."""

    __tablename__ = "beats"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
