"""Text as a patient wrote it → words as the rules spell them, each with its place in the original.

Two readings are made and both are matched, because a fold can hide what it means to show:
`plain` changes only case, apostrophes and contractions; `folded` also undoes compatibility forms,
broken encodings, look-alike letters, accents, invisible characters, stretched and spaced letters,
digits for letters, slang and misspellings.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from interlude.screening.spelling import Spelling
from interlude.screening.unmask import as_written, letters_of
from interlude.screening.words import NAME, NUMBER, STOP, TENS, UNKNOWN, YEAR, Words, sentences, word_set

_BLANK = "\\s\u2800\u3164\u115f\u1160\uffa0"
_CHUNK = re.compile(f"[^{_BLANK}]+")
_PIECE = re.compile(r"[^\W_]+(?:'[^\W_]+)*'?|[.!?]+|[^\w\s]+|_+")
_EASY = re.compile(r"[\"'(]?([A-Za-z]+(?:'[A-Za-z]+)?)([.,!?;:)\"]*)")
_SPACED = re.compile(r"[a-z](?:[._*/|~-]+[a-z]){2,}")
_DISGUISED = re.compile(r"[a-z0-9!|$@+*#€£]*[a-z][a-z0-9!|$@+*#€£]*")
_DIGITS = re.compile(r"\d+|[^\W\d_]+")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_STRIP = ".,;:?!\"'()[]{}~-_"
_ENDINGS = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
_IS_AFTER = word_set("he she it that there what who here how where everything everyone somebody")
#: after these words "ill" is an illness and "id" a paper, not "I'll" and "I'd"
_NOT_I = word_set(
    "am is are was were be been feel feeling felt mentally terminally so very get got fall fell physically"
    " chronically critically too being become a an my the your his her photo of with and seriously"
)
#: a digit for a word ("want 2 die"), read so only where a verb leads to it
_FOR_WORDS = {"2": "to", "4": "for"}
_BEFORE_TO = word_set("want need going have ready about got trying like love plan planning tired time")
_QUANTITIES = word_set("few many several couple of extra more hundred thousand per")


@dataclass(slots=True)
class _Piece:
    word: str
    start: int
    end: int
    brk: str
    filler: str = ""


class Folder:
    """Makes both readings of a text. Holds no state between texts."""

    def __init__(self, spelling: Spelling) -> None:
        self._spelling = spelling

    def plain(self, text: str) -> Words:
        """Case, apostrophes and contractions only."""
        return self._words(text, deep=False)

    def folded(self, text: str) -> Words:
        """Every mend applied."""
        return self._words(text, deep=True)

    def _words(self, text: str, *, deep: bool) -> Words:
        pieces: list[_Piece] = []
        ended = 0
        for match in _CHUNK.finditer(text):
            start = match.start()
            brk = "\n" if "\n" in text[ended:start] and pieces else ""
            ended = match.end()
            first = len(pieces)
            self._chunk(match.group(), start, deep, pieces)
            if brk and len(pieces) > first:
                pieces[first].brk = "\n"
        if deep:
            pieces = self._unspaced(pieces)
        return self._meant(pieces, deep)

    def phrase_word(self, word: str) -> tuple[str, ...]:
        """A word of a rule's phrase in the form texts get: unmasked, contractions written out."""
        pieces: list[_Piece] = []
        self._chunk(letters_of(word, 0)[0], 0, False, pieces)
        out: list[str] = []
        for piece in pieces:
            low = piece.word.lower()
            if "'" in low:
                out.extend(self._with_apostrophe(low, lambda stem: (stem,)))
            elif low and low != STOP:
                out.extend(
                    self._spelling.contractions.get(low, (low,)) if low not in {"ill", "id"} else (low,)
                )
        return tuple(out)

    # -- written text to pieces ---------------------------------------------------------------

    def _chunk(self, chunk: str, at: int, deep: bool, pieces: list[_Piece]) -> None:
        """Adds the pieces of one run of non-blank characters."""
        easy = _EASY.fullmatch(chunk)
        if easy:
            start = at + easy.start(1)
            brk = "," if easy.start(1) else ""
            pieces.append(_Piece(easy[1], start, at + easy.end(1), brk))
            if easy[2]:
                _punctuate(easy[2], at + easy.start(2), at + len(chunk), pieces)
            return
        letters, starts, ends = letters_of(chunk, at) if deep else as_written(chunk, at)
        if not letters:
            return
        core = letters.strip(_STRIP).lower()
        if deep and core and self._whole(core, letters, starts, ends, pieces):
            return
        dotted = sum(1 for _ in re.finditer(r"(?<=\w)[.]+(?=\w)", letters)) > 1
        for match in _PIECE.finditer(letters):
            piece, first, last = match.group(), match.start(), match.end()
            start, end = starts[first], ends[last - 1]
            if piece[0].isalnum():
                self._letters_or_digits(piece.rstrip("'"), starts, ends, first, deep, pieces)
            elif dotted and set(piece) == {"."} and last < len(letters):
                pieces.append(_Piece("", start, end, ","))
            else:
                _punctuate(piece, start, end, pieces, inside=first > 0 and last < len(letters))

    def _whole(
        self, core: str, letters: str, starts: list[int], ends: list[int], pieces: list[_Piece]
    ) -> bool:
        """Reads a chunk as one disguised or letter-spaced word, if it is one."""
        at = letters.lower().find(core)
        if _SPACED.fullmatch(core):
            for offset, sign in enumerate(core):
                if sign.isalpha():
                    pieces.append(_Piece(sign, starts[at + offset], ends[at + offset], ""))
            _punctuate(letters[at + len(core) :], starts[-1], ends[-1], pieces)
            return True
        if len(core) < 3 or core.isalpha() or not _DISGUISED.fullmatch(core):
            return False
        if self._spelling.knows(core):
            return False
        meant = self._spelling.disguised(core)
        if meant is None:
            return False
        pieces.append(_Piece(meant, starts[at], ends[at + len(core) - 1], ""))
        _punctuate(letters[at + len(core) :], starts[-1], ends[-1], pieces)
        return True

    def _letters_or_digits(
        self, piece: str, starts: list[int], ends: list[int], first: int, deep: bool, pieces: list[_Piece]
    ) -> None:
        low = piece.lower()
        if _IDEOGRAPH.search(piece):
            parts = [(sign, offset, offset + 1) for offset, sign in enumerate(piece)]
        elif any(sign.isdigit() for sign in piece) and not (deep and self._spelling.knows(low)):
            parts = [(m.group(), m.start(), m.end()) for m in _DIGITS.finditer(piece)]
        else:
            parts = [(piece, 0, len(piece))]
        for part, begin, end in parts:
            pieces.append(_Piece(part, starts[first + begin], ends[first + end - 1], ""))

    def _unspaced(self, pieces: list[_Piece]) -> list[_Piece]:
        """Joins runs of single letters: "k i l l" → "kill"."""
        if sum(len(piece.word) == 1 and piece.word.isalnum() for piece in pieces) < 3:
            return pieces
        out: list[_Piece] = []
        at = 0
        while at < len(pieces):
            end = at
            while end < len(pieces) and len(pieces[end].word) == 1 and pieces[end].word.isalnum():
                end += 1
            run = pieces[at:end]
            parts = self._joined("".join(piece.word.lower() for piece in run)) if len(run) >= 3 else None
            if parts:
                for part in parts:
                    own = run[: len(part)]
                    run = run[len(part) :]
                    out.append(_Piece(part, own[0].start, own[-1].end, own[0].brk))
            else:
                out.extend(run)
            if end == at:
                out.append(pieces[at])
                end += 1
            at = end
        return out

    def _joined(self, letters: str) -> list[str] | None:
        if self._spelling.knows(letters) and len(letters) > 2:
            return [letters]
        return self._spelling.parted(letters)

    # -- pieces to the rules' words ------------------------------------------------------------

    def _meant(self, pieces: list[_Piece], deep: bool) -> Words:
        out: list[_Piece] = []
        brk, filler = "", ""
        for piece in pieces:
            brk = _stronger(brk, piece.brk)
            if piece.word == STOP:
                if out and out[-1].word != STOP:
                    out.append(_Piece(STOP, piece.start, piece.end, ""))
                    brk, filler = "", ""
                continue
            if not piece.word:
                continue
            for word in self._spelled(piece, out, deep):
                if word in self._spelling.fillers:
                    filler = f"{filler} {word}".strip()
                    continue
                if not brk and not filler and out and self._join(out, word, piece.end):
                    continue
                out.append(_Piece(word, piece.start, piece.end, brk, filler))
                brk, filler = "", ""
        return Words(
            tuple(piece.word for piece in out),
            tuple(piece.start for piece in out),
            tuple(piece.end for piece in out),
            tuple(piece.brk for piece in out),
            tuple(piece.filler for piece in out),
            sentences([piece.word for piece in out], [piece.brk for piece in out]),
        )

    def _join(self, out: list[_Piece], word: str, end: int) -> bool:
        """Melts "over dose" into "overdose"."""
        joined = self._spelling.joins.get((out[-1].word, word))
        if joined is None:
            return False
        out[-1].word, out[-1].end = joined, end
        return True

    def _spelled(self, piece: _Piece, out: list[_Piece], deep: bool) -> tuple[str, ...]:
        spelling, word = self._spelling, piece.word.lower()
        before = out[-1].word if out else STOP
        if word.isdigit():
            return (
                _FOR_WORDS[word] if deep and word in _FOR_WORDS and before in _BEFORE_TO else _number(word),
            )
        if "'" in word and not (deep and spelling.knows(word)):
            return self._with_apostrophe(word, lambda stem: self._one(stem, deep))
        counted = before in {NUMBER, TENS, YEAR} or before in _QUANTITIES
        if (word in {"ill", "id"} and before in _NOT_I) or (word in spelling.not_after_number and counted):
            return (UNKNOWN,)
        if word in spelling.contractions:
            return spelling.contractions[word]
        meant = self._one(word, deep)
        if meant != (UNKNOWN,):
            return meant
        named = piece.word[:1].isupper() and piece.word[1:].islower() and before != STOP
        return (NAME if named else UNKNOWN,)

    def _with_apostrophe(self, word: str, one: Callable[[str], tuple[str, ...]]) -> tuple[str, ...]:
        bare = word.replace("'", "")
        if bare in self._spelling.contractions:
            return self._spelling.contractions[bare]
        stem, _, ending = word.rpartition("'")
        if ending == "s":
            return (*one(stem), "is") if stem in _IS_AFTER else one(stem)
        if ending in _ENDINGS:
            return (*one(stem), _ENDINGS[ending])
        return one(bare)

    def _one(self, word: str, deep: bool) -> tuple[str, ...]:
        if deep:
            meant = self._spelling.meant(word) if self._spelling.knows(word) else self._spelling.mend(word)
            return meant or (UNKNOWN,)
        return (word,) if self._spelling.knows(word) else (UNKNOWN,)


def _stronger(one: str, other: str) -> str:
    return max(one, other, key=["", ",", ";", "\n"].index)


def _number(digits: str) -> str:
    if len(digits) == 4 and digits[:2] in {"19", "20"}:
        return YEAR
    return TENS if len(digits.lstrip("0")) > 1 else NUMBER


def _punctuate(signs: str, start: int, end: int, pieces: list[_Piece], *, inside: bool = False) -> None:
    """A stop for a sentence's end, otherwise a break of the right strength; an emoji is a word."""
    for sign in signs:
        if unicodedata.category(sign) in {"So", "Sk"} and not sign.isascii():
            pieces.append(_Piece(sign, start, end, ""))
            inside = True
    if any(sign in ".!?" for sign in signs):
        soft = "..." in signs or set(signs) == {".", ","} or signs == ".."
        pieces.append(_Piece("" if soft else STOP, start, end, "," if soft else ""))
    elif ";" in signs:
        pieces.append(_Piece("", start, end, ";"))
    elif not inside or any(sign in ",:()\u2014" for sign in signs):
        pieces.append(_Piece("", start, end, ","))
