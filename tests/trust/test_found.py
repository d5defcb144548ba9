"""What playing everybody against a ledger has found, each in its shortest form."""

from datetime import timedelta

import pytest
import time_machine

from records import clock
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
    told,
    volta,
)
from tests.support.lists import AT, elsewhere
from tests.support.page_client import PageClient


@pytest.fixture
def stage(app) -> Stage:
    return Stage(app)


def asked(stage, contact=CAROL, named=CAROL, **order):
    """Acme's administrators are asked by one contact to add somebody."""
    placed = stage.place(contact, company_name="Acme", **order)
    client = PageClient(stage.app)
    page = stage.opened("launch", contact, client).form().fill(admin_email=named).submit()
    page = page.form().choose("Acme GmbH").submit()
    assert page.path.endswith("/administrator")
    return placed, page.form().submit()


def changed(page):
    return page.client.get(f"{page.path.rpartition('/')[0]}/company").form()


@pytest.mark.parametrize("how", ["an answer", "another choice", "the directory"])
def test_the_end_of_a_hold_is_one_row_of_history(stage, how):
    acme()
    order, page = asked(stage)
    if how == "an answer":
        stage.decide(BOB, "add")
    elif how == "another choice":
        changed(page).fill(company_name="Nordlicht Werke").submit()
    else:
        sync_admin(requests_of(order)[0].organization_id, CAROL, is_admin=True)
        page.form().submit("Check again")
    assert now(order).status == "launched"
    transitions = [what for what in told(order) if what in ("launched", "waiting")]
    assert transitions == ["launched", "waiting", "launched"]


def test_asking_again_while_waiting_is_no_second_transition(stage):
    acme()
    order, _page = asked(stage)
    with time_machine.travel(clock.now() + timedelta(days=15), tick=False):
        elsewhere(stage).form().submit("Ask them again")
    assert [request.status for request in requests_of(order)] == ["expired", "open"]
    assert now(order).status == "waiting"
    assert told(order).count("waiting") == 1


def test_a_partner_does_not_launch_an_order_that_has_expired(stage):
    order = stage.place(PIA, role="partner")
    browser = PageClient(stage.app)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        browser.get("/partner").form().fill(contact_email=PIA).submit()
        page = browser.get(stage.path("partner_sign_in", PIA)).form().submit()
        token = str(page.select("[name=csrf_token]")[0]["value"])
        where = f"/partner/orders/{order.number}"
        browser.http.post(where, data={"csrf_token": token}, base_url=browser.base_url)
    assert (now(order).status, told(order)) == ("placed", ["placed"])


def test_a_contact_who_became_administrator_decides_though_nobody_answered_in_time(stage):
    acme(admins=(BOB,), users=(ALICE, CAROL))
    order, _page = asked(stage, ALICE)
    organization = requests_of(order)[0].organization
    sync_admin(organization.id, ALICE, is_admin=True)
    with time_machine.travel(clock.now() + timedelta(days=15), tick=False):
        page = elsewhere(stage).client.get(AT + "administrator")
        page.form().fill(decision="add").submit()
    assert [request.status for request in requests_of(order)] == ["expired", "approved"]
    assert full_admins(organization) == {ALICE, BOB, CAROL}


@pytest.mark.parametrize(
    ("decision", "status", "added"), [("add", "approved", {CAROL}), ("accept", "accepted", set())]
)
def test_a_partner_who_became_administrator_decides_though_its_order_may_go_on(
    stage, decision, status, added
):
    acme(admins=(BOB,))
    volta()
    order = stage.place(PIA, role="partner", company_name="Acme")
    page = stage.opened().form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(admin_email=CAROL).submit().form().choose("Acme GmbH").submit()
    page = page.form().submit()
    assert page.path == AT + "review"
    organization = requests_of(order)[0].organization
    sync_admin(organization.id, PIA, is_admin=True)
    page = page.client.get(AT + "administrator").form().fill(decision=decision).submit()
    assert page.path == AT + "review"
    assert [request.status for request in requests_of(order)] == [status]
    assert full_admins(organization) == {BOB, PIA} | added


def test_a_withdrawn_question_is_not_asked_anew_right_after_a_decline(stage):
    acme()
    order, page = asked(stage)
    changed(page).fill(company_name="Nordlicht Werke").submit()
    asked(stage, NEWCOMER, CAROL, number="2")
    stage.decide(BOB, "decline")
    page = changed(page).fill(company_name="Acme").submit().form().choose("Acme GmbH").submit()
    refused = page.form().submit(status=422)
    assert "They can be asked again from" in refused
    assert [request.status for request in requests_of(order)] == ["withdrawn"]
    assert now(order).status == "launched"
