"""How often something may be done: for one order, to one address, from one network."""

import pytest
import time_machine

from provisioning import limits
from records.tables import Tally
from tests.support import stored
from tests.support.cast import ALICE, MALLORY, NEWCOMER, PIA, acme, now, organization
from tests.support.lists import cards, elsewhere, suggested
from tests.support.page_client import PageClient

TOO_OFTEN = "That was a lot in a short time. Try again in an hour."
TOMORROW = "That was often for one day. Try again tomorrow."
NOON = "2026-11-22 12:00:30Z"
HERE, THERE = "192.0.2.7", "198.51.100.7"


def at(app, network: str) -> PageClient:
    """A browser in some network."""
    client = PageClient(app)
    client.http.environ_base["REMOTE_ADDR"] = network
    return client


def ask_for_link(client: PageClient, number: str, address: str, status: int = 200) -> str:
    form = client.get("/").form().fill(number=number, contact_email=address)
    return form.submit(status=status).text


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


def test_links_are_asked_for_so_often_from_one_network_right_or_wrong(app, stage, clock, few):
    stage.place()
    said = {ask_for_link(at(app, HERE), f"7000000{n}", NEWCOMER) for n in range(2)}
    said.add(ask_for_link(at(app, HERE), "70012345", NEWCOMER))
    assert len(said) == 1
    assert len(stage.mails("fresh_link")) == 1
    clock.shift(600)
    for number in ("70012345", "70000009"):  # the fourth from there in an hour
        assert TOO_OFTEN in ask_for_link(at(app, HERE), number, NEWCOMER, status=422)
    assert len(stage.mails("fresh_link")) == 1
    assert {ask_for_link(at(app, THERE), "70012345", NEWCOMER)} == said
    assert len(stage.mails("fresh_link")) == 2
    clock.shift(3600)
    ask_for_link(at(app, HERE), "70012345", NEWCOMER)
    assert len(stage.mails("fresh_link")) == 3


def test_partners_links_count_with_the_others(app, stage, clock, few):
    stage.place(PIA, role="partner")
    for n in range(3):
        ask_for_link(at(app, HERE), f"7000000{n}", NEWCOMER)
    page = at(app, HERE).get("/partner").form().fill(contact_email=PIA).submit(status=422)
    assert TOO_OFTEN in page.text
    assert not stage.mails("partner_sign_in")
    at(app, THERE).get("/partner").form().fill(contact_email=PIA).submit()
    assert len(stage.mails("partner_sign_in")) == 1


@pytest.mark.parametrize("one", ["127.0.0.1", "::1", ""])
def test_where_no_network_is_known_none_is_counted(app, stage, clock, few, one):
    stage.place()
    for n in range(9):
        ask_for_link(at(app, one), f"7000000{n}", NEWCOMER)
    ask_for_link(at(app, one), "70012345", NEWCOMER)
    assert len(stage.mails("fresh_link")) == 1


@pytest.mark.parametrize("one", ["198.51.100.9:{}", "[2001:db8::9]:{}", "nonsense:{}", "nonsense"])
def test_however_a_proxy_writes_a_network_it_is_counted(app, stage, clock, few, one):
    for n in range(3):
        ask_for_link(at(app, one.format(4000 + n)), f"7000000{n}", NEWCOMER)
    said = ask_for_link(at(app, one.format(5000)), "70012345", NEWCOMER, status=422)
    assert TOO_OFTEN in said


@pytest.mark.settings(PUBLIC_URL="http://127.0.0.1:8000")
def test_on_ones_own_machine_it_is(app, stage, clock, few):
    for n in range(3):
        ask_for_link(at(app, "127.0.0.1"), f"7000000{n}", NEWCOMER)
    said = ask_for_link(at(app, "127.0.0.1"), "70012345", NEWCOMER, status=422)
    assert TOO_OFTEN in said


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
    assert TOMORROW in refused.text
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
    assert TOMORROW in page.text
    assert len(stage.mails("access_notice")) == 3
    assert now(stage.order()).status != "waiting"
    assert len(orgs) == 5


def test_new_questions_are_answered_so_often_an_hour(stage, clock, few):
    acme()
    stage.place()
    page = stage.opened()
    for name in ("Acme GmbH", "Zenith", "Quorum"):
        assert TOO_OFTEN not in suggested(page, company_name=name).text
    assert suggested(page, company_name="Another").text == TOO_OFTEN
    assert cards(suggested(page, company_name="Acme GmbH")), "what was asked before is free"
    refused = page.form().fill(company_name="Another", admin_email=ALICE).submit(status=422)
    assert TOO_OFTEN in refused.text
    clock.shift(3600)
    assert TOO_OFTEN not in suggested(page, company_name="Another").text


def test_old_counts_are_dropped(app, stage, clock):
    limits.allowed("link", stage.settings, network=HERE)
    limits.allowed("link", stage.settings, network="")
    clock.shift(86_400)
    limits.allowed("link", stage.settings, network=HERE)
    limits.forget()
    assert Tally.select().count() == 2
    clock.shift(86_401)
    limits.forget()
    assert Tally.select().count() == 1


def test_who_is_over_a_limit_of_their_own_takes_nothing_from_their_neighbours(
    stage, few, monkeypatch
):
    scopes = limits.LIMITS["look up"]
    wider = scopes | {"network": scopes["network"]._replace(most=5)}
    monkeypatch.setitem(limits.LIMITS, "look up", wider)
    for _n in range(20):
        limits.allowed("look up", stage.settings, order="1", address="a", network=HERE)
    neighbours = [{"order": f"2{n}", "address": f"b{n}", "network": HERE} for n in range(3)]
    passed = [limits.allowed("look up", stage.settings, **who) for who in neighbours]
    assert passed == [True, True, False]


def test_changing_ones_mind_again_and_again_is_not_asking(stage, clock, few):
    """Nobody is mailed about the same question twice, so it does not count twice either."""
    organization("o1", "Acmeworks One", admins=(ALICE,))
    organization("o2", "Acmeworks Two", admins=("b@acme.com",))
    stage.place(company_name="Acmeworks")
    page = stage.opened().form().submit()
    for _n in range(6):
        page = page.client.get("/orders/70012345/organization")
        page = page.form().fill(organization=str(cards(page)[0]["data-organization"])).submit()
        page = page.form().submit()
        assert page.path.endswith("/waiting")
        page = page.client.get("/orders/70012345/organization")
        page = page.form().fill(organization="new").submit()
    assert len(stage.mails("access_notice")) == 1
