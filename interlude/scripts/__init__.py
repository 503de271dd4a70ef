"""Walks the scripts of `content/`: the next question, what an answer means, where it leads.

Pure: no database, no clock, no vendor. Whoever calls stores the run and carries out the effects.
"""
