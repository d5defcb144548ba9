"""The place of a card follows from what is seen of it."""

from datetime import date
from typing import Any

from matching.disclosure import coarse
from matching.rules import Candidate, by_name_and_domain, question
from tests.rules.directory import TODAY, found


def candidate(**facts: Any) -> Candidate:
    asked = question("Volkswagen", "x@volkswagen.de", frozenset())
    made = by_name_and_domain(asked, found("Volkswagen AG", "volkswagen.de", **facts), TODAY)
    assert made
    return made


def test_a_candidate_in_bands_is_that_of_every_other_with_the_same_bands() -> None:
    one = candidate(
        users=1, active_subscriptions=1, created_on=date(2020, 2, 3),
        last_active_on=date(2026, 1, 2),
    )  # fmt: skip
    other = candidate(
        users=9, active_subscriptions=4, created_on=date(2020, 11, 30),
        last_active_on=date(2026, 10, 9),
    )  # fmt: skip
    assert one.activity != other.activity
    assert coarse(one, TODAY) == coarse(other, TODAY)
    seen = coarse(one, TODAY).organization
    assert (seen.users, seen.active_subscriptions) == (9, 4)
    assert (seen.created_on, seen.last_active_on) == (date(2020, 12, 31), date(2026, 12, 31))
    assert coarse(one, TODAY).activity == "in-use"


def test_everything_else_of_a_candidate_stays() -> None:
    one = candidate(users=1, last_active_on=None, id=7)
    seen = coarse(one, TODAY)
    assert (seen.tier, seen.likeness, seen.evidence) == (one.tier, one.likeness, one.evidence)
    assert (seen.organization.id, seen.organization.name) == (7, "Volkswagen AG")
    assert seen.organization.last_active_on is None


def test_its_reading_is_that_of_its_bands_on_the_day() -> None:
    idle: dict[str, Any] = {"users": 3, "active_subscriptions": 0, "last_active_on": None}
    young = candidate(created_on=date(2025, 1, 2), **idle)
    assert coarse(young, date(2026, 3, 1)).activity == "unclear"
    assert coarse(young, date(2027, 1, 1)).activity == "possibly-abandoned"
