"""Letters as they were meant: full-width, mathematical, circled, accented, look-alike and invisible ones,
and text whose encoding was broken on the way. Every letter keeps its place in the original."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from anyascii import anyascii
from ftfy import fix_encoding

from interlude.screening.spelling import LOOK_ALIKE

_SIGNS = {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u00b4": "'", "\u201b": "'", "\uff07": "'"}


def as_written(chunk: str, at: int) -> tuple[str, list[int], list[int]]:
    """The chunk with one kind of apostrophe, and each letter's start and end in the original."""
    letters = "".join(_SIGNS.get(sign, sign) for sign in chunk)
    return letters, list(range(at, at + len(chunk))), list(range(at + 1, at + len(chunk) + 1))


def letters_of(chunk: str, at: int) -> tuple[str, list[int], list[int]]:
    """The chunk's letters unmasked, with each one's start and end in the original.

    A repaired encoding has no exact map; then every letter points to the whole chunk.
    """
    if chunk.isascii():
        kept = [(sign, offset) for offset, sign in enumerate(chunk) if sign.isprintable()]
        return "".join(s for s, _ in kept), [at + o for _, o in kept], [at + o + 1 for _, o in kept]
    repaired = fix_encoding(chunk)
    source, exact = (chunk, True) if repaired == chunk else (repaired, False)
    mixed = any("a" <= sign.lower() <= "z" for sign in source)
    signs: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for offset, sign in enumerate(source):
        for plain in _unmasked(sign, mixed):
            signs.append(plain)
            starts.append(at + offset if exact else at)
            ends.append(at + offset + 1 if exact else at + len(chunk))
    return "".join(signs), starts, ends


@lru_cache(maxsize=4096)
def _unmasked(sign: str, mixed: bool) -> str:
    """One character as the plain one it stands for; "" for an invisible one."""
    if sign in _SIGNS:
        return _SIGNS[sign]
    category = unicodedata.category(sign)
    if category in {"Cf", "Cc", "Cs", "Co", "Cn", "Me"} or (category == "Mn" and ord(sign) < 0x500):
        return ""
    if 0xFE00 <= ord(sign) <= 0xFE0F or 0x1F3FB <= ord(sign) <= 0x1F3FF:
        return ""
    plain = unicodedata.normalize("NFKC", sign)
    if sign == "\u2026":
        return "..."
    if category in {"So", "Sk"} and not (plain.isascii() and plain.isalnum()):
        readable = anyascii(sign)
        return readable if len(readable) == 1 and readable.isalnum() else sign
    out = []
    for part in plain:
        low = part.lower()
        if mixed and low in _LOOKS:
            low = low.translate(LOOK_ALIKE)
        elif not part.isascii() and (
            ord(part) < 0x530 or 0x1D00 <= ord(part) <= 0x1FFF or ord(part) == 0x131
        ):
            bare = "".join(c for c in unicodedata.normalize("NFD", part) if unicodedata.category(c) != "Mn")
            low = bare
            if "LATIN" in unicodedata.name(part, ""):
                low = anyascii(bare)
            elif mixed and bare.lower() in _LOOKS:
                low = bare.lower().translate(LOOK_ALIKE)
        elif unicodedata.category(part) == "Pd":
            low = "-"
        elif part.isascii():
            low = part
        out.append(low)
    return "".join(out)


_LOOKS = frozenset(map(chr, LOOK_ALIKE))
