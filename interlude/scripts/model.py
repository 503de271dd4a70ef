"""What a script is made of: its steps, their answers, where they lead, who it is for.

The fields are those of content/schemas/script.schema.json; `script.load` reads and checks the files.
"""

from __future__ import annotations

import re
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator

from interlude.message import Level

END = "end"
OFFERED = "offered"

Phase = Literal["prep", "dosing_day", "day_1", "integration", "between", "maintenance", "paused"]
Medical = Literal[
    "heart_disease", "slow_heart", "fainting", "high_blood_pressure", "lung_disease", "seizures",
    "pregnancy", "eating_disorder", "cold_allergy", "injury", "psychosis_signs", "mania_signs",
    "dissociated",
]  # fmt: skip
#: names of the medical screen's answers (cold_allergy takes in Raynaud's, slow_heart beta-blockers,
#: injury recent surgery) and of states a clinician or a check has noted
MEDICAL: tuple[str, ...] = get_args(Medical)

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def placeholders(text: str) -> list[str]:
    """The names a wording quotes in braces."""
    return _PLACEHOLDER.findall(text)


def fill(text: str, values: dict[str, str]) -> str | None:
    """The wording with its placeholders filled, or None when one of them has no answer.

    Filled text is not looked at again, so braces in a patient's words stay words.
    """
    if any(not values.get(name) for name in placeholders(text)):
        return None
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def _one_or_several(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Option(_Part):
    """One answer to choose. `says` are words in a typed answer that mean it."""

    title: str
    value: str
    says: tuple[str, ...] = ()
    for_: Literal["skip", "dont_know"] | None = Field(None, alias="for")
    score: float | None = None
    keep: bool = False


class Branch(_Part):
    """Where to go if a condition holds."""

    if_: str = Field(alias="if")
    go: str


class Guesses(_Part):
    """Options that are only shown when they fit an earlier answer."""

    from_: str = Field(alias="from")
    max: int = 3
    options: tuple[Option, ...]


class Step(_Part):
    """One question, or with kind `none` something said. Fields as in content/schemas/script.schema.json."""

    id: str
    kind: Literal["text", "texts", "number", "choice", "choices", "timer", "breathing", "none"]
    label: str = ""
    prompt: tuple[str, ...] = ()
    by: str | None = None
    prompts: dict[str, tuple[str, ...]] = {}
    help: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    when: str | None = None
    optional: bool = False
    strict: bool = False
    min: float = 0
    max: float = 0
    low: str = ""
    high: str = ""
    unit: str = ""
    worse: Literal["low", "high"] | None = None
    each: str | None = None
    ratings: str | None = None
    options: tuple[Option, ...] = ()
    options_from: str | None = None
    guesses: Guesses | None = None
    other: bool = False
    seconds: int = 0
    in_: float = Field(0, alias="in")
    out: float = 0
    hold: float = 0
    minutes: float = 0
    title: str = ""
    lines: tuple[str, ...] = ()
    branches: tuple[Branch, ...] = ()
    next: str | None = None
    effects: tuple[dict[str, Any], ...] = ()

    _listed = field_validator("prompt", "help", mode="before")(_one_or_several)
    _each_listed = field_validator("prompts", mode="before")(
        lambda found: {name: _one_or_several(texts) for name, texts in found.items()}
    )

    @property
    def wordings(self) -> list[str]:
        """Every text of the step that a patient may read as its prompt."""
        return [*self.prompt, *(text for texts in self.prompts.values() for text in texts)]

    @property
    def starts(self) -> bool:
        """True when leaving the step starts another script."""
        return any(effect["kind"] == "start" for effect in self.effects)


class Leaving(_Part):
    """What is said and done when a script is stopped before its end."""

    prompt: tuple[str, ...]
    effects: tuple[dict[str, Any], ...] = ()

    _listed = field_validator("prompt", mode="before")(_one_or_several)


class Refusal(_Part):
    """A condition on the facts that forbids a script, what is said then, what may be started instead."""

    if_: str = Field(alias="if")
    say: tuple[str, ...]
    start: str | None = None

    _listed = field_validator("say", mode="before")(_one_or_several)


class Phases(_Part):
    """Phases of the course in which a script may or must not run; no `allowed` means all."""

    allowed: tuple[Phase, ...] = ()
    forbidden: tuple[Phase, ...] = ()


class Intensity(_Part):
    """Strength of the feeling, 0-100, for which a script is meant."""

    min: int = 0
    max: int = 100


class Script(_Part):
    """One content file. Fields as in content/schemas/script.schema.json."""

    id: str
    kind: Literal["exercise", "journal", "questionnaire", "check"]
    title: str
    source: str
    minutes: float
    steps: tuple[Step, ...]
    code: str = ""
    spoken: tuple[str, ...] = ()
    phases: Phases = Phases()
    not_with: tuple[Medical, ...] = ()
    intensity: Intensity = Intensity()
    first_choice: dict[str, int] = {}
    up_to: Level = Level.ROUTINE
    refuse: tuple[Refusal, ...] = ()
    instead: str | None = None
    cautions: tuple[str, ...] = ()
    risk: bool = False
    draft: bool | None = None
    show: tuple[str, ...] = ()
    short_form: str | None = None
    short_phases: tuple[Phase, ...] = ()
    short_say: tuple[str, ...] = ()
    values: dict[str, str] = {}
    on_stop: Leaving | None = None

    _shelf: dict[str, Script] = PrivateAttr(default_factory=dict)

    _listed = field_validator("short_say", mode="before")(_one_or_several)

    def put_on(self, shelf: dict[str, Script]) -> None:
        """Makes the other scripts known, those it starts and those it may offer."""
        self._shelf = shelf

    @property
    def shelf(self) -> dict[str, Script]:
        """All scripts that were loaded with this one, by id."""
        return self._shelf

    @property
    def keeps_draft(self) -> bool:
        """True when stopping asks whether to keep the answers."""
        return self.kind == "journal" if self.draft is None else self.draft

    def find(self, step_id: str) -> Step | None:
        """The step of that id, if there is one."""
        return next((step for step in self.steps if step.id == step_id), None)

    def following(self, step: Step) -> str:
        """Where the step leads when none of its branches holds."""
        if step.next:
            return step.next
        place = self.steps.index(step) + 1
        return self.steps[place].id if place < len(self.steps) else END
