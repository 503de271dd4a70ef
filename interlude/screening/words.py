"""The form every text takes before it is matched: plain words, each knowing where it came from."""

from __future__ import annotations

from dataclasses import dataclass

STOP = "."
"""The word that stands for the end of a sentence; no pattern reaches across it."""
UNKNOWN = "xx"
"""The word that stands for every word no rule names, so that what patients write is never interned."""
NAME = "Xx"
"""The same for a capitalised word inside a sentence: most likely somebody's name."""
NUMBER, TENS, YEAR = "n1", "n10", "n1900"
"""Digits: a number below ten, a number from ten up, a year (1900 to 2099)."""


def word_set(words: str) -> frozenset[str]:
    """A set of words from a line of them."""
    return frozenset(words.split())


@dataclass(frozen=True, slots=True)
class Words:
    """One text as words. The tuples run in step.

    `words` are lower-case and spelled the rules' way. `starts` and `ends` are offsets into the text
    as it was written; words that came out of one written word share its span. `breaks` tells what
    stood before a word: "" nothing, "," a comma or dash, ";" a clause's end, "\\n" a new line.
    `fillers` holds the empty words ("just", "really") left out before it, `sentences` the range of
    words its sentence takes.
    """

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    breaks: tuple[str, ...]
    fillers: tuple[str, ...]
    sentences: tuple[tuple[int, int], ...]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Offsets in the written text of words `first` up to, not including, `last`."""
        return min(self.starts[first:last]), max(self.ends[first:last])

    def sentence(self, at: int) -> tuple[int, int]:
        """The sentence around word `at` as a range of words; stops and new lines end one."""
        return self.sentences[at]


def sentences(words: list[str], breaks: list[str]) -> tuple[tuple[int, int], ...]:
    """For each word the range of its sentence; a stop belongs to the sentence before it, which ends there."""
    out: list[tuple[int, int]] = []
    first = 0
    for at in range(1, len(words) + 1):
        if at == len(words) or words[at - 1] == STOP or breaks[at] in {"\n", ";"}:
            last = at - 1 if words[at - 1] == STOP else at
            out.extend([(first, max(last, first + 1))] * (at - first))
            first = at
    return tuple(out)
