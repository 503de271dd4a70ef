"""Finds phrases in words with spaCy's Matcher, running only those whose words are all there.

Each sequence has a Matcher of its own, found through its rarest word: a message touches a few dozen
of the thousands. The shared vocabulary holds the rules' words alone, never a patient's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import spacy
from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from interlude.screening.syntax import Sequence
from interlude.screening.words import STOP, Words, word_set

_STRETCH, _OVERLAP = 72, 24
_CLAUSE_STARTS = word_set("and but so or because then if well ok okay when")
_CLAUSE_ENDS = word_set(
    "and but so or because then again tonight today now when if right lately anymore though i since until"
    " before after tomorrow soon also as"
)


REACH = 24
"""How many words the parts of a phrase joined by "&" may span together."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: the key it was added under and the range of words it covers."""

    key: int
    first: int
    last: int


class _Entry:
    """A sequence with its Matcher, made when first needed: most of the thousands never are.

    Two threads making it at once make equal ones, and the last stays: no lock is needed.
    """

    __slots__ = ("_matcher", "anchor", "key", "needed", "sequence")

    def __init__(self, key: int, sequence: Sequence, needed: list[frozenset[str]]) -> None:
        self.key, self.sequence = key, sequence
        self.anchor, self.needed = needed[0], tuple(needed[1:])
        self._matcher: Matcher | None = None

    def matcher(self, vocab: Vocab) -> Matcher:
        if self._matcher is None:
            matcher = Matcher(vocab)
            matcher.add("phrase", [[_spec(part.words, part.optional) for part in self.sequence.elements]])
            self._matcher = matcher
        return self._matcher


class _Places:
    """Where the words of a stretch stand, as bits of a number: tells cheaply what can't be there."""

    __slots__ = ("_bits", "_word_bits", "present")

    def __init__(self, stretch: tuple[str, ...]) -> None:
        self._word_bits: dict[str, int] = defaultdict(int)
        for at, word in enumerate(stretch):
            self._word_bits[word] |= 1 << at
        self.present = frozenset(stretch)
        self._bits: dict[frozenset[str], int] = {}

    def _of(self, words: frozenset[str]) -> int:
        bits = self._bits.get(words)
        if bits is None:
            bits = 0
            for word in words & self.present:
                bits |= self._word_bits[word]
            self._bits[words] = bits
        return bits

    def could_hold(self, entry: _Entry) -> bool:
        """False if some needed word is missing or too far from every place of the rarest one."""
        for words in entry.needed:
            if words.isdisjoint(self.present):
                return False
        near = self._of(entry.anchor)
        for _ in entry.sequence.elements:
            near |= near << 1 | near >> 1
        return all(near & self._of(words) for words in entry.needed)


class PhraseFinder:
    """Thousands of sequences under integer keys; reading is thread-safe once `add` is done."""

    def __init__(self) -> None:
        self._vocab = spacy.blank("en").vocab
        self._entries: list[_Entry] = []
        self._by_word: dict[str, list[int]] = defaultdict(list)
        self._use: dict[str, int] = defaultdict(int)
        self._waiting: list[tuple[int, Sequence]] = []

    @property
    def words(self) -> frozenset[str]:
        """Every word some sequence names."""
        return frozenset(word for _, seq in self._waiting for part in seq.elements for word in part.words)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, key: int, sequences: Iterable[Sequence]) -> None:
        """Takes sequences; they are found after `compile`."""
        for sequence in sequences:
            self._waiting.append((key, sequence))
            for word in {word for part in sequence.elements for word in part.words}:
                self._use[word] += 1

    def compile(self) -> None:
        """Builds the matchers and the index; call once, after the last `add`."""
        for key, sequence in self._waiting:
            needed = sorted(
                {part.words for part in sequence.elements if not part.optional and part.words},
                key=lambda words: sum(self._use[word] for word in words),
            )
            for word in needed[0]:
                self._by_word[word].append(len(self._entries))
            self._entries.append(_Entry(key, sequence, needed))

    def find(self, words: Words) -> Iterator[Hit]:
        """Every phrase in the words, the shortest reading from each starting word, in no order."""
        count = len(words.words)
        for begin in range(0, max(count - _OVERLAP, 1), _STRETCH - _OVERLAP):
            yield from self._find(words, begin, min(begin + _STRETCH, count))

    def _find(self, words: Words, begin: int, end: int) -> Iterator[Hit]:
        stretch = words.words[begin:end]
        places = _Places(stretch)
        doc: Doc | None = None
        for number in {number for word in places.present for number in self._by_word.get(word, ())}:
            entry = self._entries[number]
            sequence, key = entry.sequence, entry.key
            if not places.could_hold(entry):
                continue
            if len(sequence.elements) == 1:
                only = sequence.elements[0].words
                found = [(at, at + 1) for at, word in enumerate(stretch) if word in only]
            else:
                if doc is None:
                    doc = Doc(self._vocab, words=list(stretch))
                found = [(first, last) for _, first, last in entry.matcher(self._vocab)(doc)]
            ranges = ((begin + first, begin + last) for first, last in found)
            for first, last in _shortest(span for span in ranges if _touches(words, *span, sequence)):
                yield Hit(key, first, last)


def together(hits: list[Hit], key: int, parts: tuple[int, ...]) -> Iterator[Hit]:
    """Hits under `key` wherever all `parts` were found near one another, in any order."""
    places = [[hit for hit in hits if hit.key == part] for part in parts]
    if not all(places):
        return
    for start in dict.fromkeys(places[0]):
        first, last = start.first, start.last
        for others in places[1:]:
            near = min(others, key=lambda hit: max(last, hit.last) - min(first, hit.first))
            first, last = min(first, near.first), max(last, near.last)
        if last - first <= REACH:
            yield Hit(key, first, last)


def _spec(words: frozenset[str], optional: bool) -> dict[str, Any]:
    spec: dict[str, Any] = {"IS_PUNCT": False}
    if len(words) == 1:
        spec = {"ORTH": next(iter(words))}
    elif words:
        spec = {"ORTH": {"IN": sorted(words)}}
    if optional:
        spec["OP"] = "?"
    return spec


def _shortest(found: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    best: dict[int, int] = {}
    for first, last in found:
        best[first] = min(last, best.get(first, last))
    return best.items()


def _touches(words: Words, first: int, last: int, sequence: Sequence) -> bool:
    """True if the hit stands at the edges its phrase asks for."""
    everything = words.words
    if sequence.opens:
        at_start = first == 0
        clause = at_start or everything[first - 1] == STOP or bool(words.breaks[first])
        clause = clause or everything[first - 1] in _CLAUSE_STARTS
        if not (at_start if sequence.opens == "^^" else clause):
            return False
    if sequence.closes:
        at_end = last >= len(everything) or (last == len(everything) - 1 and everything[last] == STOP)
        clause = at_end or everything[last] == STOP or bool(words.breaks[last])
        clause = clause or everything[last] in _CLAUSE_ENDS
        if not (at_end if sequence.closes == "$$" else clause):
            return False
    return True
