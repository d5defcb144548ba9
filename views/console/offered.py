"""Candidates as the console shows them: the contact's card, and who administers each."""

from collections.abc import Iterable
from typing import NamedTuple

from matching import disclosure
from matching.disclosure import Viewer
from matching.rules import Candidate
from provisioning.matches import Eyes
from records import clock, lookup
from views.cards import Card, card, tier_label
from views.i18n import speech

ADMINS = 10  # named of one organization


class Offered(NamedTuple):
    """A candidate; `others`: whether it has more full admins than are named."""

    which: int
    ref: str
    card: Card
    tier: str
    admins: list[str]
    others: bool


def offered(
    candidates: Iterable[Candidate],
    eyes: Eyes = lambda _candidate: Viewer.OPERATOR,
    *,
    names_admins: bool = True,
) -> list[Offered]:
    """Each candidate as `eyes` see it; `names_admins`: whether the page says who they are."""
    today, tongue = clock.today(), speech()
    rows = []
    for each in candidates:
        found = each.organization
        seen = disclosure.shown(found, eyes(each), today, candidate=each)
        admins = lookup.full_admins_of(found.id, ADMINS + 1) if names_admins else []
        tier = tier_label(each.tier, tongue)
        shown, others = card("", seen, tongue), len(admins) > ADMINS
        rows.append(Offered(found.id, found.ref, shown, tier, admins[:ADMINS], others))
    return rows
