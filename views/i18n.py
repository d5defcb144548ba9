"""Words, numbers and dates in the reader's language."""

from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask, g, request
from flask_babel import Babel, get_locale, get_timezone, gettext, ngettext
from markupsafe import Markup

from config import Settings
from matching.disclosure import Band
from matching.moments import zone_name
from matching.sentences import Sentence

LANGUAGES = ("en",)
babel = Babel()


def init_app(app: Flask, settings: Settings) -> None:
    """Filters `say`, `number`, `day`, `moment`, `band` and the choice of language."""
    babel.init_app(
        app,
        locale_selector=chosen_language,
        default_translation_directories="translations",
        default_timezone=settings.time_zone,
    )
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.filters.update(say=say, number=number, day=day, moment=moment, band=band)


def chosen_language() -> str | None:
    """The order's language where we speak it, else the browser's best."""
    named = getattr(g, "language", None)
    return named if named in LANGUAGES else request.accept_languages.best_match(LANGUAGES)


def say(sentence: Sentence) -> str:
    """A sentence of the rules, translated, its numbers and dates written out."""
    values = {name: _written(value) for name, value in sentence.values}
    if sentence.plural is not None and sentence.count is not None:
        return ngettext(sentence.text, sentence.plural, sentence.count, **values)
    return gettext(sentence.text, **values)


def _written(value: Any) -> str:
    if isinstance(value, Sentence):
        return say(value)
    if isinstance(value, date):
        return day(value)
    return number(value) if isinstance(value, int) else str(value)


def number(value: int) -> str:
    """1240 -> 1,240"""
    return format_decimal(value, locale=get_locale())


def day(value: date) -> str:
    """2012-03-01 -> 1 March 2012; of a moment the day that it is in the seller's zone."""
    there = value.astimezone(get_timezone()) if isinstance(value, datetime) else value
    return format_date(there, "d MMMM y", locale=get_locale())


def moment(value: datetime) -> Markup:
    """22 November 2026, 19:10 CET (UTC+1): in the seller's zone, by name.

    The script, which knows the reader's own zone, says it in that one.
    """
    there = value.astimezone(get_timezone())
    words = format_datetime(there, "d MMMM y, HH:mm", tzinfo=there.tzinfo, locale=get_locale())
    at = there.isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{} {}</time>').format(at, words, zone_name(there))


def band(value: Band) -> str:
    """10..49 -> 10-49, 250.. -> 250+"""
    if value.high is None:
        return f"{number(value.low)}+"
    if value.low == value.high:
        return number(value.low)
    return f"{number(value.low)}\u2013{number(value.high)}"
