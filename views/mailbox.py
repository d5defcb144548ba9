"""The local mailbox: what would have been sent, for trying things out on one's own machine."""

import re
from base64 import b64encode
from email import message_from_bytes, policy
from email.message import EmailMessage
from hashlib import sha256
from html import unescape
from pathlib import Path

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from config import LOOPBACK
from views.render import page
from views.security import POLICY
from views.visit import settings

pages = Blueprint("mailbox", __name__, url_prefix="/mailbox")
NEWEST = 200


@pages.before_request
def only_here() -> None:
    """It exists only without a mail server, and only for this machine."""
    if settings().mailbox_dir is None or settings().host not in LOOPBACK:
        abort(404)
    if request.remote_addr not in LOOPBACK:
        abort(404)


@pages.get("")
def messages() -> ResponseReturnValue:
    """The newest first."""
    files = sorted(_folder().glob("*.eml"), reverse=True)[:NEWEST]
    return page("mailbox.html", wide=True, messages=[(file.stem, _read(file)) for file in files])


@pages.get("/<name>")
def message(name: str) -> ResponseReturnValue:
    """One message: text, HTML in a frame, and source, side by side."""
    found = _read(_file(name))
    source = _file(name).read_text(errors="replace")
    text = _part(found, "plain")
    body = page("message.html", wide=True, name=name, message=found, text=text, source=source)
    return Response(body, headers={"Content-Security-Policy": f"{POLICY}; frame-src 'self'"})


@pages.get("/<name>/html")
def html(name: str) -> ResponseReturnValue:
    """Its HTML part as a page of its own, under a policy as strict as everywhere.

    Style attributes, which mail programs need, become rules of one sheet that the policy names. Our
    own page of the message may frame it, and it runs and sends nothing there.
    """
    rules: dict[str, int] = {}

    def moved(match: re.Match[str]) -> str:
        return f' data-style="{rules.setdefault(match[1], len(rules))}"'

    body = re.sub(r'\sstyle="([^"]*)"', moved, _part(_read(_file(name)), "html"))
    sheet = "".join(f'[data-style="{n}"]{{{unescape(rule)}}}' for rule, n in rules.items())
    body = body.replace("</head>", f"<style>{sheet}</style></head>", 1)
    sheets = re.findall(r"<style[^>]*>(.*?)</style>", body, re.DOTALL)
    hashes = " ".join(f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in sheets)
    own = (
        f"default-src 'none'; style-src {hashes}; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-top-navigation-by-user-activation"
    )
    # X-Frame-Options stays at DENY: who knows frame-ancestors does not look at it.
    return Response(body, headers={"Content-Security-Policy": own})


def _folder() -> Path:
    return Path(settings().mailbox_dir or "")


def _file(name: str) -> Path:
    file = _folder() / f"{name}.eml"
    if not re.fullmatch(r"[\w.-]+", name) or not file.is_file():
        abort(404)
    return file


def _read(file: Path) -> EmailMessage:
    return message_from_bytes(file.read_bytes(), policy=policy.default)


def _part(found: EmailMessage, kind: str) -> str:
    part = found.get_body((kind,))
    # Lines end as browsers read them, or the digest of a style sheet would differ.
    return str(part.get_content()).replace("\r\n", "\n") if part else ""
