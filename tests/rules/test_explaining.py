"""Why an organization is not offered, in sentences that can be passed on."""

import pytest

from matching.explaining import apart
from matching.rules import question

SHARED = frozenset({"gmail.com", "gmx.de", "gmx.net"})


@pytest.mark.parametrize(
    ("name", "address", "shown", "domains", "says"),
    [
        (
            *("Volkswagen", "j@volkswagen.de", "Volvo AB", ["volkswagen.de"]),
            [
                "The names do not agree: compared as “volkswagen” and “volvo ab” they differ at "
                "character 4, and the first 5 have to be the same."
            ],
        ),
        (
            *("IBM", "j@ibm.example", "IBM Deutschland", ["ibm.example"]),
            [
                "The names do not agree: “ibm” has fewer than 5 characters, so it would have to be "
                "the whole of the other name, which is “ibm deutschland”."
            ],
        ),
        (
            *("Acme", "j@acme.com", "Acme GmbH", ["other.com", "else.org"]),
            ["None of its users is at acme.com, they are at other.com, else.org, not related."],
        ),
        ("Acme", "j@acme.com", "Acme GmbH", [], ["It has no user, so no mail domain leads to it."]),
        (
            *("Acme", "j@gmx.de", "Acme GmbH", ["gmx.net"]),
            [
                "None of its users is at gmx.de, they are at gmx.net; gmx.de is a mail provider "
                "that many companies share, and related domains do not count there."
            ],
        ),
        (
            *("Zebra", "j@acme.com", "Acme GmbH", ["acme.de"]),
            [
                "None of its users is at acme.com, they are at acme.de; a related domain counts "
                "only where the names agree.",
                "The names do not agree: compared as “zebra” and “acme gmbh” they differ at "
                "character 1, and the first 5 have to be the same.",
            ],
        ),
    ],
)
def test_what_keeps_it_away_is_said(
    name: str, address: str, shown: str, domains: list[str], says: list[str]
) -> None:
    asked = question(name, address, SHARED)
    assert [str(words) for words in apart(asked, shown, domains)] == says


def test_a_long_list_of_domains_is_cut() -> None:
    asked = question("Acme", "j@acme.com", SHARED)
    (words,) = apart(asked, "Acme", [f"d{n}.com" for n in range(9)])
    assert "d4.com …" in str(words)
    assert "d5.com" not in str(words)
