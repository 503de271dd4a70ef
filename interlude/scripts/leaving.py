"""Leaving a script: at once, for a while, or because something more serious came first."""

from __future__ import annotations

from dataclasses import replace

from interlude.message import Choice, Reply
from interlude.scripts import asking, commands, phrases, way
from interlude.scripts.model import Script
from interlude.scripts.run import Answer, Run, Walked


def stop(script: Script, run: Run) -> Walked:
    """Stops at once, no "are you sure". A journal asks whether to keep the answers; leaving a safety
    check has effects of its own, for silence too."""
    scope = way.scope_at(script, run)
    if run.state not in ("running", "paused"):
        return Walked(replace(run, asks=None), [asking.said(phrases.STOPPED, scope)])
    stopped = replace(run, state="stopped", waits=None, asks=None)
    if script.on_stop:
        words = script.on_stop.prompt
        effects = [scope.resolve(effect) for effect in script.on_stop.effects]
        return Walked(stopped, [asking.said(words[run.variant % len(words)], scope)], effects)
    if script.keeps_draft and any(value is not None for value in run.answers.values()):
        return Walked(replace(stopped, asks="draft"), [draft_question()])
    return Walked(stopped, [asking.said(phrases.STOPPED, scope)])


def pause(run: Run) -> Run:
    """The run set aside, because a crisis or another script came first; `resume` goes on with it."""
    return replace(run, state="paused") if run.state == "running" else run


def hold(script: Script, run: Run) -> Walked:
    """Sets the run aside because the script must not run now; the answers stay."""
    return Walked(replace(run, state="paused"), [asking.said(phrases.HELD, way.scope_at(script, run))])


def keep_or_delete(script: Script, run: Run, answer: Answer) -> Walked:
    """The answer to the draft question; anything unclear keeps the draft."""
    wish = commands.read_keep_or_delete(answer)
    if wish == "delete":
        first = script.steps[0].id
        empty = replace(run, answers={}, path=[], options={}, asks=None, state="stopped", step=first)
        return Walked(empty, [Reply(phrases.DELETED)], [{"kind": "delete"}])
    words = phrases.KEPT if wish == "keep" else phrases.NOT_UNDERSTOOD_DRAFT
    return Walked(replace(run, asks=None, state="paused"), [Reply(words)])


def draft_question() -> Reply:
    """Whether a journal's answers are kept."""
    return Reply(phrases.STOPPED_DRAFT, (Choice(phrases.KEEP, "keep"), Choice(phrases.DELETE, "delete")))
