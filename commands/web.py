"""What gunicorn is told beyond its command line; it reads this file itself."""

from typing import Any


def post_worker_init(worker: Any) -> None:
    """A request that no page ever sees is refused like the others."""
    from gunicorn import util  # type: ignore[import-untyped]

    from views.security import fixed_headers

    headers = fixed_headers(worker.app.callable.config["SETTINGS"])

    def refuse(connection: Any, status: int, reason: str, _said: str) -> None:
        """A short answer with our headers; gunicorn's own would repeat parts of the request."""
        head = {
            "Connection": "close",
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(reason)),
            **headers,
        }
        lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {head[name]}" for name in head)]
        util.write_nonblock(connection, ("\r\n".join([*lines, "", reason])).encode("latin-1"))

    util.write_error = refuse
