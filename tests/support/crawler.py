"""Follows every link and sends every form that one person's browser finds, and checks each answer.

A form is sent empty, with hostile values, and as a person would; forms alike (the same address but
for numbers and tokens, the same fields) are sent once.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

from bs4 import Tag

from tests.support.headers import graded
from tests.support.page_client import Entries, Page, PageClient

HOSTILE = (
    "\"><script>alert(1)</script>'{{7*7}}${7*7}",
    "//evil.example/\\evil.example\r\nLocation: https://evil.example\r\nBcc: x@evil.example",
    "' OR 1=1 --\x00\ud7ff\ufffe../../etc/passwd%00%0d%0a",
    "x" * 3_000 + "@" + "y" * 300,
)
VARYING = re.compile(r"form=[\w.-]+|\d{5,}|[\w-]{24,}")
FIELDS = "input[name], select[name], textarea[name], button[name]"
ENDS = ("/hand-over", "/sessions/others", "/sign-out")  # what the others need, so they come last
FINE = {200, 404, 410, 422, 429}


@dataclass
class Crawler:
    """One person's way through the site; `forbidden` are words that no answer may hold."""

    client: PageClient
    forbidden: Iterable[str]
    plain: Callable[[str, list[str]], str]
    depth: int = 6
    seen: set[str] = field(default_factory=set)
    sent: set[str] = field(default_factory=set)
    answers: int = 0

    def crawl(self, addresses: Iterable[str]) -> None:
        """From these addresses on: first every page, then every form, then those that end it."""
        waiting = deque((address, 0) for address in addresses)
        pages: list[tuple[Page, int]] = []
        while waiting:
            address, depth = waiting.popleft()
            if address in self.seen or depth > self.depth:
                continue
            self.seen.add(address)
            page = self.open("GET", address, None, FINE if depth == 0 else {200})
            pages.append((page, depth))
            waiting.extend((link, depth + 1) for link in self.links(page))
        for ending in ("", *ENDS):
            for page, depth in pages:
                self.submit_all(page, depth, ending)

    def submit_all(self, page: Page, depth: int, ending: str = "") -> None:
        for element in page.select("form"):
            action = self.client.path_of(
                urljoin(self.client.base_url + page.path, _action(element))
            )
            if depth > self.depth or next(filter(action.endswith, ENDS), "") != ending:
                continue
            for kind in ("empty", *HOSTILE, "plain"):
                self.submit(page, element, action, kind, depth)

    def submit(self, page: Page, element: Tag, action: str, kind: str, depth: int) -> None:
        key = f"{VARYING.sub('N', action)} {sorted(_names(element, page))} {kind}"
        if key in self.sent:
            return
        self.sent.add(key)
        entries = [
            (name, self.value(name, kind, values))
            for name, values in _choices(element, page).items()
            if name != "csrf_token"
        ]
        token = element.select_one("[name=csrf_token]")
        entries += [("csrf_token", str(token["value"]))] if token else []
        if str(element["method"]).lower() == "get":
            action = f"{action.partition('?')[0]}?{urlencode(entries, errors='replace')}"
            answer = self.open("GET", action, None, FINE)
        else:
            answer = self.open("POST", action, entries, FINE, str(element.get("enctype", "")))
        if answer.path not in self.seen:
            self.seen.add(answer.path)
            for link in self.links(answer):
                if link not in self.seen:
                    self.seen.add(link)
                    self.submit_all(self.open("GET", link, None, FINE), depth + 1)
            self.submit_all(answer, depth + 1)

    def value(self, name: str, kind: str, values: list[str]) -> str:
        if kind == "plain":
            return self.plain(name, values)
        return "" if kind == "empty" else kind

    def open(
        self, method: str, path: str, entries: Entries | None, fine: set[int], enctype: str = ""
    ) -> Page:
        """Ask, follow redirects, and check every answer on the way."""
        way = [f"{method} {path}"]
        while True:
            headers = {"Sec-Fetch-Site": "same-origin"}
            if enctype and method == "POST":
                headers["Content-Type"] = enctype
            response = self.client._send(method, path, entries, headers)
            page = Page(self.client, path, response, False, frozenset(), " -> ".join(way))
            self.check(page)
            response.close()
            if not 300 <= page.status < 400:
                break
            assert len(way) < 10, f"these redirects do not end: {page.way}"
            path = self.client.path_of(
                urljoin(self.client.base_url + path, page.headers["Location"])
            )
            method, entries = "GET", None
            way.append(f"GET {path}")
        assert page.status in fine, f"{page.way}: {page.status}. It says: {page.text[:300]}"
        return page

    def check(self, page: Page) -> None:
        self.answers += 1
        scheme = urlsplit(self.client.base_url).scheme
        cookies = page.headers.getlist("Set-Cookie")
        assert graded(page.headers, scheme, cookies) == ("A+", []), page.way
        said = page.response.text
        shown = [word for word in self.forbidden if word in said]
        assert not shown, f"{page.way} shows {shown}: {page.text}"
        assert "<script>alert" not in said, page.way
        assert "evil.example" not in str(page.headers), page.way

    def links(self, page: Page) -> list[str]:
        """Where the page's links lead; none leaves the site."""
        found = []
        for link in page.select("a[href], link[href], script[src]"):
            target = str(link.get("href") or link.get("src"))
            if not target.startswith(("#", "mailto:")):
                address = urljoin(self.client.base_url + page.path, target)
                found.append(self.client.path_of(address))
        return found


def _action(element: Tag) -> str:
    return str(element["action"])


def _names(element: Tag, page: Page) -> set[str]:
    return set(_choices(element, page))


def _choices(element: Tag, page: Page) -> dict[str, list[str]]:
    """The names of a form's fields, each with the values that it offers."""
    outside = page.select(f'[form="{element["id"]}"]') if "id" in element.attrs else []
    found: dict[str, list[str]] = {}
    for control in [*element.select(FIELDS), *outside]:
        if control.get("name"):
            offered = found.setdefault(str(control["name"]), [])
            offered += [str(control["value"])] if control.get("value") else []
    return found
