"""Someone else will set this up: a new contact, and nothing left in the hands of the old one."""

from datetime import timedelta

import pytest

from records import clock
from records.tables import AccessRequest, History, Order
from tests.support import stored
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    NEWCOMER,
    PIA,
    acme,
    now,
    organization,
    requests_of,
    told,
    volta,
)
from tests.support.page_client import PageClient


def hand_over(page, email="sam@acme.com", role="customer", status=200):
    if not page.select("#hand-over"):
        page = page.follow("Someone else will set this up")
    form = page.form("#hand-over" if page.select("#hand-over") else 0)
    return form.fill(contact_email=email, contact_role=role).submit(status=status)


def test_both_are_told_and_the_history_says_who_it_was(stage):
    order = stage.place()
    page = hand_over(stage.opened())
    assert page.heading == "Order 70012345 is handed over"
    assert [(m.letter, m.recipient) for m in stage.mails()][1:] == [
        ("hand_over_new", "sam@acme.com"),
        ("hand_over_old", NEWCOMER),
    ]
    assert (now(order).contact_email, now(order).contact_role) == ("sam@acme.com", "customer")
    row = History.get(History.what == "handed over")
    assert (row.who, row.why) == (NEWCOMER, f"{NEWCOMER} -> sam@acme.com (customer)")


def test_old_links_and_sessions_are_dead_in_every_browser(stage):
    stage.place()
    unopened = stage.path("launch")
    page, elsewhere = stage.opened(), PageClient(stage.app)
    with page.client.http.session_transaction(base_url=page.client.base_url) as mine:
        kept = dict(mine)
    hand_over(page)
    with elsewhere.http.session_transaction(base_url=elsewhere.base_url) as stolen:
        stolen.update(kept)
    for client in (page.client, elsewhere):
        client.get("/orders/70012345/company", status=404)
        assert client.get(unopened, status=410).heading == "This link has been used"
    fresh = PageClient(stage.app).get("/").form()
    fresh.fill(number="70012345", contact_email=NEWCOMER).submit()
    assert not stage.mails("fresh_link")
    assert stage.opened("hand_over_new").path.endswith("/company")


def test_an_unopened_link_of_the_old_contact_is_replaced(stage, monkeypatch):
    stage.place()
    page = stage.opened()
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    form = PageClient(stage.app).get("/").form()
    form.fill(number="70012345", contact_email=NEWCOMER).submit()
    assert stage.mails("fresh_link")
    hand_over(page)
    old = PageClient(stage.app).get(stage.path("fresh_link"), status=410)
    assert old.heading == "A newer link replaces this one"


def test_a_partner_s_signed_in_browser_loses_the_order_too(stage):
    volta()
    stage.place(PIA, role="partner")
    client = PageClient(stage.app)
    client.get("/partner").form().fill(contact_email=PIA).submit()
    page = client.get(stage.path("partner_sign_in")).form().submit()
    page = page.form().submit()
    assert page.path.endswith("/purpose")
    hand_over(page, role="partner")
    client.get("/orders/70012345/purpose", status=404)
    assert "There is none at the moment" in client.get("/partner")


@pytest.mark.parametrize(
    ("role", "new_role", "step"),
    [
        ("partner", "partner", "organization"),
        ("partner", "customer", "company"),
        ("customer", "partner", "purpose"),
        ("customer", "customer", "organization"),
    ],
)
def test_a_changed_role_asks_the_purpose_again(stage, role, new_role, step):
    acme()
    order = stage.place(PIA, role=role, company_name="Acme")
    page = stage.opened()
    if role == "partner":
        page = page.form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(admin_email="zoe@acme.com").submit()
    assert page.path.endswith("/organization")
    hand_over(page.client.get("/orders/70012345/company"), role=new_role)
    page = stage.opened("hand_over_new")
    assert page.path == f"/orders/70012345/{step}"
    assert now(order).purpose == ("partner_for_customer" if role == new_role == "partner" else None)
    assert now(order).company_name == "Acme"


@pytest.mark.parametrize("role", ["customer", "partner"])
def test_open_requests_are_withdrawn(stage, role):
    acme()
    order = stage.place(CAROL, company_name="Acme")
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit().form().submit()
    assert page.path.endswith("/waiting")
    hand_over(page, role=role)
    assert [r.status for r in requests_of(order)] == ["withdrawn"]
    assert now(order).status == "launched"
    assert told(order)[-3:] == ["request withdrawn", "launched", "handed over"]
    notice = PageClient(stage.app).get(stage.path("access_notice"))
    assert notice.heading == "This request was withdrawn"


@pytest.mark.parametrize(
    "typed", [("", "customer"), ("not an address", "customer"), ("a@b.com, c@d.com", "partner")]
)
def test_a_wrong_address_is_refused_with_a_sentence_and_changes_nothing(stage, typed):
    stage.place()
    page = stage.opened()
    before = stored.dump()
    refused = hand_over(page, typed[0], typed[1], status=422)
    assert refused.one("[role=alert] a")["href"] == "#contact_email"
    assert refused.form().values["contact_email"] == typed[0]
    assert refused.form().values["contact_role"] == typed[1]
    page.form("#hand-over").submit(status=422)
    assert stored.dump() == before


def test_it_is_possible_until_provisioned_and_not_after(stage):
    acme()
    order = stage.place(ALICE, company_name="Acme")
    review = stage.opened().form().submit()
    assert review.path.endswith("/review")
    review.form().fill(confirm=True).submit()
    assert hand_over(review).path.endswith("/done")
    assert now(order).contact_email == ALICE


@pytest.mark.parametrize("status", ["stopped", "cancelled", "expired"])
def test_a_closed_order_is_not_handed_over(stage, status):
    order = stage.place()
    page = stage.opened()
    Order.update(status=status).where(Order.id == order.id).execute()
    assert status in hand_over(page).heading
    assert now(order).contact_email == NEWCOMER


def test_the_new_contact_keeps_what_was_typed_and_is_asked_for_nobody_s_rights(stage):
    found = acme()
    order = stage.place(CAROL, company_name="Acme")
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit().form().submit()
    hand_over(page, BOB)
    page = stage.opened("hand_over_new")
    assert page.path.endswith("/administrator")
    assert now(order).organization_id == found.id
    assert AccessRequest.select().count() == 1


def test_an_unlisted_organization_is_not_handed_over_with_the_order(stage):
    """It was there for its own administrator alone."""
    organization("secret", "Secret SE", admins=(ALICE,), unlisted=True)
    stage.place(ALICE, company_name="Secret SE")
    review = stage.opened().form().submit()
    assert "Secret SE" in review.text
    assert review.path.endswith("/review")
    hand_over(review, "mallory@elsewhere.example")
    page = stage.opened("hand_over_new")
    assert page.path.endswith("/company")
    assert now(Order.get()).organization_id is None
