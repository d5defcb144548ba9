"""Who sees what of an organization: the table of viewers, the bands, and that bands hide it."""

import re
from dataclasses import FrozenInstanceError, fields
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.disclosure import SUBSCRIPTIONS, USERS, Band, Shown, Viewer, band, shown, viewer
from matching.rules import Candidate, Tier, by_name_and_domain, question
from tests.rules.directory import TODAY, found, organization

SHARED = frozenset({"gmail.com"})
ADMINS = ["jane@volkswagen.de", "bob@vw.com"]
NUMBERS = ("users", "users_bar", "subscriptions", "subscriptions_bar")
NOTHING: dict[str, Any] = {
    **dict.fromkeys(("name", "kind", "origin"), ""),
    **dict.fromkeys((*NUMBERS, "created", "activity", "tier")),
    **dict.fromkeys(("has_admins", "is_banded"), False),
    "admins": (),
}
# The row that each of the others changes in one place.
USUAL = ("customer", "c@acme.com", "acme.com", "bands")


@pytest.mark.parametrize(
    ("role", "proven", "looked_up", "setting", "sees"),
    [
        (*USUAL, Viewer.EXACT),
        ("partner", "c@acme.com", "acme.com", "bands", Viewer.EXACT),
        ("customer", None, "acme.com", "bands", Viewer.BANDS),
        ("customer", "c@other.com", "acme.com", "bands", Viewer.BANDS),
        ("customer", "c@eu.acme.com", "acme.com", "bands", Viewer.BANDS),
        ("customer", "acme.com@other.com", "acme.com", "bands", Viewer.BANDS),
        ("customer", "c@acme.com", "other.com", "bands", Viewer.BANDS),
        ("customer", "c@acme.com", "eu.acme.com", "bands", Viewer.BANDS),
        ("customer", "c@gmail.com", "gmail.com", "bands", Viewer.BANDS),
        ("customer", "c@acme.com", "gmail.com", "bands", Viewer.BANDS),
        ("partner", "p@volta.example", "acme.com", "bands", Viewer.EXACT),
        ("partner", "p@gmail.com", "gmail.com", "bands", Viewer.EXACT),
        ("partner", None, "acme.com", "bands", Viewer.BANDS),
        ("partner", None, "gmail.com", "bands", Viewer.BANDS),
        ("customer", None, "gmail.com", "exact", Viewer.EXACT),
        ("customer", "c@other.com", "acme.com", "exact", Viewer.EXACT),
        ("partner", None, "acme.com", "exact", Viewer.EXACT),
    ],
)
def test_who_sees_exact_facts(
    role: str, proven: str | None, looked_up: str, setting: str, sees: Viewer
) -> None:
    assert viewer(role, proven, looked_up, SHARED, setting) is sees


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
        (100_000, SUBSCRIPTIONS, (5, None), "5 or more"),
    ],
)
def test_bands(
    number: int, bands: tuple[Band, ...], low_and_high: tuple[int, int | None], words: str
) -> None:
    assert band(number, bands) == low_and_high
    assert str(band(number, bands).words) == words


def offered(users_there: int = 3, domain: str = "volkswagen.de", **facts: Any) -> Candidate:
    asked = question("Volksw", "j@volkswagen.de", frozenset())
    here = found("Volkswagen AG", domain, users_there, **facts)
    candidate = by_name_and_domain(asked, here, TODAY)
    assert candidate
    return candidate


def seen(sees: Viewer, users_there: int = 3, **facts: Any) -> Shown:
    candidate = offered(users_there, **facts)
    return shown(candidate.organization, sees, TODAY, candidate=candidate, admins=ADMINS)


WHAT_IT_IS = {"name": "Volkswagen AG", "kind": "customer", "origin": "direct"}
WHY = {"tier": Tier.NAME_AND_DOMAIN, "activity": "in-use", "has_admins": True}
EXACTLY = {
    **WHAT_IT_IS,
    **WHY,
    "created": date(2012, 3, 1),
    "users": 1240,
    "users_bar": 77,
    "subscriptions": 2,
    "subscriptions_bar": 24,
}
EXACT_WORDS = [
    "Its name begins with “volks” and 1,204 of its users are at volkswagen.de.",
    "2 active subscriptions",
    "last active 21 November 2026",
]
BANDED = {
    **WHAT_IT_IS,
    **WHY,
    "created": 2012,
    "users": (250, None),
    "subscriptions": (1, 4),
    "is_banded": True,
}
BANDED_WORDS = [
    "Its name begins with “volks” and 250 or more of its users are at volkswagen.de.",
    "1 to 4 active subscriptions",
    "last active 2026",
]


ROWS: list[tuple[Viewer, dict[str, Any], list[str]]] = [
    (Viewer.NOBODY, {}, []),
    (Viewer.NOTICE, {"name": "Volkswagen AG"}, []),
    (Viewer.BANDS, BANDED, BANDED_WORDS),
    (Viewer.EXACT, {**EXACTLY, "admins": ("j•••@volkswagen.de", "b•••@vw.com")}, EXACT_WORDS),
    (Viewer.OPERATOR, {**EXACTLY, "admins": tuple(ADMINS)}, EXACT_WORDS),
]


@pytest.mark.parametrize(("sees", "what", "words"), ROWS)
def test_what_each_viewer_sees(sees: Viewer, what: dict[str, Any], words: list[str]) -> None:
    shows = seen(sees, 1204, last_active_on=date(2026, 11, 21))
    values = {field.name: getattr(shows, field.name) for field in fields(Shown)}
    said = [*values.pop("evidence"), *values.pop("facts")]
    assert values == {**NOTHING, **what}
    assert [str(sentence) for sentence in said] == words


def test_what_is_shown_cannot_be_changed() -> None:
    shows = seen(Viewer.BANDS)
    assert {shows, seen(Viewer.BANDS)} == {shows}
    with pytest.raises(FrozenInstanceError):
        shows.users = 1240  # type: ignore[misc]


def test_every_viewer_has_a_row() -> None:
    assert [sees for sees, _what, _words in ROWS] == list(Viewer)


def test_the_reason_in_bands_keeps_all_but_its_numbers() -> None:
    (why,) = seen(Viewer.BANDS, 12, domain="volkswagen.com").evidence
    assert str(why) == (
        "Its name begins with “volks” and 10 to 49 of its users are at volkswagen.com, "
        "the name of volkswagen.de with another ending."
    )
    (why,) = seen(Viewer.BANDS, 1).evidence
    assert "1 to 9 of its users are at" in str(why)


@pytest.mark.parametrize("sees", Viewer)
def test_an_organization_that_is_not_there_looks_like_one_that_nobody_may_see(
    sees: Viewer,
) -> None:
    assert shown(None, sees, TODAY, admins=ADMINS) == Shown()


@pytest.mark.parametrize("sees", [Viewer.BANDS, Viewer.EXACT, Viewer.OPERATOR])
def test_without_a_candidate_and_administrators_nothing_is_said_of_them(sees: Viewer) -> None:
    shows = shown(organization(), sees, TODAY)
    assert (shows.tier, shows.evidence, shows.has_admins, shows.admins) == (None, (), False, ())
    assert shows.facts


# Between the ends also those that come out otherwise on a scale that is longer or shorter by one.
USERS_BARS = {0: 0, 1: 8, 9: 25, 99: 50, 870: 73, 2_187: 84, 10_000: 100, 10**6: 100}
SUBSCRIPTIONS_BARS = {0: 0, 1: 15, 9: 50, 12: 56, 16: 61, 96: 99, 100: 100, 5_000: 100}


def test_bars_are_full_at_ten_thousand_users_and_a_hundred_subscriptions() -> None:
    for number, bar in USERS_BARS.items():
        assert seen(Viewer.EXACT, users=number).users_bar == bar
    for number, bar in SUBSCRIPTIONS_BARS.items():
        assert seen(Viewer.EXACT, active_subscriptions=number).subscriptions_bar == bar


UNSUBSCRIBED = "no active subscription suggests that it is not"


@pytest.mark.parametrize(
    ("facts", "activity", "says"),
    [
        (
            {"active_subscriptions": 1, "users": 1},
            "in-use",
            ["1 to 4 active subscriptions", "1 to 9 users"],
        ),
        (
            {"active_subscriptions": 5, "users": 300},
            "in-use",
            ["5 or more active subscriptions", "250 or more users"],
        ),
        (
            {"active_subscriptions": 0, "users": 10},
            "unclear",
            ["10 to 49 users suggest that it is in use", UNSUBSCRIBED],
        ),
        (
            {"active_subscriptions": 0, "users": 9},
            "possibly-abandoned",
            ["no active subscription", "created 2012"],
        ),
        (
            {"active_subscriptions": 0, "users": 2, "created_on": date(2025, 1, 1)},
            "unclear",
            ["created 2025, which is too recent to call it abandoned", UNSUBSCRIBED],
        ),
        (
            {"active_subscriptions": 0, "users": 2, "created_on": date(2024, 12, 31)},
            "possibly-abandoned",
            ["no active subscription", "created 2024"],
        ),
        (
            {"active_subscriptions": 0, "users": 2, "last_active_on": date(2026, 1, 3)},
            "unclear",
            ["last active 2026, which suggests that it is in use", UNSUBSCRIBED],
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


@pytest.mark.parametrize(
    ("facts", "last_day", "day_after"),
    [
        ({"created_on": date(2020, 2, 3)}, date(2021, 12, 31), date(2022, 1, 1)),
        ({"last_active_on": date(2020, 2, 3)}, date(2021, 6, 30), date(2021, 7, 1)),
    ],
)
def test_a_year_is_read_as_its_last_day(
    facts: dict[str, Any], last_day: date, day_after: date
) -> None:
    quiet = organization(active_subscriptions=0, users=1, **facts)
    assert shown(quiet, Viewer.BANDS, last_day).activity == "unclear"
    assert shown(quiet, Viewer.BANDS, day_after).activity == "possibly-abandoned"


DAYS = st.dates(date(2023, 1, 1), date(2026, 12, 31))


@st.composite
def two_of_the_same_bands(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts of two organizations that differ within their bands and years only."""

    def numbers(bands: tuple[Band, ...]) -> tuple[int, int]:
        low, high = draw(st.sampled_from(bands))
        inside = st.integers(low, 2_000_000 if high is None else high)
        return draw(inside), draw(inside)

    def days() -> tuple[date, date]:
        day = draw(DAYS)
        return day, draw(st.dates(date(day.year, 1, 1), date(day.year, 12, 31)))

    pairs = {
        "users": numbers(USERS),
        "users_there": numbers(USERS),
        "active_subscriptions": numbers(SUBSCRIPTIONS),
        "created_on": days(),
        "last_active_on": draw(st.just((None, None)) | st.builds(days)),
    }
    return tuple({name: pair[side] for name, pair in pairs.items()} for side in (0, 1))  # type: ignore[return-value]


@given(two_of_the_same_bands())
def test_nothing_in_bands_tells_two_organizations_of_the_same_bands_apart(
    facts: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    one, other = facts
    assert seen(Viewer.BANDS, **one) == seen(Viewer.BANDS, **other)


def test_no_value_behind_a_banded_sentence_is_exact() -> None:
    banded = seen(Viewer.BANDS, 1204, users=1240, last_active_on=date(2026, 11, 21))
    assert not re.search(r"1,?204|1,?240|November|\(2026, 11|21|jane|j•|vw", repr(banded))
