"""Where the mood chart's points, ticks and session lines lie; the Jinja macro in chart.html draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from interlude.console.words import zone_of
from interlude.store.tables import Mood

_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 448, 22, 170
_MOST_TICKS = 5


@dataclass(frozen=True)
class Dot:
    """One rating: its place, and what it says."""

    x: float
    y: float
    score: int
    at: datetime


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: how far along, and its label."""

    place: float
    label: str


@dataclass(frozen=True)
class Chart:
    """Everything the macro draws, in the units of the view box (460 x 220)."""

    dots: tuple[Dot, ...]
    days: tuple[Tick, ...]
    scores: tuple[Tick, ...]
    sessions: tuple[Tick, ...]
    average: float

    @property
    def line(self) -> str:
        """The points of the polyline."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def mood_chart(
    moods: Sequence[Mood], start: datetime, end: datetime, sessions: Sequence[datetime], zone: str
) -> Chart | None:
    """The chart of the ratings (0 to 10) between two times; None without any rating.

    Days are those of the patient's `zone`; session dates stand as upright lines.
    """
    shown = [mood for mood in moods if start <= mood.at <= end]
    if not shown:
        return None
    length = max((end - start).total_seconds(), 1.0)

    def across(moment: datetime) -> float:
        return round(_LEFT + (moment - start).total_seconds() / length * (_RIGHT - _LEFT), 1)

    return Chart(
        dots=tuple(Dot(across(mood.at), _up(mood.score), mood.score, mood.at) for mood in shown),
        days=tuple(Tick(across(day), label) for day, label in _days(start, end, zone)),
        scores=tuple(Tick(_up(score), str(score)) for score in range(0, 11, 2)),
        sessions=tuple(Tick(across(at), _day(at, zone)) for at in sessions if start <= at <= end),
        average=sum(mood.score for mood in shown) / len(shown),
    )


def _up(score: int) -> float:
    return round(_BOTTOM - score / 10 * (_BOTTOM - _TOP), 1)


def _day(moment: datetime, zone: str) -> str:
    there = moment.astimezone(zone_of(zone))
    return f"{there.day} {there:%b}"


def _days(start: datetime, end: datetime, zone: str) -> list[tuple[datetime, str]]:
    step = timedelta(days=max(1, -(-((end - start).days + 1) // _MOST_TICKS)))
    there = start.astimezone(zone_of(zone)) + timedelta(days=1)
    midnight = there.replace(hour=0, minute=0, second=0, microsecond=0)
    found = []
    while midnight <= end:
        found.append((midnight, _day(midnight, zone)))
        midnight += step
    return found
