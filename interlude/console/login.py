"""Lets clinicians in and out: passwords (Argon2id), a limit on tries, the session's cookie."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from aiohttp import web
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from interlude.console.guard import COOKIE
from interlude.console.state import CLOCK, SECURE, STORE, WHO, page
from interlude.store import audit, people

#: Tries in 15 minutes, for one login from one address, and for all logins from one address (a clinic
#: may sit behind one).
TRIES = RateLimitItemPerMinute(5, 15)
TRIES_BY_ADDRESS = RateLimitItemPerMinute(40, 15)
_BARRED_NOTED = RateLimitItemPerMinute(1, 15)

_HASHER = PasswordHasher()
#: A hash takes about 0.2 s and 64 MB: off the event loop, two at once, so that a flood of tries can
#: take neither the loop nor the memory from messages.
_POOL = ThreadPoolExecutor(max_workers=2, thread_name_prefix="password")


class Door:
    """The limits on tries, and the hash an unknown login is compared with so that it takes as long."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self.nobody = ""

    async def admits(self, login: str, address: str) -> bool:
        """Count one try; False once there were too many."""
        by_address = await self._limiter.hit(TRIES_BY_ADDRESS, "address", address)
        return await self._limiter.hit(TRIES, "login", login, address) and by_address

    async def newly_barred(self, address: str) -> bool:
        """True for the first refused try of an address in 15 minutes: a flood of tries must not become a
        flood of writes."""
        return await self._limiter.hit(_BARRED_NOTED, "barred", address)

    async def forgive(self, login: str, address: str) -> None:
        """A right password clears the tries before it."""
        await self._limiter.clear(TRIES, "login", login, address)

    async def close(self) -> None:
        """Stop the limiter's own clean-up."""
        if self._storage.timer is not None:
            self._storage.timer.cancel()


DOOR: Final = web.AppKey("door", Door)


async def hash_password(text: str) -> str:
    """The Argon2id hash to keep of a password."""
    return await asyncio.get_running_loop().run_in_executor(_POOL, _HASHER.hash, text)


async def fits(hashed: str, text: str) -> bool:
    """True when this password gave this hash."""
    return await asyncio.get_running_loop().run_in_executor(_POOL, _verify, hashed, text)


def _verify(hashed: str, text: str) -> bool:
    try:
        return _HASHER.verify(hashed, text)
    except VerificationError:
        return False


async def prepare(app: web.Application) -> None:
    """At start: make the hash that stands in for unknown logins."""
    app[DOOR].nobody = await hash_password(secrets.token_urlsafe(24))


async def close(app: web.Application) -> None:
    """At the end."""
    await app[DOOR].close()


async def show(request: web.Request) -> web.Response:
    """The log-in page; who is logged in already goes on."""
    target = _target(request, request.query.get("next", ""))
    if WHO in request:
        raise web.HTTPSeeOther(target)
    return page(request, "login.html", target=target, login="", problem="")


async def log_in(request: web.Request) -> web.Response:
    """Check login and password: on to the page asked for, or the form again, which never says which of
    the two was wrong."""
    form = await request.post()
    login, password = str(form.get("login", "")).strip(), str(form.get("password", ""))
    target = _target(request, str(form.get("next", "")))
    store, now, door = request.app[STORE], request.app[CLOCK](), request.app[DOOR]
    address = request.remote or "unknown"
    if not await door.admits(login, address):
        if await door.newly_barred(address):
            async with store.begin() as db:
                await audit.note(db, now, "log_in_barred", detail=f"too many tries from {address}")
        problem = "Too many tries. Wait 15 minutes, then try again."
        response = page(request, "login.html", 429, target=target, login=login, problem=problem)
        response.headers["Retry-After"] = str(TRIES.get_expiry())
        return response
    async with store.read() as db:
        clinician = await people.clinician_by_login(db, login)
    right = await fits(clinician.password if clinician else door.nobody, password)
    if clinician is None or not right:
        async with store.begin() as db:
            # The login isn't noted: people type passwords into the wrong field.
            await audit.note(
                db,
                now,
                "log_in_refused",
                clinician_id=clinician.id if clinician else None,
                detail=f"from {address}",
            )
        problem = "Login or password is wrong."
        return page(request, "login.html", 401, target=target, login=login, problem=problem)
    await door.forgive(login, address)
    async with store.begin() as db:
        token, _ = await people.log_in(db, clinician, now)
        await audit.note(db, now, "log_in", clinician_id=clinician.id, detail=f"from {address}")
    response = web.Response(status=303, headers={"Location": target})
    response.set_cookie(
        COOKIE, token, path=_root(request), httponly=True, samesite="Strict", secure=request.app[SECURE]
    )
    return response


async def log_out(request: web.Request) -> web.Response:
    """End the session here and in the database."""
    who = request[WHO]
    async with request.app[STORE].begin() as db:
        await people.log_out(db, who.token)
        await audit.note(db, request.app[CLOCK](), "log_out", clinician_id=who.clinician.id)
    response = web.Response(status=303, headers={"Location": str(request.app.router["login"].url_for())})
    response.del_cookie(
        COOKIE, path=_root(request), httponly=True, samesite="Strict", secure=request.app[SECURE]
    )
    return response


def _root(request: web.Request) -> str:
    return request.app.router["queue"].url_for().path.rstrip("/") or "/"


def _target(request: web.Request, wanted: str) -> str:
    """Where to go after the log-in: a page of the console, whatever the address says."""
    queue = request.app.router["queue"].url_for().path
    own = wanted.startswith(queue) and not wanted.startswith("//") and wanted.isprintable()
    return wanted if own and "\\" not in wanted and len(wanted) < 500 else queue
