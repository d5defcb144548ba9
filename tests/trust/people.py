"""Five people who each have something, collected by walking through the pages as they would.

Carol and Sam are contacts at the customer (Sam's first order was handed to him by Carol), Alice is
a full admin, Pia a partner. Mallory has only looked around.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from typing import Any, NamedTuple

from flask import Flask

from provisioning import decisions, links
from provisioning.facts import is_closed
from records import clock
from records.tables import AccessRequest, MagicLink, Order
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    MALLORY,
    PIA,
    Stage,
    acme,
    organization,
    volta,
)
from tests.support.page_client import Page, PageClient

SAM = "sam@acme.com"
PEOPLE = (CAROL, SAM, ALICE, PIA, MALLORY)
FORMER, RIVAL = "gone@acme.com", "rival@partner.example"
HOST = "homeport.test"


class Answer(NamedTuple):
    """What a browser is answered."""

    status: int
    body: str
    headers: list[tuple[str, str]]


@dataclass(frozen=True)
class Mailed:
    """A link of a mail: the one token that its reader has."""

    purpose: str
    state: str  # of the link, or for a decision of its request
    to: str
    token: str
    number: str  # of its order


@dataclass(frozen=True)
class Town:
    """Everybody's browser, by address, with whose orders and which links there are."""

    browsers: dict[str, PageClient]
    orders: dict[str, list[str]]
    links: list[Mailed]


def settle(stage: Stage) -> Town:
    """Orders in each step, requests and links in each state."""
    acme()
    volta()
    for number in range(12):
        organization(f"o{number}", f"Acme Werk {number}", users=(f"u{number}@acme.com",))
    browsers = {name: PageClient(stage.app) for name in PEOPLE}
    for browser in browsers.values():
        browser.get("/")
        browser.get("/partner")
    _steps(stage, browsers[CAROL])
    _handed_over(stage, browsers)
    _answers(stage, browsers[SAM])
    _of_a_partner(stage, browsers[PIA])
    _objections(stage)
    _opened(stage, RIVAL, PageClient(stage.app), role="partner")
    hers = _opened(stage, MALLORY, browsers[MALLORY])
    _close(hers.path.split("/")[2], "expired")
    _one_of_each_state(stage)
    orders: dict[str, list[str]] = {}
    for order in Order.select():
        orders.setdefault(order.contact_email, []).append(order.number)
    return Town(browsers, orders, _mailed(stage))


def asked(browser: PageClient, token: str, method: str, path: str, **fields: str) -> Answer:
    """All that an answer says: status, body without its CSRF token, headers."""
    answer = browser.http.open(
        path,
        method=method,
        base_url=browser.base_url,
        data={**fields, "csrf_token": token} if method == "POST" else None,
    )
    body = re.sub(r'name="csrf_token" value="[^"]*"', "", answer.text)
    return Answer(answer.status_code, body, [pair for pair in answer.headers if pair[0] != "Date"])


def again(town: Town, app: Flask) -> Town:
    """The same people with the same cookies, in another application on the same rows."""
    browsers = {}
    for name, browser in town.browsers.items():
        browsers[name] = PageClient(app)
        browsers[name].http.set_cookie("homeport", cookie_of(browser), domain=HOST)
    return replace(town, browsers=browsers)


def cookie_of(browser: PageClient) -> str:
    cookie = browser.http.get_cookie("homeport", domain=HOST)
    assert cookie
    return cookie.value


def to_list(
    stage: Stage, contact: str, client: PageClient, name: str = "Acme", **given: str
) -> Page:
    """A new order of this contact at its list of organizations."""
    page = _opened(stage, contact, client, company_name=name)
    return page.form().fill(**given).submit()


def _number() -> str:
    return str(70_000_000 + Order.select().count())


def _opened(stage: Stage, contact: str, client: PageClient, **given: str) -> Page:
    stage.place(contact, number=_number(), **given)
    return stage.opened("launch", contact, client)


def _asked(stage: Stage, contact: str, client: PageClient, person: str) -> Page:
    page = to_list(stage, contact, client, admin_email=person)
    return page.form().choose("Acme GmbH").submit().form().submit()


def _close(number: str, status: str) -> None:
    Order.update(status=status).where(Order.number == number).execute()


def _steps(stage: Stage, client: PageClient) -> None:
    """Carol's: an order in each step, and closed in each way."""
    _opened(stage, CAROL, client, company_name="Acme")
    to_list(stage, CAROL, client)
    to_list(stage, CAROL, client).form().choose("Acme GmbH").submit()
    _asked(stage, CAROL, client, "ann@acme.com")
    for name, domain in (("Nordsee Fischerei", "nordsee"), ("Nordlicht Werke", "nordlicht")):
        page = _opened(stage, CAROL, client, company_name=name)
        page = page.form().fill(admin_email=f"chief@{domain}.example").submit()
    page.form().fill(confirm=True).submit()
    _asked(stage, CAROL, client, "ben@acme.com")
    stage.decide(BOB, "report")
    for status in ("cancelled", "expired"):
        _close(to_list(stage, CAROL, client).path.split("/")[2], status)


def _handed_over(stage: Stage, browsers: dict[str, PageClient]) -> None:
    """From Carol to Sam; one of her browsers missed it, and holds what it held before."""
    page = to_list(stage, CAROL, browsers[CAROL])
    kept = cookie_of(browsers[CAROL])
    page = page.client.get(page.path.replace("organization", "hand-over"))
    page.form().fill(contact_email=SAM, contact_role="customer").submit()
    stage.opened("hand_over_new", SAM, browsers[SAM])
    browsers[CAROL].http.set_cookie("homeport", kept, domain=HOST)


def _answers(stage: Stage, client: PageClient) -> None:
    """Sam's: one order for each answer there can be, and for none in time."""
    for decision, person in (("add", "cem"), ("accept", "dan"), ("decline", "eve")):
        _asked(stage, SAM, client, f"{person}@acme.com")
        stage.decide(BOB, decision)
    page = _asked(stage, SAM, client, "fay@acme.com")
    page.client.get(page.path.replace("waiting", "company")).form().fill(
        admin_email="gus@acme.com"
    ).submit()
    _asked(stage, SAM, client, "hal@acme.com")
    past = clock.now() - timedelta(seconds=1)
    last = AccessRequest.select().order_by(AccessRequest.id.desc()).get()
    AccessRequest.update(expires_at=past).where(AccessRequest.id == last.id).execute()


def _of_a_partner(stage: Stage, client: PageClient) -> None:
    """Pia's: signed in, one order opened by its mail, one from her list, one not at all."""
    _opened(stage, PIA, client, role="partner")
    last = stage.place(PIA, role="partner", number=_number())
    sign_in = links.issue("partner", PIA, stage.settings)
    page = client.get(f"/partner/{_token(stage, sign_in)}").form().submit()
    page.form(f'[action$="/{last.number}"]').submit()
    page = _opened(stage, PIA, client, role="partner", company_name="Acme")
    page = page.form().fill(purpose="partner_for_customer").submit()
    page.form().fill(admin_email="zoe@acme.com").submit()
    stage.place(PIA, role="partner", number=_number())


def _objections(stage: Stage) -> None:
    """Two orders on Acme that its other administrator may object to, one of them has been."""
    for objects in (False, True):
        page = _opened(stage, BOB, PageClient(stage.app), company_name="Acme")
        page.form().submit().form().fill(confirm=True).submit()
        if objects:
            form = PageClient(stage.app).get(stage.path("mapped", ALICE)).form()
            form.fill(confirm=True).submit()


def _one_of_each_state(stage: Stage) -> None:
    """Links that were used, replaced or came too late, of every purpose; one to a former admin."""
    now = clock.now()
    marks: dict[str, dict[str, Any]] = {
        "living": {"expires_at": now + timedelta(days=1)},
        "used": {"claimed_at": now, "claimed_by": "somebody"},
        "replaced": {"replaced_at": now},
        "expired": {"expires_at": now - timedelta(seconds=1)},
    }
    asked = AccessRequest.get(AccessRequest.status == "open", AccessRequest.kind == "access")
    links.issue("digest", BOB, stage.settings, request=asked)
    newest = {link.purpose: link for link in MagicLink.select().order_by(MagicLink.id)}
    for old, state in product(newest.values(), marks):
        order, request = old.order, old.request
        if old.purpose == "launch":
            order = stage.place(PIA, role="partner", number=_number())
        to = order.contact_email if old.purpose == "launch" else old.email
        link = links.issue(old.purpose, to, stage.settings, order=order, request=request)
        MagicLink.update(**marks[state]).where(MagicLink.id == link.id).execute()
    links.issue("decision", FORMER, stage.settings, order=asked.order, request=asked)


def _mailed(stage: Stage) -> list[Mailed]:
    found = []
    for link in MagicLink.select():
        token = _token(stage, link)
        number = link.order.number if link.order_id else ""
        found.append(Mailed(link.purpose, _state(link, token), link.email, token, number))
    return found


def _token(stage: Stage, link: MagicLink) -> str:
    return str(links.url_of(link, stage.settings)).rpartition("/")[2]


def _state(link: MagicLink, token: str) -> str:
    """What decides about the page: the request where one asks, else the order, else the link."""
    if link.purpose in ("decision", "first_admin"):
        return str(decisions.standing(link.request, link.email) or "open")
    if link.purpose == "launch" and is_closed(link.order):
        return f"order {link.order.status}"
    return str(links.look(token, link.purpose)[0])
