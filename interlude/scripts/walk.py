"""Walks a script with a patient: one move for each message. Pure: returns what to store, say and do.

Whoever calls screens the message first, and gives `take` only what is meant for the script.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from interlude.message import Reply
from interlude.scripts import asking, commands, leaving, phrases, way
from interlude.scripts.leaving import pause, stop
from interlude.scripts.model import Option, Script, Step
from interlude.scripts.numbers import plain
from interlude.scripts.offered import Why, refusal, why_not, why_not_on
from interlude.scripts.reading import Read, fold, read
from interlude.scripts.run import Answer, Facts, Run, Walked
from interlude.scripts.scope import Scope

__all__ = [
    "Answer", "Facts", "Run", "Walked", "ask", "edit", "pause", "resume", "start", "stop", "take", "to_guess",
]  # fmt: skip

#: prompts a step gets at most, the question itself included (clinical 1.3)
PROMPTS = 2
#: one-word answers in a row after which the short form is taken (clinical 1.3)
SHORT_ANSWERS = 2


def start(script: Script, facts: Facts, given: Mapping[str, Any] | None = None) -> Walked:
    """A new run at its first question. `given` are answers known already and, as `intensity` and
    `tried`, facts a `start` effect hands over.

    Where the script must not run now, the run comes back stopped, with a refusal and, if the script
    names something else for that case, an effect that starts it.
    """
    facts = facts.given(given)
    why = why_not(script, facts)
    run = Run(script.id, script.steps[0].id, facts=facts.named(), variant=facts.variant)
    if why:
        return Walked(replace(run, state="stopped"), *_refuse(script, facts, why))
    if script.short_form and facts.phase in script.short_phases:
        script = script.shelf[script.short_form]
        run = replace(run, script=script.id, step=script.steps[0].id)
    answers = {name: value for name, value in (given or {}).items() if _takes(script, name, value)}
    return way.go_on(script, replace(run, answers=answers), facts, [], [])


def take(  # noqa: PLR0911 - one return for each state
    script: Script, run: Run, answer: Answer, facts: Facts
) -> Walked:
    """The patient's answer, or a word that steers: stop, back, skip, I don't know, edit, resume."""
    if run.asks == "draft":
        return leaving.keep_or_delete(script, run, answer)
    if run.state in ("finished", "stopped"):
        return Walked(run, [Reply(phrases.FINISHED)])
    if why_not_on(script, facts):
        return leaving.hold(script, run)
    step = script.find(run.step)
    if run.state == "paused" or step is None:
        return resume(script, run, facts)
    if not _names_option(answer, way.options(step, run)):
        steered = _steer(script, run, step, answer, facts)
        if steered:
            return steered
    found = read(step, answer, way.options(step, run), way.items(script, run, step))
    if found.problem:
        return _nudge(script, run, step, found.problem, facts, found)
    return _answered(script, run, step, found, facts)


def to_guess(script: Script, run: Run) -> str:
    """Words a classifier may judge before the next `take`, to be handed over as `Facts.guesses`: the
    thought of a thought record whose traps haven't been guessed yet. Empty if none are wanted."""
    for step in script.steps:
        if step.guesses and step.id not in run.options and step.id not in run.answers:
            words = Scope(script, run, run.answers).get(step.guesses.from_)
            return words if isinstance(words, str) else ""
    return ""


def ask(script: Script, run: Run) -> list[Reply]:
    """The present question again, in other words where there are any; empty when none is open."""
    step = script.find(run.step)
    if run.asks == "draft":
        return [leaving.draft_question()]
    if step is None or run.state != "running":
        return []
    return [asking.question(step, way.scope_at(script, run), way.options(step, run), again=1)]


def resume(script: Script, run: Run, facts: Facts | None = None) -> Walked:
    """Goes on where the patient was, after days or after the script it waited for."""
    if run.state in ("finished", "stopped") and run.asks is None:
        return Walked(run, [Reply(phrases.FINISHED)])
    if facts and why_not_on(script, facts):
        return leaving.hold(script, run)
    if run.waits:
        return way.go_on(script, run, facts or Facts(), [], [])
    scope = way.scope_at(script, run)
    greeting = phrases.RESUMED.format(title=script.title)
    so_far = asking.labelled(scope)
    text = f"{greeting}\n{phrases.SO_FAR.format(answers=so_far)}" if so_far else greeting
    return way.go_on(script, run, facts or Facts(), [asking.said(text, scope)], [])


def edit(script: Script, run: Run, step_id: str) -> Walked:
    """Asks an answered step again, its old answer shown; the way afterwards follows the new answer.

    A step that is unknown or not answered yet leaves the present question open.
    """
    step = script.find(step_id)
    if step is None or step.kind == "none" or step_id not in run.answers:
        return Walked(run, ask(script, run))
    names = way.items(script, run, step)
    old = way.scope_at(script, run).shown(step_id)
    answers = {**run.answers, step_id: {}} if step.each else run.answers
    path = [entry for entry in run.path if entry.split("/")[0] != step_id]
    before = next((i for i, entry in enumerate(run.path) if entry.split("/")[0] == step_id), len(path))
    again = replace(run, step=step_id, item=names[0] if names else None, path=run.path[:before],
                    tries=0, state="running", answers=answers)  # fmt: skip
    return Walked(again, [asking.question(step, way.scope_at(script, again), way.options(step, again), old)])


def _refuse(script: Script, facts: Facts, why: Why) -> tuple[list[Reply], list[dict[str, Any]]]:
    own = refusal(script, facts) if why == "facts" else None
    words = own.say if own else (phrases.REFUSED[why],)
    other = own.start if own else script.instead
    handed = {} if facts.intensity is None else {"intensity": facts.intensity}
    effects = [{"kind": "start", "script": other, "given": handed}] if other and why != "case" else []
    return [Reply(words[facts.variant % len(words)], kind="crisis" if why == "case" else "text")], effects


def _steer(  # noqa: PLR0911 - one return for each word
    script: Script, run: Run, step: Step, answer: Answer, facts: Facts
) -> Walked | None:
    command = commands.read_command(answer)
    if command == "stop":
        return stop(script, run)
    if command == "back":
        return _back(script, run, step)
    if command in ("skip", "dont_know"):
        option = next((o for o in way.options(step, run) if o.for_ == command), None)
        if option:
            return _answered(script, run, step, Read(option.value), facts)
        if command == "dont_know":
            run = replace(run, short_answers=run.short_answers + (step.kind in ("text", "texts")))
            return _nudge(script, run, step, "dont_know", facts, Read())
        return _skip(script, run, step, facts, phrases.SKIPPED)
    if command == "resume" or (command == "keep" and _old(script, run, step)):
        return way.go_on(script, run, facts, [], []) if command == "keep" else Walked(run, ask(script, run))
    if answer.choice is None:
        return _change(script, run, answer, facts)
    return None


def _change(script: Script, run: Run, answer: Answer, facts: Facts) -> Walked | None:
    """'edit situation' asks that again; 'change my answer to …' answers the question before anew."""
    passed = [entry.split("/")[0] for entry in run.path]
    labels = {s.id: s.label for s in script.steps if s.id in passed}
    named = commands.read_edit(answer.text, labels)
    if named:
        return edit(script, run, named)
    new = commands.read_new_answer(answer.text)
    if new is None or not run.path:
        return None
    earlier = _at(run, run.path[-1], run.path[:-1])
    step = script.find(earlier.step)
    if step is None:
        return None
    found = read(step, Answer(new), way.options(step, earlier), [])
    if found.problem:
        return edit(script, run, step.id)
    changed = _answered(script, earlier, step, found, facts)
    return replace(changed, replies=[Reply(phrases.CHANGED), *changed.replies])


def _answered(script: Script, run: Run, step: Step, found: Read, facts: Facts) -> Walked:
    if step.id in run.answers:
        run = way.forget_after(script, run, step)
    answers, replies = dict(run.answers), list[Reply]()
    if step.each:
        rated = dict(answers.get(step.id) or {})
        rated |= found.ratings or {run.item or "": found.value}
        answers[step.id] = rated
    else:
        answers[step.id] = found.value
    if step.ratings and found.ratings:
        answers[step.ratings] = dict(found.ratings)
    short = run.short_answers
    if step.kind in ("text", "texts"):
        short = short + 1 if len(_words(found.value)) == 1 else 0
    run = replace(run, answers=answers, short_answers=short)
    if found.dropped:
        taken = Scope(script, run, answers).shown(step.id)
        replies.append(Reply(phrases.TOO_MANY.format(most=plain(step.max), answer=taken)))
    return _on(script, run, facts, replies)


def _on(script: Script, run: Run, facts: Facts, replies: list[Reply]) -> Walked:
    """To the next question; after two short answers in a row, in the short form."""
    if script.short_form and run.short_answers >= SHORT_ANSWERS:
        short = script.shelf[script.short_form]
        ids = {step.id for step in short.steps}
        given, words = Scope(script, run, run.answers), script.short_say
        run = replace(
            run,
            script=short.id,
            short_answers=0,
            answers={name: given[name] for name in run.answers if name in ids},
            options={name: shown for name, shown in run.options.items() if name in ids},
            said=[name for name in run.said if name in ids],
        )
        say = [Reply(words[run.variant % len(words)])] if words else []
        return way.go_on(short, run, facts, [*replies, *say], [])
    walked = way.go_on(script, run, facts, replies, [])
    step = script.find(walked.run.step)
    if script.short_form and run.short_answers == 1 and step and step.kind in ("text", "texts"):
        scope = way.scope_at(script, walked.run)
        example = asking.hint(step, scope)
        if example and walked.run.state == "running":
            *before, asked = walked.replies
            return replace(walked, replies=[*before, asking.said(example, scope), asked])
    return walked


def _skip(script: Script, run: Run, step: Step, facts: Facts, words: str) -> Walked:
    value = next((o.value for o in way.options(step, run) if o.for_ == "skip"), None)
    if step.id in run.answers:
        run = way.forget_after(script, run, step)
    answers = dict(run.answers)
    if step.each:
        answers[step.id] = {**(answers.get(step.id) or {}), run.item or "": None}
    else:
        answers[step.id] = value
    said = asking.said(words, way.scope_at(script, run))
    return _on(script, replace(run, answers=answers), facts, [said])


def _nudge(script: Script, run: Run, step: Step, problem: str, facts: Facts, found: Read) -> Walked:
    """One more prompt; after the last one the step is skipped for the patient, or, where the step says
    which of two numbers is the more serious one, that is taken."""
    tries = run.tries + 1
    if tries >= PROMPTS or (step.optional and problem == "none"):
        if found.among and problem == "several" and step.worse:
            number = min(found.among) if step.worse == "low" else max(found.among)
            return _answered(script, run, step, Read(number), facts)
        return _skip(script, run, step, facts, phrases.SKIPPED_FOR)
    run = replace(run, tries=tries)
    return Walked(run, asking.nudge(step, way.scope_at(script, run), way.options(step, run), problem))


def _back(script: Script, run: Run, step: Step) -> Walked:
    if not run.path:
        scope = way.scope_at(script, run)
        question = asking.question(step, scope, way.options(step, run), again=1)
        return Walked(run, [asking.said(phrases.FIRST_QUESTION, scope), question])
    earlier = _at(run, run.path[-1], run.path[:-1])
    asked = script.find(earlier.step)
    if asked is None:
        return resume(script, run)
    old = _old(script, earlier, asked)
    scope = way.scope_at(script, earlier)
    return Walked(earlier, [asking.question(asked, scope, way.options(asked, earlier), old)])


def _at(run: Run, entry: str, path: list[str]) -> Run:
    """The run at an earlier question of its path."""
    step, _, item = entry.partition("/")
    return replace(run, step=step, item=item or None, path=path, tries=0, state="running")


def _old(script: Script, run: Run, step: Step) -> str:
    """The answer already there to the run's present question, as the patient reads it."""
    if step.each:
        rated = run.answers.get(step.id) or {}
        number = rated.get(run.item or "")
        return "" if number is None else f"{number:g}"
    return Scope(script, run, run.answers).shown(step.id)


def _names_option(answer: Answer, options: list[Option]) -> bool:
    """True when the answer is an option, tapped or typed in full: that beats a steering word."""
    text = fold(answer.text)
    return any(answer.choice == o.value or (text and text == fold(o.title)) for o in options)


def _takes(script: Script, name: str, value: Any) -> bool:
    step = script.find(name)
    return step is not None and step.kind != "none" and value is not None


def _words(value: Any) -> list[str]:
    return " ".join(value if isinstance(value, list) else [str(value)]).split()
