"""One text in, one verdict out: the first thing that happens to every message.

Pure, synchronous, about a millisecond for a normal message. A `Screener` is built once; screening
only reads it, so threads may share one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from interlude import content
from interlude.message import Evidence, Level, Screened, Verdict, highest
from interlude.screening import clauses, context
from interlude.screening.context import Finding, Told
from interlude.screening.rules import IDIOM, ORDINARY, RAISE, RiskRules
from interlude.screening.words import Words

_log = logging.getLogger(__name__)
_ALONE = Screened()
_PIECE, _OVERLAP = 2000, 300
"""Characters read at once, and how many of them again with the next piece: long texts stay fast."""
_NEAR = 160
_MOST_PER_RULE = 20


def _today() -> date:
    return datetime.now(tz=UTC).date()


class Screener:
    """The rules of `root`/risk, ready to judge texts.

    `rules_version` is a fingerprint of the rule files; it changes with any byte of them. `today`
    tells the date that "in 2019" is measured against. Raises ContentError for unusable rules.
    """

    def __init__(self, root: Path = content.ROOT, today: Callable[[], date] = _today) -> None:
        self._rules = RiskRules(root)
        self._today = today
        self.rules_version: str = self._rules.version

    def screen(self, text: str, known: Screened = _ALONE) -> Verdict:
        """What the rules say of `text`, in the light of what is `known` of the patient.

        Never raises: if screening itself breaks, the verdict is urgent and `failed`.
        """
        try:
            return self._screen(text, known)
        except Exception as error:  # a broken screen must not let a message pass unseen
            trace = error.__traceback__
            while trace and trace.tb_next:
                trace = trace.tb_next
            place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
            # the error's own text may quote the message, so only its kind and place are logged
            _log.error("screening failed: %s at %s", type(error).__name__, place)
            return Verdict(Level.URGENT, rules_version=self.rules_version, failed=True)

    def _screen(self, text: str, known: Screened) -> Verdict:
        findings: list[Finding] = []
        told: set[Told] = set()
        for begin, piece in _pieces(text):
            found, facts = self._read(piece, known)
            findings.extend(replace(one, start=one.start + begin, end=one.end + begin) for one in found)
            told.update(replace(one, start=one.start + begin, end=one.end + begin) for one in facts)
        evidence = [_evidence(one) for one in self._raised(findings, frozenset(told), known)]
        previous = [message for message in known.previous[-5:] if message.strip()]
        if previous and text.strip():
            evidence += self._window(previous, text, known, evidence)
        evidence.sort(key=lambda one: (-one.level.rank, one.start, one.rule))
        counted = [one for one in evidence if one.level != Level.NONE]
        return Verdict(
            level=highest(*(one.level for one in counted)),
            categories=tuple(dict.fromkeys(one.category for one in counted)),
            evidence=tuple(evidence),
            rules_version=self.rules_version,
        )

    def _window(
        self, previous: list[str], text: str, known: Screened, alone: list[Evidence]
    ) -> list[Evidence]:
        """Findings that need an earlier message's words and this one's ("i'm going to" / "do it").

        No phrase reaches further than `_NEAR` characters, so no more is read on either side.
        """
        head = "\n".join(message.rstrip(" .\n")[-_NEAR:] for message in previous)[-_NEAR:] + "\n"
        findings, told = self._read(head + text[:_NEAR], replace(known, previous=()))
        border = len(head)
        across = [found for found in findings if found.start < border < found.end]
        reached = {(one.rule, one.level) for one in alone}
        return [
            Evidence(one.group.rule, one.category, one.level, 0, len(text), one.context, window=True)
            for one in self._raised(across, told, known)
            if (one.group.rule, one.level) not in reached and not one.group.shadow
        ]

    def _read(self, text: str, known: Screened) -> tuple[list[Finding], frozenset[Told]]:
        """The findings of both readings, idioms weighed, and the circumstances the text tells."""
        findings: dict[Finding, None] = {}
        idioms: dict[Finding, None] = {}
        told: set[Told] = set()
        plain, folded = self._rules.folder.plain(text), self._rules.folder.folded(text)
        readings = (
            [folded] if plain.words == folded.words and plain.breaks == folded.breaks else [folded, plain]
        )
        for words in readings:
            self._match(words, text, known, findings, idioms, told)
        return self._weigh_idioms(list(findings), list(idioms), known), frozenset(told)

    def _match(
        self,
        words: Words,
        text: str,
        known: Screened,
        findings: dict[Finding, None],
        idioms: dict[Finding, None],
        told: set[Told],
    ) -> None:
        hits = self._rules.find(words)
        groups = self._rules.groups
        ordinary = {(hit.key, words.sentence(hit.first)) for hit in hits if groups[hit.key].kind == ORDINARY}
        for hit in hits:
            group = groups[hit.key]
            if group.kind == RAISE:
                if not clauses.denied(words, hit.first, hit.last):
                    told.add(Told(group.tells))
                continue
            if group.kind == ORDINARY or (group.only_if_at_risk and not context.at_risk(known)):
                continue
            if group.kind == IDIOM:
                start, end = words.span(hit.first, hit.last)
                idioms[Finding(group, group.level, group.category, start, end, "idiom")] = None
                continue
            found = context.lowered(group, words, text, hit.first, hit.last, self._today())
            if group.unless is not None and (group.unless, words.sentence(hit.first)) in ordinary:
                idioms[replace(found, context="idiom")] = None
                continue
            if group.tells and found.level.rank >= Level.URGENT.rank:
                told.add(Told(group.tells, group.rule, found.start, found.end))
            findings[found] = None

    def _weigh_idioms(self, findings: list[Finding], idioms: list[Finding], known: Screened) -> list[Finding]:
        """Takes out findings that are only part of a reviewed idiom; keeps the idiom where it counts."""
        if not idioms:
            return findings
        kept = [
            found
            for found in findings
            if not any(
                i.group.kind == IDIOM and i.start <= found.start and found.end <= i.end for i in idioms
            )
        ]
        allowed = not kept and context.idiom_allowed(known) and not self._earlier_cue(known)
        cue = bool(kept)
        for idiom in idioms:
            if idiom.group.kind == IDIOM:
                if idiom.level != Level.NONE or not allowed:
                    kept.append(replace(idiom, level=highest(idiom.level, Level.ROUTINE)))
            elif cue:  # beside another cue the ordinary meaning is no longer the likely one
                kept.append(replace(idiom, context=""))
            elif not allowed:
                kept.append(replace(idiom, level=Level.ROUTINE))
        return kept

    def _earlier_cue(self, known: Screened) -> bool:
        """True if any of the last five messages holds a finding of its own."""
        alone = replace(known, previous=())
        return any(self._read(message, alone)[0] for message in known.previous[-5:])

    def _raised(self, findings: list[Finding], told: frozenset[Told], known: Screened) -> list[Finding]:
        facts = self._rules.facts
        out = []
        for found in findings:
            around = frozenset(one.fact for one in told if not one.is_part_of(found))
            strong, other = context.circumstances(known, around, facts["strong"], facts["other"])
            out.append(context.raised(found, strong, other))
        return _distinct(out)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The text in overlapping pieces with their offsets, cut at blanks where there are any."""
    begin = 0
    while len(text) - begin > _PIECE + _OVERLAP:
        end = begin + _PIECE
        blank = max(text.rfind(" ", end - _OVERLAP, end), text.rfind("\n", end - _OVERLAP, end))
        end = blank if blank > 0 else end
        yield begin, text[begin:end]
        begin = end - _OVERLAP
    yield begin, text[begin:]


def _distinct(findings: list[Finding]) -> list[Finding]:
    """One finding where a rule found the same place several times: the most serious, then the longest."""
    order = sorted(findings, key=lambda one: (-one.level.rank, one.start - one.end))
    kept: dict[tuple[str, str], list[Finding]] = {}
    for found in order:
        same = kept.setdefault((found.group.rule, found.category), [])
        if len(same) < _MOST_PER_RULE and not any(
            other.start < found.end and found.start < other.end for other in same
        ):
            same.append(found)
    return [found for same in kept.values() for found in same]


def _evidence(found: Finding) -> Evidence:
    level = Level.NONE if found.group.shadow else found.level
    note = f"shadow {found.context}".strip() if found.group.shadow else found.context
    return Evidence(found.group.rule, found.category, level, found.start, found.end, note)
