"""`interlude clinician …` and `interlude patient …`: adding people, inviting a patient."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from interlude.app import open_store, utc_now
from interlude.commands import demo
from interlude.console.login import hash_password
from interlude.message import InterludeError
from interlude.pagers.base import pager, parse_address
from interlude.settings import read_settings
from interlude.store import people
from interlude.store.database import Store
from interlude.store.migrate import migrate
from interlude.store.tables import Clinic


def add_clinician(login: str, name: str, tier: int, pagers: list[str]) -> int:
    """Add a clinician to the (one) clinic; the password is asked for, or read from standard input."""
    for address in pagers:
        pager(parse_address(address)[0], read_settings())

    async def work(store: Store) -> None:
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        if len(password) < 12:
            raise InterludeError("The password needs at least 12 characters.")
        hashed = await hash_password(password)
        async with store.begin() as db:
            clinic = await _clinic(db)
            await people.add_clinician(db, clinic, pagers, login=login, name=name, tier=tier, password=hashed)
        print(f"Added {login}.")

    return _run(work, f"There is a clinician '{login}' already; choose another login.")


def add_patient(pseudonym: str, country: str, timezone: str, name: str | None) -> int:
    """Add a patient and print an invitation code."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InterludeError(f"'{timezone}' is no time zone; write one like Europe/London.") from error
    if len(country) != 2 or not country.isalpha():
        raise InterludeError(f"'{country}' is no country; write its two letters, like US or GB.")

    async def work(store: Store) -> None:
        async with store.begin() as db:
            clinic = await _clinic(db)
            patient = await people.add_patient(
                db, clinic, utc_now(), name, pseudonym=pseudonym, country=country.upper(), timezone=timezone
            )
            print(await people.invite(db, patient.id, utc_now()))

    return _run(work, f"There is a patient '{pseudonym}' already; choose another pseudonym.")


def invite(pseudonym: str) -> int:
    """Print a fresh one-time invitation code for a patient."""

    async def work(store: Store) -> None:
        async with store.begin() as db:
            patient = await people.patient_by_pseudonym(db, pseudonym)
            if patient is None:
                raise InterludeError(
                    f"There is no patient '{pseudonym}'; add one with `interlude patient add`."
                )
            print(await people.invite(db, patient.id, utc_now()))

    return _run(work, "The invitation could not be written; try again.")


async def _clinic(db: AsyncSession) -> Clinic:
    found = list(await db.scalars(select(Clinic)))
    if len(found) != 1:
        raise InterludeError(
            f"There are {len(found)} clinics in the database; this command needs exactly one."
        )
    return found[0]


def _run(work: Callable[[Store], Awaitable[None]], taken: str) -> int:
    async def whole() -> None:
        settings = read_settings()
        if settings.mode == "demo":
            os.environ.update(demo.secrets_of_demo())
            settings = read_settings()
        store = open_store(settings)
        try:
            await migrate(store)
            await work(store)
        except IntegrityError as error:
            raise InterludeError(taken) from error
        finally:
            await store.close()

    asyncio.run(whole())
    return 0
