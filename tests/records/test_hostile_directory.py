"""A directory with whatever it may hold: the work of a match stays bounded, and none fails."""

from datetime import date

import pytest

from matching.rules import Candidate
from provisioning import matches
from provisioning.directory import RULES
from records import directory, lookup
from records.database import db, rows
from records.directory import OrganizationRow, UserRow
from tests.records.recount import assert_exact

MANY = 1_000
DAY = date(2020, 3, 1)
KEYS = 5  # written, name, core, folded, label
MOST_ON = KEYS * matches._READ * matches._READS + matches.PAGE
MOST_READ = 12 * matches.NEAREST + matches.KNOWN


@pytest.fixture
def rows_read(monkeypatch) -> list[int]:
    """How many rows each read of the directory answered."""
    read: list[int] = []

    def counted(sql, *values):
        found = rows(sql, *values)
        read.append(len(found))
        return found

    monkeypatch.setattr(lookup, "rows", counted)
    return read


@pytest.fixture
def ask(app, rows_read):
    """The names of all that a partner is offered, five at a time; the work is looked at."""

    def offered(name: str, address: str) -> list[str]:
        settings = app.config["SETTINGS"]
        found = matches.match(name, address, settings, whole_domain=True)
        assert sum(rows_read) <= MOST_READ
        shown: list[Candidate] = []
        names: list[str] = []
        after: int | None = None
        while after is not None or not shown:
            rows_read.clear()
            shown, after = matches.page(found, settings, after)
            assert sum(rows_read) <= MOST_ON
            names += [candidate.organization.name for candidate in shown]
            if not shown:
                break
        return names

    return offered


def made(names: list[str], *, domain: str = "acme.com", user: str = "") -> None:
    with db.atomic():
        rows = [
            OrganizationRow(f"o-{n}", name, "customer", "direct", DAY)
            for n, name in enumerate(names)
        ]
        directory.save_organizations(rows, RULES)
        people = [
            UserRow(number, f"{user or ref}@{domain}")
            for ref, number in directory.ids_of(row.ref for row in rows).items()
        ]
        directory.save_users(people, RULES, keep_approved=True)


@pytest.mark.parametrize("name", ["!!!", "&", "-", "™", "\u3164x\u3164", "の", "株式会社", "🦓🦓"])
def test_a_name_that_has_no_letters_left_is_found_by_itself(ask, name):
    made([name])
    assert ask(name, "x@acme.com") == [name]
    assert_exact()


@pytest.mark.parametrize("word", ["Acme ", "acmeacme", "A.", "& ", "日立"])
def test_a_name_of_ten_thousand_characters_is_found_by_its_beginning(ask, word):
    name = (word * 10_000)[:10_000].strip()
    made([name])
    assert ask(name[:300].strip(), "x@acme.com") == [name]
    assert_exact()


def test_a_thousand_organizations_of_one_name_are_shown_page_by_page(ask):
    made(["Acme Works"] * MANY)
    assert ask("Acme Works", "x@acme.com") == ["Acme Works"] * MANY


def test_a_user_in_a_thousand_organizations_is_offered_a_part_of_them(ask):
    made([f"Quorum {n}" for n in range(MANY)], user="one")
    assert len(ask("Acme", "one@acme.com")) <= matches.KNOWN + matches.NEAREST


def test_many_organizations_at_one_domain_do_not_push_out_the_one_of_that_name(ask):
    made([*(f"Tenant {n}" for n in range(MANY)), "International Business Machines", "A.B.C. Corp"])
    assert ask("ABC", "x@acme.com")[0] == "A.B.C. Corp"
    assert ask("Tenant 999", "x@acme.com")[0] == "Tenant 999"
