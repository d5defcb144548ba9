"""Orders as they arrive: read from plain text fields, refused with a sentence."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from matching import characters
from matching.addresses import canonical
from matching.names import company_name
from matching.sentences import Refused, about, sentence
from matching.text import is_clean
from provisioning.directory_files import LONGEST_LINE, check
from provisioning.directory_files import lines as lines_of

Fields = dict[str, str]
COLUMNS = (
    "number", "contact_email", "contact_role", "contact_name", "language", "company_name",
    "partner_name", "expires_on", "sku", "product", "quantity", "starts_on", "ends_on",
)  # fmt: skip
NEEDED = ("number", "contact_email", "sku")
ROLES = ("customer", "partner")
NUMBER = re.compile(r"[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LARGEST = 2**31 - 1
LONGEST = 300
LONGEST_NUMBER = 64


@dataclass(frozen=True, slots=True)
class NewLine:
    sku: str
    product: str
    quantity: int
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A checked order; addresses are canonical."""

    number: str
    contact_email: str
    contact_role: str
    lines: tuple[NewLine, ...]
    contact_name: str = ""
    language: str = "en"
    company_name: str = ""
    partner_name: str = ""
    expires_at: datetime | None = None


def read_order(fields: Mapping[str, str], lines: Sequence[Mapping[str, str]]) -> NewOrder:
    """An order from text fields named as in the orders file; raises Refused."""
    number = plain_text(fields, "number", LONGEST_NUMBER)
    if not NUMBER.fullmatch(number):
        raise Refused(
            sentence("The order number takes letters, digits, dots, dashes and underscores."),
            "number",
        )
    role = (fields.get("contact_role") or "customer").strip()
    if role not in ROLES:
        raise Refused(sentence("The contact's role is customer or partner."), "contact_role")
    if not lines:
        raise Refused(sentence("An order has at least one line."), "lines")
    company = plain_text(fields, "company_name", LONGEST)
    with about("company_name"):
        company = company_name(company) if company else ""
    with about("contact_email"):
        contact = canonical(fields.get("contact_email") or "")
    expires_on = day(fields, "expires_on")
    return NewOrder(
        number=number,
        contact_email=contact,
        contact_role=role,
        lines=tuple(_line(place, line) for place, line in enumerate(lines)),
        contact_name=plain_text(fields, "contact_name", LONGEST),
        language=plain_text(fields, "language", 35) or "en",
        company_name=company,
        partner_name=plain_text(fields, "partner_name", LONGEST),
        # An order that expires on a day can be finished on that day.
        expires_at=datetime.combine(expires_on, time(23, 59, 59), UTC) if expires_on else None,
    )


def read_file(path: Path) -> Iterator[tuple[int, NewOrder | Refused]]:
    """(line of its first row, order or refusal) for every order of a CSV file.

    Rows of one number, wherever they stand, are the lines of one order. One record is one line of
    the file, so that an unclosed quote spoils no other. Raises Refused when the file as a whole
    cannot be read.
    """
    found: dict[str, list[tuple[int, Fields]]] = {}
    torn: dict[str, int] = {}
    check(path, NEEDED)
    place = _place_of_number(path)
    for line in lines_of(path, NEEDED):
        if isinstance(line.fields, Refused):
            torn |= dict.fromkeys(_numbers(line.beginning, place), line.number)
            yield line.number, line.fields
        elif not (number := line.fields.get("number", "").strip()):
            yield line.number, Refused(sentence("The row has no order number."))
        else:
            kept = {name: text for name in COLUMNS if (text := line.fields.get(name))}
            found.setdefault(number, []).append((line.number, kept))
    for number, together in found.items():
        yield together[0][0], _torn(torn[number]) if number in torn else _order(together)


def _place_of_number(path: Path) -> int | None:
    """Which cell of a row holds its order's number; None where the rows are JSON."""
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        columns = [name.strip(' \r\n"') for name in file.readline(LONGEST_LINE).split(",")]
    return columns.index("number") if "number" in columns else None


def _numbers(row: bytes, place: int | None) -> list[str]:
    """What in a row that cannot be read may be the number of its order."""
    text = row.decode("ascii", "replace")
    if place is None:
        cells = re.split(r"[\s\",:{}]+", text)
    else:
        cells = [cell.strip(' \r\n"') for cell in text.split(",")[place : place + 1]]
    return [cell for cell in cells if len(cell) <= LONGEST_NUMBER and NUMBER.fullmatch(cell)]


def _torn(line: int) -> Refused:
    reason = "Line %(line)s seems to belong to this order and cannot be read."
    return Refused(sentence(reason, line=str(line)))


def _order(together: list[tuple[int, Fields]]) -> NewOrder | Refused:
    first = together[0][1]
    rows = [fields for _number, fields in together]
    try:
        for name in COLUMNS[: COLUMNS.index("sku")]:
            if any(row.get(name) != first.get(name) for row in rows):
                return Refused(
                    sentence("The rows of this order disagree about %(field)s.", field=name)
                )
        return read_order(first, rows)
    except Refused as refused:
        return refused


def _line(place: int, fields: Mapping[str, str]) -> NewLine:
    with about(f"lines/{place}"):
        return _read_line(fields)


def _read_line(fields: Mapping[str, str]) -> NewLine:
    sku = plain_text(fields, "sku", 64)
    if not sku:
        raise Refused(sentence("A line names its product's number (sku)."), "sku")
    quantity = (fields.get("quantity") or "1").strip()
    is_number = quantity.isascii() and quantity.isdigit() and len(quantity) <= len(str(LARGEST))
    if not (is_number and 0 < int(quantity) <= LARGEST):
        raise Refused(sentence("The quantity of a line is a whole number above 0."), "quantity")
    starts_on, ends_on = day(fields, "starts_on"), day(fields, "ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(sentence("A line ends before it starts."), "ends_on")
    product = plain_text(fields, "product", LONGEST) or sku
    return NewLine(sku, product, int(quantity), starts_on, ends_on)


def plain_text(fields: Mapping[str, str], name: str, longest: int) -> str:
    """A field as one line that can be printed; empty where it says nothing. Or raises Refused."""
    text = (fields.get(name) or "").strip()
    if len(text) > longest:
        raise Refused(
            sentence(
                "%(field)s is longer than %(longest)s characters.", field=name, longest=longest
            ),
            name,
        )
    if characters.is_blank(text):
        return ""
    if not is_clean(text):
        reason = sentence("%(field)s has characters that cannot be printed.", field=name)
        raise Refused(reason, name)
    return text


def day(fields: Mapping[str, str], name: str) -> date | None:
    """A field as a day; None where it says nothing. Or raises Refused."""
    text = (fields.get(name) or "").strip()
    try:
        if not text or DAY.fullmatch(text):
            return date.fromisoformat(text) if text else None
    except ValueError:
        pass  # a day that no month has
    raise Refused(sentence("%(field)s is no date like 2027-01-31.", field=name), name)
