"""Fixtures of this folder; made in tests/support."""

from support.fixtures import clinic, clinic_row, clock, empty_url, patient_row, quiet_logs, store, store_url
from support.web import browser, listens, opens, patient, signed_in

__all__ = [
    "browser",
    "clinic",
    "clinic_row",
    "clock",
    "empty_url",
    "listens",
    "opens",
    "patient",
    "patient_row",
    "quiet_logs",
    "signed_in",
    "store",
    "store_url",
]
