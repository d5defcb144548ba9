"""What an answer leaves in the outbox: to whom, about what, with which facts and which link."""

import json
from datetime import timedelta

import pytest

from provisioning import decisions, links
from records.tables import History, MagicLink, OutboxRow
from tests.support.cast import ALICE, BOB, CAROL, PIA, acme, now, requests_of, volta
from tests.support.page_client import PageClient
from tests.support.steps import journey


@pytest.fixture
def held(stage):
    """Carol's order waits for Alice or Bob."""
    order, _page = journey(stage, "waiting")
    return order


@pytest.fixture
def gone_on(stage):
    """A partner's order for a customer is set up already; Alice or Bob may still add the person."""
    acme()
    volta()
    order = stage.place(PIA, role="partner", company_name="Acme")
    page = stage.opened().form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(admin_email=CAROL).submit().form().choose("Acme GmbH").submit()
    page.form().submit().form().fill(confirm=True).submit()
    assert now(order).status == "provisioned"
    return order


def since(stage, before):
    """The letters that came after so many."""
    return stage.mails()[before:]


def answered(stage, decision, **fields):
    """The letters that an administrator's answer brings."""
    before = len(stage.mails())
    stage.decide(BOB, decision, **fields)
    return since(stage, before)


def about(row: OutboxRow):
    return row.order_id, row.request_id


def test_all_administrators_and_the_person_hear_who_added_whom(stage, held):
    (request,) = requests_of(held)
    *added, resumed = answered(stage, "add", note="Welcome.")
    assert [(m.letter, m.recipient) for m in added] == [("added", a) for a in (ALICE, BOB, CAROL)]
    for mail in added:
        assert about(mail) == (held.id, request.id)
        assert json.loads(mail.facts) == {"person": CAROL, "by": BOB}
        link = MagicLink.get_by_id(mail.link_id)
        assert (link.purpose, link.email) == ("dispute", mail.recipient)
        assert (link.order_id, link.request_id) == (held.id, request.id)
        assert link.expires_at - link.issued_at == timedelta(days=7)
    assert (resumed.letter, resumed.recipient, about(resumed)) == (
        "resumed", CAROL, (held.id, request.id),
    )  # fmt: skip
    assert MagicLink.get_by_id(resumed.link_id).purpose == "launch"
    note = History.get(History.what == "request approved")
    assert (note.who, note.why) == (BOB, "Welcome.")


@pytest.mark.parametrize(("decision", "letter"), [("accept", "resumed"), ("decline", "declined")])
def test_the_contact_of_a_held_order_is_told_of_which_request_it_was(stage, held, decision, letter):
    (request,) = requests_of(held)
    (mail,) = answered(stage, decision)
    assert (mail.letter, mail.recipient, about(mail)) == (letter, CAROL, (held.id, request.id))
    assert MagicLink.get_by_id(mail.link_id).purpose == "launch"


def test_a_report_tells_the_operator_and_not_the_contact(stage, held):
    (request,) = requests_of(held)
    (mail,) = answered(stage, "report")
    assert (mail.letter, mail.recipient) == ("alert", stage.settings.support_address)
    assert about(mail) == (held.id, request.id)


@pytest.mark.parametrize(("decision", "others"), [("add", 3), ("accept", 0), ("decline", 0)])
def test_an_order_that_had_gone_on_is_told_the_answer_without_a_link(
    stage, gone_on, decision, others
):
    (request,) = requests_of(gone_on)
    *added, mail = answered(stage, decision)
    assert len(added) == others
    assert (mail.letter, mail.recipient, about(mail)) == (
        "answered", PIA, (gone_on.id, request.id),
    )  # fmt: skip
    assert mail.link_id is None
    assert now(gone_on).admin_email == CAROL
    assert now(gone_on).status == "provisioned"


def test_a_stopped_order_is_told_the_answer_without_a_link(stage, held):
    (request,) = requests_of(held)
    decisions.stop(now(held), "disputed", ALICE, stage.settings)
    before = len(stage.mails())
    decisions.decide(request.id, BOB, "decline", "", stage.settings)
    (mail,) = since(stage, before)
    assert (mail.letter, about(mail), mail.link_id) == ("answered", (held.id, request.id), None)
    assert now(held).status == "stopped"


def test_an_order_that_waits_no_longer_is_told_that_the_answer_came(stage, held):
    """The contact went on to something else; its question was left open."""
    (request,) = requests_of(held)
    held = now(held)
    held.status = "launched"
    held.save()
    before = len(stage.mails())
    decisions.decide(request.id, BOB, "accept", "", stage.settings)
    assert [(m.letter, about(m)) for m in since(stage, before)] == [
        ("answered", (held.id, request.id))
    ]


def test_who_disputes_hears_that_the_order_is_stopped(stage, gone_on):
    before = len(stage.mails())
    page = PageClient(stage.app).get(stage.path("mapped", BOB))
    page.form().fill(confirm=True).submit()
    *_alerts, mail = since(stage, before)
    (opened,) = requests_of(gone_on, "dispute")
    assert (mail.letter, mail.recipient) == ("dispute", BOB)
    assert about(mail) == (gone_on.id, opened.id)
    assert json.loads(mail.facts) == {"outcome": "stopped"}


def test_a_digest_leads_to_a_question_too(stage, held):
    (request,) = requests_of(held)
    request.kind = "confirm"
    request.save()
    link = links.issue("digest", BOB, stage.settings, request=request)
    path = str(links.url_of(link, stage.settings)).removeprefix(stage.settings.link_base)
    page = PageClient(stage.app).get(f"{path}/{request.id}")
    assert page.heading == "Is this order yours?"
