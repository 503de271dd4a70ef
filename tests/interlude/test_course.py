"""Where a patient is in the course, from the dates alone (clinical specification 3.1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlude import course

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NEW_YORK = "America/New_York"


def at(**ago: float) -> datetime:
    return NOON - timedelta(**ago)


@pytest.mark.parametrize(
    ("sessions", "phase"),
    [
        ([], "between"),
        ([at(days=-7)], "prep"),
        ([at(days=-7, minutes=-1)], "between"),
        ([at(hours=-1)], "dosing_day"),
        ([at(hours=3)], "dosing_day"),
        ([at(hours=14)], "day_1"),
        ([at(hours=23, minutes=59)], "day_1"),
        ([at(hours=24)], "integration"),
        ([at(hours=71, minutes=59)], "integration"),
        ([at(hours=72)], "between"),
        ([at(days=5)], "between"),
        ([at(days=5), at(days=-3)], "prep"),
        ([at(days=20), at(days=6)], "maintenance"),
        ([at(days=19), at(days=6)], "between"),
        ([at(days=20), at(days=6), at(days=-2)], "prep"),
    ],
)
def test_the_phase_follows_the_session_dates(sessions: list[datetime], phase: str) -> None:
    assert course.phase(sessions, NOON, NEW_YORK) == phase


def test_the_day_of_a_session_is_the_patients_own_day() -> None:
    late_evening_in_auckland = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
    session = late_evening_in_auckland + timedelta(hours=1)  # half past midnight there: tomorrow
    assert course.phase([session], late_evening_in_auckland, "Pacific/Auckland") == "prep"
    assert course.phase([session], late_evening_in_auckland, "UTC") == "dosing_day"


def test_the_day_after_is_counted_in_hours_over_a_change_of_clocks() -> None:
    session = datetime(2026, 10, 31, 22, 0, tzinfo=UTC)  # 18:00 in New York, the night clocks go back
    assert course.phase([session], session + timedelta(hours=23.5), NEW_YORK) == "day_1"
    assert course.phase([session], session + timedelta(hours=24.5), NEW_YORK) == "integration"


moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda found: NOON + timedelta(minutes=found))


@given(st.lists(moments, max_size=6), moments, st.randoms())
def test_the_order_in_which_dates_were_entered_does_not_matter(sessions, now, random) -> None:
    shuffled = list(sessions)
    random.shuffle(shuffled)
    assert course.phase(shuffled, now, NEW_YORK) == course.phase(sessions, now, NEW_YORK)


def test_hours_count_from_the_last_session_that_was() -> None:
    assert course.hours_since([at(days=3), at(hours=5), at(hours=-9)], NOON) == 5
    assert course.hours_since([at(hours=-9)], NOON) is None
    assert course.hours_since([], NOON) is None
