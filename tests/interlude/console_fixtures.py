"""A clinic with two clinicians and three patients, another clinic, and a browser for each."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from interlude.console import login
from interlude.console.routes import console
from interlude.escalation import case as escalation
from interlude.message import Choice, Evidence, Inbound, Level, Reply, Verdict
from interlude.store import audit, cases, messages, people
from interlude.store.crypt import Vault
from interlude.store.database import Store
from interlude.store.schema import Base
from interlude.store.tables import Case, Clinic, Clinician, Message, Patient

PASSWORD = "correct horse battery"
NOON = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
#: Hashing is slow on purpose; once is enough for all tests.
_HASHED: dict[str, str] = {}
SCRIPT = "<script>alert('x')</script> & <b>bold</b>"


@dataclass
class World:
    """The store with its people; `now` is the time every part is told."""

    store: Store
    now: datetime = NOON
    woken: int = 0
    clinic: Clinic = field(init=False)
    elsewhere: Clinic = field(init=False)
    ada: Clinician = field(init=False)
    ben: Clinician = field(init=False)
    otto: Clinician = field(init=False)
    patient: Patient = field(init=False)
    second: Patient = field(init=False)
    third: Patient = field(init=False)
    foreign: Patient = field(init=False)

    def clock(self) -> datetime:
        return self.now

    def wake(self) -> None:
        self.woken += 1

    async def people(self) -> None:
        hashed = _HASHED.setdefault(PASSWORD, "") or await login.hash_password(PASSWORD)
        _HASHED[PASSWORD] = hashed
        async with self.store.begin() as db:
            shared = {"phone": "+353 1 555 0100", "hours": "Mon-Fri 9-17", "country": "IE"}
            self.clinic = await people.add_clinic(
                db, name="Harbour Clinic", timezone="Europe/Dublin", **shared
            )
            self.elsewhere = await people.add_clinic(
                db, name="Hill Clinic", timezone="Europe/Dublin", **shared
            )

            async def clinician(clinic: Clinic, name: str, tier: int) -> Clinician:
                return await people.add_clinician(
                    db, clinic, ["log:"], login=name.lower(), name=f"{name} Byrne", credentials="MD",
                    password=hashed, tier=tier,
                )  # fmt: skip

            async def patient(clinic: Clinic, name: str, pseudonym: str, zone: str) -> Patient:
                return await people.add_patient(
                    db,
                    clinic,
                    NOON - timedelta(days=40),
                    name,
                    pseudonym=pseudonym,
                    country="IE",
                    timezone=zone,
                )

            self.ada = await clinician(self.clinic, "Ada", 1)
            self.ben = await clinician(self.clinic, "Ben", 2)
            self.otto = await clinician(self.elsewhere, "Otto", 1)
            self.patient = await patient(self.clinic, "Robin", "heron-7", "Europe/Lisbon")
            self.second = await patient(self.clinic, "Sasha", "finch-2", "Europe/Dublin")
            self.third = await patient(self.clinic, "Kim", "wren-4", "Europe/Dublin")
            self.foreign = await patient(self.elsewhere, "Lou", "crow-9", "Europe/Dublin")

    async def hears(
        self, patient: Patient, text: str, at: datetime | None = None, level: Level = Level.NONE,
        quote: str = "", category: str = "R01", choice: str | None = None, opinion: str = "rules",
    ) -> Message:  # fmt: skip
        """A patient's message, screened; urgent and above (and routine) open or raise the case."""
        at = at or self.now
        async with self.store.begin() as db:
            await people.lock(db, patient.id)
            known = len(await messages.history(db, patient.id, limit=500))
            message = await messages.receive(
                db, Inbound("web", f"{patient.pseudonym}-{known}", patient.id, text, at, choice)
            )
            message.state = "answered"
            start = text.find(quote) if quote else 0
            spans = (Evidence(f"{category}-03", category, level, start, start + len(quote)),) if quote else ()
            verdict = Verdict(level, (category,) if level is not Level.NONE else (), spans, "rules-2026-11")
            await messages.add_verdict(db, message, opinion, verdict, at)
            if level is not Level.NONE:
                await escalation.open_or_raise(db, message, level, verdict.categories, at, opinion)
        return message

    async def says(self, patient: Patient, text: str, at: datetime, kind: str = "text", *titles: str) -> None:
        """The assistant's words, with buttons."""
        async with self.store.begin() as db:
            choices = tuple(Choice(title, title.lower()) for title in titles)
            await messages.say(db, patient.id, Reply(text, choices, None, kind), at)

    async def case_of(self, patient: Patient) -> Case:
        async with self.store.read() as db:
            found = await cases.last(db, patient.id)
        assert found is not None
        return found

    async def deeds(self, **where: str) -> list[tuple[str, int | None, str]]:
        async with self.store.read() as db:
            return [(e.deed, e.clinician_id, e.detail) for e in await audit.entries(db, **where)][::-1]

    async def beat(self, at: datetime | None = None) -> None:
        async with self.store.begin() as db:
            await audit.beat(db, "watch", at or self.now)


class Browser:
    """A clinician's browser: keeps cookies, says where its forms come from, finds a page's token."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client
        self.csrf = ""

    @property
    def origin(self) -> str:
        return str(self.client.make_url("/")).rstrip("/")

    async def get(self, path: str, **more: object) -> tuple[int, str]:
        async with self.client.get(path, allow_redirects=False, **more) as answer:
            text = await answer.text()
            self.last = answer
        if token := re.search(r'name="csrf" value="([^"]+)"', text):
            self.csrf = token[1]
        return answer.status, text

    async def post(
        self, path: str, origin: str | None = "own", csrf: str | None = None, **fields: str
    ) -> tuple[int, str]:
        headers = {"Origin": self.origin if origin == "own" else origin} if origin else {}
        data = {**fields, "csrf": self.csrf if csrf is None else csrf}
        async with self.client.post(path, data=data, headers=headers, allow_redirects=False) as answer:
            self.last = answer
            return answer.status, await answer.text()

    async def log_in(self, name: str, password: str = PASSWORD) -> int:
        status, _ = await self.post("/console/login", login=name, password=password)
        if status == 303:
            await self.get("/console/")
        return status


Open = Callable[[], Awaitable[Browser]]


@pytest.fixture
async def world(tmp_path) -> AsyncIterator[World]:
    store = Store.open(f"sqlite+aiosqlite:///{tmp_path}/console.db", Vault({"k": b"k" * 32}, "k"))
    async with store.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    made = World(store)
    await made.people()
    await made.beat()
    yield made
    await store.close()


@pytest.fixture
async def open_browser(world: World) -> AsyncIterator[Open]:
    """Opens browsers with cookies of their own on one running console."""
    app = web.Application()
    app.add_subapp("/console", console(world.store, world.clock, secure=False, wake=world.wake))
    server = TestServer(app)
    await server.start_server()
    clients = []

    async def opened() -> Browser:
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        clients.append(client)
        return Browser(client)

    yield opened
    for client in clients:
        await client.session.close()
    await server.close()


@pytest.fixture
async def ada(world: World, open_browser: Open) -> Browser:
    """Ada's browser, logged in."""
    browser = await open_browser()
    assert await browser.log_in("ada") == 303
    return browser
