"""The local mailbox: what would be sent, as files in a folder."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Self

from mail.post import Post


class LocalMailbox:
    """Takes messages like a connection; each becomes one .eml file, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def close(self) -> None:
        """There is nothing to close."""

    def send(
        self, post: Post, _from: str = "", _meanwhile: Callable[[], None] | None = None
    ) -> None:
        body = post.as_bytes()
        with NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
            try:
                file.write(body)
                file.close()
                Path(file.name).replace(self.folder / post.file_name)
            except BaseException:
                with suppress(FileNotFoundError):
                    Path(file.name).unlink()
                raise
