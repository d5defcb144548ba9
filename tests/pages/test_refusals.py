"""Refused answers keep their input; orders that are closed, or nearly, say so."""

from datetime import timedelta

import pytest
import time_machine

from provisioning.directory import RULES
from records import clock
from records.database import db
from records.directory import OrganizationRow, save_organizations
from records.tables import MagicLink, Order
from tests.support import stored
from tests.support.cast import BOB, CAROL, NEWCOMER, acme, now, requests_of
from tests.support.lists import AT, elsewhere
from tests.support.page_client import PageClient
from tests.support.steps import STEPS, journey


def typed(**fields):
    return {"company_name": "Acme", "admin_email": NEWCOMER, **fields}


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        (typed(company_name=""), ["company_name"]),
        (typed(company_name=" \t "), ["company_name"]),
        (typed(company_name="Ac\u0007me"), ["company_name"]),
        (typed(company_name="x" * 301), ["company_name"]),
        (typed(company_name="A\x00cme"), ["company_name"]),
        (typed(admin_email=""), ["admin_email"]),
        (typed(admin_email="nora"), ["admin_email"]),
        (typed(admin_email="nora@acme.com, bob@acme.com"), ["admin_email"]),
        (typed(admin_email="no\u00adra@acme.com"), ["admin_email"]),
        (typed(admin_email="\u212aate@acme.com"), ["admin_email"]),
        (typed(admin_email="x" * 5000), ["admin_email"]),
        ({"company_name": "", "admin_email": "nora@"}, ["admin_email", "company_name"]),
    ],
)
def test_a_refused_answer_keeps_the_input_and_the_summary_links_to_its_field(stage, fields, wrong):
    order = stage.place()
    page = stage.opened().form().fill(**fields).submit(status=422)
    assert page.path == AT + "company"
    assert [a["href"] for a in page.select("[role=alert] a")] == [f"#{name}" for name in wrong]
    for name in ("company_name", "admin_email"):
        field = page.one(f"input[name={name}]")
        assert field.has_attr("aria-invalid") == (name in wrong)
        if "\x00" not in fields[name] and "\u0007" not in fields[name]:
            assert page.form().values[name] == fields[name]
    assert now(order).admin_email is None


def test_a_message_that_is_too_long_is_refused_and_kept(stage):
    order, page = journey(stage, "administrator")
    page = page.form().fill(message="m" * 501).submit(status=422)
    assert page.one("[role=alert] a")["href"] == "#message"
    assert page.form().values["message"] == "m" * 501
    assert not requests_of(order)
    assert page.form().fill(message="m" * 500).submit().path == AT + "waiting"


@pytest.mark.parametrize("step", ["purpose", "organization", "review"])
def test_a_form_sent_untouched_decides_nothing(stage, step):
    _order, page = journey(stage, step)
    before = stored.dump()
    refused = page.form().submit(status=422)
    assert refused.one("[role=alert] a")
    assert stored.dump() == before


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        ("stopped", "This order has been stopped"),
        ("cancelled", "This order has been cancelled"),
        ("expired", "This order has expired"),
        ("overdue", "This order has expired"),
    ],
)
@pytest.mark.parametrize("step", ["organization", "waiting", "review"])
def test_a_closed_order_says_so_at_every_step_and_takes_nothing(stage, step, status, heading):
    order, page = journey(stage, step)
    if status == "overdue":
        past = clock.now() - timedelta(seconds=1)
        Order.update(expires_at=past).where(Order.id == order.id).execute()
    else:
        Order.update(status=status).where(Order.id == order.id).execute()
    before = stored.dump()
    form = page.form()
    if step == "organization":
        form.fill(organization="new")
    if step == "review":
        form.fill(confirm=True)
    assert form.submit().heading == heading
    for other in STEPS:
        assert page.client.get(AT + other).heading == heading
    assert page.client.get("/orders/70012345").heading == heading
    for action in ("check", "again", "ask"):
        forged = {**form.values, "action": action}
        page.client.http.post(AT + "waiting", data=forged, base_url=page.client.base_url)
    assert PageClient(stage.app).get(stage.path("launch")).heading == heading
    assert stored.dump() == before
    assert MagicLink.select().count()


def test_an_order_does_not_expire_before_its_open_request(stage):
    acme()
    soon = (clock.today() + timedelta(days=3)).isoformat()
    stage.place(CAROL, company_name="Acme", expires_on=soon)
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit().form().submit()
    with time_machine.travel(clock.now() + timedelta(days=10)):
        again = elsewhere(stage)
        assert again.path == page.path == AT + "waiting"
        stage.decide(BOB, "add")
        assert again.client.get("/orders/70012345").path == AT + "review"


def test_a_list_that_has_become_empty_is_no_dead_end(stage):
    found = acme()
    order = stage.place(company_name="Acme")
    page = stage.opened().form().submit()
    with db.atomic():
        unlisted = OrganizationRow(
            "acme", "Acme GmbH", "customer", "online", found.created_on, unlisted=True
        )
        save_organizations([unlisted], RULES)
    page = page.reload()
    assert "a new one is made" in page
    assert page.form().submit().path == AT + "review"
    assert now(order).create_new


def test_change_these_leads_back_to_the_company(stage):
    _order, page = journey(stage, "organization")
    assert page.follow("Change these").path == AT + "company"
