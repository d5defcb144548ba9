"""The list of candidates, as one session may see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import url_for

from matching import disclosure
from matching.addresses import canonical, domain, shared_domains
from matching.disclosure import Shown
from matching.names import company_name
from matching.rules import Candidate, Standing, Tier
from matching.sentences import Refused, Sentence, sentence
from provisioning import budgets, matches, organizations, questions, viewers
from provisioning.budgets import Paid
from provisioning.facts import standing_of
from provisioning.journey import kind_for
from provisioning.matches import Eyes, Match
from records import clock
from records import requests as rows
from records.tables import Order
from views.cards import Card, card, tier_label
from views.i18n import speech
from views.opaque import digest_of, seal, unseal
from views.visit import Visit, network, settings

LEAST = 5
CLOSED = (Tier.WEAK, Tier.DOMAIN)


@dataclass(frozen=True, slots=True)
class Group:
    tier: Tier
    label: str
    closed: bool
    cards: list[Card]
    continues: bool  # the tier began on an earlier page


@dataclass(slots=True)
class Offer:
    """What _matches.html shows: a hint, a list, or that there is none."""

    state: str  # hint | address | refused | list | empty
    url: str
    missing: int = 0
    groups: list[Group] = field(default_factory=list)
    total_label: Sentence | None = None
    more: str | None = None
    more_url: str = ""
    may_create: bool = False
    chosen: str | None = None
    continued: bool = False
    error: str = ""
    seen: str = ""
    scripted: bool = False  # "show more" would lead nowhere without a script
    refusal: Sentence | None = None  # why there is no list, or no more of it
    is_slow: bool = False  # every further letter is a question of its own: better wait for a pause


def bound_to(number: str, name: str, address: str) -> str:
    """What an opaque value is bound to besides its session."""
    return f"{number}\0{name}\0{address}"


def live(here: Visit, typed_name: str, typed_address: str, more: str = "") -> Offer:
    """The list under the company name, for what stands in the form at this moment."""
    offer = _live(here, typed_name, typed_address, more)
    offer.scripted = True
    offer.is_slow = domain(typed_address.strip().lower()) in shared_domains()
    return offer


def _live(here: Visit, typed_name: str, typed_address: str, more: str) -> Offer:
    url = url_for("wizard.suggest", number=here.order.number)
    missing = LEAST - len(typed_name.strip())
    if missing > 0:
        return Offer("hint", url, missing=min(missing, LEAST))
    try:
        address = canonical(typed_address)
    except Refused:
        return Offer("address", url)
    try:
        name = company_name(typed_name)
    except Refused:
        return Offer("empty", url)
    return _offer(here, live_match(here, name, address), url, name, address, more)


def live_match(here: Visit, name: str, address: str) -> Match:
    """What the live list shows of, for a clean name and address."""
    found = matches.match(
        name,
        address,
        settings(),
        purpose_kind=kind_for(here.facts.purpose),
        own=here.proven == address,
        eyes=_eyes(here, address),
    )
    return matches.without(found, rows.denied(here.order.id))


def _eyes(here: Visit, address: str) -> Eyes:
    return viewers.eyes(here.order, address, here.proven, settings())


def listing(here: Visit, after: str = "") -> Offer:
    """The list of the organization step, for the order's stored answers."""
    order = here.order
    url = url_for("wizard.suggest", number=order.number, listing=1)
    found = organizations.match_for(order, settings(), proven=here.proven)
    asked = {r.organization_id: standing_of(r) for r in reversed(rows.questions(order))}
    offer = _offer(here, found, url, order.company_name, order.admin_email, after, asked)
    offer.chosen = _sealed_choice(here)
    return offer


def wish_of(here: Visit, value: str, name: str, address: str) -> int | str | None:
    """The organization that a value from a list names, "new", or None when it fits no longer."""
    if value == organizations.NEW:
        return organizations.NEW
    return unseal(value, here.secret, bound_to(here.order.number, name, address))


def seen_in(here: Visit, found: Match, posted: str, name: str, address: str) -> frozenset[int]:
    """The organizations of the list that a form came with; none of them when it was another."""
    bound = bound_to(here.order.number, name, address)
    same = posted == digest_of(found.ids, here.secret, bound)
    return frozenset(found.ids) if same else frozenset()


def _sealed_choice(here: Visit) -> str | None:
    order: Order = here.order
    if order.create_new:
        return organizations.NEW
    bound = bound_to(order.number, order.company_name, order.admin_email)
    return seal(order.organization_id, here.secret, bound) if order.organization_id else None


def _offer(
    here: Visit,
    found: Match,
    url: str,
    name: str,
    address: str,
    more: str,
    asked: Mapping[int, str] | None = None,
) -> Offer:
    """`asked`: organization -> what came of asking it; None where nobody can be asked."""
    after = unseal(more, here.secret, bound_to(here.order.number, name, address)) if more else None
    cards, following = matches.page(found, settings(), after)
    paid = payment(here, found, cards)
    return offered(here, found, paid, url, name, address, after, following, asked)


def offered(
    here: Visit,
    found: Match,
    paid: Paid,
    url: str,
    name: str,
    address: str,
    after: int | None,
    following: int | None,
    asked: Mapping[int, str] | None = None,
) -> Offer:
    """What has been found and paid for, as it is shown."""
    may = may_create(found, paid)
    if not paid.candidates:
        state = "refused" if paid.refusal else "empty"
        again = after is not None
        return Offer(state, url, refusal=paid.refusal, continued=again, may_create=may)
    bound = bound_to(here.order.number, name, address)
    sealed = seal(following, here.secret, bound) if following and not paid.refusal else None
    where = url_for("wizard.organization", number=here.order.number)
    eyes = _eyes(here, address)
    return Offer(
        "list",
        url,
        groups=_groups(paid.candidates, found, after, eyes, here.secret, bound, asked),
        total_label=_total(found, paid),
        more=sealed,
        more_url=f"{where}?after={sealed}" if sealed else "",
        may_create=may,
        continued=after is not None,
        seen=digest_of(found.ids, here.secret, bound),
        refusal=paid.refusal,
    )


def payment(here: Visit, found: Match, cards: Sequence[Candidate]) -> Paid:
    """Pay for an answer from the order's budget."""
    return budgets.pay(
        here.order, found, cards, here.by, settings(), proven=here.proven, network=network()
    )


def is_barred(paid: Paid, wish: int | str | None) -> bool:
    """Whether a choice cannot be taken: nothing is shown, or "none of these" of a cut list."""
    return paid.refusal is not None and (wish == organizations.NEW or not paid.candidates)


def may_create(found: Match, paid: Paid) -> bool:
    """Whether "none of these" may be said: not where one administers, nor of what is not shown."""
    return found.standing is not Standing.FULL_ADMIN and paid.refusal is None


def _total(found: Match, paid: Paid) -> Sentence:
    count = len(paid.candidates if paid.refusal else found.candidates)
    if found.continues and not paid.refusal:
        return sentence("More than %(count)s organizations may be yours.", count=count)
    return sentence(
        "%(count)s organization may be yours.", "%(count)s organizations may be yours.", count
    )


def _groups(
    cards: Sequence[Candidate],
    found: Match,
    after: int | None,
    eyes: Eyes,
    secret: str,
    bound: str,
    asked: Mapping[int, str] | None,
) -> list[Group]:
    before = next((c.tier for c in found.candidates if c.organization.id == after), None)
    today, said = clock.today(), speech()
    groups: list[Group] = []
    for candidate in cards:
        if not groups or groups[-1].tier is not candidate.tier:
            tier = candidate.tier
            groups.append(Group(tier, tier_label(tier, said), tier in CLOSED, [], tier is before))
        organization = candidate.organization
        shown = disclosure.shown(organization, eyes(candidate), today, candidate=candidate)
        value = seal(organization.id, secret, bound)
        question = _question(candidate, shown, asked)
        groups[-1].cards.append(card(value, shown, said, *question))
    return groups


def _question(
    candidate: Candidate, shown: Shown, asked: Mapping[int, str] | None
) -> tuple[str, str]:
    """Whether a candidate's full admins can be asked to confirm, and what came of it."""
    if asked is None:
        return "", ""
    said = asked.get(candidate.organization.id, "")
    free = "open" not in asked.values() and said != "approved"
    if not free or not questions.may_be_asked(candidate):
        return "", said
    return "first" if shown.activity == "in-use" else "also", said
