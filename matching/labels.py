"""Names that stand for a domain's label, as IBM and International Business Machines for ibm.com.

A name stands for a label when some of its words in a row, joined or shortened, are the label. Names
in letters that say nothing about Latin ones may stand for any label (日立製作所 at hitachi.co.jp);
two such names are compared with each other instead.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import combinations

from anyascii import anyascii

from matching import data, folding, legal_forms, names, spelling

_MOST_WORDS = 8
_LONGEST_LABEL = 40
_COMPOUND = 4  # fewer letters than this may come from within a word: the ND of Norddeutscher
_SHORTEST_WORD = 4  # that a label may hold besides another common word
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LEGIBLE = re.compile(r"[a-z0-9\u0370-\u052f]")
_SEVERAL = 2
_SKIPPING = 4  # so many letters left may pass over a common word


def cuts(name: str, label: str) -> frozenset[str]:
    """What finds an organization of this name at a domain with this label."""
    own = names.cuts(names.keys(name))
    cut = label_cut(label)
    return own | {cut} if cut not in own and stands_for(name, label) else own


def label_cut(label: str) -> str:
    """The cut of whatever stands for a label."""
    return label.replace("-", "")[: names.CUT]


def stands_for(name: str, label: str) -> bool:
    """Whether a name may be what the label of a domain was made of."""
    return not legible(name) or label in contracted(name, label)


@lru_cache(maxsize=4096)
def legible(name: str) -> bool:
    """Whether a name's letters can be compared with Latin ones."""
    key = names.keys(name).name
    return _LEGIBLE.search(key) is not None or not any(map(str.isalpha, key))


@lru_cache(maxsize=4096)
def contracted(name: str, label: str) -> tuple[str, ...]:
    """The core words of a name, with those that stand for the label as one: the label."""
    core = _core(name)
    if not label or len(label) > _LONGEST_LABEL:
        return core
    letters = label.replace("-", "")
    whole = _words(name)
    for words in dict.fromkeys((core, *_without_forms(whole), tuple(whole))):
        if run := _run(words, letters):
            first, last = run
            return (*words[:first], label, *words[last:])
    significant = [word for word in core if word not in _joining()]
    if _holds(significant, label) or _in_another_order(significant, letters):
        return (label,)
    return core


def _core(name: str) -> tuple[str, ...]:
    return tuple(names.keys(name).core.split()[:_MOST_WORDS])


def _words(name: str) -> list[str]:
    """All words of a name in Latin letters; CamelCase is two."""
    text = _CAMEL.sub(" ", name[: names.LONGEST_NAME])
    return spelling.written_out(spelling.words(anyascii(text))).split()[:_MOST_WORDS]


def _without_forms(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(rest)] if (rest := legal_forms.removed(words)) else []


def _run(words: Sequence[str], letters: str) -> tuple[int, int] | None:
    """The words in a row, the longest first, that are or shorten to these letters."""
    ends = combinations(range(len(words) + 1), 2)
    longest = sorted(ends, key=lambda ends: (ends[0] - ends[1], ends[0]))
    spelled = folding.spelled(letters)
    whole = (ends for ends in longest if folding.folded(words[slice(*ends)]) == spelled)
    short = (ends for ends in longest if _shortened(words[slice(*ends)], letters))
    return next(whole, None) or next(short, None)


def _shortened(words: Sequence[str], letters: str) -> bool:
    """Whether the letters are beginnings of the words, all of them, in their order."""
    ends_well = words[0][0] == letters[0] and not {words[0], words[-1]} & _joining()
    return len(words) >= _SEVERAL and ends_well and _from(words, letters)


def _from(words: Sequence[str], letters: str) -> bool:
    if not words or not letters:
        return not words and not letters
    word, rest = words[0], words[1:]
    if word in _common() and len(letters) >= _SKIPPING and _from(rest, letters):
        return True  # the Institute of in Caltech
    if word in _joining():
        parts = ("", word[0], "n", word)
        return any(letters.startswith(p) and _from(rest, letters[len(p) :]) for p in parts)
    for length in range(1, len(letters) - len(rest) // 2 + 1):
        part = letters[:length]
        if not word.startswith(part) and not (length < _COMPOUND and _within(part, word)):
            break
        if _from(rest, letters[length:]):
            return True
    return False


def _within(letters: str, word: str) -> bool:
    """Whether the letters stand in this order in a word, which begins with the first of them."""
    remaining = iter(word)
    return word[:1] == letters[:1] and all(letter in remaining for letter in letters)


def _holds(words: Sequence[str], label: str) -> bool:
    """Whether the label says what tells the name apart, and besides only what many names say."""
    common = _common()
    distinctive = [word for word in words if word not in common]
    letters = label.replace("-", "")
    if len(words) > len(distinctive) == 1 < len(letters) and distinctive[0].startswith(letters):
        return True  # the Ox of the University of Oxford
    parts = label.split("-")
    if len(parts) > 1 and all(any(w.startswith(part) for w in words) for part in parts if part):
        return any(word.startswith(part) for word in distinctive for part in parts if part)
    for word in distinctive:
        if len(word) >= _SHORTEST_WORD and word in letters:
            before, _word, after = letters.partition(word)
            if {before, after} <= common | {""}:
                return True
    return False


def _in_another_order(words: Sequence[str], letters: str) -> bool:
    """Eindhoven University of Technology at tue.nl."""
    return len(letters) > _SEVERAL and sorted(word[0] for word in words) == sorted(letters)


@cache
def _joining() -> frozenset[str]:
    return data.words("joining_words.txt") | folding.connectors()


@cache
def _common() -> frozenset[str]:
    return data.words("common_words.txt") | data.words("label_words.txt")
