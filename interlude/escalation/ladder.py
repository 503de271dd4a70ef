"""Who is paged when: pure, given a case's level and how far its ladder has gone.

The times are the defaults of the clinical specification, section 6.3. A rung is a moment after the
ladder began and the tiers paged then; after the last rung the last one repeats until somebody
acknowledges.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from interlude.message import Level

ALL = 99


@dataclass(frozen=True)
class Rung:
    """Minutes after the ladder began, and the tiers to page (`ALL` for everybody)."""

    minutes: float
    tiers: tuple[int, ...]


RUNGS: dict[Level, tuple[Rung, ...]] = {
    Level.EMERGENCY: (
        Rung(0, (1,)),
        Rung(5, (1, 2)),
        Rung(10, (3,)),
        Rung(15, (ALL,)),
        Rung(30, (ALL,)),
    ),
    Level.URGENT: (
        Rung(0, (1,)),
        Rung(15, (1,)),
        Rung(30, (2,)),
        Rung(60, (3,)),
        Rung(120, (ALL,)),
    ),
}

#: After the last rung: every 5 minutes for an emergency (6.3). For urgent the specification gives no
#: number; the acknowledge target of that level (30 minutes) is used.
REPEAT = {Level.EMERGENCY: timedelta(minutes=5), Level.URGENT: timedelta(minutes=30)}

#: From this rung on everybody has been paged and nobody answered: the case is exhausted.
EXHAUSTED_AFTER = {Level.EMERGENCY: 4, Level.URGENT: 5}

#: A clinician's time to acknowledge (5.2).
ACKNOWLEDGE_WITHIN = {
    Level.EMERGENCY: timedelta(minutes=5),
    Level.URGENT: timedelta(minutes=30),
    Level.ROUTINE: timedelta(hours=72),
}


def due_at(level: Level, ladder_from: datetime, step: int) -> datetime | None:
    """When the rung numbered `step` (0 first) is due; None for a level that pages nobody."""
    rungs = RUNGS.get(level)
    if rungs is None:
        return None
    if step < len(rungs):
        return ladder_from + timedelta(minutes=rungs[step].minutes)
    past = step - len(rungs) + 1
    return ladder_from + timedelta(minutes=rungs[-1].minutes) + REPEAT[level] * past


def tiers(level: Level, step: int, known: frozenset[int]) -> frozenset[int]:
    """The tiers to page on this rung, out of those anybody stands on.

    A tier nobody stands on falls to the highest tier there is: no rung is skipped for want of a
    supervisor. Empty only when the ladder is empty.
    """
    rungs = RUNGS[level]
    wanted = rungs[min(step, len(rungs) - 1)].tiers
    if ALL in wanted or not known:
        return known
    return frozenset(tier if tier in known else max(known) for tier in wanted)


def exhausted(level: Level, steps_done: int) -> bool:
    """True once every tier has been paged and nobody acknowledged."""
    return steps_done >= EXHAUSTED_AFTER.get(level, steps_done + 1)
