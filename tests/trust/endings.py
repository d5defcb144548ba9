"""Requests: each is asked by whoever may ask, and has one ending, by whoever may give it."""

from collections import Counter

from tests.trust import ledger as rules
from tests.trust.allowing import Allowed
from tests.trust.ledger import Ledger
from tests.trust.snapshot import RequestRow, Snapshot

# What a contact does that may leave a request without purpose.
CONTACT = ("purpose", "company", "organization", "administrator", "review", "hand-over")


def judge(
    ledger: Ledger,
    allowed: Allowed,
    before: Snapshot,
    after: Snapshot,
    now: float,
    happened: Counter[str],
) -> set[int]:
    """Each has one ending, by whoever may give it; answers the orders that were freed by it."""
    freed: set[int] = set()
    assert before.requests.keys() <= after.requests.keys(), "a request is gone"
    for request in after.requests.values():
        old = before.requests.get(request.id)
        if old == request:
            continue
        if old is None:
            _asked(ledger, allowed, before, after, request, now)
        else:
            _ended(ledger, allowed, old, request, after, now)
            same = request._replace(**{f: getattr(old, f) for f in _ENDING})
            assert same == old, f"{old} became {request}"
            if request.status == "approved" and request.kind == "access":
                freed.add(request.order_id)
        happened[_name(allowed, old, request)] += 1
    if allowed.request:
        ending = after.requests[allowed.request].status
        assert ending == allowed.ending, f"{allowed}: the request is {ending}"
    if allowed.what in ("import", "resume", "decision"):
        pairs = after.admins if allowed.what != "decision" else allowed.added
        still = [r for pair in pairs for r in rules.waiting_for(after, pair)]
        assert not still, f"{allowed}: {still} wait for what has come"
    _one_open(after)
    return freed


def _name(allowed: Allowed, old: RequestRow | None, new: RequestRow) -> str:
    if old and old.status == "withdrawn":
        return f"{new.kind} reopened"
    if new.decided_by in ("directory", "first_admin"):
        return f"{new.kind} {new.status} by the {new.decided_by}"
    own = allowed.what == "administrator" and new.status in ("approved", "accepted")
    return f"{new.kind} {new.status}{' by the contact' if own else ''}"


_QUESTION = ("open", "confirm")
_ENDING = ("status", "decided_at", "decided_by", "note", "message")


def _one_open(after: Snapshot) -> None:
    opened = [r for r in after.requests.values() if r.status == "open" and r.kind == "access"]
    questions = [r.order_id for r in after.requests.values() if (r.status, r.kind) == _QUESTION]
    assert len(questions) == len(set(questions)), "an order asks two questions at once"
    places = [(r.order_id, r.organization_id) for r in opened]
    assert len(places) == len(set(places)), f"several requests of one order are open: {opened}"
    waiting = {o.id for o in after.orders.values() if o.status == "waiting"}
    for number in waiting:
        order = after.orders[number]
        held = [r for r in opened if r.order_id == number]
        wanted = [(order.organization_id, order.admin_email)]
        found = [(r.organization_id, r.person_email) for r in held]
        assert found == wanted, f"{order} waits for {held}"


def _asked(
    ledger: Ledger,
    allowed: Allowed,
    before: Snapshot,
    after: Snapshot,
    request: RequestRow,
    now: float,
) -> None:
    order = after.orders[request.order_id]
    assert request.order_id == allowed.order, f"{allowed} made {request}"
    assert (request.asked_at, request.requester_proven) == (now, True), request
    if request.kind == "dispute":
        assert allowed.what == "dispute", f"{allowed} made {request}"
        assert request.person_email == allowed.by, request
        return
    if request.kind == "confirm":
        assert allowed.what == "confirm", f"{allowed} made {request}"
        assert (request.requester_email, request.status) == (allowed.by, "open"), request
        assert any(there == request.organization_id for there, _who in ledger.admins), request
        return
    named = (request.organization_id, request.person_email)
    assert named == (order.organization_id, before.orders[order.id].admin_email), request
    assert request.requester_email == allowed.by, request
    if request.kind == "first_admin":
        assert allowed.what == "review", f"{allowed} made {request}"
        own = request.person_email == allowed.by
        assert request.status == ("approved" if own else "open"), request
        assert request.decided_by == (allowed.by if own else None), request
        return
    assert allowed.what in ("administrator", "waiting"), f"{allowed} made {request}"
    assert named not in ledger.admins, f"{request} asks for what they have"
    _entitled_ending(ledger, allowed, request, before)
    late = rules.barred(ledger, request.organization_id, order.id, request.person_email, now)
    assert not (late and request.status == "open"), f"{request} comes less than 7 days later"


def _entitled_ending(
    ledger: Ledger, allowed: Allowed, request: RequestRow, before: Snapshot
) -> None:
    """A request that is asked and answered in one step: by a contact who is a full admin there."""
    if request.status in ("approved", "accepted"):
        decider = (request.organization_id, request.decided_by)
        assert decider in before.admins, f"{request} was decided by nobody entitled"
        assert request.decided_by == allowed.by != request.person_email, request
    elif request.status == "declined":
        assert request.decided_by == "homeport", request
    else:
        assert request.status == "open", request


def _ended(
    ledger: Ledger,
    allowed: Allowed,
    old: RequestRow,
    new: RequestRow,
    after: Snapshot,
    now: float,
) -> None:
    """The arrows between a request's states, each with who may take it."""
    own = allowed.order == new.order_id
    pair = (new.organization_id, new.person_email)
    if (old.status, new.status) == ("withdrawn", "open"):
        assert own, f"{allowed} reopened {new}"
        assert allowed.what in ("administrator", "waiting"), f"{allowed} reopened {new}"
        assert now < old.expires_at, f"{old} was reopened too late"
        assert old.requester_email == allowed.by, f"{allowed} reopened {old}"
        late = rules.barred(ledger, new.organization_id, new.order_id, new.person_email, now)
        assert not late, f"{new} was reopened less than 7 days after a decline"
        return
    assert old.status == "open", f"{old} had its ending, and became {new}"
    assert new.decided_at == now, new
    if new.status == "withdrawn":
        denied = allowed.what == "question" and allowed.ending == "declined"
        closed = allowed.what == "calendar"
        contact_acts = (own and (allowed.what in CONTACT or denied)) or closed
        assert contact_acts, f"{allowed} withdrew {new}"
        assert new.decided_by in (allowed.by, "homeport"), new
    elif new.status == "expired":
        assert now >= old.expires_at, f"{new} was in time"
        assert new.decided_by == "homeport", new
    elif new.decided_by in ("directory", "first_admin"):
        assert new.status == "approved", new
        assert pair in after.admins, f"{new} was approved, but nobody made them full admin"
    else:
        assert new.decided_by == allowed.by, f"{allowed} decided {new}"
        decider = (new.organization_id, allowed.by)
        if new.kind == "first_admin":
            assert allowed.by == new.person_email, f"{allowed} decided {new}"
        else:
            assert decider in ledger.admins, f"{allowed} decided {new}, no full admin there"
            themselves = new.kind == "access" and allowed.by == new.person_email
            assert not themselves, f"{new} was decided by the person"
