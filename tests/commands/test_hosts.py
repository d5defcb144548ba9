"""Hosts, proxies and what else a request says of itself, to the real server over a socket."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
from flask import request
from werkzeug.datastructures import Headers

import config
from app import create_app
from provisioning import links
from records.tables import OutboxRow
from tests.commands.programs import environment, output_until, started
from tests.support import databases
from tests.support.cast import BOB, CAROL, PIA, Stage, acme, volta
from tests.support.headers import graded
from tests.support.page_client import PageClient
from tests.support.steps import csrf_token
from tests.support.world import orders_in_every_step

PUBLIC = "https://orders.example"
OURS = "orders.example"
EVIL = "evil.example"
NOWHERE = {
    "DATABASE_URL": "postgresql://postgres@127.0.0.1:1/none",
    "SECRET_KEY": "a secret for tests only",
}
FORWARDED = {
    "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "http", "X-Forwarded-Port": "81",
    "X-Forwarded-Prefix": f"//{EVIL}", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Ssl": "off",
    "Forwarded": f'for=203.0.113.9;host="{EVIL}";proto=http', "X-Original-URL": f"//{EVIL}/x",
    "X-Rewrite-URL": f"//{EVIL}/x", "X-HTTP-Method-Override": "DELETE", "X-Method-Override": "PUT",
    "X-Host": EVIL, "X-Original-Host": EVIL, "X-Script-Name": f"//{EVIL}",
    "Script_Name": f"//{EVIL}", "Path_Info": "/readyz", "True-Client-IP": "203.0.113.9",
    "X-Real-IP": "203.0.113.9", "Front-End-Https": "off", "Referer": f"https://{EVIL}/",
}  # fmt: skip


class Site(NamedTuple):
    """The running server, and an application on its database."""

    port: int
    stage: Stage


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Site]:
    """`flask serve`, answering."""
    env = environment(folder, SECRET_KEY="a secret for tests only", **settings)
    env["FORWARDED_ALLOW_IPS"] = "*"  # what the machine says elsewhere must not matter
    with databases.migrated(env["DATABASE_URL"]):
        server = started("serve", env=env)
        try:
            for _worker in range(2):
                output_until(server, "Booting worker")
            names = ("DATABASE_URL", "INSTANCE_DIR", "SECRET_KEY", *settings)
            app = create_app({name: env[name] for name in names})
            yield Site(int(env["PORT"]), Stage(app))
        finally:
            server.terminate()
            server.communicate(timeout=30)


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    with running(tmp_path_factory.mktemp("site"), PUBLIC_URL=PUBLIC) as site:
        yield site


@pytest.fixture(scope="module")
def serving(tmp_path_factory) -> Iterator[Callable[[str], Site]]:
    """A server behind so many proxies, on this machine alone; each is started once."""
    with ExitStack() as sites:

        @cache
        def serve(proxies: str) -> Site:
            folder = tmp_path_factory.mktemp("serving")
            return sites.enter_context(running(folder, PROXIES=proxies))

        yield serve


@pytest.fixture
def stage(site) -> Iterator[Stage]:
    """Nobody has done anything yet."""
    with databases.emptied(site.stage.settings.database_url):
        yield site.stage


def answer_to(site: Site, request: bytes) -> bytes:
    """The whole answer to these bytes."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=20) as connected:
        connected.sendall(request)
        parts = []
        while part := connected.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def ask(
    site: Site,
    target: str,
    hosts: tuple[str, ...] = (OURS,),
    *,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: str = "",
    version: str = "1.1",
) -> tuple[int, str]:
    """Status and text of the answer to a request written by hand."""
    lines = [f"{method} {target} HTTP/{version}", *(f"Host: {host}" for host in hosts)]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    lines += ["Connection: close", "", body]
    said = answer_to(site, "\r\n".join(lines).encode("latin-1")).decode("latin-1")
    assert said.startswith("HTTP/1.1 "), said[:200]
    return int(said.split()[1]), said


def assert_at_home(said: str) -> None:
    """No word of the request's foreign site, and every redirect is a path."""
    assert EVIL not in said
    for location in re.findall(r"(?im)^(?:location|hx-[\w-]+): *(.*?)\r$", said):
        assert re.match(r"/(?![/\\])", location), location


def assert_our_links(stage: Stage) -> None:
    """What was queued leads to the public address, whoever asked for it."""
    found = [row.link for row in OutboxRow.select().where(OutboxRow.link.is_null(False))]
    assert found
    for link in found:
        assert str(links.url_of(link, stage.settings)).startswith(f"{PUBLIC}/")


HOSTS = [
    ("/", (OURS,), 200),
    ("/", (f"{OURS}:443",), 200),
    ("/", (f"{OURS}:9",), 200),
    ("/", (OURS.upper(),), 400),
    ("/", (f"{OURS}.",), 400),
    ("/", ("127.0.0.1",), 200),
    ("/", ("[::1]:8000",), 400),
    ("/", ("[2001:db8::1]",), 400),
    ("/", ("[::1",), 400),
    ("/", (EVIL,), 400),
    ("/", (f"{OURS}.{EVIL}",), 400),
    ("/", (f"x{OURS}",), 400),
    ("/", (f"{EVIL}@{OURS}",), 400),
    ("/", (f"{OURS}@{EVIL}",), 400),
    ("/", (f"{OURS}, {EVIL}",), 400),
    ("/", (f"{OURS} {EVIL}",), 400),
    ("/", (f"{OURS}/{EVIL}",), 400),
    ("/", (OURS, EVIL), 400),
    ("/", (EVIL, OURS), 400),
    ("/", (OURS, OURS), 400),
    ("/", (), 200),  # as a plain probe asks; it names nobody
    ("/", ("",), 400),
    (f"http://{EVIL}/", (OURS,), 200),
    (f"https://{OURS}/", (EVIL,), 400),
    (f"http://{EVIL}//orders//1", (OURS,), 308),
    (f"//{EVIL}/", (OURS,), 404),
    (f"{EVIL}:443", (OURS,), 400),
]


@pytest.mark.parametrize(("target", "hosts", "status"), HOSTS)
def test_only_our_own_names_are_answered_and_none_is_repeated(site, stage, target, hosts, status):
    found, said = ask(site, target, hosts)
    assert found == status, said[:300]
    assert_at_home(said)
    if status == 200:
        assert "Get your link again" in said


@pytest.mark.parametrize(
    "request_line",
    [
        "GET /start/a-token-that-nobody-may-repeat HTTP/9.9",
        "GET /start/a-token-that-nobody-may-repeat bad HTTP/1.1",
        "G(T /start/a-token-that-nobody-may-repeat HTTP/1.1",
        f"GET /start/a-token-that-nobody-may-repeat{'x' * 9_000} HTTP/1.1",
    ],
)
def test_a_request_that_no_page_sees_is_refused_with_the_same_headers(site, request_line):
    said = answer_to(site, f"{request_line}\r\nHost: {OURS}\r\n\r\n".encode()).decode("latin-1")
    head, _, body = said.partition("\r\n\r\n")
    assert int(head.split()[1]) in (400, 414)
    headers = Headers(line.partition(": ")[::2] for line in head.splitlines()[1:])
    assert graded(headers, "https", []) == ("A+", [])
    assert "nobody-may-repeat" not in said
    assert len(body) == int(headers["Content-Length"])


def test_what_a_request_says_of_itself_changes_no_page(site, stage):
    stage.place()
    for path in ("/", "/partner", stage.path("launch"), "/orders/1/review", "/readyz", "/mailbox"):
        plain, hostile = (ask(site, path, headers=more) for more in ({}, FORWARDED))
        assert hostile[0] == plain[0], path
        assert without_tokens(hostile[1]) == without_tokens(plain[1])
        assert_at_home(hostile[1])


def without_tokens(said: str) -> str:
    return re.sub(r'(?m)^(Set-Cookie|Date|Content-Length):.*$|value="[^"]*"', "", said)


@pytest.mark.parametrize(
    "what", ["fresh link", "partner", "company", "hand over", "ask", "decide", "sign out"]
)
def test_whatever_makes_mail_makes_links_to_the_public_address(site, stage, what):
    acme()
    volta()
    client = PageClient(stage.app)
    steps = orders_in_every_step(stage, CAROL, client)
    stage.place(PIA, role="partner", number="2")
    token = csrf_token(client.get("/"))
    path, data = {
        "fresh link": ("/", {"number": "2", "contact_email": PIA}),
        "partner": ("/partner", {"contact_email": PIA}),
        "company": (f"/orders/{steps['company']}/company", {"company_name": "Acme"}),
        "hand over": (
            f"/orders/{steps['review']}/hand-over",
            {"contact_email": "eve@acme.com", "contact_role": "customer"},
        ),
        "ask": (f"/orders/{steps['administrator']}/administrator", {"message": ""}),
        "decide": (stage.path("access_notice", BOB), {"decision": "add"}),
        "sign out": ("/sign-out", {}),
    }[what]
    if what == "company":
        data["admin_email"] = CAROL
    cookie = client.http.get_cookie("__Host-homeport", domain=OURS)
    assert cookie
    status, said = ask(
        site,
        path,
        method="POST",
        headers={**FORWARDED, "Cookie": f"__Host-homeport={cookie.value}", "Origin": "null"},
        body=urlencode({**data, "csrf_token": token}),
    )
    assert status in (200, 303), said[:400]
    assert_at_home(said)
    assert_our_links(stage)
    assert not OutboxRow.select().where(OutboxRow.facts.contains(EVIL)).exists()


# --- proxies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "said", "sees"),
    [
        (0, None, "10.0.0.1"),
        (0, "203.0.113.9", "10.0.0.1"),
        (0, "127.0.0.1, 203.0.113.9", "10.0.0.1"),
        (1, None, "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "127.0.0.1, 203.0.113.9", "203.0.113.9"),
        (1, "127.0.0.1,1.1.1.1 , 203.0.113.9", "203.0.113.9"),
        (2, "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "127.0.0.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),  # did not come through both
    ],
)
def test_a_caller_s_address_comes_from_as_many_proxies_as_are_ours(tmp_path, proxies, said, sees):
    app = create_app({"PROXIES": str(proxies), "INSTANCE_DIR": str(tmp_path), **NOWHERE})
    seen = []
    app.before_request_funcs.setdefault(None, []).insert(
        0, lambda: seen.append((request.remote_addr, request.host, request.scheme, request.path))
    )
    headers = {**FORWARDED, "X-Forwarded-For": said} if said else {"X-Forwarded-Host": EVIL}
    app.test_client().get("/healthz", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"})
    assert seen == [(sees, "localhost", "http", "/healthz")]


@pytest.mark.parametrize("wrong", ["-1", "one", "1.5", "*"])
def test_a_wrong_number_of_proxies_is_said_in_a_sentence(tmp_path, wrong):
    with pytest.raises(config.WrongSetting) as refused:
        create_app({"PROXIES": wrong, "INSTANCE_DIR": str(tmp_path), **NOWHERE})
    assert str(refused.value) == f"PROXIES is {wrong!r}; it takes a whole number."


@pytest.mark.parametrize(
    ("proxies", "said", "status"),
    [
        ("0", "203.0.113.9", 200),
        ("0", "203.0.113.9, 203.0.113.8", 200),
        ("1", "203.0.113.9", 404),
        ("1", "127.0.0.1, 203.0.113.9", 404),
        ("1", "203.0.113.9, 127.0.0.1", 200),
    ],
)
def test_the_real_server_believes_no_other_header(serving, proxies, said, status):
    """The mailbox is for callers on this machine alone, so it tells who a caller is taken for."""
    site = serving(proxies)
    headers = {**FORWARDED, "X-Forwarded-For": said}
    found, page = ask(site, "/mailbox", ("127.0.0.1",), headers=headers)
    assert found == status
    assert_at_home(page)
