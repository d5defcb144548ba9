"""The top grade of public header checkers, for every kind of answer there is."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.datastructures import Headers
from werkzeug.routing import Rule

from app import create_app
from mail import delivery
from provisioning import links, operators
from records.tables import MagicLink
from tests.support.cast import BOB, OLGA, PIA, Stage, volta
from tests.support.headers import graded
from tests.support.page_client import Page, PageClient
from tests.support.steps import csrf_token, journey
from views import security

# What is said, and to whom, does not depend on the database.
DATABASES = ("sqlite",)

SITES = [
    pytest.param(url, marks=pytest.mark.settings(PUBLIC_URL=url), id=url)
    for url in ("http://homeport.test", "https://orders.example", "http://127.0.0.1:8000")
]
HTMX = {"HX-Request": "true"}
# method, headers, whether it shows the token of its own session
WAYS: list[tuple[str, dict[str, str], bool]] = [
    ("GET", {}, False), ("GET", HTMX, False), ("OPTIONS", {}, False), ("PUT", {}, True),
    ("POST", {}, False), ("POST", {}, True), ("POST", HTMX, True),
]  # fmt: skip
KINDS = {200, 303, 308, 400, 404, 405, 410, 413, 422, 500}


def assert_top(response: Any, url: str) -> None:
    """Grade A+ without a fault; and only static files may be kept."""
    way = f"{response.request.method} {response.request.path} -> {response.status_code}"
    cookies = response.headers.getlist("Set-Cookie")
    assert graded(response.headers, urlsplit(url).scheme, cookies) == ("A+", []), way
    if "public" in response.headers["Cache-Control"]:
        assert response.request.path.startswith("/static/"), way
        assert response.status_code in (200, 206), way


def values_of(stage: Stage) -> dict[str, list[str]]:
    """What the parts of addresses can be: something of ours, and something else."""
    tokens = [stage.path(*which).rpartition("/")[2] for which in (
        ("launch",), ("access_notice", BOB), ("partner_sign_in",), ("console_sign_in",)
    )]  # fmt: skip
    folder = stage.settings.mailbox_dir
    assert folder
    names = sorted(file.stem for file in folder.glob("*.eml"))[:1]
    return {
        "number": ["70012345", "absent"],
        "token": [*tokens, "unknown"],
        "filename": ["style.css", "absent.css"],
        "ref": ["acme", "absent"],
        "email": ["bob@acme.com", "absent"],
        "name": [*names, "absent"],
        "which": ["1"],
        "event": ["1"],
        "act": ["link", "absent"],
        "way": ["rotate", "absent"],
        "what": ["users", "absent"],
        "listing": ["unlist", "absent"],
        "address": ["bob@acme.com"],
    }


def addresses(rule: Rule, values: dict[str, list[str]]) -> Iterator[str]:
    names = sorted(rule.arguments)
    for chosen in product(*(values[name] for name in names)):
        path = rule.rule
        for name, value in zip(names, chosen, strict=True):
            path = re.sub(rf"<(?:[^<>]*:)?{name}>", value, path)
        yield path


def world(stage: Stage) -> Page:
    """An order that waits, a partner's link, mails delivered; the page that the contact sees."""
    volta()
    stage.place(PIA, role="partner", number="2")
    _order, page = journey(stage, "waiting")
    PageClient(stage.app).get("/partner").form().fill(contact_email=PIA).submit()
    operators.add(OLGA, "operator", "test")
    stage.signed_in(OLGA, page.client)
    with stage.app.app_context():
        delivery.deliver_due(stage.settings, lambda link: links.reissue(link, stage.settings))
    return page


@pytest.mark.parametrize("url", SITES[1:])
def test_every_route_answers_every_method_with_the_top_grade(stage, url):
    page = world(stage)
    client, token = page.client.http, csrf_token(page)
    values, seen = values_of(stage), Counter[int]()
    rules = sorted(stage.app.url_map.iter_rules(), key=lambda rule: rule.endpoint == "sign_out.end")
    for rule in rules:
        for path in addresses(rule, values):
            for method, headers, with_token in WAYS:
                data = {"csrf_token": token} if with_token else None
                with client.open(
                    path, method=method, base_url=url, data=data, headers=headers
                ) as answer:
                    assert_top(answer, url)
                seen[answer.status_code] += 1
            with stage.app.test_client().get(path, base_url=url) as answer:
                assert_top(answer, url)
            seen[answer.status_code] += 1
    assert {200, 303, 400, 404, 405, 410, 422} <= set(seen)
    assert not any(status >= 500 for status in seen), seen


@pytest.mark.parametrize("url", SITES)
def test_every_kind_of_answer_has_the_top_grade(stage, url):
    client = world(stage).client.http
    page = stage.opened("launch", PIA)
    token, seen = csrf_token(page), set()
    notice = stage.path("access_notice", BOB)
    asks: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "/orders//70012345", {}),
        ("GET", "/", {"headers": {"Host": "elsewhere.example"}}),
        ("POST", "/", {"headers": {"Sec-Fetch-Site": "cross-site"}}),
        ("POST", "/", {"data": {"x": "x" * (security.BODY_LIMIT + 1)}}),
        ("GET", stage.path("launch", PIA), {}),
        ("GET", "/static/style.css", {"headers": {"Range": "bytes=0-9"}}),
        ("GET", "/static/../app.py", {}),
    ]
    for method, path, more in asks:
        with client.open(path, method=method, **{"base_url": url, **more}) as answer:
            assert_top(answer, url)
        seen.add(answer.status_code)
    for path in ("/", "/partner", "/orders/2/purpose"):
        answer = page.client.http.post(path, base_url=url, data={"csrf_token": token})
        assert_top(answer, url)
        seen.add(answer.status_code)
    stage.app.testing = False
    MagicLink.update(request=None).execute()  # a row that the program never writes
    answer = client.get(notice, base_url=url)
    assert_top(answer, url)
    seen.add(answer.status_code)
    assert KINDS - {303, 405, 410} <= seen | {200}


@pytest.mark.parametrize("url", [site.values[0] for site in SITES])
@pytest.mark.parametrize(
    "path", ["/", "/partner", "/console", "/readyz", "/nowhere", "/signed-out"]
)
def test_without_its_database_it_still_answers_well(tmp_path, url, path):
    settings = {"PUBLIC_URL": url, "INSTANCE_DIR": str(tmp_path), "SECRET_KEY": "for tests only !"}
    app = create_app({"DATABASE_URL": "postgresql://postgres@127.0.0.1:1/none", **settings})
    answer = app.test_client().get(path, base_url=url)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert_top(answer, url)
    assert ("<script" in answer.text) == (path not in ("/partner", "/console"))


def test_pages_without_scripts_allow_none(stage):
    client = stage.app.test_client()
    at = "http://homeport.test"
    for path in (
        "/partner",
        "/partner/unknown",
        "/console/sign-in",
        "/console/x",
        "/console/import",
        "/signed-out",
        "/healthz",
        "/static/icon.svg",
    ):
        with client.get(path, base_url=at) as answer:
            policy = answer.headers["Content-Security-Policy"]
        assert "script-src" not in policy, path
        assert "connect-src" not in policy, path
    for path in ("/", "/nowhere"):
        assert (
            "script-src 'self';" in client.get(path, base_url=at).headers["Content-Security-Policy"]
        )


# --- the checker itself --------------------------------------------------------------------------

GOOD = {
    **security.HEADERS,
    "Content-Security-Policy": security.POLICY,
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "no-store, no-cache",
}
COOKIE = "__Host-homeport=x; Secure; HttpOnly; Path=/; SameSite=Lax"


def test_what_is_good_gets_the_top_grade():
    assert graded(Headers(GOOD), "https", [COOKIE]) == ("A+", [])


@pytest.mark.parametrize(
    ("name", "value", "grade", "says"),
    [
        ("Content-Security-Policy", None, "B", "not one"),
        ("Content-Security-Policy", security.POLICY + "; img-src *", "B", "twice"),
        ("Content-Security-Policy", "default-src 'none'", "B", "base-uri"),
        ("Content-Security-Policy", security.POLICY.replace("'none'", "*", 1), "C+", "default"),
        ("Content-Security-Policy", security.POLICY + " 'unsafe-inline'", "B+", "too wide"),
        ("Content-Security-Policy", security.POLICY + " https:", "B+", "too wide"),
        ("X-Frame-Options", None, "B+", "X-Frame-Options"),
        ("X-Content-Type-Options", "sniff", "A", "nosniff"),
        ("Referrer-Policy", "unsafe-url", "A", "Referrer-Policy"),
        ("Permissions-Policy", "camera=(self)", "A", "camera, geolocation"),
        ("Cross-Origin-Opener-Policy", None, "A", "Opener"),
        ("Cross-Origin-Resource-Policy", "cross-origin", "A", "Resource"),
        ("Access-Control-Allow-Origin", "*", "C", "another site"),
        ("Strict-Transport-Security", None, "B+", "missing"),
        ("Strict-Transport-Security", "max-age=300", "A", "less than a year"),
        ("Cache-Control", None, "B", "who may keep it"),
        ("Cache-Control", "public, max-age=9", "B+", "keep a cookie"),
        ("Server", "gunicorn/27.0", "A", "version of the server"),
        ("X-Powered-By", "anything", "A", "runs on"),
    ],
)  # fmt: skip
def test_a_fault_of_a_header_costs_its_grade(name, value, grade, says):
    given = {key: said for key, said in {**GOOD, name: value}.items() if said is not None}
    found, faults = graded(Headers(given), "https", [COOKIE])
    assert found == grade, faults
    assert says in " ".join(faults)


@pytest.mark.parametrize(
    ("part", "instead", "grade", "says"),
    [
        ("; Secure", "", "C+", "goes over http"),
        ("; HttpOnly", "", "B", "scripts can read"),
        ("; SameSite=Lax", "; SameSite=None", "B+", "other sites"),
        ("__Host-", "", "A", "not bound"),
        ("Path=/;", "Path=/; Domain=orders.example;", "A", "not bound"),
    ],
)
def test_a_fault_of_a_cookie_costs_its_grade(part, instead, grade, says):
    found, faults = graded(Headers(GOOD), "https", [COOKIE.replace(part, instead)])
    assert (found, len(faults)) == (grade, 1), faults
    assert says in faults[0]
