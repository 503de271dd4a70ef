"""Makes a patient's words into an answer of a step, or says why it can't.

Nothing is guessed in a `strict` step: there only a whole option, its number, or a plain yes or no
counts, because "no, but I wish I was dead" must never be read as no.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

from rapidfuzz import fuzz, process

from interlude.scripts.model import Option, Step
from interlude.scripts.numbers import read_rating
from interlude.scripts.run import Answer

Problem = Literal["", "none", "several", "outside", "empty"]

#: how alike (0-100) a typed word and an option's title must be; a letter or two apart
CLOSE, CLOSE_STRICT = 82, 90


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YES = _words("yes y yeah yep yup yea sure ok okay please definitely absolutely i do am have can of course")
_NO = _words("no n nope nah never none not at all i don't dont do haven't havent can't cant am definitely")
_SURE_YES = _words("yes y yeah yep yup yea sure ok okay definitely absolutely")
_SURE_NO = _words("no n nope nah never")
#: said out of habit; in a strict step they decide nothing
_HABIT = _words("ok okay sure")
_FINISHED = _words("done finished ready ok okay complete yes did it i'm im i have all")
_NEGATED = re.compile(r"\b(?:not|no|never|isn t|wasn t|don t feel|didn t feel)\s*$")
_WORD = re.compile(r"[^\W\d]+(?:'[^\W\d]+)?")
_MOST_TEXT = 4000


@dataclass(frozen=True)
class Read:
    """The answer, or the problem with it. `ratings` are numbers typed beside choices; `dropped` is
    true when more was picked than the step takes."""

    value: Any = None
    problem: Problem = ""
    among: tuple[float, ...] = ()
    ratings: dict[str, float] | None = None
    dropped: bool = False


def fold(text: str) -> str:
    """Lower case, straight quotes, single spaces, no punctuation at either end."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("‘", "'")
    return " ".join(text.split()).strip(" .,!?;:\"'()[]*-–—…")


def read(  # noqa: PLR0911 - one return for each kind
    step: Step, answer: Answer, options: list[Option], items: list[str]
) -> Read:
    """What the answer is to this step. `options` are those shown; `items` the names an `each` step
    rates."""
    if not (answer.text.strip() or answer.choice):
        return Read(problem="empty")
    match step.kind:
        case "text":
            return Read(answer.text.strip()[:_MOST_TEXT])
        case "texts":
            return Read(_several_texts(answer.text, int(step.max) or 5))
        case "number":
            return _number(step, answer, items)
        case "choices":
            return _choices(step, answer, options)
        case "timer" | "breathing":
            return _after_timer(step, answer, options)
        case _:
            return _choice(step, answer, options)


def read_item_ratings(text: str, items: list[str], low: float, high: float) -> dict[str, float]:
    """Numbers typed beside names: 'sad 70, angry 40' for the items given."""
    found: dict[str, float] = {}
    for piece in _pieces(text):
        words = f" {' '.join(_WORD.findall(fold(piece)))} "
        named = [item for item in items if f" {fold(item)} " in words]
        if not named:
            near = process.extractOne(
                words.strip(), [fold(item) for item in items], scorer=fuzz.ratio, score_cutoff=CLOSE
            )
            named = [items[near[2]]] if near else []
        rating = read_rating(piece, low, high)
        if len(named) == 1 and rating.value is not None:
            found[named[0]] = rating.value
    return found


def _pieces(text: str) -> list[str]:
    return [piece for piece in re.split(r"[,;\n&+]|\band\b", text) if piece.strip()]


def _several_texts(text: str, most: int) -> list[str]:
    """One thought a line, or between semicolons; list marks are taken off."""
    parts = [re.sub(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", "", part).strip() for part in re.split(r"[\n;]", text)]
    parts = [part for part in parts if part] or [text.strip()]
    return [part[:_MOST_TEXT] for part in dict.fromkeys(parts)][:most]


def _number(step: Step, answer: Answer, items: list[str]) -> Read:
    text = answer.choice if answer.choice is not None else answer.text
    if step.each and len(items) > 1:
        named = read_item_ratings(text, items, step.min, step.max)
        if named:
            return Read(ratings=named)
    rating = read_rating(text, step.min, step.max, step.unit)
    return Read(rating.value, rating.problem, rating.among)


def _choice(step: Step, answer: Answer, options: list[Option]) -> Read:
    picked = _pick(step, answer, options)
    if picked:
        return Read(picked.value)
    text = answer.text.strip()
    return Read(text[:_MOST_TEXT]) if step.other and text else Read(problem="none")


def _pick(step: Step, answer: Answer, options: list[Option]) -> Option | None:
    if answer.choice is not None:
        tapped = next((o for o in options if o.value == answer.choice), None)
        if tapped:
            return tapped
    text = fold(answer.text)
    for place, option in enumerate(options, 1):
        whole = (fold(option.title), option.value, option.value.replace("_", " "), str(place))
        if text in whole or text in map(fold, option.says):
            return option
    by_number = re.fullmatch(r"(?:option |number |the )?(\d{1,2}|first|second|third)(?: one)?", text)
    if by_number:
        place = {"first": 1, "second": 2, "third": 3}.get(by_number[1]) or int(by_number[1])
        return options[place - 1] if 0 < place <= len(options) else None
    plain = _yes_or_no(text, options, step.strict)
    if plain:
        return plain
    limit = CLOSE_STRICT if step.strict else CLOSE
    near = process.extractOne(text, [fold(o.title) for o in options], scorer=fuzz.ratio, score_cutoff=limit)
    if near and len(text) > 3:
        return options[near[2]]
    return None if step.strict else _pick_loosely(text, answer.intent, options)


def _pick_loosely(text: str, intent: str | None, options: list[Option]) -> Option | None:
    words = re.sub(r"[^\w' ]", " ", text)
    for option in options:
        if any(re.search(rf"\b{re.escape(fold(cue))}\b", text) for cue in option.says):
            return option
    named = [o for o in options if len(o.title) > 3 and f" {fold(o.title)} " in f" {words} "]
    if len(named) == 1:
        return named[0]
    if len(text.split()) <= 4:
        meant = {"affirm": "yes", "deny": "no"}.get(intent or "")
        return next((o for o in options if o.value == meant), None)
    return None


def _yes_or_no(text: str, options: list[Option], strict: bool) -> Option | None:
    """A text that is nothing but a yes, or nothing but a no."""
    words = set(re.sub(r"[^\w' ]", " ", text).split())
    if strict and words & _HABIT:
        return None
    for value, every, some in (("yes", _YES, _SURE_YES), ("no", _NO, _SURE_NO)):
        if words and words <= every and words & some:
            return next((o for o in options if o.value == value), None)
    return None


def _after_timer(step: Step, answer: Answer, options: list[Option]) -> Read:
    words = set(fold(answer.text).split())
    picked = _pick(step, answer, options) if options else None
    if picked:
        return Read(picked.value)
    if answer.choice == "done" or (words and words <= _FINISHED):
        return Read("done")
    return Read(problem="none")


def _choices(step: Step, answer: Answer, options: list[Option]) -> Read:
    if answer.choice is not None:
        tapped = [o for value in answer.choice.split(",") for o in options if o.value == value.strip()]
        if tapped:
            return _at_most(step, tapped, [], {})
    picked: list[Option] = []
    own: list[str] = []
    ratings: dict[str, float] = {}
    for piece in _pieces(answer.text):
        found = _in_piece(piece, options)
        words = _WORD.findall(fold(piece))
        names = [option.title for option in found]
        if step.other and not found and 0 < len(words) <= 3:
            names = [" ".join(words).casefold()[:40]]
            own += names
        picked += found
        rating = read_rating(piece, 0, 100)
        if len(names) == 1 and rating.value is not None:
            ratings[names[0]] = rating.value
    return _at_most(step, picked, own, ratings)


def _in_piece(piece: str, options: list[Option]) -> list[Option]:
    text = f" {re.sub(r'[^\w ]', ' ', re.sub(r'\d+', ' ', fold(piece)))} "
    named = []
    for option in options:
        at = re.search(rf"\s{re.escape(fold(option.title))}\s", text)
        if at and not _NEGATED.search(text[: at.start() + 1]):
            named.append((at.start(), option))
    if named:
        return [option for _, option in sorted(named, key=lambda pair: pair[0])]
    number = fold(piece)
    if number.isascii() and number.isdigit() and 0 < int(number[:4]) <= len(options):
        return [options[int(number[:4]) - 1]]
    near = process.extractOne(
        " ".join(text.split()), [fold(o.title) for o in options], scorer=fuzz.ratio, score_cutoff=CLOSE
    )
    return [options[near[2]]] if near else []


def _at_most(step: Step, picked: list[Option], own: list[str], ratings: dict[str, float]) -> Read:
    """The first few; an option marked `keep` is never among those left out."""
    unique = list(dict.fromkeys(picked))
    unique.sort(key=lambda option: not option.keep)
    values = [*(o.value for o in unique), *dict.fromkeys(own)]
    if not values:
        return Read(problem="none")
    most = int(step.max)
    return Read(values[:most], ratings=ratings or None, dropped=len(values) > most)
