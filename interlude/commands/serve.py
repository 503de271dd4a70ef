"""`interlude serve` and `interlude actions`: the two long-running processes of the app's Python."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

import structlog
from aiohttp import web
from rasa_sdk.executor import ActionExecutor

from interlude.app import Interlude, open_store, web_app
from interlude.commands import logs
from interlude.message import InterludeError
from interlude.settings import Settings, read_settings
from interlude.store.migrate import migrate

#: What Rasa is told when an action fails: the app reads it as silence, says so, and asks again.
FAILED = {"events": [], "responses": [{"custom": {"kind": "failed"}}]}
#: A call carries the whole tracker of its conversation.
_LARGEST_CALL = 8 * 1024 * 1024
_log = structlog.get_logger("interlude.actions")


def serve() -> None:
    """Serve patients and clinicians until told to stop."""
    logs.set_up()
    settings = read_settings()

    async def make() -> web.Application:
        store = open_store(settings)
        await migrate(store)
        return web_app(Interlude(settings, store))

    web.run_app(
        make(),
        host=settings.web.host,
        port=settings.web.port,
        access_log=None,
        print=None,
        shutdown_timeout=5,
    )


def serve_actions() -> None:
    """Serve custom actions to Rasa, on loopback."""
    logs.set_up()
    settings = read_settings()
    web.run_app(
        actions_app(settings),
        host=settings.actions.host,
        port=settings.actions.port,
        access_log=None,
        print=None,
        shutdown_timeout=5,
    )


def actions_app(settings: Settings) -> web.Application:
    """The action server: one route with a shared secret, a bound in time, and a safe reply to every
    failure. Raises InterludeError when no secret is set."""
    secret = settings.actions_secret.get_secret_value()
    if not secret:
        raise InterludeError("No secret for the action server; set INTERLUDE_ACTIONS_SECRET.")
    executor = ActionExecutor()
    # By name: nothing in the app knows the custom actions.
    executor.register_package("actions")

    async def webhook(request: web.Request) -> web.Response:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {secret}".encode()):
            raise web.HTTPUnauthorized(text="Wrong or missing secret.")
        call: dict[str, Any] = await request.json()
        try:
            async with asyncio.timeout(settings.actions.bound):
                result = await executor.run(call)
        except Exception as error:
            _log.exception("action_failed", action=str(call.get("next_action")), error=type(error).__name__)
            return web.json_response(FAILED)
        return web.json_response(result.model_dump() if result else {"events": [], "responses": []})

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application(client_max_size=_LARGEST_CALL)
    app.add_routes([web.post("/webhook", webhook), web.get("/health", health)])
    return app
