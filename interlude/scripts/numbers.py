"""Reads a rating as people write it: 7, seven, about a seven, 70%, 7/10, 6 or 7."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal


def _words(text: str) -> list[str]:
    return text.split()


_UNITS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_VALUES = {word: n for n, word in enumerate(_UNITS)} | {"nought": 0, "nil": 0}
_TENS = {
    word: n * 10 for n, word in enumerate(_words("twenty thirty forty fifty sixty seventy eighty ninety"), 2)
}
#: "one" after these is a person or a thing
_NOT_ONE = frozenset(
    _words("the this that no any some worst bad good hard which every each another first last")
)
#: a number before these counts something else than the rating
_COUNTED = frozenset(
    _words(
        "pill pills tablet tablets mg ml drink drinks time times people kids day days week weeks month "
        "months year years hour hours minute minutes second seconds am pm dose doses session sessions "
        "step steps beer beers glass glasses shot shots"
    )
)
_TOKEN = re.compile(r"(?<![\d.])-?\d{1,9}(?:\.\d{1,6})?|[a-z']+|[/%]", re.ASCII)


@dataclass(frozen=True)
class Rating:
    """What was read: `value` when it is clear, else why not, and the numbers in the text.

    `outside` means a number beyond the range, `several` more than one possible number.
    """

    value: float | None = None
    problem: Literal["", "none", "several", "outside"] = ""
    among: tuple[float, ...] = ()


def read_rating(text: str, low: float, high: float, unit: str = "") -> Rating:
    """The rating in `text` on a scale from `low` to `high`, in whole numbers."""
    found = _numbers(_tokens(text), low, high, unit)
    among = tuple(dict.fromkeys(found))
    if not among:
        return Rating(problem="none")
    inside = tuple(n for n in among if low <= n <= high)
    if len(among) > 1:
        return Rating(problem="several", among=inside)
    if not inside:
        return Rating(problem="outside", among=among)
    whole = math.floor(inside[0] + 0.5)
    return Rating(value=whole) if whole == inside[0] else Rating(value=int(min(max(whole, low), high)))


def plain(number: float) -> float:
    """70.0 as 70, so that JSON and sentences show whole numbers."""
    return int(number) if float(number).is_integer() else number


def _tokens(text: str) -> list[str]:
    """Lower-case words, numbers in digits, `/` and `%`; 'out of' and 'percent' become those."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text)  # seventy-five
    text = re.sub(r"(?<=\d)\s*[-–—]\s*(?=\d)", " or ", text)  # 6-7 is two numbers, -5 is one
    text = re.sub(r"\bout of\b", "/", text)
    text = re.sub(r"\bper ?cent\b", "%", text)
    tokens: list[str] = []
    for word in _TOKEN.findall(text):
        last = tokens[-1] if tokens else ""
        if word in _TENS:
            tokens.append(str(_TENS[word]))
        elif word == "hundred":
            tokens.append(str(100 * int(tokens.pop()) if last in "123456789" and last else 100))
        elif word in _VALUES and not (word == "one" and last in _NOT_ONE):
            unit = _VALUES[word]
            after_tens = re.search(rf"\b(?:{'|'.join(_TENS)}) {word}\b", text) and int(last or 1) % 10 == 0
            tokens.append(str(int(tokens.pop()) + unit if 0 < unit < 10 and after_tens else unit))
        else:
            tokens.append(word)
    return tokens


def _numbers(tokens: list[str], low: float, high: float, unit: str) -> list[float]:
    found: list[float] = []
    skip = False
    for place, word in enumerate(tokens):
        if skip or not re.fullmatch(r"-?\d+(\.\d+)?", word):
            skip = skip and word == "/"
            continue
        number, rest = float(word), tokens[place + 1 : place + 3]
        if len(rest) == 2 and rest[0] == "/" and re.fullmatch(r"\d+(\.\d+)?", rest[1]):
            whole, skip = float(rest[1]), True
            number = number * high / whole if low == 0 and whole and number <= whole else number
        elif rest[:1] == ["%"] and low == 0 and number <= 100:
            number = number * high / 100
        elif rest and rest[0] in _COUNTED and rest[0] not in unit.casefold().split():
            continue
        found.append(plain(number))
    return found
