"""What one person was given is worth nothing in another's hands, and nobody learns that it exists.

Every address comes from the application's own map: one that is new needs its place in `ROUTES`.
"""

import re
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest

from records.database import is_postgresql
from records.tables import AccessRequest, Session
from tests.support import stored
from tests.support.cast import CAROL, MALLORY, PIA, Stage
from tests.support.page_client import PageClient
from tests.support.rows import put_back, world
from tests.support.steps import csrf_token
from tests.trust.people import HOST, PEOPLE, SAM, again, asked, cookie_of, settle

ABSENT, MADE_UP = "79999999", "x" * 43
WHICH = "<int(max=9223372036854775807):which>"
ACTIONS = ("link", "contact", "grant", "reopen", "restore", "move", "cancel")
LISTS = ("admins", "users", "subscriptions", "orders", "requests", "notices", "letters")
# For whom an address is: whoever has the order open, whoever has the link, or anybody.
ROUTES = {
    "/": "anybody",
    "/start/<token>": "link",
    "/orders/<number>": "order",
    "/orders/<number>/": "order",
    "/orders/<number>/purpose": "order",
    "/orders/<number>/company": "order",
    "/orders/<number>/matches": "order",
    "/orders/<number>/organization": "order",
    "/orders/<number>/hand-over": "order",
    "/orders/<number>/administrator": "order",
    "/orders/<number>/confirm": "order",
    "/orders/<number>/waiting": "order",
    "/orders/<number>/answer": "order",
    "/orders/<number>/review": "order",
    "/orders/<number>/done": "order",
    "/requests/<token>": "link",
    "/requests/<token>/<int(max=9223372036854775807):which>": "link",
    "/partner": "anybody",  # with one's own session, one's own orders
    "/partner/<token>": "link",
    "/partner/orders/<number>": "order",
    "/partner/orders/<number>/take-over": "order",
    "/partner/orders/<number>/hand-over": "order",
    "/partner/orders/<number>/fresh-link": "order",
    "/partner/orders/<number>/ask-again": "order",
    "/partner/orders/<number>/same-answers": "order",
    "/console/sign-in": "anybody",
    "/console/sign-in/<token>": "link",
    # For the seller's people alone.
    "/console": "operator",
    "/console/audit": "operator",
    "/console/orders": "operator",
    "/console/orders.csv": "operator",
    "/console/orders/<number>": "operator",
    "/console/orders/<number>/candidates": "operator",
    f"/console/orders/<number>/<any({', '.join(ACTIONS)}):act>": "operator",
    f"/console/orders/<number>/mails/{WHICH}": "operator",
    f"/console/orders/<number>/requests/{WHICH}/extend": "operator",
    f"/console/orders/<number>/requests/{WHICH}/close": "operator",
    "/console/import": "operator",
    f"/console/import/{WHICH}": "operator",
    f"/console/import/{WHICH}/dry-run": "operator",
    f"/console/import/{WHICH}/discard": "operator",
    f"/console/import/{WHICH}/run": "operator",
    f"/console/import/{WHICH}/refused.csv": "operator",
    "/console/mail": "operator",
    f"/console/mail/{WHICH}": "operator",
    f"/console/mail/{WHICH}/again": "operator",
    f"/console/mail/{WHICH}/now": "operator",
    f"/console/mail/{WHICH}/give-up": "operator",
    "/console/mail/addresses": "operator",
    "/console/mail/addresses/<path:address>": "operator",
    "/console/mail/fence": "operator",
    "/console/organizations": "operator",
    f"/console/organizations/{WHICH}": "operator",
    f"/console/organizations/{WHICH}/<any({', '.join(LISTS)}):what>": "operator",
    f"/console/organizations/{WHICH}/<any(unlist, list):listing>": "operator",
    "/console/matcher": "operator",
    "/console/access": "operator",
    "/console/access/operators/add": "operator",
    f"/console/access/operators/{WHICH}/role": "operator",
    f"/console/access/operators/{WHICH}/remove": "operator",
    "/console/access/tokens/add": "operator",
    "/console/access/tokens/<name>/revoke": "operator",
    "/console/access/webhooks/add": "operator",
    f"/console/access/webhooks/{WHICH}": "operator",
    f"/console/access/webhooks/{WHICH}/events/{WHICH.replace('which', 'event')}/again": "operator",
    f"/console/access/webhooks/{WHICH}/<any(rotate, resume, remove):way>": "operator",
    "/console/sessions": "operator",
    "/console/sessions/others": "operator",
    f"/console/sessions/{WHICH}": "operator",
    "/sign-out": "anybody",
    "/signed-out": "anybody",
    "/mailbox": "nobody",  # but on this machine, without a mail server
    "/mailbox/<name>": "nobody",
    "/mailbox/<name>/html": "nobody",
    "/healthz": "anybody",
    "/readyz": "anybody",
    "/metrics": "nobody",  # but on this machine
    "/static/<path:filename>": "anybody",
    "/api/v1/openapi.json": "anybody",
    "/api/v1/docs": "anybody",
    "/api/v1/examples": "anybody",
    # With a token of the seller's alone, see tests/api/test_letting_in.py.
    "/api/v1/orders": "system",
    "/api/v1/orders/<number>": "system",
    "/api/v1/orders/<number>/links": "system",
    "/api/v1/orders/<number>/cancel": "system",
    "/api/v1/matches": "system",
    "/api/v1/organizations/<ref>": "system",
    "/api/v1/organizations/<ref>/users/<email>": "system",
    "/api/v1/organizations/<ref>/subscriptions/<number>": "system",
    "/api/v1/bulk/organizations": "system",
    "/api/v1/bulk/users": "system",
}
# Whatever any form of the wizard asks, answered as its owner would.
FIELDS = {
    "purpose": "partner_for_customer", "company_name": "Acme", "admin_email": CAROL,
    "organization": "new", "message": "Please.", "decision": "add", "note": "", "confirm": "yes",
    "contact_email": MALLORY, "contact_role": "customer", "action": "ask", "number": "70000000",
}  # fmt: skip

NOT_HERE = (404, "There is nothing here for you")
UNKNOWN = (404, "We do not know this link")
# What a link says to whoever has it, who is not its order's contact in this browser.
SAYS = {
    ("launch", "living"): (200, "Set up order N"),
    ("launch", "used"): (410, "This link has been used"),
    ("launch", "replaced"): (410, "A newer link replaces this one"),
    ("launch", "expired"): (410, "This link has expired"),
    ("launch", "order stopped"): (200, "This order has been stopped"),
    ("launch", "order cancelled"): (200, "This order has been cancelled"),
    ("launch", "order expired"): (200, "This order has expired"),
    ("partner", "living"): (200, "See your orders"),
    ("partner", "used"): (410, "This link has been used"),
    ("partner", "replaced"): (410, "A newer link replaces this one"),
    ("partner", "expired"): (410, "This link has expired"),
    ("decision", "open"): (200, "Add an administrator?"),
    ("decision", "decided"): (200, "This has been answered"),
    ("decision", "expired"): (200, "This request has expired"),
    ("decision", "withdrawn"): (200, "This request was withdrawn"),
    ("decision", "not_entitled"): (200, "You cannot answer this"),
    ("digest", "living"): (200, "What waits for your answer"),
    ("digest", "used"): (410, "This link has expired"),
    ("digest", "replaced"): (410, "This link has expired"),
    ("digest", "expired"): (410, "This link has expired"),
    ("first_admin", "open"): (200, "Will you administer this organization?"),
    ("dispute", "living"): (200, "Is this not yours?"),
    ("dispute", "used"): (200, "The order has been stopped"),
    ("dispute", "replaced"): (410, "This link has expired"),
    ("dispute", "expired"): (410, "This link has expired"),
}
OPENED = {CAROL: 9, SAM: 6, PIA: 3, MALLORY: 1}  # orders that their browsers have open
DOORS = {"launch": "/start/", "partner": "/partner/"}


@pytest.fixture
def stage(app) -> Stage:
    return Stage(app)


@pytest.fixture(scope="module")
def memory(database_url) -> dict[str, Any]:
    """What was settled once is put back for each test."""
    return {}


@pytest.fixture
def town(stage, memory):
    if not memory:
        memory.update(town=settle(stage), rows=world())
    put_back(memory["rows"])
    return again(memory["town"], stage.app)


@pytest.fixture
def tokens(town):
    """A CSRF token of each browser."""
    return {name: csrf_token(browser.get("/")) for name, browser in town.browsers.items()}


def routes(app, kind):
    """(address, methods) of every route of a kind."""
    return [
        (rule.rule, sorted((rule.methods or set()) - {"OPTIONS"}))
        for rule in app.url_map.iter_rules()
        if ROUTES[rule.rule] == kind
    ]


def asking(browser, token, method):
    """A function that asks for a path, with all fields that any form there has."""
    return lambda path: asked(browser, token, method, path, **FIELDS)


def tried(all_of_them: Sequence[Any], method: str, place: int, step: int) -> Sequence[Any]:
    """What is swapped at an address, the one at this place: each with each, on SQLite.

    HEAD is answered by what answers GET, and PostgreSQL finds or finds not what SQLite does: there
    each meets every person and each address does, but not each at every address.
    """
    in_turn = method == "HEAD" or is_postgresql()
    return all_of_them[place % step :: step] if in_turn else all_of_them


def heading(answer):
    return re.sub(r"<[^>]*>", "", answer.body.partition("<h1")[2].partition("</h1>")[0])[
        15:
    ].strip()


def test_every_address_has_its_place_here(app):
    assert {rule.rule for rule in app.url_map.iter_rules()} == set(ROUTES)


def test_another_s_order_is_answered_as_one_that_does_not_exist(stage, town, tokens):
    before, seen = stored.dump(), set()
    for name, mine in OPENED.items():
        at = [f"/orders/{n}" for n in town.orders[name]]
        opened = [asked(town.browsers[name], "", "GET", path).status for path in at]
        assert opened.count(303) == mine, name
    others = {
        name: [n for owner, mine in town.orders.items() if owner != name for n in mine]
        for name in PEOPLE
    }
    for (place, (rule, methods)), name in product(enumerate(routes(stage.app, "order")), PEOPLE):
        for method in methods:
            ask = asking(town.browsers[name], tokens[name], method)
            nowhere = ask(rule.replace("<number>", ABSENT))
            assert nowhere.status == 404
            for number in tried(others[name], method, place, step=7):
                assert ask(rule.replace("<number>", number)) == nowhere, (name, rule, number)
                seen.add((name, number))
    assert seen == {(name, number) for name in PEOPLE for number in others[name]}
    assert stored.dump() == before


def test_a_link_of_another_kind_is_answered_as_one_that_was_made_up(stage, town, tokens):
    before, seen, purposes = stored.dump(), set(), set()
    for (place, (rule, methods)), name in product(enumerate(routes(stage.app, "link")), PEOPLE):
        door = rule.partition("<")[0]
        for method in methods:
            ask = asking(town.browsers[name], tokens[name], method)
            nowhere = ask(door + MADE_UP)
            assert nowhere.status == 404
            for mail in tried(town.links, method, place, step=3):
                if DOORS.get(mail.purpose, "/requests/") != door:
                    assert ask(door + mail.token) == nowhere, (name, rule, mail)
                    seen.add((name, mail.token))
                    purposes.add((door, mail.purpose))
    assert seen == {(name, mail.token) for name in PEOPLE for mail in town.links}
    assert all(len([p for d, p in purposes if d == door]) >= 2 for door, _p in purposes)
    assert stored.dump() == before


def test_a_link_says_what_it_is_worth_and_only_a_living_one_is_worth_anything(stage, town, tokens):
    """Whoever has a link of a mail has proved that mailbox; one that is over opens nothing."""
    before, kinds = stored.dump(), set()
    for (place, mail), (turn, name) in product(enumerate(town.links), enumerate(PEOPLE)):
        if mail.to == name:
            continue
        path = DOORS.get(mail.purpose, "/requests/") + mail.token
        methods = ["GET"] if mail.state in ("living", "open") else ["GET", "POST"]
        # HEAD is answered by what answers GET: each link once or twice.
        for method in [*methods, *["HEAD"] * (place % 3 == turn % 3)]:
            answer = asked(town.browsers[name], tokens[name], method, path, **FIELDS)
            status, words = SAYS[mail.purpose, mail.state]
            assert answer.status == status, (mail, name, method)
            if method != "HEAD":
                assert heading(answer) == words.replace("N", mail.number), (mail, name, method)
        kinds.add((mail.purpose, mail.state))
    assert kinds == set(SAYS)
    assert stored.dump() == before


def test_a_living_link_speaks_for_its_mailbox_in_any_browser_and_for_nobody_else(stage, town):
    browser = PageClient(stage.app)
    before = world()
    for mail in town.links:
        if mail.state not in ("living", "open") or mail.purpose == "digest":
            continue  # a digest only leads to what it lists
        form = browser.get(DOORS.get(mail.purpose, "/requests/") + mail.token).form()
        if mail.purpose == "decision":
            form.fill(decision="decline").submit()
        elif mail.purpose in ("first_admin", "dispute"):
            form.fill(confirm="yes" if mail.purpose == "first_admin" else True).submit()
        else:
            form.submit()
            assert Session.select().order_by(Session.id.desc()).get().email == mail.to
        decided = AccessRequest.select().where(AccessRequest.decided_by == MALLORY)
        assert not decided.exists()
        put_back(before)


def test_the_console_asks_everybody_else_to_sign_in_whatever_there_is(stage, town, tokens):
    before, seen = stored.dump(), 0
    numbers = [number for mine in town.orders.values() for number in mine]
    for (rule, methods), name in product(routes(stage.app, "operator"), PEOPLE):
        there = [re.sub(r"<number>", number, rule) for number in (*numbers, ABSENT)]
        paths = {re.sub(r"<any\(([^,)]+)[^>]*>", r"\1", path) for path in there}
        paths = {re.sub(r"<[^>]*>", "1", path) for path in paths}
        for method, path in product(methods, paths):
            answer = asked(town.browsers[name], tokens[name], method, path, **FIELDS)
            assert answer.status == 303, (name, method, path)
            assert ("Location", "/console/sign-in") in answer.headers, (name, method, path)
            seen += 1
    assert seen > 20
    assert stored.dump() == before


# --- tokens and cookies of browsers --------------------------------------------------------------


def test_a_csrf_token_of_another_browser_is_worth_as_much_as_a_made_up_one(stage, town, tokens):
    numbers = {name: mine[0] for name, mine in town.orders.items()}
    before = stored.dump()
    rules = [
        rule
        for kind in ("order", "link", "anybody")
        for rule, methods in routes(stage.app, kind)
        if "POST" in methods
    ]
    assert len(rules) > 10
    for rule, name, other in product(rules, (CAROL, SAM, PIA, MALLORY), PEOPLE):
        path = rule.replace("<number>", numbers[name]).replace("<token>", MADE_UP)
        path = re.sub(r"<int[^>]*>", "1", path)
        if other != name:
            answer = asked(town.browsers[name], tokens[other], "POST", path, **FIELDS)
            assert answer == asked(town.browsers[name], "made.up.token", "POST", path, **FIELDS)
            assert answer.status == 400, (rule, name)
    assert stored.dump() == before


def test_a_cookie_pieced_together_from_two_is_none(stage, town):
    """Its parts are what it says, when, and the signature of both."""
    mine, theirs = (cookie_of(town.browsers[name]) for name in (MALLORY, CAROL))
    path = f"/orders/{town.orders[CAROL][0]}/company"
    browser = PageClient(stage.app)
    nothing = asked(browser, "", "GET", path)
    assert nothing.status == 404
    browser.http.set_cookie("homeport", theirs, domain=HOST)
    assert asked(browser, "", "GET", path).status == 200
    parts = list(zip(mine.rsplit(".", 2), theirs.rsplit(".", 2), strict=True))
    for picked in product((0, 1), repeat=3):
        if len(set(picked)) > 1:
            made = ".".join(pair[which] for pair, which in zip(parts, picked, strict=True))
            browser.http.set_cookie("homeport", made, domain=HOST)
            assert asked(browser, "", "GET", path)[:2] == nothing[:2], picked


def test_a_session_s_secret_opens_its_own_order_under_its_own_number_only(stage, town):
    browser = town.browsers[CAROL]
    own, other = town.orders[CAROL][0], town.orders[SAM][0]
    with browser.http.session_transaction(base_url=browser.base_url) as session:
        secret = session["orders"][own]
    for number in (other, town.orders[CAROL][1], ABSENT):
        with browser.http.session_transaction(base_url=browser.base_url) as session:
            session["orders"] = {number: secret}
        token = csrf_token(browser.get("/"))
        for rule, methods in routes(stage.app, "order"):
            path = rule.replace("<number>", number)
            for method in methods:
                assert asked(browser, token, method, path, **FIELDS).status == 404, (number, path)
