"""The pager for development and for a screen on the wall: writes the page into the log."""

from __future__ import annotations

import structlog

from interlude.pagers.base import Alert
from interlude.settings import Settings


class Pager:
    """Writes level, pseudonym and link to the log; never fails."""

    def __init__(self, settings: Settings) -> None:
        self._log = structlog.get_logger("interlude.pager")

    async def send(self, address: str, alert: Alert) -> None:
        """Log the alert."""
        self._log.warning(
            "page", case=alert.case_id, level=str(alert.level), patient=alert.pseudonym, link=alert.link
        )
