"""One whole clinic for all tests of this folder: starting Rasa takes a quarter of a minute."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.browsers import browser, profile
from support.whole import WholeClinic

__all__ = ["browser", "profile"]


@pytest.fixture(scope="session")
def clinic_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeClinic]:
    clinic = WholeClinic(tmp_path_factory.mktemp("clinic"))
    try:
        clinic.start()
        yield clinic
    finally:
        clinic.close()


@pytest.fixture
def whole(clinic_processes: WholeClinic) -> WholeClinic:
    """The clinic with every part up, whatever the last test killed."""
    for name in ("rasa", "actions", "app"):
        if name not in clinic_processes.processes:
            clinic_processes.start(name)
    return clinic_processes
