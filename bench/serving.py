"""A server in processes of its own, and the load that one process can put on it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from commands.serving import gunicorn

ROOT = Path(__file__).parent.parent
CONNECTIONS = 8
_TICKS = os.sysconf("SC_CLK_TCK")


class Load(NamedTuple):
    """What one kind of request cost: how many were answered a second, and the workers' time."""

    answered: int
    seconds: float
    worker_seconds: float

    @property
    def throughput(self) -> float:
        return self.answered / self.seconds

    @property
    def cost(self) -> float:
        """Milliseconds of the workers' processor time a request."""
        return 1000 * self.worker_seconds / max(self.answered, 1)


class Server:
    """The web as `flask serve` starts it, on a port of its own, until `stop`."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "SECRET_KEY": "a secret for measuring only",
            "INSTANCE_DIR": str(folder / "instance"),
            "PUBLIC_URL": self.url,
            "BENCH_ANSWER": str(folder / "answer.html"),
            **settings,
        }
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = gunicorn(self.port, "warning", "bench.site:create()")
        with open(self._folder / "server.log", "wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | self.settings,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                sys.exit((self._folder / "server.log").read_text())
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(30)

    def workers(self) -> list[int]:
        assert self._process
        pid = self._process.pid
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def memory(self) -> float:
        """Megabytes that one worker holds for itself or shares, at its largest."""
        return max(_kilobytes(pid) for pid in self.workers()) / 1024

    def load(self, requests: Sequence[bytes], seconds: float) -> Load:
        """Send these in turn over connections that are kept alive, each waiting for its answer."""
        before, began = self._worker_seconds(), time.perf_counter()
        answered = [0] * CONNECTIONS
        until = began + seconds

        def client(which: int) -> None:
            with connected(self.port) as connection:
                place = which * len(requests) // CONNECTIONS
                while time.perf_counter() < until:
                    head, _body = ask(connection, requests[place % len(requests)])
                    assert head.startswith(b"HTTP/1.1 200"), head
                    answered[which] += 1
                    place += 1

        clients = [Thread(target=client, args=(which,)) for which in range(CONNECTIONS)]
        for thread in clients:
            thread.start()
        for thread in clients:
            thread.join()
        taken = time.perf_counter() - began
        return Load(sum(answered), taken, self._worker_seconds() - before)

    def ask_once(self, request: bytes) -> bytes:
        """The body of one answer."""
        with connected(self.port) as connection:
            head, body = ask(connection, request)
        assert head.startswith(b"HTTP/1.1 200"), head + body
        return body

    def _worker_seconds(self) -> float:
        return sum(_processor_seconds(pid) for pid in self.workers())

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False


def connected(port: int) -> socket.socket:
    """A connection that sends at once."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ask(connection: socket.socket, request: bytes) -> tuple[bytes, bytes]:
    """Head and body of the answer to one request."""
    connection.sendall(request)
    answer = connection.recv(65_536)
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += _more(connection)
    head, body = answer[:end], answer[end + 4 :]
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += _more(connection)
    return head, body


def post(path: str, port: int, body: bytes, cookie: str) -> bytes:
    """A request as a browser sends it from our page."""
    head = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
        "Accept: */*",
        "Accept-Language: en-US,en;q=0.9",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        "HX-Request: true",
        f"HX-Current-URL: http://127.0.0.1:{port}{path.rpartition('/')[0]}/company",
        "Sec-Fetch-Site: same-origin",
        "Origin: null",
        f"Cookie: {cookie}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65_536)
    assert data, "the server ended the connection"
    return data


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _kilobytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    return 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
