"""Sentences for people, kept apart from their numbers and dates so that they can be translated.

`sentence` marks its texts for gettext. Extraction needs the keywords `sentence` and, for those with
a plural, `sentence:1,2,3t` to `sentence:1,2,6t`: 3 to 6 arguments, the first two of them texts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

Value: TypeAlias = "str | int | date | Sentence"

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text with named places (`%(users)s`), and the values that go there.

    `count` chooses between text and plural. A value may be a sentence itself.
    """

    text: str
    plural: str | None = None
    count: int | None = None
    values: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        """The sentence in English."""
        text = self.text if self.plural is None or self.count == 1 else self.plural
        if not self.values:
            return text
        return text % {name: _written(value) for name, value in self.values}


class Refused(ValueError):
    """Input that cannot be accepted; `sentence` says what is wrong and what to type instead.

    `field`: which part of the input, where it has parts; parts of a part after a slash.
    """

    def __init__(self, sentence: Sentence, field: str = "") -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        self.field = field


class TooLate(Refused):
    """What is asked is well said, and cannot be done as things stand by now."""


@contextmanager
def about(field: str) -> Iterator[None]:
    """What is refused inside is refused about this part of the input."""
    try:
        yield
    except Refused as refused:
        refused.field = f"{field}/{refused.field}" if refused.field else field
        raise


def sentence(
    text: str, plural: str | None = None, count: int | None = None, **values: Value
) -> Sentence:
    """A sentence; `count` can be named in it like any other value."""
    named: dict[str, Value] = {} if count is None else {"count": count}
    return Sentence(text, plural, count, tuple((named | values).items()))


def _written(value: Value) -> str:
    if isinstance(value, date):
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return f"{value:,}" if isinstance(value, int) else str(value)
