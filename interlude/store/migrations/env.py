"""Alembic's entry: runs on the connection handed in by `interlude.store.migrate`."""

from typing import Any, Literal

from alembic import context

from interlude.store.schema import Base, Moment


def render(kind: str, value: Any, _autogen: Any) -> str | Literal[False]:
    """Write our time type as the plain one, so that old migrations never import present code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(value, Moment) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
