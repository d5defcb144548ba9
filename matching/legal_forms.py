"""Articles and legal forms around a name: The, Inc, GmbH & Co. KG, PT, ООО, 株式会社.

A form is recognized by its letters alone, so that "S.A. de C.V.", "SA de CV" and "S A DE CV" are
the same. Which forms there are is data: `data/legal_forms.toml`, by country.
"""

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from matching import data, spelling

_AND = ("and", "und", "et", "y", "og", "och")  # of "and Co. Ltd."


class _Forms(NamedTuple):
    leading: frozenset[str]
    trailing: frozenset[str]
    attached: tuple[str, ...]
    beginnings: frozenset[str]
    endings: frozenset[str]


@cache
def articles() -> frozenset[str]:
    """The articles a name may start with."""
    return data.lines("articles.txt")


@cache
def _forms() -> _Forms:
    countries = tomllib.loads(data.text("legal_forms.toml")).values()
    attached = {_letters(form) for country in countries for form in country.get("attached", ())}
    leading = {_letters(form) for country in countries for form in country.get("leading", ())}
    trailing = {_letters(form) for country in countries for form in country.get("trailing", ())}
    leading |= attached
    trailing |= attached
    return _Forms(
        frozenset(leading),
        frozenset(trailing),
        tuple(sorted(attached, key=len, reverse=True)),
        frozenset(form[:end] for form in leading for end in range(1, len(form) + 1)),
        frozenset(form[start:] for form in trailing for start in range(len(form))),
    )


def removed(words: Sequence[str]) -> list[str]:
    """The words without a leading article and without legal forms at either end.

    Empty when there is nothing else: whoever asks then keeps the whole name.
    """
    forms = _forms()
    rest = list(words)
    while rest and (count := _matched(reversed(rest), forms.trailing, forms.endings, before=True)):
        del rest[-count:]
        if len(rest) > 1 and rest[-1] in _AND:
            del rest[-1]
    rest = _without_article(rest)
    while rest and (count := _matched(rest, forms.leading, forms.beginnings, before=False)):
        rest = _without_article(rest[count:])
    if rest and not (rest[0].isascii() and rest[-1].isascii()):
        rest[-1] = _detached(rest[-1], forms.attached)
        rest[0] = _detached(rest[0], forms.attached)
    return rest


def _without_article(words: list[str]) -> list[str]:
    return words[1:] if words and words[0] in articles() else words


def _letters(form: str) -> str:
    return "".join(spelling.words(form)).replace(spelling.JOINT, "")


def _matched(
    words: Iterable[str], forms: frozenset[str], parts: frozenset[str], *, before: bool
) -> int:
    """How many of the words, from the outside in, are the longest legal form; 0 for none."""
    letters, longest, previous = "", 0, ""
    for count, word in enumerate(words, 1):
        if longest == count - 1 and longest and len(word) == len(previous) == 1:
            # "I B M" is no "BM" after an "I".
            longest = 0
        plain = word.replace(spelling.JOINT, "")
        letters = plain + letters if before else letters + plain
        if letters not in parts:
            break
        if letters in forms:
            longest = count
        previous = word
    return longest


def _detached(word: str, attached: tuple[str, ...]) -> str:
    for form in attached:
        if len(word) > len(form):
            word = word.removesuffix(form) if word.endswith(form) else word.removeprefix(form)
    return word
