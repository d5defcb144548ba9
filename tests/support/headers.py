"""How well the headers of an answer protect its reader, on the scale of public header checkers.

They start from 100 points and take some off for each fault; only 100 is the top grade.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from werkzeug.datastructures import Headers

YEAR = 31_536_000
GRADES = (
    (100, "A+"), (90, "A"), (85, "A-"), (80, "B+"), (70, "B"), (65, "B-"),
    (60, "C+"), (50, "C"), (45, "C-"), (40, "D+"), (30, "D"), (25, "D-"),
)  # fmt: skip
# These do not fall back to default-src.
OWN_DIRECTIVES = ("base-uri", "form-action", "frame-ancestors")
WIDE = re.compile(r"'unsafe-|\*|\bdata:|\bhttps?:(?!//)|\bblob:")
POWERS = ("camera", "geolocation", "microphone", "payment")
QUIET = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
TELLING = ("X-Powered-By", "X-AspNet-Version", "X-Generator", "Via")


class Fault(NamedTuple):
    """What is wrong, and how many points it costs."""

    points: int
    says: str


def graded(headers: Headers, scheme: str, cookies: Sequence[str]) -> tuple[str, list[str]]:
    """The grade (A+ ... F) and the faults of an answer's headers.

    `scheme` is http or https: what protects the transport is asked of https alone. `cookies` are
    the values of its Set-Cookie headers.
    """
    found = [
        *_policy(headers),
        *_framing(headers),
        *_content(headers),
        *_isolation(headers),
        *(_transport(headers) if scheme == "https" else ()),
        *(fault for cookie in cookies for fault in _cookie(cookie, scheme)),
        *_keeping(headers, cookies),
        *_telling(headers),
    ]
    score = 100 - sum(fault.points for fault in found)
    grade = next((grade for least, grade in GRADES if score >= least), "F")
    return grade, [fault.says for fault in found]


def _policy(headers: Headers) -> Iterator[Fault]:
    policies = headers.getlist("Content-Security-Policy")
    if len(policies) != 1:
        yield Fault(25, f"it has {len(policies)} Content-Security-Policy headers, not one")
        return
    said = [part.split() for part in policies[0].split(";") if part.strip()]
    policy = {name: " ".join(sources) for name, *sources in said}
    if len(policy) != len(said):
        yield Fault(10, "a directive of the policy is there twice, and only the first counts")
    if policy.get("default-src") != "'none'":
        yield Fault(20, "the policy allows by default what it does not name")
    for name in OWN_DIRECTIVES:
        if policy.get(name) not in ("'none'", "'self'"):
            yield Fault(10, f"the policy leaves {name} open")
    for name, sources in policy.items():
        if WIDE.search(sources):
            yield Fault(20, f"{name} of the policy is too wide: {sources}")


def _framing(headers: Headers) -> Iterator[Fault]:
    if headers.get("X-Frame-Options") != "DENY":
        yield Fault(20, "X-Frame-Options is not DENY")


def _content(headers: Headers) -> Iterator[Fault]:
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield Fault(5, "X-Content-Type-Options is not nosniff")
    if headers.get("Referrer-Policy") not in QUIET:
        yield Fault(5, f"Referrer-Policy is {headers.get('Referrer-Policy')!r}")
    granted = headers.get("Permissions-Policy", "")
    if missing := [power for power in POWERS if f"{power}=()" not in granted]:
        yield Fault(5, f"Permissions-Policy does not refuse {', '.join(missing)}")


def _isolation(headers: Headers) -> Iterator[Fault]:
    for name in ("Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy"):
        if headers.get(name) != "same-origin":
            yield Fault(10, f"{name} is not same-origin")
    if "Access-Control-Allow-Origin" in headers:
        yield Fault(50, "another site may read it")


def _transport(headers: Headers) -> Iterator[Fault]:
    found = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    if found is None:
        yield Fault(20, "Strict-Transport-Security is missing")
    elif int(found[1]) < YEAR:
        yield Fault(10, "Strict-Transport-Security lasts less than a year")


def _cookie(cookie: str, scheme: str) -> Iterator[Fault]:
    named, *parts = (part.strip() for part in cookie.split(";"))
    name = named.partition("=")[0]
    said = {part.partition("=")[0].lower(): part.partition("=")[2] for part in parts}
    if "httponly" not in said:
        yield Fault(30, f"scripts can read the cookie {name}")
    if said.get("samesite") not in ("Lax", "Strict"):
        yield Fault(20, f"the cookie {name} goes with requests of other sites")
    if scheme == "https" and "secure" not in said:
        yield Fault(40, f"the cookie {name} goes over http")
    bound = name.startswith("__Host-") and said.get("path") == "/" and "domain" not in said
    if scheme == "https" and not bound:
        yield Fault(10, f"the cookie {name} is not bound to its host")


def _keeping(headers: Headers, cookies: Sequence[str]) -> Iterator[Fault]:
    kept = {part.strip() for part in headers.get("Cache-Control", "").split(",")}
    closed = "no-store" in kept or {"private", "no-cache"} <= kept
    if not closed and "public" not in kept:
        yield Fault(10, "it does not say who may keep it")
    if not closed and cookies:
        yield Fault(20, "a cache may keep a cookie")


def _telling(headers: Headers) -> Iterator[Fault]:
    if re.search(r"\d", headers.get("Server", "")):
        yield Fault(5, f"it tells the version of the server: {headers['Server']}")
    for name in TELLING:
        if name in headers:
            yield Fault(5, f"it tells what it runs on: {name}")
