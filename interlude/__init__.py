"""Interlude: an assistant for patients in ketamine-assisted psychotherapy, between their sessions."""

__version__ = "0.1.0"
