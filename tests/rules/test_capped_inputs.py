"""Whatever is given to a validator is measured before it is looked at: 5 MB are refused at once."""

from typing import Any

import pytest

from bench.linear import INPUTS, order
from matching.addresses import canonical
from matching.names import company_name
from matching.sentences import Refused
from matching.text import message_text
from provisioning import intake
from provisioning.directory_rows import ORGANIZATIONS, SUBSCRIPTIONS, USERS, Kind

LENGTH = 5_000_000
LONGEST = 500
FIELDS: dict[Kind[Any], dict[str, str]] = {
    ORGANIZATIONS: {
        "ref": "a",
        "name": "Acme",
        "kind": "customer",
        "origin": "direct",
        "created_on": "2020-03-01",
        "managed_by": "b",
        "last_active_on": "2020-03-01",
        "unlisted": "0",
    },
    USERS: {"organization_ref": "a", "email": "a@b.com", "full_admin": "0", "name": "Ann"},
    SUBSCRIPTIONS: {
        "organization_ref": "a",
        "number": "1",
        "product": "M",
        "quantity": "1",
        "status": "active",
        "starts_on": "2020-03-01",
        "ends_on": "2020-03-01",
    },
}


def typed_fields():
    yield from ((function.__name__, function) for function in (canonical, company_name))
    yield "message", message_text
    for field in (*intake.COLUMNS[: intake.COLUMNS.index("sku")], "quantity"):
        yield field, lambda text, field=field: order(**{field: text})
    for field in ("sku", "product", "starts_on", "ends_on"):
        yield field, lambda text, field=field: of_line(field, text)
    for kind, fields in FIELDS.items():
        for field in fields:
            yield (
                f"{kind.name}: {field}",
                lambda text, kind=kind, field=field: row(kind, field, text),
            )


def of_line(field: str, text: str):
    line = {"sku": "M", "quantity": "1", field: text}
    return intake.read_order({"number": "1", "contact_email": "a@b.com"}, [line])


def row(kind: Kind[Any], field: str, text: str):
    return kind.row(FIELDS[kind] | {field: text})


ASKED = dict(typed_fields())


@pytest.mark.parametrize("field", ASKED)
def test_a_long_input_is_refused_in_a_short_sentence_or_makes_nothing_long(field):
    for made in INPUTS.values():
        try:
            taken = repr(ASKED[field](made(LENGTH)))
        except Refused as refused:
            taken = str(refused)
        assert len(taken) < LONGEST


def test_the_rows_themselves_are_taken():
    for kind, fields in FIELDS.items():
        assert kind.row(fields)
    assert {name for kind in FIELDS for name in kind.columns} <= {
        name for fields in FIELDS.values() for name in fields
    }
