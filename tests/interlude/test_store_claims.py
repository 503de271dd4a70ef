"""Who may do what now: leases, claims, and what the database itself refuses. On both databases."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from support.clock import Clock

from interlude.message import Inbound, Reply
from interlude.store import cases, messages, people, runs
from interlude.store.database import Store
from interlude.store.tables import Case, Patient


def inbound(patient_row: Patient, clock: Clock, said: str = "hello", vendor_id: str = "a") -> Inbound:
    return Inbound("web", vendor_id, patient_row.id, said, clock())


async def test_the_turn_in_flight_is_held_by_one_and_freed_by_time(
    store: Store, patient_row: Patient, clock: Clock
) -> None:
    async def takes(owner: str) -> bool:
        async with store.begin() as db:
            return await people.take_lease(db, patient_row.id, owner, clock(), 45)

    assert await takes("one")
    assert not await takes("two")
    assert await takes("one")
    clock.passes(seconds=44)
    assert not await takes("two")
    clock.passes(seconds=2)
    assert await takes("two")
    async with store.begin() as db:
        await people.drop_lease(db, patient_row.id, "one")
    assert not await takes("three")
    async with store.begin() as db:
        await people.drop_lease(db, patient_row.id, "two")
    assert await takes("three")


async def test_of_many_processes_one_gets_the_turn(store: Store, patient_row: Patient, clock: Clock) -> None:
    async def takes(owner: str) -> bool:
        async with store.begin() as db:
            return await people.take_lease(db, patient_row.id, owner, clock(), 45)

    assert sum(await asyncio.gather(*(takes(f"process {number}") for number in range(8)))) == 1


async def due_case(store: Store, patient_row: Patient, clock: Clock) -> Case:
    async with store.begin() as db:
        case = Case(
            patient_id=patient_row.id, level="emergency", categories=["R01"], state="open", opened_at=clock(),
            ladder_from=clock(), next_page_at=clock(),
        )  # fmt: skip
        db.add(case)
    return case


async def test_of_many_clocks_one_claims_a_case(store: Store, patient_row: Patient, clock: Clock) -> None:
    case = await due_case(store, patient_row, clock)

    async def claims() -> bool:
        async with store.begin() as db:
            return await cases.claim(db, case.id, clock(), 60) is not None

    assert sum(await asyncio.gather(*(claims() for _ in range(8)))) == 1
    clock.passes(seconds=61)
    assert await claims(), "a claim whose process died must end"


async def test_an_acknowledged_case_is_not_handed_out_for_paging(
    store: Store, patient_row: Patient, clock: Clock
) -> None:
    case = await due_case(store, patient_row, clock)
    async with store.begin() as db:
        await db.execute(update(Case).where(Case.id == case.id).values(state="acknowledged"))
    async with store.begin() as db:
        assert await cases.due(db, clock()) == []
        assert await cases.claim(db, case.id, clock(), 60) is None


async def test_the_database_itself_refuses_a_second_unresolved_case(
    store: Store, patient_row: Patient, clock: Clock
) -> None:
    case = await due_case(store, patient_row, clock)
    with pytest.raises(IntegrityError):
        await due_case(store, patient_row, clock)
    async with store.begin() as db:
        await db.execute(update(Case).where(Case.id == case.id).values(state="resolved"))
    await due_case(store, patient_row, clock)


async def test_the_database_itself_refuses_a_second_running_script(
    store: Store, patient_row: Patient, clock: Clock
) -> None:
    run = {"script": "stop_skill", "step": "before", "state": "running"}
    async with store.begin() as db:
        await runs.keep(db, patient_row.id, run, clock())
    with pytest.raises(IntegrityError):
        async with store.begin() as db:
            await runs.keep(db, patient_row.id, run, clock())


async def test_the_database_itself_refuses_the_same_delivery_twice(
    store: Store, patient_row: Patient, clock: Clock
) -> None:
    async with store.begin() as db:
        await messages.receive(db, inbound(patient_row, clock))
    with pytest.raises(IntegrityError):
        async with store.begin() as db:
            await messages.receive(db, inbound(patient_row, clock))


async def test_who_asks_for_what_came_after_the_last_id_misses_nothing(
    store: Store, patient_row: Patient, clock: Clock
) -> None:
    """An event stream asks so, while several processes write: no id may appear below one already seen."""
    seen: list[int] = []

    async def look() -> None:
        async with store.read() as db:
            last = seen[-1] if seen else 0
            seen.extend(line.row.id for line in await messages.history(db, patient_row.id, after=last))

    async def write(text: str) -> None:
        async with store.begin() as db:
            await people.lock(db, patient_row.id)
            await messages.say(db, patient_row.id, Reply(text), clock())

    async with store.begin() as db:
        await people.lock(db, patient_row.id)
        await messages.say(db, patient_row.id, Reply("slow"), clock())
        quick = asyncio.create_task(write("quick"))
        # Long enough for it to be through if nothing held it; it is to be held.
        await asyncio.wait([quick], timeout=0.3)
        await look()
    await quick
    await look()
    async with store.read() as db:
        assert seen == [line.row.id for line in await messages.history(db, patient_row.id)]
    assert len(seen) == 2
