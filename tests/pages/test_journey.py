"""The whole journey without JavaScript: once per purpose and outcome."""

from records.tables import Mapping, Order, Organization, Subscription
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
    told,
    volta,
)


def answer_company(page, name, address):
    return page.form().fill(company_name=name, admin_email=address).submit()


def confirm(page):
    assert page.path.endswith("/review")
    return page.form().fill(confirm=True).submit()


def mapped_to(order) -> str:
    return Mapping.get(Mapping.order == order).organization.ref


def test_a_brand_new_company_gets_an_organization_and_its_contact_administers_it(stage):
    order = stage.place(company_name="Nordlicht Werke")
    page = stage.opened()
    assert page.path == "/orders/70012345/company"
    page = page.form().submit()
    assert page.path.endswith("/review")
    page = confirm(page)
    assert page.path.endswith("/done")
    made = Organization.get(Organization.ref == "hp-70012345")
    assert (made.name, made.kind, made.users, made.admins) == ("Nordlicht Werke", "customer", 1, 1)
    assert full_admins(made) == {NEWCOMER}
    assert [s.number for s in Subscription.select()] == ["70012345-1"]
    assert made.active_subscriptions == 1
    assert now(order).status == "provisioned"
    assert [m.letter for m in stage.mails()] == ["launch", "receipt"]


def test_a_new_organization_named_for_somebody_else_waits_for_their_mailbox(stage):
    stage.place(company_name="Nordlicht Werke")
    page = answer_company(stage.opened(), "Nordlicht Werke", "chief@nordlicht.example")
    page = confirm(page)
    made = Organization.get(Organization.ref == "hp-70012345")
    assert full_admins(made) == set()
    assert (made.users, made.admins) == (1, 0)
    assert "becomes administrator by confirming" in page
    asked = stage.app.test_client().get(stage.path("first_admin"))
    assert asked.status_code == 200
    assert full_admins(made) == set()
    page = page.client.get(stage.path("first_admin")).form().fill(confirm="yes").submit()
    assert "confirmed" in page
    assert full_admins(made) == {"chief@nordlicht.example"}


def test_a_full_admin_of_exactly_one_organization_is_bound_to_it_without_a_list(stage):
    acme()
    order = stage.place(ALICE, company_name="Something else entirely")
    page = stage.opened().form().submit()
    assert page.path.endswith("/review")
    assert "Acme GmbH" in page
    confirm(page)
    assert mapped_to(order) == "acme"
    assert [m.recipient for m in stage.mails("mapped")] == [BOB]


def test_a_full_admin_of_several_chooses_among_those_and_cannot_create(stage):
    acme()
    organization("other", "Zenith Labs", admins=(ALICE,))
    organization("near", "Acme Holding", users=("x@acme.com",))
    order = stage.place(ALICE, company_name="Acme")
    page = stage.opened().form().submit()
    assert page.path.endswith("/organization")
    assert {e["data-tier"] for e in page.select("[data-organization]")} == {"administers"}
    assert len(page.select("[data-organization]")) == 2
    assert not page.select("input[value=new]")
    page.form().forge(organization="new").submit(status=422)
    page = page.form().choose("Zenith").submit()
    confirm(page)
    assert mapped_to(order) == "other"


def test_a_user_who_is_no_admin_sees_their_organization_first_and_waits(stage):
    found = acme()
    organization("near", "Acme Tools", users=("x@acme.com",))
    order = stage.place(CAROL, company_name="Acme Tools")
    page = stage.opened().form().submit()
    assert [e["data-tier"] for e in page.select("[data-organization]")] == [
        "belongs",
        "name-and-domain",
    ]
    page = page.form().choose("Acme GmbH").submit()
    assert page.path.endswith("/administrator")
    page = page.form().fill(message="I took over from Dave.").submit()
    assert page.path.endswith("/waiting")
    assert now(order).status == "waiting"
    assert sorted(m.recipient for m in stage.mails("access_notice")) == [ALICE, BOB]
    stage.decide(BOB, "add", note="Welcome")
    assert full_admins(found) == {ALICE, BOB, CAROL}
    assert now(order).status == "launched"
    page = stage.opened("resumed")
    confirm(page)
    assert mapped_to(order) == "acme"


def test_a_held_order_that_is_accepted_goes_on_with_the_answering_admin(stage):
    found = acme()
    order = stage.place(CAROL, company_name="Acme")
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit()
    page.form().submit()
    stage.decide(ALICE, "accept")
    assert now(order).admin_email == ALICE
    assert full_admins(found) == {ALICE, BOB}
    confirm(stage.opened("resumed"))
    assert mapped_to(order) == "acme"


def test_a_declined_order_is_told_why_and_can_choose_otherwise(stage):
    acme()
    order = stage.place(CAROL, company_name="Acme")
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit()
    page.form().submit()
    stage.decide(BOB, "decline", note="Ask Eve first.")
    page = stage.opened("declined")
    assert page.path.endswith("/waiting")
    assert "Ask Eve first." in page
    page = page.follow("Choose another organization, or create a new one")
    page = page.form().choose("None of these").submit()
    confirm(page)
    assert mapped_to(order) == "hp-70012345"


def test_a_reported_order_stops_and_calls_the_operator(stage):
    found = acme()
    order = stage.place(CAROL, company_name="Acme")
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit()
    waiting = page.form().submit()
    stage.decide(BOB, "report")
    assert now(order).status == "stopped"
    assert full_admins(found) == {ALICE, BOB}
    assert [m.recipient for m in stage.mails("alert")] == [stage.settings.support_address]
    assert "has been stopped" in waiting.reload()


def test_a_partner_for_a_customer_goes_on_and_the_admins_are_asked(stage):
    found = acme()
    volta()
    order = stage.place(PIA, role="partner")
    page = stage.opened()
    assert page.path.endswith("/purpose")
    page = page.form().fill(purpose="partner_for_customer").submit()
    page = answer_company(page, "Acme", "nora@acme.com")
    page = page.form().choose("Acme GmbH").submit()
    assert page.path.endswith("/administrator")
    assert "Reach out to them" in page
    page = confirm(page.form().submit())
    assert "Reach out to them" in page
    assert mapped_to(order) == "acme"
    assert now(order).status == "provisioned"
    assert full_admins(found) == {ALICE, BOB}
    assert Organization.get_by_id(found.id).managed_by_id is None
    stage.decide(ALICE, "add")
    assert full_admins(found) == {ALICE, BOB, "nora@acme.com"}


def test_a_partner_s_own_order_holds_as_a_customer_s_does(stage):
    found = volta()
    order = stage.place("new@volta.example", role="partner")
    page = stage.opened().form().fill(purpose="partner_own_use").submit()
    page = answer_company(page, "Volta", "new@volta.example")
    page = page.form().choose("Volta Partners").submit()
    page = page.form().submit()
    assert page.path.endswith("/waiting")
    stage.decide(PIA, "add")
    assert full_admins(found) == {PIA, "new@volta.example"}
    confirm(stage.opened("resumed"))
    assert mapped_to(order) == "volta"


def test_a_new_customer_of_a_partner_is_managed_by_it(stage):
    partner = volta()
    stage.place(PIA, role="partner")
    page = stage.opened().form().fill(purpose="partner_for_customer").submit()
    page = answer_company(page, "Nordlicht Werke", "chief@nordlicht.example")
    confirm(page)
    made = Organization.get(Organization.ref == "hp-70012345")
    assert (made.managed_by_id, made.kind, made.origin) == (partner.id, "customer", "partner")


def test_a_contact_who_is_full_admin_there_decides_at_once(stage):
    found = acme()
    order = stage.place(ALICE, company_name="Acme")
    page = answer_company(stage.opened(), "Acme", "nora@acme.com")
    page = page.form().choose("Acme GmbH").submit()
    page = page.form().fill(decision="add").submit()
    confirm(page)
    assert full_admins(found) == {ALICE, BOB, "nora@acme.com"}
    assert not stage.mails("access_notice")
    assert mapped_to(order) == "acme"


def test_nobody_to_ask_calls_the_operator_and_a_sync_ends_the_hold(stage):
    found = acme(admins=())
    order = stage.place(CAROL, company_name="Acme")
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit()
    assert "nobody to ask" in page
    page = page.form().submit()
    assert [m.letter for m in stage.mails()][-1] == "alert"
    page = page.form().submit("Check again")
    assert page.path.endswith("/waiting")
    from tests.support.cast import sync_admin

    sync_admin(found.id, CAROL, is_admin=True)
    page = page.form().submit("Check again")
    assert now(order).status == "launched"
    confirm(page)
    assert mapped_to(order) == "acme"


def test_an_order_waits_for_the_first_administrator_of_a_new_organization(stage):
    stage.place("first@nordlicht.example", company_name="Nordlicht Werke")
    page = answer_company(stage.opened(), "Nordlicht Werke", "chief@nordlicht.example")
    confirm(page)
    second = stage.place("second@nordlicht.example", number="70012346")
    page = stage.opened("launch", "second@nordlicht.example")
    page = answer_company(page, "Nordlicht Werke", "chief@nordlicht.example")
    page = page.form().choose("Nordlicht Werke").submit()
    page = page.form().submit()
    assert "has yet to confirm" in page
    assert not stage.mails("alert")
    page.client.get(stage.path("first_admin")).form().fill(confirm="yes").submit()
    assert now(second).status == "launched"
    confirm(stage.opened("resumed"))
    assert mapped_to(second) == "hp-70012345"


def test_the_history_tells_all_of_it(stage):
    acme()
    order = stage.place(CAROL, company_name="Acme")
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit()
    page.form().submit()
    stage.decide(BOB, "add")
    confirm(stage.opened("resumed"))
    assert told(Order.get_by_id(order.id)) == [
        "placed",
        "link opened",
        "launched",
        "company",
        "organization chosen",
        "asked",
        "waiting",
        "request approved",
        "launched",
        "link opened",
        "mapped",
        "provisioned",
    ]
    assert [r.status for r in requests_of(order)] == ["approved"]
