"""The labelled cases of tests/data are what their README says."""

from collections import Counter

import pytest

from bench import cases
from matching.addresses import canonical
from matching.names import company_name

EVERY = [case for filename in cases.SETS.values() for case in cases.read(filename)]
KINDS = {
    *("legal-form-changed", "legal-form-added", "legal-form-leading", "legal-form-attached"),
    *("legal-form-stacked", "article", "ampersand", "punctuation", "initials", "diacritics"),
    *("transliteration", "spacing", "abbreviation", "former-name", "subsidiary-subdomain"),
    *("short-name", "common-words", "same-start-others", "shared-provider", "universities"),
    "sibling-domain",
}


@pytest.mark.parametrize("filename", cases.SETS.values())
def test_each_set_has_enough_of_every_kind(filename: str) -> None:
    kinds = Counter(case.kind for case in cases.read(filename))
    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 15


def test_there_are_many_and_none_is_there_twice() -> None:
    assert len(EVERY) >= 600
    asked = Counter((case.name, case.domain) for case in EVERY)
    assert [twice for twice, times in asked.items() if times > 1] == []


def test_what_is_typed_is_what_the_company_step_takes() -> None:
    for case in EVERY:
        assert canonical(case.address) == case.address
        assert company_name(case.name) == case.name


def test_a_company_is_never_among_the_others() -> None:
    for case in EVERY:
        assert case.matches
        assert not {*case.matches} & {*case.others}, case
