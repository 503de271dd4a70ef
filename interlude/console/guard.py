"""Stands before every page: headers, where a form came from, who is logged in, the form's token."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web
from multidict import MultiDictProxy

from interlude.console.state import CLOCK, SECURE, STORE, WHO, Visitor, page
from interlude.store import people
from interlude.store.tables import Clinic

COOKIE = "interlude_console"
IDLE_MINUTES = 60
#: A session's last use is written down at most this often, so that reading doesn't mean writing.
_TOUCH = timedelta(seconds=60)

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: that would make browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_PUBLIC = frozenset({"login", "static"})
#: Fetched by the page itself every few seconds: they must not keep an unattended session alive.
_LIVE = frozenset({"queue_live", "case_live", "alive"})
#: Fields that hold what a clinician wrote.
_TYPED = frozenset({"note", "text", "summary", "action", "wanted"})

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Puts the security headers on every answer and gives errors a page."""
    try:
        response = await handler(request)
    except web.HTTPError as error:
        response = page(request, "error.html", error.status, code=error.status)
    except web.HTTPException as redirect:
        response = redirect
    for name, value in _HEADERS.items():
        response.headers[name] = value
    static = request.match_info.route.name == "static"
    response.headers["Cache-Control"] = "no-cache" if static else "no-store"
    if request.app[SECURE]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if isinstance(response, web.HTTPException):
        raise response
    return response


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses a form that didn't come from the console itself, the log-in included.

    The browser says so by `Sec-Fetch-Site` or `Origin`; saying neither is refused too.
    """
    if request.method == "POST" and not _from_here(request):
        return page(request, "error.html", 403, code=403, foreign=True)
    return await handler(request)


def _from_here(request: web.Request) -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None:
        parts = urlsplit(origin)
        return parts.netloc == request.host and (parts.scheme == "https" or not request.app[SECURE])
    return site is not None


@web.middleware
async def signed_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Finds the clinician behind the cookie; without one only the log-in page answers.

    A form whose token isn't the session's changes nothing: its text is handed back to be copied.
    """
    name = request.match_info.route.name
    token = request.cookies.get(COOKIE, "")
    who = await _visitor(request, token, touch=name not in _LIVE) if token else None
    if who is not None:
        request[WHO] = who
    if name in _PUBLIC:
        return await handler(request)
    if who is None:
        return await _ask_to_log_in(request, name)
    if request.method == "POST":
        form = await request.post()
        given = form.get("csrf", "")
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), who.session.csrf.encode()):
            return _hand_back(request, form, 403)
    return await handler(request)


async def _visitor(request: web.Request, token: str, *, touch: bool) -> Visitor | None:
    store, now = request.app[STORE], request.app[CLOCK]()
    async with store.read() as db:
        found = await people.console_session(db, token, now, IDLE_MINUTES)
        if found is None:
            return None
        session, clinician = found
        clinic = await db.get_one(Clinic, clinician.clinic_id)
    if touch and now - session.seen_at >= _TOUCH:
        async with store.begin() as db:
            await people.touch_console_session(db, token, now)
    return Visitor(clinician, clinic, session, token)


async def _ask_to_log_in(request: web.Request, name: str | None) -> web.StreamResponse:
    if name in _LIVE:
        return web.Response(status=401)
    if request.method == "POST":
        return _hand_back(request, await request.post(), 401)
    if request.headers.get("Sec-Fetch-Site") == "cross-site" and COOKIE not in request.cookies:
        # A link in web mail: the browser holds a SameSite=Strict cookie back on this first request
        # and sends it once our own page asks again.
        return page(request, "bounce.html", target=request.path)
    login = request.app.router["login"].url_for()
    target = request.path if request.method == "GET" else ""
    raise web.HTTPSeeOther(login.with_query(next=target) if target else login)


def _hand_back(
    request: web.Request, form: MultiDictProxy[str | bytes | bytearray | web.FileField], status: int
) -> web.Response:
    typed = [
        (key, value)
        for key, value in form.items()
        if isinstance(value, str) and value.strip() and key in _TYPED
    ]
    return page(request, "handed_back.html", status, typed=typed, logged_off=status == 401)
