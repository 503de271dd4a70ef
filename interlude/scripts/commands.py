"""The words that steer a script, understood with or without Rasa: a patient can always get out."""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process

from interlude.scripts.reading import fold
from interlude.scripts.run import Answer

_WORDS = {
    "stop": (
        "stop", "stop it", "stop now", "please stop", "stop please", "stop this", "cancel", "quit", "exit",
        "i want to stop", "i'd like to stop", "can we stop", "let's stop", "that's enough", "enough",
        "i'm done with this", "leave me alone",
    ),
    "back": ("back", "go back", "previous", "previous question", "last question", "one back", "undo"),
    "skip": (
        "skip", "skip it", "skip this", "skip that", "skip this one", "pass", "next", "next question",
        "i'd rather not say", "rather not say", "prefer not to say", "i'd rather not",
    ),
    "dont_know": (
        "i don't know", "i dont know", "don't know", "dont know", "idk", "dunno", "i dunno", "no idea",
        "i have no idea", "not sure", "i'm not sure", "im not sure", "unsure", "no clue", "i can't think",
    ),
    "resume": ("resume", "continue", "carry on", "go on", "where were we", "where was i"),
    "keep": ("keep", "keep it", "keep that", "leave it"),
}  # fmt: skip
_COMMAND = {phrase: command for command, phrases in _WORDS.items() for phrase in phrases}
_INTENT = {
    "back": "back", "skip": "skip", "dont_know": "dont_know", "stop_or_cancel": "stop", "resume": "resume",
}  # fmt: skip
_EDIT = re.compile(
    r"(?:(?:edit|correct)\s+(?:my\s+|the\s+)?|change\s+my\s+)"
    r"(?:answer\s+)?(?:(?:to|for|about|on)\s+)?(?:the\s+)?(.+)"
)
_NEW_ANSWER = re.compile(
    r"\s*change\s+(?:my|the|that)(?:\s+last)?\s+answer\s+to:?\s+(.+)", re.IGNORECASE | re.DOTALL
)
#: an intent steers only if the text is this short; a long one is the patient's story
_SHORT = 6


def read_command(answer: Answer) -> str | None:
    """`stop back skip dont_know resume keep`, or None for an ordinary answer."""
    if answer.choice in _WORDS:
        return answer.choice
    if answer.choice is not None:
        return None
    if answer.text.strip() in ("?", "??", "???"):
        return "dont_know"
    said = _COMMAND.get(fold(answer.text))
    if said:
        return said
    return _INTENT.get(answer.intent or "") if len(answer.text.split()) <= _SHORT else None


def read_edit(text: str, names: dict[str, str]) -> str | None:
    """The step to change in 'edit the situation'; `names` maps step ids to their labels."""
    said = _EDIT.fullmatch(fold(text)) if len(text) < 200 else None
    if not said:
        return None
    known = {fold(label): step for step, label in names.items() if label}
    known |= {fold(step.replace("_", " ")): step for step in names}
    near = process.extractOne(said[1], list(known), scorer=fuzz.ratio, score_cutoff=85)
    return known[near[0]] if near else None


def read_new_answer(text: str) -> str | None:
    """The new words in 'change my answer to …', meant for the question before."""
    said = _NEW_ANSWER.fullmatch(text) if len(text) < 4000 else None
    return said[1].strip() if said else None


def read_keep_or_delete(answer: Answer) -> str | None:
    """`keep` or `delete`, for the question whether a draft is kept."""
    words = set(re.sub(r"[^\w' ]", " ", fold(answer.text)).split())
    if answer.choice in ("keep", "delete"):
        return answer.choice
    if words & {"don't", "dont", "not", "never"}:
        return "keep" if words & {"delete", "erase", "remove"} else None
    if words & {"delete", "erase", "remove", "bin", "trash"}:
        return "delete"
    return "keep" if words & {"keep", "save", "later", "yes"} else None
