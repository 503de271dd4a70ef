"""The notation of rule files, read into sequences that a matcher can run.

    (kill|hurt) myself     one of the words; an alternative may be several words: (take my life|die)
    want [to|you to] die   may be there or not
    pills .... front       up to as many other words as there are dots, never across a sentence's end
    ^ goodbye $            starts, ends a clause;  ^^ and $$ start and end the whole message
    N pills   NN pills     a number; a number from ten up;  NAME is somebody's name
    <pills>                a named list of `content/risk/words.yml`
    cut & dizzy            both, in any order, within two dozen words (read by `rules`)

Empty words ("just", "really") are left out of texts and phrases alike, contractions are written out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from interlude.content import ContentError
from interlude.screening.words import NAME, NUMBER, TENS, YEAR, word_set

_ONES = word_set("one two three four five six seven eight nine a couple few several some")
_TENS = word_set(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty"
    " fifty sixty seventy eighty ninety hundred hundreds dozen dozens"
)
_SIGNS = {
    "NAME": frozenset([NAME]),
    "N": frozenset([NUMBER, TENS, YEAR]) | _ONES | _TENS,
    "NN": frozenset([TENS, YEAR]) | _TENS,
}
_SIGN = re.compile(r"\^\^?|\$\$?|\.+|[()\[\]|]|[^\s()\[\]|]+")
_MOST = 900


@dataclass(frozen=True, slots=True)
class Element:
    """One place in a sequence: any of `words`, left out if `optional`; no words means any word."""

    words: frozenset[str]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """One way to say a phrase. `opens` and `closes` are "" or the edge it must touch."""

    elements: tuple[Element, ...]
    opens: str = ""
    closes: str = ""


Spell = Callable[[str], tuple[str, ...]]
_Part = Element | str


def read_phrase(phrase: str, lists: dict[str, str], spell: Spell) -> list[Sequence]:
    """All sequences a phrase stands for.

    `spell` gives a word the form texts get; raises ContentError naming the phrase and the mend.
    """
    signs = _SIGN.findall(_with_lists(phrase, lists))
    position, ways = _either(signs, 0, phrase, spell)
    if position != len(signs):
        raise ContentError(f"phrase '{phrase}': a bracket closes that was never opened; mend the brackets.")
    if len(ways) > _MOST:
        raise ContentError(f"phrase '{phrase}' stands for {len(ways)} sequences; split it or shorten lists.")
    return [_sequence(way, phrase) for way in dict.fromkeys(ways)]


def _with_lists(phrase: str, lists: dict[str, str], depth: int = 0) -> str:
    def named(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in lists or depth > 5:
            raise ContentError(
                f"phrase '{phrase}': words.yml has no usable list '<{name}>'; add or rename it."
            )
        return f"({_with_lists(lists[name], lists, depth + 1)})"

    return re.sub(r"<([a-z_]+)>", named, phrase)


def _either(signs: list[str], at: int, phrase: str, spell: Spell) -> tuple[int, list[tuple[_Part, ...]]]:
    """Reads alternatives up to a closing bracket; single words melt into one element."""
    branches: list[list[tuple[_Part, ...]]] = []
    while True:
        at, ways = _series(signs, at, phrase, spell)
        branches.append(ways)
        if at < len(signs) and signs[at] == "|":
            at += 1
            continue
        break
    single: set[str] = set()
    many: list[tuple[_Part, ...]] = []
    for way in (way for ways in branches for way in ways):
        if not way and len(branches) > 1:
            continue  # an alternative of empty words only: "(someone|please) kill" must not become "kill"
        if len(way) == 1 and isinstance(way[0], Element) and way[0].words and not way[0].optional:
            single |= way[0].words
        else:
            many.append(way)
    return at, ([(Element(frozenset(single)),)] if single else []) + many


def _series(signs: list[str], at: int, phrase: str, spell: Spell) -> tuple[int, list[tuple[_Part, ...]]]:
    places: list[list[tuple[_Part, ...]]] = []
    while at < len(signs) and signs[at] not in {"|", ")", "]"}:
        sign = signs[at]
        at += 1
        if sign in {"(", "["}:
            at, ways = _either(signs, at, phrase, spell)
            closing = ")" if sign == "(" else "]"
            if at >= len(signs) or signs[at] != closing:
                raise ContentError(f"phrase '{phrase}': a '{sign}' isn't closed; add '{closing}'.")
            at += 1
            if sign == "[":
                ways = _or_nothing(ways)
            places.append(ways)
        else:
            places.append([_word(sign, spell)])
    return at, [tuple(part for place in way for part in place) for way in product(*places)]


def _or_nothing(ways: list[tuple[_Part, ...]]) -> list[tuple[_Part, ...]]:
    out: list[tuple[_Part, ...]] = []
    for way in ways:
        if len(way) == 1 and isinstance(way[0], Element):
            out.append((Element(way[0].words, optional=True),))
        else:
            out.extend(((), way))
    return out


def _word(sign: str, spell: Spell) -> tuple[_Part, ...]:
    if set(sign) <= {"."}:
        return (Element(frozenset(), optional=True),) * len(sign)
    if sign in {"^", "^^", "$", "$$"}:
        return (sign,)
    if sign in _SIGNS:
        return (Element(_SIGNS[sign]),)
    return tuple(Element(frozenset([word])) for word in spell(sign))


def _sequence(way: tuple[_Part, ...], phrase: str) -> Sequence:
    opens = next((part for part in way if isinstance(part, str) and part.startswith("^")), "")
    closes = next((part for part in way if isinstance(part, str) and part.startswith("$")), "")
    elements = [part for part in way if isinstance(part, Element)]
    while elements and elements[0].optional and not opens:
        elements.pop(0)
    while elements and elements[-1].optional and not closes:
        elements.pop()
    if all(element.optional for element in elements):
        raise ContentError(
            f"phrase '{phrase}' could match nothing at all; give it a word that must be there."
        )
    return Sequence(tuple(elements), opens, closes)
