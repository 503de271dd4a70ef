"""The web channel: the API under /chat, the widget's files, and the page around it.

A session is a cookie (HttpOnly, SameSite=Strict) or, for clients that are no browser, a bearer token.
Errors are `application/problem+json` (RFC 9457). What is said reaches the widget as server-sent events
that resume by `Last-Event-ID`.
"""

from __future__ import annotations

import html
import json
import re
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp_sse import sse_response
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from interlude.channels.base import Front
from interlude.settings import Settings

COOKIE = "interlude_chat"
FILES = Path(__file__).parent / "widget"
LONGEST = 64 * 1024
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
#: Guesses at invitation codes from one address (64 random bits each).
_SIGN_INS = parse("20/10minutes")


class Problem(Exception):
    """An error for the client, with the mend in `detail`."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail


class Channel:
    """Sessions, messages, events, history, and the widget."""

    def __init__(self, settings: Settings, front: Front) -> None:
        self._front = front
        self._secure = settings.web.public_url.startswith("https://")
        self._exit_url = settings.web.exit_url
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def add_to(self, app: web.Application) -> None:
        """Add /chat."""
        chat = web.Application(middlewares=[_headers, _problems], client_max_size=4 * LONGEST)
        chat.add_routes(
            [
                web.get("/", self._page),
                web.get("/session", self._get_session),
                web.post("/session", self._open_session),
                web.delete("/session", self._end_session),
                web.post("/messages", self._message),
                web.get("/events", self._events),
                web.get("/history", self._history),
                web.get(r"/{name:[a-z_.-]+\.(?:js|css|svg)}", self._file),
            ]
        )
        app.add_subapp("/chat", chat)
        app.router.add_get("/", _to_chat)
        app.router.add_get("/chat", _to_chat)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        page = (FILES / "index.html").read_text(encoding="utf-8")
        page = page.replace('exit-url="about:blank"', f'exit-url="{html.escape(self._exit_url)}"')
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-cache"})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = FILES / request.match_info["name"]
        if not path.is_file():
            raise Problem(404, "Not found", "There is no such file.")
        return web.FileResponse(
            path, headers={"Content-Type": _TYPES[path.suffix], "Cache-Control": "no-cache"}
        )

    async def _open_session(self, request: web.Request) -> web.Response:
        _same_origin(request)
        if not await self._limiter.hit(_SIGN_INS, request.remote or "unknown"):
            raise Problem(429, "Too many tries", "Wait ten minutes, then try the code again.")
        body = await _json(request)
        code = body.get("token")
        if not isinstance(code, str) or not code.strip() or len(code) > 200:
            raise Problem(422, "No code", "Send the invitation code as `token`.")
        signed_in = await self._front.sign_in(code.strip())
        if signed_in is None:
            raise Problem(401, "Code not valid", "This code is unknown, used or expired; ask for a new one.")
        described = await self._front.describe(signed_in.patient_id)
        if body.get("bearer") is True:
            return web.json_response({**described, "bearer": signed_in.token})
        response = web.json_response(described)
        response.set_cookie(
            COOKIE,
            signed_in.token,
            max_age=signed_in.seconds,
            path="/chat",
            httponly=True,
            secure=self._secure,
            samesite="Strict",
        )
        return response

    async def _get_session(self, request: web.Request) -> web.Response:
        return web.json_response(await self._front.describe(await self._patient(request)))

    async def _end_session(self, request: web.Request) -> web.Response:
        _same_origin(request)
        await self._front.sign_out(_token(request))
        response = web.Response(status=204)
        response.del_cookie(COOKIE, path="/chat")
        return response

    async def _message(self, request: web.Request) -> web.Response:
        _same_origin(request)
        patient_id = await self._patient(request)
        body = await _json(request)
        try:
            given = uuid.UUID(str(body.get("id")))
        except ValueError as error:
            raise Problem(
                422, "No id", "Send a fresh UUID as `id`; send it again when you repeat."
            ) from error
        choice = body.get("choice")
        text = body.get("text", choice)
        if not isinstance(text, str) or (choice is not None and not isinstance(choice, str)):
            raise Problem(422, "No text", "Send `text`, or `choice` and its title as `text`.")
        if len(text.encode("utf-8", "surrogatepass")) > LONGEST or len(choice or "") > 200:
            raise Problem(413, "Too long", "A message may have 64 KB; send it in parts.")
        if not text.strip():
            raise Problem(422, "Empty", "Write something first.")
        # Two patients' browsers may make the same id, by chance or on purpose.
        state = await self._front.take("web", f"{patient_id}:{given}", patient_id, text, choice)
        return web.json_response({"id": str(body["id"]), "status": "received", "state": state}, status=202)

    async def _history(self, request: web.Request) -> web.Response:
        patient_id = await self._patient(request)
        before = request.query.get("before")
        if before is not None and not re.fullmatch(r"\d{1,18}", before):
            raise Problem(422, "No such message", "`before` is the id of a message.")
        return web.json_response(await self._front.history(patient_id, int(before) if before else None))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        patient_id = await self._patient(request)
        last = request.headers.get("Last-Event-ID") or request.query.get("after") or ""
        after = int(last) if re.fullmatch(r"\d{1,18}", last) else None
        token = _token(request)
        response: web.StreamResponse = web.Response(status=204)
        # A reader who has gone is no failure: the stream just ends.
        with suppress(ConnectionResetError):
            async with sse_response(request) as response:
                async for event in self._front.events(patient_id, after):
                    if not response.is_connected() or await self._front.whose(token) != patient_id:
                        break
                    identity = None if event.id is None else str(event.id)
                    await response.send(json.dumps(event.data), event=event.kind, id=identity)
        return response

    async def _patient(self, request: web.Request) -> str:
        token = _token(request)
        patient_id = await self._front.whose(token) if token else None
        if patient_id is None:
            raise Problem(401, "Not signed in", "Sign in with your invitation code.")
        return patient_id


def _token(request: web.Request) -> str:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer:
        return bearer.strip()
    return request.cookies.get(COOKIE, "")


def _same_origin(request: web.Request) -> None:
    """Refuse what another site's page sends with the patient's cookie."""
    if request.headers.get("Authorization"):
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise Problem(403, "Wrong origin", "Messages are only taken from Interlude's own page.")
    origin = request.headers.get("Origin")
    if origin and origin.partition("://")[2] != request.host:
        raise Problem(403, "Wrong origin", "Messages are only taken from Interlude's own page.")


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.text())
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, "Not JSON", "Send a JSON object.") from error
    if not isinstance(body, dict):
        raise Problem(400, "Not an object", "Send a JSON object.")
    return body


async def _to_chat(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/chat/")


@web.middleware
async def _problems(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        response: web.StreamResponse = await handler(request)
    except Problem as problem:
        return _problem(problem.status, problem.title, problem.detail)
    except web.HTTPRequestEntityTooLarge:
        return _problem(413, "Too long", "A message may have 64 KB; send it in parts.")
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _problem(error.status, error.reason, "Check the address and the method.")
    return response


def _problem(status: int, title: str, detail: str) -> web.Response:
    body = {"type": "about:blank", "title": title, "detail": detail, "status": status}
    return web.json_response(body, status=status, content_type="application/problem+json")


@web.middleware
async def _headers(request: web.Request, handler: Any) -> web.StreamResponse:
    response: web.StreamResponse = await handler(request)
    if not response.prepared:
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Cache-Control", "no-store")
    return response
