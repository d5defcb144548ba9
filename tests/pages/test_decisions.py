"""Answers by mail: who may give one, when, what follows; of two at once exactly one counts."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine

from provisioning import decisions
from provisioning.decisions import Ending
from records import clock
from records.tables import AccessRequest, Mapping, Order, OutboxRow, Subscription, User
from tests.support import stored
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    PIA,
    acme,
    full_admins,
    now,
    requests_of,
    sync_admin,
    told,
    volta,
)
from tests.support.lists import AT, elsewhere
from tests.support.page_client import PageClient

ANSWERS = ("add", "accept", "decline", "report")


@pytest.fixture
def held(stage):
    """Carol's order waits for Alice or Bob."""
    acme()
    order = stage.place(CAROL, company_name="Acme")
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit()
    page.form().fill(message="I run the meetings.").submit()
    return order


def notice(stage, to=BOB, status=200):
    return PageClient(stage.app).get(stage.path("access_notice", to), status=status)


def overdue(**fields):
    AccessRequest.update(expires_at=clock.now() - timedelta(seconds=1), **fields).execute()


def test_the_page_shows_who_asks_for_whom_what_order_from_whom_and_four_answers(stage, held):
    page = notice(stage)
    for said in (CAROL, "proved by its mailbox", "I run the meetings.", "Acme GmbH", "70012345",
                 "25 × Meetings", "Northwind Cloud"):  # fmt: skip
        assert said in page
    assert [i["value"] for i in page.select(".choices [name=decision]")] == list(ANSWERS)
    assert not [i for i in page.select("input[checked]") if i["value"]]


def test_sent_untouched_it_decides_nothing(stage, held):
    before = stored.dump()
    page = notice(stage).form().submit(status=422)
    assert page.one("[role=alert] a")["href"] == "#decision"
    page.form().fill(note="n" * 501, decision="add").submit(status=422)
    page.form().forge(decision="approve").submit(status=422)
    assert stored.dump() == before


def test_an_answer_page_left_open_overnight_still_takes_the_answer(stage, held):
    form = notice(stage).form().fill(decision="add", note="Sorry, I was away.")
    with time_machine.travel(clock.now() + timedelta(hours=13)):
        assert form.submit().heading == "Thank you, your answer counts"
    assert requests_of(held)[0].note == "Sorry, I was away."


@pytest.mark.parametrize(
    ("answer", "status", "order_status", "step", "letter", "administrator"),
    [
        ("add", "approved", "launched", "review", "resumed", CAROL),
        ("accept", "accepted", "launched", "review", "resumed", BOB),
        ("decline", "declined", "launched", "waiting", "declined", CAROL),
        ("report", "reported", "stopped", None, None, CAROL),
    ],
)
def test_what_follows_from_each_answer(
    stage, held, answer, status, order_status, step, letter, administrator
):
    page = stage.decide(BOB, answer, note="Because.")
    assert page.heading == "Thank you, your answer counts"
    (request,) = requests_of(held)
    assert (request.status, request.decided_by, request.note) == (status, BOB, "Because.")
    assert (now(held).status, now(held).admin_email) == (order_status, administrator)
    added = {CAROL} if answer == "add" else set()
    assert full_admins(request.organization) == {ALICE, BOB} | added
    assert f"request {status}" in told(held)
    assert not Mapping.select().count()
    if letter:
        assert stage.opened(letter, CAROL).path == AT + step
    else:
        assert [m.recipient for m in stage.mails("alert")] == [stage.settings.support_address]
        assert not stage.mails("resumed") + stage.mails("declined") + stage.mails("answered")


def test_the_added_person_and_all_administrators_are_told_and_can_object_for_seven_days(
    stage, held
):
    stage.decide(BOB, "add")
    assert sorted(m.recipient for m in stage.mails("added")) == [ALICE, BOB, CAROL]
    links = [m.link for m in stage.mails("added")]
    assert {(link.purpose, (link.expires_at - link.issued_at).days) for link in links} == {
        ("dispute", 7)
    }
    page = PageClient(stage.app).get(stage.path("added", ALICE))
    assert "has been stopped" in page.form().fill(confirm=True).submit().heading
    assert now(held).status == "stopped"
    assert [r.person_email for r in requests_of(held, "dispute")] == [ALICE]


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_administrator_who_was_removed_cannot_answer(stage, held, answer):
    (request,) = requests_of(held)
    form = notice(stage).form().fill(decision=answer)
    sync_admin(request.organization_id, BOB, is_admin=False)
    before = stored.dump()
    assert form.submit().heading == "You cannot answer this"
    assert notice(stage).heading == "You cannot answer this"
    ending = decisions.decide(request.id, BOB, answer, "", stage.settings)
    assert ending is Ending.NOT_ENTITLED
    assert stored.dump() == before


def test_nobody_decides_about_themselves_nor_about_an_organization_they_do_not_administer(
    stage, held
):
    (request,) = requests_of(held)
    volta()
    sync_admin(request.organization_id, CAROL, is_admin=True)
    before = stored.dump()
    for by in (CAROL, PIA, "nobody@acme.com", ""):
        for answer in ANSWERS:
            assert decisions.decide(request.id, by, answer, "", stage.settings) is (
                Ending.NOT_ENTITLED
            )
    assert stored.dump() == before


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_expired_request_cannot_be_answered_though_no_job_has_run(stage, held, answer):
    form = notice(stage).form().fill(decision=answer)
    overdue()
    before = stored.dump()
    assert form.submit().heading == "This request has expired"
    assert notice(stage).heading == "This request has expired"
    assert stored.dump() == before


def test_the_contact_of_an_expired_request_is_told_so_and_can_ask_again(stage, held):
    overdue(asked_at=clock.now() - timedelta(days=14))
    page = elsewhere(stage)
    assert page.heading == "Nobody has answered"
    page = page.form().submit("Ask them again")
    assert page.heading == "Waiting for an administrator's answer"
    assert [r.status for r in requests_of(held)] == ["expired", "open"]
    assert len(stage.mails("access_notice")) == 4


def test_a_withdrawn_request_says_so(stage, held):
    form = notice(stage).form().fill(decision="add")
    AccessRequest.update(status="withdrawn").execute()
    assert form.submit().heading == "This request was withdrawn"
    assert notice(stage).heading == "This request was withdrawn"


@pytest.mark.parametrize("answer", ANSWERS)
def test_who_comes_second_sees_who_decided_and_when(stage, held, answer):
    form = notice(stage, ALICE).form().fill(decision="add")
    stage.decide(BOB, answer)
    when = requests_of(held)[0].decided_at
    before = stored.dump()
    for page in (form.submit(), notice(stage, ALICE), notice(stage, BOB)):
        assert page.heading == "This has been answered"
        assert f"{BOB} answered on {when.day} {when:%B %Y, %H:%M} UTC." in page
    assert stored.dump() == before


def answered_at_once(stage, requests, answers):
    """Alice answers one request and Bob the other, or the same one."""
    return stored.at_once(
        [
            partial(decisions.decide, request, by, answer, "", stage.settings)
            for request, by, answer in zip(requests, (ALICE, BOB), answers, strict=True)
        ]
    )


@pytest.mark.parametrize("pair", [("add", "decline"), ("accept", "report"), ("add", "add")])
def test_of_two_answers_at_once_exactly_one_counts(stage, held, pair):
    for _round in range(5):
        (request,) = requests_of(held)
        endings = answered_at_once(stage, (request.id, request.id), pair)
        assert sorted(endings) == [Ending.COUNTED, Ending.DECIDED]
        winner = endings.index(Ending.COUNTED)
        settled = AccessRequest.get_by_id(request.id)
        assert settled.decided_by == (ALICE, BOB)[winner]
        assert settled.status == decisions.STATUS[pair[winner]]
        added = "add" in pair[winner]
        assert full_admins(settled.organization) == {ALICE, BOB} | ({CAROL} if added else set())
        # Once more, from the beginning.
        sync_admin(request.organization_id, CAROL, is_admin=False)
        Order.update(status="waiting", admin_email=CAROL).execute()
        AccessRequest.update(status="open", decided_by=None, decided_at=None).execute()


def test_two_orders_for_one_person_are_decided_at_once_without_a_deadlock(stage, held):
    second = stage.place("dora@acme.com", number="2", company_name="Acme")
    page = stage.opened("launch", "dora@acme.com").form().fill(admin_email=CAROL).submit()
    page.form().choose("Acme GmbH").submit().form().submit()
    for _round in range(5):
        ids = [requests_of(order)[0].id for order in (held, second)]
        endings = answered_at_once(stage, ids, ("add", "add"))
        assert Ending.COUNTED in endings
        assert {r.status for r in AccessRequest.select()} == {"approved"}
        assert {o.status for o in Order.select()} == {"launched"}
        request = AccessRequest.get_by_id(ids[0])
        sync_admin(request.organization_id, CAROL, is_admin=False)
        Order.update(status="waiting").execute()
        AccessRequest.update(status="open", decided_by=None, decided_at=None).execute()


def test_after_a_decline_the_same_organization_is_asked_again_seven_days_later(stage, held):
    stage.decide(BOB, "decline")
    page = stage.opened("declined")
    page = page.client.get(AT + "company").form().fill(admin_email="dora@acme.com").submit()
    page = page.form().choose("Acme GmbH").submit()
    assert page.path == AT + "administrator"
    refused = page.form().fill(message="Please.").submit(status=422)
    assert "They can be asked again from" in refused
    assert refused.form().values["message"].strip() == "Please."
    AccessRequest.update(decided_at=clock.now() - timedelta(days=7, seconds=-5)).execute()
    page.form().submit(status=422)
    AccessRequest.update(decided_at=clock.now() - timedelta(days=7)).execute()
    assert page.form().submit().path == AT + "waiting"


def test_asking_once_more_is_possible_once_and_after_three_days(stage, held):
    page = elsewhere(stage)
    assert "Ask them once more" not in page.form().buttons
    page.form().forge(action="again").submit("Check again")
    assert len(stage.mails("access_notice")) == 2
    AccessRequest.update(asked_at=clock.now() - timedelta(days=3)).execute()
    page.reload().form().submit("Ask them once more")
    assert len(stage.mails("access_notice")) == 4
    assert "Ask them once more" not in page.reload().form().buttons
    page.form().forge(action="again").submit("Check again")
    assert len(stage.mails("access_notice")) == 4
    assert OutboxRow.select().where(OutboxRow.letter == "named").count() == 0


def test_the_rights_come_from_that_decision_alone(stage, held):
    stage.decide(BOB, "add")
    carol = User.get(User.email == CAROL)
    assert carol.full_admin
    assert carol.approved_here
    assert not Subscription.select().where(Subscription.number.startswith("70012345")).count()
