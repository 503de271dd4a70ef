"""What clinicians see: everything of their own patients, nothing of others, each look noted."""

# Fixtures are imported by name, which looks to the linter like unused and redefined names.
# ruff: noqa: F401, F811

from __future__ import annotations

import re
from datetime import timedelta

from console_fixtures import NOON, SCRIPT, Browser, Open, World, ada, open_browser, world

from interlude.console.transcript import parts
from interlude.message import Evidence, Level
from interlude.store import cases, messages, runs
from interlude.store.tables import Page


def rows(html: str) -> list[str]:
    """Pseudonyms of the queue's rows in their order."""
    waiting = html.split("Lately resolved", maxsplit=1)[0]
    return re.findall(r'<a href="/console/cases/\d+">(\S+) <span class="soft nowrap">case', waiting)


async def three_cases(world: World) -> None:
    await world.hears(world.third, "I need to talk to a person", NOON, Level.ROUTINE, "talk", "R24")
    await world.hears(
        world.second, "I think about dying", NOON - timedelta(minutes=40), Level.URGENT, "dying", "R02"
    )
    await world.hears(world.patient, "I have the pills here", NOON, Level.EMERGENCY, "the pills")


async def test_the_queue_goes_by_urgency_then_by_deadline_with_acknowledged_cases_last_of_their_level(
    world: World, ada: Browser
):
    await three_cases(world)
    assert rows((await ada.get("/console/"))[1]) == ["heron-7", "finch-2", "wren-4"]
    await world.hears(world.third, "I took them all", NOON - timedelta(minutes=2), Level.EMERGENCY, "took")
    assert rows((await ada.get("/console/"))[1]) == ["wren-4", "heron-7", "finch-2"]
    await ada.post(f"/console/cases/{(await world.case_of(world.third)).id}/acknowledge")
    assert rows((await ada.get("/console/"))[1]) == ["heron-7", "wren-4", "finch-2"]


async def test_the_queue_says_how_long_is_left_and_what_is_overdue(world: World, ada: Browser):
    await three_cases(world)
    world.now = NOON + timedelta(minutes=2)
    text = (await ada.get("/console/"))[1]
    assert "3 min left" in text
    assert "overdue by 12 min" in text
    assert "2 days 23 h left" in text
    assert "42 min ago" in text


async def test_the_queue_warns_when_the_paging_clock_has_stood_still_for_a_minute(world: World, ada: Browser):
    world.now = NOON + timedelta(seconds=60)
    assert "Pages may not be going out" not in (await ada.get("/console/"))[1]
    world.now = NOON + timedelta(seconds=61)
    assert "Pages may not be going out" in (await ada.get("/console/"))[1]
    await world.beat()
    assert "Pages may not be going out" not in (await ada.get("/console/"))[1]


async def test_a_message_the_assistant_gave_up_on_is_shown_until_a_person_answers(world: World, ada: Browser):
    message = await world.hears(world.third, "hello?")
    async with world.store.begin() as db:
        (await db.get_one(type(message), message.id)).state = "set_aside"
    assert "The assistant could not answer" in (await ada.get("/console/"))[1]
    await ada.get(f"/console/patients/{world.third.id}")
    assert (await ada.post(f"/console/patients/{world.third.id}/answer", text="Hello Kim, I am here."))[
        0
    ] == 303
    assert "The assistant could not answer" not in (await ada.get("/console/"))[1]


async def test_another_clinic_s_patient_and_case_are_not_found_by_any_way(world: World, ada: Browser):
    await world.hears(world.foreign, "I have the pills here", level=Level.EMERGENCY, quote="pills")
    case = await world.case_of(world.foreign)
    for path in (
        f"/cases/{case.id}",
        f"/cases/{case.id}/live",
        f"/patients/{world.foreign.id}",
        "/cases/999",
    ):
        status, text = await ada.get(f"/console{path}")
        assert status == 404, path
        assert "crow-9" not in text
    await ada.get("/console/")
    for path in (f"/patients/{world.foreign.id}/search", f"/patients/{world.foreign.id}/answer"):
        assert (await ada.post(f"/console{path}", wanted="pills", text="Hi"))[0] == 404
    for move in ("acknowledge", "answer", "resolve"):
        assert (await ada.post(f"/console/cases/{case.id}/{move}", text="Hi"))[0] == 404
    assert "crow-9" not in (await ada.get("/console/"))[1] + (await ada.get("/console/patients"))[1]
    assert await world.deeds(patient_id=world.foreign.id) == []


async def test_every_look_at_a_patient_or_case_is_noted_with_who_looked(world: World, ada: Browser):
    await world.hears(world.patient, "I have the pills here", level=Level.EMERGENCY, quote="pills")
    case = await world.case_of(world.patient)
    await ada.get(f"/console/cases/{case.id}")
    text = (await ada.get(f"/console/patients/{world.patient.id}"))[1]
    await ada.post(f"/console/patients/{world.patient.id}/search", wanted="pills")
    looks = await world.deeds(patient_id=world.patient.id)
    assert looks == [
        ("view_case", world.ada.id, f"case {case.id}"),
        ("view_patient", world.ada.id, ""),
        ("search_messages", world.ada.id, "1 found"),
    ]
    assert "Looked at the patient" in text.split("Who looked, who changed")[1]
    assert "Ada Byrne, MD" in text.split("Who looked, who changed")[1]


async def test_an_open_case_page_gets_what_is_new_and_only_that_counts_as_a_look(world: World, ada: Browser):
    await world.hears(world.patient, "I have the pills here", level=Level.EMERGENCY, quote="pills")
    case = await world.case_of(world.patient)
    shown = re.search(r'data-version="(\w+)"', (await ada.get(f"/console/cases/{case.id}"))[1])
    world.now = NOON + timedelta(minutes=1)
    _, quiet = await ada.get(f"/console/cases/{case.id}/live?seen={shown[1]}")
    assert "4 min left" in quiet
    assert "pills" not in quiet
    assert len(await world.deeds(patient_id=world.patient.id)) == 1
    await world.hears(world.patient, "please hurry")
    _, news = await ada.get(f"/console/cases/{case.id}/live?seen={shown[1]}")
    assert "please hurry" in news
    assert ada.last.headers["X-Interlude-Version"] != shown[1]
    assert (await world.deeds(patient_id=world.patient.id))[-1][0] == "view_case"


async def test_an_unchanged_queue_is_not_sent_again(world: World, ada: Browser):
    shown = re.search(r'data-version="(\w+)"', (await ada.get("/console/"))[1])
    assert (await ada.get(f"/console/live?seen={shown[1]}"))[0] == 204
    await three_cases(world)
    status, text = await ada.get(f"/console/live?seen={shown[1]}")
    assert status == 200
    assert rows(text) == ["heron-7", "finch-2", "wren-4"]


async def test_what_a_patient_or_clinician_writes_is_never_markup(world: World, ada: Browser):
    await world.hears(world.patient, f"{SCRIPT} pills", level=Level.EMERGENCY, quote="pills")
    case = await world.case_of(world.patient)
    await ada.get(f"/console/cases/{case.id}")
    await ada.post(f"/console/cases/{case.id}/acknowledge", note=SCRIPT)
    await ada.post(f"/console/cases/{case.id}/answer", text=SCRIPT)
    pages = [
        (await ada.get(f"/console/cases/{case.id}"))[1],
        (await ada.get(f"/console/cases/{case.id}/live"))[1],
        (await ada.get(f"/console/patients/{world.patient.id}"))[1],
        (await ada.post(f"/console/patients/{world.patient.id}/search", wanted="<script>"))[1],
        (await ada.post(f"/console/cases/{case.id}/resolve", summary=SCRIPT))[1],
    ]
    for html in pages:
        assert "<script>alert" not in html
        assert "<b>bold" not in html
        assert "&lt;script&gt;alert" in html


async def test_a_case_shows_the_message_that_fired_why_and_what_was_said_around_it(
    world: World, ada: Browser
):
    for number in range(15):
        await world.hears(world.patient, f"ordinary line {number:02}", NOON - timedelta(minutes=30 - number))
    await world.hears(world.patient, "I have the pills here", NOON, Level.EMERGENCY, "the pills")
    await world.says(world.patient, "Please call 112 now.", NOON, "crisis", "Call 112", "I am safe")
    await world.hears(world.patient, "I want to die", NOON, Level.URGENT, opinion="classifier")
    case = await world.case_of(world.patient)
    async with world.store.begin() as db:
        row = {"case_id": case.id, "tier": 1, "step": 0, "at": NOON}
        await cases.add_page(db, Page(clinician_id=world.ada.id, pager="log", state="sent", **row))
        await cases.add_page(
            db, Page(clinician_id=None, pager="email", state="failed", error="refused", **row)
        )
    html = (await ada.get(f"/console/cases/{case.id}"))[1]
    fired = html.split("What fired")[1].split("What you can do")[0]
    assert '<mark class="emergency" title="R01-03">the pills</mark>' in fired
    assert "Suicide: act, intent, plan or goodbye" in fired
    assert "rule R01-03" in fired
    assert "Risk rules" in fired
    assert "Statistical classifier" in fired
    log = html.split('id="transcript"')[1]
    assert re.findall(r"ordinary line (\d+)", log) == [f"{n:02}" for n in range(5, 15)]
    assert "Please call 112 now." in log
    assert '<span class="choice">I am safe</span>' in log
    assert "Sent: the provider took it" in log
    assert "Failed: the next rung comes anyway" in log
    assert "Likes to be called</dt><dd>Robin" in html
    assert "Emergency number there</dt><dd>112 or 999" in html


async def test_a_classifier_without_spans_and_a_broken_screening_are_told_as_reasons(
    world: World, ada: Browser
):
    from interlude.message import Verdict

    message = await world.hears(world.patient, "it is all too much", level=Level.URGENT, opinion="classifier")
    async with world.store.begin() as db:
        await messages.add_verdict(db, message, "rules", Verdict(Level.URGENT, failed=True), NOON)
    case = await world.case_of(world.patient)
    fired = (await ada.get(f"/console/cases/{case.id}"))[1].split("What fired")[1]
    assert "Statistical classifier" in fired
    assert "Screening broke on this message; it counts as urgent." in fired


async def test_marks_survive_overlap_and_findings_that_point_outside_the_text():
    def found(rule: str, start: int, end: int, level: Level, *, window: bool = False) -> Evidence:
        return Evidence(rule, "R01", level, start, end, window=window)

    text = "I want to die tonight"
    cut = parts(
        text,
        [
            found("a", 2, 13, Level.URGENT),
            found("b", 10, 21, Level.EMERGENCY),
            found("c", 15, 99, Level.URGENT),
            found("d", 0, 21, Level.URGENT, window=True),
        ],
    )
    assert "".join(part.text for part in cut) == text
    assert [(part.text, part.rules, part.level) for part in cut] == [
        ("I ", (), Level.NONE),
        ("want to ", ("a",), Level.URGENT),
        ("die", ("a", "b"), Level.EMERGENCY),
        (" tonight", ("b",), Level.EMERGENCY),
    ]


async def test_the_patient_page_has_the_mood_as_chart_and_as_numbers_and_the_runs_before_and_after(
    world: World, ada: Browser
):
    for day, score in ((12, 3), (3, 5), (1, 7)):
        message = await world.hears(world.patient, str(score), NOON - timedelta(days=day))
        async with world.store.begin() as db:
            await runs.log_mood(db, message, score, NOON - timedelta(days=day), note=f"note {score} <i>")
    async with world.store.begin() as db:
        run = {"script": "box_breathing", "step": "end", "state": "finished"}
        await runs.keep(db, world.patient.id, run, NOON, before=80, after=35)
    html = (await ada.get(f"/console/patients/{world.patient.id}"))[1]
    assert html.count('<circle class="dot"') == 3
    assert "<title>7 of 10" in html
    assert '<td class="number">7</td><td></td><td>note 7 &lt;i&gt;</td>' in html
    assert re.search(r"box breathing</th>.*80</td><td class=\"number\">35", html)


async def test_search_finds_plain_text_and_keeps_it_out_of_the_address(world: World, ada: Browser):
    await world.hears(world.patient, "My sister Müller came")
    await world.hears(world.patient, "100% sure_thing")
    await ada.get(f"/console/patients/{world.patient.id}")
    for wanted, count in (("MÜLLER", 1), ("100%", 1), ("e_t", 1), ("%", 1), ("nothing", 0)):
        _, text = await ada.post(f"/console/patients/{world.patient.id}/search", wanted=wanted)
        assert text.count('<li class="line') == count, wanted
    assert ada.last.url.query_string == ""


async def test_long_transcripts_are_read_in_stretches_and_a_risk_mark_leads_to_its_place(
    world: World, ada: Browser
):
    first = await world.hears(world.patient, "line 0", level=Level.ROUTINE, quote="line", category="R24")
    async with world.store.begin() as db:
        from interlude.message import Reply

        for number in range(1, 131):
            await messages.say(db, world.patient.id, Reply(f"line {number} end"), NOON)
    html = (await ada.get(f"/console/patients/{world.patient.id}"))[1]
    assert "line 130 end" in html
    assert "line 30 end" not in html
    earlier = re.search(r'href="([^"]+)">Earlier messages', html)[1].replace("&amp;", "&").split("#")[0]
    assert "line 30 end" in (await ada.get(earlier))[1]
    mark = re.search(r'href="(/console/patients/[^"#]+)#m(\d+)"', html)
    assert int(mark[2]) == first.id
    page = (await ada.get(mark[1]))[1]
    assert f'id="m{first.id}"' in page
    assert "The newest messages" in page


async def test_a_record_with_an_unknown_time_zone_still_opens(world: World, ada: Browser):
    async with world.store.begin() as db:
        (await db.get_one(type(world.patient), world.patient.id)).timezone = "Mars/Olympus"
    await world.hears(world.patient, "I have the pills here", level=Level.EMERGENCY, quote="pills")
    case = await world.case_of(world.patient)
    assert (await ada.get(f"/console/cases/{case.id}"))[0] == 200
