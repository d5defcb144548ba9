"""What a list or a page gave out counts there alone: elsewhere it is worth what is made up."""

import json

import pytest

from records.tables import Order
from tests.support import stored
from tests.support.cast import CAROL, Stage, acme, now, organization, told
from tests.support.lists import AT, cards, elsewhere, listed, suggested, value_of
from tests.support.rows import put_back, world
from tests.trust.people import SAM, asked

NAME = "Acme Werk"


@pytest.fixture
def stage(app) -> Stage:
    return Stage(app)


@pytest.fixture
def lists(stage):
    """Carol's order at its list, and the same list where it is for something or somebody else."""
    acme()
    for number in range(12):
        organization(f"o{number}", f"Acme Werk {number}", users=(f"u{number}@acme.com",))
    page = listed(stage, CAROL, company_name=NAME)
    company = page.client.get(AT + "company")
    others = {
        "another order of mine": listed(stage, CAROL, number="2", company_name=NAME),
        "somebody else's order": listed(stage, SAM, number="3", company_name=NAME),
        "another device": elsewhere(stage),
        "another name": suggested(company, company_name="Acme Werke"),
        "another address": suggested(company, admin_email="zoe@acme.com"),
    }
    assert {len(cards(other)) for other in (page, *others.values())} == {5}
    return page, others


def trying(page):
    """A function that makes an attempt on the order: its answer, and what the order says after."""
    order, before, token = (
        Order.get(Order.number == AT[8:-1]),
        world(),
        page.form().values["csrf_token"],
    )

    def attempt(method, path, fields):
        answer = asked(page.client, token, method, path, **fields)
        held = now(order)
        after = held.organization_id, held.create_new, held.offered, told(order)
        put_back(before)
        return answer, after

    return attempt


def more_of(page):
    """What follows after this page of a list."""
    (link,) = page.select(".more a")
    return str(json.loads(str(link["data-hx-vals"]))["more"])


def attempts(page, value):
    """(method, address, fields) of every place that takes a value of a list."""
    seen = digest_on(page)
    typed = {"company_name": NAME, "admin_email": CAROL}
    return [
        ("POST", AT + "organization", {**typed, "organization": value, "seen": seen}),
        ("POST", AT + "company", {**typed, "organization": value, "seen": seen}),
        ("POST", AT + "organization", {**typed, "organization": "new", "seen": value}),
        ("POST", AT + "company", {**typed, "organization": "new", "seen": value}),
        ("GET", AT + f"organization?after={value}", {}),
        ("POST", AT + "matches?listing=1", {"more": value}),
        ("POST", AT + "matches", {**typed, "more": value}),
    ]


def digest_on(page):
    return str(page.one("[name=seen]")["value"])


def test_a_value_of_another_list_is_worth_as_much_as_a_made_up_one(lists):
    page, others = lists
    attempt = trying(page)
    worth = [attempt(*each) for each in attempts(page, "A" * 32)]
    for where, other in others.items():
        for value in (value_of(cards(other)[0]), digest_on(other), more_of(other)):
            for each, nothing in zip(attempts(page, value), worth, strict=True):
                assert attempt(*each) == nothing, (where, each)
                assert nothing[1][:2] == (None, False)


def test_a_value_counts_in_its_own_list(lists):
    """Or the test before this one would hold of any value."""
    page, _others = lists
    attempt = trying(page)
    nothing = [attempt(*each) for each in attempts(page, "A" * 32)]
    card, seen, more = value_of(cards(page)[0]), digest_on(page), more_of(page)
    for place, value in ((0, card), (1, card), (2, seen), (4, more), (5, more), (6, more)):
        answer, after = attempt(*attempts(page, value)[place])
        assert (answer, after) != nothing[place], place
        assert (after[0] is not None) == (value == card)
        assert after[1] == (value == seen)


def test_what_a_page_of_another_session_showed_confirms_nothing(stage):
    stage.place(CAROL, company_name="Nordlicht Werke")
    page = stage.opened().form().fill(admin_email="chief@nordlicht.example").submit()
    device = elsewhere(stage)
    assert device.path == page.path == AT + "review"
    shown, before = str(device.form().values["seen"]), stored.dump()
    token = page.form().values["csrf_token"]

    def confirmed(seen):
        return asked(page.client, token, "POST", page.path, confirm="y", seen=seen)

    answer = confirmed(shown)
    assert answer == confirmed("A" * len(shown))
    assert answer.status == 422
    assert stored.dump() == before
    assert confirmed(str(page.form().values["seen"])).status == 303
