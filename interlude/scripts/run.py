"""What walks: where a patient is in a script, what they answered, and what the caller has to do.

All of it is plain data; a `Run` goes to JSON and back without loss, so it survives days, another
channel and any crash.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from interlude.message import Level, Reply

State = Literal["running", "paused", "finished", "stopped"]

#: facts a condition in a script may name; kept in the run as they were at its start
NAMED_FACTS = (
    "phase", "medical", "mood", "mood_usual", "intensity", "cues", "tried", "records_rose", "open_level",
)  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What the caller knows of the patient besides the answers.

    `phase` is one of the course's phases; `medical` the medical screen's yes and not-sure answers
    (names in `script.MEDICAL`); `mood` the last score 0-10 and `mood_usual` the 7-day median;
    `open_level` that of the open case, and `safety_clear` true once the safety check has found no plan,
    intent or means in it; `intensity` the feeling's last rating 0-100; `cues` the risk categories
    (R01...) of the open case; `tried` skills just used; `records_rose` how many thought records in a
    row went up; `guesses` thinking traps a classifier found in this message, best first; `variant`
    any number that grows from run to run, so that wordings vary.
    """

    phase: str = "between"
    medical: frozenset[str] = frozenset()
    mood: float | None = None
    mood_usual: float | None = None
    open_level: Level = Level.NONE
    safety_clear: bool = False
    intensity: float | None = None
    cues: frozenset[str] = frozenset()
    tried: frozenset[str] = frozenset()
    records_rose: int = 0
    guesses: tuple[str, ...] = ()
    variant: int = 0

    def named(self) -> dict[str, Any]:
        """The facts conditions may name, as JSON values."""
        values: dict[str, Any] = {}
        for name in NAMED_FACTS:
            value = getattr(self, name)
            values[name] = sorted(value) if isinstance(value, frozenset) else value
        return values

    def given(self, values: Mapping[str, Any] | None) -> Facts:
        """These facts with what a `start` effect hands over: `intensity`, and more skills `tried`."""
        values = values or {}
        tried = self.tried | {str(name) for name in values.get("tried", ())}
        intensity = values.get("intensity", self.intensity)
        return replace(self, tried=frozenset(tried), intensity=intensity)


@dataclass(frozen=True)
class Answer:
    """One message of the patient: its text, the button's value if tapped, and the NLU's intent.

    Of the intents back, skip, dont_know, stop_or_cancel, resume, affirm and deny are understood;
    any other counts as none.
    """

    text: str
    choice: str | None = None
    intent: str | None = None


@dataclass(frozen=True)
class Run:
    """A place in a script. Never changed, only replaced.

    `step` and `item` (for a step asked once for each of several items) are the open question; `path`
    the questions before it, as `step` or `step/item`; `tries` counts answers to it that couldn't be
    used; `said` the steps without a question that have been said, so that their effects happen once;
    `options` the [value, title] pairs shown where they depend on the patient; `waits` names the script
    that must end before this one goes on; `asks` is `draft` while the question is whether to keep the
    answers. A skipped question's answer is None.
    """

    script: str
    step: str
    answers: dict[str, Any] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    tries: int = 0
    state: State = "running"
    short_answers: int = 0
    item: str | None = None
    said: list[str] = field(default_factory=list)
    options: dict[str, list[list[str]]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    waits: str | None = None
    asks: str | None = None
    variant: int = 0

    def to_json(self) -> str:
        """As JSON text; `from_json` gives the same run back."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Run:
        """The run written by `to_json`. Raises ValueError or TypeError for anything else."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Walked:
    """One move: the new run, what is said (in this order), and what the caller carries out.

    Effects: `mood` {score, note, labels} · `start` {script, given} (hand `given` to `walk.start`) ·
    `case` {level, categories, reason} (open or raise; a script never lowers) · `flag` {reason}
    (routine) · `record` {before, after, …} and `score` {…} (one a run: a later one replaces it, for
    answers can be changed) · `share` · `delete`.

    After `start` the run is `paused` and `waits`, unless it was at its end: `resume` it once the started
    script, and whatever that starts in turn, has ended.
    """

    run: Run
    replies: list[Reply] = field(default_factory=list)
    effects: list[dict[str, Any]] = field(default_factory=list)
