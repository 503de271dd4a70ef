"""The pages clinicians read. Every look at a patient or a case is written to the audit trail before the
page leaves; another clinic's patient is not found."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncSession

from interlude.console import casefile, reads, transcript
from interlude.console.state import CLOCK, STORE, WHO, fragment, page
from interlude.store import audit, cases, people
from interlude.store.tables import Case, Patient

#: What the `done` of an address may say; anything else says nothing.
DONE = {
    "acknowledged": "You have acknowledged this case. Paging has stopped.",
    "answered": "Your answer is on its way to the patient, under your name.",
    "resolved": "The case is resolved.",
}


async def queue(request: web.Request) -> web.Response:
    """The clinic's cases, the most urgent first."""
    html = await _queue_part(request)
    await _note(request, "view_queue")
    return page(request, "queue.html", live=html, version=casefile.version_of(html))


async def queue_live(request: web.Request) -> web.Response:
    """The queue's changing part, or 204 when the page already shows it."""
    html = await _queue_part(request)
    version = casefile.version_of(html)
    if request.query.get("seen") == version:
        return web.Response(status=204)
    return _live(version, {"live-queue": html})


async def _queue_part(request: web.Request) -> Markup:
    clinic, now = request[WHO].clinic, request.app[CLOCK]()
    async with request.app[STORE].read() as db:
        context: dict[str, Any] = {
            "entries": await reads.queue(db, clinic),
            "resolved": await reads.lately_resolved(db, clinic),
            "unanswered": await reads.left_unanswered(db, clinic.id),
            "watch_late": await reads.watch_late(db, now),
        }
    return fragment(request, "queue_part.html", **context)


async def alive(_request: web.Request) -> web.Response:
    """Tells a page without live parts that its log-in still holds."""
    return web.Response(status=204)


async def patients(request: web.Request) -> web.Response:
    """All patients of the clinic."""
    async with request.app[STORE].read() as db:
        people_here = await reads.patient_list(db, request[WHO].clinic, request.app[CLOCK]())
    await _note(request, "view_patient_list")
    return page(request, "patients.html", people=people_here)


async def patient(request: web.Request) -> web.Response:
    """One patient: transcript with risk marks, mood, runs, past cases, who looked."""
    return await patient_page(request)


async def patient_page(
    request: web.Request, status: int = 200, *, errors: Any = (), typed: Any = None
) -> web.Response:
    """The patient's page, after a refused form with its errors and what was typed."""
    async with request.app[STORE].read() as db:
        found = await own_patient(db, request)
    # The look is noted first, so that the page's own list of looks holds it.
    await _note(request, "view_patient", found.id)
    async with request.app[STORE].read() as db:
        record = await casefile.patient_record(
            db,
            found,
            request[WHO].clinic,
            request.app[CLOCK](),
            before=_number(request, "before"),
            around=_number(request, "around"),
        )
    return page(
        request,
        "patient.html",
        status,
        **record,
        errors=errors,
        typed=typed or {},
        done=DONE.get(request.query.get("done", "")),
    )


async def search(request: web.Request) -> web.Response:
    """A patient's messages that hold a text. A form sent by POST: what is searched for may be as telling
    as what is found, and must not stand in an address."""
    wanted = str((await request.post()).get("wanted", "")).strip()[:200]
    async with request.app[STORE].read() as db:
        found = await own_patient(db, request)
        names = await reads.names(db, request[WHO].clinic.id)
        hits = await transcript.search(db, found.id, wanted) if wanted else []
        lines = await transcript.tell(db, hits, names)
    await _note(request, "search_messages", found.id, f"{len(lines)} found")
    return page(
        request,
        "search.html",
        patient=found,
        wanted=wanted,
        lines=lines,
        cut_short=len(hits) >= transcript.HITS,
    )


async def case(request: web.Request) -> web.Response:
    """One case, everything of it on one page."""
    return await case_page(request)


async def case_page(
    request: web.Request, status: int = 200, *, errors: Any = (), typed: Any = None, form: str = ""
) -> web.Response:
    """The case's page, after a refused form with its errors and what was typed."""
    record, parts, version = await _case_parts(request)
    await _note(request, "view_case", record["patient"].id, f"case {record['case'].id}")
    return page(
        request,
        "case.html",
        status,
        **record,
        live=parts,
        version=version,
        errors=errors,
        typed=typed or {},
        form=form,
        done=DONE.get(request.query.get("done", "")),
    )


async def case_live(request: web.Request) -> web.Response:
    """The case's changing parts. Who already shows this version gets the clock alone, and only a version
    not yet shown is noted as a look."""
    record, parts, version = await _case_parts(request)
    if request.query.get("seen") == version:
        return _live(version, {"live-clock": parts["live-clock"]})
    await _note(request, "view_case", record["patient"].id, f"case {record['case'].id}, new on the open page")
    return _live(version, parts)


async def _case_parts(request: web.Request) -> tuple[dict[str, Any], dict[str, Markup], str]:
    clinic, now = request[WHO].clinic, request.app[CLOCK]()
    async with request.app[STORE].read() as db:
        found = await own_case(db, request)
        patient_row = await own_patient(db, request, found.patient_id)
        record = await casefile.case_record(db, found, patient_row, clinic, now)
        record["watch_late"] = await reads.watch_late(db, now)
    parts = {
        "live-clock": fragment(request, "case_clock.html", **record),
        "live-reasons": fragment(request, "case_reasons.html", **record),
        "live-log": fragment(request, "case_log.html", **record),
    }
    version = casefile.version_of(f"{found.state} {parts['live-reasons']} {parts['live-log']}")
    return record, parts, version


async def own_patient(db: AsyncSession, request: web.Request, patient_id: str | None = None) -> Patient:
    """The patient of the address, if they are of the clinician's clinic; not found otherwise."""
    found = await people.patient(db, patient_id or request.match_info["patient_id"])
    if found is None or found.clinic_id != request[WHO].clinic.id:
        raise web.HTTPNotFound
    return found


async def own_case(db: AsyncSession, request: web.Request) -> Case:
    """The case of the address, if its patient is of the clinician's clinic; not found otherwise."""
    found = await cases.get(db, int(request.match_info["case_id"]))
    if found is None:
        raise web.HTTPNotFound
    await own_patient(db, request, found.patient_id)
    return found


def _live(version: str, parts: dict[str, Markup]) -> web.Response:
    html = "".join(f'<div id="{name}">{part}</div>' for name, part in parts.items())
    return web.Response(text=html, content_type="text/html", headers={"X-Interlude-Version": version})


def _number(request: web.Request, name: str) -> int | None:
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


async def _note(request: web.Request, deed: str, patient_id: str | None = None, detail: str = "") -> None:
    async with request.app[STORE].begin() as db:
        await audit.note(
            db,
            request.app[CLOCK](),
            deed,
            clinician_id=request[WHO].clinician.id,
            patient_id=patient_id,
            detail=detail,
        )
