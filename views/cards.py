"""A candidate as its card says it: words alone, nothing is left for a template to do."""

from dataclasses import dataclass
from datetime import date

from matching.disclosure import Band, Shown
from matching.rules import Tier
from matching.sentences import sentence
from views.i18n import Speech

_TIERS = {
    Tier.ADMINISTERS: sentence("The administrator manages these already"),
    Tier.BELONGS: sentence("The administrator is a user here already"),
    Tier.NAME_AND_DOMAIN: sentence("Same name, same email domain"),
    Tier.RELATED_DOMAIN: sentence("Same name, related email domain"),
    Tier.WEAK: sentence("Weak: same shared mail provider"),
    Tier.DOMAIN: sentence("Same email domain, another name"),
}
_KINDS = {
    ("customer", "trial"): sentence("Customer, online trial"),
    ("customer", "online"): sentence("Customer, bought online"),
    ("customer", "partner"): sentence("Customer, bought through a partner"),
    ("customer", "direct"): sentence("Customer, bought directly"),
    ("partner", "trial"): sentence("Partner, online trial"),
    ("partner", "online"): sentence("Partner, bought online"),
    ("partner", "partner"): sentence("Partner, bought through a partner"),
    ("partner", "direct"): sentence("Partner, bought directly"),
}
_READINGS = {
    "in-use": sentence("In use"),
    "possibly-abandoned": sentence("Possibly abandoned"),
    "unclear": sentence("Unclear"),
}
_CREATED = sentence("Account created")
_USERS = sentence("Users")
_SUBSCRIPTIONS = sentence("Active subscriptions")


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of a card's facts; `bar`: how long its bar is, 0 to 100, or None for no bar."""

    label: str
    value: str
    bar: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """`value` stands for the organization in this session; the rest is what may be seen of it.

    `ask`: whether its full admins can be asked to confirm, and how much that is advised; `said`:
    what has come of asking them (open, approved).
    """

    value: str
    tier: Tier | None
    activity: str | None
    name: str
    kind: str
    why: str
    facts: tuple[Fact, ...]
    reading: str
    signs: str
    ask: str  # first | also | empty
    said: str


def card(value: str, shown: Shown, speech: Speech, ask: str = "", said: str = "") -> Card:
    """What one viewer is shown, in their language."""
    return Card(
        value,
        shown.tier,
        shown.activity,
        shown.name,
        speech.say(_KINDS[shown.kind, shown.origin]),
        " ".join(map(speech.say, shown.evidence)),
        _facts(shown, speech),
        speech.say(_READINGS[shown.activity or "unclear"]),
        ", ".join(map(speech.say, shown.facts)),
        ask,
        said,
    )


def tier_label(tier: Tier, speech: Speech) -> str:
    """What stands above the cards of a tier."""
    return speech.say(_TIERS[tier])


def _facts(shown: Shown, speech: Speech) -> tuple[Fact, ...]:
    return (
        Fact(speech.say(_CREATED), _created(shown.created, speech)),
        Fact(speech.say(_USERS), _written(shown.users, speech), shown.users_bar),
        Fact(
            speech.say(_SUBSCRIPTIONS),
            _written(shown.subscriptions, speech),
            shown.subscriptions_bar,
        ),
    )


def _created(value: date | int | None, speech: Speech) -> str:
    # A year is no number: 2,026 would read as one.
    return speech.day(value) if isinstance(value, date) else str(value or "")


def _written(value: Band | int | None, speech: Speech) -> str:
    if isinstance(value, Band):
        return speech.band(value)
    return "" if value is None else speech.number(value)
