"""Headers, cookies, forms from elsewhere, foreign hosts, big bodies, and one 404 for everybody."""

import logging
import re
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import time_machine

from provisioning import links
from records import clock
from records.tables import Order, OutboxRow
from tests.support import stored
from tests.support.cast import BOB, CAROL, MALLORY, NEWCOMER, PIA, acme, volta
from tests.support.page_client import PageClient
from tests.support.steps import STEPS, journey
from views import security
from views.security import from_our_page

HTTPS = pytest.mark.settings(PUBLIC_URL="https://orders.example")
HERE = "http://homeport.test"


def body_of(response):
    """A page without what differs from one fetch to the next."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", response.text)


def check_headers(response):
    for name, value in security.HEADERS.items():
        assert response.headers[name] == value, (response.request.path, name)
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert "Server" not in response.headers or "Werkzeug" not in response.headers["Server"]


def test_every_kind_of_page_carries_every_header(stage):
    _order, page = journey(stage, "waiting")
    volta()
    client = page.client.http
    notice = stage.path("access_notice", BOB)
    for path, status in [
        ("/", 200), ("/partner", 200), ("/healthz", 200), ("/readyz", 200),
        ("/orders/70012345/waiting", 200), ("/orders/70012345/review", 303),
        (notice, 200), (stage.path("launch"), 303), ("/start/x", 404), ("/nowhere", 404),
        ("/orders/1/company", 404), ("/static/style.css", 200), ("/static/none.css", 404),
    ]:  # fmt: skip
        with client.get(path, base_url=HERE) as answer:
            assert answer.status_code == status, path
        check_headers(answer)
        kept = answer.headers["Cache-Control"]
        assert kept == ("public, max-age=31536000, immutable" if "/static/style" in path else kept)
        if "/static/" not in path:
            assert kept == "no-store, no-cache"
    for path, status in [("/", 400), ("/healthz", 405), ("/orders/70012345/waiting", 400)]:
        answer = client.post(path, base_url=HERE)
        assert answer.status_code == status
        check_headers(answer)
    assert client.get("/", base_url=HERE).headers.get("Strict-Transport-Security") is None


@HTTPS
def test_over_https_cookies_are_for_this_host_alone_and_transport_is_strict(stage):
    stage.place()
    answer = stage.app.test_client().get(stage.path("launch"), base_url="https://orders.example")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-homeport=")
    said = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= said
    assert not any(part.startswith("domain") for part in said)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert stage.opened().path.endswith("/company")


def test_over_http_the_cookie_is_still_out_of_scripts_reach(stage):
    stage.place()
    answer = stage.app.test_client().get(stage.path("launch"), base_url=HERE)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    said = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax"} <= said
    assert "secure" not in said


def test_a_form_opened_with_an_old_cookie_can_be_sent_days_later(stage):
    browser, first = PageClient(stage.app), clock.now()
    with time_machine.travel(first, tick=False) as today:
        browser.get("/")
        today.move_to(first + timedelta(days=10))
        form = browser.get("/").form()
        today.move_to(first + timedelta(days=15))
        sent = form.fill(number="70012345", contact_email=CAROL).submit()
    assert sent.heading == "Look into your mailbox"


@pytest.mark.parametrize("token", [None, "", "wrong", "of another browser"])
@pytest.mark.parametrize("where", ["start", "wizard", "request", "home", "partner"])
def test_a_form_without_its_own_token_is_refused(stage, where, token):
    _order, page = journey(stage, "administrator" if where != "request" else "waiting")
    if token == "of another browser":
        token = PageClient(stage.app).get("/").form().values["csrf_token"]
    if where == "start":
        stage.place(number="2")
    path = {
        "start": lambda: stage.path("launch"),
        "wizard": lambda: "/orders/70012345/administrator",
        "request": lambda: stage.path("access_notice"),
        "home": lambda: "/",
        "partner": lambda: "/partner",
    }[where]()
    data = {"decision": "add", "message": "x", "number": "70012345", "contact_email": CAROL}
    before = stored.dump()
    answer = page.client.http.post(
        path, base_url=HERE, data={**data, **({} if token is None else {"csrf_token": token})}
    )
    assert answer.status_code == 400
    assert "We cannot tell that this came from our page" in answer.text
    assert stored.dump() == before


SITES = (None, "same-origin", "none", "same-site", "cross-site", "")
ORIGINS = (
    None, "null", HERE, f"{HERE}:80", f"{HERE}:8080", "https://homeport.test",
    "http://evil.example", "http://homeport.test.evil.example", "", "http://[", "HTTP://HOMEPORT.TEST",
)  # fmt: skip


def ours(site, origin):
    """The rule, said another way: no foreign sign; an opaque origin says nothing either way."""
    if site in ("same-site", "cross-site", ""):
        return False
    return origin in (None, "null", HERE, f"{HERE}:80", "HTTP://HOMEPORT.TEST")


@pytest.mark.parametrize(("site", "origin"), list(product(SITES, ORIGINS)))
def test_where_a_form_comes_from_decides(site, origin):
    assert from_our_page(site, origin, HERE) is ours(site, origin)
    assert from_our_page(site, origin, f"{HERE}/") is ours(site, origin)


def test_the_same_table_holds_for_real_requests(stage):
    stage.place()
    client = PageClient(stage.app)
    token = client.get("/").form().values["csrf_token"]
    entries = {"csrf_token": token, "number": "70012345", "contact_email": "a@b.example"}
    for site, origin in product(SITES, ORIGINS):
        sent = {"Sec-Fetch-Site": site, "Origin": origin}
        headers = {name: value for name, value in sent.items() if value is not None}
        answer = client.http.post("/", base_url=HERE, data=entries, headers=headers)
        assert answer.status_code == (200 if ours(site, origin) else 400), sent


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FOO"])
def test_other_methods_are_refused(stage, method):
    answer = stage.app.test_client().open("/", method=method, base_url=HERE)
    assert answer.status_code in (400, 405)


@pytest.mark.parametrize(
    "host", ["evil.example", "homeport.test.evil.example", "x@evil.example", "127.0.0.2"]
)
def test_a_foreign_host_is_refused(stage, host):
    for path in ("/", "/orders/1/company", "/static/style.css"):
        answer = stage.app.test_client().get(path, headers={"Host": host})
        assert answer.status_code == 400, path
        assert "evil" not in answer.text
        check_headers(answer)


def test_links_come_from_the_public_address_whatever_a_request_says(stage):
    stage.place()
    Order.update(placed_at=0).execute()
    hostile = {
        "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
        "Forwarded": "host=evil.example", "X-Original-URL": "/evil", "X-Forwarded-Prefix": "/evil",
    }  # fmt: skip
    client = stage.app.test_client()
    for host in ("homeport.test", "127.0.0.1", "localhost:9"):
        page = client.get(stage.path("launch"), headers={**hostile, "Host": host})
        assert "evil" not in page.text
        assert "Location" not in page.headers
    for row in OutboxRow.select().where(OutboxRow.link.is_null(False)):
        assert str(links.url_of(row.link, stage.settings)).startswith(f"{HERE}/start/")
    answer = client.get(stage.path("launch"), headers=hostile, base_url=HERE)
    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["form", "multipart", "many parts", "field"])
def test_a_body_that_is_too_large_is_refused(stage, kind):
    _order, page = journey(stage, "company")
    big = "x" * (security.BODY_LIMIT + 1)
    bodies: dict[str, dict[str, Any]] = {
        "form": {"data": {"company_name": big}},
        "multipart": {"data": {"company_name": big}, "content_type": "multipart/form-data"},
        "field": {"data": {"a": "x", "company_name": big}},
        "many parts": {
            "data": {f"f{n}": "x" for n in range(300)}, "content_type": "multipart/form-data",
        },
    }  # fmt: skip
    for path in ("/orders/70012345/company", "/orders/70012345/matches", "/", "/partner"):
        answer = page.client.http.post(path, base_url=HERE, **bodies[kind])
        assert answer.status_code == 413, path
        check_headers(answer)


def test_not_yours_and_not_there_are_the_same_404_on_every_page_of_an_order(stage):
    acme()
    volta()
    stage.place(PIA, role="partner", number="theirs")
    stage.opened("launch", PIA)
    stage.place(NEWCOMER, number="mine")
    client = stage.opened("launch", NEWCOMER).client
    token = client.get("/").form().values["csrf_token"]
    pages = ["", "/", *(f"/{step}" for step in STEPS), "/matches", "/hand-over", "/nonsense"]
    for part, method in product(pages, ("GET", "POST", "HEAD")):
        answers = []
        for number in ("theirs", "absent"):
            answer = client.http.open(
                f"/orders/{number}{part}", method=method, base_url=HERE,
                data={"csrf_token": token} if method == "POST" else None,
            )  # fmt: skip
            headers = {k: v for k, v in answer.headers if k not in ("Set-Cookie", "Date")}
            answers.append((answer.status_code, body_of(answer).replace(number, "N"), headers))
        assert answers[0] == answers[1], (part, method)
        assert answers[0][0] in (404, 405), (part, method)


def test_the_mailbox_is_there_without_a_mail_server_on_this_machine_only(stage):
    assert stage.app.test_client().get("/mailbox", base_url=HERE).status_code == 404


@pytest.mark.settings(PUBLIC_URL="http://127.0.0.1:8000")
def test_the_mailbox_is_for_loopback_callers_only(stage):
    client = stage.app.test_client()
    at = "http://127.0.0.1:8000"
    assert client.get("/mailbox", base_url=at).status_code == 200
    for address in ("10.0.0.7", "192.168.1.1", "::ffff:10.0.0.7", ""):
        caller = {"REMOTE_ADDR": address}
        answer = client.get("/mailbox", base_url=at, environ_overrides=caller)
        assert answer.status_code == 404
    for name in ("..", "../secret_key", "..%2fsecret_key", "%2e%2e%2fsecret_key", "x"):
        assert client.get(f"/mailbox/{name}", base_url=at).status_code == 404


@pytest.mark.settings(PUBLIC_URL="http://127.0.0.1:8000", MAIL_SERVER="mail.example")
def test_there_is_no_mailbox_where_a_server_delivers(stage):
    answer = stage.app.test_client().get("/mailbox", base_url="http://127.0.0.1:8000")
    assert answer.status_code == 404


def test_a_failure_is_logged_without_the_token(stage, monkeypatch, caplog):
    stage.place()
    path = stage.path("launch")
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(links, "look", lambda *_given: 1 / 0)
    stage.app.testing = False
    stage.app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = stage.app.test_client().get(path, base_url=HERE)
    assert answer.status_code == 500
    check_headers(answer)
    assert "ZeroDivisionError" in caplog.text
    assert "GET at /start/<token>" in caplog.text
    assert path.rpartition("/")[2] not in caplog.text + answer.text
    assert MALLORY not in answer.text
