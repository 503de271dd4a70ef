"""Asks Rasa what to say. After the message is written down and screened, before the reply.

Rasa answers 200 and `[]` to almost every failure, so an empty answer, an error, a time-out and an
action that failed are all one thing here: `DialogueSilent`. Asking again is safe, because Rasa keeps no
state that matters (each message is a conversation of its own) and actions are idempotent by message id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from interlude.message import Choice, InterludeError, Reply

#: Rasa sees at most so many characters (a 1 MB text blocks its loop for seconds); the screen sees all.
LONGEST = 4000


class DialogueSilent(InterludeError):
    """Rasa gave no usable answer. `failed` is true when an action ran and failed."""

    def __init__(self, why: str, *, failed: bool = False) -> None:
        super().__init__(why)
        self.failed = failed


@dataclass(frozen=True)
class Answer:
    """What Rasa said: replies in order, and whether its own risk opinion asks for a human."""

    replies: tuple[Reply, ...]
    second_opinion: bool = False


class Dialogue:
    """The Rasa processes at the given addresses; the first that takes a turn answers it."""

    def __init__(self, addresses: Sequence[str], timeout: float) -> None:
        self._addresses = [address.rstrip("/") for address in addresses]
        self._timeout = aiohttp.ClientTimeout(total=timeout, connect=3)
        self._http: aiohttp.ClientSession | None = None
        self._turn = 0

    async def ask(self, conversation: str, text: str, metadata: dict[str, Any]) -> Answer:
        """One turn. Raises DialogueSilent when nothing usable comes back."""
        body = {"sender": conversation, "message": spoken_text(text), "metadata": metadata}
        return read_answer(await self._post(body))

    async def ready(self) -> bool:
        """A canary turn through Rasa, its rules, the action server and the store."""
        metadata = {"canary": True, "choice": "intent:resume", "level": "none", "mode": "normal"}
        try:
            answer = await self.ask("canary", "resume", metadata)
        except DialogueSilent:
            return False
        return [reply.text for reply in answer.replies] == ["ready"]

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()

    async def _post(self, body: dict[str, Any]) -> Any:
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=self._timeout)
        self._turn += 1
        why = "no Rasa address is set"
        for attempt in range(len(self._addresses)):
            address = self._addresses[(self._turn + attempt) % len(self._addresses)]
            try:
                async with self._http.post(f"{address}/webhooks/rest/webhook", json=body) as response:
                    if response.status != 200:
                        raise DialogueSilent(f"Rasa answered {response.status}")
                    return await response.json()
            except aiohttp.ClientConnectorError:
                # Refused before anything was sent: another process may take the turn.
                why = "no Rasa process takes a connection"
            except (TimeoutError, aiohttp.ClientError, ValueError) as error:
                raise DialogueSilent(f"Rasa did not answer ({type(error).__name__})") from error
        raise DialogueSilent(why)


def spoken_text(text: str) -> str:
    """The patient's text as Rasa may see it: no leading slash (Rasa would take it for a command), at
    most 4,000 characters, never empty."""
    return text.strip().lstrip("/ \t\r\n").strip()[:LONGEST] or "..."


def read_answer(body: Any) -> Answer:
    """Rasa's REST answer as replies. Raises DialogueSilent when there is nothing to say."""
    if not isinstance(body, list):
        raise DialogueSilent("Rasa answered something that is not a list")
    replies: list[Reply] = []
    second_opinion = failed = False
    for part in body:
        custom = part.get("custom")
        kind = custom.get("kind") if isinstance(custom, dict) else None
        if kind == "failed":
            failed = True
            continue
        if kind == "second_opinion":
            second_opinion = True
            custom = None
        if kind == "reply":
            # An action's whole reply in one object: text, choices and what a channel may draw.
            said = tuple(Choice(**choice) for choice in custom["choices"])
            replies.append(Reply(custom["text"], said, custom["custom"], custom["says"]))
            continue
        choices = tuple(Choice(b["title"], b["payload"]) for b in part.get("buttons") or ())
        text = part.get("text") or (custom or {}).get("text") or ""
        if text or custom:
            replies.append(Reply(text, choices, custom))
    # A risk opinion stands even where the action after it failed: the app opens the case itself.
    if failed and not second_opinion:
        raise DialogueSilent("an action failed", failed=True)
    if not replies and not second_opinion:
        raise DialogueSilent("Rasa said nothing")
    return Answer(tuple(replies), second_opinion)
