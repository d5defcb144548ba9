"""A mail server that takes everything and remembers how each connection ended."""

import asyncio
import email
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import Message


@dataclass
class Connection:
    """What was accepted over it, and whether the other side said good-bye."""

    messages: list[Message] = field(default_factory=list)
    times: list[float] = field(default_factory=list)  # when each was accepted, time.monotonic()
    ended_well: bool = False
    is_open: bool = True


class Sink:
    """Plain SMTP on a free port of 127.0.0.1, in a thread; `seconds` pass before each answer."""

    def __init__(self, seconds: float = 0) -> None:
        self.seconds = seconds
        self.connections: list[Connection] = []
        self.port = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> "Sink":
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def times(self) -> dict[str, float]:
        """When each message was accepted first, by its address."""
        found: dict[str, float] = {}
        for each in list(self.connections):
            for message, at in zip(list(each.messages), list(each.times), strict=False):
                found.setdefault(str(message["To"]), at)
        return found

    def messages(self) -> list[Message]:
        return [message for each in list(self.connections) for message in list(each.messages)]

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, limit=2**20)
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        await self._stop.wait()
        server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection()
        self.connections.append(connection)
        try:
            await self._answer(writer, "220 sink")
            while line := await reader.readline():
                await self._say(line[:4].upper(), reader, writer, connection)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            connection.is_open = False
            with suppress(OSError):
                writer.close()

    async def _say(
        self,
        verb: bytes,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        connection: Connection,
    ) -> None:
        if verb == b"DATA":
            await self._answer(writer, "354 go")
            raw = await reader.readuntil(b"\r\n.\r\n")
            connection.messages.append(email.message_from_bytes(raw[:-3]))
            connection.times.append(time.monotonic())
        connection.ended_well = verb == b"QUIT"
        await self._answer(writer, "221 bye" if connection.ended_well else "250 fine")

    async def _answer(self, writer: asyncio.StreamWriter, said: str) -> None:
        if self.seconds:
            await asyncio.sleep(self.seconds)
        writer.write(f"{said}\r\n".encode())
        await writer.drain()
