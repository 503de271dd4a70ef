"""What a schema can't see: whether every way through a script leads on, to an end, with words for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from interlude.content import ContentError
from interlude.message import Level
from interlude.scripts.expression import FUNCTIONS, SCORED, BadExpression, parse
from interlude.scripts.model import END, OFFERED, Script, Step, placeholders
from interlude.scripts.run import NAMED_FACTS

WORDS, SENTENCES = 60, 3
#: values of the buttons every question carries
CONTROLS = ("back", "skip", "dont_know", "stop", "keep")
_SENTENCE_END = re.compile(r"[.?!]+(?=[\s\"”')]|$)")


class _Fault(Exception):
    """What is wrong and how to mend it; `step` where that isn't the step being looked at."""

    def __init__(self, what: str, step: str = "") -> None:
        super().__init__(what)
        self.step = step


def check(script: Script, place: str) -> None:
    """Raises ContentError (file, step, mend) for the first fault; every fault it names would otherwise
    meet a patient in the middle of the script."""
    at = "the top of the file"
    try:
        _check_script(script)
        ways = {step.id: _targets(script, step) for step in script.steps}
        for step in script.steps:
            at = f"step {step.id}"
            _check_ways(script, step)
        _check_reach(script, ways)
        before = _before(script, ways)
        for step in script.steps:
            at = f"step {step.id}"
            _check_step(script, step, before[step.id])
    except BadExpression as error:
        raise ContentError(f"{place}, {at}: the condition {error}; mend it there.") from error
    except _Fault as fault:
        at = f"step {fault.step}" if fault.step else at
        raise ContentError(f"{place}, {at}: {fault}") from fault


def _check_script(script: Script) -> None:
    ids = [step.id for step in script.steps]
    for name in ids:
        if ids.count(name) > 1:
            raise _Fault(f"two steps are called '{name}'; rename one.")
        if name in {END, OFFERED, "item", *NAMED_FACTS, *FUNCTIONS, *SCORED, *script.values}:
            raise _Fault(f"'{name}' has another meaning; give that step another id.")
    if script.up_to is Level.EMERGENCY and script.kind != "check":
        raise _Fault("only a check may run over an open emergency; lower up_to.")
    for name in filter(None, (script.short_form, script.instead, *(r.start for r in script.refuse))):
        if name not in script.shelf:
            raise _Fault(f"there is no script '{name}'; add it or mend the name.")
    for refusal in script.refuse:
        _check_names(refusal.if_, set(NAMED_FACTS))
    known = {*ids, *NAMED_FACTS}
    for name, source in script.values.items():
        _check_names(source, known)
        known.add(name)
    for name in script.show:
        if name not in {*ids, *script.values}:
            raise _Fault(f"show names '{name}', which is neither a step nor a value; mend the name.")
    leaving = script.on_stop.prompt if script.on_stop else ()
    for wording in (*script.short_say, *leaving, *(text for r in script.refuse for text in r.say)):
        _check_wording(wording)
    for effect in script.on_stop.effects if script.on_stop else ():
        _check_effect(script, effect, set(NAMED_FACTS))


def _targets(script: Script, step: Step) -> list[str]:
    return [*(branch.go for branch in step.branches), script.following(step)]


def _check_ways(script: Script, step: Step) -> None:
    if step is script.steps[-1] and not step.next:
        raise _Fault("has no way on; give it next: end (or a step above).")
    for target in _targets(script, step):
        if target == END:
            _check_end(step)
        elif script.find(target) is None:
            raise _Fault(f"leads to '{target}', which does not exist; mend the name or add the step.")


def _check_end(step: Step) -> None:
    if step.when:
        raise _Fault("may be passed over and then ends without a word; lead it to a step that says goodbye.")
    if not step.prompt and not step.starts:
        raise _Fault("ends without a word; give it a prompt, or lead it to a step that has one.")
    if step.kind != "none":
        raise _Fault("ends right after its answer; lead it to a step of kind none that says goodbye.")


def _check_reach(script: Script, ways: dict[str, list[str]]) -> None:
    reached, open_ = set(), [script.steps[0].id]
    while open_:
        name = open_.pop()
        if name not in reached and name != END:
            reached.add(name)
            open_ += ways[name]
    for step in script.steps:
        if step.id not in reached:
            raise _Fault("no way leads to it; branch to it or take it out.", step.id)


def _before(script: Script, ways: dict[str, list[str]]) -> dict[str, set[str]]:
    """For each step those that can come before it; a step before itself means a circle."""
    before: dict[str, set[str]] = {step.id: set() for step in script.steps}
    changed = True
    while changed:
        changed = False
        for name, targets in ways.items():
            for target in targets:
                if target != END and not (before[name] | {name}) <= before[target]:
                    before[target] |= before[name] | {name}
                    changed = True
    for name, earlier in before.items():
        if name in earlier:
            raise _Fault("leads back to itself; ask again in a step of its own instead.", name)
    return before


def _check_step(script: Script, step: Step, earlier: set[str]) -> None:
    questions = {name for name in earlier if (found := script.find(name)) and found.kind != "none"}
    known = questions | _ready_values(script, questions) | set(NAMED_FACTS)
    own = {step.id} if step.kind != "none" else set()
    after = questions | own
    if step.when:
        _check_names(step.when, known)
    for branch in step.branches:
        _check_names(branch.if_, after | _ready_values(script, after) | set(NAMED_FACTS))
    for effect in step.effects:
        _check_effect(script, effect, after | _ready_values(script, after) | set(NAMED_FACTS))
    quotable = known | ({"item"} if step.each else set())
    for wording in (*step.wordings, *step.help, *step.lines):
        for name in placeholders(wording):
            if name not in quotable:
                raise _Fault(f"{{{name}}} has no answer yet there; quote an earlier step or a value.")
    for wording in (*step.wordings, *step.help):
        _check_wording(wording)
    if any(any(n != "item" for n in placeholders(w)) for w in step.prompt) and all(
        any(n != "item" for n in placeholders(w)) for w in step.prompt
    ):
        raise _Fault("every wording quotes an answer that may be skipped; add one wording without.")
    if any(_questions(wording) for wording in step.help):
        raise _Fault("help asks a question of its own; say it without one.")
    if step.by and step.by not in known:
        raise _Fault(f"by names '{step.by}', which has no answer yet there; name an earlier step.")
    _check_answer(script, step, questions)


def _check_answer(script: Script, step: Step, questions: set[str]) -> None:
    if step.kind == "number" and step.min >= step.max:
        raise _Fault("min is not below max; mend the range.")
    values = [o.value for o in (*step.options, *(step.guesses.options if step.guesses else ()))]
    for value in values:
        if values.count(value) > 1:
            raise _Fault(f"two options have the value '{value}'; rename one.")
        if value in CONTROLS:
            raise _Fault(f"option value '{value}' belongs to a button of every question; rename it.")
    sources = [(step.each, "each"), (step.guesses and step.guesses.from_, "guesses")]
    if step.options_from != OFFERED:
        sources.append((step.options_from, "options_from"))
    for name, field in sources:
        if name and name not in questions | _ready_values(script, questions):
            raise _Fault(f"{field} names '{name}', which has no answer yet there; name an earlier step.")
    if step.each and (source := script.find(step.each)) and source.kind not in ("choices", "texts"):
        raise _Fault(f"each names '{step.each}', which is not a list; name a step of kind choices or texts.")
    if step.each and step.kind != "number":
        raise _Fault("each only works with numbers; make it kind number.")
    if step.ratings:
        target = script.find(step.ratings)
        if target is None or target.each != step.id:
            raise _Fault(f"ratings names '{step.ratings}', which does not ask for each {step.id}; mend it.")


def _ready_values(script: Script, answers: set[str]) -> set[str]:
    """Values of which at least one answer may exist by then."""
    ready: set[str] = set()
    for name, source in script.values.items():
        if parse(source).names & (answers | ready | set(NAMED_FACTS)):
            ready.add(name)
    return ready


def _check_names(source: str, known: set[str]) -> None:
    for name in sorted(parse(source).names - known):
        raise _Fault(
            f"'{source}' looks at '{name}', which has no answer yet there; mend the name or the order."
        )


def _questions(wording: str) -> int:
    """Question marks outside quotation marks."""
    return re.sub(r'"[^"]*"', "", wording).count("?")


def _check_wording(wording: str) -> None:
    if _questions(wording) > 1:
        raise _Fault(f'more than one question in "{wording[:60]}"; ask one at a time.')
    words, sentences = len(wording.split()), len(_SENTENCE_END.findall(wording))
    if words > WORDS or sentences > SENTENCES:
        raise _Fault(
            f'"{wording[:60]}" has {words} words in {sentences} sentences; '
            f"keep to {WORDS} words and {SENTENCES} sentences."
        )


def _check_effect(script: Script, effect: dict[str, Any], known: set[str]) -> None:
    for value in _texts(effect):
        if value.startswith("="):
            _check_names(value[1:].strip(), known)
    if effect["kind"] != "start" or effect["script"].startswith("="):
        return
    target = script.shelf.get(effect["script"])
    if target is None:
        raise _Fault(f"starts '{effect['script']}', which does not exist; add it or mend the name.")
    for name in effect.get("given", {}):
        if target.find(name) is None and name not in ("intensity", "tried"):
            raise _Fault(f"gives '{name}' to {target.id}, which has no such step; mend the name.")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
