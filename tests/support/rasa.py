"""Stands in for Rasa: its gate's order and its rules, with the real custom actions run in this process.

The classifier is whatever the test says (`understands`, `suspects`); silence and slowness are switched on
by name. Every turn it was asked is kept in `asked`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import mood, scripts, team
from actions.answering import Office
from interlude.dialogue import Answer, DialogueSilent, read_answer
from interlude.practice import Scripts
from interlude.store.database import Store

ACTIONS = {
    "crisis": team.ActionEscalateRisk,
    "start_breathing": scripts.ActionStartScript,
    "start_grounding": scripts.ActionStartScript,
    "start_reframe": scripts.ActionStartScript,
    "answer_step": scripts.ActionContinueScript,
    "skip": scripts.ActionContinueScript,
    "stop_or_cancel": scripts.ActionContinueScript,
    "resume": scripts.ActionResumeScript,
    "log_mood": mood.ActionLogMood,
    "mood_trend": mood.ActionShowMoodTrend,
    "talk_to_human": team.ActionNoteForTeam,
}
COMMANDS = {"stop": "stop_or_cancel", "skip": "skip", "resume": "resume"}
#: what utter_crisis sends: its words, and beside them the sign for the app
CRISIS = ({"text": "(crisis words of the dialogue)"}, {"custom": {"kind": "second_opinion"}})


@dataclass(frozen=True)
class Ask:
    """One turn Rasa was asked."""

    conversation: str
    text: str
    metadata: dict[str, Any]


async def run_action(
    store: Store, scripts: Scripts, intent: str, text: str, metadata: dict[str, Any]
) -> list[dict[str, Any]]:
    """What a real action answers to a turn, as the parts of Rasa's REST channel."""
    Office.store, Office.scripts = store, scripts
    said = CollectingDispatcher()
    latest = {"text": text, "intent": {"name": intent}, "metadata": metadata}
    tracker = Tracker("x", {}, latest, [], False, None, {}, None)
    try:
        await ACTIONS[intent]().run(said, tracker, {})
    finally:
        Office.store = Office.scripts = None
    return [{name: value for name, value in part.items() if value} for part in said.messages]


class FakeRasa:
    """Answers turns. `silent`: no usable answer. `actions_dead`: rules and words work, actions don't."""

    def __init__(self, store: Store, scripts: Scripts) -> None:
        self._store, self._scripts = store, scripts
        self._intents: dict[str, str] = {}
        self._suspected: set[str] = set()
        self.asked: list[Ask] = []
        self.silent = False
        self.actions_dead = False
        self.is_ready: bool | None = None
        #: texts it fails on while everything else works
        self.poison: set[str] = set()
        #: awaited before each answer: hold it back, or do something meanwhile
        self.before_answer: Callable[[Ask], Awaitable[None]] | None = None
        self.in_flight = self.most_in_flight = 0

    def understands(self, text: str, intent: str) -> None:
        """This text has this intent."""
        self._intents[text] = intent

    def suspects(self, text: str) -> None:
        """The risk classifier takes this text for a crisis."""
        self._suspected.add(text)

    async def ready(self) -> bool:
        """The canary."""
        return not self.silent if self.is_ready is None else self.is_ready

    async def ask(self, conversation: str, text: str, metadata: dict[str, object]) -> Answer:
        """One turn."""
        ask = Ask(conversation, text, dict(metadata))
        self.asked.append(ask)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.before_answer is not None:
                await self.before_answer(ask)
            await asyncio.sleep(0)
            if self.silent or text in self.poison:
                raise DialogueSilent("switched off by the test")
            return await self._answer(ask)
        finally:
            self.in_flight -= 1

    async def _answer(self, ask: Ask) -> Answer:
        intent = self._gate(ask)
        if intent is None:
            return read_answer([{"text": f"You said: {ask.text}"}])
        parts: list[dict[str, Any]] = list(CRISIS) if intent == "crisis" else []
        if self.actions_dead:
            # Rasa answers 200 with what it had so far.
            return read_answer(parts)
        return read_answer(
            parts + await run_action(self._store, self._scripts, intent, ask.text, ask.metadata)
        )

    def _gate(self, ask: Ask) -> str | None:
        known = ask.metadata
        if known["level"] not in ("none", "routine"):
            return "crisis"
        choice = known["choice"] or ""
        if choice.startswith("intent:"):
            return str(choice.removeprefix("intent:"))
        if ask.text in self._suspected:
            return "crisis"
        if known["mode"] == "safety":
            return None
        command = COMMANDS.get(ask.text.lower())
        if known["script"]:
            return command or "answer_step"
        return command or self._intents.get(ask.text)
