"""A partner's orders as plain pages: signed in by a mailed link, without any script."""

from datetime import timedelta

import pytest

from records import clock
from records.tables import MagicLink, Order, OutboxRow
from tests.support import stored
from tests.support.cast import MALLORY, PIA, acme, now, told, volta
from tests.support.page_client import PageClient

SENT = "Look into your mailbox"


def sign_in(stage, email=PIA, client=None):
    client = client or PageClient(stage.app)
    client.get("/partner").form().fill(contact_email=email).submit()
    return client.get(stage.path("partner_sign_in", email)).form().submit()


@pytest.fixture
def orders(stage):
    """Two of Pia's, one of hers as a customer, one of another partner's."""
    volta()
    return [
        stage.place(PIA, role="partner", number="1", company_name="Acme"),
        stage.place(PIA, role="partner", number="2"),
        stage.place(PIA, role="customer", number="3"),
        stage.place("rival@partner.example", role="partner", number="4"),
    ]


def listed(page):
    return [h2.get_text(strip=True) for h2 in page.select(".orders h2")]


def test_one_neutral_answer_and_a_mail_only_to_a_partner_s_contact(stage, orders):
    answers = set()
    for address in (PIA, PIA, MALLORY, "rival@partner.example"):
        page = PageClient(stage.app).get("/partner").form().fill(contact_email=address).submit()
        assert page.heading == SENT
        answers.add(page.response.text)
    assert len(answers) == 1
    assert [m.recipient for m in stage.mails("partner_sign_in")] == [PIA, "rival@partner.example"]


def test_a_wrong_address_is_refused_and_kept(stage):
    page = PageClient(stage.app).get("/partner").form().fill(contact_email="pia").submit(status=422)
    assert page.one("[role=alert] a")["href"] == "#contact_email"
    assert page.form().values["contact_email"] == "pia"


def test_the_list_shows_one_s_own_orders_as_a_partner_with_state_and_next_step(stage, orders):
    page = sign_in(stage)
    assert page.path == "/partner"
    assert listed(page) == ["Order 2", "Order 1"]
    assert "not opened yet" in page
    assert "Next: say who it is for" in page
    Order.update(status="waiting").where(Order.number == "1").execute()
    Order.update(status="stopped").where(Order.number == "2").execute()
    page = page.reload()
    assert "waiting for an answer" in page
    assert "stopped" in page
    assert len(page.select(".orders form")) == 1


def test_an_overdue_order_is_shown_as_expired_and_cannot_be_continued(stage, orders):
    Order.update(expires_at=clock.now() - timedelta(days=1)).execute()
    page = sign_in(stage)
    assert [pill.get_text() for pill in page.select(".orders .pill")] == ["expired", "expired"]
    assert not page.select(".orders form")


def test_an_order_is_continued_at_its_step_and_its_first_opening_launches_it(stage, orders):
    page = sign_in(stage).form(".orders li:nth-of-type(2) form").submit()
    assert page.path == "/orders/1/purpose"
    assert now(orders[0]).status == "launched"
    assert told(orders[0])[:2] == ["placed", "launched"]
    page = page.form().fill(purpose="partner_for_customer").submit()
    assert page.path == "/orders/1/company"
    page = page.client.get("/partner")
    assert "Next: name the company" in page
    assert page.form(".orders li:nth-of-type(2) form").submit().path == "/orders/1/company"


def test_the_orders_of_others_and_one_s_own_as_a_customer_are_invisible(stage, orders):
    page = sign_in(stage)
    token = page.form().values["csrf_token"]
    before = stored.dump()
    for number in ("3", "4", "none", "%00", "2%20"):
        page.client.get(f"/orders/{number}/purpose", status=404)
        page.client.visit(
            "POST", f"/partner/orders/{number}", [("csrf_token", token)], status=404, headers={}
        )
    assert stored.dump() == before


def test_who_is_not_signed_in_continues_nothing(stage, orders):
    client = PageClient(stage.app)
    token = client.get("/partner").form().values["csrf_token"]
    client.visit("POST", "/partner/orders/1", [("csrf_token", token)], status=404, headers={})
    assert now(orders[0]).status == "placed"


def test_signing_out_ends_the_session_wherever_it_was_copied_to(stage, orders):
    page, thief = sign_in(stage), PageClient(stage.app)
    cookie = page.client.http.get_cookie("homeport", domain="homeport.test")
    page.form("[action='/partner/orders/1']").submit()
    page.client.get("/partner").form("[action='/sign-out']").submit()
    assert page.client.page.heading == "You are signed out"
    page.client.get("/orders/1/purpose", status=404)
    thief.http.set_cookie("homeport", cookie.value, domain="homeport.test")
    assert thief.get("/partner").heading == "See your orders"
    thief.get("/orders/1/purpose", status=404)


def test_signing_in_again_ends_the_session_before_it(stage, orders):
    page, thief = sign_in(stage), PageClient(stage.app)
    cookie = page.client.http.get_cookie("homeport", domain="homeport.test")
    thief.http.set_cookie("homeport", cookie.value, domain="homeport.test")
    assert listed(thief.get("/partner"))
    # One link a minute.
    OutboxRow.update(queued_at=clock.now() - timedelta(minutes=2)).execute()
    asking = PageClient(stage.app)
    asking.get("/partner").form().fill(contact_email=PIA).submit()
    assert listed(stage.opened("partner_sign_in", PIA, client=page.client))
    assert thief.get("/partner").heading == "See your orders"
    thief.get("/orders/1/purpose", status=404)


def test_every_ending_of_a_sign_in_link_says_which_it_is(stage, orders):
    client = PageClient(stage.app)
    client.get("/partner").form().fill(contact_email=PIA).submit()
    path, stranger = stage.path("partner_sign_in"), PageClient(stage.app)
    page = client.get(path)
    assert PIA not in page
    page.form().submit()
    assert stranger.get(path, status=410).heading == "This link has been used"
    assert client.get(path).path == "/partner"
    assert page.form().submit().path == "/partner"
    MagicLink.update(claimed_at=None, expires_at=clock.now()).execute()
    assert stranger.get(path, status=410).heading == "This link has expired"
    assert stranger.get("/partner/nonsense", status=404).heading == "We do not know this link"


def test_no_page_of_a_partner_has_a_script(stage, orders):
    acme()
    client = PageClient(stage.app)
    pages = [client.get("/partner")]
    pages.append(pages[0].form().fill(contact_email="").submit(status=422))
    pages.append(pages[0].form().fill(contact_email=PIA).submit())
    path = stage.path("partner_sign_in")
    pages.append(client.get(path))
    pages.append(pages[-1].form().submit())
    pages.append(PageClient(stage.app).get(path, status=410))
    pages.append(client.get("/partner/nonsense", status=404))
    token = pages[0].form().values["csrf_token"]
    for number, status in (("none", 404), ("1", 400)):
        entries = [("csrf_token", token)] if status == 404 else []
        pages.append(
            client.visit("POST", f"/partner/orders/{number}", entries, status=status, headers={})
        )
    for page in pages:
        assert "<script" not in page.response.text, page.way
