"""Where a patient is in the course of treatment: pure, from the session dates alone.

The phases are those of the clinical specification, section 3.1. Dates are set by the clinic, never doses.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

Phase = Literal["prep", "dosing_day", "day_1", "integration", "between", "maintenance", "paused"]

_MAINTENANCE_GAP = timedelta(weeks=2)


def phase(sessions: Sequence[datetime], now: datetime, timezone: str) -> Phase:
    """The phase at `now` for aware session times in any order; `between` when none are known.

    A session still to come today already makes a dosing day: its limits begin with the day.
    """
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    ordered = sorted(sessions)
    if any(session.astimezone(zone).date() == today for session in ordered):
        return "dosing_day"
    past = [session for session in ordered if session <= now]
    coming = [session for session in ordered if session > now]
    if past:
        since = now - past[-1]
        if since < timedelta(hours=24):
            return "day_1"
        if since < timedelta(hours=72):
            return "integration"
    if coming and coming[0] - now <= timedelta(days=7):
        return "prep"
    apart = [later - earlier for earlier, later in pairwise(ordered)]
    if past and apart and apart[-1] >= _MAINTENANCE_GAP:
        return "maintenance"
    return "between"


def hours_since(sessions: Sequence[datetime], now: datetime) -> float | None:
    """Hours since the last session, or None before the first."""
    past = [session for session in sessions if session <= now]
    return (now - max(past)).total_seconds() / 3600 if past else None
