"""Mends how a word is written so that the rules recognise it: slang, slips, disguises.

A mend is accepted only when it yields a word the rules name and the word written isn't on the list of
ordinary words. The shorter the word, the fewer the slips that are mended: one wrong letter away from
"die" or "kill" lie "did" and "will", so short words have a hand list.
"""

from __future__ import annotations

import re
from itertools import product
from typing import Any

LEET = {
    "0": "o",
    "1": "il",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "g",
    "7": "t",
    "8": "b",
    "9": "g",
    "!": "il",
    "|": "il",
    "$": "s",
    "@": "a",
    "+": "t",
    "€": "e",
    "£": "l",
}
#: look-alikes that a transliteration would read by their sound (Cyrillic "с" as s, Greek "ν" as n)
LOOK_ALIKE = str.maketrans(
    "асеорхуіјѕһԁѵкмтвнгԛԝζαεικνορτυχωηβγσ",
    "aceopxyijshdvkmtbhrqwzaeikvoptuxwnbyo",
)
_MOST_SPELLINGS = 64
_LONGEST = 40
"""Letters beyond which nothing is a slip or a disguise of one word."""
#: letters a word needs before two swapped or one doubled, one dropped, one wrong or extra are mended
_SHORTEST_SWAPPED, _SHORTEST_DROPPED, _SHORTEST_WRONG = 4, 5, 7
_RUN = re.compile(r"(.)\1*")


class Spelling:
    """The tables of `content/risk/spelling.yml` together with the words the rules name."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._same: dict[str, tuple[str, ...]] = {}
        for table in ("contractions", "slang", "misspellings"):
            for written, meant in tables[table].items():
                self._same[str(written)] = tuple(str(meant).split())
        self.contractions = {str(w): tuple(str(m).split()) for w, m in tables["contractions"].items()}
        self.joins = {tuple(str(pair).split()): str(meant) for pair, meant in tables["joins"].items()}
        self.fillers = frozenset(map(str, tables["fillers"]))
        self.not_after_number = frozenset(map(str, tables["not_after_number"]))
        self._hidden = tuple(map(str, tables["hidden"]))
        self._real = frozenset(" ".join(map(str, tables["real_words"])).split())
        self._fuzzy = frozenset(map(str, tables["fuzzy"]))
        self._known: frozenset[str] = frozenset()
        self._longest = 1
        self._deletions: dict[str, list[str]] = {}

    def learn(self, known: frozenset[str]) -> None:
        """Takes the words the compiled rules name; call once, before the first `mend`."""
        self._known = known | self.fillers | {word for pair in self.joins for word in pair}
        self._longest = max(map(len, known), default=1)
        for word in sorted(known | self._fuzzy | self.contractions.keys()):
            if len(word) < _SHORTEST_SWAPPED or not (word.isascii() and word.isalpha()):
                continue
            for shorter in {word, *_without_one(word)}:
                self._deletions.setdefault(shorter, []).append(word)

    def knows(self, word: str) -> bool:
        """True if the rules name the word or a table says what it means."""
        return word in self._known or word in self._same

    def meant(self, word: str) -> tuple[str, ...]:
        """What a known word stands for: "wanna" is ("want", "to"), "die" is ("die",)."""
        return self._same.get(word, (word,))

    def mend(self, word: str) -> tuple[str, ...] | None:
        """The words meant by one that isn't known as written, or None when nothing fits."""
        for candidate in self._unstretched(word):
            if self.knows(candidate):
                return self.meant(candidate)
        if not word.isascii():
            plain = word.translate(LOOK_ALIKE)
            return self.meant(plain) if plain.isascii() and self.knows(plain) else None
        if word.endswith("eing") and self.knows(word[:-4] + "ing"):
            return self.meant(word[:-4] + "ing")
        near = self._near(word)
        if near:
            return self.meant(near)
        if len(word) >= 7 and any(core in word for core in self._hidden):
            parts = self.parted(word)
            if parts:
                return tuple(meant for part in parts for meant in self.meant(part))
        return None

    def disguised(self, written: str) -> str | None:
        """The known word behind digits, signs or stars ("su1c1de", "k!ll", "s*icide"), or None."""
        if len(written) > _LONGEST:
            return None
        if "*" in written or "#" in written:
            wanted = re.compile("".join("." if sign in "*#" else re.escape(sign) for sign in written))
            return next((word for word in self._hidden if wanted.fullmatch(word)), None)
        spellings = product(*(LEET.get(sign, sign) for sign in written))
        for count, letters in enumerate(spellings):
            if count >= _MOST_SPELLINGS:
                break
            candidate = "".join(letters)
            if self.knows(candidate):
                return candidate
            for shorter in self._unstretched(candidate):
                if self.knows(shorter):
                    return shorter
            near = self._near(candidate) if candidate.isalpha() else None
            if near:
                return near
        return None

    def parted(self, letters: str) -> list[str] | None:
        """Letters without spaces cut into known words, fewest first, one of them a risk word."""
        count: list[int | None] = [0, *([None] * len(letters))]
        cut = [0] * (len(letters) + 1)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - self._longest), end):
                before, word = count[start], letters[start:end]
                if before is None or not self.knows(word) or (len(word) == 1 and word not in "iau2"):
                    continue
                now = count[end]
                if now is None or before + 1 < now:
                    count[end], cut[end] = before + 1, start
        if count[-1] is None:
            return None
        found, end = [], len(letters)
        while end:
            found.append(letters[cut[end] : end])
            end = cut[end]
        return found[::-1] if any(word in self._hidden for word in found) else None

    def _unstretched(self, word: str) -> list[str]:
        """Spellings of a word with letters held down: "killlll" may be "kil" or "kill"."""
        runs = [match.group() for match in _RUN.finditer(word)]
        if not any(len(run) >= 3 for run in runs) or sum(len(run) > 1 for run in runs) > 5:
            return []
        options = [(run,) if len(run) == 1 else (run[:2], run[0]) for run in runs]
        return ["".join(parts) for parts in product(*options)]

    def _near(self, word: str) -> str | None:
        """The rules' word that one slip of the keys away from `word`, the likeliest if several are."""
        if (
            not _SHORTEST_SWAPPED <= len(word) <= _LONGEST
            or word in self._real
            or not (word.isascii() and word.isalpha())
        ):
            return None
        found = {meant for part in (word, *_without_one(word)) for meant in self._deletions.get(part, ())}
        slips = ((self._slip(word, meant), meant) for meant in sorted(found))
        return min(((rank, meant) for rank, meant in slips if rank is not None), default=(0, None))[1]

    def _slip(self, written: str, meant: str) -> int | None:
        """How unlikely the slip is, from 0, or None if it's none or too bold for so short a word."""
        longer, risk = len(written) - len(meant), meant in self._fuzzy
        at = 0
        while at < min(len(written), len(meant)) and written[at] == meant[at]:
            at += 1
        left, right = written[at:], meant[at:]
        if longer == 0 and left[:2] == right[1::-1] and left[2:] == right[2:]:
            return 0 if risk else 1
        if longer == 1 and left[1:] == right and written[at] == written[at - 1 : at]:
            return 0 if risk else 1
        if longer == -1 and left == right[1:] and len(meant) >= _SHORTEST_DROPPED:
            return 0 if risk else 2
        wrong = longer == 0 and left[1:] == right[1:]
        extra = longer == 1 and left[1:] == right
        if (wrong or extra) and (risk or len(meant) >= _SHORTEST_WRONG):
            return 0 if risk else 3
        return None


def _without_one(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]
