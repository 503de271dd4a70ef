"""A server that speaks the patients' web API and nothing else, so that the widget can be tested alone.

It runs in a thread of its own; a test steers it with `say`, `case`, `typing`, `down` and `lose_answer`,
and reads what arrived in `posts` (every attempt) and `taken` (each message once).
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

WIDGET = Path(__file__).resolve().parents[2] / "interlude" / "channels" / "widget"
CODE = "WILLOW-42"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
CARD = {
    "emergency": {"number": "911", "tel": "911"},
    "lines": [
        {
            "name": "Example Lifeline",
            "number": "555-0100",
            "tel": "+15550100",
            "sms": "55501",
            "keyword": "HOME",
            "hours": "all day, every day",
            "open": True,
        },
        {
            "name": "Example Night Line",
            "number": "555-0101",
            "tel": "+15550101",
            "sms": None,
            "keyword": None,
            "hours": "20:00 to 6:00",
            "open": False,
        },
        {
            "name": "Example Unchecked Line",
            "number": "555-0102",
            "tel": "+15550102",
            "sms": None,
            "keyword": None,
            "hours": None,
            "open": None,
            "certain": False,
        },
    ],
    "directories": [{"name": "findahelpline.com", "url": "https://findahelpline.com"}],
}
CLINIC = {"name": "Example Clinic", "phone": "+1 555 0199", "hours": "Monday to Friday, 9:00 to 17:00"}
START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


class FakeServer:
    """The API at `address`, with one patient; every method may be called from the test's thread."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.events: list[tuple[int | None, str, Any]] = []
        self.posts: list[dict[str, Any]] = []
        self.taken: dict[str, dict[str, Any]] = {}
        self.resumed: list[str | None] = []
        self.receipt: dict[str, Any] | None = None
        self.patient = "P-1042"
        self.signed_in = False
        self.page_size = 50
        self.refuse_with: int | None = None
        self.lose_answer = False
        self.session_posts = 0
        self._down = False
        self._streams: set[asyncio.Queue[tuple[int | None, str, Any] | None]] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    # What a test does

    @property
    def page(self) -> str:
        """The address of the page around the widget."""
        return f"http://localhost:{self.port}/chat/"

    def say(self, text: str, **more: Any) -> str:
        """One message to the patient, in history and on every stream; gives its id."""
        return self._call(self._say, text, more)

    def case(self, state: str, level: str, text: str | None = None, messages: tuple[str, ...] = ()) -> None:
        """What is true of the patient's case from now on."""
        receipt = {
            "state": state,
            "level": level,
            "text": text,
            "by": None,
            "at": None,
            "messages": list(messages),
        }
        self.receipt = receipt
        self._call(self._push, "case", receipt)

    def typing(self, on: bool) -> None:
        self._call(self._push, "typing", {"on": on})

    def down(self, down: bool = True) -> None:
        """Cuts every line and answers nobody, until `down(False)`."""
        self._down = down
        if down:
            self._call(self._cut)

    @staticmethod
    def wait_for(condition: Callable[[], bool], seconds: float = 8.0) -> None:
        """Waits for what the browser does by itself; a test fails when it doesn't come."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "the browser never did what the test waits for"
            time.sleep(0.01)

    def close(self) -> None:
        self._call(self._cut)
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    # How it does it

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        app = web.Application(middlewares=[self._middleware])
        app.router.add_get("/chat/", self._page)
        app.router.add_post("/chat/session", self._enter)
        app.router.add_get("/chat/session", self._current)
        app.router.add_delete("/chat/session", self._leave)
        app.router.add_post("/chat/messages", self._take)
        app.router.add_get("/chat/events", self._follow)
        app.router.add_get("/chat/history", self._history)
        app.router.add_static("/chat/", WIDGET)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "localhost", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    def _call(self, act: Any, *given: Any) -> Any:
        async def do() -> Any:
            return act(*given)

        return asyncio.run_coroutine_threadsafe(do(), self._loop).result(10)

    def _push(self, name: str, data: Any) -> None:
        event = (len(self.events) + 1, name, data)
        self.events.append(event)
        for stream in self._streams:
            stream.put_nowait(event)

    def _cut(self) -> None:
        for stream in self._streams:
            stream.put_nowait(None)

    def _say(self, text: str, more: dict[str, Any]) -> str:
        number = len(self.messages) + 1
        message = {
            "id": f"m{number}",
            "from": "interlude",
            "author": None,
            "text": text,
            "choices": [],
            "custom": None,
            "kind": "text",
            "at": (START + timedelta(minutes=number)).isoformat(),
            "client_id": None,
            **more,
        }
        self.messages.append(message)
        self._push("message", message)
        return str(message["id"])

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self._down:
            request.transport.abort()
            raise asyncio.CancelledError
        response = await handler(request)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = CSP
            response.headers["Cache-Control"] = "no-store"
        return response

    async def _page(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(WIDGET / "index.html")

    def _session(self) -> web.Response:
        expires = (datetime.now(UTC) + timedelta(days=1)).isoformat()
        return web.json_response(
            {
                "patient": self.patient,
                "name": "Sam",
                "expires": expires,
                "crisis": CARD,
                "clinic": CLINIC,
                "case": self.receipt,
            }
        )

    async def _enter(self, request: web.Request) -> web.Response:
        self.session_posts += 1
        if (await request.json())["token"] != CODE:
            return _problem(401)
        self.signed_in = True
        response = self._session()
        response.set_cookie("session", "yes", httponly=True, samesite="Strict", path="/chat")
        return response

    async def _current(self, request: web.Request) -> web.Response:
        return self._session() if self._known(request) else _problem(401)

    async def _leave(self, request: web.Request) -> web.Response:
        self.signed_in = False
        return web.Response(status=204)

    async def _take(self, request: web.Request) -> web.Response:
        if not self._known(request):
            return _problem(401)
        body = await request.json()
        self.posts.append(body)
        if self.refuse_with:
            return _problem(self.refuse_with)
        if body["id"] not in self.taken:
            self.taken[body["id"]] = body
            self._say(body["text"], {"from": "patient", "client_id": body["id"]})
        if self.lose_answer:
            self.lose_answer = False
            request.transport.abort()
            raise asyncio.CancelledError
        return web.json_response({"id": body["id"], "status": "received"}, status=202)

    async def _history(self, request: web.Request) -> web.Response:
        if not self._known(request):
            return _problem(401)
        before = request.query.get("before")
        ids = [message["id"] for message in self.messages]
        end = ids.index(before) if before else len(ids)
        begin = max(0, end - self.page_size)
        last = str(len(self.events))
        return web.json_response(
            {"messages": self.messages[begin:end], "last_event": last, "more": begin > 0}
        )

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        if not self._known(request):
            return _problem(401)
        last = request.headers.get("Last-Event-ID")
        self.resumed.append(last)
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        stream: asyncio.Queue[tuple[int | None, str, Any] | None] = asyncio.Queue()
        for event in self.events[int(last) if last else len(self.events) :]:
            stream.put_nowait(event)
        stream.put_nowait((None, "case", self.receipt))
        self._streams.add(stream)
        try:
            await response.write(b": ping\r\n\r\n")
            while (event := await stream.get()) is not None:
                number, name, data = event
                identity = "" if number is None else f"id: {number}\r\n"
                await response.write(f"{identity}event: {name}\r\ndata: {json.dumps(data)}\r\n\r\n".encode())
        except ConnectionResetError:
            pass
        finally:
            self._streams.discard(stream)
        return response

    def _known(self, request: web.Request) -> bool:
        return self.signed_in and request.cookies.get("session") == "yes"


def _problem(status: int) -> web.Response:
    body = {"type": "about:blank", "title": "Refused", "detail": "Refused by the test.", "status": status}
    return web.json_response(body, status=status, content_type="application/problem+json")
