"""Whether an organization is in use, possibly abandoned or unclear, and the facts that say so."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from matching.sentences import Sentence, sentence

Activity = Literal["in-use", "possibly-abandoned", "unclear"]

ENOUGH_USERS = 2
MANY_USERS = 10
OLD_MONTHS = 12
RECENT_MONTHS = 6


class Measured(Protocol):
    """What the reading of an organization depends on."""

    @property
    def created_on(self) -> date: ...
    @property
    def last_active_on(self) -> date | None: ...
    @property
    def users(self) -> int: ...
    @property
    def active_subscriptions(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """The value, and in a few words each the facts that led to it."""

    value: Activity
    facts: tuple[Sentence, ...]


def value(organization: Measured, today: date) -> Activity:
    """How the activity of an organization reads on a day, without the facts."""
    if organization.active_subscriptions and organization.users >= ENOUGH_USERS:
        return "in-use"
    if organization.active_subscriptions or any(_against_abandonment(organization, today)):
        return "unclear"
    return "possibly-abandoned"


def reading(organization: Measured, today: date) -> Reading:
    """How the activity of an organization reads on a day."""
    read = value(organization, today)
    if read == "in-use":
        return Reading(read, tuple(_signs_of_use(organization)))
    if read == "possibly-abandoned":
        return Reading(read, tuple(_signs_of_abandonment(organization)))
    against = tuple(_against_abandonment(organization, today))
    return Reading(read, against + tuple(_for_abandonment(organization, today)))


def over(months: int, since: date, today: date) -> bool:
    """Whether more than this many calendar months have passed since a day."""
    passed = 12 * (today.year - since.year) + today.month - since.month
    if passed != months:
        return passed > months
    # A day that this month does not have counts as its last.
    return min(since.day, monthrange(today.year, today.month)[1]) < today.day


def _recent(organization: Measured, today: date) -> bool:
    last = organization.last_active_on
    return last is not None and not over(RECENT_MONTHS, last, today)


def _signs_of_use(organization: Measured) -> Iterator[Sentence]:
    subscriptions = organization.active_subscriptions
    yield sentence(
        "%(subscriptions)s active subscription",
        "%(subscriptions)s active subscriptions",
        subscriptions,
        subscriptions=subscriptions,
    )
    if organization.last_active_on:
        yield sentence("last active %(day)s", day=organization.last_active_on)
    else:
        users = organization.users
        yield sentence("%(users)s user", "%(users)s users", users, users=users)


def _signs_of_abandonment(organization: Measured) -> Iterator[Sentence]:
    yield sentence("no active subscription")
    yield sentence("created %(day)s", day=organization.created_on)
    if organization.last_active_on:
        yield sentence("last active %(day)s", day=organization.last_active_on)


def _against_abandonment(organization: Measured, today: date) -> Iterator[Sentence]:
    subscriptions, users = organization.active_subscriptions, organization.users
    if subscriptions:
        yield sentence(
            "%(subscriptions)s active subscription suggests that it is in use",
            "%(subscriptions)s active subscriptions suggest that it is in use",
            subscriptions,
            subscriptions=subscriptions,
        )
    if users >= MANY_USERS:
        yield sentence(
            "%(users)s user suggests that it is in use",
            "%(users)s users suggest that it is in use",
            users,
            users=users,
        )
    if organization.last_active_on and _recent(organization, today):
        yield sentence(
            "last active %(day)s, which suggests that it is in use", day=organization.last_active_on
        )
    if not subscriptions and not over(OLD_MONTHS, organization.created_on, today):
        yield sentence(
            "created %(day)s, which is too recent to call it abandoned",
            day=organization.created_on,
        )


def _for_abandonment(organization: Measured, today: date) -> Iterator[Sentence]:
    if not organization.active_subscriptions:
        yield sentence("no active subscription suggests that it is not")
    if organization.users == 0:
        yield sentence("no user suggests that it is not")
    elif organization.users < ENOUGH_USERS:
        yield sentence("a single user suggests that it is not")
    if not organization.last_active_on or _recent(organization, today):
        return
    yield sentence(
        "no activity since %(day)s suggests that it is not", day=organization.last_active_on
    )
