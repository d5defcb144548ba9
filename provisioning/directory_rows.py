"""What each line of the directory's files must say: checked and made a row, or refused."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

from matching import characters
from matching.addresses import canonical
from matching.names import company_name
from matching.sentences import Refused, about, sentence
from provisioning.directory_files import Fields, short
from records.directory import OrganizationRow, UserRow
from records.subscriptions import SubscriptionRow

LARGEST = 2**31 - 1
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Row = TypeVar("Row")


class Kind(NamedTuple, Generic[Row]):
    """One of the three files: what a line must say, the ref that it names and the row it makes.

    `further`: what it may say beyond that.
    """

    name: str
    columns: tuple[str, ...]
    row: Callable[[Fields], tuple[str, Row]]
    further: tuple[str, ...] = ()


def _organization(fields: Fields) -> tuple[str, OrganizationRow]:
    ref = _text(fields, "ref", 100)
    unlisted = _optional(fields, "unlisted")
    manager = fields.get("managed_by")
    with about("name"):
        name = company_name(fields.get("name", ""))
    row = OrganizationRow(
        ref,
        name,
        _one_of(fields, "kind", ("customer", "partner")),
        _one_of(fields, "origin", ("trial", "online", "partner", "direct")),
        _parsed_day("created_on", _optional(fields, "created_on")),
        _day(fields, "last_active_on"),
        _one_of(fields, "unlisted", ("0", "1")) == "1" if unlisted else None,
        None if manager is None else _text(fields, "managed_by", 100) if manager.strip() else "",
    )
    return ref, row


def _user(fields: Fields) -> tuple[str, UserRow]:
    ref = _text(fields, "organization_ref", 100)
    name = fields.get("name", "").strip() and _text(fields, "name", 300)
    with about("email"):
        # Hardly any address comes twice: remembering each would cost more than it saves.
        email = canonical.__wrapped__(fields.get("email", ""))
    return ref, UserRow(0, email, name, _one_of(fields, "full_admin", ("0", "1")) == "1")


def _subscription(fields: Fields) -> tuple[str, SubscriptionRow]:
    ref = _text(fields, "organization_ref", 100)
    starts_on, ends_on = _day(fields, "starts_on"), _day(fields, "ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused(sentence("The subscription ends before it starts."), "ends_on")
    row = SubscriptionRow(
        0,
        _text(fields, "number", 100),
        _text(fields, "product", 300),
        _whole_number(fields, "quantity"),
        _one_of(fields, "status", ("active", "pending", "expired", "cancelled")),
        starts_on,
        ends_on,
    )
    return ref, row


ORGANIZATIONS = Kind(
    "organizations",
    ("ref", "name", "kind", "origin", "created_on"),
    _organization,
    ("last_active_on", "unlisted", "managed_by"),
)
USERS = Kind("users", ("organization_ref", "email", "full_admin"), _user, ("name",))
SUBSCRIPTIONS = Kind(
    "subscriptions",
    ("organization_ref", "number", "product", "quantity", "status"),
    _subscription,
    ("starts_on", "ends_on"),
)


def _optional(fields: Fields, name: str) -> str:
    return fields.get(name, "").strip()


def _text(fields: Fields, name: str, longest: int) -> str:
    text = fields.get(name, "").strip()
    if 0 < len(text) <= longest and text.isascii() and text.isprintable():
        return text  # nothing of the rest can be wrong with it: millions of lines are imported
    if len(text) > longest:
        reason = "%(field)s is longer than %(longest)s characters."
        raise Refused(sentence(reason, field=name, longest=longest), name)
    if not text or (not text.isascii() and characters.is_blank(text)):
        raise Refused(sentence("%(field)s is missing.", field=name), name)
    if not text.isprintable() and characters.unwanted.search(text):
        reason = "%(field)s contains a control character, such as a line break."
        raise Refused(sentence(reason, field=name), name)
    return text


def _one_of(fields: Fields, name: str, choices: tuple[str, ...]) -> str:
    text = fields.get(name, "").strip()
    if text not in choices:
        reason = "%(field)s takes %(choices)s, not “%(value)s”."
        raise Refused(
            sentence(reason, field=name, choices=" or ".join(choices), value=short(text)), name
        )
    return text


def _whole_number(fields: Fields, name: str) -> int:
    text = _optional(fields, name)
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= LARGEST):
        reason = "%(field)s takes a whole number up to %(largest)s, not “%(value)s”."
        raise Refused(sentence(reason, field=name, largest=LARGEST, value=short(text)), name)
    return int(text)


def _day(fields: Fields, name: str) -> date | None:
    text = _optional(fields, name)
    return _parsed_day(name, text) if text else None


@lru_cache(maxsize=4096)
def _parsed_day(name: str, text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    reason = "%(field)s takes a date like 2027-01-31, not “%(value)s”."
    raise Refused(sentence(reason, field=name, value=short(text)), name)
