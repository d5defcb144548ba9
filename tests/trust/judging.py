"""Whether what happened is what the ledger lets happen: each check says what is wrong."""

from collections import Counter
from collections.abc import Iterable

from tests.trust import endings
from tests.trust import ledger as rules
from tests.trust.allowing import Allowed
from tests.trust.ledger import CLOSED, Ledger
from tests.trust.snapshot import OrderRow, Pair, Snapshot

STATUSES = ("placed", "launched", "waiting", "provisioned", *CLOSED)
ARROWS = {
    ("placed", "launched"), ("launched", "waiting"), ("waiting", "launched"),
    ("launched", "provisioned"), ("waiting", "provisioned"), ("launched", "stopped"),
    ("waiting", "stopped"), ("provisioned", "stopped"), ("placed", "expired"),
    ("launched", "expired"), ("waiting", "expired"), ("expired", "launched"), ("expired", "placed"),
}  # fmt: skip
_CHOICE = {"organization_id", "create_new", "offered", "status"}
_ANSWERED = {"company_name", "admin_email", *_CHOICE}
_CONTACT = {"contact_email", "contact_role", "partner_organization_id"}
MAY_CHANGE: dict[str, set[str]] = {
    "claim": {"status"},
    "continue": {"status"},
    "purpose": {"purpose", *_ANSWERED},
    "company": _ANSWERED,
    "organization": _CHOICE,
    "administrator": {"status", "expires_at", "admin_email"},
    "waiting": {"status", "expires_at"},
    "review": {"stopped_from", "partner_organization_id", *_CHOICE},
    "hand-over": {"purpose", *_ANSWERED, *_CONTACT},
    "decision": {"status", "stopped_from", "admin_email"},
    "dispute": {"status", "stopped_from"},
    "confirm": {"expires_at"},
    "question": {"stopped_from", *_CHOICE},
    "calendar": {"status"},
    "reopen": {"status", "expires_at"},
}


def judge(
    ledger: Ledger, allowed: Allowed, before: Snapshot, after: Snapshot, now: float
) -> Counter[str]:
    """Hold every rule against one step; what happened in it, counted by name."""
    if allowed.what == "nothing":
        assert before == after, (
            f"{allowed.why}: nothing was to change, but {_difference(before, after)}"
        )
        return Counter([f"refused: {allowed.why}"])
    happened = Counter([allowed.what])
    _admins(ledger, allowed, before, after)
    freed = endings.judge(ledger, allowed, before, after, now, happened)
    for order in after.orders.values():
        old = before.orders.get(order.id)
        if old is None:
            assert allowed.what == "place", f"order {order.number} comes from nowhere"
        elif old != order:
            _order(allowed, old, order, order.id in freed)
            if order.status != old.status:
                _transition(ledger, allowed, old, order, after, now, happened)
    _history(allowed, before, after)
    _mappings(ledger, allowed, before, after, happened)
    if allowed.what == "calendar":
        _caught_up(after, now)
    return happened


def _caught_up(after: Snapshot, now: float) -> None:
    """Nothing is left whose time is over; the operator's disputes have no end."""
    late = [o for o in after.orders.values() if o.status in STATUSES[:3] and o.expires_at <= now]
    assert not late, f"{late} are over"
    overdue = [
        request
        for request in after.requests.values()
        if request.status == "open" and request.kind != "dispute" and request.expires_at <= now
    ]
    assert not overdue, f"{overdue} wait for ever"


def _admins(ledger: Ledger, allowed: Allowed, before: Snapshot, after: Snapshot) -> None:
    gained, lost = after.admins - before.admins, before.admins - after.admins
    expected = allowed.added | _by_own_mailbox(allowed, before, after)
    assert gained <= expected, f"{allowed}: {gained - expected} were given rights by nobody"
    if allowed.must or allowed.what == "review":
        assert gained == expected, f"{allowed}: {expected - gained} were given rights, not got"
    assert lost == allowed.removed, f"{allowed}: rights of {lost} are gone, not {allowed.removed}"


def _by_own_mailbox(allowed: Allowed, before: Snapshot, after: Snapshot) -> set[Pair]:
    """First administrators of an organization made here, whose emailed link proved them."""
    made = [m for m in after.mappings if m not in before.mappings]
    known = {row[0] for row in before.rest[0]}
    return {
        (m.organization_id, allowed.by)
        for m in made
        if m.organization_id not in known and after.orders[m.order_id].admin_email == allowed.by
    }


def _order(allowed: Allowed, old: OrderRow, new: OrderRow, freed: bool) -> None:
    changed = {f for f in OrderRow._fields if getattr(old, f) != getattr(new, f)}
    about_it = allowed.order == new.id or allowed.what == "calendar"
    may = MAY_CHANGE.get(allowed.what, set()) if about_it else set()
    if freed:
        may = may | {"status"}
    if allowed.what == "import" and old.partner_organization_id is None:
        may = may | {"partner_organization_id"}  # the directory says whose contact it is
    assert changed <= may, f"{allowed} changed {changed - may} of {old} to {new}"
    if "admin_email" in changed and allowed.what in ("administrator", "decision"):
        assert new.admin_email == allowed.by, f"{allowed} named {new.admin_email}"


def _transition(
    ledger: Ledger,
    allowed: Allowed,
    old: OrderRow,
    new: OrderRow,
    after: Snapshot,
    now: float,
    happened: Counter[str],
) -> None:
    arrow = (old.status, new.status)
    assert arrow in ARROWS, f"{allowed}: {arrow} is no arrow of the journey"
    happened[" -> ".join(arrow)] += 1
    holds = not rules.is_administered(ledger, new) and not rules.goes_on_asking(ledger, new)
    if new.status == "waiting":
        assert holds, f"{allowed}: {new} waits without reason"
    if new.status == "stopped":
        reasons = ("dispute", "decision", "question") if allowed.ending in ("", "reported") else ()
        assert allowed.what in reasons, f"{allowed} stopped {new}"
    if new.status == "expired":
        assert allowed.what == "calendar", f"{allowed} closed {new}"
        assert old.expires_at <= now, f"{old} was in time"
    if new.status == "provisioned":
        assert allowed.what == "review", f"{allowed} provisioned {new}"


def _history(allowed: Allowed, before: Snapshot, after: Snapshot) -> None:
    """Rows are only ever added, and of each transition there is exactly one.

    A night that was slept through may hold two: a request ends, and then its order does.
    """
    length = len(before.history)
    assert after.history[:length] == before.history, "history was rewritten"
    told: dict[int, list[str]] = {}
    for row in after.history[length:]:
        if row.what in STATUSES:
            told.setdefault(row.order_id, []).append(row.what)
    for order in after.orders.values():
        old = before.orders.get(order.id)
        moved = [order.status] if old is None or old.status != order.status else []
        said = told.get(order.id, [])
        was = old.status if old else "not there"
        said = said[-1:] if allowed.what in ("calendar", "reopen") else said
        assert said == moved, f"order {order.number} was {was}, is {order.status}; history: {said}"


def _mappings(
    ledger: Ledger, allowed: Allowed, before: Snapshot, after: Snapshot, happened: Counter[str]
) -> None:
    """One for an order, for ever; its lines are subscriptions there, and only then."""
    length = len(before.mappings)
    assert after.mappings[:length] == before.mappings, "a mapping changed"
    mapped = {mapping.order_id: mapping.organization_id for mapping in after.mappings}
    assert len(mapped) == len(after.mappings), "an order is mapped twice"
    for mapping in after.mappings[length:]:
        order = after.orders[mapping.order_id]
        assert (allowed.what, allowed.order) == ("review", order.id), f"{allowed} mapped {order}"
        assert mapping.decided_by == allowed.by, mapping
        assert order.status == "provisioned", order
        happened[_past_hold(ledger, allowed, before, after, order)] += 1
    for order in after.orders.values():
        _subscriptions(ledger, after, order, mapped.get(order.id))


def _subscriptions(
    ledger: Ledger, after: Snapshot, order: OrderRow, organization: int | None
) -> None:
    rows = [s for s in after.subscriptions if s.order_id == order.id]
    found = [(s.organization_id, s.number, s.product, s.quantity) for s in rows]
    lines = ledger.lines[order.id] if organization else []
    wanted = [(organization, number, product, many) for number, product, many in lines]
    assert found == wanted, f"{order}: subscriptions are {found}, not {wanted}"
    if organization:
        assert order.organization_id == organization, f"{order} was mapped to {organization}"
    assert (order.status == "provisioned") <= (organization is not None), f"{order} has no mapping"


def _past_hold(
    ledger: Ledger, allowed: Allowed, before: Snapshot, after: Snapshot, order: OrderRow
) -> str:
    """Why this order could be provisioned, as the ledger knows it."""
    known = {row[0] for row in before.rest[0]}
    if order.organization_id not in known:
        elsewhere = {o for o, who in ledger.admins if who == order.admin_email}
        listed = elsewhere - ledger.unlisted
        assert not listed, f"{order} made a second organization for an administrator of {listed}"
        return "provisioned: new"
    if rules.is_administered(ledger, order):
        return "provisioned: administered"
    asked = [
        request.status
        for request in after.requests.values()
        if (request.order_id, request.kind) == (order.id, "access")
        and (request.organization_id, request.person_email)
        == (order.organization_id, order.admin_email)
    ]
    assert rules.goes_on_asking(ledger, order), f"{order} went past its hold, asked: {asked}"
    asking = {"open", "expired", "declined", "accepted"} & set(asked[-1:])
    assert asking, f"{order} went on without asking: {asked}"
    return "provisioned: asking"


def _difference(before: Snapshot, after: Snapshot) -> str:
    parts: list[str] = []
    for name in Snapshot.__dataclass_fields__:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            parts.append(f"{name}: {_only(_values(old), _values(new))}")
    return "; ".join(parts)


def _values(rows: object) -> list[object]:
    if isinstance(rows, dict):
        return list(rows.values())
    return [one for row in rows for one in (row if isinstance(row, list) else [row])]  # type: ignore[attr-defined]


def _only(old: Iterable[object], new: Iterable[object]) -> str:
    gone = [row for row in old if row not in list(new)]
    come = [row for row in new if row not in list(old)]
    return f"{gone} became {come}"
