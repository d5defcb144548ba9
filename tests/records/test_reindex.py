"""The lookup rows made anew after the rules have changed, a batch at a time."""

from collections import Counter

import pytest

from provisioning.directory import RULES, is_indexed, rebuild_index
from records import directory, reindex
from records.counts import Rules
from records.database import db
from records.directory import OrganizationRow, UserRow
from tests.records.recount import assert_exact
from tests.records.test_directory import DAY

pytestmark = pytest.mark.usefixtures("empty_database")

OLDER = Rules(keys=lambda name, _label: ("older", [name[:3], name[-3:]]), label=RULES.label)
NAMES = ["The Acme Corporation", "A.B.C. Müller", "日立製作所", "!!!", "x" * 10_000]


def made_by(rules: Rules) -> None:
    with db.atomic():
        rows = [
            OrganizationRow(f"o-{n}", name, "customer", "direct", DAY, unlisted=name == "!!!")
            for n, name in enumerate(NAMES)
        ]
        directory.save_organizations(rows, rules)
        people = [
            UserRow(number, f"user@{domain}")
            for ref, number in directory.ids_of(row.ref for row in rows).items()
            for domain in ("gmail.com", f"{ref}.example", "eu.acme.co.uk")
        ]
        directory.save_users(people, rules, keep_approved=True)


def test_an_index_of_older_rules_becomes_what_the_rules_say_now():
    made_by(OLDER)
    assert not is_indexed()
    added, removed = rebuild_index()
    assert added > 0
    assert removed == 3 * (2 + 2 + 2 + 1)  # of the listed ones, at three domains
    assert is_indexed()
    assert_exact()
    assert rebuild_index() == (0, 0)


@pytest.mark.parametrize("batches", [1, 3])
def test_what_was_interrupted_goes_on_when_it_is_run_again(batches):
    made_by(OLDER)
    for _batch in zip(range(batches), reindex.add_missing(RULES, 2), strict=False):
        pass
    assert not is_indexed()
    for _batch in zip(range(batches), reindex.remove_obsolete(RULES, 3), strict=False):
        pass
    rebuild_index()
    assert_exact()


def test_each_batch_reads_no_more_than_it_should():
    made_by(OLDER)
    sizes = Counter(read for read, _added in reindex.add_missing(RULES, 4))
    assert sizes == {4: 3, 3: 1}


def test_an_empty_directory_needs_nothing():
    assert is_indexed()
    assert rebuild_index() == (0, 0)


def test_who_was_renamed_before_the_index_was_made_anew_is_found_by_the_new_name():
    made_by(OLDER)
    row = OrganizationRow("o-0", "Beta GmbH", "customer", "direct", DAY)
    with db.atomic():
        directory.save_organizations([row], RULES)
    rebuild_index()
    assert_exact()
