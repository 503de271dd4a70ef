"""Reads the clause around a finding: is it denied, how long ago, whose is it, is it only supposed?

General-purpose negation rules call "i have no reason not to kill myself" and "don't tell my mum i
want to kill myself" denied. These rules answer yes only for forms they know; anything else is no.
"""

from __future__ import annotations

from typing import Literal

from interlude.screening.words import NAME, STOP, Words, word_set

NEGATORS = word_set("not never no without deny denies denied denying neither nor")
#: words that may stand between a denial and what it denies
BRIDGES = word_set(
    "want wanted wanting to have having had has any feel feeling felt been being be thoughts thought thinking"
    " think of about plan plans planning planned intention intentions intent intend intending desire desires"
    " urge urges wish ever going i am was or that actively currently trying try would will do did considering"
    " considered active a the it like such kind sort ideas idea ideation longer actual anything as in get"
    " getting experience experiencing experienced way is there are sign signs symptoms symptom these those"
    " feelings current seriously contemplating contemplated at risk danger my"
)
_NOT_DENIED = word_set(
    "reason reasons sure promise guarantee certain why know scared afraid trust help stop stopping sorry if"
    " unless wish maybe scares worried doubt day night hour minute moment"
)
_HERE_AND_NOW = word_set("yet tonight today until unless till if badly more tomorrow soon alone")
_CONTRAST = word_set("but though although except however yet only still")
_DOUBT = word_set(
    "think thinking thought thoughts wish keep still sometimes scared afraid worried close tempted urge urges"
    " there want feel"
)
_STATES = word_set("suicidal suicide thoughts ideation urges")
_ONLY = word_set("just only simply")

_FIRST = word_set("i me we us myself mine im ive")
_THIRD = word_set("he she they him her them")
_OTHERS_OWN = word_set("himself herself themselves themself theirself hisself")
PERSONS = word_set(
    "friend friends brother niece nephew stepdaughter sister mum mom mother dad father son daughter kid kids"
    " child children teenager"
    " boyfriend girlfriend husband wife partner ex cousin uncle aunt nephew niece roommate flatmate neighbour"
    " neighbor colleague coworker boss teacher student patient client grandma grandpa gran nan grandmother"
    " grandfather grandad bestie mate buddy someone somebody guy girl man woman lady boy person people"
    " character family stepdad stepmum stepmom stepson stepbrother classmate sibling parent parents fiance"
    " fiancee singer actor celebrity everyone anyone"
) | {NAME}
_THIRD_BRIDGE = (
    word_set(
        "is are was were has had been be says said saying who that keeps started still again told tells"
        " texted"
        " posted might may could will would going to about not thinks wants keep talks talking tried wrote"
        " does"
        " did really currently often sometimes also threatened threatening feels feeling seems probably"
    )
    | _THIRD
)

_UNSURE = word_set("as even know sure unsure remember tell asking ask wonder wondering see doubt")
_SUPPOSED = word_set("if hypothetically imagine suppose supposing imagined hypothetical")
_IMMINENT = word_set("tonight today now tomorrow soon going will already gonna")
FICTION = word_set(
    "movie film song songs lyrics lyric book novel show episode series character poem documentary podcast"
    " play"
    " scene story game fiction essay homework assignment class article news netflix quote quoted"
)
SESSION = word_set(
    "session sessions infusion infusions ketamine journey trip tripping dose dosing lozenge troche spravato"
    " treatment khole hole ego medicine esketamine injection psychedelic"
)
_WISHES = word_set("want wanna wish stay forever good again return rather")

VOCABULARY = (
    NEGATORS
    | BRIDGES
    | _NOT_DENIED
    | _HERE_AND_NOW
    | _CONTRAST
    | _DOUBT
    | _STATES
    | _FIRST
    | _THIRD
    | _OTHERS_OWN
    | PERSONS
    | _THIRD_BRIDGE
    | _SUPPOSED
    | _UNSURE
    | _IMMINENT
    | FICTION
    | SESSION
    | _WISHES
    | word_set(
        "and so because last this morning afternoon evening when as past long decade decades while other old"
        " high middle grade growing up then years my in at for from what were ever coming come came comes"
        " once"
        " under went myself yourself"
    )
) - {NAME}


def denied(words: Words, first: int, last: int) -> bool:
    """True if the finding is plainly denied in its own clause ("i am not suicidal").

    False for a finding whose words hold the negative themselves ("do not want to live").
    """
    said = words.words
    if not NEGATORS.isdisjoint(said[first:last]):
        return False
    at, wants = first - 1, sum(word in {"want", "wanted"} for word in said[first:last])
    while True:
        if at < 0 or first - at > 11 or words.breaks[at + 1] or said[at] == STOP:
            return False
        if said[at] in NEGATORS:
            break
        if said[at] not in BRIDGES:
            return False
        wants += said[at] in {"want", "wanted"}
        at -= 1
    fillers = " ".join(words.fillers[at + 1 : first + 1]).split()
    if wants > 1 or not _ONLY.isdisjoint(fillers) or _undone_before(words, at):
        return False
    return not _undone_after(words, last, state=not _STATES.isdisjoint(said[at:last]))


def _undone_before(words: Words, negator: int) -> bool:
    """True if what stands before a negator turns it round, as in "no reason not to"."""
    said = words.words
    if negator > 0 and said[negator - 1] == "can" and said[negator] == "not":
        return True
    for at in range(negator - 1, max(negator - 8, -1), -1):
        if words.breaks[at + 1] or said[at] in {STOP, "and", "but", "so", "because"}:
            return False
        if said[at] == "no" and (at == 0 or said[at - 1] == STOP or words.breaks[at]):
            return False
        if said[at] in _NOT_DENIED or said[at] in NEGATORS:
            return True
    return False


def _undone_after(words: Words, last: int, *, state: bool) -> bool:
    """True if what follows ends the denial's reach: "yet", "tonight", "but i keep thinking about it"."""
    said = words.words
    contrast = paused = False
    for at in range(last, len(said)):
        if said[at] == STOP or words.breaks[at] == "\n":
            return False
        paused = paused or bool(words.breaks[at])
        ends_here = said[at] in _HERE_AND_NOW and said[at : at + 2] != ("if", "that")
        if ends_here and not (contrast or paused) and at - last < 8 and not (state and said[at] == "today"):
            return True
        contrast = contrast or said[at] in _CONTRAST
        if contrast and said[at] in _DOUBT:
            return True
        if contrast or paused or at - last >= 8:
            continue
        if said[at] == "now" and (not state or said[at - 1] == "for"):
            return True
    return False


def third_person(words: Words, first: int, last: int) -> bool:
    """True if the finding is about somebody else ("my friend cuts"), False when that isn't plain."""
    said = words.words
    inside = said[first:last]
    if not _FIRST.isdisjoint(inside) or "my" in inside:
        return False
    if not _OTHERS_OWN.isdisjoint(inside):
        return True
    begin, _ = words.sentence(first)
    if inside[0] in PERSONS or inside[0] in _THIRD:
        return True
    for at in range(first - 1, max(begin, first - 10) - 1, -1):
        if said[at] in {"he", "she", "they"} or said[at] in PERSONS:
            return True
        if said[at] not in _THIRD_BRIDGE:
            return False
    return False


def supposed(words: Words, first: int) -> bool:
    """True for "what if i …", "if i …", "i would …" in the same clause, with nothing imminent about."""
    begin, end = words.sentence(first)
    said = words.words
    if not _IMMINENT.isdisjoint(said[begin:end]):
        return False
    for at in range(first, max(begin, first - 6) - 1, -1):
        before = said[at - 1] if at > begin else ""
        if said[at] == "would" and before == "i" and first - at <= 2:
            return True
        if said[at] in _SUPPOSED and before not in _UNSURE:
            return True
        if words.breaks[at] or said[at] in {"and", "but", "so", "because"}:
            return False
    return False


def quoted(words: Words, text: str, first: int, last: int) -> Literal["quoted", "fiction", ""]:
    """`fiction` for somebody in a film, book or song; `quoted` inside quotation marks; else ""."""
    begin, end = words.sentence(first)
    told = not FICTION.isdisjoint(words.words[begin:end])
    if told and third_person(words, first, last):
        return "fiction"
    start, stop = words.span(first, last)
    before = sum(text.count(mark, max(0, start - 500), start) for mark in '"\u201c\u201d')
    after = sum(text.count(mark, stop, stop + 500) for mark in '"\u201c\u201d')
    return "quoted" if before % 2 == 1 and after % 2 == 1 else ""


def of_the_session(words: Words, first: int) -> bool:
    """True if the sentence ties the finding to a session and holds no wish to go back or stay."""
    begin, end = words.sentence(first)
    around = words.words[begin:end]
    return not SESSION.isdisjoint(around) and _WISHES.isdisjoint(around)
