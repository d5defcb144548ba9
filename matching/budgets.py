"""What a look at the directory costs an order: a question, an address, organizations shown."""

from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

from matching import addresses, labels
from matching.rules import Candidate, Question, Tier

_ITS_OWN = (Tier.ADMINISTERS, Tier.BELONGS)


class Price(NamedTuple):
    """What is to be paid, each thing once in an order's life."""

    question: str  # digest of what the answer depends on
    is_limited: bool  # whether the question counts
    address: str | None  # the administrator's, where naming it counts
    organizations: list[int]  # ids of those that count


def price(question: Question, shown: Iterable[Candidate], proven: str | None) -> Price:
    """The price of an answer that shows these candidates to whoever proved a mailbox, or nobody.

    The plain rule's list for one's own proven domain is free, unless people of many companies share
    the domain; so is everything about one's own proven address. A colleague's address counts: what
    it administers is not for guessing.
    """
    own_address = proven == question.address
    own_domain = (
        proven is not None and addresses.domain(proven) == question.domain and not question.shared
    )
    counted = [
        candidate.organization.id
        for candidate in shown
        if not (own_domain and is_plain(question, candidate))
        and not (own_address and candidate.tier in _ITS_OWN)
    ]
    return Price(
        question=sha256(question.key.encode()).hexdigest(),
        is_limited=not own_domain,
        address=None if own_address else question.address,
        organizations=counted,
    )


def is_plain(question: Question, candidate: Candidate) -> bool:
    """Whether the plain rule offers a candidate: one of the cut keys, and a user at the domain."""
    if candidate.tier is Tier.DOMAIN:
        return False
    # Whom the address itself led to has a user at its domain: the address.
    at_domain = candidate.tier in _ITS_OWN or candidate.domain == question.domain
    return at_domain and bool(
        labels.cuts(candidate.organization.name, question.label) & question.cuts
    )
