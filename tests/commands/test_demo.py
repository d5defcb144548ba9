"""The demo: the same every time, every company found, every outcome reached."""

from datetime import date

import pytest

from matching.addresses import shared_domains
from matching.rules import Standing, Tier
from provisioning import demo, matches, reports
from provisioning.demo import companies
from provisioning.demo.cast import SMALL
from provisioning.demo.orders import EXAMPLES
from provisioning.facts import is_closed
from records import clock, orders
from records.tables import MagicLink, Order, Organization, OutboxRow
from tests.records.recount import assert_exact, kept


@pytest.fixture
def settings(app):
    """An application on the demo."""
    demo.build(app.config["SETTINGS"])
    return app.config["SETTINGS"]


def match(name, address, settings):
    return matches.match(name, address, settings)


def test_each_of_the_500_companies_is_found_by_its_name_and_a_new_address_at_its_domain(settings):
    missed = []
    for number, company in enumerate(companies.companies(), start=1):
        found = match(company.name, f"somebody.new@{company.domain}", settings)
        if f"us-{number:03}" not in {candidate.organization.ref for candidate in found.candidates}:
            missed.append(company)
    assert missed == []


def test_counts_and_lookup_rows_of_the_demo_are_exact(settings):
    assert_exact()
    assert Organization.select().where(Organization.users == 0).count() == 0


def test_the_demo_is_the_same_every_time(settings):
    today = clock.today()
    made = companies.organizations(today)
    assert made == companies.organizations(today)
    assert len({one.row.ref for one in made}) == len(made)
    assert len({one.row.name for one in made}) > 500
    people = [(one.row.ref, person.email) for one in made for person in one.people]
    assert len(set(people)) == len(people)
    assert len(kept()["organizations"]) == len(made)  # type: ignore[arg-type]


def test_the_directory_holds_every_kind_of_organization(settings):
    rows = {one.row.ref: one.row for one in companies.organizations(clock.today())}
    kinds = {row.kind for row in rows.values()}
    assert kinds == {"customer", "partner"}
    assert {row.origin for row in rows.values()} == {"trial", "online", "partner", "direct"}
    assert sum(row.origin == "trial" for row in rows.values()) > 80
    assert sum(bool(row.managed_by) for row in rows.values()) > 30
    assert [row.ref for row in rows.values() if row.unlisted] == ["xerox-lab"]
    assert all(address.partition("@")[2] in shared_domains() for _name, address in SMALL)


def candidates(number: str, settings) -> tuple[Standing, list[tuple[str, Tier, str]]]:
    """What an order's contact would see for the name it came with and their own address."""
    order = orders.by_number(number)
    assert order
    found = matches.match(order.company_name, order.contact_email, settings, whole_domain=True)
    return found.standing, [(c.organization.ref, c.tier, c.activity) for c in found.candidates]


def test_the_orders_lead_to_what_they_say(settings):
    assert candidates("70010001", settings) == (Standing.UNKNOWN, [])
    standing, found = candidates("70010002", settings)
    assert (standing, [ref for ref, *_ in found]) == (Standing.FULL_ADMIN, ["boeing-defense"])
    standing, found = candidates("70010003", settings)
    assert (standing, len(found)) == (Standing.FULL_ADMIN, 2)
    standing, found = candidates("70010004", settings)
    assert (standing, found[0][:2]) == (Standing.USER, ("fedex-ground", Tier.BELONGS))
    assert ("us-", Tier.NAME_AND_DOMAIN, "in-use") in starts(candidates("70010005", settings))
    read = {reading for _ref, _tier, reading in candidates("70010008", settings)[1]}
    assert {"in-use", "possibly-abandoned"} <= read
    _standing, found = candidates("70010009", settings)
    assert [tier for _ref, tier, _reading in found] == [Tier.NAME_AND_DOMAIN, Tier.WEAK, Tier.WEAK]
    tiers = {ref: tier for ref, tier, _reading in candidates("70010010", settings)[1]}
    assert (tiers["us-038"], tiers["ibm-long"]) == (Tier.NAME_AND_DOMAIN, Tier.DOMAIN)
    assert candidates("70010011", settings)[1]
    tiers = {ref: tier for ref, tier, _reading in candidates("70010015", settings)[1]}
    assert tiers["netflix-de"] is Tier.RELATED_DOMAIN


def starts(answer) -> set[tuple[str, Tier, str]]:
    return {(ref[:3], tier, reading) for ref, tier, reading in answer[1]}


def test_orders_wait_expire_and_are_handed_over_by_what_really_happens(settings):
    waiting = reports.of_order(by_number("70010012"))
    assert (waiting["status"], waiting["step"]) == ("waiting", "waiting")
    assert waiting["requests"] == [
        {"kind": "access", "status": "open", "organization": "nike-retail"}
    ]
    notices = OutboxRow.select().where(OutboxRow.letter == "access_notice")
    assert {row.recipient for row in notices} == {"ruth.king@nike.com", "owen.shaw@nike.com"}
    assert is_closed(by_number("70010013"))
    handed_over = by_number("70010014")
    assert handed_over.contact_email == "new.contact@levistrauss.com"
    assert "handed over" in {row.what for row in orders.history(handed_over)}


def test_the_table_says_each_order_with_a_link_while_it_opens(settings):
    shown = demo.orders_to_show(settings)
    assert [one.number for one in shown] == [example.number for example in EXAMPLES]
    assert all(one.link and one.link.startswith("http://homeport.test/start/") for one in shown)
    MagicLink.update(claimed_at=clock.now()).execute()
    assert not any(one.link for one in demo.orders_to_show(settings))


def test_dates_lie_relative_to_the_day_it_is_built():
    today, later = date(2026, 11, 1), date(2030, 6, 15)
    for one, other in zip(
        companies.organizations(today), companies.organizations(later), strict=True
    ):
        assert later - other.row.created_on == today - one.row.created_on
        assert one.row.created_on < today


def by_number(number: str) -> Order:
    order = orders.by_number(number)
    assert order
    return order
