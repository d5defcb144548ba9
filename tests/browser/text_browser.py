"""Lynx, used as people use it: by keys, on a terminal high enough for a whole page."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from pathlib import Path
from typing import Self

import pyte

ROWS, COLUMNS = 300, 100
QUIET = 0.25  # seconds without output after which a page is taken to be there
LONGEST = 20  # seconds
HABITS = """
ACCEPT_ALL_COOKIES:TRUE
CHARACTER_SET:utf-8
DEFAULT_KEYPAD_MODE:LINKS_AND_FIELDS_ARE_NUMBERED
SHOW_KB_RATE:NONE
TEXTFIELDS_NEED_ACTIVATION:TRUE
"""


class Lynx:
    """A text browser; links and fields have numbers there, by which they are reached."""

    def __init__(self, home: Path, url: str) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        home.mkdir(exist_ok=True)
        habits = home / "lynx.cfg"
        habits.write_text(HABITS)
        env = {"HOME": str(home), "TERM": "vt100", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
        self._pid, self._terminal = pty.fork()
        if not self._pid:
            os.execvpe("lynx", ["lynx", f"-cfg={habits}", "-nopause", url], env)
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)

    def __enter__(self) -> Self:
        self._read()
        return self

    def __exit__(self, *_error: object) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)

    @property
    def page(self) -> str:
        """What stands on the screen, white space collapsed."""
        return " ".join(" ".join(self.screen.display).split())

    def says(self, *texts: str) -> None:
        """Fails with the whole page where it does not say them."""
        for text in texts:
            assert text in self.page, f"{text!r} is not on the page:\n{self.text}"

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())
        self._read()

    def go(self, url: str) -> None:
        self.press("g")
        self.press(f"\x15{url}\r")

    def follow(self, text: str) -> None:
        """Follow a link, or press a button."""
        self._to(self._number(rf"\[(\d+)\](?:\w+\))?\s*{_spaced(text)}"))
        self.press("\r")

    def fill(self, label: str, text: str) -> None:
        self._to(self._number(rf"{_spaced(label)}.*?\[(\d+)\]"))
        self.press(f"\r\x15{text}\t")

    def check(self, label: str) -> None:
        """A radio button or a check box."""
        self._to(self._number(rf"\[(\d+)\][(\[] ?[)\]] {_spaced(label)}"))
        self.press("\r")

    def choose(self, label: str, down: int) -> None:
        """The option that stands so many lines below the first of a list."""
        self._to(self._number(rf"{_spaced(label)}.*?\[(\d+)\]"))
        self.press("\r" + "\x1b[B" * down + "\r")

    def _number(self, pattern: str) -> str:
        found = re.search(pattern, self.page)
        assert found, f"{pattern} is not on the page:\n{self.text}"
        return found[1]

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display if line.strip())

    def _to(self, number: str) -> None:
        self.press(f"{number}g\r")

    def _read(self) -> None:
        """Take in what comes until nothing more does."""
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            ready, _, _ = select.select([self._terminal], [], [], QUIET)
            if not ready:
                if "Press 'Z'" in self.page or "waiting for response" in self.page:
                    continue
                return
            self._stream.feed(os.read(self._terminal, 65_536))


def _spaced(text: str) -> str:
    return r"\s+".join(map(re.escape, text.split()))
