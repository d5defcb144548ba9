"""The mailbox that bounces arrive in: a Maildir on this machine, or a folder on an IMAP server."""

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

# A report quotes the message that came back; ours are small, and what is larger is cut.
LARGEST = 1_000_000
AT_ONCE = 500  # messages; the next look takes the others
SECONDS = 20  # for each answer of the server

Unseen = Iterator[tuple[bytes, Callable[[], None]]]


class BounceBox(Protocol):
    """`unseen` gives each new message with a function that marks it as seen."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *_error: object) -> None: ...
    def unseen(self) -> Unseen: ...


def box_of(where: str, cafile: str = "") -> BounceBox:
    """The mailbox that MAIL_BOUNCES_FROM names; it is opened when it is entered."""
    return ImapFolder(where, cafile) if where.startswith("imaps://") else Maildir(Path(where))


class Maildir:
    """`new` holds what nobody has seen; seen, it goes to `cur` with the flag that says so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        for name in ("tmp", "new", "cur"):
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def unseen(self) -> Unseen:
        for path in sorted((self.folder / "new").iterdir())[:AT_ONCE]:
            with suppress(FileNotFoundError):  # another worker was there first
                with path.open("rb") as file:
                    raw = file.read(LARGEST)
                yield raw, lambda path=path: self._seen(path)  # type: ignore[misc]

    def _seen(self, path: Path) -> None:
        with suppress(FileNotFoundError):
            path.rename(self.folder / "cur" / f"{path.name.partition(':')[0]}:2,S")


class ImapFolder:
    """A folder on a server, over TLS from the first byte, its certificate verified."""

    def __init__(self, url: str, cafile: str) -> None:
        self.url, self.cafile = urlsplit(url), cafile

    def __enter__(self) -> Self:
        context = ssl.create_default_context(cafile=self.cafile or None)
        self.server = imaplib.IMAP4_SSL(
            self.url.hostname or "", self.url.port or 993, ssl_context=context, timeout=SECONDS
        )
        try:
            self.server.login(unquote(self.url.username or ""), unquote(self.url.password or ""))
            folder = unquote(self.url.path.strip("/")) or "INBOX"
            said, answer = self.server.select(f'"{folder}"')
            if said != "OK":
                raise OSError(f"no folder {folder}: {answer!r}")
        except BaseException:
            self.server.shutdown()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            self.server.logout()
        except (OSError, imaplib.IMAP4.error):
            self.server.shutdown()

    def unseen(self) -> Unseen:
        _said, (numbers, *_rest) = self.server.uid("SEARCH", "UNSEEN")
        for number in (numbers or b"").decode().split()[:AT_ONCE]:
            _said, answer = self.server.uid("FETCH", number, f"(BODY.PEEK[]<0.{LARGEST}>)")
            if raw := next((part[1] for part in answer if isinstance(part, tuple)), None):
                yield raw, lambda number=number: self._seen(number)  # type: ignore[misc]

    def _seen(self, number: str) -> None:
        self.server.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)")
