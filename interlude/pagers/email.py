"""Pages by e-mail over SMTP (RFC 5321), through aiosmtplib."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid

import aiosmtplib

from interlude.pagers.base import Alert, PageFailed
from interlude.settings import Settings


class Pager:
    """Sends to one mail address through the configured server."""

    def __init__(self, settings: Settings) -> None:
        self._mail = settings.mail
        self._password = settings.mail_password.get_secret_value()

    async def send(self, address: str, alert: Alert) -> None:
        """Hand the page to the mail server; raises PageFailed when it isn't taken."""
        if "@" not in address or any(mark in address for mark in "\r\n,;"):
            raise PageFailed("A clinician's e-mail address is not valid; mend it in their pager addresses.")
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._mail.sender, address, alert.title
        mail["Message-ID"] = make_msgid(domain=self._mail.sender.rpartition("@")[2] or "localhost")
        mail["X-Priority"] = "1"
        mail.set_content(alert.body)
        try:
            await aiosmtplib.send(
                mail,
                hostname=self._mail.host,
                port=self._mail.port,
                start_tls=self._mail.starttls,
                username=self._mail.user or None,
                password=self._password or None,
                timeout=10,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise PageFailed(f"The mail server did not take the page ({type(error).__name__}).") from error
