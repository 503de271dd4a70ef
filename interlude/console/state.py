"""What the console's app and its requests hold, under typed keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from markupsafe import Markup

from interlude.store.database import Store
from interlude.store.tables import Clinic, Clinician, ConsoleSession

STORE = web.AppKey("store", Store)
CLOCK: web.AppKey[Callable[[], datetime]] = web.AppKey("clock")
SECURE = web.AppKey("secure", bool)
WAKE: web.AppKey[Callable[[], None]] = web.AppKey("wake")


@dataclass(frozen=True)
class Visitor:
    """The clinician behind a request, with their clinic and session."""

    clinician: Clinician
    clinic: Clinic
    session: ConsoleSession
    token: str


WHO = web.RequestKey("who", Visitor)


def page(request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
    """A whole page. Templates always get `who` (None before log-in), `csrf` and the zone times are in."""
    return aiohttp_jinja2.render_template(template, request, _with_visitor(request, context), status=status)


def fragment(request: web.Request, template: str, **context: Any) -> Markup:
    """A part of a page, with the same context as `page`."""
    html = aiohttp_jinja2.render_string(template, request, _with_visitor(request, context))
    # The template has escaped everything in it already.
    return Markup(html)  # noqa: S704


def _with_visitor(request: web.Request, context: dict[str, Any]) -> dict[str, Any]:
    who = request.get(WHO)
    return {
        "who": who,
        "csrf": who.session.csrf if who else "",
        "zone": who.clinic.timezone if who else "UTC",
        "now": request.app[CLOCK](),
        **context,
    }
