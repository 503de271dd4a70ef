"""Promise 2 with the real program: `kill -9` at random moments loses nothing and doubles nothing.

Two processes of `interlude serve` work on one SQLite file, with a small server playing Rasa; each is
killed and started again, over and over. Patients write over HTTP as a browser does: each message is
sent again under the same id until it is acknowledged.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer, unused_port
from sqlalchemy import update
from support.databases import KEY, migrated, open_store

from interlude.settings import HOME
from interlude.store import messages, people
from interlude.store.database import Store
from interlude.store.tables import Patient

KILLS = 20
SEED = 20261123
#: Every seventh message is an emergency: its words are part of the transaction that received it.
EMERGENCY = "I'm going to kill myself tonight"


class App:
    """The real program in a process of its own."""

    def __init__(self, url: str, rasa: str, compiled: Path, log: Path) -> None:
        self.port, self._log = unused_port(), log
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self._environment = {
            **inherited,
            # Twenty starts: only the first one should have to compile.
            "PYTHONPYCACHEPREFIX": str(compiled),
            "INTERLUDE_STORE_URL": url,
            "INTERLUDE_KEYS": KEY,
            "INTERLUDE_WEB__PORT": str(self.port),
            "INTERLUDE_RASA__ADDRESSES": f'["{rasa}"]',
        }

    async def start(self) -> None:
        """Start, and wait until it answers."""
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "interlude", "serve", cwd=HOME, env=self._environment, stderr=log
            )
        async with asyncio.timeout(60), ClientSession() as http:
            while True:
                assert self._process.returncode is None, self._log.read_text()[-2000:]
                try:
                    async with http.get(f"http://127.0.0.1:{self.port}/healthz"):
                        return
                except ClientError:
                    await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """kill -9."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


class Writer:
    """A patient's browser that writes one message after another."""

    def __init__(self, apps: list[App], patient_id: str, token: str, name: str) -> None:
        self.patient_id = patient_id
        self._bases = [f"http://127.0.0.1:{app.port}/chat" for app in apps]
        self._headers = {"Authorization": f"Bearer {token}"}
        self._name = name
        self.acknowledged: list[tuple[str, str]] = []
        self._next: tuple[str, str] | None = None

    async def write_until(self, stopped: asyncio.Event) -> None:
        """Send and send again; a message counts from its acknowledgement on."""
        async with ClientSession(headers=self._headers, timeout=ClientTimeout(total=10)) as http:
            while not stopped.is_set():
                await self._send(http)

    async def _send(self, http: ClientSession) -> None:
        number = len(self.acknowledged)
        if self._next is None:
            text = EMERGENCY if self._name == "robin" and number % 7 == 3 else f"{self._name} {number}"
            self._next = (str(uuid.uuid4()), text)
        client_id, text = self._next
        try:
            async with http.post(
                f"{random.choice(self._bases)}/messages", json={"id": client_id, "text": text}
            ) as response:
                if response.status != 202:
                    return
                await response.read()
        except (TimeoutError, ClientError):
            await asyncio.sleep(0.01)
            return
        self.acknowledged.append(self._next)
        self._next = None
        await asyncio.sleep(random.uniform(0, 0.08))

    async def conversation(self) -> list[dict[str, Any]]:
        """Everything, as the browser reads it."""
        lines: list[dict[str, Any]] = []
        async with ClientSession(headers=self._headers) as http:
            before: dict[str, str] = {}
            while True:
                async with http.get(f"{self._bases[0]}/history", params=before) as response:
                    page = await response.json()
                lines = page["messages"] + lines
                if not page["more"]:
                    return lines
                before = {"before": page["messages"][0]["id"]}


@pytest.fixture
async def rasa() -> AsyncIterator[str]:
    """Echoes each text after a moment."""

    async def answer(request: web.Request) -> web.Response:
        asked = await request.json()
        await asyncio.sleep(random.uniform(0, 0.12))
        text = {"text": f"answer to {asked['message']}"}
        danger = [{"custom": {"kind": "second_opinion"}}] if asked["metadata"]["mode"] == "safety" else []
        return web.json_response([text, *danger])

    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def admit(store: Store) -> dict[str, tuple[str, str]]:
    """Robin and Sasha, signed in: name -> (patient id, session token)."""
    now = datetime.now(UTC)
    found = {}
    async with store.begin() as db:
        clinic = await people.add_clinic(
            db, name="Harbour Clinic", phone="555-0142", hours="9-17", country="US", timezone="UTC"
        )
        await people.add_clinician(db, clinic, ["log:"], login="ada", name="Ada", password="x")
        for name in ("robin", "sasha"):
            patient = await people.add_patient(
                db, clinic, now, name, pseudonym=name, country="US", timezone="UTC"
            )
            signed_in = await people.sign_in(db, await people.invite(db, patient.id, now), now)
            assert signed_in is not None
            found[name] = (patient.id, signed_in[0])
    return found


async def end_leases(store: Store) -> None:
    """Let the dead process's leases run out, without waiting the 45 seconds. The living one's end too, as
    if it had been too slow: it must not matter."""
    async with store.begin() as db:
        await db.execute(update(Patient).values(busy_until=datetime(2020, 1, 1, tzinfo=UTC)))


async def replies_in_safety_mode(store: Store, writer: Writer) -> list[list[str]]:
    """What was said to each message from the first emergency on."""
    async with store.read() as db:
        lines = await messages.history(db, writer.patient_id, limit=10_000)
        own = [line for line in lines if line.row.author == "patient"]
        first = next(number for number, line in enumerate(own) if line.text == EMERGENCY)
        return [[said.text for said in await messages.replies_to(db, line.row.id)] for line in own[first:]]


def waiting(lines: list[dict[str, Any]], writer: Writer) -> set[str]:
    """Calm messages acknowledged and not answered yet."""
    answered = {line["text"] for line in lines if line["from"] == "interlude"}
    return {
        text for _, text in writer.acknowledged if text != EMERGENCY and f"answer to {text}" not in answered
    }


async def kill_again_and_again(app: App, store: Store, times: int) -> None:
    """Kill at random moments, and start again."""
    for _ in range(times):
        await asyncio.sleep(random.uniform(0.02, 0.6))
        await app.kill()
        await end_leases(store)
        await app.start()


@pytest.mark.timeout(280)
async def test_twenty_kills_lose_nothing_and_double_nothing(tmp_path: Path, rasa: str) -> None:
    random.seed(SEED)
    with migrated("sqlite", tmp_path) as url:
        store = open_store(url)
        admitted = await admit(store)
        apps = [App(url, rasa, tmp_path / "compiled", tmp_path / f"log{number}") for number in range(2)]
        robin, sasha = writers = [Writer(apps, *admitted[name], name) for name in ("robin", "sasha")]
        stopped = asyncio.Event()
        for app in apps:
            await app.start()
        writing = [asyncio.create_task(writer.write_until(stopped)) for writer in writers]
        try:
            await asyncio.gather(*(kill_again_and_again(app, store, KILLS // len(apps)) for app in apps))
            stopped.set()
            await asyncio.gather(*writing)
            async with asyncio.timeout(60):
                # Robin is in safety mode from the first emergency on: the words come with the receiving.
                while waiting(await sasha.conversation(), sasha):
                    await asyncio.sleep(0.1)
            conversations = [await writer.conversation() for writer in writers]
            replies = await replies_in_safety_mode(store, robin)
        finally:
            stopped.set()
            await asyncio.gather(*writing, return_exceptions=True)
            await asyncio.gather(*(app.kill() for app in apps))
            await store.close()

    assert len(sasha.acknowledged) > KILLS
    for writer, lines in zip(writers, conversations, strict=True):
        received = [(line["client_id"], line["text"]) for line in lines if line["from"] == "patient"]
        # The last one may have been written down without its acknowledgement having come through.
        assert received[: len(writer.acknowledged)] == writer.acknowledged
        assert len(received) <= len(writer.acknowledged) + 1
    answers = [line["text"] for line in conversations[1] if line["from"] == "interlude"]
    assert answers[: len(sasha.acknowledged)] == [f"answer to {text}" for _, text in sasha.acknowledged]
    assert len(answers) <= len(sasha.acknowledged) + 1
    assert len(replies) > KILLS
    for said in replies:
        # The safety words and at most one question, each once.
        assert 1 <= len(said) <= 2
        assert len(set(said)) == len(said)
