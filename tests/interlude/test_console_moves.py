"""What clinicians change through the console: acknowledge, answer, resolve."""

# Fixtures are imported by name, which looks to the linter like unused and redefined names.
# ruff: noqa: F401, F811

from __future__ import annotations

from datetime import timedelta

import pytest
from console_fixtures import NOON, Browser, Open, World, ada, open_browser, world

from interlude.message import Level
from interlude.store import cases, messages

WORDS = {
    "disposition": "safe_with_plan",
    "summary": "No intent now; plan agreed.",
    "action": "Called for 20 minutes, partner is with them.",
    "follow_up": "date",
    "follow_up_date": "2026-11-13",
}


@pytest.fixture
async def case_id(world: World, ada: Browser) -> int:
    """An emergency of Robin's, not yet acknowledged."""
    await world.hears(world.patient, "I have the pills here", NOON, Level.EMERGENCY, "pills")
    found = (await world.case_of(world.patient)).id
    await ada.get(f"/console/cases/{found}")
    return found


async def notes(world: World, case_id: int) -> list[tuple[str, int | None, str | None]]:
    async with world.store.read() as db:
        return [(move.move, move.clinician_id, note) for move, note in await cases.moves(db, case_id)]


async def test_a_case_is_acknowledged_answered_and_resolved_by_a_named_clinician(
    world: World, ada: Browser, case_id: int
):
    assert (await ada.post(f"/console/cases/{case_id}/acknowledge", note="Calling\r\nnow"))[0] == 303
    text = (await ada.get(ada.last.headers["Location"]))[1]
    assert "You have acknowledged this case." in text
    assert "by Ada Byrne, MD" in text
    assert "Acknowledge this case" not in text
    assert (await ada.post(f"/console/cases/{case_id}/answer", text="I am calling you, Robin."))[0] == 303
    text = (await ada.get(ada.last.headers["Location"]))[1]
    assert "I am calling you, Robin." in text
    assert (await ada.post(f"/console/cases/{case_id}/resolve", **WORDS))[0] == 303
    case = await world.case_of(world.patient)
    assert (case.state, case.disposition, case.resolved_by) == ("resolved", "safe_with_plan", world.ada.id)
    history = await notes(world, case_id)
    assert [entry[:2] for entry in history] == [
        ("opened", None),
        ("acknowledged", world.ada.id),
        ("answered", world.ada.id),
        ("resolved", world.ada.id),
    ]
    assert history[1][2] == "Calling\nnow"
    for words in (WORDS["summary"], WORDS["action"], "2026-11-13"):
        assert words in history[3][2]
    async with world.store.read() as db:
        lines = await messages.history(db, world.patient.id)
    (said,) = [line for line in lines if line.row.author == "clinician"]
    assert (said.text, said.row.clinician_id) == ("I am calling you, Robin.", world.ada.id)
    assert world.woken == 3
    queue = (await ada.get("/console/"))[1]
    assert "No case is waiting." in queue
    assert "Safe, with a plan" in queue


async def test_whoever_comes_second_is_told_so_and_keeps_the_note(
    world: World, ada: Browser, case_id: int, open_browser: Open
):
    ben = await open_browser()
    await ben.log_in("ben")
    await ben.post(f"/console/cases/{case_id}/acknowledge")
    status, text = await ada.post(f"/console/cases/{case_id}/acknowledge", note="I know this patient well")
    assert status == 409
    assert "This case is already acknowledged." in text
    assert "I know this patient well" in text
    assert (await world.case_of(world.patient)).acknowledged_by == world.ben.id


async def test_a_case_nobody_acknowledged_is_not_resolved(world: World, ada: Browser, case_id: int):
    status, text = await ada.post(f"/console/cases/{case_id}/resolve", **WORDS)
    assert status == 409
    assert "Acknowledge the case first" in text
    assert WORDS["summary"] in text
    assert (await world.case_of(world.patient)).state == "open"


@pytest.mark.parametrize(
    ("field", "value", "place", "message"),
    [
        ("summary", "  ", "resolve-summary", "Write the risk summary."),
        ("action", "", "resolve-action", "Write what was done."),
        ("disposition", "", "resolve-disposition", "Choose how the case ended."),
        ("disposition", "went_home", "resolve-disposition", "Choose how the case ended."),
        ("follow_up", "", "resolve-follow_up", "Give a follow-up date, or say that none is needed."),
        ("follow_up_date", "soon", "resolve-follow_up_date", "Give the follow-up date as year-month-day."),
        ("follow_up_date", "2026-11-11", "resolve-follow_up_date", "The follow-up date has passed"),
        ("summary", "x" * 4001, "resolve-summary", "This has 4,001 characters; shorten it to 4,000."),
    ],
)
async def test_resolving_needs_all_four_answers_and_loses_none_of_the_others(
    world: World, ada: Browser, case_id: int, field: str, value: str, place: str, message: str
):
    await ada.post(f"/console/cases/{case_id}/acknowledge")
    status, text = await ada.post(f"/console/cases/{case_id}/resolve", **{**WORDS, field: value})
    assert status == 422
    assert f'<a href="#{place}">{message}' in text
    assert f'id="{place}-fault"' in text
    kept = {name: words for name, words in WORDS.items() if name in ("summary", "action") and name != field}
    for words in kept.values():
        assert words in text
    assert (await world.case_of(world.patient)).state == "acknowledged"


async def test_none_needed_is_a_follow_up_too(world: World, ada: Browser, case_id: int):
    await ada.post(f"/console/cases/{case_id}/acknowledge")
    words = {**WORDS, "follow_up": "none", "follow_up_date": ""}
    assert (await ada.post(f"/console/cases/{case_id}/resolve", **words))[0] == 303
    assert "none needed" in (await notes(world, case_id))[-1][2]


async def test_new_risk_while_somebody_writes_the_closing_note_keeps_the_case_open_and_the_note(
    world: World, ada: Browser, case_id: int
):
    await ada.post(f"/console/cases/{case_id}/acknowledge")
    world.now = NOON + timedelta(minutes=20)
    await world.hears(world.patient, "I took the pills", level=Level.EMERGENCY, quote="took")
    status, text = await ada.post(f"/console/cases/{case_id}/resolve", **WORDS)
    assert status == 409
    assert WORDS["action"] in text
    assert "Acknowledge this case" in text
    assert "5 min left" in text


async def test_an_empty_or_overlong_answer_is_not_sent(world: World, ada: Browser, case_id: int):
    for text in ("", "  \n", "x" * 4001):
        for path in (f"cases/{case_id}", f"patients/{world.patient.id}"):
            status, html = await ada.post(f"/console/{path}/answer", text=text)
            assert status == 422
            assert 'href="#answer-text"' in html
    async with world.store.read() as db:
        assert [
            line for line in await messages.history(db, world.patient.id) if line.row.author == "clinician"
        ] == []
    assert world.woken == 0
