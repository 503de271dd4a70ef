"""`interlude talk` and `interlude screen`: the real turn, and the real screen, in a terminal."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from interlude.app import Interlude, open_store
from interlude.commands import demo, logs, training
from interlude.commands.running import free_port
from interlude.dialogue import Dialogue
from interlude.message import Inbound, InterludeError
from interlude.screening.screen import Screener
from interlude.settings import HOME, Settings, read_settings
from interlude.store import cases, messages, people
from interlude.store.migrate import migrate
from interlude.store.schema import new_uid

#: Session dates that make a phase, in hours from now (course.phase).
_SESSIONS = {
    "prep": (72.0,),
    "dosing_day": (0.0,),
    "day_1": (-20.0,),
    "integration": (-48.0,),
    "between": (-24.0 * 5,),
    "maintenance": (-24.0 * 33, -24.0 * 12),
}
_TIMEZONES = {
    "US": "America/New_York",
    "GB": "Europe/London",
    "AU": "Australia/Sydney",
    "DE": "Europe/Berlin",
}


def screen(as_json: bool) -> int:
    """Verdicts for the text lines on standard input."""
    screener = Screener()
    for line in sys.stdin:
        verdict = screener.screen(line.rstrip("\n"))
        if as_json:
            print(json.dumps(asdict(verdict)), flush=True)
        else:
            why = ", ".join(sorted({f"{found.rule} ({found.category})" for found in verdict.evidence}))
            print(f"{verdict.level:10} {why}", flush=True)
    return 0


def talk(as_json: bool, phase: str, country: str, date: str | None) -> int:
    """A conversation through the real turn, in the demo's database, as a patient made for it."""
    if phase not in _SESSIONS:
        raise InterludeError(f"There is no phase '{phase}'; give one of {', '.join(_SESSIONS)}.")
    return asyncio.run(_talk(as_json, phase, country.upper(), _offset(date)))


async def _talk(as_json: bool, phase: str, country: str, offset: timedelta) -> int:
    os.chdir(HOME)
    logs.set_up()
    os.environ.update(demo.secrets_of_demo())
    settings = read_settings()

    def clock() -> datetime:
        return datetime.now(UTC) + offset

    store = open_store(settings)
    await migrate(store)
    await demo.seed(store, clock())
    async with _dialogue(settings) as dialogue:
        interlude = Interlude(settings, store, clock=clock, dialogue=dialogue)
        async with store.begin() as db:
            one = await people.patient_by_pseudonym(db, "demo-robin")
            if one is None:
                raise InterludeError("The demo clinic is not in this database; talk works in the demo only.")
            clinic = await people.clinic_of(db, one)
            patient = await people.add_patient(
                db,
                clinic,
                clock(),
                None,
                pseudonym=f"talk-{secrets.token_hex(3)}",
                country=country or None,
                timezone=_TIMEZONES.get(country, "UTC"),
            )
            for hours in _SESSIONS[phase]:
                await people.add_session_date(db, patient.id, clock() + timedelta(hours=hours))
        print(f"Talking as {patient.pseudonym}. End with Ctrl-D.", file=sys.stderr, flush=True)
        async for line in _lines():
            if line.strip():
                answered = await _say(interlude, patient.id, line.strip())
                print(json.dumps(answered) if as_json else _shown(answered), flush=True)
    await store.close()
    return 0


async def _say(interlude: Interlude, patient_id: str, text: str) -> dict[str, Any]:
    began = time.perf_counter()
    async with interlude.store.read() as db:
        before = await messages.history(db, patient_id, limit=12)
    last = before[-1].row.id if before else 0
    offers = {c.title.casefold(): c.value for entry in before for c in entry.choices}
    choice = offers.get(text.casefold())
    inbound = Inbound("terminal", new_uid(), patient_id, text, interlude.clock(), choice)
    taken = await interlude.turn.take(inbound)
    await interlude.turn.answer(patient_id)
    took = (time.perf_counter() - began) * 1000
    await interlude.watch.tick()
    async with interlude.store.read() as db:
        said = [
            entry
            for entry in await messages.history(db, patient_id, after=last, limit=100)
            if entry.row.author != "patient"
        ]
        case = await cases.unresolved(db, patient_id)
        concerns = case is not None and taken.message_id in await cases.evidence(db, case.id)
    return {
        "say": text,
        "replies": [
            {"text": entry.text, "choices": [choice.title for choice in entry.choices]} for entry in said
        ],
        "case": case.level if case is not None and concerns else None,
        "ms": round(took, 1),
    }


@asynccontextmanager
async def _dialogue(settings: Settings) -> AsyncIterator[Dialogue]:
    """The running Rasa, or one started (with its action server) for this conversation only."""
    running = Dialogue(settings.rasa.addresses, settings.rasa.timeout)
    if await running.ready():
        yield running
        await running.close()
        return
    await running.close()
    archive = training.train(settings.models)
    rasa, actions = free_port(), free_port()
    environment = training.rasa_environment(
        INTERLUDE_ACTIONS__PORT=str(actions), INTERLUDE_ACTIONS_URL=f"http://127.0.0.1:{actions}/webhook"
    )
    started = _start_rasa_and_actions(archive, rasa, environment)
    own = Dialogue([f"http://127.0.0.1:{rasa}"], settings.rasa.timeout)
    try:
        for _ in range(240):
            if await own.ready():
                break
            if any(process.poll() is not None for process in started):
                raise InterludeError("Rasa or the action server did not start; run `make run` to see why.")
            await asyncio.sleep(0.5)
        else:
            raise InterludeError("Rasa was not ready within two minutes; run `make run` to see why.")
        yield own
    finally:
        await own.close()
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _start_rasa_and_actions(
    archive: Path, port: int, environment: dict[str, str]
) -> list[subprocess.Popen[bytes]]:
    rasa = [str(training.rasa_python()), "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port)]
    rasa += ["--model", str(archive), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
    return [
        subprocess.Popen(
            command, cwd=HOME, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for command in (rasa, [sys.executable, "-m", "interlude", "actions"])
    ]


async def _lines() -> AsyncIterator[str]:
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line.rstrip("\n")


def _shown(answered: dict[str, Any]) -> str:
    parts: Iterable[str] = (
        entry["text"] + ("\n  [" + "] [".join(entry["choices"]) + "]" if entry["choices"] else "")
        for entry in answered["replies"]
    )
    return "\n".join(parts) + "\n"


def _offset(date: str | None) -> timedelta:
    """How far the conversation's clock is from the real one."""
    if date is None:
        return timedelta(0)
    try:
        wanted = datetime.fromisoformat(date)
    except ValueError as error:
        raise InterludeError(
            f"'{date}' is no ISO date; write 2026-11-23 or 2026-11-23T21:30+01:00."
        ) from error
    return (wanted if wanted.tzinfo else wanted.replace(tzinfo=UTC)) - datetime.now(UTC)
