"""The demo clinic: two clinicians, two patients, secrets of its own. For trying Interlude, never for care."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from interlude.console.login import hash_password
from interlude.message import InterludeError
from interlude.settings import HOME
from interlude.store import people
from interlude.store.crypt import Vault
from interlude.store.database import Store

_CLINICIANS = (("amara", "Dr Amara Osei", "psychiatrist", 1), ("bruno", "Bruno Keller", "nurse", 2))
_PATIENTS = (
    ("demo-robin", "Robin", "US", "America/New_York"),
    ("demo-sasha", "Sasha", "GB", "Europe/London"),
)


@dataclass(frozen=True)
class Demo:
    """What the demo's people sign in with: login -> password, pseudonym -> invitation code."""

    passwords: dict[str, str]
    codes: dict[str, str]


def var() -> Path:
    """The folder of everything the demo writes."""
    folder = Path(os.environ.get("INTERLUDE_VAR", HOME / "var"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secrets_of_demo() -> dict[str, str]:
    """The demo's secrets as environment variables; made on the first call, kept in `var/secrets.json`.

    What the environment sets already stays. Raises InterludeError when the file can't be read.
    """
    kept = _kept(
        var() / "secrets.json",
        lambda: {
            "INTERLUDE_KEYS": Vault.new_key("demo"),
            "INTERLUDE_ACTIONS_SECRET": secrets.token_urlsafe(24),
        },
    )
    return {name: os.environ.get(name) or value for name, value in kept.items()}


async def seed(store: Store, now: datetime) -> Demo:
    """Fill an empty database with the demo clinic; on a filled one only read what was made before."""
    made = Demo(
        **_kept(
            var() / "demo.json",
            lambda: {
                "passwords": {login: secrets.token_urlsafe(9) for login, *_ in _CLINICIANS},
                "codes": {name: f"{name}-{secrets.token_hex(4)}" for name, *_ in _PATIENTS},
            },
        )
    )
    async with store.read() as db:
        if not await people.empty(db):
            return made
    hashes = {login: await hash_password(password) for login, password in made.passwords.items()}
    async with store.begin() as db:
        if not await people.empty(db):
            return made
        clinic = await people.add_clinic(
            db,
            name="Riverside Demo Clinic",
            phone="555-0100",
            hours="Monday to Friday, 9:00 to 17:00",
            country="US",
            timezone="America/New_York",
        )
        for login, name, credentials, tier in _CLINICIANS:
            await people.add_clinician(
                db,
                clinic,
                ["log:"],
                login=login,
                name=name,
                credentials=credentials,
                tier=tier,
                password=hashes[login],
            )
        for pseudonym, name, country, timezone in _PATIENTS:
            patient = await people.add_patient(
                db, clinic, now, name, pseudonym=pseudonym, country=country, timezone=timezone
            )
            await people.add_session_date(db, patient.id, now - timedelta(days=5))
            await people.invite(db, patient.id, now, days=3650, uses=100_000, code=made.codes[pseudonym])
    return made


def _kept(path: Path, make: Any) -> dict[str, Any]:
    if path.is_file():
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InterludeError(
                f"var/{path.name} can't be read; restore it, or remove that folder to begin anew."
            ) from error
        return found
    fresh: dict[str, Any] = make()
    path.touch(mode=0o600)
    path.write_text(json.dumps(fresh), encoding="utf-8")
    return fresh
