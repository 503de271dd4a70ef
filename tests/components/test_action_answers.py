"""What Rasa accepts from the action server, through the compiled check."""

import asyncio

import pytest
from aiohttp import web
from jsonschema import Draft202012Validator, ValidationError
from rasa.core.actions.action import RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

import components.action_schema

DOMAIN = Domain.from_dict({"version": "3.1", "actions": ["action_log_mood"]})


async def run_action(answer):
    """One action call through Rasa, to a server that gives this answer."""

    async def webhook(_request):
        return web.json_response(answer)

    app = web.Application()
    app.router.add_post("/webhook", webhook)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        action = RemoteAction("action_log_mood", EndpointConfig(f"http://127.0.0.1:{port}/webhook"))
        return await action.run(
            CollectingOutputChannel(),
            TemplatedNaturalLanguageGenerator({}),
            DialogueStateTracker.from_events("ann", [], domain=DOMAIN),
            DOMAIN,
        )
    finally:
        await runner.cleanup()


def test_a_wellformed_answer_is_said():
    (said,) = asyncio.run(run_action({"events": [], "responses": [{"text": "Saved."}]}))
    assert said.text == "Saved."


@pytest.mark.parametrize(
    "malformed",
    [
        {"events": [{"event": "slot"}], "responses": []},
        {"events": [{"event": "no such event"}], "responses": []},
        {"events": "none", "responses": []},
        {"events": [], "responses": ["words"]},
        {"events": [], "responses": {"text": "words"}},
        ["words"],
    ],
)
def test_a_malformed_answer_is_refused_with_the_actions_name(malformed):
    with pytest.raises(ValidationError, match="action_log_mood"):
        asyncio.run(run_action(malformed))


def test_the_schema_is_not_checked_again_at_every_answer(monkeypatch):
    def recheck(*_arguments, **_more):
        pytest.fail("the schema was compiled again")

    monkeypatch.setattr(type(components.action_schema._VALIDATOR), "check_schema", recheck)
    monkeypatch.setattr(Draft202012Validator, "check_schema", recheck)
    assert asyncio.run(run_action({"events": [], "responses": []})) == []
