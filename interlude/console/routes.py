"""Makes the console's web application; `app.py` mounts it at /console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from interlude.console import casefile, guard, login, moves, pages, words
from interlude.console.state import CLOCK, SECURE, STORE, WAKE
from interlude.escalation import desk
from interlude.message import Level
from interlude.store.database import Store

_HERE = Path(__file__).resolve().parent


def _nothing() -> None:
    """Nobody is waiting to be woken."""


def console(
    store: Store, clock: Callable[[], datetime], *, secure: bool, wake: Callable[[], None] = _nothing
) -> web.Application:
    """The clinicians' console as a sub-application.

    `clock` gives the present as an aware time. `secure` is true when browsers come by HTTPS: it marks
    the cookie Secure and refuses forms from plain HTTP pages. `wake` is called after every change, so
    that whoever sends messages and pages looks at once. Raises ContentError when a script under
    content/ can't be read.
    """
    app = web.Application(middlewares=[guard.headers, guard.same_origin, guard.signed_in])
    app[STORE], app[CLOCK], app[SECURE], app[WAKE] = store, clock, secure, wake
    app[login.DOOR] = login.Door()
    app.on_startup.append(login.prepare)
    app.on_cleanup.append(login.close)
    _templates(app)
    case, patient = r"/cases/{case_id:\d{1,18}}", "/patients/{patient_id:[0-9a-fA-F-]{36}}"
    app.add_routes(
        [
            web.get("", _to_queue),
            web.get("/", pages.queue, name="queue"),
            web.get("/live", pages.queue_live, name="queue_live"),
            web.get("/alive", pages.alive, name="alive"),
            web.get("/login", login.show, name="login"),
            web.post("/login", login.log_in, name="login"),
            web.post("/logout", login.log_out, name="logout"),
            web.get("/patients", pages.patients, name="patients"),
            web.get(patient, pages.patient, name="patient"),
            web.post(f"{patient}/search", pages.search, name="search"),
            web.post(f"{patient}/answer", moves.answer_patient, name="answer_patient"),
            web.get(case, pages.case, name="case"),
            web.get(f"{case}/live", pages.case_live, name="case_live"),
            web.post(f"{case}/acknowledge", moves.acknowledge, name="acknowledge"),
            web.post(f"{case}/answer", moves.answer_case, name="answer_case"),
            web.post(f"{case}/resolve", moves.resolve, name="resolve"),
            web.static("/static", _HERE / "static", name="static"),
        ]
    )
    return app


async def _to_queue(request: web.Request) -> web.StreamResponse:
    raise web.HTTPSeeOther(request.app.router["queue"].url_for())


def _templates(app: web.Application) -> None:
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        at=words.time_tag,
        local=words.local,
        span=words.span,
        named=lambda code, table: words.named(table, code),
        level=Level,
    )
    environment.globals.update(
        LEVELS=words.LEVELS,
        CATEGORIES=words.CATEGORIES,
        RECEIPTS=words.RECEIPTS,
        PAGES=words.PAGES,
        MOVES=words.MOVES,
        DEEDS=words.DEEDS,
        DISPOSITIONS=desk.DISPOSITIONS,
        SCRIPTS=casefile.script_titles(),
        COUNTRIES=casefile.countries(),
        left=words.left,
        state_words=lambda case: words.state_words(case.level, case.state),
    )
