"""The action server: a secret, a bound in time, and a safe reply to every failure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr
from structlog.testing import capture_logs
from support.actors import CALM, Clinic

from actions import mood
from actions.answering import Office
from interlude.commands.serve import FAILED, actions_app
from interlude.message import InterludeError
from interlude.settings import Actions, Settings

SECRET = {"Authorization": "Bearer s3cret"}
Call = Callable[..., Awaitable[Any]]


def call_of(action: str, text: str, metadata: dict[str, Any]) -> dict[str, Any]:
    """What Rasa posts."""
    latest = {"text": text, "intent": {"name": "log_mood"}, "entities": [], "metadata": metadata}
    tracker = {
        "sender_id": "x", "slots": {}, "latest_message": latest, "events": [], "paused": False,
        "followup_action": None, "active_loop": {}, "latest_action_name": None,
    }  # fmt: skip
    return {"next_action": action, "sender_id": "x", "tracker": tracker, "domain": {}, "version": "3.6.21"}


@pytest.fixture
async def server(clinic: Clinic) -> AsyncIterator[TestClient[Any, Any]]:
    Office.store, Office.scripts = clinic.store, clinic.app.scripts
    settings = Settings(actions_secret=SecretStr("s3cret"), actions=Actions(bound=0.2))
    async with TestClient(TestServer(actions_app(settings))) as client:
        yield client
    Office.store = Office.scripts = None


async def metadata_of(clinic: Clinic, text: str) -> dict[str, Any]:
    patient = await clinic.admits()
    taken = await patient.sends(text)
    return {"message_id": taken.message_id, "now": clinic.clock().isoformat()}


def test_without_a_secret_in_the_settings_it_does_not_start() -> None:
    with pytest.raises(InterludeError, match="INTERLUDE_ACTIONS_SECRET"):
        actions_app(Settings(actions_secret=SecretStr("")))


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "s3cret"}, {"Authorization": "Bearer "}],
)
async def test_without_the_secret_nothing_is_done(server, clinic: Clinic, headers: dict[str, str]) -> None:
    metadata = await metadata_of(clinic, "mood 6")
    response = await server.post(
        "/webhook", json=call_of("action_log_mood", "mood 6", metadata), headers=headers
    )
    assert response.status == 401
    assert await clinic.patients[0].moods() == []


async def test_an_action_answers_with_one_whole_reply(server, clinic: Clinic) -> None:
    metadata = await metadata_of(clinic, "mood 6")
    response = await server.post(
        "/webhook", json=call_of("action_log_mood", "mood 6", metadata), headers=SECRET
    )
    assert response.status == 200
    (said,) = (await response.json())["responses"]
    assert said["custom"]["kind"] == "reply"
    assert "6 out of 10" in said["custom"]["text"]
    assert await clinic.patients[0].moods() == [6]


async def test_asked_twice_for_one_message_it_notes_once_and_says_the_same(server, clinic: Clinic) -> None:
    call = call_of("action_log_mood", "mood 6", await metadata_of(clinic, "mood 6"))
    first = await (await server.post("/webhook", json=call, headers=SECRET)).json()
    clinic.clock.passes(minutes=3)
    second = await (await server.post("/webhook", json=call, headers=SECRET)).json()
    assert first == second
    assert await clinic.patients[0].moods() == [6]


async def test_a_failing_action_says_so_to_rasa_and_nothing_about_the_patient_to_the_log(
    server, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object) -> None:
        raise RuntimeError("mood 6, my private words")

    monkeypatch.setattr(mood.ActionLogMood, "answer", breaks)
    metadata = await metadata_of(clinic, "mood 6")
    with capture_logs() as logs:
        response = await server.post(
            "/webhook", json=call_of("action_log_mood", "mood 6", metadata), headers=SECRET
        )
    assert (response.status, await response.json()) == (200, FAILED)
    assert [entry["event"] for entry in logs] == ["action_failed"]
    assert "private" not in str(logs)


async def test_what_a_failing_action_wrote_is_taken_back(
    server, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = mood.ActionLogMood.answer

    async def breaks_afterwards(self: mood.ActionLogMood, asked: Any) -> None:
        await really(self, asked)
        raise RuntimeError

    monkeypatch.setattr(mood.ActionLogMood, "answer", breaks_afterwards)
    metadata = await metadata_of(clinic, "mood 6")
    response = await server.post(
        "/webhook", json=call_of("action_log_mood", "mood 6", metadata), headers=SECRET
    )
    assert await response.json() == FAILED
    assert await clinic.patients[0].moods() == []


async def test_a_slow_action_is_given_up_within_the_bound(
    server, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(mood.ActionLogMood, "answer", never)
    metadata = await metadata_of(clinic, "mood 6")
    began = time.monotonic()
    response = await server.post(
        "/webhook", json=call_of("action_log_mood", "mood 6", metadata), headers=SECRET
    )
    assert await response.json() == FAILED
    assert time.monotonic() - began < 20, "without the bound this would wait for ever"
    monkeypatch.undo()
    again = await server.post("/webhook", json=call_of("action_log_mood", "mood 6", metadata), headers=SECRET)
    assert (await again.json())["responses"][0]["custom"]["kind"] == "reply"


@pytest.mark.parametrize(
    "call",
    [
        call_of("action_unknown", CALM, {"message_id": 1}),
        call_of("action_log_mood", CALM, {}),
        call_of("action_log_mood", CALM, {"message_id": 999_999}),
        call_of("action_log_mood", CALM, {"message_id": "1"}),
    ],
)
async def test_a_call_that_cannot_be_answered_is_a_failure_not_a_crash(server, call: dict[str, Any]) -> None:
    response = await server.post("/webhook", json=call, headers=SECRET)
    assert (response.status, await response.json()) == (200, FAILED)


async def test_the_canary_goes_through_the_store(server) -> None:
    call = call_of("action_resume_script", "resume", {"canary": True})
    said = await (await server.post("/webhook", json=call, headers=SECRET)).json()
    assert [part["text"] for part in said["responses"]] == ["ready"]
