"""What an order may learn of the directory in its life, and what happens when it has learned it."""

from collections.abc import Sequence
from dataclasses import dataclass

from config import Settings
from matching import budgets
from matching.rules import Candidate, Tier
from matching.sentences import Sentence, sentence
from provisioning import limits
from provisioning.matches import Match
from provisioning.telling import alert
from records import budgets as rows
from records import orders
from records.database import db
from records.tables import Order

GRANTED = "more questions granted"
REASON = "budget_spent"
CLOSED = (Tier.WEAK, Tier.DOMAIN)  # tiers that stand in nobody's way


@dataclass(frozen=True, slots=True)
class Paid:
    """Which of the candidates may be shown; and why not all of them, or why there is no answer."""

    candidates: Sequence[Candidate] = ()
    refusal: Sentence | None = None


def pay(
    order: Order,
    found: Match,
    shown: Sequence[Candidate],
    by: str,
    settings: Settings,
    *,
    proven: str | None,
    network: str,
) -> Paid:
    """Pay for the answer to a question with these candidates; what was paid before is free.

    Whoever asks too often, or has used up the order's budget, gets the same refusal whatever the
    answer would have been.
    """
    price = budgets.price(found.question, shown, proven)
    items = [price.question, *([price.address] if price.address else [])]
    wanted = [*items, *map(str, price.organizations)]
    if len(rows.known(order.id, wanted)) == len(wanted):
        return Paid(shown)
    with db.atomic():
        held = orders.locked(order.id)
        known = rows.known(held.id, wanted)
        room = {kind: _room(held, kind, settings) for kind in ("question", "address")}
        left = _room(held, "organization", settings)
        costs = _costs(price, known)
        # With nothing left to show, a question would still say whether there is something.
        if any(room.get(kind, 1) < 1 or (kind == "question" and left < 1) for kind in costs):
            _call_operator(held, by, settings)
            return Paid(refusal=spent(held, settings))
        who = {"order": held.number, "address": by, "network": network}
        if not limits.allowed("look up", settings, **who):
            return Paid(refusal=limits.too_often("look up"))
        for kind, what in costs.items():
            rows.spend(held.id, kind, [what])
        news = [n for n in price.organizations if str(n) not in known]
        rows.spend(held.id, "organization", map(str, news[:left]))
        return _cut(held, shown, set(news[left:]), by, settings)


def grant(order: Order, by: str, why: str) -> None:
    """The operator lets an order have each of its budgets once more."""
    with db.atomic():
        orders.note(orders.locked(order.id), by, GRANTED, why)


def spent(order: Order, settings: Settings) -> Sentence:
    """What is said in place of an answer."""
    return sentence(
        "This order has looked up as many companies as one order may. %(seller)s has been told and "
        "can allow more: write to %(address)s and name order %(number)s.",
        seller=settings.seller_name,
        address=settings.support_address,
        number=order.number,
    )


def _costs(price: budgets.Price, known: set[str]) -> dict[str, str]:
    """What is new of the question and the address, by the budget that pays for it."""
    kind = "question" if price.is_limited else "own_question"
    costs = {} if price.question in known else {kind: price.question}
    if price.address and price.address not in known:
        costs["address"] = price.address
    return costs


def _cut(
    held: Order, shown: Sequence[Candidate], hidden: set[int], by: str, settings: Settings
) -> Paid:
    """What may be shown; it only says that more is hidden where that may be the one."""
    visible = [c for c in shown if c.organization.id not in hidden]
    if all(c.tier in CLOSED for c in shown if c.organization.id in hidden):
        return Paid(visible)
    _call_operator(held, by, settings)
    return Paid(visible, spent(held, settings))


def _room(held: Order, kind: str, settings: Settings) -> int:
    """How much of a budget is left."""
    most = {
        "question": settings.order_questions,
        "address": settings.order_addresses,
        "organization": settings.order_organizations,
    }[kind]
    used = rows.used(held.id, kind)
    if used < most:
        return most - used
    grants = sum(row.what == GRANTED for row in orders.history(held))
    return max(0, most * (1 + grants) - used)


def _call_operator(held: Order, by: str, settings: Settings) -> None:
    """Once until more is granted."""
    told = [row.what for row in orders.history(held) if row.what == GRANTED or row.why == REASON]
    if not told or told[-1] == GRANTED:
        alert(held, REASON, by, settings)
