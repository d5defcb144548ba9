"""Templates with what every page needs, whole or as the part that htmx swaps."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, current_app, g, render_template, request
from flask_babel import get_locale

from views import held

_IN_PATHS = "/%:@!$&'()*+,;=~"


def init_app(app: Flask) -> None:
    """Static files may be kept for ever: their address changes with what is in them."""

    @cache
    def version(file: str) -> str:
        return sha256(Path(str(app.static_folder), file).read_bytes()).hexdigest()[:10]

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["v"] = version(values["filename"])


def is_fragment() -> bool:
    """Whether htmx swaps a part; when it restores history it needs the whole page."""
    restores = request.headers.get("HX-History-Restore-Request") == "true"
    return request.headers.get("HX-Request") == "true" and not restores


def current_path() -> str:
    """The path and query of the page that htmx sent a request from; empty when it says none."""
    try:
        parts = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return ""
    return own_path(parts.path, parts.query) if parts.path else ""


def own_path(path: str, query: str = "") -> str:
    """A path as a header can carry it, which no browser reads as the address of another site.

    Browsers take a backslash for a slash, and two slashes in front for the name of a host.
    """
    own = "/" + quote(path.lstrip("/\\"), safe=_IN_PATHS)
    return f"{own}?{quote(query, safe=_IN_PATHS + '?')}" if query else own


def page(template: str, **context: Any) -> str:
    """Render a page, or for htmx only its #step, from one template and context."""
    settings = current_app.config["SETTINGS"]
    locale = get_locale()
    g.scripted = not context.get("plain")
    context.setdefault("signed_in", not is_fragment() and held.is_any())
    return render_template(
        template,
        layout="_step.html" if is_fragment() else "layout.html",
        seller_name=settings.seller_name,
        support_address=settings.support_address,
        language=str(locale).replace("_", "-") if locale else "en",
        direction=locale.text_direction if locale else "ltr",
        **context,
    )
