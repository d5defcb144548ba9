"""No page tells who sees bands an exact fact, wherever in it that might stand."""

import json
import re
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import flask
import pytest
import time_machine

from matching.rules import Candidate
from matching.rules import Organization as Facts
from provisioning import directory
from records import clock, lookup, subscriptions
from records import directory as rows
from records.database import db, is_postgresql
from records.tables import AccessRequest, MagicLink, Mapping, Organization, OutboxRow, Session
from tests.support.cast import MALLORY, NEWCOMER, PIA, Stage, now, sync_admin
from tests.support.lists import AT, BY_HTMX, cards, names, suggested, value_of
from tests.support.page_client import Page, PageClient

ROOT = Path(__file__).parent.parent.parent
# Numbers that stand nowhere else on a page, be it in a date or an hour of this one.
NOW = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)
USERS, HERE, SUBSCRIPTIONS, ADMINS, FIRST_ID = 137, 131, 43, 41, 918_273
CREATED, ACTIVE = date(2019, 8, 23), date(2024, 10, 19)
PLACES = ("North", "East", "South", "West", "Hill", "Lake", "Wood")
FACTS = re.compile(
    rf"(?<![\w.-])(?:{USERS}|{HERE}|{SUBSCRIPTIONS})(?![\w.-])"
    "|(?:23 )?August 2019|(?:19 )?October 2024|2019-0?8|2024-10|<progress"
)
HOW_MANY_ADMINS = re.compile(rf"(?<![\w.-]){ADMINS}(?![\w.-])")
WHO = re.compile(r"boss|b•••@acme\.com")
WHICH = re.compile(rf"ref-|{FIRST_ID // 100}\d\d")
EXACTLY = {str(number) for number in (USERS, HERE, SUBSCRIPTIONS, ADMINS)} | {
    *("23 August 2019", "19 October 2024", "<progress", "b•••@acme.com"),
}
# All pages of the wizard and of the requests.
PAGES = {
    name
    for module in ("wizard", "finishing", "requests", "visit")
    for name in re.findall(r'"([a-z]\w*\.html)"', (ROOT / "views" / f"{module}.py").read_text())
}


def acmeworks(place: str) -> None:
    """An organization of 137 users, 131 of them at acme.com and 41 of these full admins."""
    ref = f"ref-{place.lower()}"
    new = rows.OrganizationRow(ref, f"Acmeworks {place}", "customer", "direct", CREATED, ACTIVE)
    at = ["acme.com"] * HERE + ["elsewhere.test"] * (USERS - HERE)
    with db.atomic():
        rows.save_organizations([new], directory.RULES)
        number = rows.ids_of([ref])[ref]
        people = [
            rows.UserRow(number, f"{'boss' if n < ADMINS else 'u'}{n}@{domain}", "", n < ADMINS)
            for n, domain in enumerate(at)
        ]
        rows.save_users(people, directory.RULES, keep_approved=False)
        subscriptions.save_subscriptions(
            [
                subscriptions.SubscriptionRow(number, f"{ref}-{n}", "Meetings", 5, "active")
                for n in range(SUBSCRIPTIONS)
            ]
        )


def seven() -> None:
    """Seven such organizations, under ids that cannot be mistaken either."""
    if is_postgresql():
        db.execute_sql(f"SELECT setval('organization_id_seq', {FIRST_ID})")
    else:
        Organization.create(
            id=FIRST_ID, ref="first", name="Zero", kind="partner", origin="trial", created_on=ACTIVE
        )
    for place in PLACES:
        acmeworks(place)
    assert Organization.get(Organization.ref == "ref-wood").id > FIRST_ID


@pytest.fixture
def answers(app):
    """(path, HTML) of every answer."""
    seen: list[tuple[str, str]] = []

    def keep(_sender: Any, response: Any) -> None:
        seen.append((flask.request.path, response.get_data(as_text=True)))

    with flask.request_finished.connected_to(keep, app):
        yield seen


@pytest.fixture
def templates(app):
    """Names of the templates rendered; none of them is handed a row of an organization."""
    seen: set[str] = set()
    raw = (Organization, Mapping, lookup.OrganizationRow, Facts, Candidate)

    def look(value: Any) -> None:
        assert not isinstance(value, raw), value
        for part in parts_of(value):
            look(part)

    def note(_sender: Any, template: Any, context: dict[str, Any]) -> None:
        seen.add(str(template.name))
        look(context)

    with flask.template_rendered.connected_to(note, app):
        yield seen


def parts_of(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple):
        return list(value)
    plain = is_dataclass(value) and not isinstance(value, type)
    return [getattr(value, field.name) for field in fields(value)] if plain else []


def more_of(page: Page) -> str:
    """What "show more" of a list asks for."""
    return str(json.loads(str(page.one(".more a")["data-hx-vals"]))["more"])


def to_list(page: Page) -> Page:
    """Purpose, company, live suggestions and their further page, the list and its further page."""
    client = page.client
    if page.path == AT + "purpose":
        page = page.form().submit(status=422)
        page = page.form().fill(purpose="partner_own_use").submit()
    typed = {"company_name": "Acmeworks", "admin_email": NEWCOMER}
    part = suggested(page, **typed)
    seen = names(part) + names(suggested(page, more_of(part), **typed))
    assert len(set(seen)) == len(PLACES)
    page.form().fill(company_name="", admin_email=NEWCOMER).submit(status=422)
    page.form().fill(**typed).submit(fragment=True)
    page = client.get(AT + "organization")
    entries = [*page.form().values.items(), ("more", more_of(page))]
    path = AT + "matches?listing=1"
    client.visit("POST", path, entries, status=200, headers=BY_HTMX, from_page=page)
    return page.form().submit(status=422)


def ask(stage: Stage, client: PageClient, place: str) -> str:
    """Choose one, from whichever page of the list it is on, and ask its administrators.

    The path of a notice to one of them.
    """
    page = client.get(AT + "organization")
    shown = cards(page) + cards(page.follow("Show more organizations"))
    (value,) = (value_of(card) for card in shown if place in card.get_text())
    page = page.form().forge(organization=value).submit()
    assert page.path == AT + "administrator"
    page.form().fill(message="m" * 501).submit(status=422)
    page = page.form().fill(message="Hello").submit()
    assert page.path == AT + "waiting"
    return stage.path("access_notice")


def answer(stage: Stage, path: str, **given: str | bool) -> None:
    """Somebody follows a link, sends an empty form, then this one, and looks again."""
    page = PageClient(stage.app).get(path)
    page.form().submit(status=422)
    page.form().fill(**given).submit()
    page.reload()


def question(stage: Stage, client: PageClient, place: str) -> None:
    """Ask one whether the order is theirs; asked once more on that day, they read a digest."""
    page = client.get(AT + "organization?after=" + more_of(client.get(AT + "organization")))
    words = f"Ask its full admins to confirm (Acmeworks {place})"
    page.form("#ask-to-confirm").submit(words)
    answer(stage, stage.path("confirm_question"), decision="yes")
    (value,) = (value_of(card) for card in cards(page) if place in card.get_text())
    page = client.get(AT + "organization").form().forge(organization=value).submit()
    page.form().submit()
    PageClient(stage.app).get(stage.path("digest")).follow("See and answer Order 70012345")


def walk(stage: Stage, page: Page) -> None:
    """Every step, every state of a request, and every page that a mail leads to."""
    client = to_list(page).client
    question(stage, client, "Wood")
    answer(stage, ask(stage, client, "Lake"), decision="decline")
    OutboxRow.update(failed_at=clock.now()).where(OutboxRow.recipient == "boss3@acme.com").execute()
    assert "declined" in client.get(AT + "waiting")
    withdrawn, overdue = ask(stage, client, "Hill"), ask(stage, client, "West")
    AccessRequest.update(expires_at=clock.now()).where(AccessRequest.status == "open").execute()
    assert "Nobody has answered" in client.get(AT + "waiting")
    added = ask(stage, client, "East")
    for path in (withdrawn, overdue):
        PageClient(stage.app).get(path)
    client.get(AT + "waiting").form().submit("Check again")
    answer(stage, added, decision="add")
    sync_admin(now(stage.order()).organization_id, "boss9@acme.com", is_admin=False)
    assert "You cannot answer this" in PageClient(stage.app).get(added)
    page = client.get(AT + "review").form().submit(status=422)
    client.get(AT + "hand-over").form().submit(status=422)
    assert page.form().fill(confirm=True).submit().path == AT + "done"
    late, objection = stage.path("mapped", "boss2@acme.com"), stage.path("mapped", "boss3@acme.com")
    answer(stage, objection, confirm=True)
    MagicLink.update(expires_at=clock.now()).where(MagicLink.email == "boss2@acme.com").execute()
    PageClient(stage.app).get(late, status=410)
    assert "has been stopped" in client.get(AT + "done")


def walk_on(stage: Stage, contact: str, role: str) -> None:
    """Another order makes an organization, and a third is handed over."""
    stage.place(contact, role=role, number="70012346")
    page = stage.opened("launch", contact)
    if role == "partner":
        page = page.form().fill(purpose="partner_own_use").submit()
    page = page.form().fill(company_name="Nordlicht", admin_email="chief@nordlicht.test").submit()
    assert page.form().fill(confirm=True).submit().path.endswith("/done")
    answer(stage, stage.path("first_admin"), confirm="yes")
    stage.place(contact, role=role, number="70012347")
    page = stage.opened("launch", contact).client.get("/orders/70012347/hand-over")
    page.form().fill(contact_email="next@elsewhere.test", contact_role="customer").submit()


@pytest.mark.parametrize(
    ("contact", "role", "proven", "banded"),
    [
        (MALLORY, "customer", True, True),
        (NEWCOMER, "customer", False, True),
        (PIA, "partner", False, True),
        (NEWCOMER, "customer", True, False),
        (PIA, "partner", True, False),
    ],
)
@pytest.mark.settings(NOTICES_PER_DAY="1")
@time_machine.travel(NOW)
def test_whoever_sees_bands_finds_no_exact_fact_on_any_page(
    stage, answers, templates, contact, role, proven, banded
):
    seven()
    stage.place(contact, role=role, company_name="Acmeworks")
    page = stage.opened("launch", contact)
    # Else a session that a portal started: its address is not proved.
    Session.update(from_mailbox=proven).execute()
    answers.clear()
    walk(stage, page.reload())
    walk_on(stage, contact, role)
    assert templates >= PAGES - ({"purpose.html"} if role == "customer" else set())
    told = [(path, html) for path, html in answers if not path.startswith("/requests/")]
    asked = [(path, html) for path, html in answers if path.startswith("/requests/")]
    # Who asks administrators is told how many were asked.
    counted = re.compile("Sent to [0-9]+ administrator")
    uncounted = [(p, html) for p, html in told if p != AT + "waiting" and not counted.search(html)]
    assert found(WHICH, answers) == found(FACTS, asked) == set()
    said = found(FACTS, told) | found(WHO, told) | found(HOW_MANY_ADMINS, uncounted)
    assert said == (set() if banded else EXACTLY)


def found(pattern: re.Pattern[str], pages: list[tuple[str, str]]) -> set[str]:
    return {what for _path, html in pages for what in pattern.findall(html)}


def test_who_asks_before_anything_is_chosen_is_led_to_the_open_step(stage):
    stage.place()
    page = stage.opened()
    token = ("csrf_token", page.form().values["csrf_token"])
    headers = {"Sec-Fetch-Site": "same-origin"}
    asked = [token, ("action", "ask"), ("seen", "another page")]
    page = page.client.visit("POST", AT + "waiting", asked, status=200, headers=headers)
    assert page.path == AT + "company"
