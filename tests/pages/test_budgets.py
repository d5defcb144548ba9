"""How much of the directory one order may see, and what happens then (budgets of an order)."""

import os
import re
from functools import partial
from itertools import product

import pytest

from provisioning import budgets
from records.tables import Session, Spent
from tests.support.cast import (
    ALICE,
    MALLORY,
    NEWCOMER,
    PIA,
    acme,
    now,
    organization,
    told,
    volta,
)
from tests.support.lists import AT, cards, names, suggested, value_of
from tests.support.page_client import PageClient
from tests.support.stored import at_once

ASK_THE_SELLER = "This order has looked up as many companies as one order may."
PREFIXES = int(os.environ.get("PREFIXES", "1000"))
LETTERS = "bdfglmnprv"  # of which no two together are another way of writing one of them
STRANGE = "boss@acme.com"  # not of the contact's own domain, and no user anywhere


@pytest.fixture
def company(stage):
    """The company step of an order whose contact has nothing to do with Acme."""
    stage.place(MALLORY)
    return stage.opened()


def many(domain: str, count: int) -> None:
    """As many organizations that all share five characters and a domain."""
    for n in range(count):
        organization(f"o{n}", f"Acmeworks {n}", users=(f"u{n}@{domain}",))


def ask(page, name, address=STRANGE):
    return suggested(page, company_name=name, admin_email=address)


def refused(part) -> bool:
    return ASK_THE_SELLER in part.text and not cards(part)


@pytest.mark.settings(ORDER_QUESTIONS="3")
def test_an_order_may_ask_so_many_distinct_questions(stage, company):
    acme()
    for name in ("Zenith", "Quorum", "Acme GmbH"):
        assert not refused(ask(company, name))
    for name in ("Acme GmbH", "acme  gmbh!", "ZENITH", "zenit"):  # asked before
        assert not refused(ask(company, name))
    assert refused(ask(company, "Another"))
    assert refused(ask(company, "Acme GmbH", "boss@acme.de"))  # the domain is part of a question
    assert names(ask(company, "Acme GmbH")) == ["Acme GmbH"]


@pytest.mark.settings(ORDER_QUESTIONS="30")
def test_on_a_shared_provider_the_whole_core_key_is_the_question(stage, company):
    for n in range(30):
        assert not refused(ask(company, f"Acme works {n}", "boss@gmail.com"))
    assert refused(ask(company, "Acme works 30", "boss@gmail.com"))
    assert not refused(ask(company, "Acme works 7 GmbH", "boss@gmail.com"))


@pytest.mark.settings(ORDER_ADDRESSES="2")
def test_an_order_may_name_so_many_administrator_addresses(stage, company):
    acme()
    assert names(ask(company, "Acme GmbH", "one@acme.com")) == ["Acme GmbH"]
    assert names(ask(company, "Acme GmbH", "two@acme.com")) == ["Acme GmbH"]
    assert refused(ask(company, "Acme GmbH", "three@acme.com"))
    assert names(ask(company, "Acme GmbH", "ONE@acme.com")) == ["Acme GmbH"]
    assert not refused(ask(company, "Acme GmbH", MALLORY)), "their own address costs nothing"


@pytest.mark.settings(ORDER_ORGANIZATIONS="7")
def test_an_order_is_shown_so_many_organizations(stage, company):
    many("acme.com", 12)
    first = ask(company, "Acmeworks")
    assert len(cards(first)) == 5
    part = suggested(company, company_name="Acmeworks", admin_email=STRANGE, more=_more(first))
    assert len(cards(part)) == 2
    assert ASK_THE_SELLER in part.text
    assert not part.select(".more"), "there is no way on"
    assert len(cards(ask(company, "Acmeworks"))) == 5, "what was seen can be seen again"


def _more(part) -> str:
    return str(part.one(".more a")["data-hx-vals"]).split('"')[3]


def test_a_crawl_of_thousands_of_prefixes_reveals_at_most_twenty_organizations(stage, company):
    """All of the first thirty prefixes hit; the form is the real one throughout."""
    # After the first thousand nothing changes but the time it takes: see `make soak`.
    prefixes = list(product(LETTERS, repeat=4))[:PREFIXES]
    for letters in prefixes[:40]:
        name = "".join(letters)
        organization(name, f"{name}x Works", users=(f"{name}@acme.com",))
    seen: set[str] = set()
    form = company.form().fill(admin_email=STRANGE)
    entries = {k: v for k, v in form.values.items() if k not in ("organization", "company_name")}
    crawler = company.client.http
    for letters in prefixes:
        answer = crawler.post(
            AT + "matches",
            data={**entries, "company_name": f"{''.join(letters)}x"},
            base_url=company.client.base_url,
            headers={"Sec-Fetch-Site": "same-origin", "HX-Request": "true"},
        )
        assert answer.status_code == 200
        seen |= set(re.findall(r'<label for="o-[^"]+"><bdi>(.*?)</bdi>', answer.text))
    assert len(seen) == 20
    assert Spent.select().where(Spent.kind == "question").count() == 20, "each showed one"
    assert [m.letter for m in stage.mails("alert")] == ["alert"]


@pytest.mark.settings(ORDER_QUESTIONS="1")
def test_the_company_step_says_to_ask_the_seller_and_keeps_what_was_typed(stage, company):
    acme()
    ask(company, "Zenith")
    page = company.form().fill(company_name="Acme GmbH", admin_email=STRANGE).submit(status=422)
    assert ASK_THE_SELLER in page.text
    assert page.form().values["company_name"] == "Acme GmbH"
    order = stage.order()
    assert (order.company_name, order.admin_email) == ("", None)


@pytest.mark.settings(ORDER_QUESTIONS="1")
def test_the_operators_queue_has_it_once_until_more_is_granted(stage, company):
    acme()
    for name in ("Zenith", "Acme GmbH", "Quorum"):
        ask(company, name)
    assert len(stage.mails("alert", stage.settings.support_address)) == 1
    assert told(stage.order()).count("operator alerted") == 1
    budgets.grant(stage.order(), "operator@homeport.test", "it is who they say")
    assert names(ask(company, "Acme GmbH")) == ["Acme GmbH"]
    assert refused(ask(company, "Quorum"))
    assert len(stage.mails("alert")) == 2
    assert "more questions granted" in told(stage.order())


@pytest.mark.settings(ORDER_QUESTIONS="1", ORDER_ADDRESSES="1", ORDER_ORGANIZATIONS="1")
def test_the_plain_rules_list_is_never_cut_for_ones_own_proven_domain(stage):
    many("acme.com", 12)
    organization("de", "Acmeworks Germany", users=("a@acme.de",))
    organization("fr", "Acmeworks France", users=("a@acme.fr",))
    stage.place(NEWCOMER)
    page = stage.opened()
    ask(page, "Zenith", "boss@zenith.example")
    assert refused(ask(page, "Quorum", "boss@quorum.example"))
    seen: set[str] = set()
    part = ask(page, "Acmeworks", NEWCOMER)
    while part.select(".more"):
        seen |= set(names(part))
        part = suggested(page, _more(part), company_name="Acmeworks", admin_email=NEWCOMER)
    seen |= set(names(part))
    assert {f"Acmeworks {n}" for n in range(12)} <= seen
    assert ASK_THE_SELLER in part.text, "of the relatives one was shown"
    listed = page.form().fill(company_name="Acmeworks", admin_email=NEWCOMER).submit()
    assert listed.path.endswith("/organization")
    chosen = listed.form().fill(organization=value_of(cards(listed)[0])).submit()
    assert chosen.path.endswith("/administrator")


@pytest.mark.settings(ORDER_ORGANIZATIONS="3")
def test_what_a_cut_list_shows_can_be_chosen_and_nothing_be_made_beside_it(stage, company):
    many("acme.com", 5)
    part = ask(company, "Acmeworks")
    assert len(cards(part)) == 3
    assert part.text.startswith("3 organizations may be yours.")
    assert ASK_THE_SELLER in part.text
    assert not part.select("#o-new"), "the others may be theirs"
    listed = company.form().fill(company_name="Acmeworks", admin_email=STRANGE).submit()
    assert (listed.path, len(cards(listed))) == (AT + "organization", 3)
    form = listed.form().fill(organization=value_of(cards(listed)[2]))
    forged = [(k, "new" if k == "organization" else v) for k, v in form.values.items()]
    answer = listed.client.http.post(
        AT + "organization",
        data=dict(forged),
        base_url=listed.client.base_url,
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert (answer.status_code, ASK_THE_SELLER in answer.text) == (422, True)
    assert form.submit().path == AT + "administrator"


@pytest.mark.settings(ORDER_ORGANIZATIONS="1")
def test_when_nothing_more_may_be_shown_a_hit_and_a_miss_look_alike(stage, company):
    acme()
    organization("zenith", "Zenith", users=("z@zenith.example",))
    assert names(ask(company, "Acme GmbH")) == ["Acme GmbH"]
    hit, miss = (ask(company, name, "a@zenith.example") for name in ("Zenith", "Nothing"))
    assert refused(hit)
    assert hit.text == miss.text


@pytest.mark.settings(ORDER_ORGANIZATIONS="1")
def test_other_names_at_the_domain_stand_in_nobodys_way(stage):
    volta()
    acme()
    organization("zenith", "Zenith", users=("z@quorum.example",))
    stage.place(PIA, role="partner")
    page = stage.opened("launch", PIA).form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(company_name="Quorum", admin_email="q@quorum.example").submit()
    assert names(page) == ["Zenith"]
    again = page.client.get(AT + "company")
    assert names(ask(again, "Quorum", "q@quorum.example")) == []
    Spent.update(what="0").where(Spent.kind == "organization").execute()  # it was another one
    page = page.client.get(AT + "organization")
    assert "No organization matches yet" in page.text
    assert page.form().submit().path == AT + "review"


def test_who_administers_what_cannot_be_guessed_among_colleagues(stage):
    acme()
    stage.place(NEWCOMER)
    page = stage.opened()
    for n in range(10):
        assert not refused(ask(page, "Acme GmbH", f"guess{n}@acme.com"))
    assert refused(ask(page, "Acme GmbH", ALICE))
    assert refused(ask(page, "Acme GmbH", "guess11@acme.com"))
    assert names(ask(page, "Acme GmbH", NEWCOMER)) == ["Acme GmbH"]


@pytest.mark.settings(ORDER_QUESTIONS="1")
def test_a_session_that_no_mailbox_started_pays_for_its_own_domain_too(stage):
    acme()
    stage.place(NEWCOMER)
    page = stage.opened()
    Session.update(from_mailbox=False).execute()
    assert names(ask(page, "Acme GmbH", NEWCOMER)) == ["Acme GmbH"]
    assert refused(ask(page, "Acme Other", "boss@zenith.example"))
    assert refused(ask(page, "Zenith", NEWCOMER))


@pytest.mark.settings(ORDER_QUESTIONS="1")
def test_a_partner_pays_like_everybody(stage):
    acme(), volta()
    stage.place(PIA, role="partner")
    page = stage.opened("launch", PIA).form().fill(purpose="partner_for_customer").submit()
    assert names(ask(page, "Acme GmbH")) == ["Acme GmbH"]
    assert refused(ask(page, "Zenith"))


@pytest.mark.settings(ORDER_ORGANIZATIONS="1")
def test_an_organization_that_an_address_leads_to_is_one_that_was_shown(stage, company):
    acme()
    organization("zenith", "Zenith", admins=("z@zenith.example",))
    assert names(ask(company, "Whatever", ALICE)) == ["Acme GmbH"]
    assert refused(ask(company, "Whatever", "z@zenith.example"))
    page = company.form().fill(company_name="Whatever", admin_email="z@zenith.example")
    assert "Zenith" not in page.submit(status=422).text


def test_fifty_tabs_at_once_do_not_get_more_than_one(app, stage, company):
    form = company.form().fill(admin_email=STRANGE)
    entries = {k: v for k, v in form.values.items() if k not in ("organization", "company_name")}
    cookie = company.client.http.get_cookie("homeport", domain="homeport.test")
    assert cookie

    def ask_one(n: int):
        other = PageClient(app).http
        other.set_cookie("homeport", cookie.value, domain="homeport.test")
        return other.post(
            AT + "matches",
            data={**entries, "company_name": f"{chr(97 + n % 26)}{chr(97 + n // 26)}cmeworks"},
            base_url="http://homeport.test",
            headers={"Sec-Fetch-Site": "same-origin", "HX-Request": "true"},
        ).text

    answers = at_once([partial(ask_one, n) for n in range(50)])
    assert sum(ASK_THE_SELLER in answer for answer in answers) == 20
    assert Spent.select().where(Spent.kind == "question").count() == 30


def test_what_is_stored_is_what_was_asked_and_shown(stage, company):
    acme()
    ask(company, "Acme GmbH")
    kinds = sorted((row.kind, row.order_id) for row in Spent.select())
    order = now(stage.order())
    assert kinds == [("address", order.id), ("organization", order.id), ("question", order.id)]
