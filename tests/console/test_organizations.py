"""Organizations in the console: found, seen whole, unlisted; what may be one of them once more."""

from datetime import date

import pytest

from matching.rules import Tier
from provisioning import directory, directory_sync, duplicates, matches
from records import directory as directory_rows
from records import lookup, organization_search
from records.columns import along
from records.database import db, is_postgresql
from records.tables import AccessRequest, Audit, Order, Organization, OutboxRow
from tests.console.test_mail import do, rows_of
from tests.records.recount import assert_exact
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    NEWCOMER,
    OLGA,
    PIA,
    VERA,
    acme,
    now,
    organization,
    sync_admin,
    told,
    volta,
)
from tests.support.lists import cards
from tests.support.page_client import PageClient
from tests.support.plans import plan
from tests.support.steps import journey
from views.console.organization import LISTS

DAY = date(2020, 3, 1)
HERE = "/console/organizations"


def organizations(count, name="Firm {}", first=1, email="u{}@firm.example"):
    """Organizations with a user each."""
    numbers = range(first, first + count)
    saved = [
        directory_rows.OrganizationRow(f"o{n:04}", name.format(n), "customer", "direct", DAY)
        for n in numbers
    ]
    with db.atomic():
        directory_rows.save_organizations(saved, directory.RULES)
        ids = directory_rows.ids_of(row.ref for row in saved)
        people = [directory_rows.UserRow(ids[f"o{n:04}"], email.format(n)) for n in numbers]
        directory_rows.save_users(people, directory.RULES, keep_approved=True)


def refs(page):
    return [row.select("td")[0].get_text(strip=True) for row in page.select("tbody tr")]


def found(client, by, text):
    return client.get(HERE).form("form.filters").fill(by=by, text=text).submit()


def all_of(page):
    seen = refs(page)
    while "Show more" in page:
        page = page.follow("Show more")
        seen += refs(page)
    return seen


def section(page, title):
    """The table under a heading, row by row."""
    (head,) = [h for h in page.select("h2") if h.get_text(strip=True) == title]
    return [
        " ".join(row.get_text(" ").split()) for row in head.find_next_sibling().select("tbody tr")
    ]


# --- the list -------------------------------------------------------------------------------------


def test_the_newest_come_first_page_by_page(stage, viewer):
    organizations(120)
    assert all_of(viewer.get(HERE)) == [f"o{n:04}" for n in range(120, 0, -1)]


def test_each_row_says_what_is_asked_for_first(stage, viewer):
    organization("acme", "Acme GmbH", admins=(ALICE, BOB), users=(CAROL,), subscriptions=2)
    organization("veil", "Veiled", kind="partner", origin="trial", unlisted=True)
    Organization.update(last_active_on=date(2026, 1, 2)).where(Organization.ref == "acme").execute()
    veiled, known = rows_of(viewer.get(HERE))
    assert known == "Acme GmbH acme Customer, bought online 3 2 2 2 January 2026"
    assert veiled == "Veiled veil Partner, online trial 0 0 0 unlisted"


@pytest.mark.parametrize(
    ("by", "text", "expected"),
    [
        ("name", "firm 7", ["o0007"]),
        ("name", "FIRM 1", ["o0001", "o0010", "o0011", "o0012"]),
        ("name", "irm", []),
        ("name", "%", []),
        ("name", "Firm _", []),
        ("ref", "o0007", ["o0007"]),
        ("ref", "o000", []),
        ("domain", "@FIRM.example", [f"o{n:04}" for n in range(1, 13)]),
        ("domain", "example", []),
        ("domain", "\\' OR 1=1 --", []),
        ("address", "U7@Firm.Example", ["o0007"]),
        ("address", "u7", []),
    ],
)
def test_it_is_searched_by_name_ref_domain_and_address(stage, viewer, by, text, expected):
    organizations(12)
    assert refs(found(viewer, by, text)) == expected


def test_a_name_may_be_in_any_script_and_a_domain_as_it_is_written(stage, viewer):
    organization("jp", "株式会社みらい", users=("u@xn--bcher-kva.example",))
    assert refs(found(viewer, "name", "株式")) == ["jp"]
    for domain in ("bücher.example", "xn--bcher-kva.example"):
        assert refs(found(viewer, "domain", domain)) == ["jp"]


@pytest.mark.parametrize(
    ("by", "text"), [("name", "acme"), ("domain", "acme.com"), ("address", "adviser@acme.com")]
)
def test_all_of_one_name_domain_or_address_are_reached(stage, viewer, by, text):
    organizations(120, name="Acme", email="adviser@acme.com")
    assert all_of(found(viewer, by, text)) == [f"o{n:04}" for n in range(1, 121)]


def test_whoever_came_later_into_an_older_one_is_reached_too(stage, viewer):
    organizations(120)
    ids = directory_rows.ids_of(f"o{n:04}" for n in range(1, 121))
    for half in (range(61, 121), range(1, 61)):
        people = [directory_rows.UserRow(ids[f"o{n:04}"], "adviser@acme.com") for n in half]
        with db.atomic():
            directory_rows.save_users(people, directory.RULES, keep_approved=True)
    seen = all_of(found(viewer, "address", "adviser@acme.com"))
    assert seen == [f"o{n:04}" for n in (*range(61, 121), *range(1, 61))]


def test_a_place_in_another_list_shows_nothing_of_that(stage, viewer):
    organization("a", "Acme")
    for ref in ("y", "z"):
        organization(ref, "Zed")
    page = found(viewer, "name", "acme")
    place = Organization.get(ref="y").id  # or one that was renamed since
    assert refs(viewer.get(f"{page.path}&after={place}")) == []


def test_how_it_was_searched_stands_in_the_audit_list(stage, viewer):
    viewer.get(HERE)
    found(viewer, "address", "u1@firm.example")
    told = [(row.who, row.what, row.ref) for row in Audit.select().order_by(Audit.id)][-3:]
    assert told == [
        (VERA, "looked", ""),
        (VERA, "looked", ""),
        (VERA, "searched", "address: u1@firm.example"),
    ]


# --- bounded, whatever there is -------------------------------------------------------------------


def assert_along(said, index):
    assert index in said, said
    assert "Seq Scan" not in said, said
    assert "SCAN" not in said.replace("SCAN CONSTANT ROW", ""), said
    assert "TEMP B-TREE" not in said.replace("TEMP B-TREE FOR LAST TERM", ""), said
    assert "Sort" not in said.replace("Incremental Sort", "").replace("Presorted", ""), said


@pytest.mark.parametrize("place", [0, 1])
def test_a_search_by_name_reads_along_one_index_and_sorts_nothing(app, place):
    sql = along(organization_search.NAME)[place]
    values = [("acme", 7, 50), ("acme", "acmf", 50)][place]
    assert_along(plan(f"SELECT o.id FROM organization o {sql}", values), "organization_by_name")


@pytest.mark.parametrize("by", organization_search.WHOLE)
def test_a_search_for_something_whole_reads_along_one_index(app, by):
    said = plan(organization_search.WHOLE[by], ("x", 7, 50))
    assert "Seq Scan" not in said
    assert "SCAN" not in said
    # Of one ref there is one; an address is in few organizations.
    assert is_postgresql() or "TEMP B-TREE" not in said


@pytest.mark.parametrize(
    ("read", "after", "index"),
    [
        (organization_search.subscriptions, 9, "subscription_at"),
        (organization_search.orders, 9, "order_at"),
        (organization_search.requests, 9, "request_at"),
        (organization_search.users, "x@acme.com", "user_account"),
        (lambda *at: organization_search.users(*at, admins=True), "x@acme.com", "full_admin_of"),
    ],
)
def test_each_list_of_an_organization_reads_along_one_index(app, read, after, index):
    said = plan(*read(1, after, 51).sql())
    # Of empty tables PostgreSQL may take another index.
    assert_along(said, "Index" if is_postgresql() else index)


@pytest.mark.parametrize("of", [AccessRequest, Order])
def test_letters_are_read_by_what_they_are_about(app, of):
    sql, values = organization_search.letters_about(of, [7, 5, 3], 7, 9, 51).sql()
    said = plan(sql, values)
    assert "Seq Scan" not in said
    assert "SCAN" not in said


def test_letters_are_found_past_orders_that_have_none(stage):
    order, _page = journey(stage, "done")
    which = Organization.get(Organization.ref.startswith("hp-")).id
    values = {**order.__data__, "id": None, "organization": which}
    for number in range(5):
        Order.create(**values | {"number": f"9{number}"})
    found = organization_search.letters(which, None, 2)
    assert [row.letter for row in found] == ["receipt", "launch"]
    assert [row.letter for row in organization_search.letters(which, found[0].id, 2)] == ["launch"]
    assert organization_search.letters(which, found[1].id, 2) == []
    assert organization_search.letters(which, 999_999, 2) == []


def test_one_with_very_many_users_shows_a_page_of_them(stage, viewer):
    found = organization("acme", "Acme GmbH")
    people = [
        directory_rows.UserRow(found.id, f"u{n:04}@d{n}.example", full_admin=n % 10 == 0)
        for n in range(1_200)
    ]
    with db.atomic():
        directory_rows.save_users(people, directory.RULES, keep_approved=True)
    page = viewer.get(f"{HERE}/{found.id}")
    assert len(section(page, "Users")) == len(section(page, "Full admins")) == 5
    assert "u0000@d0.example full admin directory" in section(page, "Full admins")[0]
    seen = []
    page = page.follow("Show all (Full admins)")
    while True:
        seen += [row.split()[0] for row in rows_of(page)]
        assert len(rows_of(page)) <= 50
        if "Show more" not in page:
            break
        page = page.follow("Show more")
    assert seen == [f"u{n:04}@d{n}.example" for n in range(0, 1_200, 10)]
    page = viewer.get(f"{HERE}/{found.id}/users?after=u1149@d1149.example")
    assert [row.split()[0] for row in rows_of(page)][::49] == [
        "u1150@d1150.example",
        "u1199@d1199.example",
    ]
    assert "Show more" not in page
    assert len(lookup.domains_of(found.id, 2_000)) == 1_000


# --- one organization -----------------------------------------------------------------------------


def test_it_shows_people_subscriptions_orders_requests_and_letters(stage, viewer):
    order, _page = journey(stage, "waiting")
    here = f"{HERE}/{Organization.get().id}"
    stage.decide(BOB, "decline", note="No.")
    page = viewer.get(here)
    for said in ("Acme GmbH", "acme", "acme.com", "Customer, bought online", "In use", "1 March"):
        assert said in page, said
    assert [row.split()[0] for row in section(page, "Full admins")] == [ALICE, BOB]
    assert [row.split()[0] for row in section(page, "Users")] == [ALICE, BOB, CAROL]
    assert section(page, "Subscriptions")[0].startswith("acme-s1 Meetings 5 active")
    assert section(page, "Orders")[0].startswith(f"{order.number} in progress {CAROL} Acme")
    (asked,) = section(page, "Requests")
    assert asked.startswith(f"To be added as full admin no {CAROL} {CAROL}")
    assert f"{BOB} , " in asked
    assert asked.endswith(order.number)
    letters = section(page, "Letters about requests")
    assert {row.split()[0] for row in letters} == {"access_notice", "declined"}
    assert [row.split()[2] for row in letters if row.startswith("access")] == [BOB, ALICE]
    row = OutboxRow.get(OutboxRow.letter == "declined")
    assert page.follow(f"declined {row.id}").path == f"/console/mail/{row.id}"
    looks = Audit.select().where((Audit.kind == "organization") & (Audit.who == VERA))
    assert [(look.what, look.ref) for look in looks] == [("looked", "acme")]
    viewer.get(f"{HERE}/999999", status=404)
    viewer.get(f"{here}/nothing", status=404)


def test_its_orders_and_what_they_made_lead_to_the_order_and_back(stage, viewer):
    order, _page = journey(stage, "done")
    made = Organization.get(Organization.ref == f"hp-{order.number}")
    page = viewer.get(f"{HERE}/{made.id}")
    assert section(page, "Orders")[0].startswith(f"{order.number} set up {CAROL}")
    assert section(page, "Subscriptions")[0].endswith(order.number)
    assert {row.split()[0] for row in section(page, "Other letters about its orders")} == {
        "launch",
        "receipt",
    }
    assert "made full admin by a decision here" in page
    assert {a["href"] for a in page.select("td a, th a") if a.get_text() == order.number} == {
        f"/console/orders/{order.number}"
    }
    back = viewer.get(f"/console/orders/{order.number}")
    ways = [a["href"] for a in back.select("main a") if a.get_text() == f"Acme [{made.ref}]"]
    assert ways == [f"{HERE}/{made.id}"] * 2  # of the order, and of what was asked about it


def test_candidates_and_matches_lead_to_their_organizations(stage, viewer):
    which = acme().id
    page = viewer.get("/console/matcher?name=Acme&address=x@acme.com")
    assert page.follow("Acme GmbH").path == f"{HERE}/{which}"
    stage.place(company_name="Acme")
    stage.opened().form().submit()
    page = viewer.get("/console/orders/70012345/candidates")
    assert page.follow("Acme GmbH").path == f"{HERE}/{which}"


def test_who_manages_it_is_named(stage, viewer):
    manager = volta()
    found = acme()
    Organization.update(managed_by=manager.id).where(Organization.id == found.id).execute()
    page = viewer.get(f"{HERE}/{found.id}").follow("Volta Partners [volta]")
    assert page.path == f"{HERE}/{manager.id}"


@pytest.mark.parametrize("what", LISTS)
def test_each_list_goes_on_page_by_page(stage, viewer, what):
    order, _page = journey(stage, "waiting")
    found = Organization.get()
    fill(found, order)
    page = viewer.get(f"{HERE}/{found.id}").follow(f"Show all ({LISTS[what].title})")
    seen = rows_of(page)
    assert len(seen) == 50
    while "Show more" in page:
        page = page.follow("Show more")
        seen += rows_of(page)
    assert len(seen) == len(set(seen))
    assert len(seen) == {
        "admins": 62, "users": 63, "subscriptions": 62, "orders": 61, "requests": 61,
        "notices": 62, "letters": 61,
    }[what]  # fmt: skip


def fill(found, order):
    """Sixty more of everything."""
    for number in range(60):
        sync_admin(found.id, f"u{number:02}@acme.com", is_admin=True)
        directory.add_subscription(
            found.id, number=f"n{number}", product="Meetings", quantity=1, status="expired"
        )
        values = {**order.__data__, "id": None, "number": f"7{number}"}
        one = Order.create(**values | {"organization": found.id})
        asked = {**AccessRequest.get().__data__, "id": None, "order": one}
        request = AccessRequest.create(**asked)
        row = {**OutboxRow.get(OutboxRow.letter == "launch").__data__, "id": None, "order": one}
        OutboxRow.create(**row)
        OutboxRow.create(**row | {"request": request, "letter": "access_notice"})
    Order.update(organization=found.id).execute()


# --- unlisting ------------------------------------------------------------------------------------


def offered(stage, number):
    """What a new order is offered, by name."""
    stage.place(company_name="Acme", number=number)
    page = stage.opened(client=PageClient(stage.app)).form().submit()
    return [card.select("h3")[0].get_text(strip=True) for card in cards(page)]


def test_an_unlisted_one_is_found_by_nobody_until_it_is_listed_again(stage, operator):
    found = acme()
    assert offered(stage, "1") == ["Acme GmbH"]
    page = operator.get(f"{HERE}/{found.id}").follow("Unlist")
    page = page.form("main form").submit(status=422)
    assert "Say why" in page
    assert not Organization.get().unlisted
    page = page.form("main form").fill(why="A test account.").submit()
    assert page.path == f"{HERE}/{found.id}"
    assert "unlisted" in page
    assert "A test account." in page
    assert Organization.get().unlisted
    assert_exact()
    assert offered(stage, "2") == []
    do(operator, f"{HERE}/{found.id}/unlist", 422)
    asked = "/console/matcher?name=Acme&address=x@acme.com&ref=acme"
    assert "It is unlisted, so it is never suggested." in operator.get(asked)
    do(operator, f"{HERE}/{found.id}/list")
    assert_exact()
    assert offered(stage, "3") == ["Acme GmbH"]
    do(operator, f"{HERE}/{found.id}/list", 422)
    changes = Audit.select().where((Audit.who == OLGA) & (Audit.why != "")).order_by(Audit.id)
    assert [(row.what, row.kind, row.ref, row.why) for row in changes] == [
        ("unlisted", "organization", "acme", "A test account."),
        ("listed again", "organization", "acme", "because"),
    ]


def test_its_own_full_admin_still_maps_to_it(stage, operator):
    do(operator, f"{HERE}/{acme().id}/unlist")
    stage.place(ALICE, company_name="Acme")
    page = stage.opened("launch", ALICE, PageClient(stage.app)).form().submit()
    assert page.path.endswith("/review")
    assert "Acme GmbH" in page
    assert page.form().fill(confirm=True).submit().path.endswith("/done")


def test_an_order_that_has_chosen_it_and_is_not_set_up_yet_chooses_again(stage, operator):
    which = acme().id
    volta()
    order = stage.place(PIA, role="partner", company_name="Acme")
    page = stage.opened("launch", PIA, PageClient(stage.app))
    page = page.form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(admin_email=NEWCOMER).submit()
    page = page.form().choose("Acme GmbH").submit().form().submit()
    assert page.path.endswith("/review")
    do(operator, f"{HERE}/{which}/unlist")
    page = page.form().fill(confirm=True).submit()
    assert not page.path.endswith("/done")
    assert now(order).organization_id is None
    assert "list changed" in told(order)


def test_all_else_that_is_stored_stays(stage, operator):
    volta()
    said = {
        "ref": "acme", "name": "Acme GmbH", "kind": "customer", "origin": "online",
        "created_on": "2020-03-01", "last_active_on": "2026-01-02", "managed_by": "volta",
    }  # fmt: skip
    directory_sync.put_organization(said)
    sync_admin(Organization.get(Organization.ref == "acme").id, ALICE, is_admin=True)
    before = Organization.get(Organization.ref == "acme").__data__
    do(operator, f"{HERE}/{before['id']}/unlist")
    after = Organization.get(Organization.ref == "acme").__data__
    assert after == {**before, "unlisted": True}
    # A sync that does not name it leaves it so; one that does counts.
    directory_sync.put_organization({**said, "name": "Acme AG"})
    assert Organization.get(Organization.ref == "acme").unlisted
    directory_sync.put_organization({**said, "unlisted": "0"})
    assert not Organization.get(Organization.ref == "acme").unlisted
    assert_exact()


def test_a_viewer_reads_and_changes_nothing(stage, viewer):
    which = acme().id
    page = viewer.get(f"{HERE}/{which}")
    assert "Unlist" not in page
    for listing in ("unlist", "list"):
        viewer.get(f"{HERE}/{which}/{listing}", status=403)


# --- likely duplicates ----------------------------------------------------------------------------


def likely_of(stage, found):
    row = lookup.by_id(found.id)
    assert row
    return duplicates.likely(row, stage.settings)


def test_likely_duplicates_are_what_the_matcher_finds_and_say_why(stage, viewer):
    found = acme(users=(CAROL, "x@acme.de", "y@gmail.com"))
    organization("acme2", "ACME Inc.", users=("z@acme.com",))
    organization("acme3", "Acme Holding", users=("a@acme.de",))
    organization("mail", "Acme", users=("b@gmail.com",))
    organization("weak", "Acme Flowers", users=("c@gmail.com",))
    organization("other", "Zenith", users=("d@acme.com",))
    organization("veil", "Acme", users=("e@acme.com",), unlisted=True)
    page = viewer.get(f"{HERE}/{found.id}")
    shown = [" ".join(one.get_text(" ").split()) for one in page.select(".candidate")]
    assert {one.split(" Customer")[0] for one in shown} == {
        "ACME Inc. acme2",
        "Acme mail",
        "Acme Holding acme3",
    }
    assert "Same name, same email domain. Apart from article and legal form its name is “acme”" in (
        " ".join(shown)
    )
    assert "1 of its users is at acme.com" in " ".join(shown)
    assert "Merging is done in your directory" in page
    assert page.follow("ACME Inc.").path == f"{HERE}/{Organization.get(ref='acme2').id}"


def test_one_without_users_or_without_likeness_says_so(stage, viewer):
    lonely = organization("lonely", "Lonely")
    assert "It has no user, so there is no domain" in viewer.get(f"{HERE}/{lonely.id}")
    assert "None: the matcher offers no other" in viewer.get(f"{HERE}/{acme().id}")


def test_of_many_duplicates_and_domains_a_bounded_number_is_looked_at(stage, monkeypatch):
    found = organization("acme", "Acme", users=tuple(f"u@acme{n}.example" for n in range(30)))
    organizations(40, name="Acme", email="x{}@acme0.example")
    asked = []

    def counted(*given):
        asked.append(given)
        return match(*given)

    match = matches.match
    monkeypatch.setattr("provisioning.duplicates.matches.match", counted)
    likely = likely_of(stage, found)
    assert len(asked) == duplicates.DOMAINS
    assert len(likely) == duplicates.MOST
    assert {one.tier for one in likely} == {Tier.NAME_AND_DOMAIN}
    assert found.id not in {one.organization.id for one in likely}


def test_nobody_s_standing_decides_what_a_duplicate_is(stage):
    """Alice administers the one; typed as herself she would be led there alone."""
    found = acme()
    organization("acme2", "Acme Inc", admins=(NEWCOMER,))
    (likely,) = likely_of(stage, found)
    assert likely.organization.ref == "acme2"
