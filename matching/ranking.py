"""The order in which candidates are shown, and how alike two company names are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from matching import data, folding, labels, names

if TYPE_CHECKING:
    from matching.rules import Candidate

# Longer names are compared by their first words: the work stays small whatever is typed.
_MOST_WORDS = 12
_TYPO = 0.8
_SHORTEST_WITH_TYPO = 5
_SHORTEST_START = 3
_LEAST_WEIGHT = 4

_IN_OTHER_LETTERS = 0.4  # names that cannot be compared, of which one stands for the domain
_OF_THE_DOMAIN = 0.05  # a name that has nothing in common, but is the domain's
_AT_LEAST = 0.1

_ACTIVITY = {"in-use": 0, "unclear": 1, "possibly-abandoned": 2}


def ranked(candidates: Iterable[Candidate], purpose_kind: str | None) -> list[Candidate]:
    """By tier, the purpose's kind first, then likeness, activity, newest."""

    def place(candidate: Candidate) -> tuple[int, bool, float, int, int, str]:
        organization = candidate.organization
        return (
            candidate.tier.rank,
            purpose_kind is not None and organization.kind != purpose_kind,
            -candidate.likeness,
            _ACTIVITY[candidate.activity],
            -organization.created_on.toordinal(),
            organization.ref,
        )

    return sorted(candidates, key=place)


def likeness_at(typed: str, shown: str, label: str) -> float:
    """0 to 1 for two names at a domain, where IBM is International Business Machines."""
    alike = likeness(names.keys(typed).core, names.keys(shown).core)
    if alike == 1.0:
        return alike
    contracted = labels.contracted(typed, label), labels.contracted(shown, label)
    if label in contracted[0] and label in contracted[1]:
        alike = max(alike, likeness(*map(" ".join, contracted)) * 0.98)
    if alike or not labels.stands_for(shown, label):
        return alike
    if labels.legible(typed) != labels.legible(shown) and labels.stands_for(typed, label):
        return _IN_OTHER_LETTERS
    return _OF_THE_DOMAIN * max(likeness(label, " ".join(contracted[1])), _AT_LEAST)


@lru_cache(maxsize=4096)  # a question is asked again on each page that follows from it
def likeness(one: str, other: str) -> float:
    """0 to 1 for two core keys; the words that tell companies apart must agree."""
    if one == other:
        return 1.0
    if _folded(one) == _folded(other):
        return 0.99
    if not one or not other:
        return 0.0
    words = _spaced_alike(_words(one), _words(other))
    others = _spaced_alike(_words(other), _words(one))
    agreed, others_agreed = _agreement(words, others), _agreement(others, words)
    apart, others_apart = _distinctive(words), _distinctive(others)
    # Where no word is common, the same has been worked out already.
    distinctive = agreed if apart is words else _agreement(apart, others)
    distinctive *= others_agreed if others_apart is others else _agreement(others_apart, words)
    if not distinctive:
        return 0.0
    least, most = sorted((agreed, others_agreed))
    # A name that only goes on after the other is nearer than one that continues differently.
    return round(distinctive * (0.3 + 0.45 * most + 0.23 * least), 3)


@cache
def _common_words() -> frozenset[str]:
    return frozenset(map(folding.spelled, data.words("common_words.txt")))


@cache
def _joining_words() -> frozenset[str]:
    return data.words("joining_words.txt")


@lru_cache(maxsize=4096)
def _folded(core: str) -> str:
    return folding.folded(core.split())


@lru_cache(maxsize=4096)
def _words(core: str) -> tuple[str, ...]:
    words = core.split()[:_MOST_WORDS]
    joining = _joining_words()
    kept = [word for word in words if word not in joining] or words
    return tuple(map(folding.spelled, kept))


def _distinctive(words: Sequence[str]) -> Sequence[str]:
    common = _common_words()
    if common.isdisjoint(words):
        return words
    return [word for word in words if word not in common] or words


def _spaced_alike(words: Sequence[str], others: Sequence[str]) -> Sequence[str]:
    """The words, with two in a row as one where the other name writes them so."""
    alike, position = [], 0
    while position < len(words):
        pair = "".join(words[position : position + 2])
        joined = position + 1 < len(words) and pair in others
        alike.append(pair if joined else words[position])
        position += 2 if joined else 1
    return alike


def _agreement(words: Sequence[str], others: Sequence[str]) -> float:
    """How much of the words is found among the others, by length: 0 to 1."""
    agreed = total = 0.0
    for word in words:
        weight = max(len(word), _LEAST_WEIGHT)
        total += weight
        agreed += weight * (1.0 if word in others else max(_same(word, other) for other in others))
    return agreed / total


@lru_cache(maxsize=16_384)
def _same(word: str, other: str) -> float:
    short, long = (word, other) if len(word) <= len(other) else (other, word)
    if len(short) >= _SHORTEST_START and long.startswith(short):
        # While somebody types, the last word is a beginning.
        return 0.5 + len(short) / len(long) / 2
    if len(short) < _SHORTEST_WITH_TYPO or not word.isalpha():
        return 0.0
    similarity: float = OSA.normalized_similarity(word, other, score_cutoff=_TYPO)
    return similarity
