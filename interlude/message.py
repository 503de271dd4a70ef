"""The words every part shares: what comes in, what is said back, what was found in it.

Lowest layer beside `settings`: imports nothing of Interlude, knows no database and no vendor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal


class InterludeError(Exception):
    """Base of every error Interlude raises on purpose; its text names the mend."""


class Level(StrEnum):
    """How soon a human must see it (clinical levels, lowest first).

    none       ordinary message, seen in the usual transcript review
    routine    the team should know; reviewed on the next working day
    urgent     serious concern; acknowledged within 30 minutes
    emergency  life at stake or cannot be ruled out; acknowledged within 5 minutes
    """

    NONE = "none"
    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 for none to 3 for emergency; compare levels by it."""
        return list(Level).index(self)

    @property
    def alerts(self) -> bool:
        """True for urgent and emergency: the levels that page somebody."""
        return self.rank >= Level.URGENT.rank


def highest(*levels: Level) -> Level:
    """The most serious of the levels given, `none` for no level at all."""
    return max(levels, key=lambda level: level.rank, default=Level.NONE)


@dataclass(frozen=True)
class Evidence:
    """One finding of one risk rule: where in the text, and what it means.

    `start` and `end` are character offsets into the text that was screened; `window` is true when
    the finding only appears in the last messages joined, and the offsets then cover the whole text.
    """

    rule: str
    category: str
    level: Level
    start: int
    end: int
    context: str = ""
    window: bool = False


@dataclass(frozen=True)
class Verdict:
    """What screening says of one text. `failed` means screening itself broke and counts as urgent."""

    level: Level
    categories: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    rules_version: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Choice:
    """A button: what the patient reads and the value that comes back when it is tapped."""

    title: str
    value: str


@dataclass(frozen=True)
class Inbound:
    """One text or tap of a patient, as a channel hands it to the turn.

    `vendor_id` is unique within `channel`; the pair makes a repeated delivery harmless.
    For a tap `choice` is the value of the button and `text` its title.
    """

    channel: str
    vendor_id: str
    patient_id: str
    text: str
    at: datetime
    choice: str | None = None


Author = Literal["patient", "interlude", "clinician"]


@dataclass(frozen=True)
class Reply:
    """One thing said to a patient.

    `custom` is one object of the shared vocabulary, its key `kind` one of `choices`, `scale`,
    `breathing`, `timer`, `card`, `chart`; a channel that can't draw it shows `text` alone, so the
    text must stand by itself. `kind` is `text`, or `crisis` and `receipt` for words about risk and
    about who has seen it, or `prepared` for what is said while the dialogue is silent.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    custom: dict[str, Any] | None = None
    kind: Literal["text", "crisis", "receipt", "prepared"] = "text"


@dataclass(frozen=True)
class Screened:
    """What screening may know besides the text: the last messages (oldest first) and, from the
    store, the things that raise a level. Defaults describe an unknown patient between sessions."""

    previous: tuple[str, ...] = ()
    mood: int | None = None
    open_level: Level = Level.NONE
    recent_case: bool = False
    hours_since_session: float | None = None
    facts: frozenset[str] = field(default_factory=frozenset)
