"""Who may be offered which script, and when: phase, medical screen, strength of feeling, open case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from interlude.message import Level
from interlude.scripts.expression import parse
from interlude.scripts.model import Refusal, Script
from interlude.scripts.run import Facts

Why = Literal["case", "phase", "medical", "facts"]


def offered(scripts: Mapping[str, Script], facts: Facts, most: int | None = None) -> list[Script]:
    """The skills that may be offered now, first choices for the feeling's strength first.

    Skills just tried are left out. `most` cuts the list: the clinical rule is two, not ten.
    """
    skills = [s for s in scripts.values() if s.kind == "exercise" and s.id not in facts.tried]
    allowed = [script for script in skills if _fits(script, facts) and why_not(script, facts) is None]
    allowed.sort(key=lambda script: (_place(script, facts.intensity), script.code, script.id))
    return allowed[:most]


def why_not(script: Script, facts: Facts) -> Why | None:
    """What forbids starting the script now; None when nothing does."""
    return why_not_on(script, facts) or ("facts" if refusal(script, facts) else None)


def refusal(script: Script, facts: Facts) -> Refusal | None:
    """The script's own refusal that holds for these facts."""
    return next((r for r in script.refuse if parse(r.if_).holds(facts.named())), None)


def why_not_on(script: Script, facts: Facts) -> Why | None:
    """What forbids even going on with it: a case opened or a dosing day begun in the middle."""
    if facts.open_level.rank > script.up_to.rank:
        return "case"
    if facts.open_level is Level.URGENT and script.kind != "check" and not facts.safety_clear:
        return "case"
    allowed, forbidden = script.phases.allowed, script.phases.forbidden
    if facts.phase in forbidden or (allowed and facts.phase not in allowed):
        return "phase"
    return "medical" if set(script.not_with) & facts.medical else None


def _fits(script: Script, facts: Facts) -> bool:
    strength = facts.intensity
    return strength is None or script.intensity.min <= strength <= script.intensity.max


def _place(script: Script, strength: float | None) -> int:
    """Place among the first choices of the band the strength falls in; 99 if it isn't one of them."""
    for band, place in script.first_choice.items():
        low, high = map(int, band.split("-"))
        if strength is not None and low <= strength <= high:
            return place
    return 99
