"""The patient's side of the store: sessions, history, and the stream of what is said.

Channels are given a `Chat` (as `channels.base.Front`); it knows the turn only as a function.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from interlude.channels.base import Event, SignedIn
from interlude.escalation import directory, receipt
from interlude.message import Inbound, Level
from interlude.store import messages, people
from interlude.store.database import Store
from interlude.store.messages import Line

#: How long a stream sleeps before it looks by itself: another process may have written.
_LOOK_AGAIN = 1.0
_SESSION_DAYS = 14


class Hub:
    """Wakes the open streams of this process; other processes' streams look for themselves."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[asyncio.Event]] = {}
        self._typing: set[str] = set()

    def said(self, patient_id: str) -> None:
        """Something new was written for this patient."""
        for listener in self._listeners.get(patient_id, ()):
            listener.set()

    def wake_all(self) -> None:
        """Something was written for somebody: every open stream looks."""
        for patient_id in list(self._listeners):
            self.said(patient_id)

    def typing(self, patient_id: str, on: bool) -> None:
        """An answer for this patient is being asked for, or no longer."""
        (self._typing.add if on else self._typing.discard)(patient_id)
        self.said(patient_id)

    def is_typing(self, patient_id: str) -> bool:
        """Whether an answer is being asked for now."""
        return patient_id in self._typing

    def listen(self, patient_id: str) -> asyncio.Event:
        """An event set whenever something happens to this patient, until `leave`."""
        listener = asyncio.Event()
        self._listeners.setdefault(patient_id, set()).add(listener)
        return listener

    def leave(self, patient_id: str, listener: asyncio.Event) -> None:
        """Stop listening."""
        remaining = self._listeners.get(patient_id, set())
        remaining.discard(listener)
        if not remaining:
            self._listeners.pop(patient_id, None)


class Chat:
    """What a channel may ask of the app. `take` is the turn's."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        hub: Hub,
        take: Callable[[Inbound], Awaitable[str]],
    ) -> None:
        self._store, self._clock, self._hub, self._take = store, clock, hub, take

    async def take(self, channel: str, vendor_id: str, patient_id: str, text: str, choice: str | None) -> str:
        """Hand one text or tap to the turn; returns its state."""
        return await self._take(Inbound(channel, vendor_id, patient_id, text, self._clock(), choice))

    async def sign_in(self, code: str) -> SignedIn | None:
        """Use up an invitation."""
        async with self._store.begin() as db:
            found = await people.sign_in(db, code, self._clock(), _SESSION_DAYS)
        if found is None:
            return None
        token, session = found
        return SignedIn(token, session.patient_id, _SESSION_DAYS * 86400)

    async def whose(self, token: str) -> str | None:
        """The patient of a session."""
        async with self._store.read() as db:
            session = await people.chat_session(db, token, self._clock())
        return session.patient_id if session else None

    async def sign_out(self, token: str) -> None:
        """End a session."""
        async with self._store.begin() as db:
            await people.sign_out(db, token)

    async def describe(self, patient_id: str) -> dict[str, Any]:
        """Name, clinic, crisis card and receipt, true at this moment."""
        now = self._clock()
        async with self._store.read() as db:
            patient = await people.patient(db, patient_id)
            clinic = await people.clinic_of(db, patient)
            card = directory.card(patient.country, now, patient.timezone, patient.language)
            return {
                "patient": patient.pseudonym,
                "name": people.name_of(db, patient),
                "crisis": card.as_json(),
                "clinic": {"name": clinic.name, "phone": clinic.phone, "hours": clinic.hours},
                "case": _shown(await receipt.receipt(db, patient, now)),
            }

    async def history(self, patient_id: str, before: int | None) -> dict[str, Any]:
        """The last fifty messages before one, oldest first."""
        async with self._store.read() as db:
            lines = await messages.history(db, patient_id, before=before, limit=51)
            names = await _names(db, lines)
        more = len(lines) > 50
        lines = lines[-50:]
        last = lines[-1].row.id if lines else 0
        return {
            "messages": [_as_json(line, names) for line in lines],
            "last_event": str(last),
            "more": more,
        }

    async def events(self, patient_id: str, after: int | None) -> AsyncIterator[Event]:
        """Messages after an id (or from now on), typing, and every change of the receipt."""
        listener = self._hub.listen(patient_id)
        typing, shown = False, None
        try:
            if after is None:
                async with self._store.read() as db:
                    newest = await messages.history(db, patient_id, limit=1)
                after = newest[-1].row.id if newest else 0
            while True:
                listener.clear()
                async with self._store.read() as db:
                    lines = await messages.history(db, patient_id, after=after, limit=100)
                    names = await _names(db, lines)
                    patient = await people.patient(db, patient_id)
                    told = _shown(await receipt.receipt(db, patient, self._clock()))
                for line in lines:
                    after = line.row.id
                    yield Event("message", _as_json(line, names), line.row.id)
                if told != shown:
                    shown = told
                    yield Event("case", told)
                if self._hub.is_typing(patient_id) != typing:
                    typing = not typing
                    yield Event("typing", {"on": typing})
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN):
                        await listener.wait()
        finally:
            self._hub.leave(patient_id, listener)


async def _names(db: Any, lines: list[Line]) -> dict[int, str]:
    found = {}
    for clinician_id in {line.row.clinician_id for line in lines if line.row.clinician_id}:
        clinician = await people.clinician(db, clinician_id)
        if clinician is not None:
            found[clinician_id] = clinician.name
    return found


def _as_json(line: Line, names: dict[int, str]) -> dict[str, Any]:
    row = line.row
    client_id = (row.vendor_id or "").rpartition(":")[2] if row.channel == "web" else None
    return {
        "id": str(row.id),
        "from": row.author,
        "author": names.get(row.clinician_id or 0),
        "text": line.text,
        "choices": [{"title": choice.title, "value": choice.value} for choice in line.choices],
        "custom": line.custom,
        "kind": row.kind,
        "at": row.at.isoformat(),
        "client_id": client_id if row.author == "patient" else None,
    }


def _shown(told: dict[str, Any]) -> dict[str, Any]:
    """The receipt as a widget may show it: routine cases are seen in the usual review, unannounced."""
    messages_told = [vendor.rpartition(":")[2] for vendor in told["messages"]]
    if not Level(told["level"]).alerts:
        return {**told, "state": "none", "text": "", "messages": []}
    return {**told, "messages": messages_told}
