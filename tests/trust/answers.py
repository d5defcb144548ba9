"""An order that waits for an answer, ways to give one, and what each leaves behind."""

from functools import partial

from provisioning import decisions
from provisioning.decisions import STATUS
from records.tables import Order
from tests.support.cast import CAROL, Stage, acme, full_admins, now, requests_of
from tests.support.page_client import PageClient
from tests.trust.racing import pressing, since
from tests.trust.soundness import assert_sound

ANSWERS = ("add", "accept", "decline", "report")
# What an answer alone leaves behind: the order's status, its history, its mails.
AFTER = {
    "add": ("launched", ["request approved", "launched"], ["added"] * 3 + ["resumed"]),
    "accept": ("launched", ["request accepted", "launched"], ["resumed"]),
    "decline": ("launched", ["request declined", "launched"], ["declined"]),
    "report": ("stopped", ["request reported", "stopped", "operator alerted"], ["alert"]),
}


def held_order(stage: Stage) -> Order:
    """Carol's order waits for Alice or Bob."""
    acme()
    order = stage.place(CAROL, company_name="Acme")
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit()
    page.form().submit()
    return order


def answering(stage, to, decision):
    """A press of the button of a notice's page."""
    page = PageClient(stage.app).get(stage.path("access_notice", to))
    return pressing(page.form().fill(decision=decision))


def deciding(stage, request, by, decision):
    return partial(decisions.decide, request.id, by, decision, "", stage.settings)


def assert_answered(before, order, decision, by):
    """The request has this answer of this administrator, and nothing speaks of another."""
    (request,) = requests_of(order)
    status, said, letters = AFTER[decision]
    assert (request.status, request.decided_by) == (STATUS[decision], by)
    assert request.decided_at < request.expires_at
    assert now(order).status == status
    assert now(order).admin_email == (by if decision == "accept" else CAROL)
    assert (CAROL in full_admins(request.organization)) == (decision == "add")
    history, mails = since(before, order)
    assert history == said
    assert [letter for letter, _to in mails] == letters
    assert_sound()


def assert_unanswered(before, order, status, said, letters):
    """The request ended without an answer: nobody has a right, and no mail says otherwise."""
    (request,) = requests_of(order)
    assert request.status == status
    assert CAROL not in full_admins(request.organization)
    history, mails = since(before, order)
    assert (history, [letter for letter, _to in mails]) == (said, letters)
    assert_sound()
