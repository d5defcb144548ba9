"""Words, numbers and dates in the reader's language."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple, cast

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask, g, request
from flask_babel import Babel, get_locale, get_timezone, get_translations
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
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: speech().words(text),
        ngettext=lambda *texts: speech().translations.ungettext(*texts),
        newstyle=True,
    )
    app.jinja_env.filters.update(say=say, number=number, day=day, moment=moment, band=band)


def chosen_language() -> str | None:
    """The order's language where we speak it, else the browser's best."""
    named = getattr(g, "language", None)
    return named if named in LANGUAGES else request.accept_languages.best_match(LANGUAGES)


class Speech(NamedTuple):
    """How one language says things. What was said of late is remembered: it follows from this."""

    translations: Any
    locale: Locale | None

    def say(self, sentence: Sentence) -> str:
        """A sentence of the rules, translated, its numbers and dates written out."""
        return _said(self, sentence)

    def words(self, text: str) -> str:
        """Words that stand in the code, translated."""
        return str(self.translations.ugettext(text))

    def number(self, value: int) -> str:
        """1240 -> 1,240"""
        return _number(value, self.locale)

    def day(self, value: date) -> str:
        """2012-03-01 -> 1 March 2012"""
        return _day(value, self.locale)

    def band(self, value: Band) -> str:
        """10..49 -> 10-49, 250.. -> 250+"""
        if value.high is None:
            return f"{self.number(value.low)}+"
        if value.low == value.high:
            return self.number(value.low)
        return f"{self.number(value.low)}\u2013{self.number(value.high)}"


def speech() -> Speech:
    """The language of what is being answered, or of the letter that is being written."""
    locale, held = get_locale(), g.get("speech")
    if held is None or held.locale is not locale:
        g.speech = held = Speech(get_translations(), locale)
    return cast(Speech, held)


def say(sentence: Sentence) -> str:
    return speech().say(sentence)


def number(value: int) -> str:
    return speech().number(value)


def day(value: date) -> str:
    """2012-03-01 -> 1 March 2012; of a moment the day that it is in the seller's zone."""
    there = value.astimezone(get_timezone()) if isinstance(value, datetime) else value
    return speech().day(there)


def moment(value: datetime) -> Markup:
    """22 November 2026, 19:10 CET (UTC+1): in the seller's zone, by name.

    The script, which knows the reader's own zone, says it in that one.
    """
    there = value.astimezone(get_timezone())
    words = format_datetime(there, "d MMMM y, HH:mm", tzinfo=there.tzinfo, locale=get_locale())
    at = there.isoformat(timespec="seconds")
    return Markup('<time datetime="{}">{} {}</time>').format(at, words, zone_name(there))


def band(value: Band) -> str:
    return speech().band(value)


@lru_cache(maxsize=4096)
def _said(speech: Speech, sentence: Sentence) -> str:
    if sentence.plural is not None and sentence.count is not None:
        text = speech.translations.ungettext(sentence.text, sentence.plural, sentence.count)
        return str(text % {"num": sentence.count, **_written(speech, sentence)})
    text = speech.words(sentence.text)
    return text % _written(speech, sentence) if sentence.values else text


def _written(speech: Speech, sentence: Sentence) -> Mapping[str, str]:
    written = {}
    for name, value in sentence.values:
        if isinstance(value, Sentence):
            written[name] = speech.say(value)
        elif isinstance(value, date):
            written[name] = speech.day(value)
        else:
            written[name] = speech.number(value) if isinstance(value, int) else str(value)
    return written


@lru_cache(maxsize=4096)
def _number(value: int, locale: Locale | None) -> str:
    return format_decimal(value, locale=locale)


@lru_cache(maxsize=4096)
def _day(value: date, locale: Locale | None) -> str:
    return format_date(value, "d MMMM y", locale=locale)
