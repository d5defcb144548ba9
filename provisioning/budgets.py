"""What an order may learn of the directory in its life, and what happens when it has learned it."""

from collections.abc import Sequence
from dataclasses import dataclass

from config import Settings
from matching import budgets
from matching.rules import Candidate
from matching.sentences import Sentence, sentence
from provisioning import limits, requests
from provisioning.matches import Match
from records import budgets as rows
from records import orders
from records.database import db
from records.tables import Order

GRANTED = "more questions granted"
REASON = "budget_spent"
SPENT = sentence(
    "This order has looked for organizations as often as it may. We have been told, and can let it "
    "look further: write to us."
)


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
        who = {"order": held.number, "address": by, "network": network}
        if not limits.allowed("look up", settings, **who):
            return Paid(refusal=limits.TOO_OFTEN)
        known = rows.known(held.id, wanted)
        if not _ask(held, price, known, settings):
            _call_operator(held, by, settings)
            return Paid(refusal=SPENT)
        news = [n for n in price.organizations if str(n) not in known]
        room = _room(held, "organization", settings.order_organizations)
        rows.spend(held.id, "organization", map(str, news[:room]))
        if len(news) <= room:
            return Paid(shown)
        _call_operator(held, by, settings)
        hidden = set(news[room:])
        return Paid([c for c in shown if c.organization.id not in hidden], SPENT)


def grant(order: Order, by: str, why: str) -> None:
    """The operator lets an order have each of its budgets once more."""
    with db.atomic():
        orders.note(orders.locked(order.id), by, GRANTED, why)


def _ask(held: Order, price: budgets.Price, known: set[str], settings: Settings) -> bool:
    """Pay for the question and the address, both or neither."""
    costs = []
    if price.question not in known:
        kind = "question" if price.is_limited else "own_question"
        costs.append((kind, price.question, settings.order_questions))
    if price.address and price.address not in known:
        costs.append(("address", price.address, settings.order_addresses))
    if any(kind != "own_question" and _room(held, kind, most) < 1 for kind, _what, most in costs):
        return False
    for kind, what, _most in costs:
        rows.spend(held.id, kind, [what])
    return True


def _room(held: Order, kind: str, most: int) -> int:
    """How much of a budget is left."""
    used = rows.used(held.id, kind)
    if used < most:
        return most - used
    grants = sum(row.what == GRANTED for row in orders.history(held))
    return max(0, most * (1 + grants) - used)


def _call_operator(held: Order, by: str, settings: Settings) -> None:
    """Once until more is granted."""
    told = [row.what for row in orders.history(held) if row.what == GRANTED or row.why == REASON]
    if not told or told[-1] == GRANTED:
        requests.alert(held, REASON, by, settings)
