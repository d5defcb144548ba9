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


_LINE, _MESSAGE = b"\r\n", b"\r\n.\r\n"
_ANSWERS = {b"EHLO": "250-sink\r\n250 PIPELINING", b"DATA": "354 go", b"QUIT": "221 bye"}


class Sink:
    """Plain SMTP on a free port of 127.0.0.1, in a thread; answers are `seconds` on their way.

    What is said together is answered together, as by a server that is so far away.
    """

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
        connection, heard, end = Connection(), b"", _LINE
        self.connections.append(connection)
        try:
            writer.write(b"220 sink\r\n")
            while chunk := await reader.read(1 << 20):
                heard += chunk
                if self.seconds and end in heard:
                    await asyncio.sleep(self.seconds)
                while end in heard:
                    said, _end, heard = heard.partition(end)
                    answer = self._take_in(said, end, connection)
                    end = _MESSAGE if answer.startswith("354") else _LINE
                    writer.write(f"{answer}\r\n".encode())
                await writer.drain()
        except OSError:
            pass
        finally:
            connection.is_open = False
            with suppress(OSError):
                writer.close()

    def _take_in(self, said: bytes, end: bytes, connection: Connection) -> str:
        """A command or a whole message, and what is answered."""
        if end is _MESSAGE:
            connection.messages.append(email.message_from_bytes(said + b"\r\n"))
            connection.times.append(time.monotonic())
        verb = said[:4].upper() if end is _LINE else b""
        connection.ended_well = verb == b"QUIT"
        return _ANSWERS.get(verb, "250 fine")
