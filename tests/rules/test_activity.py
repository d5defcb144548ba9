from datetime import date
from typing import Any

import pytest

from matching.activity import over, reading
from tests.rules.directory import TODAY, organization

OLD = date(2012, 3, 1)
NEW = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("subscriptions", "users", "created", "active", "value"),
    [
        # in use: at least 1 active subscription and at least 2 users
        (1, 2, OLD, None, "in-use"),
        (1, 2, NEW, None, "in-use"),
        (1, 1, OLD, None, "unclear"),
        (1, 0, OLD, None, "unclear"),
        (0, 2, NEW, None, "unclear"),
        # possibly abandoned: no active subscription and created over 12 months ago
        (0, 2, OLD, None, "possibly-abandoned"),
        (0, 0, OLD, None, "possibly-abandoned"),
        (0, 2, date(2025, 11, 21), None, "possibly-abandoned"),
        (0, 2, date(2025, 11, 22), None, "unclear"),
        (0, 2, TODAY, None, "unclear"),
        # unless 10 users or more
        (0, 9, OLD, None, "possibly-abandoned"),
        (0, 10, OLD, None, "unclear"),
        # or activity in the last 6 months
        (0, 2, OLD, date(2026, 5, 21), "possibly-abandoned"),
        (0, 2, OLD, date(2026, 5, 22), "unclear"),
        (0, 2, OLD, TODAY, "unclear"),
    ],
)
def test_the_reading(
    subscriptions: int, users: int, created: date, active: date | None, value: str
) -> None:
    here = organization(
        active_subscriptions=subscriptions, users=users, created_on=created, last_active_on=active
    )
    assert reading(here, TODAY).value == value


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (
            {"active_subscriptions": 2, "users": 1240, "last_active_on": date(2026, 11, 21)},
            ["2 active subscriptions", "last active 21 November 2026"],
        ),
        (
            {"active_subscriptions": 1, "users": 1240},
            ["1 active subscription", "1,240 users"],
        ),
        (
            {"active_subscriptions": 0, "users": 2},
            ["no active subscription", "created 1 March 2012"],
        ),
        (
            {"active_subscriptions": 0, "users": 2, "last_active_on": date(2020, 1, 2)},
            ["no active subscription", "created 1 March 2012", "last active 2 January 2020"],
        ),
        (
            {"active_subscriptions": 0, "users": 48},
            [
                "48 users suggest that it is in use",
                "no active subscription suggests that it is not",
            ],
        ),
        (
            {"active_subscriptions": 0, "users": 2, "last_active_on": date(2026, 11, 21)},
            [
                "last active 21 November 2026, which suggests that it is in use",
                "no active subscription suggests that it is not",
            ],
        ),
        (
            {"active_subscriptions": 0, "users": 2, "created_on": date(2026, 6, 1)},
            [
                "created 1 June 2026, which is too recent to call it abandoned",
                "no active subscription suggests that it is not",
            ],
        ),
        (
            {"active_subscriptions": 1, "users": 1, "last_active_on": date(2020, 1, 2)},
            [
                "1 active subscription suggests that it is in use",
                "a single user suggests that it is not",
                "no activity since 2 January 2020 suggests that it is not",
            ],
        ),
        (
            {"active_subscriptions": 3, "users": 0},
            [
                "3 active subscriptions suggest that it is in use",
                "no user suggests that it is not",
            ],
        ),
    ],
)
def test_the_facts_say_which_way_they_point(facts: dict[str, Any], says: list[str]) -> None:
    assert [str(fact) for fact in reading(organization(**facts), TODAY).facts] == says


@pytest.mark.parametrize(
    ("months", "since", "today", "is_over"),
    [
        (12, date(2025, 11, 22), date(2026, 11, 22), False),
        (12, date(2025, 11, 22), date(2026, 11, 23), True),
        (12, date(2024, 2, 29), date(2025, 2, 28), False),
        (12, date(2024, 2, 29), date(2025, 3, 1), True),
        (12, date(2023, 2, 28), date(2024, 2, 29), True),
        (6, date(2026, 8, 31), date(2027, 2, 28), False),
        (6, date(2026, 8, 31), date(2027, 3, 1), True),
        (6, date(2026, 6, 30), date(2026, 12, 30), False),
        (12, date(9999, 12, 31), date(9999, 12, 31), False),
        (12, date(2027, 1, 1), date(2026, 1, 1), False),
    ],
)
def test_calendar_months(months: int, since: date, today: date, is_over: bool) -> None:
    assert over(months, since, today) is is_over
