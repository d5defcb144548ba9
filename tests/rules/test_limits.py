"""Whom a network address belongs to."""

import pytest

from provisioning.limits import LIMITS, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.8", "192.0.2.8"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),  # the same neighbour, met by the other protocol
        ("", ""),
        ("192.0.2.7:443", "192.0.2.7"),  # as some proxies write it
        ("[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("[::ffff:192.0.2.7]:443", "192.0.2.7"),
        ("unknown", "unknown"),
        ("unknown:443", "unknown"),
        ("a" * 5000, "a" * 64),
        (":443", ":443"),
        ("[]:443", "[]:443"),
        ("[", "["),
    ],
)
def test_the_network_of_an_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_every_limit_holds_by_network_and_everything_that_learns_or_mails_has_one() -> None:
    assert {what: set(scopes) for what, scopes in LIMITS.items()} == {
        "link": {"network"},
        "hand over": {"order", "address", "network"},
        "ask": {"order", "network"},
        "look up": {"order", "address", "network"},
        "api": {"token"},  # known to the seller, wherever it asks from
    }
