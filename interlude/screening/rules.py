"""`content/risk/*.yml` → rules ready to match. Reads four kinds of file:

rule      one topic of risk: phrases in groups, each with its level and what context may lower it to
idioms    whole phrases that only sound like risk
raises    phrases that tell a circumstance which raises a level
words, spelling   the named lists and the spelling tables that the others are read with
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interlude import content
from interlude.message import Level
from interlude.screening import clauses, times
from interlude.screening.fold import Folder
from interlude.screening.match import Hit, PhraseFinder, together
from interlude.screening.spelling import Spelling
from interlude.screening.syntax import read_phrase
from interlude.screening.words import Words

IDIOM, RAISE, ORDINARY, PART = "idioms", "raises", "ordinary", "part"


@dataclass(frozen=True, eq=False)
class Group:
    """Phrases of one rule that mean the same.

    `lowered_by` maps a context (see `context.CONTEXTS`) to the level it may lower a finding to.
    `unless` is the key of phrases that give the group an ordinary meaning in the same sentence.
    `only_if_at_risk` keeps vague words quiet for a patient with no other sign of risk.
    `tells` names a circumstance (raises.yml) that the phrase itself proves for other findings.
    """

    rule: str
    category: str
    level: Level
    lowered_by: dict[str, Level]
    kind: str = "rule"
    shadow: bool = False
    unless: int | None = None
    only_if_at_risk: bool = False
    tells: str = ""


class RiskRules:
    """Everything under `content/risk`, compiled.

    Raises ContentError, naming the file and the mend, for anything in it that can't be used.
    """

    def __init__(self, root: Path = content.ROOT) -> None:
        files = content.read("risk", root)
        by_kind: dict[str, dict[str, dict[str, Any]]] = {}
        for name, found in files.items():
            by_kind.setdefault(found.get("kind", "rule"), {})[name] = found
        for kind in ("words", "spelling"):
            if len(by_kind.get(kind, {})) != 1:
                raise content.ContentError(f"content/risk: needs exactly one file of kind '{kind}'.")
        self.version = _version(root)
        self.sentences = by_kind.get("rule", {})
        self.groups: list[Group] = []
        self.ordinary: dict[int, int] = {}
        self._together: list[tuple[int, tuple[int, ...]]] = []
        self._parts: dict[str, int] = {}
        self._finder = PhraseFinder()
        self._lists = {k: str(v) for k, v in next(iter(by_kind["words"].values()))["lists"].items()}
        self._spelling = Spelling(next(iter(by_kind["spelling"].values())))
        self.folder = Folder(self._spelling)
        for name, found in by_kind.get("rule", {}).items():
            for group in found["groups"]:
                self._rule_group(name, found, group)
        for name, found in by_kind.get(IDIOM, {}).items():
            for group in found["groups"]:
                level = Level(group["level"])
                self._add(Group(name, group["category"], level, {}, IDIOM), group["phrases"], name)
        for name, found in by_kind.get(RAISE, {}).items():
            for strength in ("strong", "other"):
                for fact, phrases in found[strength].items():
                    self._add(Group(name, strength, Level.NONE, {}, RAISE, tells=fact), phrases, name)
        self.facts = {
            strength: frozenset(fact for found in by_kind.get(RAISE, {}).values() for fact in found[strength])
            for strength in ("strong", "other")
        }
        self._spelling.learn(self._finder.words | clauses.VOCABULARY | times.VOCABULARY)
        self._finder.compile()

    def find(self, words: Words) -> list[Hit]:
        """Every phrase found; a hit's key is an index into `groups`."""
        hits = list(self._finder.find(words))
        present = {hit.key for hit in hits}
        for key, parts in self._together:
            if present.issuperset(parts):
                hits.extend(together(hits, key, parts))
        return [hit for hit in hits if self.groups[hit.key].kind != PART]

    def __len__(self) -> int:
        """How many sequences of words the rules hold."""
        return len(self._finder)

    def _rule_group(self, name: str, found: dict[str, Any], group: dict[str, Any]) -> None:
        lowered = group.get("lowered_by", found["lowered_by"])
        unless: int | None = None
        if group.get("unless"):
            unless = self._add(
                Group(name, found["category"], Level.NONE, {}, ORDINARY), group["unless"], name
            )
        self._add(
            Group(
                rule=name,
                category=group.get("category", found["category"]),
                level=Level(group["level"]),
                lowered_by={context: Level(level) for context, level in lowered.items()},
                shadow=bool(found["shadow"]),
                unless=unless,
                only_if_at_risk=bool(group.get("only_if_at_risk", False)),
                tells=str(group.get("tells", "")),
            ),
            group["phrases"],
            name,
        )

    def _add(self, group: Group, phrases: list[str], name: str) -> int:
        key = len(self.groups)
        self.groups.append(group)
        for phrase in phrases:
            try:
                if " & " in phrase:
                    self._together.append(
                        (key, tuple(self._part(part, name) for part in phrase.split(" & ")))
                    )
                else:
                    self._finder.add(key, read_phrase(phrase, self._lists, self._spell))
            except content.ContentError as error:
                raise content.ContentError(f"content/risk/{name}.yml: {error}") from error
        return key

    def _part(self, phrase: str, name: str) -> int:
        """The key of one side of an "&"; the same words anywhere share one."""
        if phrase not in self._parts:
            self._parts[phrase] = len(self.groups)
            self.groups.append(Group(name, "", Level.NONE, {}, PART))
            self._finder.add(self._parts[phrase], read_phrase(phrase, self._lists, self._spell))
        return self._parts[phrase]

    def _spell(self, word: str) -> tuple[str, ...]:
        """A word of a phrase in the form texts get: contractions written out, empty words gone."""
        spelled: list[str] = []
        for part in self.folder.phrase_word(word):
            if part not in self._spelling.fillers:
                spelled.append(part)
        return tuple(spelled)


def _version(root: Path) -> str:
    """A short fingerprint of all risk files, so that a verdict tells which rules gave it."""
    digest = hashlib.sha256()
    for path in sorted((root / "risk").glob("*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
