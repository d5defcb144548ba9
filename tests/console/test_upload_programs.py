"""Uploads to the real server: slow, endless, large."""

import http.client
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from records.tables import Upload
from tests.commands.programs import descendants, free_port, output_until, started
from tests.console.uploading import USERS, beside, folders

# A body is read, counted and kept before the database hears of it.
DATABASES = ("sqlite",)

HANGS = 60
PIECE = 64 * 1024
SENT = 60 * 1024**2
GROWTH = 24 * 1024  # kB, of more than twice as much that is sent
LONGER_THAN_PATIENCE = 11  # seconds that the whole takes
HEAD = (
    b'--x\r\nContent-Disposition: form-data; name="users"; filename="users.csv"\r\n\r\n'
    + USERS.encode()
)
TAIL = b"\r\n--x--\r\n"


class Server(NamedTuple):
    port: int
    pid: int

    def memory(self) -> int:
        """kB that all of its processes hold."""
        found = [Path(f"/proc/{pid}/status").read_text() for pid in descendants(self.pid)]
        return sum(int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) for status in found)


@pytest.fixture
def server(stage) -> Iterator[Server]:
    port = free_port()
    program = started("serve", env=beside(stage) | {"PORT": str(port)})
    try:
        for _worker in range(2):
            output_until(program, "Booting worker")
        yield Server(port, program.pid)
    finally:
        program.terminate()
        program.communicate(timeout=HANGS)


def request(address: str, cookie: str, length: int) -> bytes:
    lines = (
        f"POST {address} HTTP/1.1", "Host: homeport.test", f"Cookie: homeport={cookie}",
        "Content-Type: multipart/form-data; boundary=x", f"Content-Length: {length}",
        "Sec-Fetch-Site: same-origin", "Origin: null", "Connection: close",
    )  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def cookie_of(client) -> str:
    return str(client.http.get_cookie("homeport", domain="homeport.test").value)


def address_of(client) -> str:
    return str(client.get("/console/import").one("main form")["action"])


def test_a_stranger_s_endless_upload_is_answered_at_once(operator, viewer, server):
    address = address_of(operator)
    for cookie, said in (("", "303"), (cookie_of(viewer), "403"), (cookie_of(operator), "400")):
        shown = address if said != "400" else "/console/import?form=x"
        with socket.create_connection(("127.0.0.1", server.port), timeout=HANGS) as connection:
            began = time.monotonic()
            connection.sendall(request(shown, cookie, 1024**3) + HEAD)
            answer = connection.recv(PIECE)  # more of the body never comes
            assert answer.startswith(f"HTTP/1.1 {said}".encode())
            assert time.monotonic() - began < 5


def test_a_large_file_takes_no_memory_and_a_slow_one_all_the_time_it_needs(stage, operator, server):
    line = b"acme,somebody.with.a.long.name@acme.example.com,0,Somebody\n"
    block = line * (PIECE * 8 // len(line))
    blocks = SENT // len(block)
    length = len(HEAD) + blocks * len(block) + len(TAIL)
    opened = http.client.HTTPConnection("127.0.0.1", server.port, timeout=HANGS)
    opened.request("GET", "/console/sign-in", headers={"Host": "homeport.test"})
    opened.getresponse().read()
    opened.close()
    before = server.memory()
    with socket.create_connection(("127.0.0.1", server.port), timeout=HANGS) as connection:
        connection.sendall(request(address_of(operator), cookie_of(operator), length) + HEAD)
        began, highest = time.monotonic(), 0
        for number in range(blocks):
            connection.sendall(block)
            if number % 10 == 0:
                highest = max(highest, server.memory())
                late = began + LONGER_THAN_PATIENCE * number / blocks - time.monotonic()
                time.sleep(max(0, late))
        connection.sendall(TAIL)
        answer = connection.recv(PIECE)
    assert answer.startswith(b"HTTP/1.1 303"), answer
    assert highest - before < GROWTH
    found = Upload.get()
    assert found.rows == blocks * (len(block) // len(line))
    (folder,) = folders(stage)
    assert (folder / "users").stat().st_size == length - len(HEAD) - len(TAIL) + len(USERS)
