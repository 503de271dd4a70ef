"""Screening: what a text says about risk, found by rules that clinicians can read and sign."""
