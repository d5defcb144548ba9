"""Templates with what every page needs, whole or as the part that htmx swaps."""

from typing import Any

from flask import current_app, render_template, request
from flask_babel import get_locale


def is_fragment() -> bool:
    """Whether htmx swaps a part; when it restores history it needs the whole page."""
    restores = request.headers.get("HX-History-Restore-Request") == "true"
    return request.headers.get("HX-Request") == "true" and not restores


def page(template: str, **context: Any) -> str:
    """Render a page, or for htmx only its #step, from one template and context."""
    settings = current_app.config["SETTINGS"]
    locale = get_locale()
    return render_template(
        template,
        layout="_step.html" if is_fragment() else "layout.html",
        seller_name=settings.seller_name,
        support_address=settings.support_address,
        language=str(locale) if locale else "en",
        direction=locale.text_direction if locale else "ltr",
        **context,
    )
