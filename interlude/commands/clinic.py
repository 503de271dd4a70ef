"""`interlude clinician …` and `interlude patient …`: adding people, inviting a patient."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from interlude.app import open_store, utc_now
from interlude.commands import demo
from interlude.console.login import hash_password
from interlude.message import InterludeError
from interlude.pagers.base import pager, parse_address
from interlude.scripts.script import MEDICAL
from interlude.settings import HOME, read_settings
from interlude.store import people
from interlude.store.database import Store
from interlude.store.migrate import migrate
from interlude.store.tables import Clinic, Patient


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
    _check_place(country, timezone)

    async def work(store: Store) -> None:
        async with store.begin() as db:
            clinic = await _clinic(db)
            patient = await people.add_patient(
                db, clinic, utc_now(), name, pseudonym=pseudonym, country=country.upper(), timezone=timezone
            )
            print(await people.invite(db, patient.id, utc_now()))

    return _run(work, f"There is a patient '{pseudonym}' already; choose another pseudonym.")


def add_clinic(name: str, phone: str, hours: str, country: str, timezone: str) -> int:
    """Add the clinic itself, into an empty database."""
    _check_place(country, timezone)

    async def work(store: Store) -> None:
        async with store.begin() as db:
            if not await people.empty(db):
                raise InterludeError("There is a clinic already; one installation serves one clinic.")
            await people.add_clinic(
                db, name=name, phone=phone, hours=hours, country=country.upper(), timezone=timezone
            )
        print(f"Added {name}.")

    return _run(work, "The clinic could not be written; try again.")


def add_session(pseudonym: str, at: str) -> int:
    """Note the date and time of one of a patient's ketamine sessions; never a dose."""
    try:
        when = datetime.fromisoformat(at)
    except ValueError as error:
        raise InterludeError(f"'{at}' is no ISO time; write one like 2026-11-23T10:00.") from error

    async def work(store: Store) -> None:
        async with store.begin() as db:
            patient = await _patient(db, pseudonym)
            local = when if when.tzinfo else when.replace(tzinfo=ZoneInfo(patient.timezone))
            await people.add_session_date(db, patient.id, local)
        print(f"Noted {local.isoformat()} for {pseudonym}.")

    return _run(work, "The session could not be written; try again.")


def set_medical(pseudonym: str, answers: list[str]) -> int:
    """Set the medical screen's yes and not-sure answers: what doesn't go with them is not offered."""
    unknown = sorted(set(answers) - set(MEDICAL))
    if unknown:
        raise InterludeError(f"Unknown: {', '.join(unknown)}; choose from {', '.join(sorted(MEDICAL))}.")

    async def work(store: Store) -> None:
        async with store.begin() as db:
            (await _patient(db, pseudonym)).medical = sorted(set(answers))
        print(f"Set for {pseudonym}: {', '.join(sorted(set(answers))) or 'nothing'}.")

    return _run(work, "The answers could not be written; try again.")


def invite(pseudonym: str) -> int:
    """Print a fresh one-time invitation code for a patient."""

    async def work(store: Store) -> None:
        async with store.begin() as db:
            patient = await _patient(db, pseudonym)
            print(await people.invite(db, patient.id, utc_now()))

    return _run(work, "The invitation could not be written; try again.")


def _check_place(country: str, timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InterludeError(f"'{timezone}' is no time zone; write one like Europe/London.") from error
    if len(country) != 2 or not country.isalpha():
        raise InterludeError(f"'{country}' is no country; write its two letters, like US or GB.")


async def _patient(db: AsyncSession, pseudonym: str) -> Patient:
    found = await people.patient_by_pseudonym(db, pseudonym)
    if found is None:
        raise InterludeError(f"There is no patient '{pseudonym}'; add one with `interlude patient add`.")
    return found


async def _clinic(db: AsyncSession) -> Clinic:
    found = list(await db.scalars(select(Clinic)))
    if len(found) != 1:
        raise InterludeError(
            f"There are {len(found)} clinics in the database; this command needs one: `interlude clinic add`."
        )
    return found[0]


def _run(work: Callable[[Store], Awaitable[None]], taken: str) -> int:
    async def whole() -> None:
        os.chdir(HOME)
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
