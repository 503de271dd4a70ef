"""Promises 3 and 4: a case pages tier after tier until somebody acknowledges, and the patient is told
the truth all along."""

from __future__ import annotations

import asyncio

import pytest
from support.actors import CALM, EMERGENCY, URGENT, Clinic, in_an_emergency

from interlude.escalation import desk
from interlude.message import Level
from interlude.pagers.base import Alert


async def test_from_the_page_to_the_end(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    await clinic.ticks()
    alert = clinic.ada.is_paged(Level.EMERGENCY)
    assert alert.link == f"http://clinic.test/console/cases/{(await patient.case()).id}"
    await patient.hears("alert", kind="receipt")
    receipt = await patient.receipt()
    assert (receipt["state"], receipt["by"]) == ("alerting", None)

    await clinic.ada.acknowledges(patient)
    await patient.hears("Ada Byrne has seen", kind="receipt")
    receipt = await patient.receipt()
    assert (receipt["state"], receipt["by"]) == ("seen", "Ada Byrne")

    await clinic.ada.answers(patient, "I'll call you in two minutes.")
    line = await patient.hears("I'll call you in two minutes.")
    assert line.row.author == "clinician"

    await clinic.ada.resolves(patient)
    await patient.hears("Ada Byrne has closed", kind="receipt")
    assert (await patient.receipt())["state"] == "resolved"
    assert await patient.moves() == ["opened", "paged", "acknowledged", "answered", "resolved"]


async def test_a_page_holds_no_word_of_the_patients(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    await clinic.ticks()
    alert = clinic.ada.is_paged()
    case = await patient.case()
    assert alert.body.splitlines() == [
        f"Emergency alert {case.id}. Open the console.",
        "Patient heron-0",
        f"http://clinic.test/console/cases/{case.id}",
    ]
    await patient.hears_anything()


async def test_nobody_acknowledges_an_emergency(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    ada, ben, cleo = clinic.ada, clinic.ben, clinic.cleo
    everybody = (ada, ben, cleo)
    for minutes, paged in ((0, (ada,)), (5, (ada, ben)), (5, (cleo,)), (5, everybody)):
        if minutes:
            assert await clinic.ticks(minutes=minutes, seconds=-1) == 0
            await clinic.ticks(seconds=1)
        else:
            await clinic.ticks()
        for clinician in everybody:
            if clinician in paged:
                clinician.is_paged(Level.EMERGENCY)
            else:
                clinician.is_not_paged()
        assert await clinic.ticks() == 0, "one rung, one page"
    await patient.hears("alert", kind="receipt")
    await patient.hears("911", kind="receipt")
    receipt = await patient.receipt()
    assert receipt["state"] == "exhausted"
    assert (await patient.case()).state == "exhausted"

    for minutes in (15, 5, 5, 5):
        assert await clinic.ticks(minutes=minutes, seconds=-1) == 0
        await clinic.ticks(seconds=1)
        for clinician in everybody:
            clinician.is_paged(Level.EMERGENCY)
    await patient.hears_nothing()
    await clinic.cleo.acknowledges(patient)
    await patient.hears("Cleo Byrne has seen")


async def test_nobody_acknowledges_an_urgent_case(clinic: Clinic) -> None:
    patient = await clinic.admits()
    await patient.says(URGENT)
    await patient.hears_anything()
    ada, ben, cleo = clinic.ada, clinic.ben, clinic.cleo
    for minutes, paged in ((0, (ada,)), (15, (ada,)), (15, (ben,)), (30, (cleo,)), (60, (ada, ben, cleo))):
        await clinic.ticks(minutes=minutes)
        for clinician in paged:
            clinician.is_paged(Level.URGENT)
    await patient.hears("alert", kind="receipt")
    await patient.hears("911", kind="receipt")
    assert (await patient.receipt())["state"] == "exhausted"


async def test_after_an_acknowledgement_no_page_leaves(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    await clinic.ticks()
    clinic.ada.is_paged()
    await clinic.ben.acknowledges(patient)
    for _ in range(12):
        assert await clinic.ticks(minutes=5) == 0
    await patient.hears_anything()


async def test_acknowledged_while_the_clock_was_about_to_page(clinic: Clinic) -> None:
    """Found due, then acknowledged, then its turn comes: looked at again, it is not paged."""
    first = await in_an_emergency(clinic)
    second = await clinic.admits("Sasha")
    await second.says(EMERGENCY)
    await second.hears_anything()
    send = clinic.phones.send

    async def acknowledge_the_other(address: str, alert: Alert) -> None:
        await send(address, alert)
        clinic.phones.send = send  # type: ignore[method-assign]
        await clinic.ben.acknowledges(second if alert.case_id == (await first.case()).id else first)

    clinic.phones.send = acknowledge_the_other  # type: ignore[method-assign]
    assert await clinic.ticks() == 1
    clinic.ada.is_paged()
    await first.hears_anything()
    await second.hears_anything()


async def test_acknowledged_while_the_page_was_leaving_it_stays_acknowledged(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    send = clinic.phones.send

    async def acknowledge_meanwhile(address: str, alert: Alert) -> None:
        await clinic.ben.acknowledges(patient)
        await send(address, alert)

    clinic.phones.send = acknowledge_meanwhile  # type: ignore[method-assign]
    await clinic.ticks()
    clinic.ada.is_paged()
    assert (await patient.case()).state == "acknowledged"
    assert [page.state for page in await patient.pages()] == ["sent"], "a page that left is on record"
    assert await clinic.ticks(minutes=60) == 0
    await patient.hears("Ben Byrne has seen")


async def test_new_risk_in_an_acknowledged_case_pages_anew(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    await clinic.ticks()
    clinic.ada.is_paged()
    await clinic.ada.acknowledges(patient)
    await patient.hears_anything()
    clinic.clock.passes(minutes=20)
    await patient.says(EMERGENCY)
    await patient.hears("911", without=("has seen",), kind="crisis")
    assert (await patient.receipt())["state"] == "noted"
    await clinic.ticks()
    clinic.ada.is_paged(Level.EMERGENCY)
    assert (await patient.receipt())["state"] == "alerting"
    assert (await patient.moves()).count("reopened") == 1
    await patient.hears("alert", kind="receipt")


@pytest.mark.parametrize("words", [CALM, "I called them", "forget it, I was joking"])
async def test_other_words_in_an_acknowledged_case_page_nobody(clinic: Clinic, words: str) -> None:
    """What neither the rules nor the classifier takes for a risk is none, whatever is open."""
    patient = await in_an_emergency(clinic)
    await clinic.ticks()
    clinic.ada.is_paged()
    await clinic.ada.acknowledges(patient)
    await patient.hears_anything()
    clinic.clock.passes(minutes=20)
    await patient.says(words)
    case = await patient.case()
    assert case.state == "acknowledged"
    assert await clinic.ticks(minutes=10) == 0
    assert (await patient.receipt())["by"] == "Ada Byrne"
    await patient.hears_anything()


async def test_a_risk_only_the_classifier_sees_in_an_acknowledged_case_pages_anew(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    await clinic.ticks()
    clinic.ada.is_paged()
    await clinic.ada.acknowledges(patient)
    await patient.hears_anything()
    clinic.clock.passes(minutes=20)
    clinic.rasa.suspects("the boxes are all packed and labelled")
    await patient.says("the boxes are all packed and labelled")
    await clinic.ticks()
    clinic.ada.is_paged()
    assert (await patient.receipt())["state"] == "alerting"
    await patient.hears_anything()


async def test_a_late_answer_of_rasas_does_not_take_an_acknowledgement_back(clinic: Clinic) -> None:
    clinic.rasa.silent = True
    patient = await in_an_emergency(clinic)
    await clinic.ticks()
    clinic.ada.is_paged()
    await clinic.ada.acknowledges(patient)
    await patient.hears_anything()
    clinic.rasa.silent = False
    await clinic.resumes(seconds=300)
    assert await patient.states() == ["answered"]
    assert (await patient.case()).state == "acknowledged"
    assert await clinic.ticks(minutes=10) == 0


async def test_rasas_answer_to_a_known_emergency_does_not_hurry_the_ladder(clinic: Clinic) -> None:
    patient = await clinic.admits()
    await patient.sends(EMERGENCY)
    await clinic.ticks()
    clinic.ada.is_paged()
    clinic.clock.passes(seconds=1)
    await clinic.app.turn.answer(patient.id)
    assert await clinic.ticks(minutes=4) == 0, "the second tier is due after five minutes"
    await clinic.ticks(minutes=1)
    clinic.ada.is_paged()
    clinic.ben.is_paged()
    await patient.hears_anything()


async def test_an_urgent_case_that_becomes_an_emergency_is_paged_from_the_start(clinic: Clinic) -> None:
    patient = await clinic.admits()
    await patient.says(URGENT)
    await clinic.ticks()
    clinic.ada.is_paged(Level.URGENT)
    await patient.hears_anything()
    await clinic.ada.acknowledges(patient)
    await patient.says(EMERGENCY)
    case = await patient.case()
    assert (case.level, case.state) == ("emergency", "open")
    await clinic.ticks()
    clinic.ada.is_paged(Level.EMERGENCY)
    await patient.hears_anything()


async def test_a_level_never_falls_by_itself(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    for words in (URGENT, "I used to cut at school", CALM, "I feel fine now"):
        clinic.clock.passes(minutes=2)
        await patient.says(words)
    case = await patient.case()
    assert (case.level, case.resolved_at) == ("emergency", None)
    await patient.hears_anything()


async def test_only_a_clinician_of_the_clinic_can_take_it_and_only_in_order(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    elsewhere = await Clinic(clinic.store, clinic.clock).opens(prefix="other-")
    for stranger_does in (
        elsewhere.ada.acknowledges(patient),
        elsewhere.ada.answers(patient, "hello"),
        elsewhere.ada.resolves(patient),
        clinic.ada.resolves(patient),
    ):
        with pytest.raises(desk.NotPossible):
            await stranger_does
    await clinic.ada.acknowledges(patient)
    with pytest.raises(desk.NotPossible, match="already acknowledged"):
        await clinic.ben.acknowledges(patient)
    with pytest.raises(desk.NotPossible, match="follow-up is missing"):
        await desk.resolve(
            clinic.store, (await patient.case()).id, clinic.ada.row, clinic.clock(),
            disposition="safe_with_plan", summary="ok", action="ok", follow_up=" ",
        )  # fmt: skip
    with pytest.raises(desk.NotPossible, match="Choose how"):
        await desk.resolve(
            clinic.store, (await patient.case()).id, clinic.ada.row, clinic.clock(), disposition="fine",
            summary="ok", action="ok", follow_up="ok",
        )  # fmt: skip
    await patient.hears("Ada Byrne has seen")
    assert (await patient.case()).state == "acknowledged"


async def test_two_clinicians_at_once_one_has_it(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    results = await asyncio.gather(
        *(clinician.acknowledges(patient) for clinician in (clinic.ada, clinic.ben, clinic.cleo)),
        return_exceptions=True,
    )
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, desk.NotPossible) for result in results) == 2
    await patient.hears("has seen")
