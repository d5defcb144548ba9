"""Requests that no browser sends, to the real server: refused or closed, and others answered."""

import gzip
import re
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.commands.programs import descendants, environment, migrate, output_until, started

# Far above what any of it takes: only a server that hangs gets there.
HANGS = 60
GROWTH = 64 * 1024  # kB that all workers together may have grown by at the end
BLOCK = b"a" * 65_536
HOST = b"Host: 127.0.0.1\r\nConnection: close\r\n"
POST = b"POST / HTTP/1.1\r\n" + HOST
FORM = POST + b"Content-Type: application/x-www-form-urlencoded\r\n"
PARTS = POST + b"Content-Type: multipart/form-data; boundary=x\r\n"
CHUNKED = FORM + b"Transfer-Encoding: chunked\r\n\r\n"
GET = b"GET / HTTP/1.1\r\n" + HOST
ONE_PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'


def whole(head: bytes, body: bytes) -> list[bytes]:
    return [head + b"Content-Length: %d\r\n\r\n" % len(body), body]


def forever(head: bytes, more: bytes) -> Iterator[bytes]:
    """64 MB and more, unless it is stopped before."""
    yield head
    yield from repeat(more, 1000)


def told(*lines: bytes) -> list[bytes]:
    """A body of three bytes under these headers."""
    return [b"\r\n".join([FORM + lines[0], *lines[1:], b"", b"a=1"])]


HOSTILE: dict[str, tuple[Iterable[bytes], str]] = {
    "endless, as announced": (forever(FORM + b"Content-Length: 99999999999\r\n\r\n", BLOCK), "413"),
    "endless, more than announced": (forever(FORM + b"Content-Length: 9\r\n\r\n", BLOCK), "400"),
    "less than announced": (told(b"Content-Length: 100"), "400"),
    "a negative length": (told(b"Content-Length: -1"), "400"),
    "a signed length": (told(b"Content-Length: +3"), "400"),
    "a length of 5,000 digits": (told(b"Content-Length: " + b"9" * 5000), "400"),
    "two lengths": (told(b"Content-Length: 3", b"Content-Length: 4"), "400"),
    "length and chunks": (told(b"Content-Length: 3", b"Transfer-Encoding: chunked"), "400"),
    "an unknown coding": (told(b"Transfer-Encoding: gzip, chunked"), "400|501"),
    "endless chunks": (forever(CHUNKED, b"10000\r\n" + BLOCK + b"\r\n"), "400|413"),
    "a chunk of no size": ([CHUNKED + b"zz\r\nabc\r\n0\r\n\r\n"], "400"),
    "a chunk of negative size": ([CHUNKED + b"-5\r\nabc\r\n0\r\n\r\n"], "400"),
    "a chunk of huge size": ([CHUNKED + b"f" * 20 + b"\r\nabc\r\n"], "400|413"),
    "an endless size of a chunk": (forever(CHUNKED, b"0" * 65_536), "400"),
    "an endless extension of a chunk": (forever(CHUNKED + b"5;", BLOCK), "400"),
    "endless trailers": (forever(CHUNKED + b"0\r\n", b"X: " + BLOCK + b"\r\n"), "400"),
    "a million fields": (whole(FORM, b"a=1&" * 1_000_000), "413"),
    "as many fields as are read": (whole(FORM, b"a=1&" * 60_000), "400"),
    "one field of 10 MB": (whole(FORM, b"a=" + b"a" * 10_000_000), "413"),
    "the same field twice": (whole(FORM, b"csrf_token=a&csrf_token=b"), "400"),
    "deep JSON": (whole(POST + b"Content-Type: application/json\r\n", b"[" * 200_000), "400"),
    "100,000 parts": (whole(PARTS, ONE_PART * 100_000), "413"),
    "4,000 parts": (whole(PARTS, ONE_PART * 4000), "413"),
    "many headers of a part": (whole(PARTS, b"--x\r\n" + b"X-A: b\r\n" * 30_000), "400"),
    "a long header of a part": (whole(PARTS, b"--x\r\nX-A: " + b"b" * 250_000), "400"),
    "almost boundaries": (whole(PARTS, b"\r\n-x" * 60_000), "400"),
    "a part without end": (whole(PARTS, ONE_PART + b"a" * 200_000), "400"),
    "a small body that grows": (
        whole(FORM + b"Content-Encoding: gzip\r\n", gzip.compress(b"a=1&" * 5_000_000)), "400"
    ),
    "another type": (whole(POST + b"Content-Type: text/xml\r\n", b"<a/>"), "400"),
    "no type": (whole(POST, b"a=1"), "400"),
    "parts without boundary": (whole(POST + b"Content-Type: multipart/form-data\r\n", b"a"), "400"),
    "another encoding": (whole(FORM[:-2] + b"; charset=utf-16\r\n", b"\xff\xfea\0"), "400"),
    "bytes that are no text": (whole(FORM, b"number=%ff%00%ed%a0%80&\xff\xfe"), "400"),
    "a cookie of 64 kB": ([GET + b"Cookie: homeport=" + BLOCK + b"\r\n\r\n"], "431"),
    "64 kB of cookies": ([GET + b"Cookie: a=" + b"b" * 8000 + b"\r\n"] * 1 + [
        b"".join(b"Cookie: c%d=%s\r\n" % (n, b"b" * 8000) for n in range(7)) + b"\r\n"
    ], "200|431"),
    "an address of 1 MB": ([b"GET /" + b"a" * 1_000_000, b" HTTP/1.1\r\n" + HOST + b"\r\n"], "414"),
    "10,000 headers": ([GET, *(b"X-%d: a\r\n" % n for n in range(10_000)), b"\r\n"], "431"),
    "an endless header": (forever(GET + b"X: ", BLOCK), "431"),
    "an endless address": (forever(b"GET /", BLOCK), "414"),
    "asking before sending too much": (
        [FORM + b"Expect: 100-continue\r\nContent-Length: 999999999\r\n\r\n"], "100.*413"
    ),
    "expecting what nobody does": (told(b"Expect: gold", b"Content-Length: 3"), "417"),
    "an old protocol": ([b"GET /\r\n\r\n"], "400"),
    "NUL in an address": ([b"GET /\0 HTTP/1.1\r\n" + HOST + b"\r\n"], "400"),
    "another protocol": ([b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], "400"),
}  # fmt: skip


class Serving(NamedTuple):
    port: int
    pid: int
    said: list[str]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=HANGS)

    def answer(self, request: Iterable[bytes]) -> bytes:
        """What it says before it closes, sent as much of the request as it takes."""
        with self.connect() as connection:
            with suppress(BrokenPipeError, ConnectionResetError):  # it has heard enough
                for part in request:
                    connection.sendall(part)
                connection.shutdown(socket.SHUT_WR)
            said = b""
            with suppress(ConnectionResetError):
                while more := connection.recv(65_536):
                    said += more
            return said

    def is_fine(self) -> bool:
        return self.answer([GET.replace(b"/", b"/healthz", 1), b"\r\n"]).startswith(b"HTTP/1.1 200")

    def memory(self) -> int:
        """kB that all of its processes hold."""
        found = [Path(f"/proc/{pid}/status").read_text() for pid in descendants(self.pid)]
        return sum(int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) for status in found)


@pytest.fixture(scope="module")
def serving(tmp_path_factory) -> Iterator[Serving]:
    env = environment(tmp_path_factory.mktemp("serving"))
    migrate(env)
    server = started("serve", env=env)
    output_until(server, "Booting worker")
    output_until(server, "Booting worker")
    said: list[str] = []
    assert server.stdout
    reader = threading.Thread(target=said.extend, args=[server.stdout])
    reader.start()
    try:
        yield Serving(int(env["PORT"]), server.pid, said)
    finally:
        server.terminate()
        server.wait(HANGS)
        reader.join(HANGS)
        server.stdout.close()


def test_each_is_refused_or_closed_while_others_are_answered(serving):
    for _warming in range(8):
        assert serving.answer([GET, b"\r\n"]).startswith(b"HTTP/1.1 200")
    before = serving.memory()
    wrong = []
    for name, (request, status) in HOSTILE.items():
        with serving.connect() as unfinished:
            unfinished.sendall(FORM + b"Content-Length: 5\r\n\r\na")
            answer = serving.answer(request)
            assert serving.is_fine(), name
        statuses = " ".join(re.findall(r"HTTP/1\.1 (\d+)", answer.decode("latin-1")))
        # Closing without a word is an answer too; an endless one may not hear it.
        if not re.fullmatch(status, statuses) and answer:
            wrong.append((name, status, statuses))
    assert wrong == []
    assert serving.memory() < before + GROWTH
    said = "".join(serving.said)
    assert "Traceback" not in said
    assert "[ERROR]" not in said


BAD_BODIES = {
    "a chunk of no size": b"zz\r\n",
    "a chunk of negative size": b"-5\r\nabc\r\n0\r\n\r\n",
    "a chunk without its end": b"3\r\nabcd\r\n0\r\n\r\n",
    "a trailer that is none": b"0\r\nno trailer\r\n\r\n",
    "a chunk that breaks off": b"9\r\nabc",
}


@pytest.mark.parametrize("body", BAD_BODIES)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/nowhere", 404),
        ("DELETE", "/healthz", 405),
        ("GET", "/static/app.js", 200),
        ("POST", "/", 400),
    ],
)
def test_a_body_that_nobody_reads_is_answered_once_whatever_is_in_it(
    serving, method, path, status, body
):
    """On a connection that would be kept, with a second request behind the body."""
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    second = [] if "breaks off" in body else [GET.replace(b"/", b"/healthz", 1) + b"\r\n"]
    before = len(serving.said)
    answer = serving.answer([b"".join([head.encode(), BAD_BODIES[body], *second])])
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"%d" % status]
    assert serving.is_fine()
    said = "".join(serving.said[before:])
    assert "Traceback" not in said
    assert "[ERROR]" not in said


def test_slow_ones_do_not_keep_everybody_waiting_for_ever(serving):
    """More of them than the server has threads, each a byte a second."""
    slow = [serving.connect() for _each in range(24)]
    stop = threading.Event()

    def dribble() -> None:
        for place, connection in enumerate(slow):
            connection.sendall(
                GET + b"X: " if place % 2 else FORM + b"Content-Length: 999\r\n\r\na"
            )
        while not stop.wait(1):
            for connection in slow:
                with suppress(OSError):
                    connection.sendall(b"a")

    sending = threading.Thread(target=dribble)
    sending.start()
    try:
        assert serving.is_fine()
        assert serving.is_fine()
    finally:
        stop.set()
        sending.join(HANGS)
        for connection in slow:
            connection.close()
    assert "Traceback" not in "".join(serving.said)
