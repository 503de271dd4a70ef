"""Fixtures; a folder's conftest.py imports those it offers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from interlude.store import people
from interlude.store.database import Store
from interlude.store.tables import Clinic as ClinicRow
from interlude.store.tables import Patient as PatientRow
from support.actors import Clinic
from support.clock import Clock
from support.databases import ENGINES, empty, migrated, open_store


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """Logs go nowhere: rendering a failure with all its variables takes seconds."""
    structlog.configure(processors=[lambda *_: ""], logger_factory=structlog.ReturnLoggerFactory())
    yield
    structlog.reset_defaults()


@pytest.fixture(params=ENGINES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with all tables, on SQLite and on PostgreSQL."""
    with migrated(request.param, tmp_path) as url:
        yield url


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without tables, on SQLite and on PostgreSQL."""
    with empty(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """A store on a fresh database."""
    opened = open_store(store_url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
async def clinic(store: Store, clock: Clock) -> AsyncIterator[Clinic]:
    """A clinic at work. At the end everything said must have been heard."""
    opened = await Clinic(store, clock).opens()
    yield opened
    await opened.closes()


@pytest.fixture
async def clinic_row(store: Store) -> ClinicRow:
    """A clinic in the database, and nothing else of it."""
    async with store.begin() as db:
        return await people.add_clinic(
            db, name="Harbour Clinic", phone="1", hours="9-17", country="US", timezone="America/New_York"
        )


@pytest.fixture
async def patient_row(store: Store, clinic_row: ClinicRow, clock: Clock) -> PatientRow:
    """A patient in the database."""
    async with store.begin() as db:
        return await people.add_patient(db, clinic_row, clock(), "Robin", pseudonym="heron-1", timezone="UTC")
