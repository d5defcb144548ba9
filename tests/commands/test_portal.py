"""Another company's portal, as docs/portals.md tells to build it, against the real programs."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest
from bs4 import BeautifulSoup

from tests.commands.programs import ROOT, environment, flask, free_port, migrate, started

TEXT = (ROOT / "docs" / "portals.md").read_text()
PORTAL = ROOT / "tests" / "portal" / "app.py"


class Sites(NamedTuple):
    """Where the two listen, and the environment of Homeport."""

    homeport: str
    portal: str
    env: dict[str, str]


class Seen(NamedTuple):
    status: int
    url: str
    soup: BeautifulSoup

    @property
    def heading(self) -> str:
        return self.soup.h1.get_text(strip=True) if self.soup.h1 else ""


class Browser:
    """One that follows redirects and keeps cookies, over real connections."""

    def __init__(self) -> None:
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def open(self, url: str, **fields: str) -> Seen:
        data = urlencode(fields).encode() if fields else None
        return self._seen(url, data)

    def press(self, page: Seen, which: str) -> Seen:
        """Press the button that says `which`: send the form that it is in."""
        button = next(b for b in page.soup.select("main button, button") if which in b.get_text())
        form = button.find_parent("form")
        assert form is not None
        fields = {str(i["name"]): str(i.get("value", "")) for i in form.select("input[name]")}
        url = urljoin(page.url, str(form["action"]))
        if str(form["method"]) == "get":
            return self._seen(f"{url}?{urlencode(fields)}", None)
        return self._seen(url, urlencode(fields).encode())

    def _seen(self, url: str, data: bytes | None) -> Seen:
        try:
            with self.opener.open(url, data, timeout=20) as answer:
                return Seen(answer.status, answer.url, BeautifulSoup(answer.read(), "html.parser"))
        except HTTPError as refused:
            body = BeautifulSoup(refused.read(), "html.parser")
            return Seen(refused.code, str(refused.url), body)


@pytest.fixture(scope="module")
def sites(tmp_path_factory) -> Iterator[Sites]:
    """Homeport with Nora's order, and the portal with a token of its own."""
    folder: Path = tmp_path_factory.mktemp("portal")
    env = environment(folder, SECRET_KEY="for tests only !")
    homeport = env["PUBLIC_URL"] = f"http://127.0.0.1:{env['PORT']}"
    migrate(env)
    placed = ("--contact-email", "nora@acme.example", "--line", "MTG:Meetings:5")
    done = flask("orders", "place", "--number", "4711", *placed, env=env)
    assert done.returncode == 0, done.stderr
    token = flask("tokens", "create", "portal", "--scope", "orders", env=env).stdout.strip()
    port = free_port()
    web = started("serve", env=env)
    run = [sys.executable, "-m", "flask", "--app", str(PORTAL), "run", "--port", str(port)]
    portal = subprocess.Popen(
        run,
        env=env | {"HOMEPORT": homeport, "TOKEN": token},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for url in (f"{homeport}/healthz", f"http://127.0.0.1:{port}/"):
            wait_for(url)
        yield Sites(homeport, f"http://127.0.0.1:{port}", env)
    finally:
        for program in (web, portal):
            program.terminate()
            program.communicate(timeout=30)


def wait_for(url: str) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            Browser().open(url)
            return
        except URLError:
            assert time.monotonic() < until, f"{url} does not answer"
            time.sleep(0.1)


def snippet(kind: str, number: int, sites: Sites) -> Seen:
    """A page with what the documentation says to paste."""
    pasted = re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)[number]
    pasted = pasted.replace("https://orders.example", sites.homeport)
    return Seen(200, sites.portal, BeautifulSoup(pasted, "html.parser"))


def test_the_portal_that_is_run_here_is_the_one_that_is_documented():
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert code == PORTAL.read_text()


def test_a_press_in_the_portal_opens_the_wizard_and_the_link_is_good_once(sites):
    nora = Browser()
    start = nora.press(nora.open(sites.portal), "Set up order 4711")
    assert start.url.startswith(f"{sites.homeport}/start/")
    assert start.heading == "Set up order 4711"
    company = nora.press(start, button_of(start))
    assert company.url == f"{sites.homeport}/orders/4711/company"
    assert Browser().open(start.url).status == 410
    again = nora.press(nora.open(sites.portal), "Set up order 4711")
    assert again.status == 200


def button_of(page: Seen) -> str:
    return page.soup.select("main button")[0].get_text(strip=True)


def test_an_order_of_somebody_else_is_the_portal_s_to_refuse_and_a_closed_one_ours(sites):
    nora = Browser()
    assert nora.open(f"{sites.portal}/orders/4712/set-up", x="").status == 404
    why = ("--who", "the seller", "--why", "Ordered twice.")
    assert flask("orders", "cancel", "4711", *why, env=sites.env).returncode == 0
    refused = nora.press(nora.open(sites.portal), "Set up order 4711")
    assert refused.status == 409
    assert "cannot be set up" in refused.soup.get_text()


def test_the_link_and_the_form_to_paste_lead_where_they_say(sites):
    nora = Browser()
    link = snippet("html", 0, sites).soup.a
    assert link is not None
    assert nora.open(str(link["href"])).heading == "See your orders"
    page = nora.press(snippet("html", 1, sites), "Mail me the link to order 4711")
    assert page.heading == "Get your link again"
    field = page.soup.select_one("[name=number]")
    assert field is not None
    assert field["value"] == "4711"
