"""Pages through Apprise: PagerDuty, Opsgenie, Slack, Teams, SMS and some 170 others by URL."""

from __future__ import annotations

import apprise

from interlude.message import Level
from interlude.pagers.base import Alert, PageFailed
from interlude.settings import Settings


class Pager:
    """Sends to one Apprise URL. One object a destination, so that one failing never hides another."""

    def __init__(self, settings: Settings) -> None:
        pass

    async def send(self, address: str, alert: Alert) -> None:
        """Notify the URL; raises PageFailed. The URL holds secrets and is never logged or shown."""
        destination = apprise.Apprise()
        if not destination.add(address):
            raise PageFailed(
                "A clinician's Apprise URL is not one Apprise knows; mend it in their pager addresses."
            )
        kind = apprise.NotifyType.FAILURE if alert.level is Level.EMERGENCY else apprise.NotifyType.WARNING
        try:
            taken = await destination.async_notify(title=alert.title, body=alert.body, notify_type=kind)
        except Exception as error:  # some hundred third-party plug-ins, each with errors of its own
            raise PageFailed(f"The paging provider failed ({type(error).__name__}).") from error
        # The result is false for a page that left in part only, too.
        if not taken:
            raise PageFailed("The paging provider did not take the page.")
