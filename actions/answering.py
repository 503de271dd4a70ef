"""What every action shares: once for each message, in one transaction, with the answer kept.

An action that is asked again for the same message says again what it said, and does nothing twice.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.ext.asyncio import AsyncSession

from interlude import practice, safety
from interlude.message import Choice, InterludeError, Reply
from interlude.scripts.script import load as load_scripts
from interlude.store import messages, people, runs
from interlude.store.database import Store
from interlude.store.tables import Message, Patient


@dataclass(frozen=True)
class Asked:
    """One call of an action: the message it answers and all that is needed to answer it."""

    db: AsyncSession
    scripts: practice.Scripts
    patient: Patient
    message: Message
    text: str
    choice: str | None
    intent: str
    now: datetime


class Office:
    """What the actions of this process work with; set once by `interlude actions`."""

    store: Store | None = None
    scripts: practice.Scripts | None = None


def office() -> tuple[Store, practice.Scripts]:
    """The store and the scripts; opened from the settings when the SDK's own server runs the actions."""
    if Office.store is None:
        from interlude.app import open_store
        from interlude.settings import read_settings

        Office.store = open_store(read_settings())
    if Office.scripts is None:
        Office.scripts = load_scripts()
    return Office.store, Office.scripts


class Answering(ABC):
    """What makes an `Action` one that writes: it gives `run`, the action gives `name` and `answer`.

    Not an `Action` itself: the SDK would take it for one of the actions it serves.
    """

    #: False for the actions that still work while an urgent or emergency case is open.
    pauses_for_safety = True

    @abstractmethod
    def name(self) -> str:
        """Its name in domain.yml."""

    @abstractmethod
    async def answer(self, asked: Asked) -> list[Reply]:
        """Do it and say so, inside the transaction."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Answer the message named in the metadata, once."""
        metadata = tracker.latest_message.get("metadata") or {}
        store, scripts = office()
        if metadata.get("canary"):
            async with store.read() as db:
                await people.empty(db)
            dispatcher.utter_message(text="ready")
            return []
        message_id = metadata.get("message_id")
        if not isinstance(message_id, int):
            raise InterludeError("A turn came without a message id; only the app may ask Rasa.")
        async with store.begin() as db:
            line = await messages.line(db, message_id)
            if line is None:
                raise InterludeError("A turn names a message that isn't in the store.")
            patient = await people.lock(db, line.row.patient_id)
            said = await runs.deed(db, message_id, self.name())
            if said is None:
                asked = Asked(
                    db,
                    scripts,
                    patient,
                    line.row,
                    line.text,
                    line.choice,
                    str((tracker.latest_message.get("intent") or {}).get("name")),
                    _now(metadata),
                )
                if self.pauses_for_safety and await safety.on(db, patient.id) is not None:
                    # A risk came in while this turn was under way; nothing may run over it.
                    replies = [Reply("Let's stay with what matters most right now.")]
                else:
                    replies = await self.answer(asked)
                said = [asdict(reply) for reply in replies]
                await runs.add_deed(db, message_id, self.name(), said, asked.now)
        for reply in said:
            dispatcher.utter_message(json_message={**reply, "kind": "reply", "says": reply["kind"]})
        return []


def _now(metadata: dict[str, Any]) -> datetime:
    """The time of the turn, by the app's clock: one turn has one time."""
    given = metadata.get("now")
    return datetime.fromisoformat(given) if isinstance(given, str) else datetime.now(UTC)


def nothing_open() -> Reply:
    """Said to "back", "skip" or "resume" when no script is there to move."""
    return Reply(
        "There is nothing open right now. Pick something below, or just write.",
        (
            Choice("Look at a thought", "intent:start_reframe"),
            Choice("Slow breathing", "intent:start_breathing"),
            Choice("Note my mood", "intent:log_mood"),
            Choice("Ask for a person", "intent:talk_to_human"),
        ),
    )
