"""The turn gate: names the turn, from the metadata and the classifier's prediction. Last in the pipeline.

The app sends with each message what the risk rules found, which script is running and what was tapped. The
gate sets the intent from that, so that plain rules decide the rest; with no metadata (training, `rasa shell`)
it behaves as for a first message. In this order:

1. a risk level of urgent or more is `crisis`, whatever else was sent;
2. a tapped "intent:<name>" is that intent;
3. a probability of crisis of `crisis_threshold` or more (while a script runs or a case is open
   `crisis_in_script_threshold`, since what people write then is dark by design) is `crisis`, unless the
   message is a command by its exact words, which the classifier misreads when they are short or misspelt;
4. safety mode is `nlu_fallback`: the app has replied already, and only wants to hear of 3;
5. while a script runs: an answer to its step, unless the message is a real interruption;
6. otherwise: a command by its exact words, or the classifier's best intent that isn't `answer_step`, or
   `nlu_fallback` when that is less probable than `fallback_threshold`.

Adds `crisis_probability` (0 to 1) and `classified` (the classifier's own top intent) to Rasa's output and
leaves the classifier's ranking in `intent_ranking`, cut to `ranking_length`.
"""

import re
from typing import Any, Dict, List, Mapping, Text, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

# Imported for its effect: the gate is loaded with every model, so this is where Rasa learns of it.
import components.action_schema  # noqa: F401
from components.commands import command

CRISIS = "crisis"
ANSWER = "answer_step"
FALLBACK = "nlu_fallback"
CRISIS_PROBABILITY = "crisis_probability"
CLASSIFIED = "classified"

#: Levels the rules may send that aren't a crisis; any other word is taken for the worst.
CALM_LEVELS = frozenset({"none", "routine"})

#: What may interrupt a running script.
INTERRUPTIONS = frozenset(
    {
        "stop_or_cancel",
        "back",
        "skip",
        "dont_know",
        "resume",
        "talk_to_human",
        "show_safety_plan",
        "help_what_can_you_do",
        "ketamine_question",
        "dosing_or_medical_advice_request",
        "privacy_question",
        "are_you_human",
        "delete_my_data",
        "side_effect_report",
        "mood_trend",
    }
)
#: Steps without a question: there "continue" and "go on" are the answer, not a wish to be asked again.
QUIET_STEPS = frozenset({"timer", "breathing", "none"})

_DIGIT = re.compile(r"\d")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class TurnGate(GraphComponent):
    """Sets the intent of each message; see the module for the order."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Probabilities from 0 to 1, as measured in docs/decisions/0002-classifier.md; lengths in words.

        interruption_in_text    how sure the classifier must be to break into a free-text step
        interruption_in_choice  the same in every other kind of step
        interruption_words      a longer message to a free-text step is always an answer
        """
        return {
            "crisis_threshold": 0.3,
            "crisis_in_script_threshold": 0.6,
            "fallback_threshold": 0.2,
            "interruption_in_text": 0.8,
            "interruption_in_choice": 0.5,
            "interruption_words": 8,
            "ranking_length": 10,
        }

    def __init__(self, config: Dict[Text, Any]) -> None:
        self._config = {**self.get_default_config(), **config}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "TurnGate":
        """A gate with the thresholds of config.yml."""
        return cls(config)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a threshold that can't be one: a wrong one would mute the gate without a word."""
        for key, value in {**cls.get_default_config(), **config}.items():
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                # Rasa adds words of its own to a component's config.
                if key in cls.get_default_config():
                    raise InvalidConfigException(
                        f"TurnGate: {key} in config.yml must be a number, not {value!r}."
                    )
            elif (key.endswith("_threshold") or key.startswith("interruption_in_")) and not 0 < value <= 1:
                raise InvalidConfigException(f"TurnGate: {key} in config.yml must be above 0 and at most 1.")

    def process(self, messages: List[Message]) -> List[Message]:
        """Name the turn of each message."""
        for message in messages:
            ranking = [(r["name"], float(r["confidence"])) for r in message.get(INTENT_RANKING_KEY) or []]
            metadata = message.get(METADATA)
            name, confidence = self.turn(
                message.get(TEXT) or "", ranking, metadata if isinstance(metadata, dict) else {}
            )
            message.set(INTENT, {"name": name, "confidence": confidence}, add_to_output=True)
            message.set(CRISIS_PROBABILITY, dict(ranking).get(CRISIS, 0.0), add_to_output=True)
            message.set(CLASSIFIED, ranking[0][0] if ranking else None, add_to_output=True)
            shown = (message.get(INTENT_RANKING_KEY) or [])[: self._config["ranking_length"]]
            message.set(INTENT_RANKING_KEY, shown, add_to_output=True)
        return messages

    def turn(
        self, text: Text, ranking: List[Tuple[Text, float]], metadata: Mapping[Text, Any]
    ) -> Tuple[Text, float]:
        """Intent and confidence of one turn.

        `ranking` holds every intent the classifier knows with its probability, the best first.
        """
        probabilities = dict(ranking)
        if (metadata.get("level") or "none") not in CALM_LEVELS:
            return CRISIS, 1.0
        choice = metadata.get("choice")
        tapped = _tapped_intent(choice)
        if tapped in probabilities:
            return tapped, 1.0
        spelt = command(text)
        script = metadata.get("script")
        danger = probabilities.get(CRISIS, 0.0)
        dark = script or metadata.get("mode") == "safety"
        alarm = self._config["crisis_in_script_threshold" if dark else "crisis_threshold"]
        if danger >= alarm and not spelt:
            return CRISIS, danger
        if metadata.get("mode") == "safety":
            return FALLBACK, 1.0
        if script:
            kind = script.get("kind") if isinstance(script, dict) else None
            best = (spelt, 1.0) if spelt else (ranking or [(ANSWER, 0.0)])[0]
            breaks = not choice and self._interrupts(text, kind or "text", *best)
            return best if breaks else (ANSWER, 1.0)
        # The embedding of an empty text still resembles something.
        return (spelt, 1.0) if spelt else self._opening(ranking if text.strip() else [])

    def _interrupts(self, text: Text, kind: Text, name: Text, confidence: float) -> bool:
        """Whether this intent breaks into a step of this kind; else the message answers it."""
        if name == "log_mood" and command(text) == name and kind != "number":
            return True
        if name not in INTERRUPTIONS or (kind in QUIET_STEPS and name == "resume"):
            return False
        if kind == "number" and _DIGIT.search(text):
            return False
        if kind != "text":
            return confidence >= self._config["interruption_in_choice"]
        short = len(text.split()) <= self._config["interruption_words"]
        return short and confidence >= self._config["interruption_in_text"]

    def _opening(self, ranking: List[Tuple[Text, float]]) -> Tuple[Text, float]:
        """The turn of a message that answers nothing, by the statistics."""
        for name, confidence in ranking:
            # Nothing was asked, so nothing can be answered.
            if name != ANSWER:
                sure = confidence >= self._config["fallback_threshold"]
                return (name, confidence) if sure else (FALLBACK, 1.0)
        return FALLBACK, 1.0


def _tapped_intent(choice: Any) -> Text:
    """The intent a button names, or an empty text."""
    return choice[len("intent:") :] if isinstance(choice, str) and choice.startswith("intent:") else ""
