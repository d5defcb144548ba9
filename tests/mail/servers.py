"""Mail servers for tests: a real one that answers as told, and one that misbehaves."""

import contextlib
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class MailServer:
    """aiosmtpd on a free port. `answers["RCPT"] = "450 later"` is what it says to every RCPT."""

    def __init__(self, tls: ssl.SSLContext | None = None, **options) -> None:
        self.answers: dict[str, str] = {}
        self.offered: list[Envelope] = []
        self.accepted: list[Envelope] = []
        self.hellos: list[str] = []
        self.connections = 0
        self.port = free_port()
        self.controller = _Controller(
            self, hostname="127.0.0.1", port=self.port, tls_context=tls, **options
        )
        self.start, self.stop = self.controller.start, self.controller.stop

    def answer(self, verb: str, address: str = "") -> str | None:
        """What was told for this verb, or for this verb and address."""
        return self.answers.get(f"{verb} {address}") or self.answers.get(verb)

    async def handle_EHLO(self, _server, session: Session, _envelope, hostname, responses):  # noqa: N802
        self.hellos.append(hostname)
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, _server, _session, envelope: Envelope, address, _options):  # noqa: N802
        if told := self.answer("MAIL"):
            return told
        envelope.mail_from = address
        return "250 fine"

    async def handle_RCPT(self, _server, _session, envelope: Envelope, address, _options):  # noqa: N802
        if told := self.answer("RCPT", address):
            return told
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _server, _session, envelope: Envelope):  # noqa: N802
        self.offered.append(envelope)
        if told := self.answer("DATA", envelope.rcpt_tos[0]):
            return told
        self.accepted.append(envelope)
        return "250 taken"

    def authenticate(self, _server, _session, _envelope, _mechanism, data) -> AuthResult:
        return AuthResult(success=data.password == b"right", handled=False)


class _Controller(Controller):
    def factory(self) -> SMTP:
        self.handler.connections += 1
        return super().factory()


@contextlib.contextmanager
def conversation(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server whose whole conversation is `talk`; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):
                talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def accept_everything(connection: socket.socket, farewell: bytes = b"221 bye\r\n") -> list[bytes]:
    """The plainest server there is; returns the lines it was sent."""
    received = []
    connection.sendall(b"220 hello\r\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            received.append(line)
            verb = line[:4].upper()
            if verb == b"QUIT":
                connection.sendall(farewell)
                break
            if verb == b"DATA":
                connection.sendall(b"354 go\r\n")
            elif verb in (b"EHLO", b"MAIL", b"RCPT") or line == b".\r\n":
                connection.sendall(b"250 fine\r\n")
    return received


# What is answered, or what answers; it may return what it said.
Ending = bytes | Callable[[socket.socket], bytes | None]


def scripted(
    endings: dict[str, Ending], tls: ssl.SSLContext | None = None, *, together: bool = False
):
    """The talk of a server that goes well but for `endings`: by verb, or BANNER, or `.`.

    With `tls` it offers STARTTLS and AUTH, and `together` to take commands so.
    """
    fine = {"BANNER": "220 hello", "DATA": "354 go", "QUIT": "221 bye", "AUTH": "235 in"}
    fine |= {"STARTTLS": "220 go"}
    offers = ["us", *(["STARTTLS", "AUTH PLAIN"] if tls else []), *["PIPELINING"] * together]
    offered = "\r\n".join([*(f"250-{each}" for each in offers[:-1]), f"250 {offers[-1]}"])

    def answer(connection: socket.socket, verb: str) -> bytes:
        ending = endings.get(verb)
        if callable(ending):
            return ending(connection) or b""
        usual = offered if verb == "EHLO" else fine.get(verb, "250 fine")
        said = ending or f"{usual}\r\n".encode()
        connection.sendall(said)
        return said

    def talk(connection: socket.socket) -> None:
        answer(connection, "BANNER")
        with connection.makefile("rb") as lines:
            is_data = False
            for line in lines:
                if is_data and line != b".\r\n":
                    continue
                verb = line.split()[0].decode().upper()
                said = answer(connection, verb)
                is_data = verb == "DATA" and said.startswith(b"354")
                if verb == "STARTTLS" and verb not in endings and tls:
                    with tls.wrap_socket(connection, server_side=True) as secure:
                        talk_on(secure)
                    return
                if verb == "QUIT":
                    return

    def talk_on(connection: socket.socket) -> None:
        spoken = {"BANNER": lambda _connection: None, **endings, "STARTTLS": b""}
        rest = scripted(spoken, tls, together=together)
        rest(connection)

    return talk


def reset(connection: socket.socket) -> None:
    """An RST instead of an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # Whoever reads lines of it would keep it open if it were closed by its own method.
    os.close(connection.detach())


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def silence(connection: socket.socket) -> None:
    """No answer, until the other side has had enough."""
    while connection.recv(1024):
        pass


def drip(connection: socket.socket) -> None:
    """A byte now and then, for as long as somebody listens."""
    ticks = threading.Event()
    while not ticks.wait(0.02):
        connection.sendall(b"2")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
