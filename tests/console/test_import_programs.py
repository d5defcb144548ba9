"""Uploads and the real programs: killed in the middle, slow, endless, large."""

import http.client
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from provisioning import upload_runs, uploads
from records.tables import Organization, OutboxRow, Upload, User
from tests.commands.programs import all_ended, descendants, free_port, output_until, started
from tests.console.uploading import ORGANIZATIONS, USERS, folders, send
from tests.records.recount import assert_exact

HANGS = 60
PIECE = 64 * 1024
GROWTH = 24 * 1024  # kB, of more than 100 MB that are sent
LONGER_THAN_PATIENCE = 11  # seconds that the whole takes
HEAD = (
    b'--x\r\nContent-Disposition: form-data; name="users"; filename="users.csv"\r\n\r\n'
    + USERS.encode()
)
TAIL = b"\r\n--x--\r\n"


@pytest.fixture
def env(stage) -> dict[str, str]:
    """For programs beside this one: the same database, folder and keys."""
    said = stage.settings
    names = ("database_url", "instance_dir", "secret_key", "public_url")
    return os.environ | {name.upper(): getattr(said, name) for name in names}


def waited_for(condition: Callable[[], object], seconds: float = HANGS) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def many(users: int) -> dict[str, str]:
    refs = range(200)
    return {
        "organizations": ORGANIZATIONS
        + "".join(f"o{n},Company {n} GmbH,customer,direct,2020-03-01,,,\n" for n in refs),
        "users": USERS
        + "".join(f"o{n % 200},u{n}@c{n % 200}.com,{int(n % 7 == 0)},\n" for n in range(users)),
    }


def test_an_import_that_is_killed_with_everything_else_goes_on(stage, operator, env):
    page = send(operator, organizations=many(0)["organizations"], users=many(20_000)["users"])
    operator.get(f"{page.path}/run").form("main form").fill(why="because").submit()
    delivery = started("mail", "deliver", env=env)
    try:
        waited_for(lambda: User.select().count() >= 2_000)
        family = {delivery.pid, *descendants(delivery.pid)}
        assert len(family) >= 2  # the import is a program of its own
        for pid in family:
            os.kill(pid, signal.SIGKILL)
    finally:
        delivery.kill()
        delivery.communicate(timeout=HANGS)
    assert all_ended(family)
    assert Upload.get().state == "running"
    assert User.select().count() < 20_000
    assert_exact()
    delivery = started("mail", "deliver", env=env)
    try:
        waited_for(lambda: Upload.get().state == "done")
    finally:
        delivery.terminate()
        delivery.communicate(timeout=HANGS)
    assert delivery.returncode == 0
    assert User.select().count() == 20_000
    assert_exact()
    assert "It was interrupted and has begun anew." in page.reload()
    counts = uploads.counts_of(Upload.get())
    assert counts["users"].added + counts["users"].unchanged == 20_000
    assert counts["users"].unchanged >= 2_000


def test_a_dry_run_that_is_killed_leaves_nothing_and_goes_on(stage, operator, env):
    page = send(operator, **many(20_000))  # type: ignore[arg-type]
    page.form("form[action$=dry-run]").submit()
    program = started("directory", "uploads", env=env)
    waited_for(lambda: Upload.get().rows_read)
    program.kill()
    program.communicate(timeout=HANGS)
    assert Upload.get().state == "running"
    upload_runs.bring_in(stage.settings)
    assert Upload.get().state == "ready"
    assert uploads.counts_of(Upload.get())["users"].added == 20_000
    assert not Organization.select().exists()
    (folder,) = folders(stage)
    assert sorted(path.name for path in folder.iterdir()) == ["organizations", "users"]


def test_mail_waits_for_no_import_and_whoever_stops_delivery_stops_both(stage, operator, env):
    page = send(operator, **many(20_000))  # type: ignore[arg-type]
    operator.get(f"{page.path}/run").form("main form").fill(why="because").submit()
    delivery = started("mail", "deliver", env=env)
    waited_for(lambda: User.select().count() >= 2_000)
    order = stage.place()
    waited_for(lambda: OutboxRow.get(OutboxRow.order == order).sent_at)
    assert Upload.get().state == "running"
    family = {delivery.pid, *descendants(delivery.pid)}
    delivery.terminate()
    delivery.communicate(timeout=HANGS)
    assert delivery.returncode == 0
    assert all_ended(family)
    assert Upload.get().state == "waiting"
    assert_exact()


class Server(NamedTuple):
    port: int
    pid: int

    def memory(self) -> int:
        """kB that all of its processes hold."""
        found = [Path(f"/proc/{pid}/status").read_text() for pid in descendants(self.pid)]
        return sum(int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) for status in found)


@pytest.fixture
def server(env) -> Iterator[Server]:
    port = free_port()
    program = started("serve", env=env | {"PORT": str(port)})
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
    blocks = 120 * 1024**2 // len(block)
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
            if number % 20 == 0:
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
