"""Lynx and w3m, used as people use them: by keys, on a terminal high enough for a whole page."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Self

import pyte

ROWS, COLUMNS = 300, 100
SOON, LONGEST = 0.005, 20  # seconds
MARKS = 100  # links and fields that a page has at most
DOWN = "\x1b[B"
CLEARED = "\x15"  # what stands in a line so far


class TextBrowser:
    """Links and fields have numbers on its pages, by which they are reached."""

    program: ClassVar[list[str]]
    habits: ClassVar[tuple[str, str]]  # the file that it reads them from, and what it says
    # Keys: to what has a number, for another address, from a field to its text, out of it again.
    to: ClassVar[str]
    address: ClassVar[str]
    leave: ClassVar[str]

    def __init__(self, home: Path, url: str) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        file, habits = self.habits
        (home / file).parent.mkdir(parents=True)
        (home / file).write_text(habits)
        env = {"HOME": str(home), "TERM": "vt100", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
        self._terminal, self._theirs = pty.openpty()
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, size)
        self._names = os.ttyname(self._theirs), "/dev/tty"
        self._pid = os.fork()
        if not self._pid:
            os.login_tty(self._theirs)
            os.chdir(home)
            os.execvpe(self.program[0], [*self.program, url], env)
        self._process = Path(f"/proc/{self._pid}")

    def __enter__(self) -> Self:
        self._read(0)
        return self

    def __exit__(self, *_error: object) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)
        os.close(self._theirs)

    @property
    def page(self) -> str:
        """What stands on the screen, white space collapsed."""
        return " ".join(self.text.split())

    @property
    def text(self) -> str:
        # Only lines that were ever written on: the screen's own way draws all 30,000 places.
        return "\n".join(filter(None, map(self._line, sorted(self.screen.buffer))))

    def _line(self, y: int) -> str:
        line = self.screen.buffer[y]
        return "".join(line[x].data for x in range(COLUMNS)).rstrip()

    def says(self, *texts: str) -> None:
        """Fails with the whole page where it does not say them."""
        for text in texts:
            assert text in self.page, f"{text!r} is not on the page:\n{self.text}"

    def press(self, keys: str) -> None:
        before = self._waits()
        os.write(self._terminal, keys.encode())
        self._read(before)

    def go(self, url: str) -> None:
        self.press(self.address)
        self.press(f"{CLEARED}{url}\r")

    def follow(self, text: str) -> None:
        """Follow a link, or press a button."""
        self._at(rf"\[(\d+)\](?:\w+\))?\s*{_spaced(text)}", "\r")

    def fill(self, label: str, text: str) -> None:
        self._at(rf"{_spaced(label)}.*?\[(\d+)\]", "\r")
        self.press(f"{CLEARED}{text}{self.leave}")

    def check(self, label: str) -> None:
        """A radio button or a check box."""
        self._at(rf"\[(\d+)\][(\[] ?[)\]]\s*{_spaced(label)}", "\r")

    def choose(self, label: str, down: int) -> None:
        """The option that stands so many lines below the first of a list."""
        self._at(rf"{_spaced(label)}.*?\[(\d+)\]", "\r")
        self.press(DOWN * down + "\r")

    def _at(self, pattern: str, keys: str) -> None:
        found = re.search(pattern, self.page)
        assert found, f"{pattern} is not on the page:\n{self.text}"
        self.press(self.to.format(found[1]))
        self.press(keys)

    def _read(self, before: int) -> None:
        """Take in what comes until it waits for a key again: oftener than before they came."""
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            # In this order: a program that waits, with no key to be read, writes no more.
            idle = self._waits() > before and self._took_all_keys() and self._waits_for_keys()
            ready, _, _ = select.select([self._terminal], [], [], 0 if idle else SOON)
            if ready:
                self._stream.feed(os.read(self._terminal, 65_536))
            elif idle:
                return
        raise AssertionError(f"It waits for no key:\n{self.text}")

    def _waits(self) -> int:
        """How often it went to sleep; a key on its way to it is in no buffer that can be asked."""
        said = (self._process / "status").read_text()
        return int(said.partition("\nvoluntary_ctxt_switches:")[2].split()[0])

    def _took_all_keys(self) -> bool:
        unread = fcntl.ioctl(self._theirs, termios.FIONREAD, b"\0\0\0\0")
        return struct.unpack("i", unread)[0] == 0

    def _waits_for_keys(self) -> bool:
        """Whether it sleeps until its terminal has something to read.

        That is in read(terminal), or in select() up to it: it waits for a server the same way.
        """
        words = (self._process / "syscall").read_text().split()
        if len(words) < 2:
            return False  # it runs
        first = int(words[1], 16)
        for number in (first, first - 1):
            with suppress(OSError):
                return str((self._process / f"fd/{number}").readlink()) in self._names
        return False


class Lynx(TextBrowser):
    program: ClassVar = ["lynx", "-cfg=lynx.cfg", "-nopause"]
    habits: ClassVar = (
        "lynx.cfg",
        """
ACCEPT_ALL_COOKIES:TRUE
CHARACTER_SET:utf-8
DEFAULT_KEYPAD_MODE:LINKS_AND_FIELDS_ARE_NUMBERED
SHOW_KB_RATE:NONE
TEXTFIELDS_NEED_ACTIVATION:TRUE
""",
    )
    to, address, leave = "{}g\r", "g", "\t"


class W3m(TextBrowser):
    program: ClassVar = ["w3m"]
    habits: ClassVar = (
        ".w3m/config",
        """
accept_cookie 1
confirm_qq 0
display_charset UTF-8
display_link_number 1
use_cookie 1
use_history 0
""",
    )
    to, address, leave = "{}[", "U", "\r"

    def follow(self, text: str) -> None:
        """Its buttons have no numbers to be seen, so that the cursor looks for what says this."""
        self.press("[")
        for _each in range(MARKS):
            if re.match(rf"(\[\d+\])?\s*{_spaced(text)}", self._from_cursor):
                return self.press("\r")
            self.press("\t")
        raise AssertionError(f"nothing that says {text!r} is on the page:\n{self.text}")

    @property
    def _from_cursor(self) -> str:
        here = self.screen.cursor
        rest = [self._line(here.y)[here.x :], *map(self._line, range(here.y + 1, here.y + 4))]
        return " ".join(" ".join(rest).split())


def _spaced(text: str) -> str:
    return r"\s+".join(map(re.escape, text.split()))
