"""The wizard's place is kept on the order: leave, come back, go back, use two tabs, two people."""

import pytest

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
)
from tests.support.lists import AT, elsewhere
from tests.support.steps import STEPS, csrf_token, journey

KEPT = ("purpose", "company_name", "admin_email", "message")


@pytest.mark.parametrize("step", STEPS)
def test_an_order_is_resumed_at_its_step_with_its_input_on_another_device(stage, step):
    _order, page = journey(stage, step)
    assert page.path == AT + step
    before = {**stored.dump(), "MagicLink": [], "Session": [], "History": []}
    again = elsewhere(stage)
    assert again.path == page.path
    assert again.text == page.text
    if step != "done":
        mine, other = page.form().values, again.form().values
        assert {n: mine.get(n) for n in KEPT} == {n: other.get(n) for n in KEPT}
    assert {**stored.dump(), "MagicLink": [], "Session": [], "History": []} == before
    assert again.client.get("/orders/70012345").path == page.path
    assert again.reload().path == page.path


@pytest.mark.parametrize("step", STEPS)
def test_only_the_current_and_earlier_steps_open_any_other_leads_to_the_current_one(stage, step):
    _order, page = journey(stage, step)
    opened = {
        "purpose": ["purpose"],
        "company": ["company"],
        "organization": ["company", "organization"],
        "administrator": ["company", "organization", "administrator"],
        "waiting": ["company", "organization", "administrator", "waiting"],
        "review": ["company", "organization", "review"],
        "done": ["done"],
    }[step]
    forged = {"csrf_token": csrf_token(page), "confirm": "y", "decision": "add"}
    before = stored.dump()
    for other in STEPS:
        assert page.client.get(AT + other).path == AT + (other if other in opened else step)
        if other not in opened:
            page.client.http.post(AT + other, data=forged, base_url=page.client.base_url)
    assert stored.dump() == before


def test_a_prefilled_company_and_the_customer_s_own_address_stand_in_the_form(stage):
    stage.place(company_name="Acme")
    values = stage.opened().form().values
    assert (values["company_name"], values["admin_email"]) == ("Acme", NEWCOMER)


def test_a_partner_s_address_is_not_filled_in(stage):
    stage.place(PIA, role="partner")
    page = stage.opened().form().fill(purpose="partner_for_customer").submit()
    assert page.form().values["admin_email"] == ""


def test_i_am_the_administrator_fills_in_the_contact_s_own_address(stage):
    order = stage.place(PIA, role="partner", company_name="Nordlicht")
    page = stage.opened().form().fill(purpose="partner_own_use").submit()
    page.form().fill(i_am_admin=True, admin_email="somebody@else.example").submit()
    assert now(order).admin_email == PIA


def test_the_same_answer_keeps_what_came_after_it(stage):
    order, page = journey(stage, "waiting")
    before = now(order)
    for step in ("company", "organization"):
        back = page.client.get(AT + step)
        form = back.form()
        if step == "organization":
            assert "checked" in back.one("[data-tier=belongs] input").attrs
        else:
            assert form.values["company_name"] == "Acme"
        assert form.submit().path == AT + "waiting"
    assert [r.status for r in requests_of(order)] == ["open"]
    assert now(order) == before
    assert told(order).count("asked") == 1


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        ({"company_name": "Acme Tools"}, "organization"),
        ({"admin_email": ALICE}, "review"),
        ({"company_name": "Nothing alike", "admin_email": "x@new.example"}, "review"),
    ],
)
def test_a_changed_company_clears_what_came_after_it_and_withdraws_requests(stage, answer, step):
    order, page = journey(stage, "waiting")
    page = page.client.get(AT + "company").form().fill(**answer).submit()
    assert page.path == AT + step
    assert [r.status for r in requests_of(order)] == ["withdrawn"]
    assert now(order).status == "launched"
    assert "request withdrawn" in told(order)


def test_another_organization_withdraws_the_request_and_new_is_another_one_too(stage):
    organization("tools", "Acme Tools", users=("x@acme.com",))
    order, page = journey(stage, "waiting")
    page = page.client.get(AT + "organization").form().choose("Acme Tools").submit()
    assert page.path == AT + "administrator"
    assert [r.status for r in requests_of(order)] == ["withdrawn"]
    page.form().submit()
    page.client.get(AT + "organization").form().fill(organization="new").submit()
    assert [r.status for r in requests_of(order)] == ["withdrawn"] * 2
    assert now(order).create_new


def test_another_purpose_clears_everything_but_the_company_s_name(stage):
    acme()
    order = stage.place(PIA, role="partner", company_name="Acme")
    page = stage.opened().form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(admin_email=CAROL).submit().form().choose("Acme GmbH").submit()
    page.form().submit()
    back = page.client.get(AT + "purpose")
    assert back.form().values["purpose"] == "partner_for_customer"
    assert back.form().submit().path == AT + "review"
    page = back.form().fill(purpose="partner_own_use").submit()
    assert page.path == AT + "company"
    assert (now(order).company_name, now(order).admin_email) == ("Acme", None)
    assert [r.status for r in requests_of(order)] == ["withdrawn"]


def test_a_form_sent_twice_has_one_effect(stage):
    order, page = journey(stage, "administrator")
    for _tab in range(2):
        assert page.form().submit().path == AT + "waiting"
    assert len(requests_of(order)) == 1
    assert len(stage.mails("access_notice")) == 2
    assert told(order).count("asked") == 1


def test_a_stale_list_in_another_tab_neither_maps_nor_creates(stage):
    order, stale = journey(stage, "organization")
    organization("zen", "Zenith Labs", users=("x@zenith.example",))
    other = stale.client.get(AT + "company").form()
    other.fill(company_name="Zenith", admin_email="a@zenith.example").submit()
    for form in (stale.form().choose("Acme GmbH"), stale.form().fill(organization="new")):
        page = form.submit(status=422)
        assert "Zenith Labs" in page
        assert now(order).organization_id is None
        assert not now(order).create_new


def test_a_stale_company_form_in_another_tab_is_a_changed_answer_not_a_lost_one(stage):
    order, page = journey(stage, "company")
    first, second = page.form(), page.reload().form()
    first.fill(company_name="Acme Tools").submit()
    second.fill(company_name="Acme Works").submit()
    assert now(order).company_name == "Acme Works"
    assert first.submit().path == AT + "organization"
    assert now(order).company_name == "Acme Tools"


def test_two_people_at_once_see_the_same_order(stage):
    _order, page = journey(stage, "company")
    other = elsewhere(stage)
    page.form().submit().form().choose("Acme GmbH").submit().form().submit()
    assert other.reload().form().submit().path == AT + "waiting"
    stage.decide(BOB, "add")
    assert other.client.get("/orders/70012345").path == AT + "review"
