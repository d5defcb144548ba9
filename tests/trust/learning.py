"""What the ledger takes down after a step that was judged: who has what from now on."""

from collections.abc import Callable

from tests.trust import ledger as rules
from tests.trust import letters
from tests.trust.allowing import Allowed
from tests.trust.browsing import Page, Sent
from tests.trust.ledger import SESSION, Ledger, Pass
from tests.trust.snapshot import OrderRow, Snapshot

SYNCS = ("sync", "import")


def learn(
    ledger: Ledger,
    allowed: Allowed,
    before: Snapshot,
    after: Snapshot,
    now: float,
    sent: Sent | None,
    page: Page | None,
) -> None:
    _directory(ledger, allowed, before, after)
    for request in after.requests.values():
        old = before.requests.get(request.id)
        declined = request.kind == "access" and request.status == "declined"
        if old != request and declined and request.decided_by != "homeport":
            place = (request.organization_id, request.order_id, request.person_email)
            ledger.declines.append((*place, now))
    for order in after.orders.values():
        if order.status == "expired":
            for key in [key for key in ledger.passes if key[1] == order.number]:
                del ledger.passes[key]
    if sent and page:
        _opened(ledger, allowed, before, after, sent, page, now)
        for order in after.orders.values():
            old_order = before.orders[order.id]
            if order.contact_email != old_order.contact_email or allowed.what == "hand-over":
                _handed_over(ledger, allowed, old_order, order, sent)


def receive(
    ledger: Ledger,
    allowed: Allowed,
    before: Snapshot,
    after: Snapshot,
    now: float,
    support: str,
    path_of: Callable[[int], str],
) -> None:
    """Hold whom the new letters are for, and put them into the mailboxes."""
    for mail in letters.check(ledger, allowed, before, after, support):
        letters.deliver(ledger, mail, path_of, now)


def _directory(ledger: Ledger, allowed: Allowed, before: Snapshot, after: Snapshot) -> None:
    for pair in after.admins - before.admins:
        rules.make_admin(ledger, pair, approved=allowed.what not in SYNCS)
    ledger.admins -= before.admins - after.admins
    for mapping in after.mappings[len(before.mappings) :]:
        order = after.orders[mapping.order_id]
        if mapping.organization_id not in ledger.kinds:
            own_use = order.contact_role == "partner" and order.purpose == "partner_own_use"
            ledger.kinds[mapping.organization_id] = "partner" if own_use else "customer"
            ledger.users.add((mapping.organization_id, order.admin_email or ""))


def _opened(
    ledger: Ledger,
    allowed: Allowed,
    before: Snapshot,
    after: Snapshot,
    sent: Sent,
    page: Page,
    now: float,
) -> None:
    link = ledger.links.get(sent.path)
    if allowed.what == "sign out":
        rules.sign_out(ledger, sent.browser)
    if link and allowed.what == "dispute":
        link.claimed_at = now
    if link and allowed.what in ("claim", "claim again") and before.rest[-1] != after.rest[-1]:
        if allowed.what == "claim":
            link.claimed_at, link.claimed_in = now, sent.browser
        fresh = Pass(link.email, now + SESSION)
        if link.purpose == "partner":
            ledger.signed_in[id(sent.browser)] = fresh
        else:
            number = after.orders[link.order or 0].number
            ledger.passes[id(sent.browser), number] = fresh
    if allowed.what == "claim":
        assert link, sent
        assert link.claimed_at == now, f"{link} lived, and could not be claimed"


def _handed_over(
    ledger: Ledger, allowed: Allowed, old: OrderRow, new: OrderRow, sent: Sent
) -> None:
    if old == new or old.contact_email == new.contact_email:
        return
    email = sent.fields["contact_email"].strip().lower()
    role = sent.fields["contact_role"]
    assert (new.contact_email, new.contact_role) == (email, role), f"{allowed}: {new}"
    rules.hand_over(ledger, old, email, role)
