"""Full admins of a partner see and move all of its orders; nobody else learns that they exist."""

from datetime import timedelta

import pytest

from provisioning import directory, directory_sync
from records import clock
from records.tables import AccessRequest, MagicLink, Order, OutboxRow, User
from tests.pages.test_partner import listed, sign_in
from tests.support import stored
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    MALLORY,
    PIA,
    acme,
    now,
    organization,
    sync_admin,
    told,
    volta,
)
from tests.support.page_client import PageClient
from tests.support.steps import csrf_token

PAUL, RIVAL = "paul@volta.example", "rival@partner.example"
ACTIONS = ("", "/take-over", "/hand-over", "/fresh-link", "/ask-again", "/same-answers")


@pytest.fixture
def partner():
    """Volta with Pia, its full admin, and Paul; another partner with its own admin."""
    organization("rivals", "Rivals", admins=(RIVAL,), kind="partner", origin="partner")
    volta()
    return organization(
        "volta", "Volta Partners", admins=(PIA,), users=(PAUL,), kind="partner", origin="partner"
    )


@pytest.fixture
def order(stage, partner):
    """Paul's."""
    return stage.place(PAUL, role="partner", number="5", company_name="Acme")


@pytest.fixture
def waiting(stage, order):
    """It waits for the administrators of Acme: for Volta's own use, Paul is to be added."""
    acme()
    page = stage.opened("launch", PAUL).form().fill(purpose="partner_own_use").submit()
    page = page.form().fill(admin_email="zoe@acme.com", company_name="Acme").submit()
    page = page.form().choose("Acme GmbH").submit()
    assert page.form().submit().path == "/orders/5/waiting"
    return order


def test_an_admin_sees_a_colleague_s_order_with_state_whose_move_since_when_and_next(stage, order):
    page = sign_in(stage)
    assert listed(page) == ["Order 5"]
    for said in (
        "not opened yet",
        f"Waits for {PAUL} to open it, since",
        "Next: say who it is for",
    ):
        assert said in page
    page = page.follow("Order 5")
    assert page.path == "/partner/orders/5"
    assert page.heading == "Where it stands"
    assert PAUL in page
    assert now(order).status == "placed"
    assert len(stage.mails("launch")) == 1


def test_whoever_only_administers_is_sent_a_sign_in_link_too(stage, partner):
    page = PageClient(stage.app).get("/partner")
    page.form().fill(contact_email=PIA).submit()
    page.form().fill(contact_email=PAUL).submit()
    assert [row.recipient for row in stage.mails("partner_sign_in")] == [PIA]


def test_what_is_waited_for_is_told_and_asked_again_once_after_three_days(stage, waiting):
    page = sign_in(stage).follow("Order 5")
    assert "Waits for an administrator's answer, since" in page
    assert "Acme GmbH" in page
    assert "Sent to" in page or "queued" in page
    assert "once more" not in page
    for admin in (ALICE, BOB):
        assert admin not in page.response.text
    AccessRequest.update(asked_at=clock.now() - timedelta(days=4)).execute()
    page = page.reload().form("[action$=ask-again]").submit()
    assert "asked once more" in page
    assert "Ask the administrators" not in page
    assert now(waiting).contact_email == PAUL
    assert told(waiting)[-1] == "asked again"
    token = csrf_token(page)
    again = page.client.visit(
        "POST", "/partner/orders/5/ask-again", [("csrf_token", token)], status=422, headers={}
    )
    assert "cannot be asked again now" in again
    assert told(waiting).count("asked again") == 1


def test_a_fresh_link_goes_to_the_contact_alone(stage, order):
    page = sign_in(stage).follow("Order 5").form("[action$=fresh-link]").submit()
    assert f"on its way to {PAUL}" in page
    assert [row.recipient for row in stage.mails("fresh_link")] == [PAUL]
    assert "Waits for paul@volta.example to open it" in page
    page = page.form("[action$=fresh-link]").submit(status=422)
    assert "No link was sent" in page
    assert len(stage.mails("fresh_link")) == 1
    assert stage.opened("fresh_link", PAUL).path == "/orders/5/purpose"


def test_looking_makes_nobody_the_contact_and_going_on_alone_does_nothing(stage, order):
    page = sign_in(stage).follow("Order 5")
    before = stored.dump()
    page.client.get("/orders/5/purpose", status=404)
    token = [("csrf_token", csrf_token(page))]
    page = page.client.visit("POST", "/partner/orders/5", token, status=200, headers={})
    assert page.path == "/partner/orders/5"
    page.client.get("/orders/5", status=404)
    assert stored.dump() == before


def test_continuing_a_colleague_s_order_hands_it_over_to_oneself(stage, waiting):
    paul = stage.opened("partner_sign_in", PAUL, client=asked_in(stage, PAUL)).client
    paul.get("/orders/5/waiting")
    page = sign_in(stage).follow("Order 5").form("[action$=take-over]").submit()
    assert page.path == "/orders/5/administrator"
    assert now(waiting).contact_email == PIA
    assert now(waiting).partner_organization.ref == "volta"
    assert "handed over" in told(waiting)
    assert AccessRequest.get().status == "withdrawn"
    assert {row.recipient for row in stage.mails("hand_over_old")} == {PAUL}
    paul.get("/orders/5/waiting", status=404)
    assert listed(paul.get("/partner")) == []


def asked_in(stage, email):
    client = PageClient(stage.app)
    client.get("/partner").form().fill(contact_email=email).submit()
    return client


def test_a_second_admin_who_saw_the_page_before_takes_nothing_over(stage, partner, order):
    sync_admin(partner.id, "ada@volta.example", is_admin=True)
    first = sign_in(stage).follow("Order 5")
    second = sign_in(stage, "ada@volta.example").follow("Order 5")
    assert first.form("[action$=take-over]").submit().path == "/orders/5/purpose"
    refused = second.form("[action$=take-over]").submit(status=422)
    assert "has changed since you saw the page" in refused
    assert now(order).contact_email == PIA
    assert first.form("[action$=take-over]").submit().path == "/orders/5/purpose"
    assert told(order).count("handed over") == 1


def test_an_admin_hands_over_to_somebody_else_and_a_customer_s_is_the_partner_s_no_longer(
    stage, order
):
    page = sign_in(stage).follow("Order 5").follow("Someone else will set this up")
    refused = page.form().fill(contact_email=PAUL, contact_role="partner").submit(status=422)
    assert "the contact already" in refused
    page.form().fill(contact_email="x").submit(status=422)
    page = page.form().fill(contact_email=CAROL, contact_role="customer").submit()
    assert page.heading == "Order 5 is handed over"
    assert page.follow("All of your orders").heading == "Your orders"
    page.client.get("/partner/orders/5", status=404)
    assert now(order).contact_email == CAROL
    assert now(order).partner_organization is None
    assert {row.recipient for row in stage.mails("hand_over_new")} == {CAROL}


def test_nobody_else_is_answered_otherwise_than_for_an_order_that_is_not_there(
    stage, waiting, partner
):
    """A stranger, an admin of another partner or of the customer, a former one, nobody at all."""
    stage.place(PAUL, role="customer", number="6")
    stage.place(RIVAL, role="partner", number="7")
    former = sign_in(stage)
    former.client.get("/partner/orders/5")
    sync_admin(partner.id, PIA, is_admin=False)
    sync_admin(partner.id, "new@volta.example", is_admin=True)
    for number in ("8", "9"):
        for email in (MALLORY, ALICE):
            stage.place(email, role="partner", number=f"{number}{email[:2]}")
    people = [former.client, PageClient(stage.app)]
    people += [sign_in(stage, email).client for email in (RIVAL, MALLORY, ALICE)]
    before = stored.dump()
    for client in people:
        token = csrf_token(client.get("/partner"))
        assert PAUL not in client.get("/partner").response.text
        for action in ACTIONS:
            for number in ("5", "6", "absent"):
                path = f"/partner/orders/{number}{action}"
                fields = {"contact": PAUL, "contact_email": MALLORY, "contact_role": "partner"}
                entries = [("csrf_token", token), *fields.items(), ("number", "5")]
                said = client.visit("POST", path, entries, status=404, headers={})
                assert said.heading == "There is nothing here for you"
                if action in ("", "/hand-over"):
                    client.get(path, status=404)
    assert stored.dump() == before


def test_rights_are_looked_up_with_each_request(stage, order, partner):
    page = sign_in(stage).follow("Order 5")
    sync_admin(partner.id, PIA, is_admin=False)
    before = stored.dump()
    page.form("[action$=take-over]").submit(status=404)
    page.client.get("/partner/orders/5", status=404)
    assert listed(page.client.get("/partner")) == []
    assert stored.dump() == before
    sync_admin(partner.id, PIA, is_admin=True)
    assert listed(page.client.get("/partner")) == ["Order 5"]


def test_an_organization_that_is_no_partner_shows_its_admin_no_orders(stage, order, partner):
    page = sign_in(stage)
    type(partner).update(kind="customer").execute()
    page.client.get("/partner/orders/5", status=404)
    assert listed(page.reload()) == []


def test_an_unlisted_organization_is_not_named_to_a_colleague(stage, waiting):
    there = AccessRequest.get().organization
    type(there).update(unlisted=True).where(type(there).id == there.id).execute()
    assert "Acme GmbH" not in sign_in(stage).follow("Order 5")
    assert "Acme GmbH" in sign_in(stage, PAUL).follow("Order 5")


# --- which orders name a partner -----------------------------------------------------------------


def test_the_directory_s_news_counts_for_unfinished_orders_too(stage, partner):
    late, over = (stage.place("late@volta.example", role="partner", number=n) for n in "12")
    mine = stage.place("late@volta.example", role="customer", number="3")
    Order.update(status="provisioned").where(Order.number == "2").execute()
    given = {"organization_ref": "volta", "email": "late@volta.example", "full_admin": "0"}
    directory_sync.put_user(given, stage.settings)
    assert now(late).partner_organization == partner
    assert now(over).partner_organization is None
    assert now(mine).partner_organization is None
    assert listed(sign_in(stage)) == ["Order 1"]
    directory_sync.remove_user("volta", "late@volta.example")
    assert listed(sign_in_again(stage)) == ["Order 1"]  # who has left, left it to the partner


def sign_in_again(stage):
    OutboxRow.update(queued_at=clock.now() - timedelta(minutes=2)).execute()
    return sign_in(stage)


def test_whom_a_partner_s_admin_adds_brings_it_no_orders(stage, partner):
    """Otherwise a partner could see a rival's orders by naming its people administrators."""
    rival = organization("evil", "Evil", admins=(MALLORY,), kind="partner", origin="partner")
    stage.place(MALLORY, role="partner", number="1", company_name="Evil")
    page = stage.opened("launch", MALLORY).form().fill(purpose="partner_own_use").submit()
    page = page.form().fill(admin_email="victim@lone.example", company_name="Evil").submit()
    if page.path.endswith("organization"):
        page = page.form().choose("Evil").submit()
    directory.make_full_admin(rival.id, "victim@lone.example")
    directory.make_full_admin(rival.id, PAUL)
    assert (
        stage.place("victim@lone.example", role="partner", number="2").partner_organization is None
    )
    assert stage.place(PAUL, role="partner", number="3").partner_organization == partner
    assert listed(sign_in(stage, MALLORY)) == ["Order 1"]
    sync_admin(rival.id, "victim@lone.example", is_admin=True)
    assert User.get(User.email == "victim@lone.example").added_here is False


# --- pages of many -------------------------------------------------------------------------------


def test_many_orders_come_in_pages_and_by_state(stage, partner):
    for number in range(100, 145):
        stage.place(PAUL if number % 2 else PIA, role="partner", number=str(number))
    Order.update(status="stopped").where(Order.number.in_(["101", "142"])).execute()
    stage.place(RIVAL, role="partner", number="7")
    page, seen = sign_in(stage), []
    while True:
        seen += listed(page)
        if not page.select("a[rel=next]"):
            break
        page = page.follow("Older orders")
    assert seen == [f"Order {number}" for number in range(144, 99, -1)]
    page = page.follow("Newest orders").follow("stopped")
    assert listed(page) == ["Order 142", "Order 101"]
    assert page.one(".filter [aria-current]").get_text() == "stopped"
    # A stranger's order, one that is not there, nonsense: the first page, all alike.
    first = listed(page.client.get("/partner"))
    for before in ("7", "absent", "%00", "' OR 1=1"):
        assert listed(page.client.get(f"/partner?before={before}&status=no")) == first


# --- same answers --------------------------------------------------------------------------------


def test_the_answers_of_an_earlier_order_are_taken_and_checked_again(stage, waiting):
    stage.place(PAUL, role="partner", number="6")
    page = sign_in(stage, PAUL).follow("Order 6")
    assert "5 Acme" in page
    assert page.form("[action$=same-answers]").submit(status=422).one("[role=alert]")
    page = page.form("[action$=same-answers]").fill(number=" 5 ").submit()
    assert page.path == "/orders/6/administrator"
    six = stage.order("6")
    assert (six.purpose, six.company_name, six.admin_email) == (
        "partner_own_use", "Acme", "zoe@acme.com",
    )  # fmt: skip
    assert six.organization_id == stage.order("5").organization_id
    assert "same answers" in told(six)
    assert six.status == "launched"


def test_what_no_longer_matches_is_not_chosen_again(stage, waiting):
    organization("tools", "Acme Tools", users=("x@acme.com",))
    acme(unlisted=True)
    stage.place(PAUL, role="partner", number="6")
    page = sign_in(stage, PAUL).follow("Order 6")
    page = page.form("[action$=same-answers]").fill(number="5").submit()
    assert page.path == "/orders/6/organization"
    assert "Acme Tools" in page
    assert stage.order("6").organization_id is None


@pytest.mark.parametrize("number", ["7", "6", "8", "absent", "%00"])
def test_only_one_s_own_answers_can_be_taken(stage, waiting, number):
    stage.place(RIVAL, role="partner", number="7")
    Order.update(admin_email="x@rival.example").where(Order.number == "7").execute()
    stage.place(PAUL, role="partner", number="6")
    stage.place(PAUL, role="partner", number="8")
    page = sign_in(stage, PAUL).follow("Order 6")
    before = stored.dump()
    page = page.form("[action$=same-answers]").fill(number=number).submit(status=422)
    assert "None of your orders with that number has answers." in page
    assert page.form("[action$=same-answers]").values["number"] == number
    assert stored.dump() == before


def test_an_answered_order_and_a_colleague_s_take_no_answers(stage, waiting):
    six = stage.place(PAUL, role="partner", number="6")
    page = sign_in(stage).follow("Order 6")
    assert "same-answers" not in page.response.text
    token = csrf_token(page)
    entries = [("csrf_token", token), ("number", "5")]
    page.client.visit("POST", "/partner/orders/6/same-answers", entries, status=200, headers={})
    assert now(six).company_name == ""
    assert "same-answers" not in sign_in(stage, PAUL).follow("Order 5").response.text


def test_none_of_these_pages_has_a_script_or_a_link_of_a_mail(stage, waiting):
    page = sign_in(stage)
    pages = [page, page.follow("Order 5")]
    pages.append(pages[-1].follow("Someone else will set this up"))
    pages.append(pages[-1].form().submit(status=422))
    pages.append(pages[1].form("[action$=fresh-link]").submit())
    pages.append(pages[-1].form("[action$=fresh-link]").submit(status=422))
    for each in pages:
        assert "<script" not in each.response.text, each.way
        assert "data-hx" not in each.response.text.partition("<main")[2], each.way
        assert "script-src" not in each.headers["Content-Security-Policy"]
    assert MagicLink.select().where(MagicLink.purpose == "launch").count() >= 2
