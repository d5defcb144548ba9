"""Who is let in: a living token for what is asked, and nothing else that a request may say."""

import json

import pytest

from provisioning import tokens
from records.tables import ApiToken, Tally
from tests.api.conftest import HERE, System, order
from tests.support import stored
from tests.support.cast import CAROL
from tests.support.steps import csrf_token, journey
from views.api.operation import OPERATIONS

FORM = {"Content_Type": "application/x-www-form-urlencoded"}
PARTS = {"Content_Type": "multipart/form-data; boundary=x"}
SAMPLE = {"number": "1", "ref": "acme", "email": "a@acme.com"}


def asks():
    """Each operation with an address of it."""
    for told in OPERATIONS:
        address = told.address
        for name, value in SAMPLE.items():
            address = address.replace(f"{{{name}}}", value)
        yield told, address


def test_whatever_is_wrong_with_a_token_the_answer_is_the_same(app, system):
    tokens.make("old", ["read"])
    revoked = System(app, tokens.make("gone", tokens.SCOPES))
    tokens.revoke("gone")
    http, seen = app.test_client(), set()
    shown = [
        {}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer "},
        {"Authorization": "Bearer hp_unknown"}, {"Authorization": f"Basic {system.token}"},
        {"Authorization": f"Bearer {revoked.token}"}, {"Authorization": f"Bearer {system.token}x"},
        {"Authorization": "Bearer " + ApiToken.get(ApiToken.name == "erp").token_hash},
        {"Authorization": "Bearer \x80"}, {"X-Api-Key": system.token},
    ]  # fmt: skip
    for told, address in asks():
        for headers in shown:
            answer = http.open(
                f"/api/v1{address}", method=told.method, base_url=HERE, headers=headers
            )
            said = {k: v for k, v in answer.headers.items() if k != "Date"}
            seen.add((answer.status_code, answer.text, json.dumps(said, sort_keys=True)))
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="homeport"'
    assert {status for status, *_rest in seen} == {401}
    assert len(seen) == 1


@pytest.mark.parametrize("scope", tokens.SCOPES)
def test_a_token_opens_what_it_is_for_and_nothing_else(app, scope):
    one = System(app, tokens.make("one", [scope]))
    for told, address in asks():
        status = one.send(told.method, address).status_code
        assert (status == 403) == (scope not in told.scopes), (told.name, status)
    assert one.send("GET", "/orders").headers["RateLimit"].startswith('"token";r=')


def test_the_token_rests_nowhere_and_its_use_is_noted(system):
    assert system.token.startswith("hp_")
    assert ApiToken.get().used_at is None
    system("GET", "/orders")
    assert ApiToken.get().used_at is not None
    assert system.token not in stored.text()


def test_no_cookie_opens_anything_and_none_is_set(stage, system):
    """Whoever has an order open in a browser is nobody here; what it adds changes nothing."""
    _order, page = journey(stage, "company")
    assert page.client.http.get("/api/v1/orders/70012345", base_url=HERE).status_code == 401
    forged = {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"}
    answer = system.send("POST", "/orders", order(), **forged)
    assert answer.status_code == 201
    assert "Set-Cookie" not in answer.headers
    data = {"csrf_token": csrf_token(page), "number": "1", "contact_email": CAROL}
    assert page.client.http.post("/api/v1/orders", base_url=HERE, data=data).status_code == 401


def test_a_token_that_asks_too_much_waits(system):
    first = system.send("GET", "/orders")
    assert first.headers["RateLimit-Policy"] == '"token";q=1200;w=60'
    Tally.update(count=1200).where(Tally.what == "api").execute()
    for _again in range(2):  # a minute may have begun in between
        Tally.update(count=1200).where(Tally.what == "api").execute()
        answer = system.send("GET", "/orders")
        if answer.status_code == 429:
            break
    assert answer.json["type"].endswith("#too-many")
    assert answer.headers["RateLimit"].startswith('"token";r=0;t=')
    assert 0 < int(answer.headers["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "kind"),
    [
        ("POST", "/orders", b"number=1", FORM, 415, "media-type"),
        ("POST", "/orders", b"--x", PARTS, 415, "media-type"),
        ("POST", "/orders", b"{}", {"Content_Type": "text/plain"}, 415, "media-type"),
        ("POST", "/orders", None, {}, 415, "media-type"),
        ("POST", "/orders/1/links", b"a=b", FORM, 415, "media-type"),
        ("POST", "/bulk/users", b"{}", {}, 415, "media-type"),
        ("POST", "/orders", b"", {}, 400, "malformed"),
        ("POST", "/orders", b"{", {}, 400, "malformed"),
        ("POST", "/orders", b'{"number": NaN}', {}, 400, "malformed"),
        ("POST", "/orders", b'{"number": "1", "number": "2"}', {}, 400, "malformed"),
        ("POST", "/orders", b"\xff\xfe", {}, 400, "malformed"),
        ("POST", "/orders", b"[" * 100_000, {}, 400, "malformed"),
        ("POST", "/orders", b"1" * 5_000, {}, 400, "malformed"),
        ("POST", "/orders", b"[]", {}, 422, "invalid"),
        ("POST", "/orders", b" " * 300_000, {}, 413, "too-large"),
        ("POST", "/orders", b"{}", {"Idempotency_Key": "k" * 256}, 400, "malformed"),
        ("GET", "/nothing", None, {}, 404, "not-found"),
        ("POST", "/nothing", b"{}", {"Sec_Fetch_Site": "cross-site"}, 404, "not-found"),
        ("DELETE", "/orders", None, {}, 405, "method"),
        ("GET", "/orders/a/b/c", None, {}, 404, "not-found"),
    ],
)  # fmt: skip
def test_every_refusal_is_a_problem_document(system, method, path, body, headers, status, kind):
    answer = system.send(method, path, body, **headers)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["type"] == f"{HERE}/api/v1/docs#{kind}"
    assert answer.json["status"] == status
    assert answer.json["title"]
    assert ("Allow" in answer.headers) == (status == 405)
