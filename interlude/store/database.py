"""Opens the database and hands out transactions: SQLite (WAL) by default, PostgreSQL by URL.

`begin()` is the only way to write: on SQLite it takes the one writer's lock at once, so that a
transaction never fails half-way for want of it; on PostgreSQL rows are locked where order matters.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from interlude.message import InterludeError
from interlude.store.crypt import Vault


class Store:
    """The database and the vault its texts are sealed with."""

    def __init__(self, engine: AsyncEngine, vault: Vault) -> None:
        self.engine = engine
        self.vault = vault
        self._writers = engine.execution_options(interlude_writes=True)

    @classmethod
    def open(cls, url: str, vault: Vault) -> Store:
        """A store at a SQLAlchemy URL (`sqlite+aiosqlite:///file` or `postgresql+psycopg://…`)."""
        parsed = make_url(url)
        if parsed.drivername not in ("sqlite+aiosqlite", "postgresql+psycopg"):
            raise InterludeError(
                f"The store can't use '{parsed.drivername}'; give sqlite+aiosqlite:///… or postgresql+psycopg://…"
            )
        if parsed.drivername.startswith("sqlite"):
            if parsed.database and parsed.database != ":memory:":
                Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
            engine = create_async_engine(parsed, connect_args={"timeout": 15})
            event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(engine.sync_engine, "begin", _begin_sqlite)
        else:
            engine = create_async_engine(parsed, pool_size=10, pool_pre_ping=True)
        return cls(engine, vault)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        """One write transaction: everything in it is kept, or nothing is."""
        async with (
            AsyncSession(self._writers, expire_on_commit=False, info={"vault": self.vault}) as db,
            db.begin(),
        ):
            yield db

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One read-only look; nothing written in it is kept."""
        async with AsyncSession(self.engine, expire_on_commit=False, info={"vault": self.vault}) as db:
            yield db

    async def close(self) -> None:
        """Give back every connection."""
        await self.engine.dispose()


def vault_of(db: AsyncSession) -> Vault:
    """The vault that belongs to a session handed out by a Store."""
    vault: Vault = db.info["vault"]
    return vault


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # SQLAlchemy begins transactions itself (below): the driver must not do so behind its back.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("interlude_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
