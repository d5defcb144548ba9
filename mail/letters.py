"""Letters: what each is about, one function a letter. Its words are in mail/<letter>/."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext

from mail import wording
from mail.matter import Line, Matter, Ordered
from mail.wording import Rows
from records import clock

Context = dict[str, Any]


def launch(matter: Matter) -> Context:
    return {"rows": _about(matter)}


def fresh_link(matter: Matter) -> Context:
    return {"rows": _about(matter)}


def hand_over_new(matter: Matter) -> Context:
    role = {
        "customer": gettext("Customer: you set it up for your own company"),
        "partner": gettext("Partner: you set it up for a customer, or for your own use"),
    }[_order(matter).role]
    return {"by": matter.facts["by"], "rows": [*_about(matter), (gettext("Your role"), [role])]}


def hand_over_old(matter: Matter) -> Context:
    return {"heir": matter.facts["to"], "rows": _about(matter)}


def partner_sign_in(_matter: Matter) -> Context:
    return {}


def access_notice(matter: Matter) -> Context:
    request = matter.request
    if not request:
        raise ValueError("access_notice without a request")
    is_proven = matter.facts["requester_proven"]
    asks_for_itself = request.person == request.requester
    rows = [
        (gettext("Asks"), [request.requester, _proof(is_proven)]),
        (gettext("To be added"), [request.person, _proof(is_proven and asks_for_itself)]),
        (gettext("Organization"), [request.organization]),
        *_about(matter),
    ]
    return {
        "rows": rows,
        "asks_for_itself": asks_for_itself,
        "goes_on": _order(matter).purpose == "partner_for_customer",
    }


def named(matter: Matter) -> Context:
    asked = matter.facts["asked"]
    rows = [
        *([(gettext("Asked of"), asked)] if asked else []),
        (gettext("Organization"), [matter.organization]),
        *_about(matter),
    ]
    return {"rows": rows}


def added(matter: Matter) -> Context:
    person = matter.facts["person"]
    rows = [
        (gettext("Added"), [person]),
        (gettext("Added by"), [matter.facts["by"]]),
        (gettext("Organization"), [matter.organization]),
        *_about(matter),
    ]
    return {"rows": rows, "person": person, "is_reader": person == matter.to}


def answered(matter: Matter) -> Context:
    return {"rows": _about(matter), "how": _how(matter)}


def declined(matter: Matter) -> Context:
    return {"rows": _about(matter)}


def resumed(matter: Matter) -> Context:
    return {"rows": _about(matter), "how": _how(matter)}


def receipt(matter: Matter) -> Context:
    order = _order(matter)
    must_reach_out = matter.facts.get("partner_reach_out", False)
    rows: list[tuple[str, list[str]]] = [
        (gettext("Order"), [order.number]),
        (gettext("Active"), [_product(line) for line in order.lines if not _is_ahead(line)]),
        (gettext("Pending"), [_product(line) for line in order.lines if _is_ahead(line)]),
        (gettext("Organization"), [order.organization]),
        (gettext("Administrator"), [] if must_reach_out else [order.admin]),
        (gettext("Since"), [wording.when(matter.queued_at)]),
    ]
    return {
        "rows": [row for row in rows if any(row[1])],
        "are_told": bool(matter.facts["told"]),
        "is_new": matter.facts["created"],
        "person": matter.facts.get("person") or order.admin,
        "must_reach_out": must_reach_out,
    }


def mapped(matter: Matter) -> Context:
    by = (gettext("Set up by"), [_order(matter).contact])
    return {"rows": [(gettext("Organization"), [matter.organization]), *_about(matter), by]}


def first_admin(matter: Matter) -> Context:
    rows = [(gettext("Organization"), [matter.organization]), *_about(matter)]
    return {"rows": rows, "by": _order(matter).contact}


def alert(matter: Matter) -> Context:
    who, address = matter.facts.get("who", ""), matter.facts.get("address", "")
    why = wording.plain(matter.facts.get("why", ""))
    rows = [
        *([(gettext("Organization"), [matter.organization])] if matter.organization else []),
        *_about(matter),
        (gettext("Contact"), [_order(matter).contact]),
        *([(gettext("Said by"), [who])] if who else []),
        *([(gettext("No mail to"), [address, why])] if address else []),
    ]
    return {"rows": rows, "reason": matter.facts["reason"]}


_ALL: tuple[Callable[[Matter], Context], ...] = (
    launch, fresh_link, hand_over_new, hand_over_old, partner_sign_in, access_notice, named, added,
    answered, declined, resumed, receipt, mapped, first_admin, alert,
)  # fmt: skip
WRITERS = {writer.__name__: writer for writer in _ALL}


def _order(matter: Matter) -> Ordered:
    if matter.order is None:
        raise ValueError(f"{matter.letter} without an order")
    return matter.order


def _about(matter: Matter) -> Rows:
    """The order in a few rows: number, products, for which company, through whom."""
    order = _order(matter)
    rows = [
        (gettext("Order"), [order.number]),
        (gettext("Products"), [_product(line) for line in order.lines]),
        (gettext("Company"), [order.company]),
        (gettext("Through"), [order.partner]),
    ]
    return [row for row in rows if any(row[1])]


def _how(matter: Matter) -> str:
    """What let an order go on: approved, accepted, directory, first_admin; or declined."""
    return matter.facts.get("how") or (matter.request.status if matter.request else "")


def _proof(is_proven: bool) -> str:
    if is_proven:
        return str(gettext("proven: a link sent to this mailbox was opened"))
    return str(gettext("not proven: nobody has shown that they read this mailbox"))


def _product(line: Line) -> str:
    """25 × Meetings, from 1 March 2027 until 28 February 2028"""
    said = {
        "count": wording.number(line.quantity),
        "product": line.product,
        "start": line.starts_on and wording.day(line.starts_on),
        "end": line.ends_on and wording.day(line.ends_on),
    }
    if line.starts_on and line.ends_on:
        return str(gettext("%(count)s × %(product)s, from %(start)s until %(end)s", **said))
    if line.starts_on:
        return str(gettext("%(count)s × %(product)s, from %(start)s", **said))
    if line.ends_on:
        return str(gettext("%(count)s × %(product)s, until %(end)s", **said))
    return str(gettext("%(count)s × %(product)s", **said))


def _is_ahead(line: Line) -> bool:
    return line.starts_on is not None and line.starts_on > clock.today()
