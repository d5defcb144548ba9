"""Forms that another site sends, and redirects that would lead to one, on every route there is."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import pytest

from provisioning import links, operators
from records import clock
from records.tables import AccessRequest, Organization
from tests.support import stored
from tests.support.cast import BOB, CAROL, NEWCOMER, OLGA, PIA, acme, volta
from tests.support.page_client import PageClient
from tests.support.rows import put_back, world
from tests.support.steps import csrf_token
from tests.support.world import orders_in_every_step

# What is said, and to whom, does not depend on the database.
DATABASES = ("sqlite",)

HERE = "http://homeport.test"
SITES = (
    None, "same-origin", "same-site", "cross-site", "none", "nonsense", "same-origin, cross-site",
)  # fmt: skip
ORIGINS = (
    None, "null", HERE, "https://homeport.test", f"{HERE}:8080", "HTTP://HOMEPORT.TEST",
    "http://app.homeport.test", "http://test", "http://evil.example", "nonsense",
    f"{HERE}, http://evil.example",
)  # fmt: skip
TOKENS = ("none", "garbage", "another's", "own")
# What a browser sends with a form of ours: an old one, one over http, one that hides the origin.
GENUINE_SITES = (None, "same-origin", "none")
GENUINE_ORIGINS = (None, "null", HERE, "HTTP://HOMEPORT.TEST")
EVIL = (
    "//evil.example", "\\\\evil.example", "/\\evil.example", "https://evil.example/",
    "https:evil.example", "/%09/evil.example", "\t//evil.example", "javascript:alert(1)",
    "http://homeport.test@evil.example/x", "http://homeport.test.evil.example/orders/1/review",
    "http://evil.example//evil.example/x", "http://evil.example/\\evil.example", "http://[",
    "///evil.example/%0d%0aSet-Cookie:a=b", "/.//evil.example",
)  # fmt: skip
# Whose forms tests/console/ and test_partner_orders.py send in earnest.
ELSEWHERE = ("/console/", "/partner/orders/<number>/")


@pytest.fixture(scope="module")
def memory(database_url) -> dict[str, Any]:
    """What was settled once is put back for each test."""
    return {}


@pytest.fixture
def forms(stage, memory) -> tuple[PageClient, dict[str, dict[str, str]]]:
    """A browser that may do everything, and for every address that takes a form what would work."""
    if not memory:
        client, table = settle(stage)
        cookie = client.http.get_cookie("homeport", domain="homeport.test")
        assert cookie
        memory.update(cookie=cookie.value, table=table, rows=world())
    put_back(memory["rows"])
    client = PageClient(stage.app)
    client.http.set_cookie("homeport", memory["cookie"], domain="homeport.test")
    return client, dict(memory["table"])


def settle(stage) -> tuple[PageClient, dict[str, dict[str, str]]]:
    acme()
    volta()
    client = PageClient(stage.app)
    steps = orders_in_every_step(stage, CAROL, client)
    stage.place(PIA, role="partner", number="2")
    stage.place(NEWCOMER, number="3")
    for browser in (client, PageClient(stage.app)):
        browser.get("/partner").form().fill(contact_email=PIA).submit()
        if browser is client:
            client.get(stage.path("partner_sign_in")).form().submit()
            stage.mails("partner_sign_in")[-1].delete_instance()
    operators.add(OLGA, "operator", "test")
    client.get("/console/sign-in").form().fill(contact_email=OLGA).submit()
    stage.opened("console_sign_in", OLGA, client)
    at = {step: f"/orders/{number}/{step}" for step, number in steps.items()}
    seen = client.get(at["organization"]).one("[name=seen]")
    stage.place("dora@acme.com", number="4", company_name="Acme")
    ask = stage.opened("launch", "dora@acme.com", client).form().submit().select("[name=ask]")[0]
    handed = {"contact_email": "eve@evil.example", "contact_role": "customer"}
    typed = {"company_name": "Acme", "admin_email": CAROL}
    return client, {
        "/": {"number": "2", "contact_email": PIA},
        stage.path("launch", NEWCOMER): {},
        at["purpose"]: {"purpose": "partner_own_use"},
        at["company"]: typed,
        f"/orders/{steps['company']}/matches": typed,
        f"/orders/{steps['company']}/hand-over": handed,
        "/orders/4/confirm": {"ask": str(ask["value"])},
        at["organization"]: {"organization": "new", "seen": str(seen["value"])},
        at["administrator"]: {"message": "let me in"},
        at["waiting"]: {"action": "again"},
        at["review"]: {"confirm": "y"},
        stage.path("access_notice", BOB): {"decision": "add"},
        _in_a_digest(stage): {"decision": "yes"},
        "/partner": {"contact_email": PIA},
        "/partner/orders/2": {},
        stage.path("partner_sign_in"): {},
        "/sign-out": {},
    }


def _in_a_digest(stage) -> str:
    """Where one of the requests of a digest is answered."""
    there = Organization.get(Organization.ref == "acme")
    asked = AccessRequest.create(
        kind="confirm", order=stage.order("3"), organization=there, person_email=NEWCOMER,
        requester_email=NEWCOMER, expires_at=clock.now() + timedelta(days=1),
    )  # fmt: skip
    link = links.issue("digest", BOB, stage.settings, request=asked)
    return f"{str(links.url_of(link, stage.settings)).removeprefix(HERE)}/{asked.id}"


def sent(site: str | None, origin: str | None) -> dict[str, str]:
    said = {"Sec-Fetch-Site": site, "Origin": origin}
    return {name: value for name, value in said.items() if value is not None}


def forged(path: str) -> Iterator[tuple[str | None, str | None, str]]:
    """Every combination in which something is wrong; but for the first page, which gets them all,
    only those in which one check alone stands in the way."""
    for site, origin, token in product(SITES, ORIGINS, TOKENS):
        from_here = site in GENUINE_SITES and origin in GENUINE_ORIGINS
        wrong = (not from_here) + (token != "own")
        if wrong == 1 or (wrong and path == "/"):
            yield site, origin, token


def test_every_route_that_takes_a_form_is_in_the_table(stage, forms):
    _client, table = forms
    adapter = stage.app.url_map.bind("homeport.test")
    rules = {str(adapter.match(path, "POST", return_rule=True)[0]) for path in table}
    posts = {str(r) for r in stage.app.url_map.iter_rules() if "POST" in (r.methods or ())}
    # The API takes no forms, and reads no cookie: see tests/api/test_letting_in.py.
    assert rules == {rule for rule in posts if not rule.startswith(("/api/", *ELSEWHERE))}


def addresses_elsewhere(app) -> Iterator[str]:
    """Of every other form, with something in each of its places."""
    filled = {"number": "2", "act": "cancel", "way": "rotate", "address": "x@acme.com"}
    filled["listing"] = "unlist"
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and rule.rule.startswith(ELSEWHERE):
            yield re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda at: filled.get(at[1], "1"), rule.rule)


def test_nothing_that_another_site_can_send_succeeds_anywhere(stage, forms):
    client, table = forms
    tokens = {"none": None, "garbage": "IjEi.x.y", "own": csrf_token(client.get("/"))}
    tokens["another's"] = csrf_token(PageClient(stage.app).get("/"))
    before = stored.dump()
    everything = {path: {"why": "because"} for path in addresses_elsewhere(stage.app)} | table
    assert len(everything) > len(table) + 20
    for path, data in everything.items():
        for site, origin, token in forged(path):
            sends = data if tokens[token] is None else {**data, "csrf_token": tokens[token]}
            answer = client.http.post(path, base_url=HERE, data=sends, headers=sent(site, origin))
            assert answer.status_code == 400, (path, site, origin, token)
    assert stored.dump() == before


def test_what_a_browser_sends_from_our_own_pages_succeeds(stage, forms):
    """Each way once, on a form that can be sent again; then every form, as browsers send it now."""
    client, table = forms
    token = csrf_token(client.get("/"))
    for site, origin in product(GENUINE_SITES, GENUINE_ORIGINS):
        data = {"csrf_token": token, "number": "none", "contact_email": PIA}
        answer = client.http.post("/", base_url=HERE, data=data, headers=sent(site, origin))
        assert answer.status_code == 200, (site, origin)
    for path, data in table.items():
        before = stored.dump()
        answer = client.http.post(
            path,
            base_url=HERE,
            data={**data, "csrf_token": token},
            headers=sent("same-origin", "null"),
        )
        assert answer.status_code in (200, 303), (path, answer.status_code)
        changes = not path.endswith("/matches")
        changes = changes and path not in ("/", "/partner") and not path.endswith("/waiting")
        assert (stored.dump() != before) or not changes, path


def places_named(answer: Any) -> Iterator[tuple[str, str]]:
    for name in ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url"):
        for value in answer.headers.getlist(name):
            yield name, value
    yield from (("Refresh", value) for value in answer.headers.getlist("Refresh"))


def assert_at_home(answer: Any, way: object) -> None:
    """What the answer leads to is a path of this site, however a browser reads it."""
    for name, value in places_named(answer):
        assert value.startswith("/"), (way, name, value)
        assert value[1:2] not in ("/", "\\"), (way, name, value)
        assert value.isascii(), (way, name, value)
        assert not set(value) & set("\\\t\r\n "), (way, name, value)
        assert urlsplit(value).netloc == "", (way, name, value)


@pytest.mark.parametrize("evil", EVIL)
def test_no_redirect_leads_elsewhere_whatever_a_request_says(stage, forms, evil):
    client, table = forms
    token = csrf_token(client.get("/"))
    said = "".join(evil.split("\t"))
    headers = {
        "HX-Request": "true", "HX-Current-URL": said, "Referer": said, "X-Forwarded-Host": said,
        "X-Original-URL": said, "X-Rewrite-URL": said, "Sec-Fetch-Site": "same-origin",
    }  # fmt: skip
    seen = 0
    for path, data in table.items():
        for wrong in ({}, {"csrf_token": token}):
            asked = {**data, **wrong, "next": evil, "url": evil, "return_to": evil}
            answer = client.http.post(
                path, base_url=HERE, data=asked, headers=headers, query_string={"next": evil}
            )
            assert_at_home(answer, ("POST", path))
            seen += len(list(places_named(answer)))
        answer = client.http.get(
            path, base_url=HERE, headers=headers, query_string={"next": evil, "after": evil}
        )
        assert_at_home(answer, ("GET", path))
    assert seen > 10


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("host", ["homeport.test", "homeport.test:81", "127.0.0.1", "localhost:9"])
def test_no_address_is_read_as_another_site(stage, host, method):
    paths = [
        "//evil.example", "//evil.example/", "///evil.example//", "/\\evil.example",
        "/\\/evil.example//orders", "/orders//1", "/orders/1//", "//orders/1/", "/start//x",
        "/%5c%5cevil.example/", "/%2f%2fevil.example/%2e%2e", "/orders/1%0d%0aX:y/company",
        "/orders/\u6ce8/company", "/orders/..//..//evil.example", "/orders/%2f%2fevil.example/",
        "/static//evil.example", "/%09//evil.example", "/http://evil.example/",
    ]  # fmt: skip
    for path, htmx in product(paths, (False, True)):
        headers = {"Host": host, **({"HX-Request": "true"} if htmx else {})}
        answer = stage.app.test_client().open(path, method=method, headers=headers)
        assert answer.status_code < 500, path
        assert_at_home(answer, (path, htmx))
