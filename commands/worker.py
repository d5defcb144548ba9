"""gunicorn's worker, which does not wait for ever for a request and takes a bad body for one."""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from gunicorn.http.errors import NoMoreData, ParseException  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]
from werkzeug.exceptions import ClientDisconnected

PATIENCE = 10  # seconds for a whole request to arrive; ours are a few kilobytes


class Worker(ThreadWorker):  # type: ignore[misc]
    """A thread reads one request at a time: a few slow ones would keep everybody else waiting."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arriving: dict[Any, float] = {}  # connection -> when patience ends

    def handle(self, conn: Any) -> Any:
        """Called in a thread, for each request of a connection."""
        self.wait_on(conn)
        try:
            return super().handle(conn)
        finally:
            del self.arriving[conn]

    def wait_on(self, conn: Any) -> None:
        """From now on, patience with a connection begins anew."""
        self.arriving[conn] = time.monotonic() + PATIENCE

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Called once the headers are there; the body is read by the application."""
        req.body.read = _refusing(req.body.read)
        req.body.more_time = lambda: self.wait_on(conn)
        return super().handle_request(req, conn)

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """Called once it is answered; what the application left of the body is read to its end."""
        try:
            return bool(super()._keepalive_after(conn, keepalive))
        except ClientDisconnected:
            return False  # where a next request would begin nobody knows, and this one is answered

    def murder_keepalived(self, force: bool = False) -> None:
        """Called about once a second by the thread that accepts."""
        super().murder_keepalived(force)
        now = time.monotonic()
        for connection, until in list(self.arriving.items()):
            if until < now:
                # What is being answered is still answered; what is being read has now ended.
                with suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RD)


def _refusing(read: Callable[..., bytes]) -> Callable[..., bytes]:
    """Of a body that breaks off or is malformed the application hears as of any other bad one."""

    def refusing(*size: int) -> bytes:
        try:
            return read(*size)
        except (ParseException, NoMoreData):
            raise ClientDisconnected from None

    return refusing
