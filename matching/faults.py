"""What is wrong with a typed address, and what to type instead.

Each sentence has its pattern; the first that is found counts.
"""

import re
import unicodedata
from collections.abc import Iterable

from matching import characters
from matching.sentences import Sentence, sentence

LONGEST_ADDRESS = 254
LONGEST_LOCAL_PART = 64
# They name a place in somebody's own network, or no place at all.
LOCAL_ENDINGS = "arpa|internal|invalid|local|localdomain|localhost|onion"
ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"

_EXAMPLE = "name@company.com"
# Dots to a resolver, and to NFKC only some of them.
_DOTS = "\u3002\uff0e\uff61"

TOO_LONG = sentence(
    "The address is too long. Type one of at most %(most)s characters, with at most %(local)s "
    "before the @.",
    most=LONGEST_ADDRESS,
    local=LONGEST_LOCAL_PART,
)

_UNSEEN = (
    (
        re.compile(r"\A\Z"),
        sentence("The address is missing. Type one, such as %(example)s.", example=_EXAMPLE),
    ),
    (
        re.compile(f"{characters.control.pattern}|{characters.surrogate.pattern}"),
        sentence(
            "The address contains a control character, such as a line break. "
            "Type it by hand, on one line."
        ),
    ),
    (
        characters.unseen,
        sentence(
            "The address contains an invisible character. Type it by hand instead of pasting it."
        ),
    ),
)

_SHAPE = (
    (
        re.compile(r"\A[^@]*\Z"),
        sentence(
            "The address has no @. Type the whole address, such as %(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (
        re.compile('"'),
        sentence(
            "The address contains quotation marks. Type it without them, such as %(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (
        re.compile("[<>]"),
        sentence(
            "The address stands in angle brackets. Type the address alone, such as %(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (
        re.compile("[()]"),
        sentence(
            "The address contains a comment in brackets. Type the address alone, such as "
            "%(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (
        # "a%other.com@acme.com" and "other.com!a@acme.com" go on to other.com on some servers.
        re.compile(r"[,;]|@[^@]*@|\A[^@]*(?:%[^@]*\.|\.[^@]*!)[^@]*@"),
        sentence(
            "These look like two addresses. Type one only, with one @, such as %(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (
        re.compile(r"\s"),
        sentence(
            "The address contains a space. Type it without spaces, such as %(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (
        re.compile(r"\A@"),
        sentence(
            "Nothing stands before the @. Type the whole address, such as %(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (
        re.compile(r"@\Z"),
        sentence(
            "Nothing stands after the @. Type the whole address, such as %(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (re.compile(rf"\A[^@]{{{LONGEST_LOCAL_PART + 1},}}@"), TOO_LONG),
    (
        re.compile(r"\A[^@]*[^\x00-\x7f][^@]*@"),
        sentence(
            "Only the letters a to z can stand before the @ here. Type an address such as "
            "%(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (
        # Mail programs show "=?utf-8?q?x?=" as what it stands for.
        re.compile(rf"\A(?!{ATOM}(?:\.{ATOM})*@)|=\?[^?@]+\?[BbQq]\?[^?@]*\?=.*@"),
        sentence(
            "Before the @, a dot or a sign is in the wrong place. Type an address such as "
            "%(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (
        re.compile(r"@(?:\[.*\]|[0-9.]+)\Z"),
        sentence(
            "A number stands after the @. Type the name of the domain there, such as %(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (
        re.compile(r"@[^.]*\Z"),
        sentence(
            "The part after the @ has no dot. Type all of it, such as %(example)s.",
            example=_EXAMPLE,
        ),
    ),
    (
        re.compile(rf"[@.](?:{LOCAL_ENDINGS})\Z", re.IGNORECASE),
        sentence(
            "Mail to this address would stay in a local network. Type one that can be reached "
            "from everywhere, such as %(example)s.",
            example=_EXAMPLE,
        ),
    ),
)

NO_DOMAIN = sentence(
    "The part after the @ is not a domain that mail can be sent to. Type one such as %(example)s.",
    example=_EXAMPLE,
)


def fault(address: str) -> Sentence | None:
    """What is wrong with an address as typed: before NFC, which would hide look-alikes."""
    return _first(_UNSEEN, address) or _look_alike(address) or _first(_SHAPE, address)


def _first(faults: Iterable[tuple[re.Pattern[str], Sentence]], address: str) -> Sentence | None:
    return next((words for pattern, words in faults if pattern.search(address)), None)


def _look_alike(address: str) -> Sentence | None:
    for character in address:
        if not (character.isascii() or character.isspace()) and _changes(character):
            return sentence(
                "The address contains “%(character)s”, which is not the letter or sign that it "
                "looks like. Type it by hand, such as %(example)s.",
                character=character,
                example=_EXAMPLE,
            )
    return None


def _changes(character: str) -> bool:
    """Whether lower case or normalization would make it a different letter or sign."""
    if character in _DOTS or unicodedata.normalize("NFKC", character) != character:
        return True
    lower, upper = character.lower(), character.upper()
    if lower == character:
        return len(upper) == 1 and upper.isascii()
    return lower.isascii() or lower.upper() != character
