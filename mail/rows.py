"""Parts of letters: an order in a few rows, a product in words, who has proved what."""

from flask_babel import gettext

from mail import wording
from mail.matter import Asked, Line, Matter, Ordered
from mail.wording import Rows
from matching import scripts
from records import clock


def order_of(matter: Matter) -> Ordered:
    if matter.order is None:
        raise ValueError(f"{matter.letter} without an order")
    return matter.order


def about(matter: Matter) -> Rows:
    """The order in a few rows: number, products, for which company, through whom."""
    order = order_of(matter)
    rows = [
        (gettext("Order"), [order.number]),
        (gettext("Products"), [product(line) for line in order.lines]),
        (gettext("Company"), [order.company]),
        (gettext("Through"), [order.partner]),
    ]
    return [row for row in rows if any(row[1])]


def how(matter: Matter) -> str:
    """What let an order go on: approved, accepted, directory, first_admin; or declined."""
    return matter.facts.get("how") or (matter.request.status if matter.request else "")


def proof(is_proven: bool) -> str:
    if is_proven:
        return str(gettext("proven: a link sent to this mailbox was opened"))
    return str(gettext("not proven: nobody has shown that they read this mailbox"))


def product(line: Line) -> str:
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


def is_ahead(line: Line) -> bool:
    return line.starts_on is not None and line.starts_on > clock.today()


def odd_words(matter: Matter) -> str:
    """Words of an order's names that mix alphabets, for whoever decides about it."""
    order = order_of(matter)
    names = [order.company, order.partner, *(line.product for line in order.lines)]
    found = [word for name in names for word in scripts.mixed(name, matter.organization)]
    return ", ".join(dict.fromkeys(f"“{word}”" for word in found))


def question(asked: Asked) -> tuple[str, list[str]]:
    """One request of several: who asks for what, until when."""
    said = {"requester": asked.requester, "person": asked.person}
    if asked.kind == "confirm":
        what = gettext("%(requester)s asks whether the order is yours", **said)
    elif asked.person == asked.requester:
        what = gettext("%(requester)s asks to become full admin", **said)
    else:
        what = gettext("%(requester)s asks you to add %(person)s as full admin", **said)
    number = wording.shortened(asked.number, 20)
    until = gettext("open until %(until)s", until=wording.when(asked.expires_at))
    return gettext("Order %(number)s", number=number), [what, proof(asked.is_proven), until]
