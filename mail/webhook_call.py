"""One call of a webhook: signed, to an address that was looked at, and over after ten seconds."""

import base64
import hashlib
import hmac
import http.client
import socket
import ssl
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from ipaddress import ip_address
from threading import Thread, Timer
from urllib.parse import SplitResult

from matching.destinations import is_allowed

LIMIT = 10  # seconds for all of it: the name, the connection, the answer's first line
DEFAULT_PORTS = {"https": 443, "http": 80}


class Forbidden(Exception):
    """The address leads into a network that webhooks do not go to."""


def signatures(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> str:
    """What Standard Webhooks puts in `webhook-signature`: one for each secret, by spaces."""
    said = f"{message_id}.{timestamp}.".encode() + body
    made = (hmac.digest(_key(secret), said, hashlib.sha256) for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(mac).decode()}" for mac in made)


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))


def call(url: SplitResult, headers: dict[str, str], body: bytes, *, loopback: bool) -> int:
    """POST it; the status of the answer, of which nothing more is read. No redirect is followed.

    Raises OSError, http.client.HTTPException or Forbidden.
    """
    until = time.monotonic() + LIMIT
    host, port = str(url.hostname), url.port or DEFAULT_PORTS[url.scheme]
    addresses = _resolved(host, port, until)
    if not addresses or not all(is_allowed(ip_address(a), loopback=loopback) for a in addresses):
        raise Forbidden
    # What was looked at is what is connected to: the name is not asked a second time.
    plain = socket.create_connection((addresses[0], port), timeout=_left(until))
    timer = Timer(_left(until), _cut, [plain])
    timer.daemon = True
    timer.start()
    try:
        secured = _secured(plain, host) if url.scheme == "https" else plain
        with closing(http.client.HTTPConnection(host, port)) as connection:
            connection.sock = secured
            connection.request("POST", _path(url), body, {"Host": url.netloc, **headers})
            return connection.getresponse().status
    finally:
        timer.cancel()
        plain.close()


def _secured(plain: socket.socket, host: str) -> socket.socket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def _path(url: SplitResult) -> str:
    return f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"


def _left(until: float) -> float:
    return max(0.1, until - time.monotonic())


def _cut(plain: socket.socket) -> None:
    """Whoever answers byte by byte would never run into a limit for each of them."""
    with suppress(OSError):
        plain.shutdown(socket.SHUT_RDWR)


def _resolved(host: str, port: int, until: float) -> list[str]:
    """The addresses of a name. The system's resolver knows no limit, so a thread waits for it."""
    found: Future[list[str]] = Future()

    def ask() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.set_result([str(answer[4][0]).partition("%")[0] for answer in answers])
        except (OSError, UnicodeError) as error:
            found.set_exception(OSError(f"the name cannot be resolved: {type(error).__name__}"))

    Thread(target=ask, daemon=True).start()
    return found.result(timeout=_left(until))
