"""Wires everything; the only file that knows all. One process of `interlude serve`, of which there may
be many: nothing here assumes it is the only one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from aiohttp import web

from interlude.channels.base import channel
from interlude.chat import Chat, Hub
from interlude.console.routes import console
from interlude.dialogue import Dialogue
from interlude.escalation import words
from interlude.escalation.watch import Watch
from interlude.message import Inbound
from interlude.screening.screen import Screener
from interlude.scripts.script import load as load_scripts
from interlude.settings import Settings
from interlude.store import audit
from interlude.store.crypt import Vault
from interlude.store.database import Store
from interlude.turn import Asks, Screens, Turn

Clock = Callable[[], datetime]

#: Seconds between two looks of each clock when nothing wakes it.
_WATCH_EVERY, _RESUME_EVERY = 1.0, 1.0
#: A watch that has not run for so long is reported by /healthz (the dead-man's switch).
WATCH_LATE = timedelta(seconds=60)
STORE = web.AppKey("store", Store)
TURN = web.AppKey("turn", Turn)
_log = structlog.get_logger("interlude.app")


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


def open_store(settings: Settings) -> Store:
    """The store of the settings, with the vault of their keys."""
    return Store.open(settings.store_url, Vault.parse(settings.keys.get_secret_value()))


class Interlude:
    """The parts, made and joined. `dialogue` and `screener` may be handed in."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        clock: Clock = utc_now,
        dialogue: Asks | None = None,
        screener: Screens | None = None,
    ) -> None:
        self.settings, self.store, self.clock = settings, store, clock
        words.load()
        self.scripts = load_scripts()
        self.dialogue = dialogue or Dialogue(settings.rasa.addresses, settings.rasa.timeout)
        self.hub = Hub()
        self._due = asyncio.Event()
        self._answering: set[asyncio.Task[None]] = set()
        self.turn = Turn(
            store,
            screener or Screener(),
            self.dialogue,
            self.scripts,
            clock,
            said=self.hub.said,
            typing=self.hub.typing,
            opened=self._due.set,
        )
        public = settings.web.public_url or f"http://{settings.web.host}:{settings.web.port}"
        self.watch = Watch(store, settings, clock, f"{public}/console")
        self.chat = Chat(store, clock, self.hub, self.take)

    async def take(self, inbound: Inbound) -> str:
        """Take a message and begin to answer it; the caller need not wait for the answer."""
        taken = await self.turn.take(inbound)
        task = asyncio.create_task(self.turn.answer(inbound.patient_id))
        self._answering.add(task)
        task.add_done_callback(self._answered)
        return taken.state

    async def settle(self) -> None:
        """Wait until nothing is being answered in this process."""
        while self._answering:
            await asyncio.gather(*self._answering, return_exceptions=True)

    async def keep_watching(self) -> None:
        """Run the escalation clock until cancelled; woken at once when a case opens."""
        while True:
            self._due.clear()
            await _tick("watch", self.watch.tick)
            with suppress(TimeoutError):
                async with asyncio.timeout(_WATCH_EVERY):
                    await self._due.wait()

    async def keep_resuming(self) -> None:
        """Take up what was never answered, until cancelled."""
        while True:
            await _tick("resume", self.turn.resume)
            await asyncio.sleep(_RESUME_EVERY)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._answering.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # The message is still `received`; the clock takes it up again.
            _log.error("answer_failed", error=type(error).__name__)


def web_app(interlude: Interlude, *, clocks: bool = True) -> web.Application:
    """The aiohttp application: channels, console, health; with the clocks running unless told not to."""
    settings = interlude.settings
    app = web.Application(middlewares=[_guard])
    app[STORE], app[TURN] = interlude.store, interlude.turn
    for name in settings.channels:
        channel(name, settings, interlude.chat).add_to(app)
    secure = settings.web.public_url.startswith("https://")
    app.add_subapp(
        "/console",
        console(interlude.store, interlude.clock, secure=secure, wake=interlude.hub.wake_all),
    )

    async def healthz(_request: web.Request) -> web.Response:
        async with interlude.store.read() as db:
            beat = await audit.last_beat(db, "watch")
        late = beat is None or interlude.clock() - beat > WATCH_LATE
        body = {"status": "watch is late" if late else "ok", "watch": beat.isoformat() if beat else None}
        return web.json_response(body, status=503 if late else 200)

    async def readyz(_request: web.Request) -> web.Response:
        ready = await interlude.dialogue.ready()
        return web.json_response({"dialogue": ready}, status=200 if ready else 503)

    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz)])

    async def run(_app: web.Application) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(work())
            for work in (interlude.keep_watching, interlude.keep_resuming)
            if clocks
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await interlude.settle()
        if isinstance(interlude.dialogue, Dialogue):
            await interlude.dialogue.close()
        await interlude.store.close()

    app.cleanup_ctx.append(run)
    return app


async def _tick(name: str, work: Callable[[], Awaitable[int]]) -> None:
    """One round of a clock: a failure is logged and the next round comes."""
    try:
        await work()
    except Exception as error:
        _log.error("clock_failed", clock=name, error=type(error).__name__)


@web.middleware
async def _guard(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """An unforeseen failure is a 500 with no words in it, and a log line without content."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as error:
        _log.exception("request_failed", error=type(error).__name__, method=request.method)
        raise web.HTTPInternalServerError(text="Something failed here; it has been logged.") from error
