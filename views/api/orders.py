"""Orders: place, look, amend, cancel, launch."""

from urllib.parse import urlencode

from matching.sentences import Refused, sentence
from provisioning import closing, intake, links, orders, reports
from records import orders as rows
from records.tables import Order
from views.api import shapes
from views.api.operation import Call, Reply, at, operation
from views.api.problems import Problem
from views.visit import settings

LOOK, CHANGE = ("orders", "read"), ("orders",)


@operation(
    "POST",
    "/orders",
    summary="Place an order; its contact gets the launch mail.",
    scopes=CHANGE,
    body=shapes.NewOrder,
    answers={201: shapes.Order},
    repeats=True,
    refuses=("conflict",),
)
def place_order(call: Call) -> Reply:
    fields, lines = _as_text(call.body.model_dump())
    order = orders.place(intake.read_order(fields, lines or []), settings(), call.by)
    return Reply(201, reports.in_full(order), at(f"/orders/{order.number}"))


@operation(
    "GET",
    "/orders",
    summary="Orders in the order in which they were placed, page by page; Link leads to the next.",
    scopes=LOOK,
    query=shapes.OrderQuery,
    answers={200: shapes.OrderPage},
)
def list_orders(call: Call) -> Reply:
    after = rows.by_number(call.query.after) if call.query.after else None
    if call.query.after and after is None:
        raise Refused(sentence("There is no order with the number that `after` says."), "after")
    status, limit = call.query.status or "", call.query.limit
    found = rows.listed(status, after.id if after else 0, limit + 1)
    page = found[:limit]
    body = {"orders": [reports.in_short(order) for order in page]}
    if len(found) <= limit:
        return Reply(200, body)
    said = {"after": page[-1].number, "limit": limit, **({"status": status} if status else {})}
    return Reply(200, body, links=(f'<{at("/orders")}?{urlencode(said)}>; rel="next"',))


@operation(
    "GET",
    "/orders/{number}",
    summary="One order: where it stands, and how it came there.",
    scopes=LOOK,
    path=shapes.OrderPath,
    answers={200: shapes.Order},
    refuses=("not-found",),
)
def show_order(call: Call) -> Reply:
    return Reply(200, reports.in_full(_order(call)))


@operation(
    "PATCH",
    "/orders/{number}",
    summary="Change the contact or the lines of an order that nobody has opened yet.",
    scopes=CHANGE,
    path=shapes.OrderPath,
    body=shapes.OrderChange,
    answers={200: shapes.Order},
    refuses=("not-found", "conflict"),
)
def amend_order(call: Call) -> Reply:
    changes, lines = _as_text(call.body.model_dump(exclude_none=True))
    order = orders.amend(_order(call), changes, lines, settings(), call.by)
    return Reply(200, reports.in_full(order))


@operation(
    "POST",
    "/orders/{number}/links",
    summary="A link for a portal to redirect the contact to: good once, for five minutes.",
    scopes=CHANGE,
    path=shapes.OrderPath,
    body=shapes.Nothing,
    body_optional=True,
    answers={201: shapes.Link},
    refuses=("not-found", "conflict"),
)
def make_link(call: Call) -> Reply:
    link = links.for_portal(_order(call), call.by, settings())
    said = {
        "url": links.url_of(link, settings()),
        "expires_at": link.expires_at.isoformat(timespec="seconds"),
    }
    return Reply(201, said)


@operation(
    "POST",
    "/orders/{number}/cancel",
    summary="Cancel an order that is not provisioned; its contact is told why.",
    scopes=CHANGE,
    path=shapes.OrderPath,
    body=shapes.Cancellation,
    body_optional=True,
    answers={200: shapes.Order},
    refuses=("not-found", "conflict"),
)
def cancel_order(call: Call) -> Reply:
    order = _order(call)
    why = intake.plain_text(call.body.model_dump(), "why", intake.LONGEST)
    closing.cancel(order, call.by, why)
    return Reply(200, reports.in_full(rows.by_id(order.id)))


def _order(call: Call) -> Order:
    found = rows.by_number(call.path.number)
    if found is None:
        raise Problem("not-found", sentence("There is no such order."))
    return found


def _as_text(given: dict[str, object]) -> tuple[intake.Fields, list[intake.Fields] | None]:
    """An order as the text fields of the orders file, and its lines if it says any."""
    lines = given.pop("lines", None)
    plain = {name: str(value) for name, value in given.items() if value is not None}
    if not isinstance(lines, list):
        return plain, None
    return plain, [{n: str(v) for n, v in line.items() if v is not None} for line in lines]
