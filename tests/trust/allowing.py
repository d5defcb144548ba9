"""What the ledger lets happen when somebody posts something: the most that may change, and why."""

from dataclasses import dataclass

from tests.trust import ledger as rules
from tests.trust.browsing import SIGN_OUT, Sent
from tests.trust.ledger import ANSWERS, CLOSED, MINUTE, QUESTION, Ledger, Link
from tests.trust.snapshot import Pair, RequestRow, Snapshot

SHOWN = frozenset({200, 303, 422})
GONE = frozenset({410})
NOT_THERE = frozenset({404})


@dataclass(frozen=True)
class Allowed:
    """`what` is "nothing" when no row may change. `request` must come to end as `ending`.

    `order`: the one whose own rows may change. `added`: who may become full admin; with `must`, has
    to. `why`: what a refusal rests on, to be counted.
    """

    what: str
    statuses: frozenset[int] = SHOWN
    by: str = ""
    order: int | None = None
    request: int | None = None
    ending: str = ""
    added: frozenset[Pair] = frozenset()
    must: bool = False
    removed: frozenset[Pair] = frozenset()
    why: str = ""


def nothing(why: str, *statuses: int) -> Allowed:
    return Allowed("nothing", frozenset(statuses) or SHOWN, why=why)


def of_post(ledger: Ledger, before: Snapshot, sent: Sent, now: float) -> Allowed:
    """What posting this, from this browser, may change at this moment."""
    path = sent.path.partition("?")[0]
    if path != SIGN_OUT and not sent.has_token(now):
        return nothing("page without its cookie", 400)
    room, *rest = path.strip("/").split("/")
    if room == "start":
        return _claim(ledger, before, sent, path, now)
    if room == "requests":
        return _answer(ledger, before, sent, path, now)
    if path == SIGN_OUT:
        return _sign_out(ledger, sent, now)
    if room == "partner":
        return _partner(ledger, before, sent, path, rest, now)
    if room == "orders":
        return _contact(ledger, before, sent, rest, now)
    return _fresh(ledger, before, sent, now)


def _fresh(ledger: Ledger, before: Snapshot, sent: Sent, now: float) -> Allowed:
    typed = sent.fields.get("contact_email", "").lower()
    for order in before.orders.values():
        asked = order.number == sent.fields.get("number")
        theirs = ledger.contacts[order.id].email == typed
        if asked and theirs and not rules.is_closed(order, now):
            return Allowed("fresh link", by=typed, order=order.id)
    return nothing("no fresh link", 200, 422)


def _claim(ledger: Ledger, before: Snapshot, sent: Sent, path: str, now: float) -> Allowed:
    link = ledger.links.get(path)
    if link is None or link.order is None:
        return nothing("unknown link", 404)
    order = before.orders[link.order]
    if rules.is_closed(order, now):
        return nothing("closed", 200)
    if link.lives(now):
        return Allowed("claim", frozenset({303}), by=link.email, order=order.id)
    if _repeats(ledger, link, sent, now):
        return Allowed("claim again", frozenset({303, 410}), by=link.email)
    opened = rules.entitled(ledger, sent.browser, order, now) == link.email
    known = link.claimed_at is not None and opened
    return nothing("dead link", 303 if known else 410)


def _repeats(ledger: Ledger, link: Link, sent: Sent, now: float) -> bool:
    """A double click: the same browser, which saw the button, within a minute."""
    seen = id(sent.browser) in ledger.marked
    recent = link.claimed_at is not None and now - link.claimed_at < MINUTE
    return recent and seen and link.claimed_in is sent.browser


def _sign_out(ledger: Ledger, sent: Sent, now: float) -> Allowed:
    """Whoever holds nothing is told the same, with or without a token."""
    if not rules.holds_any(ledger, sent.browser, now):
        return nothing("signed out already", 303)
    if not sent.has_token(now):
        return nothing("page without its cookie", 400)
    return Allowed("sign out", frozenset({303}))


def _partner(
    ledger: Ledger, before: Snapshot, sent: Sent, path: str, rest: list[str], now: float
) -> Allowed:
    opened = ledger.signed_in.get(id(sent.browser))
    email = opened.email if opened and now < opened.until else ""
    if not rest:
        typed = sent.fields.get("contact_email", "").lower()
        known = any(c.email == typed and c.role == "partner" for c in ledger.contacts.values())
        # Whoever the directory calls a full admin of a partner sees its orders too.
        theirs = {there for there, who in ledger.admins if who == typed}
        known = known or any(ledger.kinds[there] == "partner" for there in theirs)
        asks = known and not email
        return Allowed("sign in", by=typed) if asks else nothing("no sign-in", 200, 422)
    if rest[0] == "orders":
        order = before.number(rest[1])
        contact = ledger.contacts[order.id]
        if not email or (contact.email, contact.role) != (email, "partner"):
            return nothing("not theirs", 404)
        if rules.is_closed(order, now):
            return nothing("closed", 303)
        return Allowed("continue", frozenset({303}), by=email, order=order.id)
    link = ledger.links.get(path)
    if link is None:
        return nothing("unknown link", 404)
    if link.lives(now):
        return Allowed("claim", frozenset({303}), by=link.email)
    if _repeats(ledger, link, sent, now):
        return Allowed("claim again", frozenset({303, 410}), by=link.email)
    known = link.claimed_at is not None and email == link.email
    return nothing("dead link", 303 if known else 410)


def _answer(ledger: Ledger, before: Snapshot, sent: Sent, path: str, now: float) -> Allowed:
    link = ledger.links.get(path)
    if link is None:
        return nothing("unknown link", 404)
    if link.purpose == "dispute":
        return _dispute(ledger, before, sent, link, now)
    request = before.requests[link.request or 0]
    if link.purpose == "question":
        return _question(ledger, request, sent, link, now)
    if link.purpose == "decision":
        return _decision(ledger, before, sent, link, now)
    order = before.orders[request.order_id]
    said = sent.fields.get("confirm")
    if request.status != "open" or now >= request.expires_at:
        return nothing("late", 200)
    if said not in ("yes", "no"):
        return nothing("no answer", 422)
    shown, by = frozenset({200}), link.email
    if said == "no":
        return Allowed("first admin", shown, by, order.id, request.id, "reported")
    if not rules.may_confirm(ledger, request, order, now):
        return nothing("not entitled", 200)
    pair = (request.organization_id, by)
    return Allowed(
        "first admin", frozenset({200}), link.email, order.id, request.id, "approved",
        frozenset({pair}), must=True,
    )  # fmt: skip


def _decision(ledger: Ledger, before: Snapshot, sent: Sent, link: Link, now: float) -> Allowed:
    request = before.requests[link.request or 0]
    said = sent.fields.get("decision", "")
    if not rules.may_answer(ledger, request, link.email, now):
        if (request.organization_id, link.email) not in ledger.admins:
            return nothing("not entitled", 200)
        overdue = request.status == "open" and now >= request.expires_at
        return nothing("late: expired" if overdue else f"late: {request.status}", 200)
    if said not in ANSWERS:
        return nothing("no answer", 422)
    pair = (request.organization_id, request.person_email)
    added = frozenset({pair} if said == "add" and pair not in ledger.admins else ())
    return Allowed(
        "decision", frozenset({200}), link.email, request.order_id, request.id, ANSWERS[said],
        added, must=True,
    )  # fmt: skip


def _question(ledger: Ledger, request: RequestRow, sent: Sent, link: Link, now: float) -> Allowed:
    """Whether an order is theirs: any full admin there says so, and nobody is added by it."""
    said = sent.fields.get("decision", "")
    if (request.organization_id, link.email) not in ledger.admins:
        return nothing("not entitled", 200)
    if request.status != "open" or now >= request.expires_at:
        return nothing("late", 200)
    if said not in QUESTION:
        return nothing("no answer", 422)
    by, order, ending = link.email, request.order_id, QUESTION[said]
    return Allowed("question", frozenset({200}), by, order, request.id, ending)


def _dispute(ledger: Ledger, before: Snapshot, sent: Sent, link: Link, now: float) -> Allowed:
    order = before.orders[link.order or 0]
    there = before.requests[link.request].organization_id if link.request else order.organization_id
    if link.claimed_at is not None:
        return nothing("late", 200)
    if now >= link.expires:
        return nothing("late", 410)
    if (there, link.email) not in ledger.admins:
        return nothing("not entitled", 200)
    if not sent.fields.get("confirm"):
        return nothing("no answer", 422)
    return Allowed("dispute", frozenset({200}), by=link.email, order=order.id)


def _contact(ledger: Ledger, before: Snapshot, sent: Sent, rest: list[str], now: float) -> Allowed:
    order = before.number(rest[0])
    by = rules.entitled(ledger, sent.browser, order, now)
    if by is None:
        former = sent.browser.owner in ledger.contacts[order.id].former
        return nothing("former contact" if former else "stranger", 404)
    if rules.is_over(order, now):
        why = order.status if order.status in CLOSED else "over"
        return nothing(f"order {why}", 200, 303, 404)
    step = rest[1] if len(rest) > 1 else ""
    if step == "matches":
        return nothing("live list", 200)
    added: set[Pair] = set()
    if step == "administrator" and sent.fields.get("decision") == "add":
        there = order.organization_id or 0
        if (there, by) in ledger.admins and by != order.admin_email and order.admin_email:
            added = {(there, order.admin_email)} - ledger.admins
    must = bool(added) and sent.fresh
    return Allowed(step, by=by, order=order.id, added=frozenset(added), must=must)
