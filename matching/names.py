"""The keys by which a company name is found: as written, name key, core key and folded key."""

import unicodedata
from functools import lru_cache
from typing import NamedTuple

from anyascii import anyascii

from matching import characters, folding, legal_forms, spelling
from matching.sentences import Refused, sentence

CUT = 5
LONGEST_NAME = 300

# Copied along with a name, and never part of it.
_EDGES = " \t\r\n\f\v\u00a0\u200b\u2060\ufeff"


class Keys(NamedTuple):
    """The four forms of a name; none is ever empty, unless the name is."""

    written: str
    name: str
    core: str
    folded: str


def company_name(text: str) -> str:
    """The name as it is stored and shown: trimmed, NFC, otherwise as typed. Or raises Refused."""
    name = text.strip(_EDGES)
    if len(name) > LONGEST_NAME:
        raise Refused(
            sentence(
                "The company name has %(length)s characters. Type at most %(most)s.",
                length=len(name),
                most=LONGEST_NAME,
            )
        )
    if characters.bidi_control.search(name):
        raise Refused(
            sentence(
                "The company name contains an invisible character that turns the direction of "
                "writing. Type the name by hand instead of pasting it."
            )
        )
    if characters.control.search(name) or characters.no_character.search(name):
        raise Refused(
            sentence(
                "The company name contains a control character, such as a line break. "
                "Type the name by hand, on one line."
            )
        )
    if characters.is_blank(name):
        raise Refused(sentence("The company name is missing. Type the name of the company."))
    return unicodedata.normalize("NFC", name)


@lru_cache(maxsize=4096)
def keys(name: str) -> Keys:
    """The four keys of a name, whole."""
    trimmed = name.strip(_EDGES)
    if trimmed.isascii():
        written = trimmed.lower()
    else:
        written = unicodedata.normalize("NFC", trimmed).casefold()
    words = spelling.words(trimmed)
    # A name of punctuation alone has no words: it stands as it is written.
    key = spelling.written_out(words) or written
    core = _latin(spelling.written_out(legal_forms.removed(words))) or key
    return Keys(written, key, core, folding.folded(core.split()) or core)


def cuts(keys: Keys) -> frozenset[str]:
    """What finds an organization: two names are found by each other if they share a cut.

    A key shorter than 5 characters is its own cut, and no cut of a longer one: so it only
    matches a key that is equal.
    """
    return frozenset(key[:CUT] for key in keys if key)


def _latin(key: str) -> str:
    if key.isascii():
        return key
    return spelling.written_out(spelling.words(anyascii(key)))
