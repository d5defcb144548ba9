"""The page client itself: what it refuses, and that it fills in forms as a browser does."""

from types import SimpleNamespace

import pytest
from flask import Flask, redirect, request

from tests.support.page_client import PageClient

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Vary": "HX-Request",
}
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Hello - Homeport</title>'
    "</head><body><main><h1>Hello</h1>{}</main></body></html>"
)
TOKEN = '<input type="hidden" name="csrf_token" value="t">'
FORM = f"""
<form action="/sent" method="post">{TOKEN}
<label for="name">Name</label><input id="name" name="name" value="&quot;Acme&quot;">
<label>Note<textarea name="note">
first</textarea></label>
<fieldset><label><input type="radio" name="o" value="1">One</label>
<label><input type="radio" name="o" value="2">Two <b>of</b>, three</label></fieldset>
<fieldset disabled><label><input name="never" value="1">Never</label></fieldset>
<label><input type="checkbox" name="sure">I am sure</label>
<label>Size<select name="size"><option>S</option><option value="m">M</option></select></label>
<button name="go" value="on">Continue</button>
<button name="go" value="off" formaction="/other">Somebody else</button>
</form>"""


@pytest.fixture
def show():
    """Makes a client whose site answers one body, and tells at /sent what it was sent."""

    def answering(body: str, headers: dict[str, str] = HEADERS) -> PageClient:
        app = Flask(__name__)
        app.config["SETTINGS"] = SimpleNamespace(public_url="http://homeport.test")
        app.testing = True
        app.add_url_rule("/", "page", lambda: (body, headers), methods=["GET", "POST"])
        app.add_url_rule("/other", "other", lambda: redirect("/elsewhere", 303), methods=["POST"])
        app.add_url_rule("/elsewhere", "elsewhere", lambda: (PAGE.format("moved"), headers))
        app.add_url_rule("/away", "away", lambda: redirect("http://evil.test/"))
        part = '<section><h2 id="a">Hello</h2><p aria-describedby="a b">there</p></section>'
        app.add_url_rule("/part", "part", lambda: (part, headers))
        app.add_url_rule("/sent", "sent", sent, methods=["GET", "POST"])
        return PageClient(app)

    def sent():
        origin, fetched = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
        return {"form": list(request.form.items(multi=True)), "from": [origin, fetched]}

    return answering


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("<p>a</b></p>", "end tag"),
        ("<p id='a' id='a'>a</p>", "attribute"),
        ("<h1>Hello again</h1>", "2 h1"),
        ("<p id='a'></p><p id='a'></p>", "id 'a' occurs 2 times"),
        ("<form method='get'><button>Go</button></form>", "lacks its action"),
        ("<form method='post' action='/'><button>Go</button></form>", "no csrf_token"),
        ("<input name='name'>", "field 'name' has no label"),
        ("<textarea name='note'></textarea>", "field 'note' has no label"),
        ("<p aria-describedby='lost'>a</p>", "points to 'lost'"),
        ("<label for='lost'>a</label>", "points to 'lost'"),
        ("<a href='#lost'>a</a>", "#lost"),
        ("<button></button>", "says nothing"),
        ("<p style='color: red'>a</p>", "inline style"),
        ("<p onclick='go()'>a</p>", "inline onclick"),
        ("<p data-hx-on:click='go()'>a</p>", "inline data-hx-on:click"),
        ("<a href='javascript:go()'>a</a>", "is a script"),
        ("<script>go()</script>", "<script> without src"),
        ("<script src='//evil.test/a.js'></script>", "loads from elsewhere"),
        ("<img src='/a.png'>", "no alt"),
    ],
)
def test_a_flawed_page_is_refused(show, part, problem):
    with pytest.raises(AssertionError, match=problem):
        show(PAGE.format(part)).get("/")


def test_a_page_is_refused_though_one_that_is_built_alike_was_right(show):
    for right in ("Acme", "Acme, Inc.", "&lt;b&gt;", ""):
        show(PAGE.format(f'<p title="{right}">{right}</p>')).get("/")
    for wrong in ("&acme;", "\x01", "</b>", "\ufdd0"):
        for part in (f"<p>{wrong}</p>", f'<p title="">Acme{wrong}</p>', f'<p title="{wrong}"></p>'):
            if part != '<p title="</b>"></p>':  # which is right
                with pytest.raises(AssertionError, match="line 1"):
                    show(PAGE.format(part)).get("/")


def test_a_flawed_fragment_is_refused(show):
    client = show(PAGE.format(f'<form action="/" method="post">{TOKEN}<button>Go</button></form>'))
    page = client.get("/")
    with pytest.raises(AssertionError, match=r"(?i)doctype"):
        page.form().submit(fragment=True)


def test_a_fragment_may_refer_to_the_page_it_goes_into(show):
    form = '<form id="b" action="/part" method="get"><button>Go</button></form>'
    client = show(PAGE.format(form))
    assert "there" in client.get("/").form().submit(fragment=True)
    with pytest.raises(AssertionError, match="points to 'b'"):
        client.get("/part", **{"HX-Request": "true"})


def test_a_title_must_start_with_the_heading(show):
    with pytest.raises(AssertionError, match="does not start with its h1"):
        show(PAGE.format("").replace("<title>Hello", "<title>Good day")).get("/")


@pytest.mark.parametrize("name", [name for name in HEADERS if name != "Vary"])
def test_a_page_without_its_headers_is_refused(show, name):
    headers = {key: value for key, value in HEADERS.items() if key != name}
    with pytest.raises(AssertionError, match=name):
        show(PAGE.format(""), headers).get("/")


def test_a_form_sends_what_a_browser_would_send(show):
    client = show(PAGE.format(FORM))
    form = client.get("/").form().fill(note="a\nb", o="1", size="m").choose("Two of, three")
    answer = form.fill(sure=True).submit("Continue").response.json
    assert answer["form"] == [
        ["csrf_token", "t"], ["name", '"Acme"'], ["note", "a\r\nb"], ["o", "2"], ["sure", "on"],
        ["size", "m"], ["go", "on"],
    ]  # fmt: skip
    assert answer["from"] == ["null", "same-origin"]


def test_enter_presses_the_first_button_and_an_untouched_form_sends_what_it_showed(show):
    answer = show(PAGE.format(FORM)).get("/").form("#name").submit().response.json
    assert answer["form"] == [
        ["csrf_token", "t"], ["name", '"Acme"'], ["note", "first"], ["size", "S"], ["go", "on"],
    ]  # fmt: skip


def test_redirects_are_followed_within_the_site_only(show):
    client = show(PAGE.format(FORM))
    page = client.get("/").form().submit("Somebody else")
    assert (page.path, page.text) == ("/elsewhere", "Hello moved")
    with pytest.raises(AssertionError, match="sent away"):
        client.get("/away")


def test_only_what_is_offered_can_be_chosen_unless_it_is_forged(show):
    form = show(PAGE.format(FORM)).get("/").form()
    with pytest.raises(AssertionError, match=r"o offers \['1', '2'\], not '3'"):
        form.fill(o="3")
    with pytest.raises(AssertionError, match="no field 'never'"):
        form.fill(never="2")
    with pytest.raises(AssertionError, match="forge it"):
        form.fill(csrf_token="other")
    with pytest.raises(AssertionError, match="0 buttons 'Delete'"):
        form.submit("Delete")
    assert ["o", "3"] in form.forge(o="3").submit().response.json["form"]


def test_another_status_than_expected_is_said_with_the_page(show):
    with pytest.raises(AssertionError, match=r"GET /: 200, not 422. It says: Hello"):
        show(PAGE.format("")).get("/", status=422)
