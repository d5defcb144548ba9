"""Completing: one transaction, the match run again inside it, one mapping, one effect."""

from datetime import timedelta
from functools import partial

import pytest

from provisioning import mapping, organizations
from provisioning.mapping import Completion
from records import clock
from records.tables import Mapping, Order, Organization, OutboxRow, Subscription
from tests.support import stored
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    NEWCOMER,
    acme,
    full_admins,
    now,
    organization,
    sync_admin,
    told,
)
from tests.support.lists import AT, names
from tests.support.page_client import PageClient

PARTIES = 50


def confirm(page, status=200):
    return page.form().fill(confirm=True).submit(status=status)


def line(**fields):
    return {"sku": "MTG", "product": "Meetings", "quantity": "5", **fields}


def test_an_organization_that_appears_after_the_list_was_seen_is_shown_instead_of_doubled(stage):
    organization("works", "Nordlicht Works", users=("w@nordlicht.example",))
    order = stage.place("n@nordlicht.example", company_name="Nordlicht Werke")
    page = stage.opened().form().submit().form().fill(organization="new").submit()
    organization("late", "Nordlicht Werke GmbH", users=("l@nordlicht.example",))
    page = confirm(page)
    assert page.path == AT + "organization?changed=1"
    assert "The list has changed since you saw it" in page
    assert set(names(page)) == {"Nordlicht Works", "Nordlicht Werke GmbH"}
    assert now(order).status == "launched"
    assert told(order)[-1] == "list changed"
    assert not Mapping.select().count()
    assert not Organization.select().where(Organization.ref.startswith("hp-")).count()
    confirm(page.form().fill(organization="new").submit())
    assert Mapping.get().organization.ref == "hp-70012345"


def test_an_organization_that_appears_where_there_was_no_list_is_shown_too(stage):
    stage.place("n@nordlicht.example", company_name="Nordlicht Werke")
    page = stage.opened().form().submit()
    assert page.path == AT + "review"
    organization("late", "Nordlicht", users=("l@nordlicht.example",))
    assert names(confirm(page)) == ["Nordlicht"]


def test_an_address_that_has_become_full_admin_meanwhile_is_bound_to_its_organization(stage):
    stage.place("n@nordlicht.example", company_name="Nordlicht Werke")
    page = stage.opened().form().submit()
    organization("late", "Another name", admins=("n@nordlicht.example",))
    page = confirm(page)
    assert page.path == AT + "review?changed=1"
    assert "Something has changed" in page
    assert "Another name" in page
    confirm(page)
    assert Mapping.get().organization.ref == "late"


def test_an_administrator_who_was_removed_before_the_confirmation_does_not_pass(stage):
    found = acme()
    order = stage.place(ALICE, company_name="Acme")
    page = stage.opened().form().submit()
    sync_admin(found.id, ALICE, is_admin=False)
    assert confirm(page).path == AT + "administrator"
    assert now(order).status == "launched"
    assert not Mapping.select().count()


@pytest.mark.parametrize("shared", [False, True])
def test_fifty_orders_for_one_new_company_completed_at_once_make_one_organization(stage, shared):
    domain = "gmail.com" if shared else "nordlicht.example"
    orders = []
    for n in range(PARTIES):
        contact = f"u{n}@{domain}"
        order = stage.place(contact, number=f"n{n}", company_name="Nordlicht Werke")
        Order.update(status="launched").where(Order.id == order.id).execute()
        organizations.answer_company(
            order, "Nordlicht Werke", contact, None, contact, stage.settings, proven=contact
        )
        orders.append(now(order))
    assert all(order.create_new for order in orders)
    done = stored.at_once(
        [
            partial(
                mapping.complete, order, order.contact_email, stage.settings,
                proven=order.contact_email,
            )
            for order in orders
        ]
    )  # fmt: skip
    assert sorted(done) == [Completion.CHANGED] * (PARTIES - 1) + [Completion.DONE]
    assert Organization.select().count() == Mapping.select().count() == 1
    assert Subscription.select().count() == 1
    made = Organization.get()
    assert (made.users, made.admins, made.active_subscriptions) == (1, 1, 1)
    assert {now(order).status for order in orders} == {"launched", "provisioned"}


def test_one_order_confirmed_many_times_at_once_is_provisioned_once(stage):
    order = stage.place(company_name="Nordlicht Werke")
    stage.opened().form().submit()
    complete = partial(mapping.complete, order, NEWCOMER, stage.settings, proven=NEWCOMER)
    assert stored.at_once([complete] * 8) == [Completion.DONE] * 8
    assert Mapping.select().count() == Subscription.select().count() == 1
    assert [m.letter for m in stage.mails()] == ["launch", "receipt"]
    assert told(order).count("provisioned") == 1


def test_confirming_twice_is_one_effect(stage):
    acme()
    stage.place(ALICE, company_name="Acme")
    page = stage.opened().form().submit()
    confirm(page)
    before = stored.dump()
    assert confirm(page).path == AT + "done"
    assert stored.dump() == before


def test_it_is_final_only_with_the_box_ticked(stage):
    stage.place(company_name="Nordlicht Werke")
    page = stage.opened().form().submit()
    before = stored.dump()
    refused = page.form().submit(status=422)
    assert refused.one("[role=alert] a")["href"] == "#confirm"
    assert stored.dump() == before


def test_lines_become_subscriptions_and_wait_for_their_first_day(stage):
    today = clock.today()
    lines = [
        line(),
        line(starts_on=today.isoformat(), product="Calling"),
        line(starts_on=(today + timedelta(days=1)).isoformat(), quantity="7"),
    ]
    order = stage.place(company_name="Nordlicht Werke", lines=lines)
    page = confirm(stage.opened().form().submit())
    rows = list(Subscription.select().order_by(Subscription.number))
    assert [(s.number, s.product, s.quantity, s.status) for s in rows] == [
        ("70012345-1", "Meetings", 5, "active"),
        ("70012345-2", "Calling", 5, "active"),
        ("70012345-3", "Meetings", 7, "pending"),
    ]
    assert Mapping.get(Mapping.order == order).organization.active_subscriptions == 2
    for number in ("70012345-1", "70012345-2", "70012345-3"):
        assert number in page
    assert mapping.start_due() == 0
    Subscription.update(starts_on=today).execute()
    assert mapping.start_due() == 1
    assert Organization.get().active_subscriptions == 3


def test_every_full_admin_but_the_contact_is_told_and_only_they_can_object(stage):
    found = acme()
    order = stage.place(ALICE, company_name="Acme")
    confirm(stage.opened().form().submit())
    assert [m.recipient for m in stage.mails("mapped")] == [BOB]
    page = PageClient(stage.app).get(stage.path("mapped"))
    before = stored.dump()
    page.form().submit(status=422)
    assert stored.dump() == before
    sync_admin(found.id, BOB, is_admin=False)
    before = stored.dump()
    assert page.form().fill(confirm=True).submit().heading == "You cannot answer this"
    assert page.reload().heading == "You cannot answer this"
    assert stored.dump() == before
    assert now(order).status == "provisioned"


def test_this_is_not_ours_stops_the_order_and_leaves_the_subscriptions(stage):
    found = acme()
    order = stage.place(ALICE, company_name="Acme")
    confirm(stage.opened().form().submit())
    subscriptions = list(Subscription.select().tuples())
    page = PageClient(stage.app).get(stage.path("mapped"))
    for _press in range(2):
        done = page.form().fill(confirm=True).submit()
        assert done.heading == "The order has been stopped"
    assert (now(order).status, now(order).stopped_from) == ("stopped", "provisioned")
    assert list(Subscription.select().tuples()) == subscriptions
    assert Mapping.get().organization_id == found.id
    assert [m.recipient for m in stage.mails("alert")] == [stage.settings.support_address]
    assert told(order)[-3:] == ["disputed", "stopped", "operator alerted"]


def test_a_receipt_says_what_is_active_where_and_who_was_told(stage):
    acme()
    stage.place(ALICE, company_name="Acme")
    page = confirm(stage.opened().form().submit())
    for said in ("Acme GmbH", "Meetings", "70012345-1", ALICE, "you, and 1 administrator"):
        assert said in page
    assert page.client.get(AT + "review").path == AT + "done"


def test_an_order_maps_once_and_a_second_mapping_is_impossible(stage):
    found = acme()
    order = stage.place(ALICE, company_name="Acme")
    confirm(stage.opened().form().submit())
    from peewee import IntegrityError

    from records.database import db

    with pytest.raises(IntegrityError), db.atomic():
        Mapping.create(order=order, organization=found, decided_by="x", why="x")
    assert OutboxRow.select().where(OutboxRow.letter == "receipt").count() == 1


@pytest.mark.parametrize("answer", ["", "yes", "no"])
def test_a_first_administrator_confirms_or_refuses_and_untouched_decides_nothing(stage, answer):
    order = stage.place(company_name="Nordlicht Werke")
    page = stage.opened().form().fill(admin_email="chief@nordlicht.example").submit()
    confirm(page)
    made = Mapping.get().organization
    page = PageClient(stage.app).get(stage.path("first_admin"))
    if not answer:
        before = stored.dump()
        page.form().submit(status=422)
        assert stored.dump() == before
        return
    assert page.form().fill(confirm=answer).submit().heading == "Thank you, your answer counts"
    assert full_admins(made) == ({"chief@nordlicht.example"} if answer == "yes" else set())
    assert bool(stage.mails("alert")) == (answer == "no")
    assert now(order).status == "provisioned"
    again = page.form().fill(confirm="yes").submit()
    assert again.heading == "This has been answered"
    assert full_admins(made) == ({"chief@nordlicht.example"} if answer == "yes" else set())


def test_choosing_existing_never_changes_who_administers_it(stage):
    found = acme()
    stage.place(ALICE, company_name="Acme")
    confirm(stage.opened().form().submit())
    assert full_admins(found) == {ALICE, BOB}
    assert CAROL not in full_admins(found)
