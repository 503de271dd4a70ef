"""Small servers on loopback that play the outside world."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Received:
    """One mail as the server took it."""

    to: list[str]
    data: bytes


class MailServer:
    """Takes mail over SMTP. `refuses`: empty, or `connection`, `RCPT` or `DATA`."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.refuses = ""
        self.port = 0

    async def __aenter__(self) -> MailServer:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Stop listening."""
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        if self.refuses == "connection":
            await say("554 no service")
            return
        await say("220 test")
        to: list[str] = []
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ")[0].upper()
            if verb == self.refuses:
                await say("550 refused")
            elif verb == "RCPT":
                to.append(line.partition("<")[2].partition(">")[0])
                await say("250 ok")
            elif verb == "DATA":
                await say("354 go on")
                data = await reader.readuntil(b"\r\n.\r\n")
                self.received.append(Received(to, data.removesuffix(b".\r\n")))
                to = []
                await say("250 ok")
            elif verb == "QUIT":
                await say("221 bye")
                return
            else:
                await say("250 ok")
