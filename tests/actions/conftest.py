"""Fixtures of this folder; made in tests/support."""

from support.fixtures import clinic, clock, empty_url, quiet_logs, store, store_url

__all__ = ["clinic", "clock", "empty_url", "quiet_logs", "store", "store_url"]
