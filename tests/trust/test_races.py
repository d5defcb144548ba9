"""One order, several who act on it at the same moment: one effect, and each is told what is so.

Each race is run ROUNDS times (environment, 25) on both databases.
"""

from functools import partial

import pytest

from provisioning import links, mapping, organizations
from provisioning.links import Standing
from provisioning.mapping import Completion
from records.database import digest
from records.tables import MagicLink, Mapping, Order, Organization, Session, Subscription
from tests.support.cast import (
    BOB,
    CAROL,
    NEWCOMER,
    PIA,
    Stage,
    acme,
    full_admins,
    now,
    organization,
    requests_of,
    sync_admin,
    told,
)
from tests.support.lists import AT, elsewhere
from tests.support.page_client import PageClient
from tests.support.rows import world
from tests.trust.racing import ROUNDS, pressing, rounds_of, since, status_after, track
from tests.trust.soundness import assert_sound

CLAIMS, ORDERS, THREADS = 100, 50, 8
SAM = "sam@acme.com"


@pytest.fixture
def stage(app) -> Stage:
    return Stage(app)


def token_of(path):
    return path.rpartition("/")[2]


def handing_over(page, email=SAM):
    form = page.form("#hand-over").fill(contact_email=email, contact_role="customer")
    return pressing(form)


def at_review(stage, **order):
    """Carol's order for a company of its own, one step before the end, in two browsers."""
    placed = stage.place(company_name="Nordlicht Werke", **order)
    page = stage.opened().form().submit()
    return placed, page, elsewhere(stage)


# --- the launch link -----------------------------------------------------------------------------


def test_of_a_hundred_claims_of_one_link_one_starts_a_session(stage):
    order = stage.place()
    token, before = token_of(stage.path("launch")), world()
    browsers = [f"browser {number}" for number in range(CLAIMS)]

    def some(mine):
        return [links.claim(token, one, stage.settings, "launch")[0] for one in mine]

    acts = [partial(some, browsers[first::THREADS]) for first in range(THREADS)]
    with track(THREADS) as race:
        for _round in rounds_of(before):
            standings = dict(
                pair
                for first, answers in enumerate(race(acts))
                for pair in zip(browsers[first::THREADS], answers, strict=True)
            )
            (winner,) = [one for one, standing in standings.items() if standing == "living"]
            assert set(standings.values()) == {Standing.LIVING, Standing.USED}
            assert MagicLink.get().claimed_by == digest(winner)
            assert Session.select().count() == 1
            assert told(order) == ["placed", "link opened", "launched"]
            assert now(order).status == "launched"


def test_of_several_browsers_at_the_button_one_goes_on_and_the_others_are_told(stage):
    stage.place()
    path = stage.path("launch")
    browsers = [PageClient(stage.app) for _ in range(6)]
    acts = [pressing(browser.get(path).form()) for browser in browsers]
    before = world()
    with track(len(acts)) as race:
        for _round in rounds_of(before):
            answers = race(acts)
            (winner,) = [n for n, answer in enumerate(answers) if answer.status_code == 303]
            assert answers[winner].location == AT + "company"
            assert status_after(answers[winner], stage.app, AT + "company") == 200
            for answer in answers[:winner] + answers[winner + 1 :]:
                assert answer.status_code == 410
                assert "This link has been used" in answer.text
            assert_sound()


def test_a_link_claimed_and_an_order_handed_over_at_once(stage):
    order = stage.place()
    page = stage.opened()
    link = links.issue("launch", NEWCOMER, stage.settings, order=order)
    path = str(links.url_of(link, stage.settings)).removeprefix(stage.settings.link_base)
    acts = [pressing(PageClient(stage.app).get(path).form()), handing_over(page)]
    before = world()
    endings = set()
    with track(2) as race:
        for _round in rounds_of(before):
            claimed, handed = race(acts)
            assert handed.status_code == 200
            assert "is handed over" in handed.text
            assert (now(order).contact_email, now(order).status) == (SAM, "launched")
            said, mails = since(before, order)
            if claimed.status_code == 303:
                assert status_after(claimed, stage.app, AT + "company") == 404
                assert said == ["link opened", "handed over"]
            else:
                assert claimed.status_code == 410
                assert "A newer link replaces this one" in claimed.text
                assert said == ["handed over"]
            assert mails == [("hand_over_new", SAM), ("hand_over_old", NEWCOMER)]
            assert_sound()
            endings.add(claimed.status_code)
    assert endings == {303, 410}


# --- handing over --------------------------------------------------------------------------------


def test_of_two_hand_overs_at_once_one_counts(stage):
    order = stage.place()
    page = stage.opened()
    other = elsewhere(stage)
    acts = [handing_over(page, SAM), handing_over(other, BOB)]
    before = world()
    with track(2) as race:
        for _round in rounds_of(before):
            answers = race(acts)
            (winner,) = [n for n, answer in enumerate(answers) if answer.status_code == 200]
            new = (SAM, BOB)[winner]
            assert answers[1 - winner].status_code in (303, 404)
            assert now(order).contact_email == new
            assert since(before, order) == (
                ["handed over"],
                [("hand_over_new", new), ("hand_over_old", NEWCOMER)],
            )
            assert_sound()


# --- the end of the journey ----------------------------------------------------------------------


def test_an_order_confirmed_in_two_tabs_is_provisioned_once_and_both_show_the_receipt(stage):
    order, page, other = at_review(stage)
    acts = [pressing(each.form().fill(confirm=True)) for each in (page, other)]
    before = world()
    with track(2) as race:
        for _round in rounds_of(before):
            answers = race(acts)
            assert [(a.status_code, a.location) for a in answers] == [(303, AT + "done")] * 2
            said, mails = since(before, order)
            assert said == [
                "organization created", "mapped", "provisioned", "first administrator confirmed",
            ]  # fmt: skip
            assert mails == [("receipt", NEWCOMER)]
            assert Mapping.select().count() == Organization.select().count() == 1
            assert_sound()


def test_an_order_completed_and_handed_over_at_once(stage):
    order, page, other = at_review(stage)
    acts = [pressing(page.form().fill(confirm=True)), handing_over(other)]
    before = world()
    endings = set()
    with track(2) as race:
        for _round in rounds_of(before):
            completed, handed = race(acts)
            said, mails = since(before, order)
            stored = now(order)
            if stored.status == "provisioned":
                assert completed.location == AT + "done"
                assert (handed.status_code, handed.location) == (303, AT + "done")
                assert stored.contact_email == NEWCOMER
                assert "handed over" not in said
                assert mails == [("receipt", NEWCOMER)]
            else:
                assert completed.status_code in (303, 404)
                assert "is handed over" in handed.text
                assert (stored.status, stored.contact_email) == ("launched", SAM)
                assert said == ["handed over"]
                assert mails == [("hand_over_new", SAM), ("hand_over_old", NEWCOMER)]
                assert not Organization.select().exists()
            assert_sound()
            endings.add(stored.status)
    assert endings == {"provisioned", "launched"}


@pytest.mark.parametrize(("parties", "most"), [(THREADS, ROUNDS), (ORDERS, ROUNDS // 10)])
def test_many_orders_for_one_new_company_completed_at_once_make_one_organization(
    stage, parties, most
):
    orders = [for_a_new_company(stage, f"u{n}@nordlicht.example", f"n{n}") for n in range(parties)]

    def complete(mine):
        return [
            (o, mapping.complete(o, o.contact_email, stage.settings, proven=o.contact_email))
            for o in mine
        ]

    acts = [partial(complete, orders[first::THREADS]) for first in range(THREADS)]
    before = world()
    with track(THREADS) as race:
        for _round in rounds_of(before, most):
            endings = {order: ending for answers in race(acts) for order, ending in answers}
            (first,) = [order for order, ending in endings.items() if ending is Completion.DONE]
            made = Organization.get()
            assert Organization.select().count() == Mapping.select().count() == 1
            assert Subscription.select().count() == 1
            assert (made.users, made.admins, made.active_subscriptions) == (1, 1, 1)
            assert (now(first).status, now(first).organization_id) == ("provisioned", made.id)
            assert set(endings.values()) == {Completion.DONE, Completion.CHANGED}
            for order in endings.keys() - {first}:
                stored = now(order)
                assert (stored.status, stored.organization_id) == ("launched", None)
                assert stored.offered == str(made.id)
                assert since(before, order) == (["list changed"], [])
            assert_sound()


def for_a_new_company(stage, contact, number):
    order = stage.place(contact, number=number, company_name="Nordlicht Werke")
    Order.update(status="launched").where(Order.id == order.id).execute()
    name, settings = order.company_name, stage.settings
    organizations.answer_company(order, name, contact, None, contact, settings, proven=contact)
    return now(order)


# --- asking --------------------------------------------------------------------------------------


def test_administrators_asked_in_two_tabs_at_once_are_asked_once(stage):
    found = acme()
    order = stage.place(CAROL, company_name="Acme")
    page = stage.opened().form().submit().form().choose("Acme GmbH").submit()
    acts = [pressing(each.form()) for each in (page, elsewhere(stage))]
    before = world()
    with track(2) as race:
        for _round in rounds_of(before):
            answers = race(acts)
            assert [(a.status_code, a.location) for a in answers] == [(303, AT + "waiting")] * 2
            assert [r.status for r in requests_of(order)] == ["open"]
            said, mails = since(before, order)
            assert said == ["asked", "waiting"]
            assert sorted(mails) == sorted(("access_notice", a) for a in full_admins(found))
            assert now(order).status == "waiting"
            assert_sound()


# --- a partner's admins --------------------------------------------------------------------------


def test_of_two_admins_who_take_an_order_over_one_does_and_the_other_is_told(stage):
    paul, admins = "paul@volta.example", (PIA, "ada@volta.example")
    organization("volta", "Volta", admins=admins, users=(paul,), kind="partner", origin="partner")
    order = stage.place(paul, role="partner", number="5")
    presses = []
    for admin in admins:
        client = PageClient(stage.app)
        client.get("/partner").form().fill(contact_email=admin).submit()
        page = stage.opened("partner_sign_in", admin, client=client).follow("Order 5")
        presses.append(pressing(page.form("[action$=take-over]")))
    before = world()
    with track(2) as race:
        for _round in rounds_of(before):
            answers = [answer.status_code for answer in race(presses)]
            assert sorted(answers) == [303, 422]
            said, mails = since(before, order)
            assert said.count("handed over") == 1
            assert now(order).contact_email == admins[answers.index(303)]
            assert [to for letter, to in mails if letter == "hand_over_old"] == [paul]
            assert_sound()


def test_an_admin_who_is_removed_at_the_same_moment_takes_over_before_it_or_not_at_all(stage):
    paul = "paul@volta.example"
    volta = organization("volta", "Volta", admins=(PIA,), users=(paul,), kind="partner")
    order = stage.place(paul, role="partner", number="5")
    client = PageClient(stage.app)
    client.get("/partner").form().fill(contact_email=PIA).submit()
    page = stage.opened("partner_sign_in", PIA, client=client).follow("Order 5")
    press = pressing(page.form("[action$=take-over]"))
    before = world()
    with track(2) as race:
        for _round in rounds_of(before):
            answer, _gone = race([press, partial(sync_admin, volta.id, PIA, is_admin=False)])
            taken = now(order).contact_email == PIA
            assert answer.status_code == (303 if taken else 404)
            assert ("handed over" in since(before, order)[0]) == taken
            assert PIA not in full_admins(volta)
