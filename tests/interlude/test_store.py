"""The store on both databases: sealed texts, one transaction, leases, claims, the audit chain."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update
from support.clock import Clock
from support.databases import KEY, migrated, open_store

from interlude.message import Evidence, Inbound, InterludeError, Level, Reply, Verdict
from interlude.store import audit, cases, messages, people, runs
from interlude.store.crypt import SealBroken, Vault
from interlude.store.database import Store
from interlude.store.tables import Audit, Case, Clinic, Message, Patient

SECRET = "my sister Wilhelmina must not know"


def inbound(patient_row: Patient, clock: Clock, said: str = SECRET, vendor_id: str = "a") -> Inbound:
    return Inbound("web", vendor_id, patient_row.id, said, clock())


async def write_everything(store: Store, clinic_row: Clinic, patient_row: Patient, clock: Clock) -> Message:
    """One row of each kind that holds free text, each with the secret in it."""
    async with store.begin() as db:
        await people.add_patient(db, clinic_row, clock(), SECRET, pseudonym="heron-2", timezone="UTC")
        clinician = await people.add_clinician(
            db, clinic_row, [f"apprise:json://{SECRET}"], login="ada", name="Ada", password="x"
        )
        message = await messages.receive(db, inbound(patient_row, clock))
        evidence = (Evidence("R01-1", "R01", Level.URGENT, 0, 5, context=SECRET),)
        await messages.add_verdict(db, message, "rules", Verdict(Level.URGENT, ("R01",), evidence), clock())
        await messages.say(
            db, patient_row.id, Reply(SECRET, custom={"kind": "card", "lines": [SECRET]}), clock()
        )
        case = Case(
            patient_id=patient_row.id, level="urgent", categories=[], state="open", opened_at=clock(),
            ladder_from=clock(),
        )  # fmt: skip
        db.add(case)
        await db.flush()
        await cases.add_move(db, case, "acknowledged", clock(), clinician_id=clinician.id, note=SECRET)
        await runs.log_mood(db, message, 3, clock(), SECRET)
        walked = {"script": "thought_record", "step": "thought", "state": "running", "answers": {"a": SECRET}}
        await runs.keep(db, patient_row.id, walked, clock(), message=message)
        await runs.add_deed(db, message.id, "action_log_mood", [{"text": SECRET}], clock())
    return message


async def test_no_free_text_is_readable_in_the_database(
    store: Store, clinic_row: Clinic, patient_row: Patient, clock: Clock, tmp_path: Path
) -> None:
    message = await write_everything(store, clinic_row, patient_row, clock)
    if store.engine.dialect.name == "sqlite":
        # The write-ahead log too: what is sealed is sealed before SQLite ever sees it.
        stored = b"".join(path.read_bytes() for path in tmp_path.glob("interlude.db*"))
        assert b"heron-1" in stored
    else:
        async with store.engine.connect() as connection:
            tables = await connection.scalars(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            )
            dumps = [
                str((await connection.execute(text(f"SELECT t::text FROM {table} t"))).all()).encode()
                + b"".join(
                    bytes(sealed or b"")
                    for sealed in (
                        await connection.scalars(text(f"SELECT sealed FROM {table}"))
                        if table in SEALED
                        else ()
                    )
                )
                for table in tables
            ]
        stored = b"".join(dumps)
        assert b"heron-1" in stored
    assert b"Wilhelmina" not in stored
    async with store.read() as db:
        line = await messages.line(db, message.id)
        assert line is not None
        assert line.text == SECRET


SEALED = {"messages", "verdicts", "patients", "clinicians", "case_moves", "moods", "runs", "deeds"}


async def test_a_value_moved_to_another_row_does_not_open(
    store: Store, patient_row: Patient, clock: Clock
) -> None:
    async with store.begin() as db:
        first = await messages.receive(db, inbound(patient_row, clock, "first", "1"))
        second = await messages.receive(db, inbound(patient_row, clock, "second", "2"))
    async with store.begin() as db:
        await db.execute(update(Message).where(Message.id == second.id).values(sealed=first.sealed))
    async with store.read() as db:
        with pytest.raises(SealBroken, match="damaged or belongs elsewhere"):
            await messages.line(db, second.id)


async def test_old_values_open_after_a_new_key_came_and_new_ones_use_it(
    store_url: str, store: Store, patient_row: Patient, clock: Clock
) -> None:
    async with store.begin() as db:
        old = await messages.receive(db, inbound(patient_row, clock, "sealed before", "1"))
    rotated = open_store(store_url, f"{Vault.new_key('next')},{KEY}")
    async with rotated.begin() as db:
        new = await messages.receive(db, inbound(patient_row, clock, "sealed after", "2"))
        assert [line.text for line in await messages.history(db, patient_row.id)] == [
            "sealed before",
            "sealed after",
        ]
    await rotated.close()
    async with store.read() as db:
        assert messages.opened(db, old).text == "sealed before"
        with pytest.raises(SealBroken, match="needs the key 'next'"):
            messages.opened(db, new)


@pytest.mark.parametrize(
    ("keys", "mend"),
    [
        ("", "No encryption key is set"),
        ("a:!!!", "not base64"),
        ("a:c2hvcnQ=", "must be 32 bytes"),
    ],
)
def test_a_wrong_key_setting_names_its_mend(keys: str, mend: str) -> None:
    with pytest.raises(InterludeError, match=mend):
        Vault.parse(keys)


def test_the_same_text_never_seals_to_the_same_bytes() -> None:
    vault = Vault.parse(KEY)
    sealed = {vault.seal("same", "messages/1") for _ in range(50)}
    assert len(sealed) == 50
    assert {vault.open(value, "messages/1") for value in sealed} == {"same"}


def test_half_a_character_survives_sealing() -> None:
    """A phone may send a lone surrogate; the message must not be lost for it."""
    vault = Vault.parse(KEY)
    assert vault.open_json(vault.seal_json({"text": "ok \ud83d"}, "p"), "p") == {"text": "ok \ud83d"}


async def test_a_changed_or_missing_audit_entry_is_found(store: Store, clock: Clock) -> None:
    async with store.begin() as db:
        for number in range(5):
            await audit.note(db, clock(), "view", detail=f"case {number}")
            clock.passes(seconds=1)
    async with store.read() as db:
        assert await audit.broken_link(db) is None
        newest_first = [entry.id for entry in await audit.entries(db)]
    third = newest_first[2]
    async with store.begin() as db:
        await db.execute(update(Audit).where(Audit.id == third).values(detail="case 9"))
    async with store.read() as db:
        assert await audit.broken_link(db) == third
    async with store.begin() as db:
        await db.execute(text("DELETE FROM audit WHERE id = :id"), {"id": third})
    async with store.read() as db:
        assert await audit.broken_link(db) == newest_first[1]


async def test_audit_entries_written_at_once_still_make_one_chain(store: Store, clock: Clock) -> None:
    async def write(number: int) -> None:
        async with store.begin() as db:
            await audit.note(db, clock(), "view", detail=f"case {number}")

    await asyncio.gather(*(write(number) for number in range(12)))
    async with store.read() as db:
        assert len(await audit.entries(db)) == 12
        assert await audit.broken_link(db) is None


async def test_nothing_of_a_failed_transaction_remains(
    store: Store, patient_row: Patient, clock: Clock
) -> None:
    async def write() -> None:
        async with store.begin() as db:
            await messages.receive(db, inbound(patient_row, clock))
            await audit.note(db, clock(), "view")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await write()
    async with store.read() as db:
        assert await messages.history(db, patient_row.id) == []
        assert await audit.entries(db) == []


async def test_a_time_without_zone_is_refused(store: Store, patient_row: Patient) -> None:
    naive = datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001
    with pytest.raises(Exception, match="without a time zone"):
        async with store.begin() as db:
            await people.add_session_date(db, patient_row.id, naive)


async def test_times_come_back_in_utc(store: Store, patient_row: Patient) -> None:
    at = datetime.fromisoformat("2026-11-23T10:00:00+05:30")
    async with store.begin() as db:
        await people.add_session_date(db, patient_row.id, at)
    async with store.read() as db:
        (kept,) = await people.session_dates(db, patient_row.id)
    assert kept == at
    assert kept.utcoffset() == timedelta(0)


async def test_an_invitation_works_as_often_and_as_long_as_it_says(
    store: Store, patient_row: Patient, clock: Clock
) -> None:
    async def signs_in(code: str) -> bool:
        async with store.begin() as db:
            return await people.sign_in(db, code, clock()) is not None

    async with store.begin() as db:
        once = await people.invite(db, patient_row.id, clock())
        late = await people.invite(db, patient_row.id, clock(), days=2)
    assert await signs_in(once)
    assert not await signs_in(once)
    clock.passes(days=2)
    assert not await signs_in(late)
    assert not await signs_in("abcd-abcd-abcd-abcd")


async def test_a_code_used_from_two_places_at_once_lets_one_in(
    store: Store, patient_row: Patient, clock: Clock
) -> None:
    async with store.begin() as db:
        code = await people.invite(db, patient_row.id, clock())

    async def signs_in() -> bool:
        async with store.begin() as db:
            return await people.sign_in(db, code, clock()) is not None

    assert sum(await asyncio.gather(*(signs_in() for _ in range(6)))) == 1


async def test_only_hashes_of_codes_and_cookies_are_kept(
    store: Store, patient_row: Patient, clock: Clock
) -> None:
    async with store.begin() as db:
        code = await people.invite(db, patient_row.id, clock())
        signed_in = await people.sign_in(db, code, clock())
    assert signed_in is not None
    token, session = signed_in
    async with store.read() as db:
        kept = str((await db.execute(text("SELECT * FROM invitations"))).all())
        kept += str((await db.execute(text("SELECT * FROM chat_sessions"))).all())
        assert await people.chat_session(db, token, clock()) is not None
        assert await people.chat_session(db, token, session.expires_at) is None
    assert code not in kept
    assert token not in kept


def test_a_database_the_store_does_not_know_is_refused_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(InterludeError, match="give sqlite"):
        Store.open("mysql://localhost/x", Vault.parse(KEY))


async def test_what_was_committed_is_there_after_the_process_was_cut_off(tmp_path: Path) -> None:
    """SQLite: a store that is never closed, read by another one."""
    with migrated("sqlite", tmp_path) as url:
        first, second = open_store(url), open_store(url)
        async with first.begin() as db:
            await audit.note(db, datetime(2026, 11, 23, tzinfo=UTC), "view")
        async with second.read() as db:
            assert len(await audit.entries(db)) == 1
            mode = (await db.execute(text("PRAGMA journal_mode"))).scalar()
            synchronous = (await db.execute(text("PRAGMA synchronous"))).scalar()
        await first.close()
        await second.close()
    assert (mode, synchronous) == ("wal", 2)
