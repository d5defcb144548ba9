"""A browser without JavaScript, for tests: it reads pages, fills in forms and presses buttons.

Every HTML answer is checked as tests/support/page_rules.py says before a test sees it. With
`fragment=True` a form is sent as htmx sends it, and the answer is checked as a part of a page.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask

from tests.support import page_rules
from tests.support.form import Form

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

Entries = list[tuple[str, str]]


class PageClient:
    """One browser: its cookies, and the page it shows (`client.page`)."""

    def __init__(self, app: Flask, base_url: str | None = None) -> None:
        self.base_url = base_url or str(app.config["SETTINGS"].public_url)
        self.http = app.test_client()
        self.page: Page | None = None

    def get(self, path: str, status: int = 200, **headers: str) -> "Page":
        """Open an address as if it was typed in or came from a mail."""
        return self.visit("GET", path, status=status, headers={"Sec-Fetch-Site": "none", **headers})

    def visit(
        self,
        method: str,
        path: str,
        entries: Entries | None = None,
        *,
        status: int,
        headers: dict[str, str],
        from_page: "Page | None" = None,
    ) -> "Page":
        """Request `path`, follow redirects, check each page on the way and the last status."""
        fragment = "HX-Request" in headers
        seen: list[str] = []
        while True:
            seen.append(f"{method} {path}")
            response = self._send(method, path, entries, headers)
            around = from_page.ids if from_page and fragment else frozenset()
            page = Page(self, path, response, fragment, around, " -> ".join(seen))
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            assert len(seen) < 10, f"these redirects do not end: {page.way}"
            path = self.path_of(urljoin(self.base_url + path, response.headers["Location"]))
            if response.status_code < 307:
                method, entries = "GET", None
        assert page.status == status, (
            f"{page.way}: {page.status}, not {status}. It says: {page.text}"
        )
        if not fragment:
            self.page = page
        return page

    def _send(
        self, method: str, path: str, entries: Entries | None, headers: dict[str, str]
    ) -> "TestResponse":
        data: dict[str, list[str]] = {}
        for name, value in entries or []:
            data.setdefault(name, []).append(value)
        return self.http.open(
            path,
            method=method,
            base_url=self.base_url,
            data=data if entries is not None else None,
            headers={"Accept": "text/html", **headers},
        )

    def path_of(self, address: str) -> str:
        """The path of an address, which must be one of this site."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}" == self.base_url, f"sent away, to {address}"
        return f"{parts.path}?{parts.query}" if parts.query else parts.path


@dataclass
class Page:
    """An answer; of an HTML one the rules have been checked already."""

    client: PageClient
    path: str
    response: "TestResponse"
    fragment: bool
    ids_around: frozenset[str]
    way: str

    def __post_init__(self) -> None:
        self.status = self.response.status_code
        self.headers = self.response.headers
        is_html = self.response.mimetype == "text/html"
        redirects = 300 <= self.status < 400
        # What `HX-Redirect` answers is never shown, and Werkzeug writes a redirect's body itself.
        shown = is_html and not redirects and "HX-Redirect" not in self.headers
        self.soup, problems = page_rules.parse(
            self.response.text if shown else "", self.fragment or not shown
        )
        if shown:
            problems += page_rules.part_problems(self.soup, self.ids_around)
            problems += page_rules.header_problems(self.headers, self.fragment)
            if not self.fragment:
                problems += page_rules.page_problems(self.soup)
        assert not problems, "\n  - ".join([f"{self.way} ({self.status}):", *problems])

    def __contains__(self, text: str) -> bool:
        return text in self.text

    @property
    def text(self) -> str:
        """What the page says, white space collapsed; of an answer that is no page, its body."""
        return page_rules.words(self.soup.body) or self.response.text

    @property
    def title(self) -> str:
        return page_rules.words(self.soup.title)

    @property
    def heading(self) -> str:
        """The one h1."""
        return page_rules.words(self.one("h1"))

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(str(element["id"]) for element in self.soup.select("[id]"))

    def select(self, css: str) -> list[Tag]:
        """All elements that a CSS selector matches."""
        return list(self.soup.select(css))

    def one(self, css: str) -> Tag:
        """The only element that a CSS selector matches."""
        found = self.select(css)
        assert len(found) == 1, f"{self.way}: {css} is there {len(found)} times. {self.text}"
        return found[0]

    def form(self, which: int | str = 0) -> Form:
        """A form of the main part: by its place there, or by a selector for it or what is in it."""
        if isinstance(which, int):
            forms = self.select("main form") or self.select("form")
            assert len(forms) > which, f"{self.way}: it has {len(forms)} forms. {self.text}"
            return Form(self, forms[which])
        element = self.one(which)
        form = element if element.name == "form" else element.find_parent("form")
        assert form, f"{self.way}: {which} is in no form"
        return Form(self, form)

    def follow(self, text: str, status: int = 200) -> "Page":
        """Click the link that says `text`."""
        links = [a for a in self.select("a[href]") if page_rules.words(a) == text]
        assert len(links) == 1, f"{self.way}: {len(links)} links say {text!r}. {self.text}"
        address = urljoin(self.client.base_url + self.path, str(links[0]["href"]))
        headers = {"Sec-Fetch-Site": "same-origin"}
        path = self.client.path_of(address)
        return self.client.visit("GET", path, status=status, headers=headers)

    def reload(self, status: int = 200) -> "Page":
        """Fetch the same address again."""
        return self.client.get(self.path, status=status)

    def submit(
        self, method: str, action: str, entries: Entries | None, status: int, fragment: bool
    ) -> "Page":
        """Send what a form of this page says, with the headers a browser adds."""
        path = self.client.path_of(urljoin(self.client.base_url + self.path, action))
        headers = {"Sec-Fetch-Site": "same-origin"}
        if fragment:
            headers |= {"HX-Request": "true", "HX-Current-URL": self.client.base_url + self.path}
        if method == "POST":
            # A page that says no-referrer makes browsers hide the origin of what its forms send,
            # but not of what its scripts send.
            hides = self.headers.get("Referrer-Policy") == "no-referrer" and not fragment
            headers["Origin"] = "null" if hides else self.client.base_url
        return self.client.visit(
            method, path, entries, status=status, headers=headers, from_page=self
        )


def soup_of(html: str) -> BeautifulSoup:
    """A parsed part of a page, for tests that render one template."""
    return page_rules.parse(html, fragment=True)[0]
