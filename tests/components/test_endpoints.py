"""What endpoints.yml promises, read by Rasa itself."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from rasa.core.tracker_store import TrackerStore
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import read_endpoint_config

from components.tracker_store import BoundedTrackerStore

ENDPOINTS = str(Path(__file__).resolve().parents[2] / "endpoints.yml")


@pytest.fixture
def variables(monkeypatch):
    monkeypatch.setenv("INTERLUDE_ACTIONS_SECRET", "not-a-real-secret")
    monkeypatch.setenv("INTERLUDE_ACTIONS_URL", "http://127.0.0.1:5055/webhook")
    return monkeypatch


def test_every_action_call_carries_the_shared_secret_to_the_address_set(variables):
    async def run():
        seen = []

        async def webhook(request):
            seen.append((request.path, request.headers.getall("Authorization")))
            return web.json_response({})

        app = web.Application()
        app.router.add_post("/webhook", webhook)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            port = runner.addresses[0][1]
            variables.setenv("INTERLUDE_ACTIONS_URL", f"http://127.0.0.1:{port}/webhook")
            await read_endpoint_config(ENDPOINTS, "action_endpoint").request(json={})
        finally:
            await runner.cleanup()
        return seen

    assert asyncio.run(run()) == [("/webhook", ["Bearer not-a-real-secret"])]


@pytest.mark.parametrize("missing", ["INTERLUDE_ACTIONS_SECRET", "INTERLUDE_ACTIONS_URL"])
def test_without_a_variable_rasa_refuses_to_read_it_and_names_the_variable(variables, missing):
    variables.delenv(missing)
    with pytest.raises(RasaException, match=missing):
        read_endpoint_config(ENDPOINTS, "action_endpoint")


def test_conversations_are_kept_in_memory_only(variables):
    assert type(TrackerStore.create(read_endpoint_config(ENDPOINTS, "tracker_store"))) is BoundedTrackerStore
