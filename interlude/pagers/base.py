"""The contract of every pager: send, or raise.

A returned `send` means the provider took the page; it says nothing about a human having read it. A
raised `PageFailed` means the page did not leave, and the ladder goes on. A page carries the level, a
pseudonym and a link, and never a word of the patient's.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Protocol

from interlude.message import InterludeError, Level
from interlude.settings import Settings


class PageFailed(InterludeError):
    """The page did not leave. The text is safe to store and show: no address, no secret."""


@dataclass(frozen=True)
class Alert:
    """What a page may say."""

    case_id: int
    level: Level
    pseudonym: str
    link: str
    repeat: int

    @property
    def title(self) -> str:
        """One line without health content."""
        again = f", page {self.repeat + 1}" if self.repeat else ""
        return f"{self.level.capitalize()} alert {self.case_id}{again}. Open the console."

    @property
    def body(self) -> str:
        """The whole page: level, pseudonym, link."""
        return f"{self.title}\nPatient {self.pseudonym}\n{self.link}"


class Pager(Protocol):
    """One way to send a page."""

    def __init__(self, settings: Settings) -> None: ...

    async def send(self, address: str, alert: Alert) -> None:
        """Send one alert to one address; raises PageFailed."""


def pager(name: str, settings: Settings) -> Pager:
    """The pager of this name: the class `Pager` in `interlude/pagers/<name>.py`."""
    if not name.isidentifier() or name == "base":
        raise PageFailed(f"'{name[:20]}' is not a pager; use log, email or apprise.")
    try:
        module = importlib.import_module(f"interlude.pagers.{name}")
    except ModuleNotFoundError as error:
        raise PageFailed(f"There is no pager '{name}'; use log, email or apprise.") from error
    made: Pager = module.Pager(settings)
    return made


def parse_address(written: str) -> tuple[str, str]:
    """`name:address` as (name, address); `log:` has an empty address."""
    name, _, address = written.partition(":")
    return name, address
