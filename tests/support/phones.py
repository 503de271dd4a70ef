"""The outside of the pagers, played."""

from __future__ import annotations

from dataclasses import dataclass

from interlude.pagers.base import Alert, PageFailed
from interlude.settings import Settings


@dataclass(frozen=True)
class Paged:
    """One page that arrived."""

    address: str
    alert: Alert


class Phones:
    """The outside of the pagers: every page that left, in order; `dead` addresses refuse."""

    def __init__(self) -> None:
        self.pages: list[Paged] = []
        self.dead: set[str] = set()
        self.tried = 0

    def make_pager(self, _name: str, _settings: Settings) -> Phones:
        """For Watch(make_pager=...)."""
        return self

    async def send(self, address: str, alert: Alert) -> None:
        """A pager's `send`."""
        self.tried += 1
        if address in self.dead:
            raise PageFailed("The number is not reachable.")
        self.pages.append(Paged(address, alert))
