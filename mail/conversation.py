"""An SMTP session that ends in time: all of its steps share one deadline."""

import io
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from ipaddress import ip_address

from config import Settings

# One TLS record: what is written at once is written within one timeout.
_CHUNK = 16_384
_FAREWELL = 5  # seconds; whatever a server makes of QUIT, nothing hangs on it
# A socket is told its time no more often: each time another thread may run instead.
_OFTEN = 0.1  # seconds


class Conversation(smtplib.SMTP):
    """smtplib counts seconds for each byte it waits for; here they are counted for a whole attempt.

    Errors are smtplib's own; one that comes of lateness leaves the session closed.
    """

    def __init__(self, settings: Settings, context: ssl.SSLContext, seconds: float) -> None:
        self._wrapped = context if settings.mail_use_ssl else None
        self.has_begun_data = False
        self.allow(seconds)
        super().__init__(
            settings.mail_server,
            settings.mail_port,
            local_hostname=ehlo_name(settings.host),
            timeout=seconds,
        )

    def allow(self, seconds: float) -> None:
        """From now on everything together may take so long."""
        self._until = time.monotonic() + seconds
        self._told = 0.0
        self.has_begun_data = False

    def left(self) -> float:
        """Seconds until the deadline; TimeoutError when it has passed."""
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the attempt took too long")
        return seconds

    def _get_socket(self, host: str, port: int, _timeout: float) -> socket.socket:
        """The first address that answers; an address that does not leaves time for the others."""
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for later, (*_kind, address) in zip(range(len(addresses), 0, -1), addresses, strict=True):
            try:
                sock = socket.create_connection((str(address[0]), port), self.left() / later)
            except OSError:
                if later == 1:
                    raise
            else:
                break
        if not self._wrapped:
            return sock
        try:
            sock.settimeout(self.left())
            self._told = 0.0
            return self._wrapped.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock:
            self.file = io.BufferedReader(_Incoming(self))
        answer = super().getreply()
        self._hurry()  # a TLS handshake may come next
        return answer

    def send(self, s: bytes | str) -> None:  # type: ignore[override]
        data = s.encode(self.command_encoding) if isinstance(s, str) else bytes(s)
        for start in range(0, len(data), _CHUNK):
            self._hurry()
            super().send(data[start : start + _CHUNK])

    def _hurry(self) -> None:
        if self.sock:
            try:
                self.tell(self.sock)
            except TimeoutError as late:
                self.close()
                raise smtplib.SMTPServerDisconnected(str(late)) from None

    def tell(self, sock: socket.socket) -> None:
        """Give a socket the time that is left, to a tenth of a second; TimeoutError without any."""
        left, now = self.left(), time.monotonic()
        if now > self._told + _OFTEN:
            sock.settimeout(left)
            self._told = now

    def data(self, msg: bytes | str) -> tuple[int, bytes]:  # type: ignore[override]
        self.has_begun_data = True
        try:
            return super().data(msg)
        except smtplib.SMTPDataError:
            with suppress(smtplib.SMTPServerDisconnected):
                self.rset()  # or the next message would find this one half said
            raise

    def bid_farewell(self) -> None:
        """QUIT, or just close: what was accepted stays accepted."""
        self.allow(_FAREWELL)
        try:
            self.quit()
        except OSError:  # smtplib's own errors are OSErrors
            self.close()


class _Incoming(io.RawIOBase):
    """What a server says; one that sends a byte now and then gains no time by it."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        sock = self.conversation.sock
        if sock is None:
            return 0
        self.conversation.tell(sock)
        return sock.recv_into(buffer)


def ehlo_name(host: str) -> str:
    """How we name ourselves: the public host, an address in brackets; nothing is looked up."""
    try:
        address = ip_address(host)
    except ValueError:
        return host or "localhost"
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"
