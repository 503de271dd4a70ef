"""Fresh, migrated databases, fast: migrated once a run on each engine and copied for each test."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from interlude.store.crypt import Vault
from interlude.store.database import Store
from interlude.store.migrate import migrate
from support import postgres

ENGINES = ("sqlite", "postgresql")
KEY = Vault.new_key("test")


def open_store(url: str, keys: str = KEY) -> Store:
    """The store at a URL, with the test run's key."""
    return Store.open(url, Vault.parse(keys))


@contextmanager
def migrated(engine: str, folder: Path) -> Iterator[str]:
    """The URL of a fresh database with all tables."""
    if engine == "sqlite":
        path = folder / "interlude.db"
        path.write_bytes(_sqlite())
        yield f"sqlite+aiosqlite:///{path}"
    else:
        server = postgres.server()
        name = server.fresh(_postgresql())
        yield server.url(name)
        server.drop(name)


@contextmanager
def empty(engine: str, folder: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if engine == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'empty.db'}"
    else:
        server = postgres.server()
        name = server.fresh()
        yield server.url(name)
        server.drop(name)


def _in_a_loop_of_its_own(work: Coroutine[Any, Any, None]) -> None:
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def _migrate(url: str) -> None:
    store = open_store(url)
    await migrate(store)
    await store.close()


@cache
def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        _in_a_loop_of_its_own(_migrate(f"sqlite+aiosqlite:///{path}"))
        return path.read_bytes()


@cache
def _postgresql() -> str:
    server = postgres.server()
    name = server.fresh()
    _in_a_loop_of_its_own(_migrate(server.url(name)))
    return name
