"""Brings a database up to the tables of this version (Alembic, forward only)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from interlude.store.database import Store


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration without an ini file; the connection travels in its attributes."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


async def migrate(store: Store) -> None:
    """Run every migration the database has not seen, in one transaction."""
    async with store.engine.execution_options(interlude_writes=True).begin() as connection:
        await connection.run_sync(lambda sync: command.upgrade(configuration(sync), "head"))
