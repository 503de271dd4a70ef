"""The whole of Interlude as separate processes: Rasa, the action server and the app, each of which a test
may kill and start again, on ports and a database of their own."""

from __future__ import annotations

import asyncio
import json
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from interlude.commands import training
from interlude.commands.running import free_port
from interlude.console.login import hash_password
from interlude.store import people
from interlude.store.crypt import Vault
from interlude.store.database import Store
from interlude.store.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "a password for tests"
CODES = {"pat-us": "code-us", "pat-gb": "code-gb"}


class PageReceiver:
    """A paging provider on loopback: keeps the body of every page it was sent."""

    def __init__(self) -> None:
        self.pages: list[dict[str, Any]] = []
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                pages.append(json.loads(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"json://127.0.0.1:{self._server.server_address[1]}/"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class WholeClinic:
    """`start()` brings up all three; `kill(name)` is a `kill -9`; `start(name)` brings one back."""

    def __init__(self, folder: Path, store_url: str | None = None) -> None:
        self.folder = folder
        self.web_port, self.actions_port, self.rasa_port = free_port(), free_port(), free_port()
        self.address = f"http://127.0.0.1:{self.web_port}"
        self.key = Vault.new_key("test")
        self.store_url = store_url or f"sqlite+aiosqlite:///{folder}/interlude.db"
        self.receiver = PageReceiver()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = training.rasa_environment(
            INTERLUDE_KEYS=self.key,
            INTERLUDE_ACTIONS_SECRET=secrets.token_urlsafe(12),
            INTERLUDE_STORE_URL=self.store_url,
            INTERLUDE_WEB__PORT=str(self.web_port),
            INTERLUDE_ACTIONS__PORT=str(self.actions_port),
            INTERLUDE_RASA__ADDRESSES=json.dumps([f"http://127.0.0.1:{self.rasa_port}"]),
            INTERLUDE_ACTIONS_URL=f"http://127.0.0.1:{self.actions_port}/webhook",
            INTERLUDE_RASA_PORT=str(self.rasa_port),
            INTERLUDE_MODEL=str(training.train(ROOT / "models")),
            INTERLUDE_VAR=str(folder),
        )
        asyncio.run(self._seed())

    def start(self, *names: str) -> None:
        for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines():
            name, _, command = line.partition(": ")
            if names and name not in names:
                continue
            with (self.folder / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    f"exec {command}", shell=True, cwd=ROOT, env=self.environment, stdout=log, stderr=log
                )
        if not names or "app" in names:
            self.wait(lambda: self._status("/healthz") == 200, "the app")
        if not names or {"rasa", "actions"} & set(names):
            self.wait(lambda: self._status("/readyz") == 200, "the dialogue")

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.receiver.close()

    def wait(self, holds: Callable[[], bool], what: str, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > end:
                logs = "\n".join(
                    f"--- {path.name}\n{path.read_text(errors='replace')[-1500:]}"
                    for path in sorted(self.folder.glob("*.log"))
                )
                raise AssertionError(f"{what} was not there within {seconds} s\n{logs}")
            time.sleep(0.1)

    def python(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run `interlude` with these arguments in the same installation."""
        return subprocess.run(
            [sys.executable, "-m", "interlude", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def _status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.address + path, timeout=30) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    async def _seed(self) -> None:
        now = datetime.now(UTC)
        hashed = await hash_password(PASSWORD)
        store = Store.open(self.store_url, Vault.parse(self.key))
        await migrate(store)
        async with store.begin() as db:
            clinic = await people.add_clinic(
                db,
                name="Clinic of the Tests",
                phone="555-0177",
                hours="weekdays",
                country="US",
                timezone="America/New_York",
            )
            for login, name, tier in (("ada", "Dr Ada Stone", 1), ("ben", "Ben Hill", 2)):
                await people.add_clinician(
                    db,
                    clinic,
                    [f"apprise:{self.receiver.url}{login}"],
                    login=login,
                    name=name,
                    tier=tier,
                    password=hashed,
                )
            for pseudonym, country, timezone in (
                ("pat-us", "US", "America/New_York"),
                ("pat-gb", "GB", "Europe/London"),
                # `interlude talk` makes its patients beside this one.
                ("demo-robin", "US", "America/New_York"),
            ):
                patient = await people.add_patient(
                    db, clinic, now, "Robin", pseudonym=pseudonym, country=country, timezone=timezone
                )
                await people.add_session_date(db, patient.id, now - timedelta(days=5))
                code = CODES.get(pseudonym, f"code-{pseudonym}")
                await people.invite(db, patient.id, now, days=1, uses=1000, code=code)
        await store.close()
