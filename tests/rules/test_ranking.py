from datetime import date
from random import Random
from typing import Any

import pytest

from matching.names import keys
from matching.ranking import likeness, ranked
from matching.rules import Candidate, Tier, by_domain, by_name_and_domain, question
from tests.rules.directory import TODAY, found

HIGH, MIDDLE, LOW = (0.8, 1.0), (0.4, 0.9), (0.0, 0.35)


@pytest.mark.parametrize(
    ("one", "other", "least_and_most"),
    [
        ("Volkswagen", "Volkswagen AG", (1.0, 1.0)),
        ("The Acme Corporation", "ACME GmbH", (1.0, 1.0)),
        ("Exxon Mobil", "ExxonMobil", HIGH),
        ("Face Book Inc", "Facebook", HIGH),
        ("JP Morgan Chase Bank", "JPMorgan Chase & Co.", HIGH),
        ("Volkswagen", "Volkswagen Financial Services", HIGH),
        ("Siemens", "Simens", (0.6, 0.9)),
        ("Volks", "Volkswagen", (0.4, 0.9)),
        ("Exxon", "Exxon Mobil", MIDDLE),
        ("Bank of America", "America Bank", HIGH),
        ("Deutsche Bank", "Deutsche Bahn", LOW),
        ("American Express", "American Airlines", LOW),
        ("General Motors", "General Electric", LOW),
        ("First National Bank", "First Energy", LOW),
        ("United Airlines", "United Health", LOW),
        ("Bank of America", "Bank of China", LOW),
        ("Volkswagen", "Volksbank", LOW),
        ("Siemens", "Samsung", (0.0, 0.0)),
        ("Home Depot", "Office Depot", (0.0, 0.7)),
        ("", "Siemens", (0.0, 0.0)),
        ("Unit 12", "Unit 13", LOW),
    ],
)
def test_distinctive_words_must_agree(
    one: str, other: str, least_and_most: tuple[float, float]
) -> None:
    least, most = least_and_most
    assert least <= likeness(keys(one).core, keys(other).core) <= most
    assert likeness(keys(one).core, keys(other).core) == likeness(keys(other).core, keys(one).core)


def test_the_nearer_name_is_the_likelier() -> None:
    typed = keys("Volkswagen").core
    names = ["Volkswagen AG", "Volkswagen Bank", "Volkswagen Zubehör", "Volksbank"]
    alike = [likeness(typed, keys(name).core) for name in names]
    assert alike == sorted(alike, reverse=True)
    assert len(set(alike)) == len(alike)


def candidate(
    name: str = "Volkswagen AG", domain: str = "volkswagen.de", **facts: Any
) -> Candidate:
    asked = question("Volkswagen", "j@volkswagen.de", frozenset())
    offered = by_name_and_domain(asked, found(name, domain, **facts), TODAY)
    assert offered
    return offered


OLD = date(2012, 3, 1)
UNUSED: dict[str, Any] = {"active_subscriptions": 0}
ORDERED = [
    candidate(ref="same-kind"),
    candidate("Volkswagen Bank", ref="likely"),
    candidate("Volkswagen Zubehör", ref="in-use"),
    candidate("Volkswagen Zubehör", ref="unclear", **UNUSED),
    candidate("Volkswagen Zubehör", ref="newer", users=3, created_on=date(2013, 1, 1), **UNUSED),
    candidate("Volkswagen Zubehör", ref="older-a", users=3, created_on=OLD, **UNUSED),
    candidate("Volkswagen Zubehör", ref="older-b", users=3, created_on=OLD, **UNUSED),
    candidate(ref="other-kind", kind="partner"),
    candidate("Volkswagen AG", "volkswagen.com", ref="related"),
    by_domain(
        question("Volkswagen", "j@volkswagen.de", frozenset()),
        found("Volkswagen AG", "volkswagen.de", ref="domain"),
        TODAY,
    ),
]


@pytest.mark.parametrize("seed", range(5))
def test_tier_then_kind_then_likeness_then_activity_then_newest(seed: int) -> None:
    shuffled = Random(seed).sample(ORDERED, len(ORDERED))
    refs = [offered.organization.ref for offered in ranked(shuffled, "customer")]
    assert refs == [offered.organization.ref for offered in ORDERED]


def test_a_partner_sees_partners_first() -> None:
    assert ranked(ORDERED, "partner")[0].organization.ref == "other-kind"


def test_without_a_purpose_the_kind_does_not_count() -> None:
    refs = [offered.organization.ref for offered in ranked(ORDERED, None)]
    assert refs.index("other-kind") == 0  # as like as the first, and its ref comes before
    assert ranked(ORDERED, None)[-1].tier is Tier.DOMAIN
