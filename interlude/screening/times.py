"""Reads how long ago a finding lies: today's danger and a school memory use the same words."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Literal

from interlude.screening.words import NUMBER, TENS, YEAR, Words, word_set

_FRESH = word_set("yesterday today tonight now earlier")
_DAYS = word_set("monday tuesday wednesday thursday friday saturday sunday weekend")
_RECENTLY = word_set("recently lately")
_STAGES = word_set(
    "kid child children teen teenager teens young younger little student school college uni university"
    " childhood twenties thirties adolescent adolescence youth baby girl boy"
)
_RELAPSE = word_set(
    "still again relapse relapsed relapsing returning returned creeping continue lately nowadays"
    " currently now"
)
_PRESENT = word_set("am is are want wants will keep keeps need feel feels")
_PAST_TENSE = word_set(
    "was were had did used tried attempted wanted thought felt took taken swallowed drank mixed cut burned"
    " burnt hurt hit scratched overdosed planned survived been started threatened punched harmed kept"
    " considered wished would could happened hung hanged jumped gave wrote history struggled went ended"
    " killed died committed carved stabbed slit injured self suffered experienced collapsed fainted"
)
_SPANS = {"second": 0, "minute": 0, "hour": 0, "day": 1, "night": 1, "week": 7, "month": 31, "year": 366}
_COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen twenty"
)
_NUMBERS = {word: value for value, word in enumerate(_COUNTED.split())} | {
    "a": 1, "an": 1, "couple": 2, "few": 3, "several": 3, "many": 5, "thirty": 30, "forty": 40, "fifty": 50
}  # fmt: skip
_AGO = word_set("ago back")
_SEASONS = word_set("summer winter spring autumn fall christmas easter")
_FAR = 40
"""Words beyond which a time no longer belongs to a finding: people write pages without a full stop."""

Age = Literal["fresh", "recent", "old"]

VOCABULARY = (
    _FRESH
    | _DAYS
    | _RECENTLY
    | _STAGES
    | _RELAPSE
    | _PRESENT
    | _PAST_TENSE
    | frozenset(_SPANS)
    | frozenset(span + "s" for span in _SPANS)
    | frozenset(_NUMBERS)
    | _AGO
    | _SEASONS
)


def age(words: Words, text: str, first: int, last: int, today: date) -> Age | None:
    """How long ago the finding lies: `fresh` within three days, `recent` within three months, `old`
    before that, None when the clause doesn't say or isn't about the past. The nearest time wins."""
    begin, end = _past_clause(words, first, last)
    said = words.words
    sentence = words.sentence(first)
    around = said[sentence[0] : sentence[1]]
    times = _times(words, text, begin, end, today)
    if "fresh" in times or not times:
        return "fresh" if times else None
    if not _RELAPSE.isdisjoint(said[begin:end]) or "again" in around:
        return None
    if ("ever", "since") in _pairs(around) or ("never", "stopped") in _pairs(around):
        return None
    if any(
        a in {"is", "are", "come", "came", "coming", "comes", "been"} and b == "back"
        for a, b in _pairs(around)
    ):
        return None
    near = said[max(begin, first - 4) : min(last + 2, end)]
    if "used" in said[begin:first]:
        near = (*(word for word in near if word not in _PRESENT), "used")
    if not _PRESENT.isdisjoint(near[: len(near) - (min(last + 2, end) - last)]) or _PAST_TENSE.isdisjoint(
        near
    ):
        return None
    return "recent" if "recent" in times else "old"


def _pairs(said: tuple[str, ...]) -> list[tuple[str, str]]:
    return list(pairwise(said))


def _past_clause(words: Words, first: int, last: int) -> tuple[int, int]:
    """The sentence, cut where a new thought begins ("but …", "and i …", "now i …")."""
    begin, end = words.sentence(first)
    begin, end = max(begin, first - _FAR), min(end, last + _FAR)
    for at in range(first - 1, begin, -1):
        if _new_thought(words, at):
            begin = at
            break
    for at in range(last, end):
        if _new_thought(words, at):
            end = at
            break
    return begin, max(end, last)


def _new_thought(words: Words, at: int) -> bool:
    said = words.words
    follows = said[at + 1] if at + 1 < len(said) else ""
    if said[at] in {"but", "except", "though", "although", "however", "yet", "so", "because"}:
        return True
    return said[at] in {"and", "now"} and follows in {
        "i",
        "now",
        "it",
        "my",
        "he",
        "she",
        "they",
        "am",
        "life",
    }


def _times(words: Words, text: str, begin: int, end: int, today: date) -> set[Age]:
    said = words.words
    found: set[Age] = set()
    for at in range(begin, end):
        word = said[at]
        before = said[at - 1] if at > begin else ""
        after = said[at + 1] if at + 1 < end else ""
        if (
            word in _FRESH
            or word in _DAYS
            or (word in {"morning", "afternoon", "evening"} and before == "this")
        ):
            found.add("fresh")
        elif word in _RECENTLY:
            found.add("recent")
        elif word in _AGO and (before.removesuffix("s") in _SPANS or (before and word == "ago")):
            found.add(_ago(words, text, begin, at))
        elif word == "last" and after:
            found.add(_last(after))
        elif word in {"past", "other"} and before == "the":
            unit = after.removesuffix("s")
            if unit in _SPANS or after in {"few", "couple"}:
                found.add("recent")
            elif word == "past":
                found.add("old")
        elif _old_mark(said, begin, end, at):
            found.add("old")
        elif word == YEAR and before in {"in", "back", "around", "during"} and not _continuing(said, at):
            year = int(
                "".join(sign for sign in text[words.starts[at] : words.ends[at]] if sign.isdecimal()) or 0
            )
            found.add("old" if year < today.year - 1 else "recent")
    return found


def _continuing(said: tuple[str, ...], at: int) -> bool:
    return not frozenset({"since", "for", "from"}).isdisjoint(said[max(0, at - 3) : at])


def _old_mark(said: tuple[str, ...], begin: int, end: int, at: int) -> bool:
    word = said[at]
    after = said[at + 1] if at + 1 < end else ""
    before = said[at - 1] if at > begin else ""
    if word == "used" and after == "to":
        return before not in {"am", "getting", "get", "got", "is"}
    if _continuing(said, at):
        return False
    if word == "when" and said[at + 1 : at + 3] == ("i", "was"):
        coming = said[at + 3 : at + 7]
        return not (_STAGES | {NUMBER, TENS} | frozenset(_NUMBERS) - {"a", "an"}).isdisjoint(coming)
    if word in _STAGES:
        return not frozenset({"in", "at", "as", "during"}).isdisjoint(said[max(begin, at - 3) : at])
    if word in {"decade", "decades"} or (word == "growing" and after == "up"):
        return True
    return word == "then" and before == "back"


def _ago(words: Words, text: str, begin: int, at: int) -> Age:
    said = words.words
    unit = said[at - 1].removesuffix("s")
    if unit not in _SPANS:
        return "old" if {"long", "ages"} & set(said[max(begin, at - 3) : at]) else "recent"
    amount = 1
    for place in range(at - 2, max(begin, at - 5) - 1, -1):
        if said[place] in {NUMBER, TENS, YEAR}:
            digits = "".join(
                sign for sign in text[words.starts[place] : words.ends[place]] if sign.isdecimal()
            )
            amount = int(digits[:6]) if digits else 1
            break
        if said[place] in _NUMBERS and said[place] not in {"a", "an"}:
            amount = _NUMBERS[said[place]]
            break
    days = amount * _SPANS[unit]
    if days <= 3:
        return "fresh"
    return "recent" if days <= 93 else "old"


def _last(unit: str) -> Age:
    if unit in {"night", "evening"} or unit in _DAYS:
        return "fresh"
    return "old" if unit in {"year", "decade", "century"} else "recent"
