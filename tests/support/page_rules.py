"""What every page must be, whatever it says: checked on each page that the page client fetches."""

import re
from collections import Counter
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from html5lib import HTMLParser
from html5lib.constants import E as PARSE_ERRORS
from werkzeug.datastructures import Headers

UNLABELLED = ("hidden", "submit", "button", "image")
REFERENCES = {"for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list"}
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


# Neither what texts and values of such characters say nor how long they are makes a mistake.
_HARMLESS = r"\t\n\r !#-%'-;=?-~\u00a0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd"
_A_TEXT = re.compile(rf"(?<=>)[{_HARMLESS}\"]+(?=<)")
_A_VALUE = re.compile(rf"=\"[{_HARMLESS}]+\"")
# HTML5 leaves it out; the parser that is fast keeps it.
_FIRST_LINE_END = re.compile(r"(<(?:textarea|pre)\b[^>]*>)\n")
_right: set[str] = set()  # how documents are built in which nothing was found wrong


def parse(html: str, fragment: bool = False) -> tuple[BeautifulSoup, list[str]]:
    """The document and what an HTML5 parser finds wrong with its text."""
    source = FRAME.replace("{}", html) if fragment else html
    return BeautifulSoup(_FIRST_LINE_END.sub(r"\1", source), "lxml"), _errors(source)


def _errors(source: str) -> list[str]:
    """Documents that differ in harmless texts alone are looked through once: it takes long."""
    built = _A_TEXT.sub(lambda text: text[0].strip() and "x", _A_VALUE.sub('="x"', source))
    if built in _right:
        return []
    parser = HTMLParser()
    parser.parse(source)
    if not parser.errors:
        _right.add(built)
    lines = source.splitlines()
    return [
        f"line {line}: {PARSE_ERRORS.get(code, code) % values} Near: {lines[line - 1].strip()[:99]}"
        for (line, _column), code, values in parser.errors
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
    headings = [words(h1) for h1 in soup.find_all("h1")]
    title = words(soup.title)
    if len(headings) != 1:
        yield f"it has {len(headings)} h1, not one: {headings}"
    elif not headings[0] or not title.startswith(headings[0]):
        yield f"its title {title!r} does not start with its h1 {headings[0]!r}"
    if not (soup.html and soup.html.has_attr("lang")):
        yield "html has no lang"
    if not soup.main:
        yield "it has no main"


def part_problems(soup: BeautifulSoup, ids_around: frozenset[str]) -> Iterator[str]:
    """Problems of a page or a fragment; `ids_around` are those of the page a fragment goes into."""
    # Walked once, because every page of every test is: a selector for each rule walks it each time.
    elements = soup.find_all(True)
    ids = Counter(str(element["id"]) for element in elements if "id" in element.attrs)
    yield from (f"id {name!r} occurs {n} times" for name, n in ids.items() if n > 1)
    known = ids_around.union(ids)
    labels = {str(e["for"]) for e in elements if e.name == "label" and "for" in e.attrs}
    for element in elements:
        yield from _lost_references(element, known)
        yield from _inline_problems(element)
        yield from _unnamed(element, labels)
        if element.name == "form":
            yield from _form_problems(element)


def _lost_references(element: Tag, ids: frozenset[str]) -> Iterator[str]:
    for attribute in element.attrs.keys() & REFERENCES:
        lost = set(_text(element[attribute]).split()) - ids
        yield from (
            f"<{element.name} {attribute}> points to {name!r}, which is not there"
            for name in sorted(lost)
        )
    address = str(element.get("href", ""))
    if element.name == "a" and address.startswith("#") and address[1:] not in ids:
        yield f"a link points to {address}, which is not there"


def _form_problems(form: Tag) -> Iterator[str]:
    method = str(form.get("method", "")).lower()
    if method not in ("get", "post") or not form.get("action"):
        yield f"a form lacks its action or method: {form.attrs}"
    token = form.find("input", attrs={"type": "hidden", "name": "csrf_token"})
    if method == "post" and not (token and token.get("value")):
        yield f"the form to {form.get('action')} carries no csrf_token"


def _unnamed(element: Tag, labels: set[str]) -> Iterator[str]:
    """A field, a button, a link or an image that a screen reader cannot name."""
    own = element.get("aria-label")
    if element.name in ("select", "textarea") or (
        element.name == "input" and element.get("type") not in UNLABELLED
    ):
        named = own or element.get("aria-labelledby") or element.find_parent("label")
        if not named and element.get("id") not in labels:
            yield f"the field {element.get('name')!r} has no label"
    elif element.name == "button" or (element.name == "a" and "href" in element.attrs):
        pictures = (image for image in element.find_all("img") if "alt" in image.attrs)
        if not words(element) and not own and not any(pictures):
            yield f"a {element.name} says nothing: {element}"
    elif element.name == "img" and "alt" not in element.attrs:
        yield f"an image has no alt: {element}"


def _inline_problems(element: Tag) -> Iterator[str]:
    for name, value in element.attrs.items():
        if name == "style" or name.startswith(("on", "hx-on", "data-hx-on")):
            yield f"<{element.name}> has an inline {name}"
        if _text(value).lower().lstrip().startswith("javascript:"):
            yield f"<{element.name} {name}> is a script"
    if element.name == "style":
        yield "it has a <style>"
    if element.name == "script" and "src" not in element.attrs:
        yield "it has a <script> without src"
    if element.name in ("script", "link", "img", "iframe"):
        address = str(element.get("src") or element.get("href") or "")
        if FOREIGN.match(address):
            yield f"<{element.name}> loads from elsewhere: {address}"


def _text(value: str | list[str]) -> str:
    """An attribute's value; some are lists of words."""
    return value if isinstance(value, str) else " ".join(value)


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
