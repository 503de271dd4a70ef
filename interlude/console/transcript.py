"""Turns stored messages and verdicts into what a reader sees: marked spans, reasons, names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncSession

from interlude.console.words import CATEGORIES, OPINIONS, named
from interlude.message import Choice, Evidence, Level, Verdict, highest
from interlude.store import messages
from interlude.store.messages import Line

WHOLE = 500
HITS = 100


@dataclass(frozen=True)
class Part:
    """A stretch of a message: plain when `rules` is empty, else marked with the rules that matched it."""

    text: str
    rules: tuple[str, ...] = ()
    level: Level = Level.NONE


@dataclass(frozen=True)
class Finding:
    """One reason a message was flagged, in words: who says so, at which level, by which rule and words."""

    opinion: str
    level: Level
    category: str = ""
    rule: str = ""
    quote: str = ""
    context: str = ""
    window: bool = False
    failed: bool = False


@dataclass(frozen=True)
class Told:
    """One line of the transcript. `level` is the highest of its verdicts, None when nobody judged it."""

    id: int
    at: datetime
    author: str
    name: str
    kind: str
    state: str
    parts: tuple[Part, ...]
    level: Level | None
    findings: tuple[Finding, ...]
    tapped: bool
    choices: tuple[Choice, ...]
    shown: str
    version: str = ""


async def tell(db: AsyncSession, lines: Sequence[Line], names: Mapping[int, str]) -> list[Told]:
    """The lines with their verdicts; `names` gives clinicians by id."""
    judged = await messages.verdicts(db, [line.row.id for line in lines if line.row.author == "patient"])
    return [_told(line, judged.get(line.row.id, []), names) for line in lines]


def _told(line: Line, verdicts: Sequence[tuple[str, Verdict]], names: Mapping[int, str]) -> Told:
    row = line.row
    evidence = [found for _, verdict in verdicts for found in verdict.evidence]
    return Told(
        id=row.id,
        at=row.at,
        author=row.author,
        name=names.get(row.clinician_id or 0, "A clinician") if row.author == "clinician" else "",
        kind=row.kind,
        state=row.state,
        parts=parts(line.text, evidence),
        level=highest(*(verdict.level for _, verdict in verdicts)) if verdicts else None,
        findings=tuple(
            finding for opinion, verdict in verdicts for finding in _findings(line.text, opinion, verdict)
        ),
        tapped=line.choice is not None,
        choices=line.choices,
        shown=str((line.custom or {}).get("kind", "")),
        version=next((verdict.rules_version for _, verdict in verdicts if verdict.rules_version), ""),
    )


def _findings(text: str, opinion: str, verdict: Verdict) -> Iterable[Finding]:
    source = named(OPINIONS, opinion)
    if verdict.failed:
        yield Finding(source, verdict.level, failed=True)
    for found in verdict.evidence:
        yield Finding(
            source,
            found.level,
            named(CATEGORIES, found.category),
            found.rule,
            "" if found.window else text[found.start : found.end],
            found.context,
            found.window,
        )
    if not verdict.evidence and not verdict.failed and verdict.level is not Level.NONE:
        for category in verdict.categories or ("",):
            yield Finding(source, verdict.level, named(CATEGORIES, category))


def parts(text: str, evidence: Iterable[Evidence]) -> tuple[Part, ...]:
    """The text cut where a finding starts or ends. Overlapping findings share a stretch; findings in the
    joined last messages (`window`) and ones outside the text mark nothing."""
    spans = [found for found in evidence if not found.window and 0 <= found.start < found.end <= len(text)]
    cuts = sorted({0, len(text), *(found.start for found in spans), *(found.end for found in spans)})
    result = []
    for start, end in pairwise(cuts):
        here = [found for found in spans if found.start <= start and end <= found.end]
        rules = tuple(dict.fromkeys(found.rule for found in here))
        result.append(Part(text[start:end], rules, highest(*(found.level for found in here))))
    return tuple(result)


async def around(db: AsyncSession, patient_id: str, first: int | None, lead: int = 10) -> list[Line]:
    """The `lead` messages before one and everything from it on (at most 500); the last ones without one."""
    if first is None:
        return await messages.history(db, patient_id, limit=lead)
    before = await messages.history(db, patient_id, before=first, limit=lead)
    return before + await messages.history(db, patient_id, after=first - 1, limit=WHOLE)


async def search(db: AsyncSession, patient_id: str, wanted: str) -> list[Line]:
    """A patient's messages holding this text, upper and lower case alike, newest first, at most 100.

    Texts are sealed, so every message is opened and looked at; there is nothing to search in the database.
    """
    needle, hits, before = wanted.casefold(), list[Line](), None
    while True:
        lines = await messages.history(db, patient_id, before=before, limit=WHOLE)
        hits += [line for line in reversed(lines) if needle in line.text.casefold()]
        if len(lines) < WHOLE or len(hits) >= HITS:
            return hits[:HITS]
        before = lines[0].row.id
