"""Turns a step into what the patient sees: the question, its buttons, what is quoted above it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from interlude.message import Choice, Reply
from interlude.scripts import phrases
from interlude.scripts.model import Option, Step
from interlude.scripts.numbers import plain
from interlude.scripts.scope import Scope

#: a plain-text channel can't draw a list of choices; up to this many are put into the text
LISTED = 12


def question(step: Step, scope: Scope, options: list[Option], old: str = "", again: int = 0) -> Reply:
    """The step's question. `old` is an earlier answer to show, `again` picks another wording."""
    prompt = wording(step, scope, again)
    if step.optional:
        prompt = f"{prompt} {phrases.OPTIONAL}"
    quotes = [f'{label}: "{words}"' for label, words in _quoted(step, scope)]
    lines = [*quotes, prompt]
    if step.kind == "choices" and len(options) <= LISTED:
        lines.append(phrases.OPTIONS.format(titles=", ".join(option.title for option in options)))
    if old:
        lines.append(phrases.OLD_ANSWER.format(answer=old))
    choices = [] if step.kind == "choices" else [Choice(o.title, o.value) for o in options]
    if step.kind in ("timer", "breathing") and not options:
        choices = [Choice(phrases.DONE, "done")]
    return Reply(
        text="\n".join(lines),
        choices=(*choices, *_ways_out(step, scope, options, bool(old))),
        custom=_custom(step, scope, prompt, options),
        kind="crisis" if scope.script.risk else "text",
    )


def statement(step: Step, scope: Scope) -> list[Reply]:
    """What a step without a question says; nothing if it only leads on."""
    prompt = wording(step, scope)
    lines = [line for line in map(scope.fill, step.lines) if line]
    if not prompt:
        return []
    custom = {"kind": "card", "title": step.title or scope.script.title, "lines": lines, "quote": None}
    return [said("\n".join([prompt, *lines]), scope, custom if lines else None)]


def said(text: str, scope: Scope, custom: dict[str, Any] | None = None) -> Reply:
    """A reply that asks nothing."""
    return Reply(text=text, custom=custom, kind="crisis" if scope.script.risk else "text")


def wording(step: Step, scope: Scope, again: int = 0) -> str:
    """One of the step's wordings; those that quote an answer are preferred when the answer is there."""
    wordings = step.prompts.get(str(scope.get(step.by)), step.prompt) if step.by else step.prompt
    full = [(text, scope.fill(text)) for text in wordings]
    usable = [(text, done) for text, done in full if done is not None]
    quoting = [done for text, done in usable if done != text]
    texts = quoting or [done for _, done in usable]
    return texts[(scope.run.variant + again) % len(texts)] if texts else ""


def hint(step: Step, scope: Scope, again: int = 0) -> str:
    """The step's help in words that can be used now; empty if it has none."""
    texts = [text for text in map(scope.fill, step.help) if text]
    return texts[again % len(texts)] if texts else ""


def _quoted(step: Step, scope: Scope) -> list[tuple[str, str]]:
    quoted = []
    for name in scope.script.show:
        words = scope.shown(name)
        source = scope.script.find(name)
        if words and name != step.id:
            label = source.label if source else ""
            quoted.append((label or name.replace("_", " ").capitalize(), words))
    return quoted


def _ways_out(step: Step, scope: Scope, options: list[Option], old: bool) -> list[Choice]:
    if step.strict and any(option.for_ == "skip" for option in options):
        return []
    ways = [Choice(phrases.KEEP, "keep")] if old else []
    if step.kind in ("text", "texts", "number"):
        ways.append(Choice(phrases.DONT_KNOW_BUTTON, "dont_know"))
    if not any(option.for_ == "skip" for option in options):
        ways.append(Choice(phrases.SKIP, "skip"))
    if scope.run.path:
        ways.append(Choice(phrases.BACK, "back"))
    return [*ways, Choice(phrases.STOP, "stop")]


def _custom(step: Step, scope: Scope, prompt: str, options: list[Option]) -> dict[str, Any] | None:
    quote = next((words for _, words in _quoted(step, scope)), None)
    custom: dict[str, Any]
    match step.kind:
        case "number":
            custom = {
                "kind": "scale", "min": plain(step.min), "max": plain(step.max), "low": step.low,
                "high": step.high, "step": 5 if step.max - step.min >= 100 else 1,
            }  # fmt: skip
        case "choices":
            shown = [{"title": option.title, "value": option.value} for option in options]
            custom = {"kind": "choices", "multiple": True, "max": int(step.max), "options": shown}
        case "timer":
            custom = {"kind": "timer", "seconds": step.seconds, "label": step.label or scope.script.title}
        case "breathing":
            custom = {
                "kind": "breathing", "in": plain(step.in_), "out": plain(step.out), "hold": plain(step.hold),
                "minutes": plain(step.minutes),
            }  # fmt: skip
        case _:
            if quote is None:
                return None
            custom = {"kind": "card", "title": scope.script.title, "lines": [prompt]}
    return {**custom, "quote": quote} if quote is not None else custom


def nudge(step: Step, scope: Scope, options: list[Option], problem: str) -> list[Reply]:
    """What is said to an answer that can't be used: an example, then what is needed, with the same
    buttons. The question itself is not said again."""
    asked = question(step, scope, options)
    choices = asked.choices
    listed = problem == "dont_know" and bool(step.examples)
    if listed:
        choices = (*(Choice(text, text) for text in step.examples), *choices)
    example = hint(step, scope) if problem in ("dont_know", "none", "empty") else ""
    text = _nudge_words(step, problem, listed, options, scope.run.variant)
    return [*([said(example, scope)] if example else []), replace(asked, text=text, choices=choices)]


def _nudge_words(step: Step, problem: str, listed: bool, shown: list[Option], tries: int) -> str:
    if problem == "dont_know":
        text = phrases.DONT_KNOW_LIST if listed else phrases.DONT_KNOW[tries % len(phrases.DONT_KNOW)]
        return f"{text}\n{phrases.OPTIONS.format(titles=', '.join(step.examples))}" if listed else text
    if problem == "empty":
        return phrases.EMPTY
    if step.kind == "number":
        words = {"outside": phrases.NUMBER_OUTSIDE, "several": phrases.NUMBER_SEVERAL}
        text = words.get(problem, phrases.NUMBER_NEEDED)
        return text.format(low=plain(step.min), high=plain(step.max))
    if step.kind in ("timer", "breathing") and not shown:
        return phrases.DONE_NEEDED
    titles = ", ".join(option.title for option in shown[:LISTED])
    return f"{phrases.CHOICE_NEEDED}\n{phrases.OPTIONS.format(titles=titles)}"


def labelled(scope: Scope) -> str:
    """The first answers with their labels, for one who comes back after days."""
    named = [(step.label, scope.shown(step.id)) for step in scope.script.steps if step.label]
    given = [f"{label.lower()}: {words[:80]}" for label, words in named if words]
    return "; ".join(given[:3])
