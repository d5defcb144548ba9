"""An SMTP session that ends in time: all of its steps share one deadline.

Where the server takes commands together (RFC 2920) a message waits for it twice, not four times.
"""

import io
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address

from config import Settings

# One TLS record: what is written at once is written within one timeout.
_CHUNK = 16_384
_DOT = re.compile(rb"^\.", re.MULTILINE)
_FAREWELL = 5  # seconds; whatever a server makes of QUIT, nothing hangs on it
_OFTEN = 0.1  # seconds after which a socket is told its time again


class Conversation(smtplib.SMTP):
    """smtplib counts seconds for each byte it waits for; here they are counted for a whole attempt.

    Errors are smtplib's own; one that comes of lateness leaves the session closed.
    """

    def __init__(self, settings: Settings, context: ssl.SSLContext, seconds: float) -> None:
        self._wrapped = context if settings.mail_use_ssl else None
        self.has_begun_data = False
        self.meanwhile: Callable[[], None] | None = None  # done while a message is being taken in
        self._said: list[str] = []  # commands that were sent together, and not yet given
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

    def sendmail(  # type: ignore[override]
        self,
        from_addr: str,
        to_addrs: Sequence[str],
        msg: bytes,
        mail_options: Sequence[str] = (),
        rcpt_options: Sequence[str] = (),
    ) -> dict[str, tuple[int, bytes]]:
        """As smtplib's; what comes before the message is said at once where the server takes it."""
        if self.has_extn("pipelining") and not mail_options and not rcpt_options:
            size = f" size={len(msg)}" if self.has_extn("size") else ""
            said = [f"mail FROM:{smtplib.quoteaddr(from_addr)}{size}"]
            said += [f"rcpt TO:{smtplib.quoteaddr(address)}" for address in to_addrs]
            said.append("data")
            if not any("\r" in command or "\n" in command for command in said):
                self.send("".join(f"{command}\r\n" for command in said))
                self._said = said
        return super().sendmail(from_addr, to_addrs, msg, mail_options, rcpt_options)

    def putcmd(self, cmd: str, args: str = "") -> None:
        if self._said:
            self._said.pop(0)
        else:
            super().putcmd(cmd, args)

    def _rset(self) -> None:
        """Take back what was said, once all of it has been answered."""
        with suppress(smtplib.SMTPServerDisconnected):
            while self._said:
                last, (code, _words) = self._said.pop(0), self.getreply()
                if last == "data" and code == 354:  # RFC 2920, 3.1: it waits for a message now
                    self.send(".\r\n")
                    self.getreply()
            self.rset()

    def data(self, msg: bytes) -> tuple[int, bytes]:  # type: ignore[override]
        self.has_begun_data = True
        self.putcmd("data")
        code, said = self.getreply()
        if code != 354:
            self._rset()  # or the next message would find this one half said
            raise smtplib.SMTPDataError(code, said)
        end = b".\r\n" if msg.endswith(b"\r\n") else b"\r\n.\r\n"
        self.send(_DOT.sub(b"..", msg) + end)
        if self.meanwhile:
            begun = time.monotonic()
            self.meanwhile()
            self._until += time.monotonic() - begun  # ours: the server's answer may be there long
        return super().getreply()  # accepted is accepted, however late it is by now

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
