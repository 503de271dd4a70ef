"""What goes to the care team: a second opinion on risk, and what the patient wants them to know."""

from __future__ import annotations

from rasa_sdk import Action

from actions.answering import Answering, Asked
from interlude.escalation import case, receipt, words
from interlude.message import Level, Reply
from interlude.store import cases

#: Categories of the clinical specification, 5.1, for what is noted without being a risk.
_NOTED = {"talk_to_human": ("R24",), "delete_my_data": ("R24",)}


class ActionEscalateRisk(Answering, Action):  # type: ignore[misc]
    """Opens or raises the case for a turn Rasa named a crisis.

    The words come from the app: at once for what the rules saw, and in place of Rasa's reply for what
    only the classifier saw. So this action says nothing that could be said twice.
    """

    pauses_for_safety = False

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_escalate_risk"

    async def answer(self, asked: Asked) -> list[Reply]:
        """Open the case, or add to it, unless the rules already did for this very message."""
        known = await cases.unresolved(asked.db, asked.patient.id)
        if (
            known is None
            or not Level(known.level).alerts
            or asked.message.id not in await cases.evidence(asked.db, known.id)
        ):
            await case.open_or_raise(asked.db, asked.message, Level.URGENT, (), asked.now, "classifier")
        return []


class ActionNoteForTeam(Answering, Action):  # type: ignore[misc]
    """Writes down for the team what the patient wants a person to see."""

    pauses_for_safety = False

    def name(self) -> str:
        """Its name in domain.yml."""
        return "action_note_for_team"

    async def answer(self, asked: Asked) -> list[Reply]:
        """Open a routine case (reviewed on the next working day) and say what that means."""
        categories = _NOTED.get(asked.intent, ())
        opened = await case.open_or_raise(
            asked.db, asked.message, Level.ROUTINE, categories, asked.now, f"asked {asked.intent}"
        )
        filled = await receipt.fills(asked.db, asked.patient, opened, asked.now)
        return [Reply(words.say("team", asked.intent, filled, asked.message.id))]
