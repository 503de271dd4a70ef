"""Logging of every process: structured, on standard error, with an allow-list of fields.

A field that isn't on the list is dropped, so a patient's words can't get into a log by accident.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "action", "address", "case", "clock", "error", "event", "exception", "level", "link", "message",
        "method", "mode", "pager", "patient", "port", "status", "step", "timestamp", "why",
    }
)  # fmt: skip


def only_allowed(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that isn't on the list."""
    return {key: value for key, value in event.items() if key in ALLOWED}


def set_up() -> None:
    """Configure structlog and the standard library's logging for this process."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s")
    # Libraries log what they were given; only their names and levels are let through (format above).
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _name_exception,
            only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _name_exception(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The place of an exception, never its text: that may quote what a patient wrote."""
    if event.pop("exc_info", None):
        _, error, trace = sys.exc_info()
        places = []
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
            trace = trace.tb_next
        event["exception"] = f"{type(error).__name__} at {' > '.join(places[-6:])}"
    return event
