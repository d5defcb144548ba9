"""Browsers that keep their pages: a page fetched once can be sent much later, or by somebody else.

Our own pages are read with regular expressions, because a state machine reads very many of them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.test import Client

_FORM = re.compile(r'<form action="([^"]*)" method="post"([^>]*)>(.*?)</form>', re.DOTALL)
_CONTROL = re.compile(r"<(input|textarea|button)\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
HAND_OVER, SIGN_OUT = "hand-over", "/sign-out"
COOKIE = 400 * 86_400  # seconds that a signed cookie is good for


@dataclass(frozen=True)
class Form:
    """What a page lets its reader send: `kept` goes along as it stands, the rest is answered."""

    action: str
    kept: dict[str, str]
    texts: tuple[str, ...]
    choices: dict[str, list[str]]
    ticks: tuple[str, ...]
    buttons: dict[str, list[str]]


@dataclass
class Browser:
    """Somebody's browser: its cookie, and the CSRF token that the newest of its pages held.

    The cookie was signed last at `signed_at`; with what is in it since `born_at`.
    """

    owner: str
    base_url: str
    http: Client
    token: str = ""
    token_at: float = 0.0
    signed_at: float = float("-inf")
    born_at: float = float("-inf")

    def has_cookie(self, at: float) -> bool:
        return at - self.signed_at <= COOKIE


@dataclass(frozen=True)
class Page:
    """An answer. `at`: when it was fetched."""

    browser: Browser = field(repr=False)
    path: str
    status: int
    location: str
    html: str = field(repr=False)
    at: float

    @property
    def forms(self) -> list[Form]:
        """What it asks; the button to sign out is on every page, and no part of that."""
        return [form for form in forms_of(self.html) if form.action != SIGN_OUT]


@dataclass(frozen=True)
class Sent:
    """Something that a browser posted: it can be posted again.

    `fresh`: from the page as it is at this moment, so that nothing can have changed since.
    """

    browser: Browser = field(repr=False)
    path: str
    fields: Mapping[str, str]
    page_at: float
    fresh: bool = False

    def has_token(self, at: float) -> bool:
        """Whether the page's CSRF token is good: the cookie that it belongs to is still there."""
        return self.browser.has_cookie(at) and self.page_at >= self.browser.born_at


def browser_of(app: Flask, owner: str) -> Browser:
    return Browser(owner, str(app.config["SETTINGS"].public_url), app.test_client())


def get(browser: Browser, path: str, at: float) -> Page:
    return _answer(browser, path, at, "GET", None)


def post(sent: Sent, at: float) -> Page:
    return _answer(sent.browser, sent.path, at, "POST", dict(sent.fields))


def _answer(
    browser: Browser, path: str, at: float, method: str, fields: dict[str, str] | None
) -> Page:
    site = "none" if method == "GET" else "same-origin"
    response = browser.http.open(
        path,
        method=method,
        base_url=browser.base_url,
        data=fields,
        headers={"Accept": "text/html", "Sec-Fetch-Site": site},
    )
    _keep_cookie(browser, response.headers.get("Set-Cookie", ""), at)
    location = response.headers.get("Location", "")
    if location:
        parts = urlsplit(urljoin(browser.base_url + path, location))
        assert f"{parts.scheme}://{parts.netloc}" == browser.base_url, f"sent away to {location}"
        location = f"{parts.path}?{parts.query}" if parts.query else parts.path
    page = Page(browser, path, response.status_code, location, response.text, at)
    for form in forms_of(page.html):
        browser.token, browser.token_at = form.kept.get("csrf_token", browser.token), at
    return page


def _keep_cookie(browser: Browser, header: str, at: float) -> None:
    if "Max-Age=0" in header:
        browser.signed_at, browser.token = float("-inf"), ""
    elif header:
        if not browser.has_cookie(at):
            browser.born_at = at
        browser.signed_at = at


def forms_of(html: str) -> list[Form]:
    """The forms of a page; controls that name another form by its id are counted to that one."""
    forms = []
    elsewhere = [a for a in _controls(html) if a.get("form")]
    for action, says, body in _FORM.findall(html):
        name = _attributes(says).get("id")
        inside = [a for a in _controls(body) if not a.get("form")]
        forms.append(_form(unescape(action), inside + [a for a in elsewhere if a["form"] == name]))
    return forms


def _form(action: str, controls: list[dict[str, str]]) -> Form:
    form = Form(action, {}, (), {}, (), {})
    texts, ticks = [], []
    for control in controls:
        name, value, kind = control.get("name", ""), control.get("value", ""), control["type"]
        if kind == "radio":
            form.choices.setdefault(name, []).extend([value] if value else [])
        elif kind == "checkbox":
            ticks.append(name)
        elif kind == "submit":
            form.buttons.setdefault(name, []).extend([value] if name else [])
        elif kind == "hidden":
            form.kept[name] = value
        else:
            texts.append(name)
    form.buttons.pop("", None)
    return Form(action, form.kept, tuple(texts), form.choices, tuple(ticks), form.buttons)


def _controls(html: str) -> list[dict[str, str]]:
    found = []
    for tag, says in _CONTROL.findall(html):
        usual = {"input": "text", "textarea": "text", "button": "submit"}[tag]
        found.append({"type": usual, **_attributes(says)})
    return found


def _attributes(says: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(says)}
