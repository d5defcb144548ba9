"""What of an organization is shown to whom: exact facts, or bands."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from matching import activity, addresses
from matching.rules import Candidate, Organization, Tier
from matching.sentences import Sentence, Value, sentence


class Viewer(StrEnum):
    """How much a viewer is shown."""

    EXACT = "exact"
    BANDS = "bands"


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
    """A candidate as one viewer sees it; in bands `created` is a year."""

    name: str
    kind: str
    origin: str
    created: date | int
    users: int | Band
    subscriptions: int | Band
    last_active: date | None
    tier: Tier
    evidence: tuple[Sentence, ...]
    activity: activity.Activity
    facts: tuple[Sentence, ...]
    is_banded: bool


def viewer(
    role: str,
    contact_address: str,
    proven: bool,
    looked_up_domain: str,
    shared_domains: Set[str],
    disclosure_setting: str,
) -> Viewer:
    """How much a contact is shown of the organizations at a domain."""
    if disclosure_setting == "exact" or role == "partner":
        return Viewer.EXACT
    own = proven and addresses.domain(contact_address) == looked_up_domain
    return Viewer.EXACT if own and looked_up_domain not in shared_domains else Viewer.BANDS


def shown(candidate: Candidate, viewer: Viewer, today: date) -> Shown:
    """The facts of a candidate for a viewer; from bands no number or date can be worked out."""
    organization, reading = candidate.organization, candidate.reading
    if viewer is Viewer.EXACT:
        return Shown(
            name=organization.name,
            kind=organization.kind,
            origin=organization.origin,
            created=organization.created_on,
            users=organization.users,
            subscriptions=organization.active_subscriptions,
            last_active=organization.last_active_on,
            tier=candidate.tier,
            evidence=candidate.evidence,
            activity=reading.value,
            facts=reading.facts,
            is_banded=False,
        )
    # The exact reading would give away on which side of a limit inside a band a number lies (one
    # user or two), and a date on the day it changes. So the reading is made of the bands.
    reading = activity.reading(_coarse(organization), today)
    return Shown(
        name=organization.name,
        kind=organization.kind,
        origin=organization.origin,
        created=organization.created_on.year,
        users=band(organization.users, USERS),
        subscriptions=band(organization.active_subscriptions, SUBSCRIPTIONS),
        last_active=None,
        tier=candidate.tier,
        evidence=tuple(_in_bands(words) for words in candidate.evidence),
        activity=reading.value,
        facts=tuple(_in_bands(words) for words in reading.facts),
        is_banded=True,
    )


def band(number: int, bands: tuple[Band, ...]) -> Band:
    """The band that a number lies in."""
    return next(band for band in bands if band.high is None or number <= band.high)


def _coarse(organization: Organization) -> Organization:
    """The organization as its bands describe it, each read at the end that speaks for use."""
    last = organization.last_active_on
    return replace(
        organization,
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
