"""`interlude run`: everything on one machine, from an empty checkout to the printed addresses."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import aiohttp
from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

from interlude.app import open_store, utc_now
from interlude.commands import demo, training
from interlude.dialogue import Dialogue
from interlude.escalation import words
from interlude.message import InterludeError
from interlude.screening.screen import Screener
from interlude.scripts.script import load as load_scripts
from interlude.settings import HOME, Settings, read_settings
from interlude.store.migrate import migrate

_PATIENCE = 180.0


def run() -> int:
    """Set up, start, wait until each part really answers, print the addresses, run until Ctrl-C."""
    began = time.monotonic()
    os.chdir(HOME)
    if read_settings().mode != "demo":
        raise InterludeError(
            "`run` makes a demo clinic with printed logins; in production start `serve`, `actions` and Rasa "
            "as docs/running.md says."
        )
    os.environ.update(demo.secrets_of_demo())
    settings = read_settings()
    ports = [("Rasa", _rasa_port(settings), "INTERLUDE_RASA__ADDRESSES"),
             ("the action server", settings.actions.port, "INTERLUDE_ACTIONS__PORT"),
             ("the app", settings.web.port, "INTERLUDE_WEB__PORT")]  # fmt: skip
    for what, port, variable in ports:
        _check_free(what, port, variable)
    _step("Checking the content", check_content)
    _step("Bringing the database up to date", lambda: asyncio.run(_migrated(settings)))
    demo_people = asyncio.run(_seeded(settings))
    archive = _step(
        "Training the dialogue model (a minute or two when something changed)",
        lambda: training.train(settings.models),
    )
    manager = Manager(Printer(sys.stderr))
    environment = training.rasa_environment(
        INTERLUDE_RASA_PORT=str(_rasa_port(settings)),
        INTERLUDE_MODEL=str(archive),
        INTERLUDE_ACTIONS_URL=f"http://{settings.actions.host}:{settings.actions.port}/webhook",
    )
    for name, command in parse_procfile((HOME / "Procfile").read_text(encoding="utf-8")).processes.items():
        manager.add_process(name, _kept_up(name, command), env=environment, cwd=str(HOME))
    waiting = threading.Thread(target=_announce, args=(settings, demo_people, began), daemon=True)
    waiting.start()
    manager.loop()
    return int(manager.returncode or 0)


def check_content() -> int:
    """Load everything under content/; returns the number of files. Raises ContentError."""
    words.load()
    Screener()
    load_scripts()
    return len(list((HOME / "content").rglob("*.yml")))


def _kept_up(name: str, command: str) -> str:
    """The command in a loop: honcho ends everything when one process ends, and a dead Rasa must not
    take the app and its paging with it. Ctrl-C and SIGTERM reach loop and command alike."""
    again = f"echo '{name} stopped; starting it again'"
    return f"trap 'exit 0' INT TERM; while true; do {command}; {again}; sleep 1; done"


def _announce(settings: Settings, people: demo.Demo, began: float) -> None:
    try:
        asyncio.run(_wait(settings))
    except InterludeError as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return
    public = settings.web.public_url or f"http://{settings.web.host}:{settings.web.port}"
    lines = [f"\nInterlude is ready ({time.monotonic() - began:.0f} s). Stop it with Ctrl-C.", ""]
    lines += [f"  Patient   {public}/chat/#code={code}   ({name})" for name, code in people.codes.items()]
    lines += [f"  Console   {public}/console/"]
    lines += [
        f"            login {login}   password {password}" for login, password in people.passwords.items()
    ]
    print("\n".join(lines) + "\n", flush=True)


async def _wait(settings: Settings) -> None:
    """Until a canary turn goes through Rasa, its rules, the action server and the store, and the app's
    own clock runs."""
    dialogue = Dialogue(settings.rasa.addresses, 10)
    address = f"http://{settings.web.host}:{settings.web.port}/healthz"
    began = time.monotonic()
    told = began
    try:
        async with aiohttp.ClientSession() as http:
            while not (await dialogue.ready() and await _healthy(http, address)):
                waited = time.monotonic()
                if waited - began > _PATIENCE:
                    raise InterludeError(
                        "Not everything is ready after three minutes; the lines above say which part failed."
                    )
                if waited - told > 5:
                    told = waited
                    print(f"… starting ({waited - began:.0f} s)", file=sys.stderr, flush=True)
                await asyncio.sleep(0.5)
    finally:
        await dialogue.close()


async def _healthy(http: aiohttp.ClientSession, address: str) -> bool:
    try:
        async with http.get(address) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


def _step[T](what: str, work: Callable[[], T]) -> T:
    print(f"{what} …", end=" ", file=sys.stderr, flush=True)
    began = time.monotonic()
    try:
        done = work()
    except BaseException:
        print("failed", file=sys.stderr, flush=True)
        raise
    print(f"done ({time.monotonic() - began:.1f} s)", file=sys.stderr, flush=True)
    return done


def _rasa_port(settings: Settings) -> int:
    return urlsplit(settings.rasa.addresses[0]).port or 5005


def _check_free(what: str, port: int, variable: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise InterludeError(
                f"Port {port} for {what} is taken; stop what uses it, or set {variable} to another one."
            ) from error


async def _migrated(settings: Settings) -> None:
    store = open_store(settings)
    await migrate(store)
    await store.close()


async def _seeded(settings: Settings) -> demo.Demo:
    store = open_store(settings)
    try:
        return await demo.seed(store, utc_now())
    finally:
        await store.close()


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
