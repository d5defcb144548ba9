"""Orders: found by status, number, contact or company; taken along as a file."""

from collections.abc import Iterator
from typing import NamedTuple

from flask import Response, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from provisioning import auditing, csv_files
from records import order_search as rows
from records.tables import Operator, Order
from views.console.frame import answer, needs, older, pages, place, said
from views.console.words import STATUS

PAGE = 50
BATCH = 500  # rows of a file that are read at a time
COLUMNS = (
    "number", "status", "contact_email", "contact_role", "company_name", "admin_email",
    "partner_name", "placed_at", "expires_at",
)  # fmt: skip


class Wanted(NamedTuple):
    """What the list is to show."""

    status: str
    by: str
    text: str

    @property
    def words(self) -> str:
        """For the audit list: how it was searched."""
        return " ".join(filter(None, (self.status, self.text and f"{self.by}: {self.text}")))


@pages.get("/orders")
@needs("viewer")
def orders(me: Operator) -> ResponseReturnValue:
    """One page of the list; what comes after it starts where this one ends."""
    wanted = _wanted()
    auditing.looked(me.email, "orders", wanted.words, "searched" if wanted.text else "looked")
    found, after = _page(wanted, place(said("after")), PAGE)
    return answer(
        me,
        "console/orders.html",
        found=found,
        wanted=wanted,
        states=STATUS,
        more=older(after) if after else None,
        csv=url_for("console.orders_csv", **wanted._asdict()),
    )


@pages.get("/orders.csv")
@needs("viewer")
def orders_csv(me: Operator) -> ResponseReturnValue:
    """All of the list as a file, written while it is sent."""
    wanted = _wanted()
    auditing.looked(me.email, "orders", wanted.words, "exported")
    name = {"Content-Disposition": 'attachment; filename="orders.csv"'}
    lines = stream_with_context(_lines(wanted))
    return Response(lines, mimetype="text/csv", headers=name)


def _wanted() -> Wanted:
    status, by = request.args.get("status", ""), request.args.get("by", "")
    return Wanted(
        status if status in STATUS else "", by if by in rows.SEARCHED else "number", said("text")
    )


def _page(wanted: Wanted, after: int | None, size: int) -> tuple[list[Order], int | None]:
    """The next orders, and from which one to go on (None: no more)."""
    if wanted.text:
        text = wanted.text.lower() if wanted.by == "contact" else wanted.text
        return rows.beginning(wanted.by, text, wanted.status, after, size)
    found = rows.newest(wanted.status, after, size + 1)
    return found[:size], found[size - 1].id if len(found) > size else None


def _lines(wanted: Wanted) -> Iterator[str]:
    yield csv_files.line(COLUMNS)
    after: int | None = None
    while True:
        found, after = _page(wanted, after, BATCH)
        yield "".join(csv_files.line(getattr(order, name) for name in COLUMNS) for order in found)
        if after is None:
            return
