"""What Rasa's memory of conversations promises."""

import asyncio

import pytest
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.utils.endpoints import EndpointConfig

DOMAIN = Domain.from_dict({"version": "3.1", "intents": ["greet"]})


def store(keep):
    """Made as Rasa makes it from endpoints.yml."""
    named = {"type": "components.tracker_store.BoundedTrackerStore", "keep": keep}
    return TrackerStore.create(EndpointConfig.from_dict(named), DOMAIN)


def conversation(name, text="hello"):
    return DialogueStateTracker.from_events(name, [UserUttered(text)], domain=DOMAIN)


def test_a_conversation_comes_back_as_it_was_kept():
    async def run():
        kept = store(2)
        await kept.save(conversation("ann", "hello from ann"))
        return await kept.retrieve("ann")

    tracker = asyncio.run(run())
    assert tracker.sender_id == "ann"
    assert tracker.latest_message.text == "hello from ann"


def test_never_more_conversations_are_kept_than_said():
    async def run():
        kept = store(3)
        for number in range(50):
            await kept.get_or_create_tracker(str(number))
        return list(await kept.keys()), await kept.retrieve("0")

    names, forgotten = asyncio.run(run())
    assert names == ["47", "48", "49"]
    assert forgotten is None


def test_the_conversation_unused_for_longest_is_forgotten_first():
    async def run():
        kept = store(2)
        await kept.save(conversation("ann"))
        await kept.save(conversation("bob"))
        await kept.retrieve("ann")
        await kept.save(conversation("cat"))
        return set(await kept.keys())

    assert asyncio.run(run()) == {"ann", "cat"}


def test_a_forgotten_conversation_starts_anew():
    async def run():
        kept = store(1)
        await kept.save(conversation("ann"))
        await kept.save(conversation("bob"))
        return await kept.get_or_create_tracker("ann")

    assert asyncio.run(run()).latest_message.text is None


def test_a_number_from_the_environment_counts():
    assert type(store("200")).__name__ == "BoundedTrackerStore"


@pytest.mark.parametrize("wrong", [0, -5, "many", None, 2.5, True])
def test_a_bound_that_is_none_is_refused(wrong):
    with pytest.raises(InvalidConfigException, match=r"endpoints\.yml"):
        store(wrong)
