"""A page of another site, in a real browser: nothing it tries succeeds or is shown inside it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.walking import heading, start
from tests.support import stored
from tests.support.cast import BOB, CAROL, NEWCOMER, PIA, Stage, acme, volta
from tests.support.steps import csrf_token, journey

PAGE = """<!doctype html><title>elsewhere</title><body>{}</body>"""


class Elsewhere:
    """A site of somebody else's; its pages are whatever a test last said."""

    def __init__(self) -> None:
        self.body = ""
        site = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = PAGE.format(site.body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                with suppress(OSError):  # the browser may have gone on
                    self.wfile.write(text)

            def log_message(self, *_said: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    site = Elsewhere()
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture(params=["127.0.0.1", "localhost"], ids=["another port", "another host"])
def there(request, elsewhere) -> str:
    """Another origin: on the same host, which is the same site, and on another."""
    return f"http://{request.param}:{elsewhere.port}/"


@pytest.fixture
def victim(page, stage, troubles) -> Iterator[tuple[Page, dict[str, dict[str, str]]]]:
    """A browser that has everything open, and what another site would like it to send."""
    acme()
    volta()
    _order, before = journey(stage, "administrator")
    token = csrf_token(before)
    stage.place(NEWCOMER, number="2")
    stage.place(PIA, role="partner", number="3")
    client = before.client
    client.get("/partner").form().fill(contact_email=PIA).submit()
    client.get(stage.path("partner_sign_in")).form().submit()
    cookie = client.http.get_cookie("homeport", domain="127.0.0.1")
    assert cookie
    page.context.add_cookies([{"name": "homeport", "value": cookie.value, "url": client.base_url}])
    page.goto("/orders/70012345/administrator")
    expect(heading(page)).to_have_text("Ask the administrators first?")
    handed = {"contact_email": "eve@evil.example", "contact_role": "customer"}
    forms: dict[str, dict[str, str]] = {
        "/orders/70012345/administrator": {"message": ""},
        "/orders/70012345/hand-over": handed,
        "/orders/70012345/company": {"company_name": "Nordlicht", "admin_email": CAROL},
        stage.path("launch", NEWCOMER): {},
        "/partner/orders/3": {},
        "/": {"number": "2", "contact_email": NEWCOMER},
        "/sign-out": {},
    }
    # As if the other site had come by the token: where a form comes from must stop it alone.
    yield page, {path: {**data, "csrf_token": token} for path, data in forms.items()}
    troubles[:] = [one for one in troubles if not one.startswith(("console", "a request went"))]


def form(site: str, path: str, data: dict[str, str], target: str = "_self") -> str:
    fields = "".join(f'<input name="{name}" value="{value}">' for name, value in data.items())
    button = "<button>Win a prize</button>"
    return f'<form method="post" action="{site}{path}" target="{target}">{fields}{button}</form>'


def visit(page: Page, there: str, elsewhere: Elsewhere, body: str) -> None:
    elsewhere.body = body
    page.goto(there)


def is_answer_to(url: str) -> Callable[[Response], bool]:
    return lambda answer: answer.url == url and answer.request.method == "POST"


SANDBOX = "<iframe sandbox=\"allow-forms allow-scripts allow-top-navigation\" srcdoc='{}'></iframe>"
TARGETS = {"by itself": "_self", "in a sandbox": "_top", "by a click": "_blank"}


@pytest.mark.parametrize("how", TARGETS)
def test_a_form_that_another_site_sends_changes_nothing(victim, there, elsewhere, live, how):
    page, forms = victim
    before = stored.dump()
    for path, data in forms.items():
        body = form(live.url, path, data, TARGETS[how])
        visit(page, there, elsewhere, SANDBOX.format(body) if how == "in a sandbox" else body)
        with page.context.expect_event("response", is_answer_to(live.url + path)) as answered:
            if how == "by a click":
                page.get_by_text("Win a prize").click()
            else:
                page.frames[-1].evaluate("document.forms[0].submit()")
        assert answered.value.status == 400, (path, answered.value.request.headers)
        assert stored.dump() == before, path
        if how != "by a click":
            page.wait_for_url(live.url + path)
    page.goto("/orders/70012345/administrator")
    expect(heading(page)).to_have_text("Ask the administrators first?")


FETCH = """async ([url, data]) => {
  const told = [];
  for (const mode of ["no-cors", "cors", "same-origin"])
    for (const credentials of ["include", "omit"])
      for (const headers of [{}, {"HX-Request": "true"}])
        for (const method of ["GET", "POST"]) {
          const body = method === "POST" ? new URLSearchParams(data) : undefined;
          try {
            const answer = await fetch(url, {mode, credentials, headers, method, body});
            told.push(answer.type === "opaque" ? "" : await answer.text());
          } catch { told.push("") }
        }
  navigator.sendBeacon(url, new URLSearchParams(data));
  return told.join("");
}"""


def test_a_script_of_another_site_reads_and_changes_nothing(victim, there, elsewhere, live):
    page, forms = victim
    before = stored.dump()
    visit(page, there, elsewhere, "")
    for path, data in forms.items():
        assert page.evaluate(FETCH, [live.url + path, data]) == "", path
    page.wait_for_timeout(200)  # until the beacons have arrived
    assert stored.dump() == before


def test_nothing_of_ours_is_shown_or_loaded_inside_another_site(
    victim, there, elsewhere, live, stage
):
    page, _forms = victim
    before = stored.dump()
    paths = ["/", "/orders/70012345/administrator", "/partner", "/healthz", "/static/icon.svg"]
    paths += [stage.path("launch", NEWCOMER), "/nowhere", "/signed-out", "/readyz"]
    tags = "<iframe src='{0}'></iframe><object data='{0}'></object><embed src='{0}'>"
    tags += "<img src='{0}'><script src='{0}'></script><link rel='stylesheet' href='{0}'>"
    body = "".join(tags.format(live.url + path) for path in paths)
    visit(page, there, elsewhere, body)
    page.wait_for_load_state("networkidle")
    shown = [frame.content() for frame in page.frames if frame != page.main_frame]
    assert len(shown) >= len(paths)
    assert not any("Northwind" in text or "ok\n" in text for text in shown), shown
    loaded = page.evaluate("[...document.images].filter(image => image.naturalWidth).length")
    assert loaded == 0
    assert stored.dump() == before


def test_a_window_that_another_site_opens_is_out_of_its_reach(victim, there, elsewhere, live):
    page, _forms = victim
    visit(page, there, elsewhere, "")
    with page.context.expect_page() as opened:
        page.evaluate(f"window.theirs = open('{live.url}/orders/70012345/administrator')")
    expect(heading(opened.value)).to_be_visible()
    assert page.evaluate("theirs.closed || theirs.length === 0 && !theirs.window")
    assert opened.value.evaluate("window.opener") is None


def test_a_link_on_another_site_leads_to_the_page_and_decides_nothing(
    victim, there, elsewhere, live, stage
):
    page, _forms = victim
    before = stored.dump()
    for path in (stage.path("launch", NEWCOMER), "/orders/70012345/administrator", "/sign-out"):
        visit(page, there, elsewhere, f'<a href="{live.url}{path}">go</a>')
        page.get_by_text("go").click()
        expect(heading(page)).to_be_visible()
    assert stored.dump() == before


def test_our_own_forms_work_in_the_same_browser(victim, stage: Stage):
    page, _forms = victim
    start(page, stage, "launch", NEWCOMER)
    expect(heading(page)).to_have_text("Which company is this order for?")
    stage.place(BOB, number="9")
