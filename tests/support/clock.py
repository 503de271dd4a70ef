"""A clock that stands still until a test lets time pass."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Call it for the time. Begins on a Monday morning."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **amount: float) -> None:
        """Let time pass: `passes(minutes=5)`."""
        self.now += timedelta(**amount)
