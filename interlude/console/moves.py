"""What clinicians change: acknowledge, answer, resolve. Forms in, the desk does it, the page again out.
A refused form keeps every word that was typed."""

from __future__ import annotations

from datetime import date, datetime

from aiohttp import web

from interlude.console import pages
from interlude.console.state import CLOCK, STORE, WAKE, WHO
from interlude.console.words import zone_of
from interlude.escalation import desk

#: Longest text a form takes, in characters; the desk's own bound for an answer is the same.
_LONGEST = 4000

#: (id of the field, what is wrong with it)
Errors = list[tuple[str, str]]


async def acknowledge(request: web.Request) -> web.StreamResponse:
    """ "I have it": stops the paging."""
    typed = await _typed(request)
    case_id = await _own_case(request)
    errors = _too_long(typed, ("note",), "acknowledge")
    if errors:
        return await pages.case_page(request, 422, errors=errors, typed=typed, form="acknowledge")
    try:
        await desk.acknowledge(
            request.app[STORE], case_id, request[WHO].clinician, request.app[CLOCK](), typed.get("note", "")
        )
    except desk.NotPossible as why:
        problem = [("acknowledge", str(why))]
        return await pages.case_page(request, 409, errors=problem, typed=typed, form="acknowledge")
    return _done(request, "case", "acknowledged", case_id=str(case_id))


async def answer_case(request: web.Request) -> web.StreamResponse:
    """Write to the patient from the case's page."""
    typed = await _typed(request)
    case_id = await _own_case(request)
    async with request.app[STORE].read() as db:
        patient_id = (await pages.own_case(db, request)).patient_id
    status, errors = await _answer(request, patient_id, typed)
    if errors:
        return await pages.case_page(request, status, errors=errors, typed=typed, form="answer")
    return _done(request, "case", "answered", case_id=str(case_id))


async def answer_patient(request: web.Request) -> web.StreamResponse:
    """Write to the patient from the patient's page."""
    typed = await _typed(request)
    async with request.app[STORE].read() as db:
        patient_id = (await pages.own_patient(db, request)).id
    status, errors = await _answer(request, patient_id, typed)
    if errors:
        return await pages.patient_page(request, status, errors=errors, typed=typed)
    return _done(request, "patient", "answered", patient_id=patient_id)


async def _answer(request: web.Request, patient_id: str, typed: dict[str, str]) -> tuple[int, Errors]:
    errors = _too_long(typed, ("text",), "answer")
    if not typed.get("text", "").strip():
        errors.append(("answer-text", "Write what the patient should read."))
    if errors:
        return 422, errors
    try:
        await desk.answer(
            request.app[STORE], patient_id, request[WHO].clinician, typed["text"], request.app[CLOCK]()
        )
    except desk.NotPossible as why:
        return 409, [("answer", str(why))]
    return 303, []


async def resolve(request: web.Request) -> web.StreamResponse:
    """Close the case: disposition, risk summary, action and follow-up, all of them."""
    typed = await _typed(request)
    case_id = await _own_case(request)
    now = request.app[CLOCK]()
    errors = _resolve_errors(typed, now.astimezone(zone_of(request[WHO].clinic.timezone)))
    if errors:
        return await pages.case_page(request, 422, errors=errors, typed=typed, form="resolve")
    follow_up = typed["follow_up_date"].strip() if typed["follow_up"] == "date" else "none needed"
    try:
        await desk.resolve(
            request.app[STORE],
            case_id,
            request[WHO].clinician,
            now,
            disposition=typed["disposition"],
            summary=typed["summary"],
            action=typed["action"],
            follow_up=follow_up,
        )
    except desk.NotPossible as why:
        problem = [("resolve", str(why))]
        return await pages.case_page(request, 409, errors=problem, typed=typed, form="resolve")
    return _done(request, "case", "resolved", case_id=str(case_id))


def _resolve_errors(typed: dict[str, str], here: datetime) -> Errors:
    errors = _too_long(typed, ("summary", "action"), "resolve")
    if typed.get("disposition") not in desk.DISPOSITIONS:
        errors.append(("resolve-disposition", "Choose how the case ended."))
    if not typed.get("summary", "").strip():
        errors.append(("resolve-summary", "Write the risk summary."))
    if not typed.get("action", "").strip():
        errors.append(("resolve-action", "Write what was done."))
    match typed.get("follow_up"):
        case "none":
            pass
        case "date":
            try:
                day = date.fromisoformat(typed.get("follow_up_date", "").strip())
            except ValueError:
                errors.append(("resolve-follow_up_date", "Give the follow-up date as year-month-day."))
            else:
                if day < here.date():
                    errors.append(
                        ("resolve-follow_up_date", "The follow-up date has passed; give a later one.")
                    )
        case _:
            errors.append(("resolve-follow_up", "Give a follow-up date, or say that none is needed."))
    return errors


def _too_long(typed: dict[str, str], names: tuple[str, ...], form: str) -> Errors:
    return [
        (f"{form}-{name}", f"This has {len(typed[name]):,} characters; shorten it to {_LONGEST:,}.")
        for name in names
        if len(typed.get(name, "")) > _LONGEST
    ]


async def _typed(request: web.Request) -> dict[str, str]:
    form = await request.post()
    # Browsers send line ends as CRLF.
    return {key: value.replace("\r\n", "\n") for key, value in form.items() if isinstance(value, str)}


async def _own_case(request: web.Request) -> int:
    async with request.app[STORE].read() as db:
        return (await pages.own_case(db, request)).id


def _done(request: web.Request, route: str, what: str, **parts: str) -> web.Response:
    request.app[WAKE]()
    place = request.app.router[route].url_for(**parts).with_query(done=what)
    return web.Response(status=303, headers={"Location": str(place)})
