""" "Ask them to confirm": a contact in doubt asks full admins whether the order is theirs."""

import json
from datetime import timedelta

import pytest

from provisioning import decisions, due
from provisioning.decisions import Ending
from records import clock
from records.tables import AccessRequest, History
from tests.support import stored
from tests.support.cast import ALICE, BOB, CAROL, acme, full_admins, now, organization, requests_of
from tests.support.lists import AT, cards, elsewhere, listed, name_of, names
from tests.support.page_client import PageClient

ASK = "Ask its full admins to confirm (Acme GmbH)"


@pytest.fixture
def asked(stage):
    """Nora is not sure about Acme GmbH, and asks."""
    acme()
    organization("tools", "Acme Tools", users=("t@acme.com",))
    return ask(listed(stage))


def ask(page):
    return page.form("#ask-to-confirm").submit(ASK)


def answer(stage, decision, to=BOB, status=200, **fields):
    page = PageClient(stage.app).get(stage.path("confirm_question", to))
    return page.form().fill(decision=decision, **fields).submit(status=status)


def again(stage):
    return elsewhere(stage).client.get(AT + "organization")


def test_it_asks_every_full_admin_and_the_order_stays_where_it_is(stage, asked):
    assert asked.path == AT + "organization"
    assert "The full admins of Acme GmbH are asked" in asked
    assert "Sent to 0 administrators, 2 queued" in asked
    assert sorted(m.recipient for m in stage.mails("confirm_question")) == [ALICE, BOB]
    (request,) = requests_of(stage.order(), "confirm")
    assert (request.expires_at - request.asked_at).days == 14
    assert stage.order().status == "launched"
    assert not asked.select(".ask button")
    page = asked.form().choose("Acme Tools").submit()
    assert page.path == AT + "administrator"
    assert requests_of(stage.order(), "confirm")[0].status == "open"


def test_it_is_offered_where_somebody_administers_and_first_where_it_is_in_use(stage):
    acme()
    organization("quiet", "Acme Quiet", admins=("q@acme.com",))
    organization("tools", "Acme Tools", users=("t@acme.com",))
    page = listed(stage)
    buttons = {name_of(card): card.select(".ask button") for card in cards(page)}
    assert buttons["Acme Tools"] == []
    assert "second" in buttons["Acme GmbH"][0]["class"]
    assert "quiet" in buttons["Acme Quiet"][0]["class"]
    first = page.select("main form")[0].select("[type=submit]:not([form])")[0]
    assert first.get_text(strip=True) == "Continue"


def test_whoever_sees_bands_may_ask_and_sees_no_administrator(stage):
    acme()
    stage.place("stranger@elsewhere.example", company_name="Acme")
    page = stage.opened().form().fill(admin_email=CAROL.replace("carol", "nobody")).submit()
    page = ask(page)
    assert "The full admins of Acme GmbH are asked" in page
    assert "•••" not in page.text
    assert len(stage.mails("confirm_question")) == 2


def test_yes_marks_the_card_and_grants_nothing(stage, asked):
    page = answer(stage, "yes", note="Ask for Ann.")
    assert page.heading == "Thank you, your answer counts"
    order = stage.order()
    assert order.organization_id is None
    assert full_admins(requests_of(order, "confirm")[0].organization) == {ALICE, BOB}
    assert [m.recipient for m in stage.mails("confirmed")] == [order.contact_email]
    page = stage.opened("confirmed")
    assert page.path == AT + "organization"
    (card,) = [card for card in cards(page) if "Confirmed" in card.get_text()]
    assert "Acme GmbH" in card.get_text()
    assert "Ask for Ann." in page
    # Choosing it leads to the administrators all the same.
    assert page.form().choose("Acme GmbH").submit().path == AT + "administrator"


def test_no_takes_the_card_off_everywhere_and_undoes_the_choice(stage, asked):
    asked.form().choose("Acme GmbH").submit()
    answer(stage, "no")
    assert stage.order().organization_id is None
    page = stage.opened("confirmed")
    assert page.path == AT + "organization"
    assert names(page) == ["Acme Tools"]
    assert "A full admin of Acme GmbH says no" in page
    assert names(page.client.get(AT + "company")) == []


def test_a_value_of_a_card_that_was_taken_off_chooses_nothing(stage, asked):
    form = asked.form().choose("Acme GmbH")
    answer(stage, "no")
    page = form.submit(status=422)
    assert "The list has changed" in page
    assert stage.order().organization_id is None


def test_reported_stops_the_order(stage, asked):
    answer(stage, "report", note="Nobody here knows them.")
    assert stage.order().status == "stopped"
    said = [(row.who, row.what, row.why) for row in History.select().order_by(History.id)][-3:]
    assert said == [
        (BOB, "question reported", "Nobody here knows them."),
        (BOB, "stopped", "reported"),
        (BOB, "operator alerted", "reported"),
    ]
    (alert,) = stage.mails("alert")
    assert alert.recipient == stage.settings.support_address
    assert alert.request == requests_of(stage.order(), "confirm")[0]
    assert json.loads(alert.facts) == {"reason": "reported", "who": BOB}
    assert not stage.mails("confirmed")


def test_one_question_an_order(stage, asked):
    before = stored.dump()
    page = asked.client.visit(
        "POST", AT + "confirm",
        [("csrf_token", str(asked.form().values["csrf_token"])), ("ask", "made up")],
        status=422, headers={"Sec-Fetch-Site": "same-origin"}, from_page=asked,
    )  # fmt: skip
    assert "The list has changed" in page
    form = asked.form("#ask-to-confirm")
    value = cards(asked)[0]["data-organization"]
    page = form.forge(ask=str(value)).submit(status=422)
    assert "You have asked already" in page
    assert stored.but_for(stored.dump(), "Tally") == stored.but_for(before, "Tally")


def test_another_name_withdraws_it_and_the_admin_sees_that(stage, asked):
    form = PageClient(stage.app).get(stage.path("confirm_question", BOB)).form()
    asked.client.get(AT + "company").form().fill(company_name="Acme Works").submit()
    assert requests_of(stage.order(), "confirm")[0].status == "withdrawn"
    assert form.fill(decision="yes").submit().heading == "This request was withdrawn"


def test_nobody_answers_and_the_contact_is_told(stage, asked):
    past = clock.now() - timedelta(seconds=1)
    AccessRequest.update(expires_at=past, asked_at=past - timedelta(days=14)).execute()
    request = requests_of(stage.order(), "confirm")[0]
    assert decisions.confirm(request.id, BOB, "yes", "", stage.settings) is Ending.EXPIRED
    due.work(stage.settings)
    assert requests_of(stage.order(), "confirm")[0].status == "expired"
    page = stage.opened("unanswered")
    assert "no answer came in time" in page
    assert "The full admins of Acme GmbH are asked" in ask(page)


@pytest.mark.parametrize("decision", ["yes", "no", "report"])
def test_only_a_full_admin_of_it_answers(stage, asked, decision):
    (request,) = requests_of(stage.order(), "confirm")
    before = stored.dump()
    for by in (CAROL, "", "nobody@acme.com"):
        ended = decisions.confirm(request.id, by, decision, "", stage.settings)
        assert ended is Ending.NOT_ENTITLED
    assert stored.dump() == before


def test_it_is_withdrawn_once_the_order_is_set_up(stage, asked):
    page = asked.form().fill(organization="new").submit()
    page.form().fill(confirm=True).submit()
    assert now(stage.order()).status == "provisioned"
    assert requests_of(stage.order(), "confirm")[0].status == "withdrawn"
    assert PageClient(stage.app).get(stage.path("confirm_question", BOB)).heading == (
        "This request was withdrawn"
    )
