"""Letters: what each is about, one function a letter. Its words are in mail/<letter>/."""

from collections.abc import Callable
from typing import Any

from flask_babel import gettext

from mail import wording
from mail.matter import Matter
from mail.rows import about, how, is_ahead, odd_words, order_of, product, proof, question

Context = dict[str, Any]


def launch(matter: Matter) -> Context:
    return {"rows": about(matter)}


def fresh_link(matter: Matter) -> Context:
    return {"rows": about(matter)}


def hand_over_new(matter: Matter) -> Context:
    role = {
        "customer": gettext("Customer: you set it up for your own company"),
        "partner": gettext("Partner: you set it up for a customer, or for your own use"),
    }[order_of(matter).role]
    return {"by": matter.facts["by"], "rows": [*about(matter), (gettext("Your role"), [role])]}


def hand_over_old(matter: Matter) -> Context:
    is_own = matter.facts.get("by", matter.to) == matter.to
    return {"heir": matter.facts["to"], "is_own": is_own, "rows": about(matter)}


def partner_sign_in(_matter: Matter) -> Context:
    return {}


def access_notice(matter: Matter) -> Context:
    request = matter.request
    if not request:
        raise ValueError("access_notice without a request")
    is_proven = matter.facts["requester_proven"]
    asks_for_itself = request.person == request.requester
    rows = [
        (gettext("Asks"), [request.requester, proof(is_proven)]),
        (gettext("To be added"), [request.person, proof(is_proven and asks_for_itself)]),
        (gettext("Organization"), [request.organization]),
        *about(matter),
    ]
    return {
        "rows": rows,
        "asks_for_itself": asks_for_itself,
        "again": matter.facts.get("again", False),
        "odd": odd_words(matter),
        "goes_on": order_of(matter).purpose == "partner_for_customer",
    }


def named(matter: Matter) -> Context:
    asked = matter.facts["asked"]
    rows = [
        *([(gettext("Asked of"), asked)] if asked else []),
        (gettext("Organization"), [matter.organization]),
        *about(matter),
    ]
    return {"rows": rows}


def added(matter: Matter) -> Context:
    person = matter.facts["person"]
    rows = [
        (gettext("Added"), [person]),
        (gettext("Added by"), [matter.facts["by"]]),
        (gettext("Organization"), [matter.organization]),
        *about(matter),
    ]
    return {"rows": rows, "person": person, "is_reader": person == matter.to}


def answered(matter: Matter) -> Context:
    return {"rows": about(matter), "how": how(matter)}


def declined(matter: Matter) -> Context:
    return {"rows": about(matter)}


def resumed(matter: Matter) -> Context:
    return {"rows": about(matter), "how": how(matter)}


def receipt(matter: Matter) -> Context:
    order = order_of(matter)
    must_reach_out = matter.facts.get("partner_reach_out", False)
    rows: list[tuple[str, list[str]]] = [
        (gettext("Order"), [order.number]),
        (gettext("Active"), [product(line) for line in order.lines if not is_ahead(line)]),
        (gettext("Pending"), [product(line) for line in order.lines if is_ahead(line)]),
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
    by = (gettext("Set up by"), [order_of(matter).contact])
    return {"rows": [(gettext("Organization"), [matter.organization]), *about(matter), by]}


def first_admin(matter: Matter) -> Context:
    rows = [(gettext("Organization"), [matter.organization]), *about(matter)]
    return {"rows": rows, "by": order_of(matter).contact}


def alert(matter: Matter) -> Context:
    who, address = matter.facts.get("who", ""), matter.facts.get("address", "")
    why = wording.plain(matter.facts.get("why", ""))
    rows = [
        *([(gettext("Organization"), [matter.organization])] if matter.organization else []),
        *about(matter),
        (gettext("Contact"), [order_of(matter).contact]),
        *([(gettext("Said by"), [who])] if who else []),
        *([(gettext("No mail to"), [address, why])] if address else []),
    ]
    return {"rows": rows, "reason": matter.facts["reason"]}


def reminder(matter: Matter) -> Context:
    return {"rows": about(matter)}


def expired(matter: Matter) -> Context:
    return {"rows": about(matter)}


def reopened(matter: Matter) -> Context:
    return {"rows": about(matter)}


def cancelled(matter: Matter) -> Context:
    return {"rows": about(matter)}


def unanswered(matter: Matter) -> Context:
    return {"rows": about(matter)}


def confirm_question(matter: Matter) -> Context:
    asker = matter.request.requester if matter.request else ""
    rows = [
        (gettext("Asks"), [asker, proof(matter.facts["requester_proven"])]),
        (gettext("Organization"), [matter.organization]),
        *about(matter),
    ]
    return {"rows": rows, "again": matter.facts.get("again", False), "odd": odd_words(matter)}


def confirmed(matter: Matter) -> Context:
    is_ours = matter.request is not None and matter.request.status == "approved"
    return {"rows": about(matter), "is_ours": is_ours}


def digest(matter: Matter) -> Context:
    number = wording.shortened(matter.waiting[0].number, 20)
    return {"number": number, "waiting": matter.waiting, "rows": [*map(question, matter.waiting)]}


def dispute(matter: Matter) -> Context:
    return {"rows": about(matter), "outcome": matter.facts["outcome"]}


def moved(matter: Matter) -> Context:
    return {"rows": about(matter), "before": wording.plain(matter.facts["before"])}


def moved_away(matter: Matter) -> Context:
    return {"rows": about(matter), "before": wording.plain(matter.facts["before"])}


def webhook_paused(matter: Matter) -> Context:
    address = wording.plain(str(matter.facts["url"]).partition("://")[2])
    why = wording.plain(matter.facts["why"])
    rows = [(gettext("Address"), [address]), (gettext("Reason"), [why])]
    return {"rows": rows, "number": str(matter.facts["number"])}


def console_sign_in(_matter: Matter) -> Context:
    return {}


_ALL: tuple[Callable[[Matter], Context], ...] = (
    launch, fresh_link, hand_over_new, hand_over_old, partner_sign_in, access_notice, named, added,
    answered, declined, resumed, receipt, mapped, first_admin, alert, reminder, expired, reopened,
    cancelled, unanswered, confirm_question, confirmed, digest, dispute, moved, moved_away,
    webhook_paused, console_sign_in,
)  # fmt: skip
WRITERS = {writer.__name__: writer for writer in _ALL}
