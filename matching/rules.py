"""Which organizations an order may belong to: standing of an address, tiers, candidates."""

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import partial

from matching import activity, addresses, evidence, labels, names, ranking
from matching.sentences import Sentence

# Words are put together when somebody is shown them: of most candidates nobody is.
Words = Callable[[], Sentence]


class Standing(StrEnum):
    """What the typed administrator address is in the directory."""

    FULL_ADMIN = "full_admin"
    USER = "user"
    UNKNOWN = "unknown"


class Tier(StrEnum):
    """How a candidate was found; listed as they are shown."""

    ADMINISTERS = "administers"
    BELONGS = "belongs"
    NAME_AND_DOMAIN = "name-and-domain"
    RELATED_DOMAIN = "related-domain"
    WEAK = "weak"
    DOMAIN = "domain"

    @property
    def rank(self) -> int:
        """Its place in the list, from 0."""
        return _RANKS[self]


_MOST_DOMAINS = 3  # that the last tier looks at
_RANKS = {tier: rank for rank, tier in enumerate(Tier)}


@dataclass(frozen=True, slots=True)
class Organization:
    """An existing organization, with the facts that a candidate shows."""

    id: int
    ref: str
    name: str
    kind: str
    origin: str
    created_on: date
    last_active_on: date | None
    users: int
    admins: int
    active_subscriptions: int


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the directory: a name and an address, in the forms that are compared."""

    name: str
    address: str
    keys: names.Keys
    cuts: frozenset[str]
    domain: str
    label: str
    shared: bool
    shared_domains: Set[str] = field(repr=False, compare=False)

    @property
    def key(self) -> str:
        """What the answer depends on: the same for every spelling that is answered alike."""
        # Neither a name nor a domain can contain a line break.
        asked = [self.keys.core] if self.shared else sorted(self.cuts)
        return "\n".join([*asked, self.domain])


@dataclass(frozen=True, slots=True)
class Found:
    """An organization that a lookup returned, and the domain of its users that was met."""

    organization: Organization
    domain: str
    users_there: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organization that is offered, and why."""

    organization: Organization
    tier: Tier
    activity: activity.Activity
    likeness: float
    users_there: int
    domain: str
    words: Words = field(repr=False, compare=False)

    @property
    def evidence(self) -> tuple[Sentence, ...]:
        """Why it is offered."""
        return (self.words(),)


def question(name: str, address: str, shared_domains: Set[str]) -> Question:
    """The question that a name and a canonical address ask."""
    domain = addresses.domain(address)
    keys = names.keys(name)
    label = addresses.label(domain)
    shared = domain in shared_domains
    return Question(
        name=name,
        address=address,
        keys=keys,
        cuts=names.cuts(keys) if shared else labels.cuts(name, label),
        domain=domain,
        label=label,
        shared=shared,
        shared_domains=shared_domains,
    )


def whole_domains(question: Question) -> list[str]:
    """Where the last tier looks: the domain and those it is part of, none of them a provider's."""
    if question.shared:
        return []
    wider = [d for d in addresses.parents(question.domain) if d not in question.shared_domains]
    return [question.domain, *wider][:_MOST_DOMAINS]


def by_standing(
    standing: Standing, organization: Organization, today: date, question: Question | None = None
) -> Candidate:
    """The candidate that the address itself leads to; with a question it is ranked by its name."""
    if standing is Standing.UNKNOWN:
        raise ValueError("an unknown address leads to no organization")
    if standing is Standing.FULL_ADMIN:
        tier, words = Tier.ADMINISTERS, evidence.ADMINISTERS
    else:
        tier, words = Tier.BELONGS, evidence.BELONGS
    return _candidate(Found(organization, "", 0), tier, lambda: words, question, today)


def by_name_and_domain(
    question: Question, found: Found, today: date, shared_rule: str = "weak"
) -> Candidate | None:
    """The candidate of the name tiers; None where name or domain do not agree."""
    keys = names.keys(found.organization.name)
    name = _by_keys(question, found) or _by_label(question, found)
    if name is None:
        return None
    count, domain = found.users_there, found.domain
    users: Words = partial(evidence.users_at, count, domain)
    tier = Tier.NAME_AND_DOMAIN
    if domain != question.domain:
        relation = _relation(question, domain)
        if relation is None:
            return None
        tier = Tier.RELATED_DOMAIN
        users = partial(evidence.users_at_relative, count, domain, question.domain, relation)
    elif question.shared and shared_rule != "plain":
        if question.keys.core == keys.core or question.keys.folded == keys.folded:
            name = _by_keys(question, found, whole_core=True) or name
        else:
            tier, users = Tier.WEAK, partial(evidence.users_at_shared, count, domain)
    return _candidate(found, tier, partial(_both, name, users), question, today)


def _both(name: Words, users: Words) -> Sentence:
    return evidence.name_and_domain(name(), users())


def by_domain(question: Question, found: Found, today: date) -> Candidate:
    """The candidate of the last tier: users on the domain, or one it is part of, whatever its
    name."""
    count, domain = found.users_there, found.domain
    words = partial(evidence.domain_alone, count, domain)
    if domain != question.domain:
        relative = addresses.Relation.REGISTRABLE
        words = partial(evidence.parent_alone, count, domain, question.domain, relative)
    return _candidate(found, Tier.DOMAIN, words, question, today)


def _by_keys(question: Question, found: Found, *, whole_core: bool = False) -> Words | None:
    """How two names agree in one of their forms."""
    shown = found.organization.name
    keys = names.keys(shown)
    agreed = evidence.agreement(question.keys, keys, whole_core=whole_core)
    return partial(evidence.name, agreed, keys, shown) if agreed else None


def _by_label(question: Question, found: Found) -> Words | None:
    """How two names agree that stand for the domain's label.

    Of a label shorter than a cut many names are a part: at ibm.com IBM Deutschland is not IBM, and
    is left to the tier of the domain alone, as International Business Machines is.
    """
    shown = found.organization.name
    cut = labels.label_cut(question.label)
    if cut not in question.cuts or cut not in labels.cuts(shown, question.label):
        return None
    legible, shown_legible = labels.legible(question.name), labels.legible(shown)
    if legible and shown_legible:
        too_short = len(cut) < names.CUT and found.domain == question.domain
        return None if too_short else partial(evidence.by_label, question.label)
    return partial(evidence.by_label_alone, question.label) if legible or shown_legible else None


def _relation(question: Question, domain: str) -> addresses.Relation | None:
    """How a domain is related to the one asked for; providers have no relatives."""
    for one in (question.domain, domain):
        if {one, addresses.registrable(one)} & question.shared_domains:
            return None
    return addresses.related(question.domain, domain)


def _candidate(
    found: Found, tier: Tier, words: Words, question: Question | None, today: date
) -> Candidate:
    organization = found.organization
    likeness = 0.0
    if question:
        likeness = ranking.likeness_at(question.name, organization.name, question.label)
    return Candidate(
        organization=organization,
        tier=tier,
        activity=activity.value(organization, today),
        likeness=likeness,
        users_there=found.users_there,
        domain=found.domain,
        words=words,
    )
