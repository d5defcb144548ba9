"""An answer by mail against whatever else happens at that moment: one ending each time.

Each race is run ROUNDS times (environment, 25) on both databases.
"""

from functools import partial
from itertools import product

import pytest

from provisioning import decisions, requests
from provisioning.decisions import STATUS, Ending
from records import clock, orders
from records import requests as rows
from records.database import db
from records.tables import AccessRequest, User
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    Stage,
    full_admins,
    now,
    requests_of,
    sync_admin,
)
from tests.support.lists import AT, elsewhere
from tests.support.rows import world
from tests.trust.answers import (
    AFTER,
    ANSWERS,
    answering,
    assert_answered,
    assert_unanswered,
    deciding,
    held_order,
)
from tests.trust.racing import pressing, rounds_of, since, track
from tests.trust.soundness import assert_sound

SAM, ZOE = "sam@acme.com", "zoe@acme.com"


@pytest.fixture
def stage(app) -> Stage:
    return Stage(app)


@pytest.fixture
def held(stage):
    return held_order(stage)


def test_of_two_administrators_answers_one_counts_and_the_other_sees_whose(stage, held):
    pairs = list(product(ANSWERS, ANSWERS))
    acts = {
        (to, decision): answering(stage, to, decision)
        for to, decision in product((ALICE, BOB), ANSWERS)
    }
    before = world()
    with track(2) as race:
        for number in rounds_of(before):
            pair = pairs[number // 2 % len(pairs)]
            answers = race([acts[ALICE, pair[0]], acts[BOB, pair[1]]])
            counted = ["your answer counts" in answer.text for answer in answers]
            assert sorted(counted) == [False, True], pair
            winner = counted.index(True)
            by = (ALICE, BOB)[winner]
            assert "This has been answered" in answers[1 - winner].text
            assert f"{by}</bdi> answered" in answers[1 - winner].text
            assert_answered(before, held, pair[winner], by)


def test_an_answer_and_the_end_of_its_time(stage, held, monkeypatch):
    (request,) = requests_of(held)
    start, endings = clock.now(), set()
    moment = [start]
    monkeypatch.setattr(clock, "now", lambda: moment[0])

    def expire():
        moment[0] = request.expires_at
        with db.atomic():
            order = orders.locked(held.id)
            expired = rows.expire(rows.by_id(request.id))
            if expired:
                requests.release(order, "homeport")
            return expired

    before = world()
    with track(2) as race:
        for number in rounds_of(before):
            decision = ANSWERS[number // 2 % 4]
            moment[0] = start
            ending, expired = race([deciding(stage, request, ALICE, decision), expire])
            if ending is Ending.COUNTED:
                assert not expired
                assert_answered(before, held, decision, ALICE)
            else:
                assert (ending, expired) == (Ending.EXPIRED, True)
                assert_unanswered(before, held, "expired", ["launched"], [])
            endings.add(ending)
    assert endings == {Ending.COUNTED, Ending.EXPIRED}


def test_an_answer_and_another_answer_of_the_contact(stage, held):
    page = elsewhere(stage).client.get(AT + "company")
    change = pressing(page.form().fill(company_name="Nordlicht Werke"))
    acts = {decision: answering(stage, ALICE, decision) for decision in ANSWERS}
    before = world()
    changed = ["request withdrawn", "launched", "company"]
    endings = set()
    with track(2) as race:
        for number in rounds_of(before):
            decision = ANSWERS[number // 2 % 4]
            answer, _answer = race([acts[decision], change])
            counted = "your answer counts" in answer.text
            endings.add(counted)
            if not counted:
                assert "This request was withdrawn" in answer.text
                assert_unanswered(before, held, "withdrawn", changed, [])
                assert now(held).organization_id is None
                continue
            (request,) = requests_of(held)
            assert (request.status, request.decided_by) == (STATUS[decision], ALICE)
            assert (CAROL in full_admins(request.organization)) == (decision == "add")
            status, said, letters = AFTER[decision]
            history, mails = since(before, held)
            assert history[: len(said)] == said
            assert "request withdrawn" not in history
            assert [letter for letter, _to in mails] == letters
            assert now(held).status == status
            # Of whom an answer made an administrator the order is bound; else it is asked anew.
            kept = decision in ("add", "report")
            assert now(held).organization_id == (request.organization_id if kept else None)
            assert_sound()
    assert endings == {True, False}


def test_an_answer_and_a_hand_over(stage, held):
    form = elsewhere(stage).follow("Someone else will set this up").form()
    leave = pressing(form.fill(contact_email=SAM, contact_role="customer"))
    acts = {decision: answering(stage, ALICE, decision) for decision in ANSWERS}
    before = world()
    endings = set()
    told = ["hand_over_new", "hand_over_old"]
    with track(2) as race:
        for number in rounds_of(before):
            decision = ANSWERS[number // 2 % 4]
            answer, _answer = race([acts[decision], leave])
            counted = "your answer counts" in answer.text
            endings.add(counted)
            if not counted:
                assert "This request was withdrawn" in answer.text
                said = ["request withdrawn", "launched", "handed over"]
                assert_unanswered(before, held, "withdrawn", said, told)
                assert now(held).contact_email == SAM
                continue
            status, said, letters = AFTER[decision]
            handed = [] if decision == "report" else ["handed over"]
            history, mails = since(before, held)
            assert history == said + handed
            assert [letter for letter, _to in mails] == letters + (told if handed else [])
            assert now(held).contact_email == (SAM if handed else CAROL)
            assert now(held).status == status
            assert_sound()
    assert endings == {True, False}


def test_two_answers_about_one_person_in_two_orders(stage, held):
    second = asked_by(stage, ZOE)
    asked = [requests_of(order)[0] for order in (held, second)]
    pairs = list(product(ANSWERS, ANSWERS))
    before = world()
    with track(2) as race:
        for number in rounds_of(before):
            pair = pairs[number // 2 % len(pairs)]
            acts = [
                deciding(stage, request, by, decision)
                for request, by, decision in zip(asked, (ALICE, BOB), pair, strict=True)
            ]
            endings = race(acts)
            assert Ending.COUNTED in endings
            for order, request, decision, ending in zip(
                (held, second), asked, pair, endings, strict=True
            ):
                settled = AccessRequest.get_by_id(request.id)
                counts = STATUS[decision] if ending is Ending.COUNTED else "approved"
                assert settled.status == counts
                history, _mails = since(before, order)
                assert history.count(f"request {counts}") == 1
                assert len([what for what in history if what.startswith("request ")]) == 1
            assert_sound()


def test_a_notice_in_one_order_and_an_administrator_s_own_decision_in_another(stage, held):
    """Both are about Carol; Zoe, who asked in the second one, has become an administrator."""
    second = asked_by(stage, ZOE)
    (first,) = requests_of(held)
    sync_admin(first.organization_id, ZOE, is_admin=True)
    at_once = partial(decisions.decide_at_once, now(second), ZOE, "add", stage.settings)
    before = world()
    with track(2) as race:
        for _round in rounds_of(before):
            race([deciding(stage, first, BOB, "add"), at_once])
            assert {r.status for r in AccessRequest.select()} == {"approved"}
            for order in (held, second):
                assert since(before, order)[0].count("request approved") == 1
            assert_sound()


def asked_by(stage, contact):
    """A second order that waits for Carol's rights in the same organization."""
    order = stage.place(contact, number="2", company_name="Acme")
    page = stage.opened("launch", contact).form().fill(admin_email=CAROL).submit()
    page.form().choose("Acme GmbH").submit().form().submit()
    return order


def test_a_question_about_somebody_who_is_being_added_by_another_order(stage, held):
    second = stage.place(ZOE, number="2", company_name="Acme")
    page = stage.opened("launch", ZOE).form().fill(admin_email=CAROL).submit()
    ask = pressing(page.form().choose("Acme GmbH").submit().form())
    (request,) = requests_of(held)
    before = world()
    with track(2) as race:
        for _round in rounds_of(before):
            ending, _answer = race([deciding(stage, request, ALICE, "add"), ask])
            assert ending is Ending.COUNTED
            assert [r.status for r in requests_of(held)] == ["approved"]
            assert since(before, held)[0].count("request approved") == 1
            # Asked before, it is answered with the other one; later, there is nothing to ask.
            asked = [r.status for r in requests_of(second)]
            assert asked in ([], ["approved"])
            assert now(second).status == "launched"
            assert User.get(User.email == CAROL).full_admin
            assert_sound()
