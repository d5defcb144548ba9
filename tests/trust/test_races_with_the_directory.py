"""The seller's directory changes at the very moment that somebody relies on it.

Each race is run ROUNDS times (environment, 25) on both databases.
"""

from collections.abc import Callable
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest

from provisioning import decisions, mapping
from provisioning.decisions import Ending
from provisioning.mapping import Completion
from records.database import connection, db
from records.tables import MagicLink, Organization, OutboxRow
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    NEWCOMER,
    PIA,
    Stage,
    acme,
    full_admins,
    now,
    requests_of,
    sync_admin,
    volta,
)
from tests.support.page_client import PageClient
from tests.support.rows import world
from tests.trust.answers import (
    AFTER,
    ANSWERS,
    assert_answered,
    assert_unanswered,
    deciding,
    held_order,
)
from tests.trust.racing import pressing, rounds_of, since, track
from tests.trust.soundness import assert_sound

BOSS = "boss@nordlicht.example"
CHIEF = "chief@nordlicht.example"


@pytest.fixture
def stage(app) -> Stage:
    return Stage(app)


@pytest.fixture
def held(stage):
    return held_order(stage)


def test_an_answer_and_its_administrator_s_removal(stage, held):
    (request,) = requests_of(held)
    remove = partial(sync_admin, request.organization_id, ALICE, is_admin=False)
    before = world()
    endings = set()
    with track(2) as race:
        for number in rounds_of(before):
            decision = ANSWERS[number // 2 % 4]
            ending, _ = race([deciding(stage, request, ALICE, decision), remove])
            assert ALICE not in full_admins(request.organization)
            if ending is Ending.COUNTED:
                # Who is told of it depends on which came first.
                if decision == "add":
                    assert now(held).status == "launched"
                    assert CAROL in full_admins(request.organization)
                    assert_sound()
                else:
                    assert_answered(before, held, decision, ALICE)
            else:
                assert ending is Ending.NOT_ENTITLED
                assert_unanswered(before, held, "open", [], [])
                assert now(held).status == "waiting"
            endings.add(ending)
    assert endings == {Ending.COUNTED, Ending.NOT_ENTITLED}


def during(change: Callable[[], Any], act: Callable[[], Any]) -> Any:
    """What an act answers that begins while a change has been made, and is not yet committed."""
    changed, answers = Event(), []

    def meanwhile() -> None:
        with connection():
            changed.wait(timeout=60)
            answers.append(act())

    acting = Thread(target=meanwhile)
    acting.start()
    with db.atomic():
        change()
        changed.set()
        acting.join(timeout=0.2)  # long enough to begin; the answer is the same in any case
    acting.join(timeout=60)
    (answer,) = answers
    return answer


@pytest.mark.parametrize("decision", ANSWERS)
def test_whom_a_sync_is_removing_decides_nothing_any_more(stage, held, decision):
    (request,) = requests_of(held)
    before = world()
    remove = partial(sync_admin, request.organization_id, ALICE, is_admin=False)
    ending = during(remove, deciding(stage, request, ALICE, decision))
    assert ending is Ending.NOT_ENTITLED
    assert_unanswered(before, held, "open", [], [])


def test_what_an_administrator_would_finish_whom_a_sync_is_removing_is_not_mapped(stage):
    found = acme()
    order = stage.place(ALICE, company_name="Acme")
    stage.opened().form().submit()
    ending = during(
        partial(sync_admin, found.id, ALICE, is_admin=False),
        partial(mapping.complete, now(order), ALICE, stage.settings, proven=ALICE),
    )
    assert ending is Completion.NOT_OPEN
    assert now(order).status == "launched"
    assert_sound()


def test_an_answer_and_a_sync_that_names_the_person(stage, held):
    (request,) = requests_of(held)

    def sync():
        sync_admin(request.organization_id, CAROL, is_admin=True)
        return decisions.resume_granted(stage.settings)

    before = world()
    endings = set()
    with track(2) as race:
        for number in rounds_of(before):
            decision = ANSWERS[number // 2 % 4]
            ending, resumed = race([deciding(stage, request, ALICE, decision), sync])
            assert CAROL in full_admins(request.organization)
            (settled,) = requests_of(held)
            history, mails = since(before, held)
            if ending is Ending.COUNTED:
                assert (resumed, settled.decided_by) == (0, ALICE)
                assert history == AFTER[decision][1]
            else:
                assert (ending, resumed) == (Ending.DECIDED, 1)
                assert (settled.status, settled.decided_by) == ("approved", decisions.DIRECTORY)
                assert history == ["request approved", "launched"]
                assert mails == [("resumed", CAROL)]
            assert_sound()
            endings.add(ending)
    assert endings == {Ending.COUNTED, Ending.DECIDED}


# --- the first administrator of an organization made here ----------------------------------------


def made_for(stage, person=CHIEF):
    """An organization made by an order, whose administrator has yet to confirm."""
    stage.place(company_name="Nordlicht Werke")
    page = stage.opened().form().fill(admin_email=person).submit()
    page.form().fill(confirm=True).submit()
    return Organization.get(Organization.ref == "hp-70012345")


def confirming(stage):
    page = PageClient(stage.app).get(stage.path("first_admin"))
    return pressing(page.form().fill(confirm="yes"))


def test_a_confirmation_and_a_sync_that_names_somebody_else(stage):
    made = made_for(stage)
    acts = [confirming(stage), partial(sync_admin, made.id, BOSS, is_admin=True)]
    before = world()
    endings = set()
    with track(2) as race:
        for _round in rounds_of(before):
            answer, _ = race(acts)
            counted = "your answer counts" in answer.text
            assert counted or "You cannot answer this" in answer.text
            assert full_admins(made) == ({BOSS, CHIEF} if counted else {BOSS})
            assert_sound()
            endings.add(counted)
    assert endings == {True, False}


def test_a_confirmation_while_a_sync_is_naming_somebody_else_comes_too_late(stage):
    made = made_for(stage)
    link = MagicLink.get(MagicLink.purpose == "first_admin")
    ending = during(
        partial(sync_admin, made.id, BOSS, is_admin=True),
        partial(decisions.confirm_first_admin, link, True, stage.settings),
    )
    assert ending is Ending.NOT_ENTITLED
    assert full_admins(made) == {BOSS}


def test_a_confirmation_and_the_completion_of_another_order_for_that_person(stage):
    made = made_for(stage)
    volta()
    order = stage.place(PIA, role="partner", number="2", company_name="Nordlicht Werke")
    page = stage.opened("launch", PIA).form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(admin_email=CHIEF).submit().form().choose("Nordlicht Werke").submit()
    page = page.form().submit()
    acts = [confirming(stage), pressing(page.form().fill(confirm=True))]
    before = world()
    orders_of_events = set()
    with track(2) as race:
        for _round in rounds_of(before):
            confirmed, completed = race(acts)
            assert "your answer counts" in confirmed.text
            assert completed.location == "/orders/2/done"
            assert full_admins(made) == {CHIEF}
            assert [r.status for r in requests_of(order)] == ["approved"]
            said, mails = since(before, order)
            assert sorted(said) == ["mapped", "provisioned", "request approved"]
            first = said[0]
            # The receipt says whom to reach only while there is somebody to reach.
            (receipt,) = OutboxRow.select().where(
                (OutboxRow.order == order) & (OutboxRow.letter == "receipt")
            )
            assert ('"partner_reach_out": true' in receipt.facts) == (first == "mapped")
            assert [m for m in mails if m[0] == "answered"] == (
                [("answered", PIA)] if first == "request approved" else []
            )
            assert_sound()
            orders_of_events.add(first)
    assert orders_of_events == {"mapped", "request approved"}


def test_a_confirmation_and_another_look_by_who_waits_for_it(stage):
    made = made_for(stage)
    order = stage.place(NEWCOMER, number="2", company_name="Nordlicht Werke")
    page = stage.opened("launch", NEWCOMER).form().fill(admin_email=CHIEF).submit()
    page = page.form().choose("Nordlicht Werke").submit().form().submit()
    acts = [confirming(stage), pressing(page.form())]
    before = world()
    with track(2) as race:
        for _round in rounds_of(before):
            confirmed, looked = race(acts)
            assert "your answer counts" in confirmed.text
            assert looked.location in ("/orders/2/waiting", "/orders/2/review")
            assert full_admins(made) == {CHIEF}
            assert since(before, order)[0] == ["request approved", "launched"]
            assert now(order).status == "launched"
            assert_sound()


# --- "this is not ours" --------------------------------------------------------------------------


def test_two_administrators_who_object_at_once_stop_the_order_once(stage):
    acme(admins=(ALICE, BOB, CAROL), users=())
    order = stage.place(ALICE, company_name="Acme")
    stage.opened().form().submit().form().fill(confirm=True).submit()
    acts = [
        pressing(PageClient(stage.app).get(stage.path("mapped", to)).form().fill(confirm=True))
        for to in (BOB, CAROL)
    ]
    before = world()
    with track(2) as race:
        for _round in rounds_of(before):
            for answer in race(acts):
                assert "The order has been stopped" in answer.text
            assert (now(order).status, now(order).stopped_from) == ("stopped", "provisioned")
            assert [r.status for r in requests_of(order, "dispute")] == ["open"]
            said, mails = since(before, order)
            assert (said.count("disputed"), said.count("stopped")) == (2, 1)
            assert {letter for letter, _to in mails} == {"alert", "dispute"}
            assert_sound()
