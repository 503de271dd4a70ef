"""What counts as an answer of Rasa's, and what as silence: against a server on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from interlude.dialogue import LONGEST, Dialogue, DialogueSilent
from interlude.message import Choice


class Rasa:
    """Answers every turn with `body` and `status`, after `release` when it is held."""

    def __init__(self) -> None:
        self.body: Any = [{"recipient_id": "x", "text": "hello"}]
        self.status = 200
        self.raw: str | None = None
        self.asked: list[dict[str, Any]] = []
        self.release = asyncio.Event()
        self.release.set()

    async def webhook(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        await self.release.wait()
        text = self.raw if self.raw is not None else json.dumps(self.body)
        return web.Response(status=self.status, text=text, content_type="application/json")


@pytest.fixture
async def rasa() -> AsyncIterator[tuple[Rasa, str]]:
    played = Rasa()
    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", played.webhook)
    async with TestServer(app) as server:
        yield played, str(server.make_url("/"))
        played.release.set()


@pytest.fixture
async def dialogue(rasa: tuple[Rasa, str]) -> AsyncIterator[Dialogue]:
    made = Dialogue([rasa[1]], timeout=5)
    yield made
    await made.close()


async def test_a_turn_carries_the_conversation_the_text_and_the_metadata(rasa, dialogue: Dialogue) -> None:
    answer = await dialogue.ask("uid-1", "hi there", {"message_id": 7})
    assert [reply.text for reply in answer.replies] == ["hello"]
    assert rasa[0].asked == [{"sender": "uid-1", "message": "hi there", "metadata": {"message_id": 7}}]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([], 200),
        ({"status": "failure"}, 200),
        ([{"recipient_id": "x"}], 200),
        ([{"text": "half an answer"}, {"custom": {"kind": "failed"}}], 200),
        ([{"text": "hello"}], 500),
        ([{"text": "hello"}], 503),
        (None, 200),
    ],
)
async def test_everything_that_is_no_answer_is_silence(
    rasa, dialogue: Dialogue, body: Any, status: int
) -> None:
    rasa[0].body, rasa[0].status = body, status
    with pytest.raises(DialogueSilent):
        await dialogue.ask("x", "hi", {})


async def test_an_answer_that_is_not_json_is_silence(rasa, dialogue: Dialogue) -> None:
    rasa[0].raw = "<html>oops"
    with pytest.raises(DialogueSilent):
        await dialogue.ask("x", "hi", {})


async def test_an_answer_that_takes_too_long_is_silence(rasa) -> None:
    rasa[0].release.clear()
    impatient = Dialogue([rasa[1]], timeout=0.05)
    with pytest.raises(DialogueSilent, match="did not answer"):
        await impatient.ask("x", "hi", {})
    await impatient.close()


async def test_nobody_listening_is_silence() -> None:
    alone = Dialogue([f"http://127.0.0.1:{unused_port()}"], timeout=5)
    with pytest.raises(DialogueSilent, match="takes a connection"):
        await alone.ask("x", "hi", {})
    assert not await alone.ready()
    await alone.close()


async def test_another_process_takes_the_turn_of_one_that_is_gone(rasa) -> None:
    several = Dialogue([f"http://127.0.0.1:{unused_port()}", rasa[1]], timeout=5)
    for _ in range(4):
        assert (await several.ask("x", "hi", {})).replies[0].text == "hello"
    assert len(rasa[0].asked) == 4
    await several.close()


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("/restart", "restart"),
        ("  //  /back  ", "back"),
        ("/", "..."),
        ("   ", "..."),
        ("and/or", "and/or"),
        ("x" * 10_000, "x" * LONGEST),
    ],
)
async def test_rasa_is_never_given_a_command_nothing_or_too_much(
    rasa, dialogue: Dialogue, said: str, asked: str
) -> None:
    await dialogue.ask("x", said, {})
    assert rasa[0].asked[0]["message"] == asked


async def test_the_buttons_of_rasa_become_choices(rasa, dialogue: Dialogue) -> None:
    rasa[0].body = [
        {"text": "Which?", "buttons": [{"title": "Breathe", "payload": "intent:start_breathing"}]}
    ]
    (reply,) = (await dialogue.ask("x", "hi", {})).replies
    assert reply.choices == (Choice("Breathe", "intent:start_breathing"),)


async def test_an_actions_reply_keeps_its_kind_choices_and_drawing(rasa, dialogue: Dialogue) -> None:
    scale = {"kind": "scale", "min": "0", "max": "100"}
    custom = {
        "kind": "reply", "says": "crisis", "text": "How strong?", "custom": scale,
        "choices": [{"title": "Skip", "value": "skip"}],
    }  # fmt: skip
    rasa[0].body = [{"custom": custom}]
    (reply,) = (await dialogue.ask("x", "hi", {})).replies
    assert (reply.text, reply.kind, reply.custom) == ("How strong?", "crisis", scale)
    assert reply.choices == (Choice("Skip", "skip"),)


async def test_the_sign_for_a_second_opinion_is_no_words(rasa, dialogue: Dialogue) -> None:
    rasa[0].body = [{"text": "This sounds serious."}, {"custom": {"kind": "second_opinion"}}]
    answer = await dialogue.ask("x", "hi", {})
    assert answer.second_opinion
    assert [reply.text for reply in answer.replies] == ["This sounds serious."]
    rasa[0].body = [{"custom": {"kind": "second_opinion"}}]
    alone = await dialogue.ask("x", "hi", {})
    assert alone.second_opinion
    assert alone.replies == ()


async def test_ready_needs_the_canary_to_come_back_whole(rasa, dialogue: Dialogue) -> None:
    rasa[0].body = [{"text": "ready"}]
    assert await dialogue.ready()
    assert rasa[0].asked[0]["metadata"]["canary"] is True
    rasa[0].body = [{"text": "Sorry, I did not get that."}]
    assert not await dialogue.ready()
    rasa[0].body = []
    assert not await dialogue.ready()
