"""How values and paragraphs are written in a mail: cleaned, in columns, with dates in words."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from functools import lru_cache
from textwrap import TextWrapper
from typing import Any

from babel import Locale
from babel.dates import format_datetime
from flask_babel import format_date, format_decimal, get_locale, get_timezone

from matching import characters
from matching.moments import zone_name

COLUMNS = 72
SUBJECT = 59
DAY = "d MMMM y"
# Marks that turn the reading direction, and characters that hide text in what looks like none.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_SPACE = re.compile(r"\s+")
# Where a mail program would see a host, an address or a scheme in what is plain text: a dot before
# a word of two letters or more, "www.", a colon right before what it leads to, and "\\\\host".
_LINKED = re.compile(
    r"""(?<=\S)\.(?=[^\W\d_][^\s!-/:-@\[-`{-~]) | (?<=\S)[\u3002\uff0e\uff61](?=[A-Za-z]{2})
    | \bwww\.(?=\S) | (?<=[^\W\d_]):(?=[\w/\\+]) | :(?=//) | \\(?=\\)""",
    re.IGNORECASE | re.VERBOSE,
)

Rows = Sequence[tuple[str, Sequence[str]]]


def one_line(text: str) -> str:
    """A value from outside as one line of visible characters."""
    visible = characters.no_character.sub("", _INVISIBLE.sub("", text))
    return _SPACE.sub(" ", "".join(map(_visible, visible))).strip()


def plain(text: str) -> str:
    """Somebody's words as one line of which no mail program makes a link: "acme. com"."""
    return _LINKED.sub(lambda found: f"{found[0]} ", one_line(text))


def lines(text: str) -> tuple[str, ...]:
    """A message from outside, each of its lines plain; blank ones at both ends are dropped."""
    return tuple(plain(line) for line in text.strip().splitlines())


def cleaned(value: Any) -> Any:
    """The strings of a JSON value as one line each."""
    if isinstance(value, str):
        return one_line(value)
    return [cleaned(item) for item in value] if isinstance(value, list) else value


def _visible(character: str) -> str:
    return " " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character


def shortened(text: str, length: int) -> str:
    """Cut where it is longer, with an ellipsis that says so."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def when(moment: datetime) -> str:
    """22 November 2026, 19:10 CET (UTC+1): in the seller's zone, by name"""
    return _when(moment.replace(second=0, microsecond=0), get_timezone(), get_locale())


@lru_cache(maxsize=256)
def _when(moment: datetime, zone: tzinfo, locale: Locale) -> str:
    there = moment.astimezone(zone)
    said = format_datetime(there, f"{DAY}, HH:mm", tzinfo=there.tzinfo, locale=locale)
    return f"{said} {zone_name(there)}"


def day(value: date) -> str:
    """22 November 2026"""
    return str(format_date(value, DAY, rebase=False))


def number(value: int) -> str:
    """1240 -> 1,240"""
    return str(format_decimal(value))


def table(rows: Rows) -> str:
    """Labels and their values side by side, as text; a line of it begins with two spaces."""
    width = max((len(label) for label, _values in rows), default=0) + 4
    out = []
    for label, values in rows:
        filled = [line for value in values for line in _filled(value, COLUMNS - width)]
        firsts = [f"  {label}".ljust(width), *[" " * width] * len(filled)]
        out += [first + line for first, line in zip(firsts, filled, strict=False)]
    return "\n".join(out)


def quoted(message: Iterable[str]) -> str:
    """Somebody else's words, so marked on every line that nothing in them can pass for ours."""
    filled = (part for line in message for part in (_filled(line, COLUMNS - 2) or [""]))
    return "\n".join(f"> {line}".rstrip() for line in filled)


def columns(text: str, *links: str) -> str:
    """Paragraphs filled to 72 columns; items, quotes, tables and `links` keep their lines."""
    blocks = re.split(r"\n\s*\n", text.strip("\n"))
    return "\n\n".join(filter(None, (_block(block, links) for block in blocks))) + "\n"


def _block(block: str, links: Sequence[str]) -> str:
    out: list[str] = []
    loose = ""
    for line in block.splitlines():
        stands_alone = line.strip() in links or line.startswith(("  ", ">"))
        if stands_alone or line.startswith("- "):
            out += _paragraph(loose)
            loose = "" if stands_alone else line
            out += [line.strip() if line.strip() in links else line] * stands_alone
        else:
            loose = f"{loose} {line.strip()}"
    return "\n".join([*out, *_paragraph(loose)])


def _paragraph(text: str) -> Sequence[str]:
    return _filled(text.strip(), COLUMNS, "  " if text.startswith("- ") else "")


@lru_cache(maxsize=1024)  # most paragraphs are the same in many letters
def _filled(text: str, width: int, indent: str = "") -> tuple[str, ...]:
    wrapper = TextWrapper(width, subsequent_indent=indent, break_on_hyphens=False)
    return tuple(wrapper.wrap(text))
