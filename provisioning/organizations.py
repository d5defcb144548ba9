"""An order finds its organization: company answered, organization chosen."""

from collections.abc import Set

from config import Settings
from matching.rules import Standing
from provisioning import matches
from provisioning.facts import is_administered, is_vouched, mine, purpose_of
from provisioning.journey import kind_for
from provisioning.matches import Match
from provisioning.orders import clear_choice
from provisioning.requests import withdraw_questions
from provisioning.viewers import eyes
from records import orders, requests
from records.database import db
from records.tables import Order

NEW = "new"
Wish = int | str | None  # an organization's id, NEW, or nothing chosen


def match_for(order: Order, settings: Settings, *, proven: str | None) -> Match:
    """The match of an order's own name and address.

    `proven`: the mailbox that the session proved. Partners, and contacts whose proven address has
    the domain, see the whole domain; partners alone also those that it is part of.
    """
    domain = order.admin_email.partition("@")[2]
    own_domain = proven is not None and proven.partition("@")[2] == domain
    partner = order.contact_role == "partner" and proven is not None and is_vouched(order)
    found = matches.match(
        order.company_name,
        order.admin_email,
        settings,
        purpose_kind=kind_for(purpose_of(order)),
        whole_domain=partner or own_domain,
        parents=partner,
        own=proven == order.admin_email,
        eyes=eyes(order, order.admin_email, proven, settings),
    )
    return matches.without(found, requests.denied(order.id))


def answer_company(
    order: Order,
    name: str,
    address: str,
    wish: Wish,
    by: str,
    settings: Settings,
    *,
    proven: str | None,
    seen: Set[int] = frozenset(),
) -> None:
    """Store the company step's answer and place the choice that follows from it.

    `wish` is what was chosen from the live list for just this name and address, and `seen` what
    that list held. The same answers again keep what was chosen before.
    """
    with db.atomic():
        held = mine(order, by)
        if held is None:
            return
        if (held.company_name, held.admin_email) != (name, address):
            clear_choice(held, by)
            withdraw_questions(held, by)
            held.company_name, held.admin_email = name, address
            orders.save(held, ["company_name", "admin_email"])
            orders.note(held, by, "company", f"{name}, {address}")
        elif wish is None and (held.organization_id or held.create_new):
            return
        found = match_for(held, settings, proven=proven)
        unseen = wish == NEW and bool(found.ids - seen)
        _offer(held, found)
        _place(held, found, None if unseen else wish, by, settings)


def choose(
    order: Order,
    wish: Wish,
    by: str,
    settings: Settings,
    *,
    proven: str | None,
    seen: Set[int] | None = None,
) -> bool:
    """Take a choice from the list; False when the list has changed and is to be seen again.

    `seen`: what the page listed, where it says so; else what the order was offered last.
    """
    with db.atomic():
        held = mine(order, by)
        if held is None or held.admin_email is None:
            return True
        found = match_for(held, settings, proven=proven)
        news = found.ids - (offered(held) if seen is None else seen)
        _offer(held, found)
        return not (wish == NEW and news) and _place(held, found, wish, by, settings)


def offered(order: Order) -> set[int]:
    """Ids of the organizations that were listed when the contact last answered."""
    return {int(number) for number in order.offered.split()}


def _offer(order: Order, found: Match) -> None:
    bound = found.standing is Standing.FULL_ADMIN and len(found.candidates) == 1
    order.offered = "" if bound else " ".join(str(number) for number in sorted(found.ids))
    orders.save(order, ["offered"])


def _place(order: Order, found: Match, wish: Wish, by: str, settings: Settings) -> bool:
    """Store the choice that the match forces or the wish names; False when it fits no longer."""
    administers = found.standing is Standing.FULL_ADMIN
    if administers and len(found.candidates) == 1:
        one = found.candidates[0]
        return _choose(order, one.organization.id, by, "administers it", one.tier)
    if wish == NEW or (wish is None and not found.candidates):
        why = "none of the list" if found.candidates else "no match"
        return not administers and _choose(order, None, by, why, NEW)
    candidate = matches.find(found, wish, settings) if isinstance(wish, int) else None
    if candidate is None:
        return wish is None
    why = " ".join(map(str, candidate.evidence))
    return _choose(order, candidate.organization.id, by, why, candidate.tier)


def _choose(order: Order, organization_id: int | None, by: str, why: str, found_by: str) -> bool:
    same = order.organization_id == organization_id and order.create_new == (not organization_id)
    if not same:
        kept = order.offered
        clear_choice(order, by)
        order.organization, order.create_new = organization_id, organization_id is None
        order.offered, order.found_by = kept, found_by
        orders.save(order, ["organization", "create_new", "offered", "found_by"])
        what = "organization chosen" if organization_id else "new organization chosen"
        orders.note(order, by, what, why)
    return True


def refit(order: Order, settings: Settings, *, proven: str | None) -> bool:
    """Inside the completing transaction: whether the choice still fits the match; else undo it."""
    found = match_for(order, settings, proven=proven)
    if _fits(order, found, settings):
        return True
    clear_choice(order, "homeport")
    _offer(order, found)
    _place(order, found, None, "homeport", settings)
    orders.note(order, "homeport", "list changed", "what matches is not what it was")
    return False


def _fits(order: Order, found: Match, settings: Settings) -> bool:
    if found.standing is Standing.FULL_ADMIN:
        return order.organization_id in found.ids
    if order.create_new:
        return not found.ids - offered(order)
    listed = matches.find(found, order.organization_id, settings) is not None
    return listed or is_administered(order)
