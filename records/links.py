"""Links and sessions as rows: each change is one conditional update."""

from datetime import datetime

from records import clock
from records.database import digest, first_row
from records.tables import AccessRequest, LinkWish, MagicLink, Order, Session


def by_hash(token_hash: str) -> MagicLink | None:
    """The link whose token hashes to this."""
    return MagicLink.get_or_none(MagicLink.token_hash == token_hash)


def claim(link: MagicLink, browser: str) -> bool:
    """Mark the link claimed by a browser; False when somebody was first or it lives no longer."""
    now = clock.now()
    changed: int = (
        MagicLink.update(claimed_at=now, claimed_by=digest(browser))
        .where(
            (MagicLink.id == link.id)
            & MagicLink.claimed_at.is_null()
            & MagicLink.replaced_at.is_null()
            & (MagicLink.expires_at > now)
        )
        .execute()
    )
    return changed == 1


def replace_unclaimed(order: Order, purpose: str) -> None:
    """A newer link makes the older ones of the same purpose useless."""
    MagicLink.update(replaced_at=clock.now()).where(
        (MagicLink.order == order)
        & (MagicLink.purpose == purpose)
        & MagicLink.claimed_at.is_null()
        & MagicLink.replaced_at.is_null()
    ).execute()


def prolong(request: AccessRequest, until: datetime) -> None:
    """The links to answer a request live as long as it does."""
    MagicLink.update(expires_at=until).where(
        (MagicLink.request == request)
        & MagicLink.purpose.in_(("decision", "first_admin"))
        & MagicLink.claimed_at.is_null()
        & MagicLink.replaced_at.is_null()
    ).execute()


def note_opened(link: MagicLink) -> None:
    """When the page of a notice was first looked at."""
    MagicLink.update(opened_at=clock.now()).where(
        (MagicLink.id == link.id) & MagicLink.opened_at.is_null()
    ).execute()


def mark_replaced(link: MagicLink) -> None:
    MagicLink.update(replaced_at=clock.now()).where(MagicLink.id == link.id).execute()


def living_session(secret: str) -> Session | None:
    """The session of a contact or partner that a secret opens, with its order, unless it ended."""
    sql = (
        f"SELECT {Session.columns('s')}, {Order.columns('o')} FROM session s"
        " LEFT JOIN orders o ON o.id = s.order_id"
        " WHERE s.secret_hash = ? AND s.ended_at IS NULL AND s.expires_at > ?"
        " AND s.operator_id IS NULL"
    )
    found = first_row(sql, digest(secret), int(clock.now().timestamp()))
    if found is None:
        return None
    width = len(Session._meta.sorted_fields)
    session = Session.read(found[:width])
    if session.order_id:
        session.order = Order.read(found[width:])
    return session


def end_sessions(order: Order) -> None:
    """Whoever has this order open has it open no longer."""
    Session.update(ended_at=clock.now()).where(
        (Session.order == order) & Session.ended_at.is_null()
    ).execute()


def end_session(session: Session) -> None:
    Session.update(ended_at=clock.now()).where(Session.id == session.id).execute()


def end_by_secret(secret: str) -> None:
    """End the session that a secret opens, if it is one."""
    Session.update(ended_at=clock.now()).where(
        (Session.secret_hash == digest(secret)) & Session.ended_at.is_null()
    ).execute()


def wish(purpose: str, email: str, number: str = "") -> None:
    """Somebody asks for a link: to an order by its number, or to sign in."""
    LinkWish.create(purpose=purpose, number=number, email=email)


def wishes(limit: int) -> list[LinkWish]:
    """The oldest wishes."""
    return list(LinkWish.select().order_by(LinkWish.id).limit(limit))


def take_wish(wish: LinkWish) -> bool:
    """Remove a wish, to be granted or not in the same transaction; False when another has it."""
    return wish.delete_instance() == 1
