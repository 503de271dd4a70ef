"""One patient message, from its arrival to the reply. The whole safety story is in this file.

`take` writes the message down, screens it, opens or raises a case and, for urgent and emergency,
writes the crisis reply: one transaction, before anything else and without Rasa. `answer` then asks Rasa
and writes the reply, one message of a patient at a time, in order. `resume` takes up whatever was
received and never answered, at the start and on a clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from interlude import context, practice, safety
from interlude.dialogue import LONGEST, Answer, DialogueSilent
from interlude.escalation import case, receipt, reply, words
from interlude.message import Inbound, Level, Reply, Screened, Verdict
from interlude.store import cases, messages, people
from interlude.store.database import Store
from interlude.store.schema import new_uid
from interlude.store.tables import Message, Patient

#: Longer than Rasa may take for one turn (30 s), so that no second process asks meanwhile.
_LEASE_SECONDS = 45.0
#: A message that fails so often while other turns work is set aside and shown to the clinicians.
_MOST_TRIES = 6
_SHORT_TEXT = 2000
_log = structlog.get_logger("interlude.turn")


class Screens(Protocol):
    """What screens a text."""

    def screen(self, text: str, known: Screened = ...) -> Verdict:
        """The verdict on one text."""


class Asks(Protocol):
    """What answers a turn."""

    async def ask(self, conversation: str, text: str, metadata: dict[str, object]) -> Answer:
        """The answer; raises DialogueSilent."""

    async def ready(self) -> bool:
        """Whether a turn through everything works now."""


@dataclass(frozen=True)
class Taken:
    """What came of a delivery: the message's row id, its state, and whether it was new."""

    message_id: int
    state: str
    new: bool


class Turn:
    """Takes and answers messages. `said` is called with the patient's id after anything was written for
    them, `typing` with true and false around the asking."""

    def __init__(
        self,
        store: Store,
        screener: Screens,
        dialogue: Asks,
        scripts: practice.Scripts,
        clock: Callable[[], datetime],
        *,
        said: Callable[[str], None] = lambda _patient: None,
        typing: Callable[[str, bool], None] = lambda _patient, _on: None,
        opened: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._screener, self._dialogue = store, screener, dialogue
        self._scripts, self._clock = scripts, clock
        self._said, self._typing, self._opened = said, typing, opened

    async def take(self, inbound: Inbound) -> Taken:
        """Receive, screen, open a case and say the crisis reply: all of it is kept or none."""
        early = await self._screen_early(inbound)
        async with self._store.begin() as db:
            now = self._clock()
            patient = await people.lock(db, inbound.patient_id)
            known = await messages.received(db, inbound.channel, inbound.vendor_id)
            if known is not None:
                return Taken(known.id, known.state, new=False)
            if inbound.choice and inbound.choice not in await messages.last_offer(db, patient.id):
                inbound = replace(inbound, choice=None)
            message = await messages.receive(db, inbound)
            verdict = early or self._screen(
                inbound.text, await context.screened(db, patient, message, self._clock())
            )
            await messages.add_verdict(db, message, "rules", verdict, now)
            opened = None
            if verdict.level is not Level.NONE:
                opened = await case.open_or_raise(
                    db, message, verdict.level, verdict.categories, now, "rules"
                )
            replies: list[Reply] = []
            if opened is not None and verdict.level.alerts:
                replies = await safety.first_words(db, self._scripts, patient, message, verdict, opened, now)
            elif (on := await safety.on(db, patient.id)) is not None:
                replies = await safety.next_words(
                    db, self._scripts, patient, message, inbound.text, inbound.choice, on, now
                )
            for entry in replies:
                await messages.say(db, patient.id, entry, now, answers=message)
        self._said(patient.id)
        if opened is not None or replies:
            self._opened()
        return Taken(message.id, "received", new=True)

    async def answer(self, patient_id: str) -> None:
        """Answer what the patient is waiting for, oldest first, until nothing is due."""
        owner = new_uid()
        while True:
            async with self._store.begin() as db:
                if not await people.take_lease(db, patient_id, owner, self._clock(), _LEASE_SECONDS):
                    return
                message = await messages.oldest_unanswered(db, patient_id)
                if message is None or (message.next_ask_at or message.at) > self._clock():
                    await people.drop_lease(db, patient_id, owner)
                    return
            try:
                await self._answer_one(message)
            except BaseException:
                async with self._store.begin() as db:
                    await people.drop_lease(db, patient_id, owner)
                raise

    async def resume(self) -> int:
        """Answer every message received and not yet answered that is due; returns how many patients."""
        async with self._store.read() as db:
            waiting = await messages.patients_waiting(db, self._clock())
        results = await asyncio.gather(*(self.answer(one) for one in waiting), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                _log.error("answer_failed", error=type(result).__name__)
        return len(waiting)

    async def _screen_early(self, inbound: Inbound) -> Verdict | None:
        """The verdict on a long text, before the transaction: it may take seconds, and on SQLite nobody
        else could write meanwhile. A short text is screened inside, where it sees the message before it."""
        if len(inbound.text) <= _SHORT_TEXT:
            return None
        async with self._store.read() as db:
            if await messages.received(db, inbound.channel, inbound.vendor_id) is not None:
                return None
            patient = await people.patient(db, inbound.patient_id)
            known = await context.screened(db, patient, None, self._clock())
        return await asyncio.to_thread(self._screen, inbound.text, known)

    def _screen(self, text: str, known: Screened) -> Verdict:
        try:
            return self._screener.screen(text, known)
        except Exception as error:
            # Promise 1: a text that can't be screened counts as urgent.
            _log.error("screening_failed", error=type(error).__name__)
            return Verdict(Level.URGENT, failed=True)

    async def _answer_one(self, message: Message) -> None:
        self._typing(message.patient_id, True)
        try:
            async with self._store.read() as db:
                line = messages.opened(db, message)
                metadata = await context.metadata(db, self._scripts, message, line.choice, self._clock())
            answer = await self._dialogue.ask(message.uid, line.text, metadata)
            await self._write(message, answer)
        except DialogueSilent as silent:
            _log.warning("dialogue_silent", message=message.id, why=str(silent))
            await self._stay_with(message)
        except Exception as error:
            # A fault of our own must not hold up everything after it for ever: it is told, counted and in
            # the end set aside, as silence is.
            _log.error("answer_failed", message=message.id, error=type(error).__name__)
            await self._stay_with(message)
        finally:
            self._typing(message.patient_id, False)
        self._said(message.patient_id)

    async def _write(self, message: Message, answer: Answer) -> None:
        """Keep the answer and mark the message answered, in one transaction."""
        opened = False
        async with self._store.begin() as db:
            now = self._clock()
            patient = await people.lock(db, message.patient_id)
            row = await db.get_one(Message, message.id, populate_existing=True)
            if row.state != "received":
                return
            said = await messages.replies_to(db, row.id)
            already = any(entry.row.kind != "prepared" for entry in said)
            replies: list[Reply] = []
            on = await safety.on(db, patient.id)
            found = dict((await messages.verdicts(db, [row.id])).get(row.id, []))
            if answer.second_opinion and not found["rules"].level.alerts:
                opened = True
                replies = await self._second_opinion(db, patient, row, now, silent=already)
            elif not already and (on is None or row.id in await cases.evidence(db, on.id)):
                noted = found["rules"].level is Level.ROUTINE and not said
                replies = await self._fill(db, patient, row, answer, noted=noted, late=bool(said), now=now)
            # Else the message had its crisis or safety reply at once, or a later message opened a case:
            # what Rasa says now would run over it.
            for entry in replies:
                await messages.say(db, patient.id, entry, now, answers=row)
            row.state, row.answered_at, row.next_ask_at = "answered", now, None
        if opened:
            self._opened()

    async def _second_opinion(
        self, db: AsyncSession, patient: Patient, row: Message, now: datetime, *, silent: bool
    ) -> list[Reply]:
        """Only Rasa's classifier sees a risk: it opens a case as the rules do."""
        verdict = Verdict(Level.URGENT)
        await messages.add_verdict(db, row, "classifier", verdict, now)
        opened = await case.open_or_raise(db, row, verdict.level, (), now, "classifier")
        if silent:
            return []
        return await safety.first_words(
            db, self._scripts, patient, row, verdict, opened, now, because_classifier=True
        )

    async def _fill(
        self,
        db: AsyncSession,
        patient: Patient,
        row: Message,
        answer: Answer,
        *,
        noted: bool,
        late: bool,
        now: datetime,
    ) -> list[Reply]:
        unresolved = await cases.unresolved(db, patient.id)
        filled = await receipt.fills(db, patient, unresolved, now)
        replies = [replace(entry, text=words.fill(entry.text, filled)) for entry in answer.replies]
        if late:
            replies.insert(0, Reply(words.say("prepared", "taken_up_again", filled, row.id)))
        if len(messages.opened(db, row).text) > LONGEST:
            replies.append(Reply(words.say("prepared", "too_long", filled, row.id)))
        if noted and unresolved is not None:
            replies.insert(0, await reply.routine_words(db, patient, unresolved, now, row.id))
        return replies + await practice.ask_again(db, self._scripts, patient.id, row)

    async def _stay_with(self, message: Message) -> None:
        """Rasa is silent: say so once, honestly, and ask again later."""
        works = message.tries + 1 >= _MOST_TRIES and await self._dialogue.ready()
        async with self._store.begin() as db:
            now = self._clock()
            patient = await people.lock(db, message.patient_id)
            row = await db.get_one(Message, message.id, populate_existing=True)
            if row.state != "received":
                return
            row.tries += 1
            row.next_ask_at = now + timedelta(seconds=min(60.0, 2.0**row.tries))
            unresolved = await cases.unresolved(db, patient.id)
            filled = await receipt.fills(db, patient, unresolved, now)
            key = None
            if works:
                key = "set_aside"
                row.state, row.next_ask_at = "set_aside", None
                await case.open_or_raise(db, row, Level.ROUTINE, ("R24",), now, "set_aside")
            elif not await messages.replies_to(db, row.id):
                # With anything open or noted, even these words carry the crisis path.
                key = "dialogue_silent" if unresolved is None else "dialogue_silent_crisis"
            if key is not None:
                text = words.say("prepared", key, filled, row.id)
                await messages.say(db, patient.id, Reply(text, kind="prepared"), now, answers=row)
