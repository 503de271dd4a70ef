"""Rasa's memory of conversations: the last few, in this process, nothing on disk.

Named in endpoints.yml. Everything a turn needs travels with its message, so a forgotten conversation costs
nothing, and Rasa never becomes a second place where health data is kept.
"""

from collections import OrderedDict
from typing import Any, Iterable, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import InvalidConfigException
from rasa.utils.endpoints import EndpointConfig


class BoundedTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Keeps the `keep` conversations used last and forgets the others.

    Raises InvalidConfigException when `keep` is not a whole number of at least 1.
    """

    def __init__(
        self,
        domain: Optional[Domain],
        host: Optional[EndpointConfig] = None,
        event_broker: Optional[EventBroker] = None,
        keep: Any = 200,
        **kwargs: Any,
    ) -> None:
        # A value from ${…} in endpoints.yml arrives as text.
        try:
            self._keep = int(keep)
        except (TypeError, ValueError):
            self._keep = 0
        if self._keep < 1 or isinstance(keep, (bool, float)):
            raise InvalidConfigException(
                f"tracker_store.keep in endpoints.yml must be a whole number of at least 1, not {keep!r}."
            )
        self._trackers: "OrderedDict[Text, Text]" = OrderedDict()
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep this conversation, forget the one unused for longest."""
        await self.stream_events(tracker)
        self._trackers[tracker.sender_id] = self.serialise_tracker(tracker)
        self._trackers.move_to_end(tracker.sender_id)
        while len(self._trackers) > self._keep:
            self._trackers.popitem(last=False)

    async def retrieve(self, sender_id: Text) -> Optional[DialogueStateTracker]:
        """The conversation, or None if it never was or is forgotten."""
        kept = self._trackers.get(sender_id)
        if kept is None:
            return None
        self._trackers.move_to_end(sender_id)
        return self.deserialise_tracker(sender_id, kept)

    async def keys(self) -> Iterable[Text]:
        """Ids of the conversations kept, the one unused for longest first."""
        return list(self._trackers)
