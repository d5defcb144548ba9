"""An order finds its organization: company answered, organization chosen."""

from config import Settings
from matching.rules import Standing
from provisioning import matches
from provisioning.facts import purpose_of
from provisioning.journey import kind_for
from provisioning.matches import Match
from provisioning.orders import clear_choice, is_closed
from records import orders
from records.database import db
from records.tables import Order

NEW = "new"
Wish = int | str | None  # an organization's id, NEW, or nothing chosen


def match_for(order: Order, settings: Settings, *, proven: str | None, listing: bool) -> Match:
    """The match of an order's own name and address.

    `proven`: the mailbox that the session proved. `listing`: in the *organization* step, where
    partners, and contacts whose proven address has the domain, see the whole domain.
    """
    domain = order.admin_email.partition("@")[2]
    own_domain = proven is not None and proven.partition("@")[2] == domain
    partner = order.contact_role == "partner" and proven is not None
    return matches.match(
        order.company_name,
        order.admin_email,
        settings,
        purpose_kind=kind_for(purpose_of(order)),
        whole_domain=listing and (partner or own_domain),
    )


def answer_company(
    order: Order, name: str, address: str, wish: Wish, by: str, settings: Settings
) -> None:
    """Store the company step's answer and place the choice that follows from it.

    `wish` is what was chosen from the live list for just this name and address. The same answers
    again keep what was chosen before.
    """
    with db.atomic():
        order = orders.locked(order.id)
        if is_over(order):
            return
        if (order.company_name, order.admin_email) != (name, address):
            clear_choice(order, by)
            order.company_name, order.admin_email = name, address
            orders.save(order, ["company_name", "admin_email"])
            orders.note(order, by, "company", f"{name}, {address}")
        elif wish is None and (order.organization_id or order.create_new):
            return
        found = match_for(order, settings, proven=by, listing=False)
        _offer(order, found)
        _place(order, found, wish, by, settings)


def offer(order: Order, found: Match) -> None:
    """Remember what the list shows: a choice is made among these, and later ones are news."""
    news = found.ids - offered(order)
    if news:
        with db.atomic():
            order = orders.locked(order.id)
            _offer(order, found)


def choose(order: Order, wish: Wish, by: str, settings: Settings, *, proven: str | None) -> bool:
    """Take a choice from the list; False when the list has changed and is to be seen again."""
    with db.atomic():
        order = orders.locked(order.id)
        if is_over(order) or order.admin_email is None:
            return True
        found = match_for(order, settings, proven=proven, listing=True)
        return _place(order, found, wish, by, settings)


def is_over(order: Order) -> bool:
    return order.status == "provisioned" or is_closed(order)


def offered(order: Order) -> set[int]:
    """Ids of the organizations on the list that the contact saw."""
    return {int(number) for number in order.offered.split()}


def news_in(order: Order, found: Match) -> set[int]:
    """Organizations that match now and were not on the list."""
    return found.ids - offered(order)


def _offer(order: Order, found: Match) -> None:
    bound = found.standing is Standing.FULL_ADMIN and len(found.candidates) == 1
    seen = set() if bound else offered(order) | found.ids
    order.offered = " ".join(str(number) for number in sorted(seen))
    orders.save(order, ["offered"])


def _place(order: Order, found: Match, wish: Wish, by: str, settings: Settings) -> bool:
    """Store the choice that the match forces or the wish names; False when it fits no longer."""
    administers = found.standing is Standing.FULL_ADMIN
    if administers and len(found.candidates) == 1:
        return _choose(order, found.candidates[0].organization.id, by, "administers it")
    if wish == NEW or (wish is None and not found.candidates):
        if administers or news_in(order, found):
            return False
        return _choose(order, None, by, "none of the list" if found.candidates else "no match")
    candidate = matches.find(found, wish, settings) if isinstance(wish, int) else None
    if candidate is None:
        return wish is None
    return _choose(order, candidate.organization.id, by, " ".join(map(str, candidate.evidence)))


def _choose(order: Order, organization_id: int | None, by: str, why: str) -> bool:
    same = order.organization_id == organization_id and order.create_new == (not organization_id)
    if not same:
        kept = order.offered
        clear_choice(order, by)
        order.organization, order.create_new = organization_id, organization_id is None
        order.offered = kept
        orders.save(order, ["organization", "create_new", "offered"])
        what = "organization chosen" if organization_id else "new organization chosen"
        orders.note(order, by, what, why)
    return True


def refit(order: Order, settings: Settings, *, proven: str | None) -> bool:
    """Inside the completing transaction: whether a choice to create stands; else undo it."""
    if not order.create_new:
        return True
    found = match_for(order, settings, proven=proven, listing=False)
    if not news_in(order, found):
        return True
    clear_choice(order, "homeport")
    _offer(order, found)
    if found.standing is Standing.FULL_ADMIN:
        _place(order, found, None, "homeport", settings)
    orders.note(order, "homeport", "list changed", "an organization that matches has appeared")
    return False
