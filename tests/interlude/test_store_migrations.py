"""Migrations make exactly the tables of the code, on both databases, and only once."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from support.databases import open_store

from interlude.store.migrate import migrate
from interlude.store.schema import Base


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def partial_indexes(connection: Connection) -> set[str]:
    found = inspect(connection)
    return {
        str(index["name"])
        for table in ("cases", "runs")
        for index in found.get_indexes(table)
        if index["unique"] and any("where" in option for option in index.get("dialect_options", {}))
    }


async def test_migrations_make_the_tables_of_the_code(empty_url: str) -> None:
    store = open_store(empty_url)
    await migrate(store)
    async with store.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
        # compare_metadata does not look at an index's condition.
        assert await connection.run_sync(partial_indexes) == {
            "uq_cases_one_unresolved",
            "uq_runs_one_running",
        }
    await store.close()


async def test_migrating_again_changes_nothing(empty_url: str) -> None:
    store = open_store(empty_url)
    await migrate(store)
    await migrate(store)
    async with store.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await store.close()
