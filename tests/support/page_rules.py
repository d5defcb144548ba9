"""What every page must be, whatever it says: checked on each page that the page client fetches."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.builder._html5lib import HTML5TreeBuilder
from bs4.element import NavigableString
from html5lib import HTMLParser
from html5lib.constants import E as PARSE_ERRORS
from werkzeug.datastructures import Headers

LABELLED = "input:not([type=hidden], [type=submit], [type=button], [type=image]), select, textarea"
REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list")
RUNNING = {
    "a",
    "abbr",
    "b",
    "bdi",
    "code",
    "em",
    "i",
    "mark",
    "q",
    "small",
    "span",
    "strong",
    "time",
}
FOREIGN = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
FRAME = '<!doctype html><html lang="en"><head><title></title></head><body>{}</body></html>'


class RememberingBuilder(HTML5TreeBuilder):
    """Beautiful Soup's own forgets the parser, and with it the errors."""

    def feed(self, markup: Any) -> None:
        self.parser = HTMLParser(self.create_treebuilder)  # type: ignore[arg-type]
        self.parser.parse(markup)


def parse(html: str, fragment: bool = False) -> tuple[BeautifulSoup, list[str]]:
    """The document and what an HTML5 parser finds wrong with its text."""
    source = FRAME.replace("{}", html) if fragment else html
    builder = RememberingBuilder(store_line_numbers=False)
    soup = BeautifulSoup(source, builder=builder)
    lines = source.splitlines()
    return soup, [
        f"line {line}: {PARSE_ERRORS.get(code, code) % values} Near: {lines[line - 1].strip()[:99]}"
        for (line, _column), code, values in builder.parser.errors
    ]


def words(element: Tag | None) -> str:
    """What an element says, white space collapsed."""
    return " ".join("".join(_said(element)).split()) if element else ""


def _said(element: Tag) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, Tag):
            apart = "" if child.name in RUNNING else " "
            yield from (apart, *_said(child), apart)
        elif type(child) is NavigableString:
            yield child


def page_problems(soup: BeautifulSoup) -> Iterator[str]:
    """Problems of a whole page."""
    headings = [words(h1) for h1 in soup.select("h1")]
    title = words(soup.title)
    if len(headings) != 1:
        yield f"it has {len(headings)} h1, not one: {headings}"
    elif not headings[0] or not title.startswith(headings[0]):
        yield f"its title {title!r} does not start with its h1 {headings[0]!r}"
    if not soup.select("html[lang]"):
        yield "html has no lang"
    if not soup.select_one("main"):
        yield "it has no main"


def part_problems(soup: BeautifulSoup, ids_around: frozenset[str]) -> Iterator[str]:
    """Problems of a page or a fragment; `ids_around` are those of the page a fragment goes into."""
    ids = Counter(str(element["id"]) for element in soup.select("[id]"))
    yield from (f"id {name!r} occurs {n} times" for name, n in ids.items() if n > 1)
    yield from _lost_references(soup, ids_around.union(ids))
    yield from _form_problems(soup)
    yield from _inline_problems(soup)


def _lost_references(soup: BeautifulSoup, ids: frozenset[str]) -> Iterator[str]:
    for attribute in REFERENCES:
        for element in soup.select(f"[{attribute}]"):
            lost = set(str(element[attribute]).split()) - ids
            yield from (
                f"<{element.name} {attribute}> points to {name!r}, which is not there"
                for name in sorted(lost)
            )
    for link in soup.select('a[href^="#"]'):
        if str(link["href"])[1:] not in ids:
            yield f"a link points to {link['href']}, which is not there"


def _form_problems(soup: BeautifulSoup) -> Iterator[str]:
    for form in soup.select("form"):
        method = str(form.get("method", "")).lower()
        if method not in ("get", "post") or not form.get("action"):
            yield f"a form lacks its action or method: {form.attrs}"
        token = form.select_one("input[type=hidden][name=csrf_token]")
        if method == "post" and not (token and token.get("value")):
            yield f"the form to {form.get('action')} carries no csrf_token"
    labels = {str(label["for"]) for label in soup.select("label[for]")}
    for field in soup.select(LABELLED):
        named = (
            field.get("aria-label") or field.get("aria-labelledby") or field.find_parent("label")
        )
        if not named and field.get("id") not in labels:
            yield f"the field {field.get('name')!r} has no label"
    for button in soup.select("button, a[href]"):
        if not words(button) and not button.get("aria-label") and not button.select("img[alt]"):
            yield f"a {button.name} says nothing: {button}"
    yield from (f"an image has no alt: {img}" for img in soup.select("img:not([alt])"))


def _inline_problems(soup: BeautifulSoup) -> Iterator[str]:
    for element in soup.find_all(True):
        for name, value in element.attrs.items():
            if name == "style" or name.startswith(("on", "hx-on", "data-hx-on")):
                yield f"<{element.name}> has an inline {name}"
            if str(value).lower().lstrip().startswith("javascript:"):
                yield f"<{element.name} {name}> is a script"
    yield from ("it has a <style>" for _ in soup.select("style"))
    yield from ("it has a <script> without src" for _ in soup.select("script:not([src])"))
    for element in soup.select("script, link, img, iframe"):
        address = str(element.get("src") or element.get("href") or "")
        if FOREIGN.match(address):
            yield f"<{element.name}> loads from elsewhere: {address}"


def header_problems(headers: Headers, fragment: bool) -> Iterator[str]:
    """Problems of the headers an HTML answer came with."""
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe-" in policy:
        yield f"its Content-Security-Policy is {policy!r}"
    cache = {part.strip() for part in headers.get("Cache-Control", "").split(",")}
    if "no-store" not in cache and not {"private", "no-cache"} <= cache:
        yield f"it may be kept by a cache: Cache-Control is {headers.get('Cache-Control')!r}"
    if headers.get("Referrer-Policy") != "no-referrer":
        yield f"its Referrer-Policy is {headers.get('Referrer-Policy')!r}"
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "X-Content-Type-Options is not nosniff"
    if fragment and "hx-request" not in headers.get("Vary", "").lower():
        yield "it is a fragment, but does not vary on HX-Request"
