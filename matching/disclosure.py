"""What of an organization is shown to whom. A page gets what `shown` answers and nothing else."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from math import log10
from typing import NamedTuple, Protocol

from matching import activity, addresses
from matching.activity import Activity, Measured
from matching.rules import Candidate, Tier
from matching.sentences import Sentence, Value, sentence


class Viewer(StrEnum):
    """Who looks, by how much they are shown."""

    NOBODY = "nobody"  # nothing: a bad link, or one about what is theirs no longer
    NOTICE = "notice"  # who answers for the organization by mail: its name
    BANDS = "bands"  # facts in bands, no administrators
    EXACT = "exact"  # exact facts, administrators masked
    OPERATOR = "operator"  # everything


class Described(Measured, Protocol):
    """What the directory says of an organization."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def origin(self) -> str: ...


class Band(NamedTuple):
    """Numbers that are not told apart; `high` is None where there is no end."""

    low: int
    high: int | None

    @property
    def words(self) -> Sentence:
        """0, 1 to 9, 250 or more."""
        if self.high is None:
            return sentence("%(low)s or more", low=self.low)
        if self.low == self.high:
            return sentence("%(low)s", low=self.low)
        return sentence("%(low)s to %(high)s", low=self.low, high=self.high)


USERS = (Band(0, 0), Band(1, 9), Band(10, 49), Band(50, 249), Band(250, None))
SUBSCRIPTIONS = (Band(0, 0), Band(1, 4), Band(5, None))

_BANDS = {"users": USERS, "subscriptions": SUBSCRIPTIONS}


@dataclass(frozen=True, slots=True)
class Shown:
    """An organization as one viewer sees it; what they may not see is None or empty."""

    name: str = ""
    kind: str = ""
    origin: str = ""
    created: date | int | None = None  # in bands the year
    users: int | Band | None = None
    users_bar: int | None = None  # 0 to 100
    subscriptions: int | Band | None = None
    subscriptions_bar: int | None = None  # 0 to 100
    activity: Activity | None = None
    facts: tuple[Sentence, ...] = ()
    tier: Tier | None = None
    evidence: tuple[Sentence, ...] = ()
    has_admins: bool = False
    admins: tuple[str, ...] = ()
    is_banded: bool = False


class _Coarse(NamedTuple):
    """What the reading of an organization in bands is made of."""

    created_on: date
    last_active_on: date | None
    users: int
    active_subscriptions: int


def viewer(
    role: str,
    proven_address: str | None,
    looked_up_domain: str,
    shared_domains: Set[str],
    disclosure_setting: str,
) -> Viewer:
    """How much a contact is shown of the organizations at a domain.

    `proven_address`: the mailbox that the session started from; None when it started elsewhere.
    """
    if disclosure_setting == "exact":
        return Viewer.EXACT
    if proven_address is None:
        return Viewer.BANDS
    own = addresses.domain(proven_address) == looked_up_domain
    colleague = own and looked_up_domain not in shared_domains
    return Viewer.EXACT if role == "partner" or colleague else Viewer.BANDS


def shown(
    organization: Described | None,
    viewer: Viewer,
    today: date,
    *,
    candidate: Candidate | None = None,
    admins: Sequence[str] = (),
) -> Shown:
    """What a viewer sees of an organization; from bands no number or date can be worked out.

    `candidate` adds why it is offered, `admins` the addresses of full admins that are spoken of.
    """
    if organization is None or viewer is Viewer.NOBODY:
        return Shown()
    if viewer is Viewer.NOTICE:
        return Shown(name=organization.name)
    if viewer is Viewer.BANDS:
        return _banded(organization, today, candidate, bool(admins))
    reading = activity.reading(organization, today)
    return Shown(
        name=organization.name,
        kind=organization.kind,
        origin=organization.origin,
        created=organization.created_on,
        users=organization.users,
        users_bar=_bar(organization.users, 10_000),
        subscriptions=organization.active_subscriptions,
        subscriptions_bar=_bar(organization.active_subscriptions, 100),
        activity=reading.value,
        facts=reading.facts,
        tier=candidate.tier if candidate else None,
        evidence=candidate.evidence if candidate else (),
        has_admins=bool(admins),
        admins=tuple(admins if viewer is Viewer.OPERATOR else map(addresses.masked, admins)),
    )


def _banded(
    organization: Described, today: date, candidate: Candidate | None, has_admins: bool
) -> Shown:
    # The exact reading would give away on which side of a limit inside a band a number lies (one
    # user or two), and a date on the day it changes. So the reading is made of the bands.
    reading = activity.reading(_coarse(organization), today)
    evidence = candidate.evidence if candidate else ()
    return Shown(
        name=organization.name,
        kind=organization.kind,
        origin=organization.origin,
        created=organization.created_on.year,
        users=band(organization.users, USERS),
        subscriptions=band(organization.active_subscriptions, SUBSCRIPTIONS),
        activity=reading.value,
        facts=tuple(map(_in_bands, reading.facts)),
        tier=candidate.tier if candidate else None,
        evidence=tuple(map(_in_bands, evidence)),
        has_admins=has_admins,
        is_banded=True,
    )


def coarse(candidate: Candidate, today: date) -> Candidate:
    """A candidate as its bands describe it: its place in a list is to say no more than they do."""
    seen = _coarse(candidate.organization)
    organization = replace(candidate.organization, **seen._asdict())
    read = activity.value(organization, today)
    return replace(candidate, organization=organization, activity=read)


def band(number: int, bands: tuple[Band, ...]) -> Band:
    """The band that a number lies in."""
    return next(band for band in bands if band.high is None or number <= band.high)


def _coarse(organization: Measured) -> _Coarse:
    """The organization as its bands describe it, each read at the end that speaks for use."""
    last = organization.last_active_on
    return _Coarse(
        users=_end(organization.users, USERS),
        active_subscriptions=_end(organization.active_subscriptions, SUBSCRIPTIONS),
        created_on=date(organization.created_on.year, 12, 31),
        last_active_on=last and date(last.year, 12, 31),
    )


def _end(number: int, bands: tuple[Band, ...]) -> int:
    found = band(number, bands)
    return found.low if found.high is None else found.high


def _in_bands(words: Sentence) -> Sentence:
    """The sentence with bands for its numbers and years for its dates."""
    count = words.count
    values: list[tuple[str, Value]] = []
    for name, value in words.values:
        if name == "count":
            continue
        if isinstance(value, Sentence):
            value = _in_bands(value)
        elif isinstance(value, date):
            value = str(value.year)
        elif isinstance(value, int):
            count = _end(value, _BANDS[name])
            value = band(value, _BANDS[name]).words
        values.append((name, value))
    return replace(words, count=count, values=tuple(values))


def _bar(value: int, full: int) -> int:
    """0 to 100 on a logarithmic scale, so that 2 and 20 users can be told apart from 2,000."""
    return min(100, round(100 * log10(1 + value) / log10(1 + full)))
