"""Plain words and times for what the store holds as codes.

Clinical names: clinical specification 5.1, 5.2, 6.2.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from markupsafe import Markup

from interlude.message import Level

#: level -> (word, symbol): never told by colour alone.
LEVELS = {
    Level.EMERGENCY: ("Emergency", "▲"),
    Level.URGENT: ("Urgent", "◆"),
    Level.ROUTINE: ("Routine", "●"),
    Level.NONE: ("No risk found", "○"),
}

CATEGORIES = {
    "R01": "Suicide: act, intent, plan or goodbye",
    "R02": "Suicide: active thoughts",
    "R03": "Passive death wish",
    "R04": "Self-injury",
    "R05": "Overdose, poisoning or dangerous mixing",
    "R06": "Harm to others",
    "R07": "Violence, abuse, coercion or sexual assault",
    "R08": "Child, elder or dependant at risk",
    "R09": "Medical emergency",
    "R10": "Psychosis",
    "R11": "Mania or hypomania",
    "R12": "Lasting or unsafe dissociation",
    "R13": "Substance misuse, relapse or withdrawal",
    "R14": "Driving or hazard while impaired",
    "R15": "Not eating or drinking, or purging",
    "R16": "Medicine stopped, missed or doubled",
    "R17": "Acute distress without danger",
    "R18": "Warning signs",
    "R19": "Possible pregnancy",
    "R20": "Seems under 18",
    "R21": "Someone else is at risk",
    "R22": "Asks for methods, lethality or hiding",
    "R23": "Silence after a risk statement",
    "R24": "Complaint, wants a human, or feels dependent on the assistant",
    "R25": "Basic needs: home, food, medicine, safe place",
    "R26": "Boundary or consent concern with the clinic",
}

STATES = {
    "open": "Open: nobody has been paged yet",
    "paging": "Paging: nobody has acknowledged",
    "exhausted": "Everybody was paged; nobody has acknowledged",
    "acknowledged": "Acknowledged",
    "resolved": "Resolved",
}

#: `receipt.state_of` -> what the patient has been told about who has seen it.
RECEIPTS = {
    "noted": "It is written down for the team; no page has left.",
    "alerting": "The team is being alerted; nobody is said to have seen it.",
    "unreached": "The team could not be reached so far.",
    "exhausted": "Everybody was paged and nobody has answered yet.",
    "seen": "A named clinician has seen it.",
    "resolved": "The case is closed.",
}

PAGES = {
    "sent": "Sent: the provider took it",
    "failed": "Failed: the next rung comes anyway",
    "nobody": "Nobody to page on this rung",
}

MOVES = {
    "opened": "Opened",
    "evidence": "New evidence",
    "raised": "Level raised",
    "reopened": "Opened again: new risk",
    "paged": "A page has left",
    "page_failed": "No page could be sent",
    "exhausted": "Every tier tried",
    "acknowledged": "Acknowledged",
    "answered": "Patient answered",
    "resolved": "Resolved",
}

DEEDS = {
    "view_case": "Looked at the case",
    "view_patient": "Looked at the patient",
    "search_messages": "Searched the messages",
    "acknowledge": "Acknowledged the case",
    "answer": "Answered the patient",
    "resolve": "Resolved the case",
}

OPINIONS = {"rules": "Risk rules", "classifier": "Statistical classifier"}


def named(table: dict[str, str], code: str) -> str:
    """The words for a code; an unknown code is shown as it is, with spaces."""
    return table.get(code, code.replace("_", " "))


def state_words(level: str, state: str) -> str:
    """A case's state in words; a routine case pages nobody, it waits for its review."""
    if state == "open" and not Level(level).alerts:
        return "Open: waits for review"
    return named(STATES, state)


def span(length: timedelta) -> str:
    """A stretch of time in its two largest units: "4 min", "2 h 5 min", "3 days 4 h"."""
    minutes = int(abs(length).total_seconds() // 60)
    if minutes < 1:
        return "under 1 min"
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} {'day' if days == 1 else 'days'}" + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {minutes} min" if minutes else "")
    return f"{minutes} min"


def left(deadline: datetime, now: datetime) -> str:
    """Time to a deadline, or how far it is past: "4 min left", "overdue by 12 min"."""
    return f"{span(deadline - now)} left" if deadline > now else f"overdue by {span(now - deadline)}"


def zone_of(name: str) -> tzinfo:
    """The time zone of this IANA name; UTC where this machine doesn't know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # A record may carry a zone this machine doesn't know; the page must still open.
        return UTC


def local(moment: datetime, zone: str) -> str:
    """A time in a zone, such as "4 Nov 2026, 14:05"."""
    there = moment.astimezone(zone_of(zone))
    return f"{there.day} {there:%b %Y, %H:%M}"


def time_tag(moment: datetime, zone: str) -> Markup:
    """`local` as a <time> element; its attribute holds the exact instant."""
    return Markup('<time datetime="{}">{}</time>').format(
        moment.isoformat(timespec="seconds"), local(moment, zone)
    )
