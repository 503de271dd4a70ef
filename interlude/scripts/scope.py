"""The names a condition or a wording may use, with their values: answers, computed values, facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from interlude.scripts.expression import parse
from interlude.scripts.model import OFFERED, Script, Step, fill, placeholders
from interlude.scripts.run import Run

#: a patient's words are quoted up to this many characters
QUOTED = 300


class Scope(Mapping[str, Any]):
    """Values by name for one run. Only answers on the way to the present question count, so one given
    on a way that was left again decides nothing."""

    def __init__(self, script: Script, run: Run, answers: dict[str, Any], item: str | None = None) -> None:
        self.script, self.run, self.answers, self.item = script, run, answers, item

    def __getitem__(self, name: str) -> Any:
        if name.startswith("score:"):
            return self._score(name.removeprefix("score:"))
        if name in self.answers:
            return self._own(name, self.answers[name])
        if name in self.script.values:
            return parse(self.script.values[name]).read(self)
        if name == "item" and self.item is not None:
            return self.item
        return self.run.facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self.run.facts, **dict.fromkeys(self.script.values), **self.answers})

    def __len__(self) -> int:
        return len(list(iter(self)))

    def holds(self, condition: str | None) -> bool:
        """Whether the condition holds; no condition always does."""
        return condition is None or parse(condition).holds(self)

    def resolve(self, value: Any) -> Any:
        """An effect's value: texts that start with = are expressions, all else is itself."""
        if isinstance(value, str) and value.startswith("="):
            return parse(value[1:]).read(self)
        if isinstance(value, Mapping):
            return {key: self.resolve(part) for key, part in value.items()}
        return [self.resolve(part) for part in value] if isinstance(value, list) else value

    def fill(self, wording: str) -> str | None:
        """The wording with answers put in, or None when one of them is missing."""
        return fill(wording, {name: self.shown(name) for name in placeholders(wording)})

    def shown(self, name: str) -> str:
        """An answer or value as a patient reads it; empty when there is none."""
        value = self.get(name)
        step = self.script.find(name)
        titles = option_titles(step, self.run) if step else {}
        if isinstance(value, Mapping):
            return ", ".join(f"{item} {_number(n)}" for item, n in value.items() if n is not None)
        if isinstance(value, list | tuple):
            return _listed([titles.get(str(part), str(part)) for part in value])
        if isinstance(value, int | float):
            return _number(value)
        text = "" if value is None else titles.get(str(value), str(value))
        return text if len(text) <= QUOTED else text[: QUOTED - 1].rstrip() + "…"

    def _own(self, name: str, value: Any) -> Any:
        """The answer itself; for an option made of a patient's earlier words, those words."""
        step = self.script.find(name)
        if step and step.options_from not in (None, OFFERED) and isinstance(value, str):
            return option_titles(step, self.run).get(value, value)
        return value

    def _score(self, name: str) -> float | None:
        value, step = self.answers.get(name), self.script.find(name)
        if isinstance(value, int | float):
            return value
        return next((o.score for o in step.options if o.value == value), None) if step else None


def option_titles(step: Step, run: Run) -> dict[str, str]:
    """The step's options as value to title, those that depend on the patient included."""
    fixed = [*step.options, *(step.guesses.options if step.guesses else ())]
    shown = {str(value): str(title) for value, title in run.options.get(step.id, [])}
    return {**{option.value: option.title for option in fixed}, **shown}


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)
