"""Letters rendered: text and HTML of mail/<letter>/, in the language of the order."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import css_inline
from babel import Locale
from flask import current_app
from flask_babel import Babel, force_locale, get_babel, get_translations
from markupsafe import Markup

from config import Settings
from mail import wording
from mail.letters import WRITERS, Context
from mail.matter import Matter

_inline = css_inline.CSSInliner(
    extra_css=(Path(__file__).parent / "_style.css").read_text(),
    keep_at_rules=True,
    load_remote_stylesheets=False,
    resolve_css_variables=True,
).inline


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a mail carries it."""

    url: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A rendered mail; its text says all that its HTML says."""

    row_id: int
    name: str
    to: str
    subject: str
    text: str
    html: str
    message_id: str
    queued_at: datetime


def write(matter: Matter, link: Link | None, settings: Settings) -> Letter:
    """Render the letter that a matter asks for, in its order's language."""
    locale = _spoken(matter.language, get_babel().instance)
    with force_locale(str(locale)):
        context = _common(matter, link, settings, locale) | WRITERS[matter.letter](matter)
        subject = wording.one_line(_filled(f"{matter.letter}/subject.txt", context))
        context["subject"] = wording.shortened(subject, wording.SUBJECT)
        text = _filled(f"{matter.letter}/body.txt", context)
        html = _filled(f"{matter.letter}/body.html", context)
    return Letter(
        row_id=matter.id,
        name=matter.letter,
        to=matter.to,
        subject=context["subject"],
        text=wording.columns(text, link.url if link else "", settings.link_base + "/"),
        html=_inline(html),
        message_id=f"<{matter.message_id}@{settings.host}>",
        queued_at=matter.queued_at,
    )


def _filled(template: str, context: Context) -> str:
    """A template of mail/ in the language of the moment, which is looked up once."""
    made = current_app.jinja_env.get_template(f"mail/{template}")
    said = get_translations().ugettext
    kind = Markup if template.endswith(".html") else str

    def translated(text: str, **values: object) -> str:
        return kind(said(text)) % values

    return made.render(context, _=translated)


@lru_cache(maxsize=256)  # which languages there are is looked up in a folder
def _spoken(language: str, babel: Babel) -> Locale:
    """The order's language where we speak it, else our own."""
    ours = [str(locale) for locale in babel.list_translations()]
    return Locale.negotiate([language.replace("-", "_")], ours) or babel.default_locale


def _common(matter: Matter, link: Link | None, settings: Settings, locale: Locale) -> Context:
    return {
        "seller": wording.one_line(settings.seller_name),
        "support": settings.support_address,
        "home": settings.link_base + "/",
        "language": str(locale).replace("_", "-"),
        "direction": locale.text_direction,
        "to": matter.to,
        "order": matter.order,
        "request": matter.request,
        "organization": matter.organization,
        "number": wording.shortened(matter.order.number, 24) if matter.order else "",
        "link": link,
        "rows": (),
        "when": wording.when,
        "table": wording.table,
        "quoted": wording.quoted,
    }
