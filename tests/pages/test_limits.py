"""How often something may be done: for one order, to one address, from one network."""

import pytest
import time_machine

from provisioning import limits
from records.tables import Tally
from tests.support import stored
from tests.support.cast import ALICE, MALLORY, NEWCOMER, PIA, acme, now, organization
from tests.support.lists import cards, elsewhere, suggested
from tests.support.page_client import PageClient

NOON = "2026-11-22 12:00:30Z"
HERE, THERE = "192.0.2.7", "198.51.100.7"


def at(app, network: str) -> PageClient:
    """A browser in some network."""
    client = PageClient(app)
    client.http.environ_base["REMOTE_ADDR"] = network
    return client


def ask_for_link(client: PageClient, number: str, address: str) -> str:
    form = client.get("/").form().fill(number=number, contact_email=address)
    return form.submit().text


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def few(monkeypatch):
    """Limits that a test reaches sooner."""
    for what, scopes in limits.LIMITS.items():
        fewer = {scope: limit._replace(most=3) for scope, limit in scopes.items()}
        monkeypatch.setitem(limits.LIMITS, what, fewer)


def test_links_are_asked_for_so_often_from_one_network_with_one_answer(app, stage, clock, few):
    stage.place()
    said = {ask_for_link(at(app, HERE), f"7000000{n}", NEWCOMER) for n in range(3)}
    said.add(ask_for_link(at(app, HERE), "70012345", NEWCOMER))
    assert len(said) == 1
    assert not stage.mails("fresh_link"), "the fourth from there in an hour"
    assert {ask_for_link(at(app, THERE), "70012345", NEWCOMER)} == said
    assert len(stage.mails("fresh_link")) == 1
    clock.shift(3600)
    ask_for_link(at(app, HERE), "70012345", NEWCOMER)
    assert len(stage.mails("fresh_link")) == 2


def test_partners_links_count_with_the_others(app, stage, clock, few):
    stage.place(PIA, role="partner")
    for n in range(3):
        ask_for_link(at(app, HERE), f"7000000{n}", NEWCOMER)
    page = at(app, HERE).get("/partner").form().fill(contact_email=PIA).submit()
    assert not stage.mails("partner_sign_in")
    again = at(app, THERE).get("/partner").form().fill(contact_email=PIA).submit()
    assert len(stage.mails("partner_sign_in")) == 1
    assert page.text == again.text


@pytest.mark.parametrize("one", ["127.0.0.1", "::1", "nonsense"])
def test_where_no_network_is_known_none_is_counted(app, stage, clock, few, one):
    stage.place()
    for n in range(9):
        ask_for_link(at(app, one), f"7000000{n}", NEWCOMER)
    ask_for_link(at(app, one), "70012345", NEWCOMER)
    assert len(stage.mails("fresh_link")) == 1


@pytest.mark.settings(PUBLIC_URL="http://127.0.0.1:8000")
def test_on_ones_own_machine_it_is(app, stage, clock, few):
    stage.place()
    for n in range(4):
        ask_for_link(at(app, "127.0.0.1"), "70012345" if n == 3 else f"7000000{n}", NEWCOMER)
    assert not stage.mails("fresh_link")


def test_what_is_counted_cannot_be_read(app, stage, clock):
    stage.place()
    hand_over(stage.opened(client=at(app, HERE)), "sam@acme.com")
    ask_for_link(at(app, HERE), "70012345", NEWCOMER)
    rows = repr(stored.dump()["Tally"])
    assert "hand over" in rows
    assert not [secret for secret in (HERE, NEWCOMER, "sam@acme.com", "70012345") if secret in rows]


def hand_over(page, to: str, status: int = 200):
    form = page.client.get(page.path.rpartition("/")[0] + "/hand-over").form()
    return form.fill(contact_email=to, contact_role="customer").submit(status=status)


def test_an_order_goes_from_hand_to_hand_so_often(stage, clock, few):
    stage.place()
    page = stage.opened()
    for n in range(3):
        hand_over(page, f"hand{n}@acme.com")
        page = stage.opened("hand_over_new", f"hand{n}@acme.com")
    refused = hand_over(page, "hand3@acme.com", status=422)
    assert str(limits.TOO_OFTEN) in refused.text
    assert stage.order().contact_email == "hand2@acme.com"
    clock.shift(12 * 3600)  # past the day's end, and within the session
    hand_over(elsewhere(stage), "hand4@acme.com")
    assert stage.order().contact_email == "hand4@acme.com"


def test_nobody_is_handed_more_than_so_many_orders_a_day(app, stage, clock, few):
    for n in range(4):
        stage.place(f"from{n}@acme.com", number=f"7001234{n}")
        page = stage.opened("launch", f"from{n}@acme.com")
        hand_over(page, MALLORY, status=200 if n < 3 else 422)
    assert len(stage.mails("hand_over_new", MALLORY)) == 3


def test_administrators_are_asked_so_often_by_one_order(stage, clock, few):
    orgs = [organization(f"o{n}", f"Acmeworks {n}", admins=(f"a{n}@acme.com",)) for n in range(5)]
    stage.place(company_name="Acmeworks")
    page = stage.opened().form().submit()
    for n in range(4):
        page = page.client.get("/orders/70012345/organization")
        value = cards(page)[n]["data-organization"]
        page = page.form().fill(organization=str(value)).submit()
        page = page.form().submit(status=200 if n < 3 else 422)
    assert str(limits.TOO_OFTEN) in page.text
    assert len(stage.mails("access_notice")) == 3
    assert now(stage.order()).status != "waiting"
    assert len(orgs) == 5


def test_new_questions_are_answered_so_often_an_hour(stage, clock, few):
    acme()
    stage.place()
    page = stage.opened()
    for name in ("Acme GmbH", "Zenith", "Quorum"):
        assert str(limits.TOO_OFTEN) not in suggested(page, company_name=name).text
    assert suggested(page, company_name="Another").text == str(limits.TOO_OFTEN)
    assert cards(suggested(page, company_name="Acme GmbH")), "what was asked before is free"
    refused = page.form().fill(company_name="Another", admin_email=ALICE).submit(status=422)
    assert str(limits.TOO_OFTEN) in refused.text
    clock.shift(3600)
    assert str(limits.TOO_OFTEN) not in suggested(page, company_name="Another").text


def test_old_counts_are_dropped(app, stage, clock):
    limits.allowed("link", stage.settings, network=HERE)
    clock.shift(86_400)
    limits.allowed("link", stage.settings, network=HERE)
    limits.forget()
    assert Tally.select().count() == 2
    clock.shift(86_401)
    limits.forget()
    assert Tally.select().count() == 1
