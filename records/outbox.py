"""Questions to the outbox."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from records import clock, database
from records.columns import Table
from records.tables import (
    AccessRequest,
    LinkWish,
    MagicLink,
    Order,
    OrderLine,
    Organization,
    OutboxRow,
)

T = TypeVar("T", bound=Table)
NOTICES = ("access_notice", "confirm_question")

_letters = OutboxRow.endpoint.is_null()
_open = OutboxRow.sent_at.is_null() & OutboxRow.failed_at.is_null()
_waits = _open & _letters


def oldest_due_seconds() -> int:
    """How many seconds the oldest letter, or wish for one, has waited; 0 when none does."""
    row = OutboxRow.select(OutboxRow.due_at).where(_waits).order_by(OutboxRow.due_at).first()
    wish = LinkWish.select(LinkWish.asked_at).order_by(LinkWish.id).first()
    since = [moment for moment in (row and row.due_at, wish and wish.asked_at) if moment]
    return max(0, int((clock.now() - min(since)).total_seconds())) if since else 0


def queued_since(since: datetime, letter: str, to: str, order: Order | None) -> int:
    """How many such letters were queued for an address since a moment."""
    about = (OutboxRow.order == order) if order else OutboxRow.order.is_null()
    recent = (OutboxRow.recipient == to) & (OutboxRow.queued_at > since)
    return OutboxRow.select().where((OutboxRow.letter == letter) & about & recent).count()


def has_living_link(letter: str, to: str, since: datetime) -> bool:
    """Whether such a letter, queued since a moment, carries a link that still opens something."""
    mine = (OutboxRow.recipient == to) & (OutboxRow.queued_at > since)
    arrives = (OutboxRow.letter == letter) & OutboxRow.failed_at.is_null()
    unused = MagicLink.claimed_at.is_null() & MagicLink.replaced_at.is_null()
    living = unused & (MagicLink.expires_at > clock.now())
    return bool(OutboxRow.select().join(MagicLink).where(mine & arrives & living).exists())


def about_request(request_id: int, letter: str) -> list[OutboxRow]:
    """The rows of one letter that a request caused, oldest first."""
    return list(
        OutboxRow.select()
        .where((OutboxRow.request == request_id) & (OutboxRow.letter == letter))
        .order_by(OutboxRow.id)
    )


def notices_of(request: AccessRequest) -> list[OutboxRow]:
    """The notices of a request with their links, oldest first, and the digests that name it."""
    same = AccessRequest.alias()
    there = same.select(same.id).where(same.organization == request.organization_id)
    digest = (
        (OutboxRow.letter == "digest")
        & OutboxRow.request.in_(there)
        & (OutboxRow.due_at > request.asked_at)
    )
    own = OutboxRow.letter.in_(NOTICES) & (OutboxRow.request == request)
    return list(
        OutboxRow.select(OutboxRow, MagicLink)
        .left_outer_join(MagicLink)
        .where(own | digest)
        .order_by(OutboxRow.id)
    )


def awaits_digest(organization_id: int, admin: str, due_at: datetime) -> bool:
    """Whether a digest for this administrator is on its way at that moment."""
    there = AccessRequest.select().where(AccessRequest.organization == organization_id)
    mine = (OutboxRow.letter == "digest") & (OutboxRow.recipient == admin)
    waits = (OutboxRow.due_at == due_at) & OutboxRow.request.in_(there.select(AccessRequest.id))
    return bool(OutboxRow.select().where(mine & waits).exists())


def about_order(order_id: int, letter: str) -> list[OutboxRow]:
    """The rows of one letter that an order caused, oldest first."""
    return list(
        OutboxRow.select()
        .where((OutboxRow.order == order_id) & (OutboxRow.letter == letter))
        .order_by(OutboxRow.id)
    )


def of_order(order_id: int) -> list[OutboxRow]:
    """All letters that an order caused, newest first; webhooks' events are none."""
    mine = (OutboxRow.order == order_id) & _letters
    return list(OutboxRow.select().where(mine).order_by(OutboxRow.id.desc()))


def by_id(row_id: int) -> OutboxRow | None:
    return OutboxRow.get_or_none(OutboxRow.id == row_id)


def remark(row: OutboxRow, said: str) -> None:
    """What was heard of a letter that is still on its way."""
    OutboxRow.update(last_error=said).where(
        (OutboxRow.id == row.id) & OutboxRow.failed_at.is_null()
    ).execute()


def untold(limit: int) -> list[OutboxRow]:
    """Letters that failed, of which nobody has heard yet, oldest first."""
    news = OutboxRow.failed_at.is_null(False) & OutboxRow.told_at.is_null()
    return list(OutboxRow.select().where(news).order_by(OutboxRow.id).limit(limit))


def tell(row: OutboxRow) -> bool:
    """Take the news of a letter's failure; False when somebody else has told it."""
    news = (OutboxRow.id == row.id) & OutboxRow.told_at.is_null()
    return bool(OutboxRow.update(told_at=clock.now()).where(news).execute())


def waiting() -> int:
    """How many letters are still to be sent."""
    return OutboxRow.select().where(_waits).count()


def counts() -> dict[str, int]:
    """How many letters wait, were accepted, have failed; one that came back is among the last."""
    failed, every = OutboxRow.failed_at.is_null(False), OutboxRow.select().where(_letters)
    return {
        "waiting": waiting(),
        "sent": every.where(OutboxRow.sent_at.is_null(False) & ~failed).count(),
        "failed": every.where(failed).count(),
    }


def put_together(rows: Sequence[OutboxRow]) -> dict[int, list[OrderLine]]:
    """Read all that rows name at once and put it on them; the lines of their orders, by order id.

    One by one it costs more than the letters are worth: a query that is built, for each of them.
    """
    requests = _by_id(AccessRequest, (row.request_id for row in rows))
    asked = requests.values()
    orders = _by_id(Order, [row.order_id for row in rows] + [each.order_id for each in asked])
    ordered = orders.values()
    there = [each.organization_id for each in ordered] + [each.organization_id for each in asked]
    organizations, links = _by_id(Organization, there), _by_id(MagicLink, (r.link_id for r in rows))
    for order in ordered:
        order.organization = organizations.get(order.organization_id)
    for each in asked:
        each.order, each.organization = orders[each.order_id], organizations[each.organization_id]
    for row in rows:
        row.order, row.link = orders.get(row.order_id), links.get(row.link_id)
        row.request = requests.get(row.request_id)
    lines = defaultdict(list)
    for line in _found(OrderLine, "order_id", orders):
        lines[line.order_id].append(line)
    return {id_: sorted(each, key=lambda line: line.position) for id_, each in lines.items()}


def _by_id(table: type[T], ids: Iterable[Any]) -> dict[Any, T]:
    return {each.id: each for each in _found(table, "id", ids)}


def _found(table: type[T], column: str, values: Iterable[Any]) -> list[T]:
    wanted = sorted({value for value in values if value is not None})
    if not wanted:
        return []
    marks = ", ".join("?" * len(wanted))
    sql = f"SELECT {table.columns('t')} FROM {table._meta.table_name} t WHERE {column} IN ({marks})"
    return [table.read(values) for values in database.rows(sql, *wanted)]


def discard(why: str) -> int:
    """Give up all that waits, events too, and trouble nobody with it; how many there were."""
    now = clock.now()
    given_up = OutboxRow.update(failed_at=now, told_at=now, leased_until=None, last_error=why)
    changed: int = given_up.where(_open).execute()
    return changed
