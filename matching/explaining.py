"""Why an organization is not offered, in sentences that can be passed on."""

from collections.abc import Iterator, Sequence

from matching import addresses, evidence, labels, names
from matching.names import CUT, Keys
from matching.rules import Question
from matching.sentences import Sentence, sentence

_MOST_DOMAINS = 5

UNLISTED = sentence("It is unlisted, so it is never suggested.")
NO_USER = sentence("It has no user, so no mail domain leads to it.")


def administers_others(count: int) -> Sentence:
    """That the address leads to the organizations that it administers, and to no other."""
    return sentence(
        "The address is a full admin of %(count)s organization, and only that one is offered.",
        "The address is a full admin of %(count)s organizations, and only those are offered.",
        count,
    )


def beyond(most: int) -> Sentence:
    """That others come first."""
    return sentence(
        "Name and domain lead to it, but others come first: it follows after the nearest %(most)s, "
        "under “show more”.",
        most=most,
    )


def not_looked_at(most: int) -> Sentence:
    """That the whole domain is not looked at without end."""
    return sentence(
        "Of the organizations at the domain whose name does not agree only %(most)s are looked at.",
        most=most,
    )


def apart(question: Question, shown: str, domains: Sequence[str]) -> Iterator[Sentence]:
    """What keeps an organization with users at these domains from being offered."""
    if not domains:
        yield NO_USER
    elif question.domain not in domains:
        yield _domains_apart(question, domains)
    if not labels.cuts(shown, question.label) & question.cuts:
        yield _names_apart(question.keys, names.keys(shown))


def name_agrees(question: Question, shown: str) -> Sentence | None:
    """In which form the names agree, where they do."""
    keys = names.keys(shown)
    agreed = evidence.agreement(question.keys, keys)
    return sentence("%(name)s.", name=evidence.name(agreed, keys, shown)) if agreed else None


def _domains_apart(question: Question, domains: Sequence[str]) -> Sentence:
    listed = ", ".join(domains[:_MOST_DOMAINS])
    if len(domains) > _MOST_DOMAINS:
        listed += " …"
    related = [domain for domain in domains if addresses.related(question.domain, domain)]
    if question.shared and related:
        text = (
            "None of its users is at %(domain)s, they are at %(listed)s; %(domain)s is a mail "
            "provider that many companies share, and related domains do not count there."
        )
    elif related:
        text = (
            "None of its users is at %(domain)s, they are at %(listed)s; a related domain counts "
            "only where the names agree."
        )
    else:
        text = "None of its users is at %(domain)s, they are at %(listed)s, not related."
    return sentence(text, domain=question.domain, listed=listed)


def _names_apart(typed: Keys, found: Keys) -> Sentence:
    """Said of the two forms that go together longest."""
    pairs = [(one, other) for one in dict.fromkeys(typed) for other in dict.fromkeys(found)]
    one, other = max(pairs, key=lambda pair: _together(*pair))
    together = _together(one, other)
    if min(len(one), len(other)) < CUT and together == min(len(one), len(other)):
        short, long = sorted((one, other), key=len)
        return sentence(
            "The names do not agree: “%(short)s” has fewer than %(cut)s characters, so it would "
            "have to be the whole of the other name, which is “%(long)s”.",
            short=short,
            long=long,
            cut=CUT,
        )
    return sentence(
        "The names do not agree: compared as “%(one)s” and “%(other)s” they differ at character "
        "%(place)s, and the first %(cut)s have to be the same.",
        one=one,
        other=other,
        place=together + 1,
        cut=CUT,
    )


def _together(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
