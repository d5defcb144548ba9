"""How exactly a session may see an organization: by the domain at which that one has users."""

from config import Settings
from matching import addresses, disclosure
from matching.addresses import shared_domains
from matching.disclosure import Viewer
from provisioning.facts import is_vouched
from provisioning.matches import Eyes
from records import lookup
from records.tables import Order


def eyes(order: Order, address: str, proven: str | None, settings: Settings) -> Eyes:
    """How each candidate for an administrator address is seen; a related domain is not one's own.

    `proven`: the mailbox that the session proved, or None.
    """
    looked_up = addresses.domain(address)
    return lambda candidate: _viewer(order, candidate.domain or looked_up, proven, settings)


def of_chosen(order: Order, proven: str | None, settings: Settings) -> Viewer:
    """How the organization that an order has chosen is seen."""
    return of(order.organization_id, order, proven, settings)


def of(organization_id: int, order: Order, proven: str | None, settings: Settings) -> Viewer:
    """How an organization is seen by an order's contact."""
    own = addresses.domain(proven) if proven else ""
    there = bool(own) and lookup.has_users_at(organization_id, own)
    return _viewer(order, own if there else "", proven, settings)


def _viewer(order: Order, domain: str, proven: str | None, settings: Settings) -> Viewer:
    role = order.contact_role if is_vouched(order) else "customer"
    return disclosure.viewer(role, proven, domain, shared_domains(), settings.disclosure)
