"""The pagers against servers on loopback: a page leaves, or it is known that it did not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import Message

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from pydantic import SecretStr
from structlog.testing import capture_logs
from support.servers import MailServer

from interlude.message import Level
from interlude.pagers.base import Alert, PageFailed, pager, parse_address
from interlude.settings import Mail, Settings

ALERT = Alert(12, Level.EMERGENCY, "heron-7", "https://clinic.test/console/cases/12", 0)


def settings(port: int) -> Settings:
    mail = Mail(host="127.0.0.1", port=port, sender="interlude@clinic.test")
    return Settings(mail=mail, keys=SecretStr(""))


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    async with MailServer() as server:
        yield server


def parts(raw: bytes) -> tuple[Message, str]:
    mail = message_from_bytes(raw)
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    return mail, body.decode()


async def test_a_mail_holds_level_pseudonym_and_link(mail_server: MailServer) -> None:
    await pager("email", settings(mail_server.port)).send("ada@clinic.test", ALERT)
    (received,) = mail_server.received
    assert received.to == ["ada@clinic.test"]
    mail, body = parts(received.data)
    assert mail["Subject"] == "Emergency alert 12. Open the console."
    assert mail["Message-ID"]
    assert body.split() == [*ALERT.title.split(), "Patient", "heron-7", ALERT.link]


@pytest.mark.parametrize("refuses", ["RCPT", "DATA", "connection"])
async def test_a_mail_server_that_refuses_is_a_failed_page(mail_server: MailServer, refuses: str) -> None:
    mail_server.refuses = refuses
    with pytest.raises(PageFailed, match="mail server did not take the page"):
        await pager("email", settings(mail_server.port)).send("ada@clinic.test", ALERT)
    assert mail_server.received == []


async def test_no_mail_server_at_all_is_a_failed_page() -> None:
    with pytest.raises(PageFailed):
        await pager("email", settings(unused_port())).send("ada@clinic.test", ALERT)


@pytest.mark.parametrize("address", ["", "ada", "a@b.test\r\nBcc: x@y.test", "a@b.test, c@d.test"])
async def test_an_address_that_could_reach_others_is_refused(mail_server: MailServer, address: str) -> None:
    with pytest.raises(PageFailed, match="address is not valid"):
        await pager("email", settings(mail_server.port)).send(address, ALERT)
    assert mail_server.received == []


class Provider:
    """A paging provider that takes JSON."""

    def __init__(self) -> None:
        self.calls: list[dict[str, str]] = []
        self.status = 200

    async def take(self, request: web.Request) -> web.Response:
        self.calls.append(await request.json())
        return web.Response(status=self.status)


@pytest.fixture
async def provider() -> AsyncIterator[tuple[Provider, str]]:
    played = Provider()
    app = web.Application()
    app.router.add_post("/hook", played.take)
    async with TestServer(app) as server:
        yield played, f"json://127.0.0.1:{server.port}/hook"


async def test_a_provider_gets_level_pseudonym_and_link(provider) -> None:
    played, url = provider
    await pager("apprise", settings(1)).send(url, ALERT)
    (call,) = played.calls
    assert call["title"] == ALERT.title
    assert call["message"] == ALERT.body
    assert call["type"] == "failure"


@pytest.mark.parametrize("status", [500, 429, 404])
async def test_a_provider_that_refuses_is_a_failed_page(provider, status: int) -> None:
    played, url = provider
    played.status = status
    with pytest.raises(PageFailed, match="did not take the page"):
        await pager("apprise", settings(1)).send(url, ALERT)
    assert len(played.calls) == 1


async def test_an_unknown_provider_is_a_failed_page_that_does_not_show_the_address() -> None:
    with pytest.raises(PageFailed) as failed:
        await pager("apprise", settings(1)).send("nonsense://token-4711", ALERT)
    assert "4711" not in str(failed.value)


async def test_the_log_pager_writes_what_a_page_may_say() -> None:
    with capture_logs() as logs:
        await pager("log", settings(1)).send("", ALERT)
    assert logs == [
        {
            "event": "page", "log_level": "warning", "case": 12, "level": "emergency", "patient": "heron-7",
            "link": ALERT.link,
        }
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["pigeon", "base", "../email", "os.path", ""])
def test_a_pager_there_is_none_of_names_the_mend(name: str) -> None:
    with pytest.raises(PageFailed, match="use log, email or apprise"):
        pager(name, settings(1))


def test_an_address_keeps_its_own_colons() -> None:
    assert parse_address("apprise:json://host:80/a") == ("apprise", "json://host:80/a")
    assert parse_address("log:") == ("log", "")


async def test_two_pages_can_leave_at_once(mail_server: MailServer) -> None:
    made = pager("email", settings(mail_server.port))
    await asyncio.gather(*(made.send(f"{who}@clinic.test", ALERT) for who in ("ada", "ben")))
    assert sorted(mail.to[0] for mail in mail_server.received) == ["ada@clinic.test", "ben@clinic.test"]
