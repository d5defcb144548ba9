"""Requests as rows: the decision is one conditional update."""

from datetime import datetime

from peewee import SQL

from records import clock, counts
from records.database import db, is_postgresql
from records.tables import AccessRequest, Order, User

AUTOMATIC = "homeport"  # who decided what nobody did


def by_id(request_id: int) -> AccessRequest:
    return AccessRequest.get_by_id(request_id)


def find(request_id: int) -> AccessRequest | None:
    """The same where there may be none."""
    return AccessRequest.get_or_none(AccessRequest.id == request_id)


def of_order(order: Order) -> list[AccessRequest]:
    """All that was ever asked about an order, newest first."""
    mine = AccessRequest.select().where(AccessRequest.order == order)
    return list(mine.order_by(AccessRequest.id.desc()))


def prolong(request: AccessRequest, until: datetime) -> None:
    """Another end for an open request, which may be reminded of once more."""
    AccessRequest.update(expires_at=until, reminded_at=None).where(
        (AccessRequest.id == request.id) & (AccessRequest.status == "open")
    ).execute()


def latest(order: Order, organization_id: int, person: str, kind: str) -> AccessRequest | None:
    """The last request of a kind that an order made for a person in an organization."""
    return (  # type: ignore[no-any-return]
        AccessRequest.select()
        .where(
            (AccessRequest.order == order)
            & (AccessRequest.organization == organization_id)
            & (AccessRequest.person_email == person)
            & (AccessRequest.kind == kind)
        )
        .order_by(AccessRequest.id.desc())
        .first()
    )


def open_access(order: Order) -> list[AccessRequest]:
    """Access requests of an order that wait for an answer, overdue ones included."""
    return list(
        AccessRequest.select().where(
            (AccessRequest.order == order)
            & (AccessRequest.kind == "access")
            & (AccessRequest.status == "open")
        )
    )


def open_of(order: Order) -> list[AccessRequest]:
    """All that an order has asked of administrators and waits for, overdue ones included."""
    asked = AccessRequest.kind.in_(("access", "confirm"))
    mine = (AccessRequest.order == order) & (AccessRequest.status == "open")
    return list(AccessRequest.select().where(mine & asked).order_by(AccessRequest.id))


def questions(order: Order) -> list[AccessRequest]:
    """Whether an organization is the order's: all that was asked, newest first."""
    mine = (AccessRequest.order == order) & (AccessRequest.kind == "confirm")
    return list(AccessRequest.select().where(mine).order_by(AccessRequest.id.desc()))


def denied(order_id: int) -> set[int]:
    """Organizations whose administrators said that an order is not theirs."""
    mark = "%s" if is_postgresql() else "?"
    sql = (
        f"SELECT organization_id FROM access_request WHERE order_id = {mark}"
        " AND kind = 'confirm' AND status = 'declined'"
    )
    return {row[0] for row in db.execute_sql(sql, (order_id,))}


def answerable(organization_id: int, by: str, limit: int) -> list[AccessRequest]:
    """Open requests, in time, that `by` may answer in an organization, oldest first."""
    about_others = (AccessRequest.kind == "confirm") | (AccessRequest.person_email != by)
    administers = User.select(User.organization).where((User.email == by) & User.full_admin)
    found = (
        AccessRequest.select(AccessRequest, Order)
        .join(Order)
        .where(
            (AccessRequest.organization == organization_id)
            & AccessRequest.organization.in_(administers)
            & AccessRequest.kind.in_(("access", "confirm"))
            & (AccessRequest.status == "open")
            & (AccessRequest.expires_at > clock.now())
            & about_others
        )
        .order_by(AccessRequest.id)
        .limit(limit)
    )
    return list(found)


def mark_reminded(request: AccessRequest) -> bool:
    """Note that the administrators are reminded of an open request; False when they were."""
    changed: int = (
        AccessRequest.update(reminded_at=clock.now())
        .where(
            (AccessRequest.id == request.id)
            & (AccessRequest.status == "open")
            & (AccessRequest.expires_at > clock.now())
            & AccessRequest.reminded_at.is_null()
        )
        .execute()
    )
    return changed == 1


def settle_disputes(order: Order, status: str, by: str, note: str) -> list[AccessRequest]:
    """Give the open disputes of an order their ending; those that had none."""
    mine = (AccessRequest.order == order) & (AccessRequest.kind == "dispute")
    disputes = list(AccessRequest.select().where(mine & (AccessRequest.status == "open")))
    now, waits = clock.now(), AccessRequest.status == "open"
    return [d for d in disputes if _settle(d, now, waits, status, by, note)]


def open_in_organization(organization_id: int, kind: str) -> list[AccessRequest]:
    """Requests of a kind in an organization that wait for an answer."""
    return list(
        AccessRequest.select(AccessRequest, Order)
        .join(Order)
        .where(
            (AccessRequest.organization == organization_id)
            & (AccessRequest.kind == kind)
            & (AccessRequest.status == "open")
        )
        .order_by(AccessRequest.id)
    )


def open_and_granted(order: Order | None = None) -> list[AccessRequest]:
    """Open access requests whose person the directory now names full admin there.

    Of one order, or of all, in the order in which they are to be held.
    """
    granted = (User.organization == AccessRequest.organization) & (
        User.email == AccessRequest.person_email
    )
    return list(
        AccessRequest.select(AccessRequest, Order)
        .join(Order)
        .switch(AccessRequest)
        .join(User, on=granted)
        .where(
            (AccessRequest.kind == "access")
            & (AccessRequest.status == "open")
            & User.full_admin
            & ((AccessRequest.order == order) if order else SQL("1 = 1"))
        )
        .order_by(AccessRequest.order, AccessRequest.id)
    )


def last_declined(organization_id: int, order: Order, person: str) -> AccessRequest | None:
    """The last decline in an organization that concerns this order or this person.

    One that only followed from an earlier decline is none: nobody declined anew.
    """
    return (  # type: ignore[no-any-return]
        AccessRequest.select()
        .where(
            (AccessRequest.organization == organization_id)
            & (AccessRequest.kind == "access")
            & (AccessRequest.status == "declined")
            & (AccessRequest.decided_by != AUTOMATIC)
            & ((AccessRequest.order == order) | (AccessRequest.person_email == person))
        )
        .order_by(AccessRequest.decided_at.desc())
        .first()
    )


def settle(request: AccessRequest, status: str, by: str, note: str = "") -> bool:
    """Give an open, unexpired request its ending; False when it has one or its time is over."""
    now = clock.now()
    return _settle(request, now, AccessRequest.expires_at > now, status, by, note)


def settle_by_admin(request: AccessRequest, status: str, by: str, note: str) -> bool:
    """The same, only if `by` is, in this very statement, a full admin there.

    Nobody gives rights to themselves.

    A change of the organization's people that is under way ends first, and is seen.
    """
    counts.locked([request.organization_id])
    now = clock.now()
    entitled = User.select(User.id).where(
        (User.organization == request.organization_id) & (User.email == by) & User.full_admin
    )
    if request.kind == "access" and request.person_email == by:
        return False
    live = (AccessRequest.expires_at > now) & AccessRequest.organization.in_(
        entitled.select(User.organization)
    )
    return _settle(request, now, live, status, by, note)


def withdraw(request: AccessRequest, by: str) -> bool:
    """An open request, expired or not, that its asker no longer wants."""
    return _settle(request, clock.now(), AccessRequest.status == "open", "withdrawn", by, "")


def _settle(
    request: AccessRequest, now: datetime, condition: object, status: str, by: str, note: str
) -> bool:
    """`now` is the moment that the condition was made of: no answer in time is stored as late."""
    changed: int = (
        AccessRequest.update(status=status, decided_at=now, decided_by=by, note=note)
        .where((AccessRequest.id == request.id) & (AccessRequest.status == "open") & condition)
        .execute()
    )
    return changed == 1


def expire(request: AccessRequest) -> bool:
    """An open request whose time is over."""
    now = clock.now()
    return _settle(request, now, AccessRequest.expires_at <= now, "expired", AUTOMATIC, "")


def open_dispute(order: Order, organization_id: int, by: str) -> AccessRequest:
    """The operator's to answer; several admins may say the same."""
    about = {"kind": "dispute", "order": order, "organization": organization_id}
    people = {"person_email": by, "requester_email": by, "expires_at": order.expires_at}
    AccessRequest.insert(**about, **people).on_conflict_ignore().execute()
    return AccessRequest.get(
        (AccessRequest.order == order)
        & (AccessRequest.organization == organization_id)
        & (AccessRequest.kind == "dispute")
        & (AccessRequest.status == "open")
    )


def reopen(request: AccessRequest, message: str) -> bool:
    """A withdrawn request whose time is not over waits for its answer again."""
    changed: int = (
        AccessRequest.update(status="open", message=message, decided_at=None, decided_by=None)
        .where(
            (AccessRequest.id == request.id)
            & (AccessRequest.status == "withdrawn")
            & (AccessRequest.expires_at > clock.now())
        )
        .execute()
    )
    return changed == 1


def grant(request: AccessRequest, by: str) -> bool:
    """An open request, in time or not, whose person is a full admin by now."""
    return _settle(request, clock.now(), AccessRequest.status == "open", "approved", by, "")
