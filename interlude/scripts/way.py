"""Follows a script's way through the answers given: which question is open, what happens before it.

The place is always found again from the answers, never remembered on its own: a changed answer, a
changed content file or a crash can't leave a patient at a question that doesn't fit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from interlude.message import Reply
from interlude.scripts import asking
from interlude.scripts.expression import FUNCTIONS
from interlude.scripts.model import END, OFFERED, Option, Script, Step
from interlude.scripts.offered import offered
from interlude.scripts.run import Facts, Run, Walked
from interlude.scripts.scope import Scope, option_titles

#: a choice of skills offers two, not ten
SKILLS = 2


def go_on(
    script: Script, run: Run, facts: Facts, replies: list[Reply], effects: list[dict[str, Any]]
) -> Walked:
    """From the start through all answers to the first open question, or to the end.

    Steps without a question are said, and effects happen, the first time they are passed. An effect
    that starts another script in the middle pauses this one until `resume`.
    """
    run = replace(run, path=[], answers=dict(run.answers), said=list(run.said), options=dict(run.options),
                  tries=0, item=None, waits=None, asks=None, state="running")  # fmt: skip
    replies, effects, seen = list(replies), list(effects), dict[str, Any]()
    step: Step | None = script.steps[0]
    while step is not None:
        run = replace(run, step=step.id)
        scope = Scope(script, run, seen)
        target = script.following(step)
        if scope.holds(step.when):
            if step.kind != "none":
                open_ = _open_item(script, run, step, seen, facts)
                if open_ is not None:
                    run = replace(run, item=open_ or None)
                    scope = Scope(script, run, seen, run.item)
                    return Walked(run, [*replies, asking.question(step, scope, options(step, run))], effects)
                seen[step.id] = run.answers[step.id]
                run.path.extend(entries(script, run, step))
            target = next((b.go for b in step.branches if scope.holds(b.if_)), target)
            if step.id not in run.said and (step.kind == "none" or step.effects):
                run.said.append(step.id)
                replies += asking.statement(step, scope) if step.kind == "none" else []
                done = _effects(script, step, scope)
                effects += done
                waits = next((effect["script"] for effect in done if effect["kind"] == "start"), None)
                if waits and target != END:
                    return Walked(replace(run, state="paused", waits=waits), replies, effects)
        step = script.find(target)
    return Walked(replace(run, state="finished", answers=seen, path=run.path), replies, effects)


def forget_after(script: Script, run: Run, step: Step) -> Run:
    """The run before an answer is changed: what was said later may be said again, as a summary must be;
    what started a script or told the team stays done. Choices made from the old answer are open again.
    """
    later = script.steps[script.steps.index(step) :]
    again = {s.id for s in later if all(e["kind"] in ("record", "score") for e in s.effects)}
    built = {s.id for s in script.steps if s.options_from == step.id}
    return replace(
        run,
        said=[name for name in run.said if name not in again],
        options={name: shown for name, shown in run.options.items() if name not in built},
        answers={name: value for name, value in run.answers.items() if name not in built},
    )


def scope_at(script: Script, run: Run) -> Scope:
    """What conditions and quotations may use at the run's present question."""
    seen: dict[str, Any] = {}
    step: Step | None = script.steps[0]
    while step is not None and step.id != run.step:
        scope = Scope(script, run, seen)
        target = script.following(step)
        if scope.holds(step.when):
            if step.kind != "none":
                if step.id not in run.answers:
                    break
                seen[step.id] = run.answers[step.id]
            target = next((b.go for b in step.branches if scope.holds(b.if_)), target)
        step = script.find(target)
    return Scope(script, run, seen, run.item)


def options(step: Step, run: Run) -> list[Option]:
    """The options of the step as they were or will be shown."""
    kept = run.options.get(step.id)
    if kept is None:
        return list(step.options)
    fixed = [option for option in step.options if option.value not in {value for value, _ in kept}]
    # what hints at a trap in a thought must not pick it when the patient answers whether it is one
    guessed = {
        o.value: o.model_copy(update={"says": ()}) for o in (step.guesses.options if step.guesses else ())
    }
    shown = [
        guessed.get(str(value)) or Option.model_validate({"title": str(title), "value": str(value)})
        for value, title in kept
    ]
    return [*shown, *fixed]


def items(script: Script, run: Run, step: Step) -> list[str]:
    """The names an `each` step asks about, as the patient reads them."""
    source = script.find(step.each or "")
    found = run.answers.get(step.each or "")
    if source is None or not isinstance(found, list):
        return []
    titles = option_titles(source, run)
    return [titles.get(str(value), str(value)) for value in found]


def entries(script: Script, run: Run, step: Step) -> list[str]:
    """The questions of an answered step as `path` has them; those nobody was asked are left out."""
    if step.each:
        return [f"{step.id}/{item}" for item in items(script, run, step)]
    shown = run.options.get(step.id)
    alone = step.options_from not in (None, OFFERED) and shown is not None and len(shown) == 1
    return [] if alone or (step.guesses and shown == []) else [step.id]


def _open_item(script: Script, run: Run, step: Step, seen: dict[str, Any], facts: Facts) -> str | None:
    """None when the step needs no more answer; else the item to ask about, or "" for the step itself.

    Fills in what is not asked: lists of nothing, the only thought there is, guesses that don't fit.
    """
    if step.each:
        given = run.answers.get(step.id)
        names = items(script, run, step)
        rated = {name: given[name] for name in names if name in given} if isinstance(given, dict) else {}
        run.answers[step.id] = rated if names else None
        return next((name for name in names if name not in rated), None)
    if step.id in run.answers:
        return None
    if step.id not in run.options and (step.options_from or step.guesses):
        run.options[step.id] = _depending(script, run, step, seen, facts)
    shown = run.options.get(step.id)
    if not shown and (step.guesses or step.options_from == OFFERED):
        run.answers[step.id] = None
    elif step.options_from and step.options_from != OFFERED and shown and len(shown) == 1:
        run.answers[step.id] = shown[0][0]
    return None if step.id in run.answers else ""


def _depending(script: Script, run: Run, step: Step, seen: dict[str, Any], facts: Facts) -> list[list[str]]:
    """[value, title] of the options that depend on the patient."""
    scope = Scope(script, run, seen)
    if step.guesses:
        known = {option.value: option for option in step.guesses.options}
        fits = [known[name] for name in facts.guesses if name in known]
        if not fits:
            words = scope.get(step.guesses.from_)
            fits = [option for option in known.values() if FUNCTIONS["says"](words, *option.says)]
        return [[option.value, option.title] for option in fits[: step.guesses.max]]
    if step.options_from == OFFERED:
        given = {**run.facts, **run.answers}
        skills = offered(script.shelf, facts.given(given), SKILLS)
        return [[skill.id, skill.title] for skill in skills]
    found = scope.get(step.options_from or "")
    texts = found if isinstance(found, list) else []
    return [[str(place), str(text)] for place, text in enumerate(texts, 1)]


def _effects(script: Script, step: Step, scope: Scope) -> list[dict[str, Any]]:
    done = []
    for effect in step.effects:
        resolved = {key: scope.resolve(value) for key, value in effect.items()}
        if "given" in resolved:
            resolved["given"] = {key: part for key, part in resolved["given"].items() if part is not None}
        if effect["kind"] != "start" or resolved["script"] in script.shelf:
            done.append(resolved)
    return done
