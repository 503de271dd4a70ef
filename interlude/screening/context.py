"""What the sentence and the patient's circumstances make of a finding: context lowers, risk raises.

Nothing here clears a finding: the lowest level context can give is the one its rule file names, and
no rule file may name none. Clinical source: specification 5.2 (raises) and 5.3 (language rules).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from interlude.message import Level, Screened, highest
from interlude.screening import clauses, times
from interlude.screening.rules import Group
from interlude.screening.words import Words

RAISED = frozenset({"R02", "R03", "R04", "R18", "R22"})
"""Categories that the patient's circumstances lift (5.2)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A phrase found in a text, on its way to becoming evidence. `start`, `end`: original offsets."""

    group: Group
    level: Level
    category: str
    start: int
    end: int
    context: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A circumstance the text tells; `rule`, `start` and `end` say which finding told it, if one did."""

    fact: str
    rule: str = ""
    start: int = 0
    end: int = 0

    def is_part_of(self, found: Finding) -> bool:
        """True if the circumstance is the finding itself: "i tried to die" doesn't raise its own "die"."""
        return bool(self.rule) and (
            self.rule == found.group.rule or (self.start < found.end and found.start < self.end)
        )


def lowered(group: Group, words: Words, text: str, first: int, last: int, today: date) -> Finding:
    """The finding at words `first` to `last`, at the level its sentence leaves it.

    Of several contexts the strongest counts; an undated or doubtful one counts for nothing.
    """
    start, end = words.span(first, last)
    found = Finding(group, group.level, group.category, start, end)
    for context, level in _contexts(group, words, text, first, last, today):
        if context == "third_person" and group.category in RAISED | {"R01"}:
            found = replace(found, category="R21")
        if level.rank < found.level.rank or (context and not found.context):
            lower = level if level.rank < found.level.rank else found.level
            found = replace(found, level=lower, context=context)
    return found


def _contexts(
    group: Group, words: Words, text: str, first: int, last: int, today: date
) -> list[tuple[str, Level]]:
    allowed = group.lowered_by
    out: list[tuple[str, Level]] = []
    if "negation" in allowed and clauses.denied(words, first, last):
        out.append(("negation", allowed["negation"]))
    if "past" in allowed:
        age = times.age(words, text, first, last, today)
        if age in {"recent", "old"}:
            out.append(("past", allowed["past"] if age == "old" else highest(Level.URGENT, allowed["past"])))
    if "third_person" in allowed and clauses.third_person(words, first, last):
        out.append(("third_person", allowed["third_person"]))
    if "hypothetical" in allowed and clauses.supposed(words, first):
        out.append(("hypothetical", allowed["hypothetical"]))
    if "quotation" in allowed:
        quoted = clauses.quoted(words, text, first, last)
        if quoted:
            out.append(("quotation", Level.ROUTINE if quoted == "fiction" else allowed["quotation"]))
    if "ketamine_experience" in allowed and clauses.of_the_session(words, first):
        out.append(("ketamine_experience", allowed["ketamine_experience"]))
    return out


def at_risk(known: Screened) -> bool:
    """True if anything known of the patient gives vague words ("it's time") weight."""
    low = known.mood is not None and known.mood <= 3
    return low or known.open_level.rank > Level.NONE.rank or "warning_signs_72h" in known.facts


def idiom_allowed(known: Screened) -> bool:
    """True if a reviewed idiom may pass: mood above 3 or unknown, no case open or in 14 days."""
    return (
        (known.mood is None or known.mood > 3)
        and known.open_level == Level.NONE
        and not known.recent_case
        and "warning_signs_72h" not in known.facts
    )


def raised(found: Finding, strong: frozenset[str], other: frozenset[str]) -> Finding:
    """The finding lifted by circumstances: one strong one, or two others, make urgent an emergency;
    one makes routine urgent. `strong` and `other` are the circumstances' names."""
    if found.group.category not in RAISED or found.category == "R21" or found.group.kind != "rule":
        return found
    level = found.level
    if level == Level.URGENT and (strong or len(other) >= 2):
        level = Level.EMERGENCY
    elif level == Level.ROUTINE and (strong or other):
        level = Level.URGENT
    return (
        found
        if level == found.level
        else replace(found, level=level, context=f"{found.context} raised".strip())
    )


def circumstances(
    known: Screened, told: frozenset[str], strong_facts: frozenset[str], other_facts: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The (strong, other) circumstances that hold, from the store and from what the text tells."""
    facts = known.facts | told
    strong = set(facts & strong_facts)
    other = set(facts & other_facts)
    if known.hours_since_session is not None and 0 <= known.hours_since_session <= 24:
        strong.add("session_24h")
    if known.open_level == Level.EMERGENCY:
        strong.add("emergency_open")
    if known.mood is not None and known.mood <= 2:
        other.add("mood_low")
    return frozenset(strong), frozenset(other)
