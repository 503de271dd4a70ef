"""What a channel is given by the app, so that it need not know what is above it.

A channel verifies, parses, hands the message to `Front.take`, and shows what was said. It never screens
and never decides what to say.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from interlude.message import InterludeError
from interlude.settings import Settings


@dataclass(frozen=True)
class Event:
    """One thing for an open event stream: `id` only where a stream may resume after it."""

    kind: str
    data: dict[str, Any]
    id: int | None = None


@dataclass(frozen=True)
class SignedIn:
    """A fresh session: the secret token, and when it ends (seconds from now)."""

    token: str
    patient_id: str
    seconds: int


class Front(Protocol):
    """The patient's side of the app."""

    async def take(self, channel: str, vendor_id: str, patient_id: str, text: str, choice: str | None) -> str:
        """Receive one text or tap; returns its state. The same vendor id again changes nothing."""

    async def sign_in(self, code: str) -> SignedIn | None:
        """Use up an invitation; None when the code is unknown, spent or expired."""

    async def whose(self, token: str) -> str | None:
        """The patient a session token belongs to, or None."""

    async def sign_out(self, token: str) -> None:
        """End a session."""

    async def describe(self, patient_id: str) -> dict[str, Any]:
        """What a widget shows before the first word: name, clinic, crisis card, receipt."""

    async def history(self, patient_id: str, before: int | None) -> dict[str, Any]:
        """A stretch of the conversation, oldest first."""

    def events(self, patient_id: str, after: int | None) -> AsyncIterator[Event]:
        """Everything said from now on, or after a message id; ends when the reader goes."""


class Channel(Protocol):
    """One way in: adds its routes to the app."""

    def __init__(self, settings: Settings, front: Front) -> None: ...

    def add_to(self, app: web.Application) -> None:
        """Add the channel's routes."""


def channel(name: str, settings: Settings, front: Front) -> Channel:
    """The channel of this name: the class `Channel` in `interlude/channels/<name>.py`."""
    if not name.isidentifier() or name == "base":
        raise InterludeError(f"'{name[:20]}' is not a channel; mend `channels` in interlude.toml.")
    try:
        module = importlib.import_module(f"interlude.channels.{name}")
    except ModuleNotFoundError as error:
        raise InterludeError(f"There is no channel '{name}'; mend `channels` in interlude.toml.") from error
    made: Channel = module.Channel(settings, front)
    return made
