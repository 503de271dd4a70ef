"""The words of `content/wording/`: picks a variant, fills the placeholders, hides none of the gaps.

Crisis replies, receipts and prepared replies all come through here on their way to the patient. A
placeholder looks like `<emergency_number>`; the file `wording/placeholders.yml` names every one there
is and the plain words that stand in for it when nothing is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from interlude.content import ROOT, ContentError, read
from interlude.escalation.directory import CrisisCard
from interlude.message import InterludeError

PLACEHOLDER = re.compile(r"<([a-z_]+)>")

#: the file that holds the stand-ins, not something to say
STAND_INS = "placeholders"

Wordings = dict[str, dict[str, tuple[str, ...]]]


def say(file: str, key: str, fill: Mapping[str, str], turn: int, root: Path = ROOT) -> str:
    """The wording `key` of `content/wording/<file>.yml`, filled.

    `turn` is any count that grows by one each time; variants take turns by it, so with two or more
    none is said twice running. `fill` maps placeholder names (without brackets) to words, as `fills`
    makes them. Raises InterludeError for a file or key there is none of; a placeholder that `fill`
    lacks gets its stand-in, because a crisis reply must go out.
    """
    wordings = load(root)
    if file == STAND_INS or file not in wordings:
        raise InterludeError(f"No content/wording/{file}.yml; add it, or name one of {_listed(wordings)}.")
    if key not in wordings[file]:
        raise InterludeError(
            f"content/wording/{file}.yml does not say '{key}'; add it, or name one of "
            f"{_listed(wordings[file])}."
        )
    variants = wordings[file][key]
    return _filled(variants[turn % len(variants)], fill, wordings)


def fill(text: str, fills: Mapping[str, str], root: Path = ROOT) -> str:
    """Words from elsewhere (the dialogue's responses) with every known placeholder filled.

    Anything else in angle brackets stays, since it may be the patient's own words; what the project
    itself writes is to pass `check` when it is loaded.
    """
    return _filled(text, fills, load(root))


def fills(
    card: CrisisCard, clinic_name: str, clinic_phone: str, alert_status: str, clinician: str | None = None
) -> dict[str, str]:
    """What `say` and `fill` put in place of the placeholders; empty words are left to the stand-ins.

    `alert_status` is a sentence of `receipts.yml`, already filled.
    """
    known = {
        "emergency_number": card.emergency_number,
        "crisis_line": card.line_words,
        "clinic_name": clinic_name,
        "clinic_phone": clinic_phone,
        "clinic_alert_status": alert_status,
        "clinician": clinician,
        "poison_line": card.poison_line,
    }
    return {name: words for name, words in known.items() if words}


def check(text: str, where: str, root: Path = ROOT) -> None:
    """Raises ContentError when `text` holds a placeholder nobody can fill; `where` names the place."""
    _check(text, where, load(root)[STAND_INS])


@cache
def load(root: Path = ROOT) -> Wordings:
    """All wordings as {file: {key: variants}}, read once; raises ContentError for an unknown
    placeholder. Call it at start, so that a slip shows before a patient does."""
    found: Wordings = {
        name: {key: tuple(variants) for key, variants in file["says"].items()}
        for name, file in read("wording", root).items()
    }
    if STAND_INS not in found:
        raise ContentError(f"{root.name}/wording/{STAND_INS}.yml is missing; put it back from the release.")
    for name, keys in found.items():
        for key, variants in keys.items():
            for number, text in enumerate(variants, start=1):
                known = {} if name == STAND_INS else found[STAND_INS]
                _check(text, f"{root.name}/wording/{name}.yml, {key}, variant {number}", known)
    return found


def _check(text: str, where: str, known: Mapping[str, tuple[str, ...]]) -> None:
    for name in PLACEHOLDER.findall(text):
        if name not in known:
            allowed = _listed(known) if known else "none"
            raise ContentError(f"{where}: <{name}> is not a placeholder; use one of these: {allowed}.")


def _filled(text: str, given: Mapping[str, str], wordings: Wordings) -> str:
    stand_ins = wordings[STAND_INS]

    def words(found: re.Match[str]) -> str:
        name = found[1]
        if name not in stand_ins:
            return found[0]
        return given.get(name) or stand_ins[name][0]

    return PLACEHOLDER.sub(words, text)


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(name for name in names if name != STAND_INS)
