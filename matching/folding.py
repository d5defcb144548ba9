"""A name as one word in which the usual ways of spelling it are the same.

Müller & Söhne, Mueller und Soehne; ExxonMobil, Exxon Mobil; A.B.C., ABC; Химпром, Himprom.
"""

from collections.abc import Sequence
from functools import cache

from matching import data

# In this order. Each pair is how one sound is written by one custom and by another: umlauts and
# Scandinavian letters, Cyrillic, Greek and Korean in Latin letters.
_SPELLINGS = (
    *(("shch", "sh"), ("sch", "sh"), ("tch", "ch"), ("kh", "h"), ("zh", "z"), ("tz", "ts")),
    *(("x", "ks"), ("ph", "f"), ("ck", "k"), ("qu", "kv")),
    *(("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"), ("eo", "u"), ("ou", "u"), ("ee", "i")),
    *(("ij", "i"), ("j", "i"), ("y", "i"), ("ii", "i")),
)
_BEGINNINGS = (("ye", "e"), ("je", "e"), ("yu", "u"), ("ju", "u"), ("iu", "u"))
_GROUP = {
    *("group", "groupe", "gruppe", "grupo", "gruppo", "holding", "holdings"),
    *("university", "universitat", "universite", "universidad", "universita", "universiteit"),
}


@cache
def connectors() -> frozenset[str]:
    """The words for “and”, as core keys write them."""
    return data.words("connectors.txt")


def folded(words: Sequence[str]) -> str:
    """The words of a core key as one, without those that only say “and”, or at the end “group”."""
    short, kept = _short_words(), without_connectors(words)
    while len(kept) > 1 and kept[-1] in _GROUP:
        kept.pop()
    return spelled("".join(short.get(word, word) for word in kept))


def spelled(text: str) -> str:
    """A text with one spelling for each sound that is often written in two ways."""
    for one, other in _BEGINNINGS:
        if text.startswith(one):
            text = other + text[len(one) :]
    for one, other in _SPELLINGS:
        text = text.replace(one, other)
    return text


def without_connectors(words: Sequence[str]) -> list[str]:
    """The words without those that say “and” between two others.

    A single letter says it only between words: in initials it is one of them.
    """
    kept = []
    for place, word in enumerate(words):
        inside = 0 < place < len(words) - 1
        if inside and word in connectors():
            around = (words[place - 1], words[place + 1])
            if len(word) > 1 or min(map(len, around)) > 1:
                continue
        kept.append(word)
    return kept


@cache
def _short_words() -> dict[str, str]:
    """What is often written short, and the word it stands for."""
    pairs = (line.split() for line in data.lines("short_words.txt"))
    return {short: whole for whole, *shorts in pairs for short in shorts}
