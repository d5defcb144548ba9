"""Orders as they arrive: read from plain text fields, refused with a sentence."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from pathlib import Path

from matching.addresses import canonical
from matching.names import company_name
from matching.sentences import Refused, sentence

ROLES = ("customer", "partner")
LARGEST = 2**31 - 1
LONGEST = 300


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
    number = _text(fields, "number", 64)
    if not number or not all(c.isalnum() or c in "-_." for c in number) or not number.isascii():
        raise Refused(
            sentence("The order number takes letters, digits, dots, dashes and underscores.")
        )
    role = (fields.get("contact_role") or "customer").strip()
    if role not in ROLES:
        raise Refused(sentence("The contact's role is customer or partner."))
    if not lines:
        raise Refused(sentence("An order has at least one line."))
    company = _text(fields, "company_name", LONGEST)
    expires_on = _day(fields, "expires_on")
    return NewOrder(
        number=number,
        contact_email=canonical(fields.get("contact_email") or ""),
        contact_role=role,
        lines=tuple(_line(line) for line in lines),
        contact_name=_text(fields, "contact_name", LONGEST),
        language=_text(fields, "language", 35) or "en",
        company_name=company_name(company) if company else "",
        partner_name=_text(fields, "partner_name", LONGEST),
        # An order that expires on a day can be finished on that day.
        expires_at=datetime.combine(expires_on, time.max, UTC) if expires_on else None,
    )


def read_file(path: Path) -> Iterator[tuple[int, NewOrder | Refused]]:
    """(line of its first row, order or refusal) for every order of a CSV file.

    Rows of one number that follow each other are the lines of one order.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            rows = ((reader.line_num, row) for row in reader)
            for _number, group in groupby(rows, key=lambda pair: pair[1].get("number")):
                together = list(group)
                try:
                    order: NewOrder | Refused = read_order(
                        together[0][1], [row for _line_number, row in together]
                    )
                except Refused as refused:
                    order = refused
                yield together[0][0], order
    except UnicodeDecodeError:
        yield 0, Refused(sentence("The file is not UTF-8 text."))
    except csv.Error as error:
        yield 0, Refused(sentence("The file is not CSV: %(error)s.", error=str(error)))


def _line(fields: Mapping[str, str]) -> NewLine:
    sku = _text(fields, "sku", 64)
    if not sku:
        raise Refused(sentence("A line names its product's number (sku)."))
    quantity = (fields.get("quantity") or "1").strip()
    if not (quantity.isascii() and quantity.isdigit() and 0 < int(quantity[:20]) <= LARGEST):
        raise Refused(sentence("The quantity of a line is a whole number above 0."))
    starts_on, ends_on = _day(fields, "starts_on"), _day(fields, "ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(sentence("A line ends before it starts."))
    product = _text(fields, "product", LONGEST) or sku
    return NewLine(sku, product, int(quantity), starts_on, ends_on)


def _text(fields: Mapping[str, str], name: str, longest: int) -> str:
    text = (fields.get(name) or "").strip()
    if len(text) > longest:
        raise Refused(
            sentence(
                "%(field)s is longer than %(longest)s characters.", field=name, longest=longest
            )
        )
    if not text.isprintable():
        raise Refused(sentence("%(field)s has characters that cannot be printed.", field=name))
    return text


def _day(fields: Mapping[str, str], name: str) -> date | None:
    text = (fields.get(name) or "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(sentence("%(field)s is no date like 2027-01-31.", field=name)) from None
