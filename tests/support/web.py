"""Patients' browsers on the running web application."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientResponse, CookieJar
from aiohttp.test_utils import TestClient, TestServer

from interlude.app import web_app
from interlude.store import people
from support.actors import Clinic, Patient


class Browser:
    """A patient's browser: keeps its cookie."""

    def __init__(self, client: TestClient[Any, Any], clinic: Clinic) -> None:
        self.client, self.clinic = client, clinic

    async def signs_in(self, code: str) -> ClientResponse:
        return await self.client.post("/chat/session", json={"token": code})

    async def sends(self, text: str, client_id: str | None = None, **more: Any) -> ClientResponse:
        body = {"id": client_id or str(uuid.uuid4()), "text": text, **more}
        response = await self.client.post("/chat/messages", json=body)
        await self.clinic.app.settle()
        return response

    async def history(self, **query: str) -> dict[str, Any]:
        response = await self.client.get("/chat/history", params=query)
        assert response.status == 200
        return await response.json()


@dataclass
class Stream:
    """An open event stream: what has come so far."""

    events: list[tuple[str, str | None, dict[str, Any]]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, response: ClientResponse) -> None:
        fields: dict[str, str] = {}
        async for raw in response.content:
            line = raw.decode().rstrip("\r\n")
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                self.events.append((fields.get("event", ""), fields.get("id"), json.loads(fields["data"])))
                fields = {}
                self.arrived.set()

    async def until(self, seen: Callable[[Stream], bool]) -> None:
        """Wait until enough has come."""
        async with asyncio.timeout(20):
            while not seen(self):
                self.arrived.clear()
                await self.arrived.wait()

    def messages(self) -> list[dict[str, Any]]:
        return [data for kind, _, data in self.events if kind == "message"]

    def texts(self) -> list[str]:
        return [message["text"] for message in self.messages()]

    def receipts(self) -> list[dict[str, Any]]:
        return [data for kind, _, data in self.events if kind == "case"]


Opens = Callable[[], Awaitable[Browser]]


@pytest.fixture
async def opens(clinic: Clinic) -> AsyncIterator[Opens]:
    """Opens browsers with cookies of their own on one running app."""
    server = TestServer(web_app(clinic.app, clocks=False))
    await server.start_server()
    clients: list[TestClient[Any, Any]] = []

    async def opened() -> Browser:
        client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
        clients.append(client)
        return Browser(client, clinic)

    yield opened
    for client in clients:
        await client.session.close()
    for patient in clinic.patients:
        await patient.hears_anything()
    await server.close()


@pytest.fixture
async def browser(opens: Opens) -> Browser:
    return await opens()


@pytest.fixture
async def patient(clinic: Clinic) -> Patient:
    return await clinic.admits()


@pytest.fixture
async def signed_in(browser: Browser, clinic: Clinic, patient: Patient) -> Browser:
    assert (await browser.signs_in(await invited(clinic, patient))).status == 200
    return browser


async def invited(clinic: Clinic, patient: Patient, **more: Any) -> str:
    async with clinic.store.begin() as db:
        return await people.invite(db, patient.id, clinic.clock(), **more)


async def is_problem(response: ClientResponse, status: int) -> None:
    """An error a program and a person can read."""
    assert response.status == status
    assert response.content_type == "application/problem+json"
    body = await response.json()
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]


@pytest.fixture
async def listens(signed_in: Browser) -> AsyncIterator[Callable[..., Awaitable[Stream]]]:
    """Opens event streams and closes them at the end."""
    opened: list[tuple[ClientResponse, asyncio.Task[None]]] = []

    async def listen(**headers: str) -> Stream:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await signed_in.client.get("/chat/events", headers=named)
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        stream = Stream()
        opened.append((response, asyncio.create_task(stream.read(response))))
        return stream

    yield listen
    for response, task in opened:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        response.close()
