"""Whether every validator takes time in proportion to its input: `python -m bench.linear`.

Each is called as its callers call it, with the inputs that could cost it most, of doubling lengths
up to 1 MB. The exponent is the steepest over eight doublings: 0 stops at a length, 1 is linear.
"""

import math
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from mail import wording
from mail.refusals import concealed
from matching import legal_forms, ranking, spelling
from matching.addresses import canonical
from matching.names import company_name, keys
from matching.sentences import Refused
from matching.text import message_text
from provisioning import directory_files, intake
from provisioning.directory_rows import ORGANIZATIONS, USERS

LENGTHS = [2**power for power in range(10, 21)]
TIMES = 3
# Shorter than this is the clock's own noise.
LEAST = 20e-6
OVER = 8

# What drives regular expressions, trimming, folding and splitting to their worst.
INPUTS: dict[str, Callable[[int], str]] = {
    "letters": lambda n: "a" * n,
    "spaces": lambda n: " " * n + "x",
    "spaces inside": lambda n: "x" + " " * n + "x",
    "line ends": lambda n: "x" + "\r\n" * (n // 2) + "x",
    "dots": lambda n: "a." * (n // 2) + "!",
    "at signs": lambda n: "@" * n,
    "a long host": lambda n: "a@" + "a-" * (n // 2) + ".com",
    "A-labels": lambda n: "a@" + "xn--9." * (n // 6) + "com",
    "percent signs": lambda n: "%" * (n - 1) + "@x",
    "encoded words": lambda n: "=?a?q?" * (n // 6) + "@x",
    "legal forms": lambda n: "GmbH & Co. KG " * (n // 14),
    "ligatures": lambda n: "\ufdfa" * (n // 3),
    "marks": lambda n: "a" + "\u0301\u0316" * (n // 4),
    "Kelvin signs": lambda n: "\u212a" * (n // 3),
    "invisible": lambda n: "\u200b" * (n // 3),
    "dashes": lambda n: "-" * n + "!",
    "zeros": lambda n: "0" * n,
    "quotes": lambda n: '"' * n,
    "commas": lambda n: "," * n,
    "brackets": lambda n: "[" * n,
    "schemes": lambda n: "http:" * (n // 5),
    "words of a program": lambda n: "a_" * (n // 2),
    "exclamation marks": lambda n: "!" * n,
    "backslashes": lambda n: "\\" * n,
}


class Validator(NamedTuple):
    """What is measured; `called` takes the text, and may refuse it."""

    name: str
    called: Callable[[str], Any]


def order(**fields: str) -> object:
    line = {"sku": "M", "quantity": fields.pop("quantity", "1")}
    given = {"number": "1", "contact_email": "a@acme.com"}
    return intake.read_order(given | fields, [line])


def clean_keys(text: str) -> None:
    name = company_name(text)
    keys.__wrapped__(name)
    words = spelling.words(name)
    legal_forms.removed(words)
    ranking.likeness(name, "acme holding")


def a_file(text: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write(f"number,contact_email,sku\n{text}\n1,a@acme.com,M\n")
        file.flush()
        list(intake.read_file(Path(file.name)))
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.write('{"a": "b"}\n' + text)
        file.flush()
        list(directory_files.lines(Path(file.name), ()))


def mailed(text: str) -> str:
    # What a database holds is capped by the validators above; a message is the longest.
    lines = wording.lines(text[:2000])
    return wording.columns(wording.quoted(lines))


VALIDATORS = [
    Validator("address", canonical.__wrapped__),
    Validator("company name", company_name),
    Validator("keys and likeness of a name", clean_keys),
    Validator("message, note", message_text),
    Validator("order number", lambda text: order(number=text)),
    Validator("words of an order", lambda text: order(contact_name=text)),
    Validator("quantity", lambda text: order(quantity=text)),
    Validator("day", lambda text: order(expires_on=text)),
    Validator("organization's name", lambda text: ORGANIZATIONS.row({"ref": "a", "name": text})),
    Validator("organization's ref", lambda text: ORGANIZATIONS.row({"ref": text})),
    Validator("user", lambda text: USERS.row({"organization_ref": "a", "email": text})),
    Validator("line of a file", a_file),
    Validator("words in a mail", mailed),
    Validator("words in a log", concealed),
]


def seconds(validator: Validator, text: str) -> float:
    """The shortest of a few calls."""
    best = math.inf
    for _time in range(TIMES):
        start = time.perf_counter()
        with suppress(Refused):
            validator.called(text)
        best = min(best, time.perf_counter() - start)
    return best


def exponent(taken: list[float]) -> float:
    """How fast it grows: the steepest slope over eight doublings of the length."""
    heights = [math.log2(max(each, LEAST)) for each in taken]
    return max((late - early) / OVER for early, late in zip(heights, heights[OVER:], strict=False))


def measured() -> Iterator[tuple[str, str, float, float]]:
    """(validator, its worst input, seconds for 1 MB, exponent)."""
    for validator in VALIDATORS:
        rows = []
        for name, made in INPUTS.items():
            taken = [seconds(validator, made(length)) for length in LENGTHS]
            rows.append((exponent(taken), taken[-1], name))
        steepest, worst, name = max(rows)
        yield validator.name, name, max(worst, *(row[1] for row in rows)), steepest


def main() -> None:
    """Print the table, as Markdown."""
    print("| validator | steepest on | 1 MB takes at most, ms | exponent |")
    print("|---|---|---:|---:|")
    for validator, name, longest, steepest in measured():
        print(f"| {validator} | {name} | {1000 * longest:.2f} | {steepest:.2f} |")


if __name__ == "__main__":
    main()
