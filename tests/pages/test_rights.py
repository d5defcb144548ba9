"""Nobody gets a right, an organization or an order by being late, early or somewhere else."""

from typing import Any

import pytest

from matching.rules import Standing
from matching.sentences import Refused
from provisioning import decisions, intake, mapping, matches, orders
from records.tables import AccessRequest, MagicLink, Mapping, Order, Organization, Subscription
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    MALLORY,
    NEWCOMER,
    PIA,
    acme,
    full_admins,
    now,
    organization,
    sync_admin,
)
from tests.support.page_client import PageClient

AT = "/orders/70012345/"


def company(page, name, address):
    return page.form().fill(company_name=name, admin_email=address).submit()


def partner_at_list(stage, name="Acme Tools", person="nora@acme.com"):
    stage.place(PIA, role="partner")
    page = stage.opened().form().fill(purpose="partner_for_customer").submit()
    return company(page, name, person)


def test_a_review_made_for_another_choice_confirms_nothing(stage):
    organization("tools", "Acme Tools", users=("x@acme.com",))
    organization("toys", "Acme Toys", users=("y@acme.com",))
    page = partner_at_list(stage).form().choose("Acme Tools").submit().form().submit()
    other = page.client.get(AT + "organization").form().choose("Acme Toys").submit()
    other.form().submit()
    page = page.form().fill(confirm=True).submit(status=422)
    assert "This order has changed since you saw the page" in page
    assert not Mapping.select().exists()


def test_a_decision_made_for_another_person_adds_nobody(stage):
    found = acme()
    stage.place(ALICE, company_name="Acme")
    page = company(stage.opened(), "Acme", "nora@acme.com").form().choose("Acme GmbH").submit()
    page.client.get(AT + "company").form().fill(admin_email=MALLORY).submit()
    page.client.get(AT + "organization")
    order = Order.get()
    order.organization, order.create_new = found, False
    order.save()
    page.form().fill(decision="add").submit(status=422)
    assert full_admins(found) == {ALICE, BOB}


def test_a_choice_to_create_ends_when_the_person_turns_out_to_administer_one(stage):
    found = organization("tools", "Acme Tools", users=("x@acme.com", NEWCOMER))
    stage.place(company_name="Acme Tools")
    page = stage.opened().form().submit().form().choose("None of these").submit()
    sync_admin(found.id, NEWCOMER, is_admin=True)
    page = page.form().fill(confirm=True).submit()
    assert "Something has changed" in page
    assert now(Order.get()).organization_id == found.id
    assert Organization.select().count() == 1


def test_an_organization_that_was_unlisted_meanwhile_is_not_mapped(stage):
    organization("tools", "Acme Tools", users=("x@acme.com",))
    page = partner_at_list(stage).form().choose("Acme Tools").submit().form().submit()
    organization("tools", "Acme Tools", unlisted=True)
    page = page.form().fill(confirm=True).submit()
    assert "Something has changed" in page
    assert not Mapping.select().exists()


def test_a_ref_and_a_subscription_number_are_never_taken_over(stage):
    victim = organization("hp-70012345", "Victim SE", admins=("boss@victim.example",))
    stage.place(company_name="Nordlicht Werke")
    page = stage.opened().form().submit().form().fill(confirm=True).submit()
    assert page.path == AT + "done"
    assert Organization.get_by_id(victim.id).name == "Victim SE"
    assert full_admins(victim) == {"boss@victim.example"}
    assert Mapping.get().organization.ref == "hp-70012345-2"


def test_an_order_whose_number_is_taken_stops_before_it_is_mapped(stage):
    victim = organization("victim", "Victim SE")
    Subscription.create(
        organization=victim, number="70012345-1", product="Theirs", quantity=1, status="active"
    )
    stage.place(company_name="Nordlicht Werke")
    page = stage.opened().form().submit().form().fill(confirm=True).submit()
    assert "has been stopped" in page
    assert Subscription.get().product == "Theirs"
    assert not Mapping.select().exists()
    assert len(stage.mails("alert")) == 1


def first_admin_asked(stage):
    stage.place(company_name="Nordlicht Werke")
    page = company(stage.opened(), "Nordlicht Werke", "chief@nordlicht.example")
    page.form().fill(confirm=True).submit()
    return Organization.get(Organization.ref == "hp-70012345")


@pytest.mark.parametrize("meanwhile", ["others administer it", "the order was stopped"])
def test_a_first_administrator_comes_too_late(stage, meanwhile):
    made = first_admin_asked(stage)
    if meanwhile == "others administer it":
        sync_admin(made.id, "boss@nordlicht.example", is_admin=True)
    else:
        Order.update(status="stopped", stopped_from="provisioned").execute()
    page = PageClient(stage.app).get(stage.path("first_admin"))
    page = page.form().fill(confirm="yes").submit()
    assert "You cannot answer this" in page
    assert "chief@nordlicht.example" not in full_admins(made)


def test_a_refused_first_administrator_leaves_nobody_waiting_unseen(stage):
    first_admin_asked(stage)
    stage.place("second@nordlicht.example", number="70012346")
    page = stage.opened("launch", "second@nordlicht.example")
    page = company(page, "Nordlicht Werke", "chief@nordlicht.example")
    page.form().choose("Nordlicht Werke").submit().form().submit()
    PageClient(stage.app).get(stage.path("first_admin")).form().fill(confirm="no").submit()
    assert {mail.order.number for mail in stage.mails("alert")} == {"70012345", "70012346"}


def test_whom_a_hand_over_alone_made_a_partner_waits_like_a_customer(stage):
    acme(subscriptions=7)
    order = stage.place(MALLORY)
    stage.opened().client.get(AT + "hand-over").form().fill(
        contact_email="friend@elsewhere.example", contact_role="partner"
    ).submit()
    page = stage.opened("hand_over_new").form().fill(purpose="partner_for_customer").submit()
    page = company(page, "Acme GmbH", "nora@acme.com")
    assert "1\u20139" in page
    page = page.form().choose("Acme GmbH").submit().form().submit()
    assert page.path == AT + "waiting"
    assert now(order).status == "waiting"


def test_nobody_hands_over_to_themselves(stage):
    stage.place()
    page = stage.opened().client.get(AT + "hand-over")
    page = page.form().fill(contact_email=NEWCOMER, contact_role="partner").submit(status=422)
    assert "your own address" in page
    assert now(Order.get()).contact_role == "customer"


def test_the_former_contact_can_finish_nothing(stage):
    order = stage.place(company_name="Nordlicht Werke")
    stage.opened().form().submit()
    orders.hand_over(now(order), BOB, "customer", NEWCOMER, stage.settings)
    ended = mapping.complete(order, NEWCOMER, stage.settings, proven=NEWCOMER)
    assert ended is mapping.Completion.NOT_OPEN
    assert not Mapping.select().exists()


def test_an_abbreviation_meets_its_full_name_by_the_whole_domain(stage):
    organization("ibm", "International Business Machines", users=("x@ibm.example",))
    stage.place("me@ibm.example", company_name="IBM Corp")
    page = stage.opened().form().submit()
    assert page.path == AT + "organization"
    assert [e["data-tier"] for e in page.select("[data-organization]")] == ["domain"]


def test_looking_at_a_list_stores_nothing(stage):
    organization("tools", "Acme Tools", users=("x@acme.com",))
    stage.place(company_name="Acme Tools")
    page = stage.opened().form().submit()
    organization("toys", "Acme Toys", users=("y@acme.com",))
    before = now(Order.get()).offered
    page.client.http.head(AT + "organization", base_url=page.client.base_url)
    page.client.get(AT + "organization")
    assert now(Order.get()).offered == before
    page = page.form().choose("None of these").submit(status=422)
    assert "Acme Toys" in page


def test_a_declined_partner_goes_on_and_its_next_order_too(stage):
    acme()
    page = partner_at_list(stage, "Acme").form().choose("Acme GmbH").submit().form().submit()
    stage.decide(BOB, "decline")
    assert "declined to add them" in page.reload()
    page.reload().form().fill(confirm=True).submit()
    stage.place(PIA, role="partner", number="70012346")
    page = stage.opened().form().fill(purpose="partner_for_customer").submit()
    page = company(page, "Acme", "nora@acme.com").form().choose("Acme GmbH").submit()
    before = len(stage.mails("access_notice"))
    page = page.form().submit().form().fill(confirm=True).submit()
    assert page.path == "/orders/70012346/done"
    assert len(stage.mails("access_notice")) == before


def test_an_unlisted_organization_is_named_to_its_own_admin_only(stage):
    organization("secret", "Secret SE", admins=("boss@secret.example",), unlisted=True)
    found = matches.match("Secret SE", "boss@secret.example", stage.settings, own=False)
    assert (found.standing, found.candidates) == (Standing.UNKNOWN, [])
    stage.place("boss@secret.example", company_name="Secret")
    assert "Secret SE" in stage.opened().form().submit()


def test_a_former_admin_learns_nothing_from_an_old_notice(stage):
    found = acme()
    stage.place(CAROL, company_name="Acme")
    stage.opened().form().submit().form().choose("Acme GmbH").submit().form().submit()
    path = stage.path("access_notice", BOB)
    stage.decide(ALICE, "decline")
    sync_admin(found.id, BOB, is_admin=False)
    page = PageClient(stage.app).get(path)
    assert "You cannot answer this" in page
    assert ALICE not in page


def test_the_same_question_asked_again_at_once_mails_nobody_twice(stage):
    acme()
    organization("tools", "Acme Tools", users=("x@acme.com",))
    stage.place(CAROL, company_name="Acme Tools")
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit().form().submit()
    page = page.client.get(AT + "organization").form().choose("Acme Tools").submit()
    page = page.client.get(AT + "organization").form().choose("Acme GmbH").submit()
    page = page.form().submit()
    assert page.path == AT + "waiting"
    assert len(stage.mails("access_notice")) == 2
    assert [r.status for r in AccessRequest.select()] == ["open"]
    stage.decide(BOB, "add")
    assert now(Order.get()).status == "launched"


def test_an_admin_who_is_no_more_decides_nothing_at_once(stage):
    found = acme()
    order = stage.place(ALICE, company_name="Acme")
    page = company(stage.opened(), "Acme", "nora@acme.com").form().choose("Acme GmbH").submit()
    sync_admin(found.id, ALICE, is_admin=False)
    with pytest.raises(Refused):
        decisions.decide_at_once(now(order), ALICE, "add", stage.settings)
    assert page.path == AT + "administrator"
    assert full_admins(found) == {BOB}


@pytest.mark.parametrize("number", [".", "..", "-", "", "a b", "1/2"])
def test_a_number_that_no_address_can_hold_is_refused(stage, number):
    with pytest.raises(Refused):
        stage.place(number=number)


def test_an_order_may_expire_at_the_end_of_time(stage):
    order = stage.place(expires_on="9999-12-31")
    assert now(order).expires_at.year == 9999
    assert stage.opened().path == AT + "company"


def test_rows_of_one_order_may_stand_anywhere_and_must_agree(stage, tmp_path):
    file = tmp_path / "orders.csv"
    head = "number,contact_email,contact_role,sku,quantity\n"
    rows = [
        "1,a@b.example,customer,X,1",
        "2,c@d.example,customer,X,1",
        "1,a@b.example,customer,Y,2",
    ]
    rows += [
        '3,"a@b.example,customer,X,1',
        "4,a@b.example,customer,X,1",
        "4,e@b.example,customer,Y,1",
    ]
    file.write_text(head + "\n".join(rows) + "\n")
    read: dict[int, Any] = dict(intake.read_file(file))
    assert [len(read[line].lines) for line in (2, 3)] == [2, 1]
    assert "disagree about contact_email" in str(read[6].sentence)
    assert isinstance(read[5], Refused)


def test_json_where_a_form_belongs_is_an_empty_form(stage):
    stage.place()
    client = stage.opened().client
    token = client.page.form().values["csrf_token"]
    for path in ("/", "/partner", AT + "company", AT + "hand-over"):
        answer = client.http.post(
            path, base_url=client.base_url, json={"admin_email": 5}, headers={"X-CSRFToken": token}
        )
        assert answer.status_code == 422, path


def test_a_strange_current_address_harms_nothing(stage):
    stage.place()
    client = stage.opened().client
    strange = {"HX-Request": "true", "HX-Current-URL": "http://["}
    for path, status in ((AT + "company", 200), ("/orders/1/company", 404)):
        answer = client.http.get(path, base_url=client.base_url, headers=strange)
        assert answer.status_code == status
    assert MagicLink.select().count() == 1
