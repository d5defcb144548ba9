"""Where an order stands and who may go on, as functions of plain values.

The tables are those of the product's specification: the wizard's steps and a new administrator for
an existing organization.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """A page of the wizard, in the order of the journey."""

    PURPOSE = "purpose"
    COMPANY = "company"
    ORGANIZATION = "organization"
    ADMINISTRATOR = "administrator"
    WAITING = "waiting"
    REVIEW = "review"
    DONE = "done"


class Verdict(StrEnum):
    """What follows for an order whose organization is chosen."""

    GO_ON = "go_on"  # the administrator is one already, or the organization is new
    GO_ON_ASKING = "go_on_asking"  # provisioning may finish; the partner must reach the admins
    HOLD = "hold"  # nothing goes on before an administrator has added the person


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """All that the current step follows from."""

    status: str
    role: str  # customer | partner
    purpose: str | None  # customer | partner_for_customer | partner_own_use
    answered: bool  # company name and administrator address are given
    listed: bool  # there were organizations to choose from
    choice: str | None  # None | "new" | "existing"
    is_full_admin: bool  # the named administrator, in the chosen organization, now
    request: str | None  # status of the latest access request for that person there
    vouched: bool = True  # a partner by the seller's word or the directory's, not a customer's


CLOSED = ("stopped", "cancelled", "expired")
_UNASKED = (None, "withdrawn", "approved", "accepted")
_ANSWERED = ("open", "expired", "declined", "accepted")  # asked; provisioning need not wait


def may_go_on(purpose: str | None, is_full_admin: bool, vouched: bool = True) -> Verdict:
    """The three outcomes for an existing organization.

    Whom a customer's hand-over alone made a partner holds as a customer does.
    """
    if is_full_admin:
        return Verdict.GO_ON
    asking = purpose == "partner_for_customer" and vouched
    return Verdict.GO_ON_ASKING if asking else Verdict.HOLD


def verdict(facts: OrderFacts) -> Verdict:
    """The outcome for the choice that the order holds."""
    if facts.choice != "existing":
        return Verdict.GO_ON
    return may_go_on(facts.purpose, facts.is_full_admin, facts.vouched)


def current_step(facts: OrderFacts) -> Step:
    """The one step that is to be answered now."""
    if facts.status == "provisioned":
        return Step.DONE
    if facts.purpose is None:
        return Step.PURPOSE
    if not facts.answered:
        return Step.COMPANY
    if facts.choice is None:
        return Step.ORGANIZATION
    outcome = verdict(facts)
    if outcome is Verdict.GO_ON:
        return Step.REVIEW
    if outcome is Verdict.GO_ON_ASKING and facts.request in _ANSWERED:
        return Step.REVIEW
    # An approval that no longer holds (the admin was removed since) asks again.
    return Step.ADMINISTRATOR if facts.request in _UNASKED else Step.WAITING


class Awaited(StrEnum):
    """Whose move it is."""

    OPENING = "opening"  # the contact has not opened the order yet
    CONTACT = "contact"
    ADMINISTRATORS = "administrators"
    SELLER = "seller"
    NOBODY = "nobody"


def awaited(facts: OrderFacts, is_closed: bool) -> Awaited:
    """Who has to do something before the order goes on."""
    if facts.status == "stopped":
        return Awaited.SELLER
    if is_closed or facts.status == "provisioned":
        return Awaited.NOBODY
    if facts.status == "placed":
        return Awaited.OPENING
    asked = current_step(facts) is Step.WAITING and facts.request == "open"
    return Awaited.ADMINISTRATORS if asked else Awaited.CONTACT


def partner_named(
    role: str, partners: Collection[tuple[int, bool]], before: int | None = None
) -> int | None:
    """The partner organization that an order names by its contact, else None.

    `partners`: those that the contact belongs to, each with whether the directory or they
    themselves say so; what somebody else's order or decision said of them counts for nothing.
    `before`: what the order has named so far, which one of several keeps it.
    """
    belongs = {organization for organization, is_said in partners if is_said}
    if role != "partner":
        return None
    if before in belongs:
        return before
    return belongs.pop() if len(belongs) == 1 else None


def path(facts: OrderFacts) -> list[Step]:
    """The steps of this order's journey as far as it is known, past and ahead."""
    current = current_step(facts)
    asked = current in (Step.ADMINISTRATOR, Step.WAITING) or (
        verdict(facts) is Verdict.GO_ON_ASKING and facts.status != "provisioned"
    )
    shown = {
        Step.PURPOSE: facts.role == "partner",
        Step.COMPANY: True,
        # Before the company is known, whether there will be a list is not: it is announced.
        Step.ORGANIZATION: (facts.listed or not facts.answered or current is Step.ORGANIZATION),
        Step.ADMINISTRATOR: asked,
        Step.WAITING: current is Step.WAITING,
        Step.REVIEW: True,
        Step.DONE: True,
    }
    return [step for step in Step if shown[step]]


def is_open(step: Step, facts: OrderFacts) -> bool:
    """Whether a step may be visited: the current one and, until provisioned, earlier ones."""
    current = current_step(facts)
    steps = path(facts)
    if step not in steps or current is Step.DONE:
        return step is current
    return steps.index(step) <= steps.index(current)


def kind_for(purpose: str | None) -> str | None:
    """The kind of organization that a purpose asks for."""
    if purpose is None:
        return None
    return "partner" if purpose == "partner_own_use" else "customer"
