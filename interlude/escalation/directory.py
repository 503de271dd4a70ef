"""Whom a patient can call right now: the crisis card of a country, from `content/crisis/`.

A card goes into every crisis reply and stays on the screen while a case is open. It is made here from
the signed files alone: no network, no store. A country without a file gets the file `ZZ`, which holds
no number of any one country, so nobody is ever sent to another country's line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from interlude.content import ROOT, ContentError, read
from interlude.message import InterludeError

ELSEWHERE = "ZZ"

#: a line must have been ring-tested within so many days (clinical.md 5.8)
RING_TEST_DAYS = 90

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

LANGUAGES = {
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "ha": "Hausa",
    "he": "Hebrew",
    "hu": "Hungarian",
    "is": "Icelandic",
    "it": "Italian",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "si": "Sinhala",
    "sv": "Swedish",
    "ta": "Tamil",
    "th": "Thai",
    "uk": "Ukrainian",
    "zh": "Chinese",
}


@dataclass(frozen=True)
class Line:
    """One crisis line as it stands at one moment.

    `tel` and `sms` are what a phone dials, None where the line takes no calls or no texts. `open` is
    None when nobody can say: hours not known, or the patient's time zone is not. `certain` is false
    for a line graded C and for one whose last ring test is over 90 days old; `tested` is true only
    for a line ring-tested within 90 days. `topic` is empty for a line that is for anyone.
    """

    name: str
    number: str
    tel: str | None
    sms: str | None
    keyword: str | None
    hours: str
    open: bool | None
    languages: tuple[str, ...]
    many_languages: bool
    area: str
    certainty: str
    certain: bool
    tested: bool
    topic: str = ""
    note: str = ""


@dataclass(frozen=True)
class Directory:
    """A site that lists crisis lines; `name` is what a patient can type."""

    name: str
    url: str


@dataclass(frozen=True)
class CrisisCard:
    """Everything to be shown of one country, in the order it is to be shown: the emergency number,
    then `lines`, then `directories`; with no certain line, the directories come before the lines.

    `country` is `ZZ` where the patient's country is not known. `emergency_number` is always
    something that fits into "Please call ... now"; `emergency_tel` is None where no number is known.
    `line_words` fits into "or use ...". `specialised` lines are for one need each (see `Line.topic`).
    """

    country: str
    emergency_number: str
    emergency_tel: str | None
    lines: tuple[Line, ...]
    directories: tuple[Directory, ...]
    line_words: str
    specialised: tuple[Line, ...] = ()

    @property
    def poison_line(self) -> str | None:
        """The number of the country's poison line, None where the file names none."""
        found = (line.number for line in self.specialised if line.topic == "poison" and line.certain)
        return next(found, None)

    def as_json(self) -> dict[str, Any]:
        """The card for the web widget, in the order to be shown; `open` is true, false or null. A line
        with `certain` false is to be shown after the directories."""
        return {
            "emergency": {"number": self.emergency_number, "tel": self.emergency_tel},
            "lines": [
                {
                    "name": line.name or "Crisis line",
                    "number": line.number,
                    "tel": line.tel,
                    "sms": line.sms,
                    "keyword": line.keyword,
                    "hours": line.hours,
                    "open": line.open,
                    "certain": line.certain,
                }
                for line in self.lines
            ],
            "directories": [{"name": site.name, "url": site.url} for site in self.directories],
        }


def card(
    country: str | None,
    now: datetime,
    timezone: str | None,
    language: str = "en",
    root: Path = ROOT,
) -> CrisisCard:
    """The crisis card for a patient who is in `country` (ISO 3166 alpha-2) at `now` (with a zone).

    `timezone` is the patient's, as an IANA name; without a usable one, a line with limited hours is
    not called open. Lines come not-closed first, certain before uncertain, then those that speak
    `language` (ISO 639-1) or many languages. Raises InterludeError for a `now` without a zone and
    ContentError for a file that can't be used.
    """
    files = _files(root)
    found = files.get((country or ELSEWHERE).upper(), files[ELSEWHERE])
    lines = tuple(sorted(_lines(found, "lines", now, timezone), key=lambda line: _order(line, language)))
    listed = [] if found["id"] == ELSEWHERE else found.get("directories", [])
    sites = tuple(Directory(site["name"], site["url"]) for site in listed + files[ELSEWHERE]["directories"])
    return CrisisCard(
        country=found["id"],
        emergency_number=_emergency_words(found),
        emergency_tel=found["emergency"][0]["number"] if found["emergency"] else None,
        lines=lines,
        directories=sites,
        line_words=_line_words(lines, sites[0].name, language),
        specialised=_lines(found, "specialised", now, timezone),
    )


def untested(country: str | None, now: datetime, root: Path = ROOT) -> tuple[str, ...]:
    """Numbers of the country's lines nobody ring-tested in the last 90 days; for the start-up check,
    which refuses production with any of them (clinical.md 6.4). Graded C counts until it is tested."""
    shown = card(country, now, None, root=root)
    return tuple(line.number for line in (*shown.lines, *shown.specialised) if not line.tested)


@cache
def _files(root: Path) -> dict[str, dict[str, Any]]:
    files = read("crisis", root)
    if ELSEWHERE not in files:
        raise ContentError(f"{root.name}/crisis/{ELSEWHERE}.yml is missing; put it back from the release.")
    if not files[ELSEWHERE].get("directories"):
        raise ContentError(f"{root.name}/crisis/{ELSEWHERE}.yml names no directory; add at least one.")
    return files


def _emergency_words(found: Mapping[str, Any]) -> str:
    numbers = found["emergency"]
    if not numbers:
        return str(found["emergency_words"])
    general = [entry["number"] for entry in numbers if entry["for"] == "any"] or [numbers[0]["number"]]
    special = [f"{entry['for']}: {entry['number']}" for entry in numbers if entry["for"] != "any"]
    return " or ".join(general) + (f" ({', '.join(special)})" if special else "")


def _lines(found: Mapping[str, Any], kind: str, now: datetime, timezone: str | None) -> tuple[Line, ...]:
    local = _local(now, timezone)
    return tuple(_line(entry, now, local) for entry in found.get(kind, ()))


def _line(entry: Mapping[str, Any], now: datetime, local: datetime | None) -> Line:
    checked = entry["verified_on"] and date.fromisoformat(entry["verified_on"])
    fresh = bool(checked) and now.date() - checked <= timedelta(days=RING_TEST_DAYS)
    return Line(
        name=entry.get("name", ""),
        number=entry["number"],
        tel=entry["tel"] if "call" in entry["channels"] else None,
        sms=entry["tel"] if "text" in entry["channels"] else None,
        keyword=entry.get("keyword"),
        hours=_hours_words(entry["hours"]),
        open=_is_open(entry["hours"], local),
        languages=tuple(entry["languages"]),
        many_languages=entry.get("many_languages", False),
        area=entry.get("area", ""),
        certainty=entry["certainty"],
        # Never tested is the state before going live, which the start-up check guards; a test that
        # has run out is a known lapse.
        certain=entry["certainty"] != "C" and (fresh or not checked),
        tested=fresh,
        topic=entry.get("topic", ""),
        note=entry.get("note", ""),
    )


def _local(now: datetime, timezone: str | None) -> datetime | None:
    if now.tzinfo is None:
        raise InterludeError("card() needs a `now` with a time zone; pass datetime.now(UTC).")
    try:
        return now.astimezone(ZoneInfo(timezone)) if timezone else None
    except (KeyError, ValueError, OSError):
        # A profile may hold a zone this machine doesn't know; a crisis reply must still go out.
        return None


def _is_open(hours: str | list[dict[str, Any]], local: datetime | None) -> bool | None:
    if hours == "24/7":
        return True
    if isinstance(hours, str) or local is None:
        return None
    return any(_within(window, local) for window in hours)


def _within(window: Mapping[str, Any], local: datetime) -> bool:
    clock, day = local.strftime("%H:%M"), local.weekday()
    today, yesterday = DAYS[day] in window["days"], DAYS[day - 1] in window["days"]
    if window["from"] < window["to"]:
        return today and window["from"] <= clock < window["to"]
    return (today and clock >= window["from"]) or (yesterday and clock < window["to"])


def _hours_words(hours: str | list[dict[str, Any]]) -> str:
    if isinstance(hours, str):
        return "any time" if hours == "24/7" else "hours vary"
    spans = []
    for window in hours:
        days = "daily" if len(window["days"]) == len(DAYS) else " ".join(map(str.title, window["days"]))
        end = "midnight" if window["to"] in {"24:00", "00:00"} else window["to"]
        spans.append(f"{window['from']} to {end} {days}")
    return ", ".join(spans)


def _order(line: Line, language: str) -> tuple[int, bool, int]:
    opening = {True: 0, None: 1, False: 2}[line.open]
    if language in line.languages:
        speaks = 0
    elif line.many_languages:
        speaks = 1
    else:
        speaks = 3 if line.languages else 2
    return opening, not line.certain, speaks


def _line_words(lines: tuple[Line, ...], site: str, language: str) -> str:
    """The best line as one phrase. A line that may not answer has a directory beside it, and one whose
    ring test has run out comes after the directory."""
    callable_now = [line for line in lines if line.open is not False]
    best = next((line for line in callable_now if line.certain), None)
    if best is not None:
        words = _phrase(best, language)
        return words if best.open and not best.area else f"{words} or {site}"
    lapsed = next((line for line in callable_now if line.certainty != "C"), None)
    return f"{site} or {_phrase(lapsed, language)}" if lapsed else site


def _phrase(line: Line, language: str) -> str:
    text = f"text {line.keyword}" if line.keyword else "text"
    how = " or ".join([*(["call"] if line.tel else []), *([text] if line.sms else [])])
    parts = [line.name, how, line.hours, f"in {line.area}" if line.area else ""]
    if line.languages and language not in line.languages and not line.many_languages:
        parts.append("in " + " or ".join(LANGUAGES.get(code, code) for code in line.languages))
    return f"{line.number} ({', '.join(part for part in parts if part)})"
