"""An unlisted organization looks as if there was none, whoever looks and whatever they type."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import flask
import pytest
import time_machine
from peewee import sort_models  # type: ignore[attr-defined]

from provisioning import directory
from provisioning.matches import KNOWN, NEAREST
from records import directory as rows
from records.database import db
from records.tables import TABLES, Session
from tests.support.cast import ALICE, CAROL, MALLORY, NEWCOMER, PIA, Stage
from tests.support.lists import cards, suggested, value_of
from tests.support.page_client import Page

NOW = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)
# Full admin of a listed organization and of an unlisted one; user of one and of very many.
DAVE, ERIN = "dave@acme.com", "erin@acme.com"
TYPED = (NEWCOMER, CAROL, ALICE, DAVE, ERIN)
RANDOM = re.compile(r'name="csrf_token" value="[^"]*"|[A-Za-z0-9_-]{32,}')
# Nothing that depends on the answer.
PASSING = {"Set-Cookie", "Content-Length", "Date"}


def save(*found: tuple[str, str, bool], unlisted: bool = False) -> None:
    """Organizations, each by its name and the address and standing of its one user."""
    names = [(f"{unlisted}-{n}-{name}", name) for n, (name, _email, _is_admin) in enumerate(found)]
    new = [
        rows.OrganizationRow(ref, name, "customer", "online", date(2020, 3, 1), unlisted=unlisted)
        for ref, name in names
    ]
    with db.atomic():
        rows.save_organizations(new, directory.RULES)
        ids = rows.ids_of(row.ref for row in new)
        users = [
            rows.UserRow(ids[row.ref], email, "", is_admin)
            for row, (_name, email, is_admin) in zip(new, found, strict=True)
        ]
        rows.save_users(users, directory.RULES, keep_approved=False)


def world(hidden: str) -> None:
    """The same listed organizations; the others unlisted, listed or absent.

    The others are namesakes, relatives, neighbours on the domain, and those of the typed addresses.
    """
    for table in reversed(sort_models(TABLES)):
        table.delete().execute()
    others = [
        *((f"Acmeworks {n:02} Too", f"v{n}@acme.com", False) for n in range(NEAREST)),
        *((f"Acmeworks {n:02} Kin", f"k{n}@acme.de", False) for n in range(NEAREST)),
        *((f"Zenith {n}", f"z{n}@acme.com", False) for n in range(NEAREST)),
        *[("Unlike", CAROL, False), ("Alice's", ALICE, True), ("Dave's other", DAVE, True)],
    ]
    if hidden != "absent":
        save(*others, unlisted=hidden == "unlisted")
    save(
        *((f"Acmeworks {n:02}", f"u{n}@acme.com", False) for n in range(NEAREST - 1)),
        *[("Acmeworks Abroad", "a@acme.de", False), ("Zenith", "z@acme.com", False)],
        *[("Dave's", DAVE, True), ("Erin's", ERIN, False)],
    )
    if hidden != "absent":
        save(*((f"Erin's {n}", ERIN, False) for n in range(KNOWN)), unlisted=hidden == "unlisted")


@pytest.fixture
def answers(app):
    """Of every answer all that does not differ from one session to the next."""
    seen: list[Any] = []

    def keep(_sender: Any, response: Any) -> None:
        headers = sorted((k, RANDOM.sub("*", v)) for k, v in response.headers if k not in PASSING)
        body = RANDOM.sub("*", response.get_data(as_text=True))
        path = RANDOM.sub("*", flask.request.full_path)
        seen.append((flask.request.method, path, response.status_code, headers, body))

    with flask.request_finished.connected_to(keep, app):
        yield seen


def walk(page: Page, typed: str) -> None:
    """The list, live and to its end; a made-up choice, the first one, a new one; the end."""
    client, given = page.client, {"company_name": "Acmeworks", "admin_email": typed}
    for more in suggested(page, **given).select(".more a"):
        suggested(page, json.loads(str(more["data-hx-vals"]))["more"], **given)
    start = page = page.form().fill(**given).submit()
    while page.select(".more a"):
        page = page.follow("Show more organizations")
    if not start.path.endswith("/review"):
        start.form().forge(organization="made-up").submit(status=422)
        start.form().fill(organization=value_of(cards(start)[0])).submit()
        page = client.get(start.path).form().forge(organization="new").submit()
    if page.path.endswith("/review"):
        assert page.form().fill(confirm=True).submit().path.endswith("/done")


def seen_by(
    stage: Stage, answers: list[Any], contact: str, role: str, proven: bool, typed: Sequence[str]
) -> list[Any]:
    """What a contact gets to see, with an order for each of the typed addresses."""
    answers.clear()
    for number, address in enumerate(typed, start=70012345):
        stage.place(contact, role=role, number=str(number))
        page = stage.opened("launch", contact)
        # Else a session that a portal started: its address is not proved.
        Session.update(from_mailbox=proven).execute()
        if role == "partner":
            page = page.form().fill(purpose="partner_for_customer").submit()
        walk(page, address)
    return list(answers)


@pytest.mark.parametrize(
    ("contact", "role", "proven", "typed"),
    [
        (NEWCOMER, "customer", True, TYPED),
        (MALLORY, "customer", True, [NEWCOMER, ALICE]),
        (PIA, "partner", True, [NEWCOMER, CAROL]),
        (ERIN, "customer", True, [ERIN]),
        (ALICE, "customer", False, [ALICE]),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_unlisted_and_nonexistent_cannot_be_told_apart(
    stage, answers, contact, role, proven, typed
):
    seen = []
    for hidden in ("absent", "unlisted"):
        world(hidden)
        seen.append(seen_by(stage, answers, contact, role, proven, typed))
    for absent, unlisted in zip(*seen, strict=True):
        assert unlisted == absent


@pytest.mark.parametrize("typed", TYPED)
@time_machine.travel(NOW, tick=False)
def test_each_of_them_would_be_seen_if_it_was_listed(stage, answers, typed):
    seen = []
    for hidden in ("absent", "listed"):
        world(hidden)
        stage.place(MALLORY)
        answers.clear()
        page = stage.opened("launch", MALLORY)
        page.form().fill(company_name="Acmeworks", admin_email=typed).submit()
        seen.append(answers[-1])
    assert seen[0] != seen[1]
