"""The event stream under /chat/events: what is said, and the receipt, each once and resumable."""

from __future__ import annotations

import asyncio
import json
import uuid

from support.actors import CALM, EMERGENCY, Clinic, Patient
from support.web import Browser

from interlude.escalation import case
from interlude.message import Level
from interlude.store import messages, people


async def test_what_is_said_arrives_once_and_in_order(signed_in: Browser, listens) -> None:
    stream = await listens()
    for number in range(3):
        await signed_in.sends(f"message {number}")
    await stream.until(lambda so_far: len(so_far.messages()) >= 6)
    assert stream.texts() == [
        text for number in range(3) for text in (f"message {number}", f"You said: message {number}")
    ]
    ids = [int(identity or 0) for kind, identity, _ in stream.events if kind == "message"]
    assert ids == sorted(set(ids))


async def test_a_stream_resumes_after_the_last_event_it_had(signed_in: Browser, listens) -> None:
    for number in range(4):
        await signed_in.sends(f"message {number}")
    said = (await signed_in.history())["messages"]
    for position in (0, 3, 7):
        stream = await listens(Last_Event_ID=said[position]["id"])
        last = f"You said: after {position}"
        await signed_in.sends(f"after {position}")
        await stream.until(lambda so_far, last=last: last in so_far.texts())
        newest = (await signed_in.history())["messages"]
        assert [message["id"] for message in stream.messages()] == [
            line["id"] for line in newest if int(line["id"]) > int(said[position]["id"])
        ]


async def test_a_clinicians_words_arrive_under_their_name(
    signed_in: Browser, clinic: Clinic, patient: Patient, listens
) -> None:
    stream = await listens()
    await clinic.ada.answers(patient, "I read what you wrote.")
    clinic.app.hub.wake_all()
    await stream.until(lambda so_far: bool(so_far.messages()))
    (message,) = stream.messages()
    assert (message["from"], message["author"]) == ("clinician", "Ada Byrne")


async def test_the_receipt_names_only_the_messages_it_is_about(
    signed_in: Browser, clinic: Clinic, patient: Patient, listens
) -> None:
    stream = await listens()
    calm, risk = str(uuid.uuid4()), str(uuid.uuid4())
    await signed_in.sends(CALM, calm)
    await signed_in.sends(EMERGENCY, risk)
    await clinic.ticks()
    clinic.ada.is_paged()
    clinic.app.hub.wake_all()
    await stream.until(lambda so_far: so_far.receipts()[-1]["state"] == "alerting")
    assert stream.receipts()[-1]["messages"] == [risk]
    await clinic.ada.acknowledges(patient)
    clinic.app.hub.wake_all()
    await stream.until(lambda so_far: so_far.receipts()[-1]["state"] == "seen")
    seen = stream.receipts()[-1]
    assert (seen["by"], seen["messages"]) == ("Ada Byrne", [risk])
    states = [receipt["state"] for receipt in stream.receipts()]
    assert states in (["none", "noted", "alerting", "seen"], ["none", "alerting", "seen"])
    assert patient.id not in json.dumps(stream.receipts()), "an internal id is nobody's business"


async def test_a_message_sent_after_the_acknowledgement_is_not_called_seen(
    signed_in: Browser, clinic: Clinic, patient: Patient
) -> None:
    await signed_in.sends(EMERGENCY)
    await clinic.ticks()
    clinic.ada.is_paged()
    await clinic.ada.acknowledges(patient)
    clinic.clock.passes(minutes=1)
    late = str(uuid.uuid4())
    await signed_in.sends(CALM, late)
    async with clinic.store.begin() as db:
        lines = await messages.history(db, patient.id)
        (message,) = [line.row for line in lines if (line.row.vendor_id or "").endswith(late)]
        await case.open_or_raise(db, message, Level.ROUTINE, ("R17",), clinic.clock(), "rules")
    receipt = (await (await signed_in.client.get("/chat/session")).json())["case"]
    assert receipt["state"] == "seen"
    assert late not in receipt["messages"]


async def test_a_routine_note_is_not_announced_as_an_alert(signed_in: Browser) -> None:
    await signed_in.sends("I used to cut at school")
    receipt = (await (await signed_in.client.get("/chat/session")).json())["case"]
    assert (receipt["state"], receipt["messages"]) == ("none", [])


async def test_an_ended_session_ends_its_stream(signed_in: Browser, clinic: Clinic, listens) -> None:
    stream = await listens()
    await signed_in.client.delete("/chat/session")
    async with clinic.store.read() as db:
        assert (await people.patient(db, clinic.patients[0].id)) is not None
    await clinic.patients[0].says("from another browser")
    clinic.app.hub.wake_all()
    async with asyncio.timeout(20):
        while any(clinic.app.hub._listeners.values()):
            clinic.app.hub.wake_all()
            await asyncio.sleep(0.01)
    assert stream.texts() == []


async def test_nobody_reads_another_patients_history(signed_in: Browser, clinic: Clinic, listens) -> None:
    stranger = await clinic.admits("Sasha")
    await stranger.says("a secret of Sasha's")
    assert (await signed_in.history())["messages"] == []
    stream = await listens(Last_Event_ID="0")
    await signed_in.sends("mine")
    await stream.until(lambda so_far: len(so_far.messages()) >= 2)
    assert stream.texts() == ["mine", "You said: mine"]
