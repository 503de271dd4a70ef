"""Promise 3 on a bad day: pagers that fail, crash or hang, clocks that stop, die or run twice."""

from __future__ import annotations

import asyncio

import pytest
from support.actors import EMERGENCY, URGENT, Clinic, in_an_emergency

from interlude.message import Level
from interlude.pagers.base import Alert


async def test_all_pagers_fail_the_patient_is_told_and_the_next_tier_comes_at_once(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    clinic.phones.dead = {"ada"}
    await clinic.ticks()
    await patient.hears("911", kind="receipt")
    assert (await patient.receipt())["state"] == "unreached"
    assert [page.state for page in await patient.pages()] == ["failed"]
    await clinic.ticks()
    clinic.ben.is_paged(Level.EMERGENCY)
    await patient.hears("alert", kind="receipt")
    assert (await patient.receipt())["state"] == "alerting"


async def test_with_every_pager_dead_it_keeps_trying_and_gets_through_when_one_is_back(
    clinic: Clinic,
) -> None:
    patient = await in_an_emergency(clinic)
    clinic.phones.dead = {"ada", "ben", "cleo"}
    for _ in range(60):
        await clinic.ticks(seconds=1)
    told = await patient.hears_anything()
    assert all("911" in line.text for line in told)
    assert [line.row.kind for line in told] == ["receipt", "receipt"]
    assert (await patient.receipt())["state"] == "exhausted"
    clinic.phones.dead = set()
    await clinic.ticks(minutes=5)
    reached = [clinician for clinician in (clinic.ada, clinic.ben, clinic.cleo) if clinician.new_pages()]
    assert reached, "an outage of a minute must not silence the pages for half an hour"
    await patient.hears_anything()


async def test_with_nobody_to_page_the_patient_is_told(clinic: Clinic) -> None:
    for clinician in (clinic.ada, clinic.ben, clinic.cleo):
        async with clinic.store.begin() as db:
            (await db.get_one(type(clinician.row), clinician.row.id)).active = False
    patient = await in_an_emergency(clinic)
    await clinic.ticks()
    await patient.hears("911", kind="receipt")
    assert (await patient.receipt())["state"] == "unreached"
    assert [page.state for page in await patient.pages()] == ["nobody"]


async def test_a_pager_that_crashes_or_hangs_is_a_failed_page(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = await in_an_emergency(clinic)

    async def crashes(_address: str, _alert: Alert) -> None:
        raise KeyError("provider changed its answer")

    async def hangs(_address: str, _alert: Alert) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(clinic.phones, "send", crashes)
    await clinic.ticks()
    monkeypatch.setattr(clinic.phones, "send", hangs)
    monkeypatch.setattr("interlude.escalation.watch._SEND_SECONDS", 0.05)
    await clinic.ticks()
    # Rung 0 pages Ada, rung 1 Ada and Ben.
    assert [page.state for page in await patient.pages()] == ["failed"] * 3
    await patient.hears("911", kind="receipt")
    assert (await patient.receipt())["state"] == "unreached"


async def test_one_dead_pager_of_two_does_not_hide_the_other(clinic: Clinic) -> None:
    await clinic.employs("Dora", 1, pagers=["phone:broken", "phone:dora"])
    clinic.phones.dead = {"broken", "ada"}
    patient = await in_an_emergency(clinic)
    await clinic.ticks()
    assert [page.address for page in clinic.phones.pages] == ["dora"]
    await patient.hears("alert", kind="receipt")
    assert sorted(page.state for page in await patient.pages()) == ["failed", "failed", "sent"]


async def test_several_clocks_send_one_page(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    others = [clinic.process() for _ in range(4)]
    await asyncio.gather(*(process.watch.tick() for process in [clinic.app, *others]))
    clinic.ada.is_paged()
    await patient.hears("alert", kind="receipt")


async def test_after_an_outage_of_the_clock_the_present_rung_is_paged_once(clinic: Clinic) -> None:
    patient = await in_an_emergency(clinic)
    await clinic.ticks(minutes=12)
    clinic.cleo.is_paged(Level.EMERGENCY)
    clinic.ada.is_not_paged()
    await patient.hears("alert", kind="receipt")


async def test_a_clock_that_died_while_paging_is_followed_by_another(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient = await in_an_emergency(clinic)

    class Killed(BaseException):
        pass

    async def dies(_address: str, _alert: Alert) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(clinic.phones, "send", dies)
        with pytest.raises(Killed):
            await clinic.ticks()
    assert await clinic.ticks(seconds=30) == 0
    await clinic.ticks(seconds=31)
    clinic.ada.is_paged()
    await patient.hears("alert", kind="receipt")


async def test_one_broken_case_does_not_keep_another_from_its_page(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = await in_an_emergency(clinic)
    patient = await clinic.admits("Sasha")
    await patient.says(EMERGENCY)
    await patient.hears_anything()
    async with clinic.store.begin() as db:
        (await db.get_one(type(await broken.case()), (await broken.case()).id)).level = "severe"
    await clinic.ticks()
    clinic.ada.is_paged()
    await patient.hears("alert", kind="receipt")


async def test_a_risk_that_rises_while_a_page_is_leaving_is_paged_at_once(clinic: Clinic) -> None:
    patient = await clinic.admits()
    await patient.says(URGENT)
    send = clinic.phones.send

    async def worse_meanwhile(address: str, alert: Alert) -> None:
        clinic.phones.send = send  # type: ignore[method-assign]
        clinic.clock.passes(seconds=1)
        await patient.sends(EMERGENCY)
        await send(address, alert)

    clinic.phones.send = worse_meanwhile  # type: ignore[method-assign]
    await clinic.ticks()
    clinic.ada.is_paged(Level.URGENT)
    await clinic.ticks()
    clinic.ada.is_paged(Level.EMERGENCY)
    await patient.hears_anything()
