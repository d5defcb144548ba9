import re
from datetime import date, timedelta
from typing import Any

import pytest

from matching.disclosure import SUBSCRIPTIONS, USERS, Band, Shown, Viewer, band, shown, viewer
from matching.rules import by_name_and_domain, question
from tests.rules.directory import TODAY, found

SHARED = frozenset({"gmail.com"})


@pytest.mark.parametrize(
    ("role", "contact", "proven", "looked_up", "setting", "sees"),
    [
        ("partner", "p@reseller.com", True, "acme.com", "bands", Viewer.EXACT),
        ("customer", "c@acme.com", True, "acme.com", "bands", Viewer.EXACT),
        ("customer", "c@acme.com", False, "acme.com", "bands", Viewer.BANDS),
        ("customer", "c@acme.com", True, "other.com", "bands", Viewer.BANDS),
        ("customer", "c@eu.acme.com", True, "acme.com", "bands", Viewer.BANDS),
        ("customer", "c@gmail.com", True, "gmail.com", "bands", Viewer.BANDS),
        ("customer", "c@other.com", False, "acme.com", "exact", Viewer.EXACT),
    ],
)
def test_who_sees_exact_facts(
    role: str, contact: str, proven: bool, looked_up: str, setting: str, sees: Viewer
) -> None:
    assert viewer(role, contact, proven, looked_up, SHARED, setting) is sees


@pytest.mark.parametrize(
    ("number", "bands", "low_and_high", "words"),
    [
        (0, USERS, (0, 0), "0"),
        (1, USERS, (1, 9), "1 to 9"),
        (9, USERS, (1, 9), "1 to 9"),
        (10, USERS, (10, 49), "10 to 49"),
        (49, USERS, (10, 49), "10 to 49"),
        (50, USERS, (50, 249), "50 to 249"),
        (249, USERS, (50, 249), "50 to 249"),
        (250, USERS, (250, None), "250 or more"),
        (100_000, USERS, (250, None), "250 or more"),
        (0, SUBSCRIPTIONS, (0, 0), "0"),
        (1, SUBSCRIPTIONS, (1, 4), "1 to 4"),
        (4, SUBSCRIPTIONS, (1, 4), "1 to 4"),
        (5, SUBSCRIPTIONS, (5, None), "5 or more"),
    ],
)
def test_bands(
    number: int, bands: tuple[Band, ...], low_and_high: tuple[int, int | None], words: str
) -> None:
    assert band(number, bands) == low_and_high
    assert str(band(number, bands).words) == words


def seen(sees: Viewer, users_there: int = 3, **facts: Any) -> Shown:
    asked = question("Volksw", "j@volkswagen.de", frozenset())
    here = found("Volkswagen AG", "volkswagen.de", users_there, **facts)
    candidate = by_name_and_domain(asked, here, TODAY)
    assert candidate
    return shown(candidate, sees, TODAY)


def test_exact_facts() -> None:
    facts = seen(Viewer.EXACT, 1204, last_active_on=date(2026, 11, 21))
    assert (facts.created, facts.users, facts.subscriptions) == (date(2012, 3, 1), 1240, 2)
    assert facts.last_active == date(2026, 11, 21)
    assert not facts.is_banded
    assert [str(words) for words in facts.evidence + facts.facts] == [
        "Its name begins with “volks” and 1,204 of its users are at volkswagen.de.",
        "2 active subscriptions",
        "last active 21 November 2026",
    ]


def test_facts_in_bands() -> None:
    facts = seen(Viewer.BANDS, 1204, last_active_on=date(2026, 11, 21))
    assert (facts.created, facts.users, facts.subscriptions) == (2012, (250, None), (1, 4))
    assert facts.last_active is None
    assert facts.is_banded
    assert [str(words) for words in facts.evidence + facts.facts] == [
        "Its name begins with “volks” and 250 or more of its users are at volkswagen.de.",
        "1 to 4 active subscriptions",
        "last active 2026",
    ]


@pytest.mark.parametrize(
    ("facts", "activity", "says"),
    [
        (
            {"active_subscriptions": 1, "users": 1},
            "in-use",
            ["1 to 4 active subscriptions", "1 to 9 users"],
        ),
        (
            {"active_subscriptions": 0, "users": 48},
            "unclear",
            [
                "10 to 49 users suggest that it is in use",
                "no active subscription suggests that it is not",
            ],
        ),
        (
            {"active_subscriptions": 0, "users": 2},
            "possibly-abandoned",
            ["no active subscription", "created 2012"],
        ),
        (
            {"active_subscriptions": 0, "users": 2, "created_on": date(2025, 1, 1)},
            "unclear",
            [
                "created 2025, which is too recent to call it abandoned",
                "no active subscription suggests that it is not",
            ],
        ),
        (
            {"active_subscriptions": 0, "users": 2, "last_active_on": date(2026, 11, 3)},
            "unclear",
            [
                "last active 2026, which suggests that it is in use",
                "no active subscription suggests that it is not",
            ],
        ),
        (
            {"active_subscriptions": 1, "users": 0},
            "unclear",
            [
                "1 to 4 active subscriptions suggest that it is in use",
                "no user suggests that it is not",
            ],
        ),
    ],
)
def test_the_reading_in_bands(facts: dict[str, Any], activity: str, says: list[str]) -> None:
    banded = seen(Viewer.BANDS, **facts)
    assert (banded.activity, [str(fact) for fact in banded.facts]) == (activity, says)


def alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return seen(Viewer.BANDS, **one) == seen(Viewer.BANDS, **other)


@pytest.mark.parametrize("subscriptions", [0, 1, 4, 5])
@pytest.mark.parametrize("created", [date(2012, 3, 1), date(2025, 12, 1), date(2026, 1, 1)])
def test_nothing_in_bands_tells_numbers_of_one_band_apart(
    subscriptions: int, created: date
) -> None:
    same = {"active_subscriptions": subscriptions, "created_on": created}
    for low, high in USERS:
        top = 5000 if high is None else high
        assert alike(
            {"users": low, "users_there": low, **same}, {"users": top, "users_there": top, **same}
        )


@pytest.mark.parametrize("users", [0, 1, 2, 9, 10, 300])
@pytest.mark.parametrize("subscriptions", [0, 1])
def test_nothing_in_bands_tells_days_of_one_year_apart(users: int, subscriptions: int) -> None:
    same = {"users": users, "active_subscriptions": subscriptions}
    for year in (2024, 2025, 2026):
        days = [date(year, 1, 1) + timedelta(days=step) for step in range(0, 365, 20)]
        for day in days:
            assert alike({"created_on": days[0], **same}, {"created_on": day, **same})
            assert alike({"last_active_on": days[0], **same}, {"last_active_on": day, **same})


def test_no_value_behind_a_banded_sentence_is_exact() -> None:
    banded = seen(Viewer.BANDS, 1204, users=1240, last_active_on=date(2026, 11, 21))
    assert not re.search(r"1,?204|1,?240|November|\(2026, 11|21", repr(banded))
