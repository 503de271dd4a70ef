"""Starting, continuing and taking up scripts."""

from __future__ import annotations

from rasa_sdk import Action

from actions.answering import Answering, Asked, nothing_open
from interlude import practice
from interlude.escalation import words
from interlude.message import Reply
from interlude.scripts.run import Answer

#: What an intent starts. A feeling poured out is offered two skills to choose from.
_STARTS = {
    "start_reframe": "thought_record",
    "start_grounding": "grounding_54321",
    "start_breathing": "paced_breathing",
    "start_regulation_skill": "offer_skill",
    "feel_bad_vent": "offer_skill",
}


class ActionStartScript(Answering, Action):  # type: ignore[misc]
    """Starts the script the patient asked for."""

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_start_script"

    async def answer(self, asked: Asked) -> list[Reply]:
        """Begin the script the intent stands for."""
        script = _STARTS.get(asked.intent, "offer_skill")
        replies = await practice.begin(
            asked.db, asked.scripts, asked.patient, asked.message, script, asked.now
        )
        if asked.intent == "feel_bad_vent":
            # Heard first, offered something second.
            replies.insert(0, Reply(words.say("heard", "feel_bad_vent", {}, asked.message.id)))
        return replies


class ActionContinueScript(Answering, Action):  # type: ignore[misc]
    """Hands the message to the running script."""

    pauses_for_safety = False

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_continue_script"

    async def answer(self, asked: Asked) -> list[Reply]:
        """Take the answer, or the word that steers."""
        answer = Answer(asked.text, asked.choice, asked.intent)
        replies = await practice.carry_on(
            asked.db, asked.scripts, asked.patient, asked.message, answer, asked.now
        )
        return [nothing_open()] if replies is None else replies


class ActionBack(ActionContinueScript):
    """ "Back", under the one name Rasa allows for an intent that it has a meaning of its own for."""

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_back"


class ActionResumeScript(Answering, Action):  # type: ignore[misc]
    """Takes up the script that was left."""

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_resume_script"

    async def answer(self, asked: Asked) -> list[Reply]:
        """Go on where the patient stopped."""
        replies = await practice.take_up(asked.db, asked.scripts, asked.patient, asked.message, asked.now)
        return [nothing_open()] if replies is None else replies
