"""Interlude's graph components, run in Rasa's Python. Imports nothing of Interlude."""
