"""Noting a mood, and showing how it went."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from rasa_sdk import Action

from actions.answering import Answering, Asked
from interlude import practice
from interlude.message import Choice, Reply
from interlude.scripts.numbers import read_rating
from interlude.store import runs

_ASKS_SAFETY_AT = 2  # clinical specification 4.1: a mood of 2 or less is followed by the direct question
#: A number is a rating only where the words say so: "mood 4", "6/10", "a 5 today", a bare "7".
_STATED = re.compile(
    r"(\bmood\b|\bfeel(ing)?\b|\brat(e|ing)\b|\bout of (10|ten)\b|/ ?10\b|\blog\b|\bi'?m at\b|\bi'?d say\b"
    r"|^\W*(about |around |maybe )?(a )?\w+\W*$)",
    re.IGNORECASE,
)


class ActionLogMood(Answering, Action):  # type: ignore[misc]
    """Notes a stated rating at once; without one, asks for it."""

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_log_mood"

    async def answer(self, asked: Asked) -> list[Reply]:
        """Write the rating down, or begin the check-in."""
        rating = read_rating(asked.text, 0, 10) if _STATED.search(asked.text) else None
        if rating is None or rating.value is None:
            return await practice.begin(
                asked.db, asked.scripts, asked.patient, asked.message, "mood_checkin", asked.now
            )
        score = round(rating.value)
        await runs.log_mood(asked.db, asked.message, score, asked.now)
        noted = Reply(
            f"I've noted your mood as {score} out of 10.",
            (
                Choice("Show my mood line", "intent:mood_trend"),
                Choice("Change it", "intent:log_mood"),
            ),
        )
        if score <= _ASKS_SAFETY_AT:
            return [
                noted,
                *await practice.begin(
                    asked.db, asked.scripts, asked.patient, asked.message, "safety_check", asked.now
                ),
            ]
        return [noted]


class ActionShowMoodTrend(Answering, Action):  # type: ignore[misc]
    """Shows the last ratings in words and as a chart."""

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_show_mood_trend"

    async def answer(self, asked: Asked) -> list[Reply]:
        """Say the last ratings; no praise and no grades."""
        ratings = [mood for mood, _ in await runs.moods(asked.db, asked.patient.id, limit=30)]
        if not ratings:
            return [Reply("You haven't noted a mood yet.", (Choice("Note my mood", "intent:log_mood"),))]
        zone = ZoneInfo(asked.patient.timezone)
        listed = ", ".join(f"{mood.score} on {mood.at.astimezone(zone):%d %b}" for mood in ratings[-7:])
        chart = {
            "kind": "chart",
            "title": "Your mood, 0 to 10",
            "points": [{"at": mood.at.isoformat(), "value": mood.score} for mood in ratings],
            "min": 0,
            "max": 10,
            "low": "worst",
            "high": "best",
        }
        said = f"Your last moods, from 0 to 10: {listed}."
        return [Reply(said, (Choice("Note my mood now", "intent:log_mood"),), chart)]
