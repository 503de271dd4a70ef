"""Who is paged when (clinical specification 6.3), as a table and as what must always hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlude.escalation import ladder
from interlude.message import Level

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
EVERYBODY = frozenset({1, 2, 3})


def plan(level: Level, rungs: int, known: frozenset[int] = EVERYBODY) -> list[tuple[float, list[int]]]:
    """The first rungs as (minutes after the start, tiers)."""
    found = []
    for step in range(rungs):
        due = ladder.due_at(level, START, step)
        assert due is not None
        found.append(((due - START) / timedelta(minutes=1), sorted(ladder.tiers(level, step, known))))
    return found


def test_an_emergency_climbs_as_the_specification_says() -> None:
    assert plan(Level.EMERGENCY, 8) == [
        (0, [1]), (5, [1, 2]), (10, [3]), (15, [1, 2, 3]), (30, [1, 2, 3]), (35, [1, 2, 3]), (40, [1, 2, 3]),
        (45, [1, 2, 3]),
    ]  # fmt: skip


def test_an_urgent_case_climbs_as_the_specification_says() -> None:
    assert plan(Level.URGENT, 7) == [
        (0, [1]), (15, [1]), (30, [2]), (60, [3]), (120, [1, 2, 3]), (150, [1, 2, 3]), (180, [1, 2, 3])
    ]  # fmt: skip


@pytest.mark.parametrize("level", [Level.NONE, Level.ROUTINE])
def test_what_is_not_urgent_pages_nobody(level: Level) -> None:
    assert ladder.due_at(level, START, 0) is None
    assert not ladder.exhausted(level, 100)


@given(
    st.sampled_from([Level.URGENT, Level.EMERGENCY]),
    st.integers(0, 60),
    st.frozensets(st.integers(1, 5), min_size=1),
)
def test_every_rung_has_somebody_and_a_later_time(level: Level, step: int, known: frozenset[int]) -> None:
    now, later = ladder.due_at(level, START, step), ladder.due_at(level, START, step + 1)
    assert now is not None
    assert later is not None
    assert now < later
    paged = ladder.tiers(level, step, known)
    assert paged
    assert paged <= known


def test_a_missing_tier_falls_to_the_highest_there_is() -> None:
    assert ladder.tiers(Level.EMERGENCY, 2, frozenset({1, 2})) == {2}
    assert ladder.tiers(Level.EMERGENCY, 0, frozenset({3})) == {3}
    assert ladder.tiers(Level.EMERGENCY, 0, frozenset()) == frozenset()
