"""Answers by whoever may not give them, too late, or about what has become something else."""

import json
from datetime import timedelta

import pytest

from matching.sentences import Refused
from provisioning import decisions
from provisioning.decisions import Ending
from records import clock, orders
from records import requests as rows
from records.tables import AccessRequest, MagicLink, Order, Organization
from tests.support import stored
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    MALLORY,
    NEWCOMER,
    PIA,
    acme,
    full_admins,
    now,
    requests_of,
    sync_admin,
    told,
    volta,
)
from tests.support.lists import elsewhere
from tests.support.page_client import PageClient

CHIEF = "chief@nordlicht.example"


def asks_for(stage, person, number="70012345", contact=CAROL):
    """An order that waits until Alice or Bob has answered about somebody."""
    if not Organization.select().where(Organization.ref == "acme").exists():
        acme()
    order = stage.place(contact, number=number, company_name="Acme")
    page = stage.opened("launch", contact).form().fill(admin_email=person).submit()
    page.form().choose("Acme GmbH").submit().form().submit()
    return order


def made_for_the_chief(stage):
    """Nordlicht, made by an order of somebody else's, and the link that asks the chief."""
    stage.place(company_name="Nordlicht Werke")
    page = stage.opened().form().fill(admin_email=CHIEF).submit()
    page.form().fill(confirm=True).submit()
    link = MagicLink.get(MagicLink.purpose == "first_admin")
    return Organization.get(Organization.name == "Nordlicht Werke"), link


def waits_for_the_chief(stage, number="2"):
    """Another order that names the chief, who has not confirmed yet."""
    contact = f"c{number}@nordlicht.example"
    order = stage.place(contact, number=number, company_name="Nordlicht Werke")
    page = stage.opened("launch", contact).form().fill(admin_email=CHIEF).submit()
    page.form().choose("Nordlicht Werke").submit().form().submit()
    return order


# --- at once, by the contact ---------------------------------------------------------------------


@pytest.fixture
def own(stage):
    """Alice's order for Acme, which names somebody else; she can decide about it herself."""
    acme()
    order = stage.place(ALICE, company_name="Acme")
    page = stage.opened().form().fill(admin_email=NEWCOMER).submit()
    page.form().choose("Acme GmbH").submit()
    return now(order)


@pytest.mark.parametrize(("by", "decision"), [(BOB, "add"), (ALICE, "decline"), (ALICE, "report")])
def test_only_the_contact_says_at_once_and_only_that_it_goes_on(stage, own, by, decision):
    before = stored.dump()
    decisions.decide_at_once(own, by, decision, stage.settings)
    assert stored.dump() == before


def test_what_is_decided_at_once_stands_as_a_request_that_its_asker_answered(stage, own):
    decisions.decide_at_once(own, ALICE, "accept", stage.settings)
    (request,) = requests_of(own)
    said = (request.requester_email, request.requester_proven, request.message)
    assert said == (ALICE, True, "")
    assert (request.status, request.decided_by, request.note) == ("accepted", ALICE, "")


@pytest.mark.parametrize("expired", [False, True])
def test_who_asked_and_then_became_an_administrator_answers_the_open_question(stage, expired):
    order = asks_for(stage, "dora@acme.com")
    (asked,) = requests_of(order)
    sync_admin(asked.organization_id, CAROL, is_admin=True)
    if expired:
        AccessRequest.update(expires_at=clock.now() - timedelta(seconds=1)).execute()
    decisions.decide_at_once(now(order), CAROL, "accept", stage.settings)
    ended = ["expired", "accepted"] if expired else ["accepted"]
    assert [r.status for r in requests_of(order)] == ended
    assert now(order).admin_email == CAROL


def test_who_is_no_administrator_any_more_is_told_so(stage, own):
    sync_admin(own.organization_id, ALICE, is_admin=False)
    before = stored.dump()
    with pytest.raises(Refused) as refused:
        decisions.decide_at_once(own, ALICE, "accept", stage.settings)
    assert str(refused.value) == "You are no full administrator there any more."
    assert stored.dump() == before


def test_what_has_been_decided_at_once_is_not_decided_again(stage, own):
    decisions.decide_at_once(own, ALICE, "accept", stage.settings)
    assert now(own).admin_email == ALICE
    before = stored.dump()
    decisions.decide_at_once(now(own), ALICE, "add", stage.settings)
    assert stored.dump() == before


def test_at_once_nobody_is_sent_what_they_have_just_done(stage, own):
    decisions.decide_at_once(own, ALICE, "add", stage.settings)
    assert full_admins(own.organization) == {ALICE, BOB, NEWCOMER}
    assert {mail.letter for mail in stage.mails()} == {"launch", "added"}
    assert told(own)[-1] == "request approved"


# --- who else is waiting for the same person -----------------------------------------------------


def test_an_approval_frees_who_waits_for_that_person_and_nobody_else(stage):
    first = asks_for(stage, "dora@acme.com")
    same = asks_for(stage, "dora@acme.com", "2", "two@acme.com")
    other = asks_for(stage, "emil@acme.com", "3", "three@acme.com")
    stage.decide(BOB, "decline")  # the newest notice is about Emil
    (request,) = requests_of(first)
    assert decisions.decide(request.id, BOB, "add", "", stage.settings) is Ending.COUNTED
    assert [now(order).status for order in (first, same, other)] == [
        "launched", "launched", "launched"
    ]  # fmt: skip
    assert [requests_of(order)[0].status for order in (first, same, other)] == [
        "approved", "approved", "declined"
    ]  # fmt: skip
    assert requests_of(same)[0].decided_by == "directory"


def test_an_approval_leaves_waiting_who_waits_for_somebody_else(stage):
    first = asks_for(stage, "dora@acme.com")
    other = asks_for(stage, "emil@acme.com", "2", "two@acme.com")
    (request,) = requests_of(first)
    decisions.decide(request.id, BOB, "add", "", stage.settings)
    assert now(other).status == "waiting"
    assert [r.status for r in requests_of(other)] == ["open"]


def test_a_sync_frees_every_order_whose_person_it_names(stage):
    first = asks_for(stage, "dora@acme.com")
    other = asks_for(stage, "emil@acme.com", "2", "two@acme.com")
    sync_admin(requests_of(first)[0].organization_id, "dora@acme.com", is_admin=True)
    assert decisions.resume_granted(stage.settings) == 1
    assert decisions.resume_granted(stage.settings) == 0
    assert [now(order).status for order in (first, other)] == ["launched", "waiting"]
    assert told(first)[-2:] == ["request approved", "launched"]
    (letter,) = stage.mails("resumed")
    assert (letter.recipient, '"how": "directory"' in letter.facts) == (CAROL, True)
    assert letter.request_id == requests_of(first)[0].id
    approved = orders.history(first)[-2]
    assert (approved.who, approved.why) == ("directory", "dora@acme.com is full admin")


def test_a_partner_that_went_on_is_told_what_a_sync_has_answered(stage):
    acme()
    volta()
    order = stage.place(PIA, role="partner", company_name="Acme")
    page = stage.opened("launch", PIA).form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(admin_email="dora@acme.com").submit()
    page.form().choose("Acme GmbH").submit().form().submit()
    sync_admin(requests_of(order)[0].organization_id, "dora@acme.com", is_admin=True)
    assert decisions.resume_granted(stage.settings) == 1
    assert [mail.letter for mail in stage.mails(to=PIA)] == ["launch", "answered"]


def test_who_looks_again_is_not_mailed_what_the_page_says(stage):
    order = asks_for(stage, "dora@acme.com")
    assert not decisions.check_again(order, stage.settings)
    sync_admin(requests_of(order)[0].organization_id, "dora@acme.com", is_admin=True)
    assert decisions.check_again(order, stage.settings)
    assert not stage.mails("resumed")
    assert now(order).status == "launched"


def test_who_looks_again_ends_no_other_order_s_hold(stage):
    first = asks_for(stage, "dora@acme.com")
    other = asks_for(stage, "dora@acme.com", "2", "two@acme.com")
    sync_admin(requests_of(first)[0].organization_id, "dora@acme.com", is_admin=True)
    assert decisions.check_again(first, stage.settings)
    assert [now(order).status for order in (first, other)] == ["launched", "waiting"]


def test_what_was_withdrawn_while_a_sync_was_read_is_granted_to_nobody(stage, monkeypatch):
    order = asks_for(stage, "dora@acme.com")
    sync_admin(requests_of(order)[0].organization_id, "dora@acme.com", is_admin=True)
    read = rows.open_and_granted()
    assert [request.order_id for request in read] == [order.id]
    rows.withdraw(read[0], CAROL)
    monkeypatch.setattr(rows, "open_and_granted", lambda _order=None: read)
    before = stored.dump()
    assert decisions.resume_granted(stage.settings) == 0
    assert stored.dump() == before


# --- a first administrator -----------------------------------------------------------------------


def test_a_first_administrator_frees_who_waits_for_them_and_hears_of_the_others(stage):
    made, link = made_for_the_chief(stage)
    same = waits_for_the_chief(stage)
    other = stage.place("o@nordlicht.example", number="3", company_name="Nordlicht Werke")
    page = stage.opened("launch", "o@nordlicht.example").form()
    page = page.fill(admin_email="dora@nordlicht.example").submit()
    page.form().choose("Nordlicht Werke").submit().form().submit()
    assert decisions.confirm_first_admin(link, True, stage.settings) is Ending.COUNTED
    assert full_admins(made) == {CHIEF}
    assert [now(order).status for order in (same, other)] == ["launched", "waiting"]
    assert requests_of(same)[0].decided_by == "first_admin"
    confirmed = AccessRequest.get_by_id(link.request_id)
    assert (confirmed.status, confirmed.decided_by) == ("approved", CHIEF)
    assert told(confirmed.order)[-1] == "first administrator confirmed"
    (notice,) = stage.mails("access_notice")
    assert (notice.recipient, notice.order_id) == (CHIEF, other.id)
    assert decisions.confirm_first_admin(link, True, stage.settings) is Ending.DECIDED
    assert decisions.confirm_first_admin(link, False, stage.settings) is Ending.DECIDED
    assert full_admins(made) == {CHIEF}


def test_a_first_administrator_who_refuses_leaves_everybody_to_the_operator(stage):
    made, link = made_for_the_chief(stage)
    waiting = waits_for_the_chief(stage)
    assert decisions.confirm_first_admin(link, False, stage.settings) is Ending.COUNTED
    assert full_admins(made) == set()
    assert now(waiting).status == "waiting"
    refused, (open_one,) = AccessRequest.get_by_id(link.request_id), requests_of(waiting)
    assert (refused.status, refused.decided_by) == ("reported", CHIEF)
    alerts = stage.mails("alert")
    about = [(mail.order_id, mail.request_id) for mail in alerts]
    assert about == [(link.order_id, refused.id), (waiting.id, open_one.id)]
    said = [json.loads(mail.facts) for mail in alerts]
    assert said == [
        {"reason": "first_admin_refused", "who": CHIEF},
        {"reason": "nobody_to_ask", "who": CHIEF},
    ]


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_first_administrator_whose_time_is_over_confirms_nothing(stage, confirmed):
    made, link = made_for_the_chief(stage)
    AccessRequest.update(expires_at=clock.now() - timedelta(seconds=1)).execute()
    before = stored.dump()
    ending = decisions.confirm_first_admin(link, confirmed, stage.settings)
    assert ending is Ending.EXPIRED
    assert stored.dump() == before
    assert full_admins(made) == set()


@pytest.mark.parametrize("status", ["stopped", "provisioned"])
def test_while_the_operator_looks_into_an_order_nobody_confirms_it(stage, status):
    _made, link = made_for_the_chief(stage)
    Order.update(status=status).execute()
    request = rows.by_id(link.request_id)
    assert decisions.may_confirm(request, now(request.order)) == (status == "provisioned")


# --- "this is not ours" --------------------------------------------------------------------------


@pytest.fixture
def mapped(stage):
    """Carol's order, mapped to Acme by Alice's answer, and Bob's link to object."""
    acme(admins=(ALICE, BOB, CAROL), users=())
    order = stage.place(CAROL, company_name="Acme")
    stage.opened().form().submit().form().fill(confirm=True).submit()
    return order, MagicLink.get((MagicLink.purpose == "dispute") & (MagicLink.email == BOB))


def test_who_administers_it_no_more_objects_to_nothing(stage, mapped):
    order, link = mapped
    sync_admin(now(order).organization_id, BOB, is_admin=False)
    before = stored.dump()
    assert decisions.dispute(link, stage.settings) is Ending.NOT_ENTITLED
    assert stored.dump() == before


def test_an_objection_counts_once_and_stops_a_stopped_order_no_further(stage, mapped):
    order, link = mapped
    assert decisions.dispute(link, stage.settings) is Ending.COUNTED
    assert decisions.dispute(link, stage.settings) is Ending.DECIDED
    alice = MagicLink.get((MagicLink.purpose == "dispute") & (MagicLink.email == ALICE))
    assert decisions.dispute(alice, stage.settings) is Ending.COUNTED
    assert (now(order).status, now(order).stopped_from) == ("stopped", "provisioned")
    assert told(order).count("stopped") == 1
    assert told(order).count("disputed") == 2
    assert [r.status for r in requests_of(order, "dispute")] == ["open"]
    (request,) = requests_of(order, "dispute")
    alerts = stage.mails("alert")
    assert [(mail.order_id, mail.request_id) for mail in alerts] == [(order.id, request.id)] * 2
    assert [BOB in alerts[0].facts, ALICE in alerts[1].facts] == [True, True]
    assert all('"reason": "disputed"' in mail.facts for mail in alerts)
    (stopped,) = [row for row in orders.history(order) if row.what == "stopped"]
    assert (stopped.who, stopped.why) == (BOB, "disputed")


def test_a_waiting_order_that_is_reported_is_restored_as_a_launched_one(stage):
    order = asks_for(stage, CAROL)
    (request,) = requests_of(order)
    assert decisions.decide(request.id, ALICE, "report", "Never heard.", stage.settings)
    assert (now(order).status, now(order).stopped_from) == ("stopped", "launched")
    (alert,) = stage.mails("alert")
    assert (alert.request_id, alert.recipient) == (request.id, stage.settings.support_address)
    assert '"reason": "reported"' in alert.facts
    assert f'"who": "{ALICE}"' in alert.facts


@pytest.mark.parametrize("by", [MALLORY, CAROL])
def test_an_answer_of_somebody_who_is_no_administrator_there_counts_for_nothing(stage, by):
    order = asks_for(stage, CAROL)
    before = stored.dump()
    ending = decisions.decide(requests_of(order)[0].id, by, "add", "", stage.settings)
    assert ending is Ending.NOT_ENTITLED
    assert stored.dump() == before


def test_who_is_to_be_added_does_not_answer_even_as_an_administrator(stage):
    order = asks_for(stage, CAROL)
    (request,) = requests_of(order)
    sync_admin(request.organization_id, CAROL, is_admin=True)
    assert not decisions.may_decide(request, CAROL)
    assert decisions.may_decide(request, BOB)
    ending = decisions.decide(request.id, CAROL, "accept", "", stage.settings)
    assert ending is Ending.NOT_ENTITLED
    assert [r.status for r in requests_of(order)] == ["open"]


def test_what_an_administrator_answers_reaches_the_contact_with_a_way_on(stage):
    order = asks_for(stage, CAROL)
    stage.decide(ALICE, "accept")
    (letter,) = stage.mails("resumed")
    assert letter.link.email == CAROL
    assert letter.link.purpose == "launch"
    assert elsewhere(stage).path.endswith("/review")
    assert now(order).admin_email == ALICE
    late = PageClient(stage.app).get(stage.path("access_notice", BOB))
    assert late.heading == "This has been answered"
