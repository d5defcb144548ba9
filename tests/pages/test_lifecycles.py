"""What falls due by the calendar, on a frozen clock; and what the operator does about it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine

from mail.delivery import deliver_due
from matching.sentences import Refused
from provisioning import closing, decisions, due, moving, orders, questions, requests
from provisioning.decisions import Ending
from records import clock
from records import orders as rows
from records.tables import AccessRequest, MagicLink, Mapping, Order, OutboxRow, Session
from tests.support import stored
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    NEWCOMER,
    PIA,
    acme,
    full_admins,
    now,
    organization,
    requests_of,
    sync_admin,
    told,
    volta,
)
from tests.support.lists import AT, elsewhere, listed
from tests.support.page_client import PageClient

START = datetime(2026, 3, 25, 9, tzinfo=UTC)  # the clocks in Europe go forward on the 29th
DAY = timedelta(days=1)


@pytest.fixture
def clock_hands():
    with time_machine.travel(START, tick=False) as hands:
        yield hands


@pytest.fixture
def pass_days(clock_hands, stage):
    """So many days, the calendar looked at on each of them."""

    def passed(days: int) -> None:
        for _day in range(days):
            clock_hands.shift(DAY)
            due.work(stage.settings)

    return passed


def held(stage, person=CAROL, contact=CAROL, number="70012345"):
    """An order that waits for Alice or Bob."""
    order = stage.place(contact, company_name="Acme", number=number)
    page = stage.opened("launch", contact).form().fill(admin_email=person).submit()
    page.form().choose("Acme GmbH").submit().form().submit()
    return order


def letters(stage, letter, order=None):
    return [m for m in stage.mails(letter) if order is None or m.order_id == order.id]


def days_of(stage, letter):
    return [(m.queued_at - START).days for m in stage.mails(letter)]


# --- orders --------------------------------------------------------------------------------------


def test_an_unfinished_order_is_chased_expires_and_tells_contact_and_operator(stage, pass_days):
    order = stage.place()
    page = stage.opened()
    pass_days(40)
    assert days_of(stage, "reminder") == [3, 7, 27]
    assert days_of(stage, "expired") == days_of(stage, "alert") == [30]
    assert now(order).status == "expired"
    assert told(order)[-2:] == ["expired", "operator alerted"]
    assert not Session.select().where(Session.ended_at.is_null()).exists()
    page.client.get(AT + "company", status=404)
    link = PageClient(stage.app).get(stage.path("reminder"))
    assert link.heading == "This order has expired"


def test_a_reminder_leads_to_where_the_order_was_left(stage, pass_days):
    acme()
    listed(stage)
    pass_days(3)
    assert stage.opened("reminder").path == AT + "organization"


def test_what_was_slept_through_is_caught_up_once_whoever_looks(stage, clock_hands):
    stage.place()
    stage.place("eve@acme.com", number="2")
    clock_hands.shift(8 * DAY)
    stored.at_once([partial(due.work, stage.settings)] * 3)
    assert sorted(m.recipient for m in stage.mails("reminder")) == ["eve@acme.com", NEWCOMER]
    clock_hands.shift(30 * DAY)
    stored.at_once([partial(due.work, stage.settings)] * 3)
    assert len(stage.mails("expired")) == len(stage.mails("alert")) == 2
    assert len(stage.mails("reminder")) == 2


def test_nobody_is_chased_while_waiting_or_once_finished(stage, pass_days):
    acme()
    held(stage)
    stage.place("zed@zed.example", number="3", company_name="Zed")
    page = stage.opened("launch", "zed@zed.example").form().submit()
    page.form().fill(confirm=True).submit()
    pass_days(10)
    assert not stage.mails("reminder")


def test_a_reminder_whose_order_was_finished_before_it_was_sent_is_not_sent(stage, pass_days):
    stage.place()
    pass_days(3)
    Order.update(status="provisioned").execute()
    with stage.app.app_context():
        deliver_due(stage.settings, lambda link: link)
    row = stage.mails("reminder")[0]
    assert (row.sent_at, row.last_error) == (None, "its order waits for nobody any more")


def test_an_order_does_not_expire_before_its_open_request(stage, pass_days, clock_hands):
    acme()
    order = stage.place(CAROL, company_name="Acme")
    clock_hands.shift(29 * DAY)
    page = elsewhere(stage).form().submit().form().choose("Acme GmbH").submit()
    page.form().submit()
    pass_days(13)
    assert now(order).status == "waiting"
    pass_days(1)
    assert days_of(stage, "unanswered") == [43]
    assert now(order).status == "launched"
    pass_days(7)
    assert now(order).status == "expired"


def test_the_operator_reopens_an_expired_order_where_it_was_left(stage, pass_days):
    acme()
    listed(stage)
    pass_days(30)
    order = stage.order()
    with pytest.raises(Refused):
        closing.reopen(order, "Olga", "asked", stage.settings, clock.now() - DAY)
    closing.reopen(order, "Olga", "she was ill", stage.settings)
    assert now(order).status == "launched"
    assert now(order).expires_at == clock.now() + 30 * DAY
    assert stage.opened("reopened").path == AT + "organization"
    pass_days(3)
    assert days_of(stage, "reminder") == [3, 7, 27, 33]
    with pytest.raises(Refused):
        closing.reopen(order, "Olga", "again", stage.settings)


def test_an_order_that_nobody_ever_opened_is_placed_again(stage, pass_days):
    order = stage.place()
    pass_days(30)
    closing.reopen(order, "Olga", "asked", stage.settings)
    assert now(order).status == "placed"
    assert stage.opened("reopened").path == AT + "company"


def test_an_overdue_order_is_closed_and_can_be_reopened_though_no_job_has_run(stage, clock_hands):
    order = stage.place()
    page = stage.opened()
    clock_hands.shift(30 * DAY)
    link = MagicLink.get()
    assert PageClient(stage.app).get(stage.path("launch")).heading == "This order has expired"
    closing.reopen(order, "Olga", "asked", stage.settings)
    assert (now(order).status, told(order)[-2:]) == ("launched", ["reopened", "launched"])
    assert link.id != stage.mails("reopened")[0].link_id
    assert page


def test_cancelling_withdraws_and_tells_and_is_too_late_once_provisioned(stage):
    acme()
    order = held(stage)
    closing.cancel(order, "Olga", "a double")
    assert now(order).status == "cancelled"
    assert requests_of(order)[0].status == "withdrawn"
    assert [m.recipient for m in stage.mails("cancelled")] == [CAROL]
    link = PageClient(stage.app).get(stage.path("launch"))
    assert link.heading == "This order has been cancelled"
    with pytest.raises(Refused):
        closing.cancel(order, "Olga", "again")
    Order.update(status="provisioned").execute()
    with pytest.raises(Refused):
        closing.cancel(order, "Olga", "a double")


def disputed(stage):
    """Alice's order for Acme, which Bob says is not theirs."""
    order = stage.place(ALICE, company_name="Acme")
    stage.opened("launch", ALICE).form().submit().form().fill(confirm=True).submit()
    PageClient(stage.app).get(stage.path("mapped", BOB)).form().fill(confirm=True).submit()
    return order


def test_a_stopped_order_is_restored_and_whoever_objected_is_told(stage):
    acme()
    order = disputed(stage)
    assert [m.recipient for m in stage.mails("dispute")] == [BOB]
    closing.restore(order, "Olga", "spoke with both", stage.settings)
    assert (now(order).status, now(order).stopped_from) == ("provisioned", None)
    assert requests_of(order, "dispute")[0].status == "declined"
    assert [m.recipient for m in stage.mails("dispute")] == [BOB, BOB]
    with pytest.raises(Refused):
        closing.restore(order, "Olga", "again", stage.settings)


def test_an_order_that_was_stopped_while_it_waited_goes_on_another_way(stage, clock_hands):
    acme()
    order = held(stage)
    stage.decide(BOB, "report")
    clock_hands.shift(60 * DAY)
    closing.restore(order, "Olga", "a misunderstanding", stage.settings)
    assert now(order).status == "launched"
    page = stage.opened("resumed")
    assert page.heading == "An administrator did not know this request"
    assert page.follow("Name another administrator or company").path == AT + "company"


def test_a_mapping_is_moved_and_both_sides_are_told(stage):
    found = acme()
    other = organization("other", "Acme Oslo", admins=("olaf@acme.no",))
    order = disputed(stage)
    before = full_admins(found), full_admins(other)
    moving.move(order, "other", "Olga", "wrong one", stage.settings)
    assert now(order).status == "provisioned"
    assert Mapping.get().organization_id == now(order).organization_id == other.id
    assert {s.organization_id for s in rows.subscriptions(order)} == {other.id}
    assert [m.recipient for m in stage.mails("moved")] == [ALICE]
    assert sorted(m.recipient for m in stage.mails("moved_away")) == [ALICE, BOB]
    assert stage.mails("mapped")[-1].recipient == "olaf@acme.no"
    assert requests_of(order, "dispute")[0].status == "approved"
    assert (full_admins(found), full_admins(other)) == before
    for ref in ("other", "none"):
        with pytest.raises(Refused):
            moving.move(order, ref, "Olga", "again", stage.settings)
    page = PageClient(stage.app).get(stage.path("mapped", "olaf@acme.no"))
    assert "has been stopped" in page.form().fill(confirm=True).submit().heading


def test_what_is_not_mapped_is_not_moved(stage):
    found = acme()
    with pytest.raises(Refused):
        moving.move(stage.place(), found.ref, "Olga", "why not", stage.settings)


def test_the_operator_hands_an_order_over(stage):
    order = stage.place()
    orders.hand_over_for(order, "sam@acme.com", "customer", "Olga", stage.settings, why="left")
    assert now(order).contact_email == "sam@acme.com"
    assert [(m.letter, m.recipient) for m in stage.mails()][1:] == [
        ("hand_over_new", "sam@acme.com"),
        ("hand_over_old", NEWCOMER),
    ]
    with pytest.raises(Refused):
        orders.hand_over_for(order, "sam@acme.com", "customer", "Olga", stage.settings, why="")


# --- requests ------------------------------------------------------------------------------------


def test_administrators_are_reminded_once_and_the_contact_told_that_nobody_answered(
    stage, pass_days
):
    acme()
    order = held(stage)
    pass_days(13)
    assert days_of(stage, "access_notice") == [0, 0, 3, 3]
    form = PageClient(stage.app).get(stage.path("access_notice", BOB)).form().fill(decision="add")
    pass_days(1)
    assert form.submit().heading == "This request has expired"
    assert requests_of(order)[0].status == "expired"
    assert days_of(stage, "unanswered") == [14]
    page = stage.opened("unanswered")
    assert page.heading == "Nobody has answered"
    pass_days(5)
    assert len(stage.mails("unanswered")) == 1


def test_a_contact_who_just_asked_once_more_is_reminder_enough(stage, clock_hands):
    acme()
    held(stage)
    clock_hands.shift(3 * DAY)
    elsewhere(stage).form().submit("Ask them once more")
    due.work(stage.settings)
    assert len(stage.mails("access_notice")) == 4


def test_a_first_administrator_who_does_not_confirm_goes_to_the_operator(stage, pass_days):
    stage.place(company_name="Zed")
    page = stage.opened().form().fill(admin_email="chief@zed.example").submit()
    page.form().fill(confirm=True).submit()
    pass_days(14)
    (request,) = requests_of(stage.order(), "first_admin")
    assert request.status == "expired"
    assert [m.order_id for m in stage.mails("alert")] == [stage.order().id]
    page = PageClient(stage.app).get(stage.path("first_admin"))
    assert page.heading == "This request has expired"


def test_a_decline_that_nobody_gave_does_not_make_others_wait(stage, clock_hands):
    acme()
    volta()
    held(stage)
    stage.decide(BOB, "decline")
    clock_hands.shift(6 * DAY)
    stage.place(PIA, role="partner", number="2", company_name="Acme")
    page = stage.opened("launch", PIA).form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(admin_email=CAROL).submit().form().choose("Acme GmbH").submit()
    page.form().submit()
    assert requests_of(stage.order("2"))[0].decided_by == "homeport"
    clock_hands.shift(1 * DAY)
    page = elsewhere(stage)
    assert page.form().submit("Ask them again").heading == "Waiting for an administrator's answer"


@pytest.mark.parametrize("when", ["every mail came back", "the last administrator left"])
def test_nobody_is_left_to_ask_and_operator_and_page_know(stage, when):
    found = acme()
    order = held(stage)
    if when == "every mail came back":
        lost = OutboxRow.update(failed_at=clock.now()).where(OutboxRow.letter == "access_notice")
        lost.where(OutboxRow.recipient == ALICE).execute()
        assert due.work(stage.settings) == 0
        lost.execute()
        says = "No administrator can be reached"
    else:
        for admin in (ALICE, BOB):
            sync_admin(found.id, admin, is_admin=False)
        says = "There is nobody to ask"
    due.work(stage.settings)
    due.work(stage.settings)
    assert [m.order_id for m in stage.mails("alert")] == [order.id]
    page = elsewhere(stage)
    assert page.heading == says
    assert "has been told" in page


# --- notices -------------------------------------------------------------------------------------


def test_of_more_than_three_requests_a_day_the_rest_comes_in_one_digest(stage, clock_hands):
    acme()
    people = ["ann", "ben", "cem", "dan", "eve"]
    for number, person in enumerate(people):
        held(stage, f"{person}@acme.com", f"{person}@acme.com", number=str(number))
    assert len(stage.mails("access_notice")) == 6
    digests = stage.mails("digest")
    assert sorted(m.recipient for m in digests) == [ALICE, BOB]
    assert {m.due_at for m in digests} == {datetime(2026, 3, 26, tzinfo=UTC)}
    assert "Sent to 0 administrators, 2 queued" in elsewhere(stage, "4")
    page = PageClient(stage.app).get(stage.path("digest", BOB))
    assert len(page.select("main .order")) == 5
    page = page.follow("See and answer Order 4").form().fill(decision="add").submit()
    assert page.heading == "Thank you, your answer counts"
    assert requests_of(stage.order("4"))[0].decided_by == BOB
    assert "seen by 1" in elsewhere(stage, "3")
    clock_hands.shift(DAY)
    held(stage, "fay@acme.com", "fay@acme.com", number="6")
    assert len(stage.mails("access_notice")) == 6 + 3  # Eve administers it by now


def test_a_digest_leads_to_its_own_organization_s_requests_alone(stage, clock_hands):
    acme()
    for number in range(4):
        held(stage, f"u{number}@acme.com", f"u{number}@acme.com", number=str(number))
    other = organization("other", "Zenith", admins=("z@zenith.example",))
    foreign = AccessRequest.create(
        kind="access", order=stage.order("0"), organization=other, person_email="m@m.example",
        requester_email=CAROL, expires_at=clock.now() + DAY,
    )  # fmt: skip
    path = stage.path("digest", BOB)
    client = PageClient(stage.app)
    made_up = client.get(f"{path}/999999", status=404)
    assert client.get(f"{path}/{foreign.id}", status=404).text == made_up.text
    client.get(f"/requests/{'x' * 43}/{foreign.id}", status=404)
    sync_admin(requests_of(stage.order("3"))[0].organization_id, BOB, is_admin=False)
    assert client.get(path).heading == "Nothing waits for your answer"
    mine = requests_of(stage.order("3"))[0].id
    assert client.get(f"{path}/{mine}").heading == "You cannot answer this"
    clock_hands.shift(14 * DAY)
    assert client.get(path, status=410).heading == "This link has expired"


def test_a_digest_of_what_has_been_answered_is_not_sent(stage, clock_hands):
    acme()
    for number in range(4):
        held(stage, f"u{number}@acme.com", f"u{number}@acme.com", number=str(number))
    AccessRequest.update(status="withdrawn").execute()
    clock_hands.shift(DAY)
    with stage.app.app_context():
        deliver_due(stage.settings, lambda link: link)
    assert {m.last_error for m in stage.mails("digest")} == {"nothing waits for an answer any more"}


def test_questions_are_counted_among_the_notices(stage):
    acme()
    for number in range(3):
        held(stage, f"u{number}@acme.com", f"u{number}@acme.com", number=str(number))
    page = listed(stage, number="9")
    page.form("#ask-to-confirm").submit("Ask its full admins to confirm (Acme GmbH)")
    assert not stage.mails("confirm_question")
    assert "asks whether the order is yours" in PageClient(stage.app).get(stage.path("digest", BOB))


# --- the waiting page ----------------------------------------------------------------------------


def test_the_page_shows_what_became_of_each_notice_and_looks_again(stage):
    acme()
    order = held(stage)
    page = elsewhere(stage)
    assert "Sent to 0 administrators, 2 queued" in page
    assert page.one("noscript meta")["content"] == "60"
    url = str(page.one("#answer")["data-hx-get"])
    htmx = {"HX-Request": "true", "HX-Target": "answer"}
    client = page.client.http
    assert client.get(url, base_url=page.client.base_url, headers=htmx).status_code == 204
    OutboxRow.update(sent_at=clock.now()).where(OutboxRow.recipient == ALICE).execute()
    OutboxRow.update(failed_at=clock.now()).where(OutboxRow.recipient == BOB).execute()
    changed = client.get(url, base_url=page.client.base_url, headers=htmx)
    assert 'data-status="Sent to 1 administrator, 1 undeliverable"' in changed.text
    PageClient(stage.app).get(stage.path("access_notice", ALICE))
    assert "seen: the link was opened" in page.reload()
    before = stored.dump()
    assert decisions.standing(requests_of(order)[0], ALICE) is None
    assert stored.dump() == before
    stage.decide(ALICE, "decline")
    assert "There is an answer." in client.get(url, base_url=page.client.base_url).text
    page = page.reload()
    assert "answered" in page.one(".notices").get_text()
    assert not page.select("noscript meta")
    assert "See how it goes on" in client.get(url, base_url=page.client.base_url).text


def test_the_page_can_be_kept_from_looking_again(stage):
    acme()
    held(stage)
    page = elsewhere(stage)
    page = page.client.get(AT + "waiting?still=1")
    assert not page.select("noscript meta")
    assert "This page stays as it is." in page


@pytest.mark.settings(TIME_ZONE="Europe/Berlin")
def test_times_are_said_in_the_seller_s_zone_by_name(stage, clock_hands):
    acme()
    held(stage)
    page = elsewhere(stage)
    assert "25 March 2026, 10:00 CET (UTC+1)" in page
    assert "8 April 2026, 11:00 CEST (UTC+2)" in page
    assert page.select("time")[0]["datetime"] == "2026-03-25T10:00:00+01:00"


def test_an_answer_to_a_question_and_its_expiry_have_one_ending(stage, clock_hands):
    acme()
    page = listed(stage)
    page.form("#ask-to-confirm").submit("Ask its full admins to confirm (Acme GmbH)")
    request = requests_of(stage.order(), "confirm")[0]
    clock_hands.move_to(request.expires_at)
    assert questions.open_question(stage.order()) is None
    acts: list[Callable[[], object]] = [
        partial(decisions.confirm, request.id, BOB, "yes", "", stage.settings),
        partial(due.work, stage.settings),
    ]
    ended = stored.at_once(acts)
    assert ended[0] is Ending.EXPIRED
    assert requests_of(stage.order(), "confirm")[0].status == "expired"
    assert requests.asked_again_from(stage.order(), stage.settings) is None
