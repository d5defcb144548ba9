"""Days of the calendar, daylight saving included; when an order is chased; how a zone is named."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from matching.moments import zone_name
from provisioning.days import day_of, is_chased

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "begins", "ends"),
    [
        ("UTC", "2026-11-25 13:00", "2026-11-25 00:00", "2026-11-26 00:00"),
        ("Europe/Berlin", "2026-11-25 23:30", "2026-11-25 23:00", "2026-11-26 23:00"),
        # The clocks go forward, and the day has 23 hours; back, and it has 25.
        ("Europe/Berlin", "2026-03-29 12:00", "2026-03-28 23:00", "2026-03-29 22:00"),
        ("Europe/Berlin", "2026-10-25 12:00", "2026-10-24 22:00", "2026-10-25 23:00"),
        ("America/New_York", "2026-11-01 05:30", "2026-11-01 04:00", "2026-11-02 05:00"),
        ("Asia/Kathmandu", "2026-06-01 18:30", "2026-06-01 18:15", "2026-06-02 18:15"),
    ],
)
def test_a_day_is_the_zone_s_own(zone, moment, begins, ends):
    assert day_of(at(moment), ZoneInfo(zone)) == (at(begins), at(ends))


PLACED, EXPIRES = at("2026-03-20 09:00"), at("2026-04-19 09:00")


@pytest.mark.parametrize(
    ("days", "nudged", "due"),
    [
        (2.999, 0, False),
        (3, 0, True),
        (3.5, 0, True),
        (3.5, 3, False),
        (6.999, 3, False),
        (7, 3, True),  # the clocks went forward in between: days are of 24 hours
        (12, 0, True),  # slept through both: one reminder
        (12, 12, False),
        (12, 7, False),
        (26.999, 7, False),
        (27, 7, True),
        (29, 27, False),
        (30, 7, False),  # expired
        (7, 6.9, True),
        (8, 7.5, False),  # heard of it since
    ],
)
def test_an_order_is_chased_after_3_and_7_days_and_3_before_its_end(days, nudged, due):
    now, heard = PLACED + timedelta(days=days), PLACED + timedelta(days=nudged)
    assert is_chased(PLACED, heard, EXPIRES, now, (3, 7), 3) is due


def test_a_short_order_is_chased_before_its_end_alone_and_never_before_its_mail():
    until = PLACED + timedelta(days=2)
    chased = [
        is_chased(PLACED, PLACED, until, PLACED + timedelta(hours=h), (3, 7), 3) for h in range(60)
    ]
    assert not any(chased)


@pytest.mark.parametrize(
    ("zone", "moment", "name"),
    [
        ("UTC", "2026-11-25 13:00", "UTC"),
        ("Europe/Berlin", "2026-03-29 00:59", "CET (UTC+1)"),
        ("Europe/Berlin", "2026-03-29 01:00", "CEST (UTC+2)"),
        ("America/New_York", "2026-11-01 05:30", "EDT (UTC-4)"),
        ("America/New_York", "2026-11-01 06:30", "EST (UTC-5)"),  # the same time on the clock
        ("Asia/Kathmandu", "2026-06-01 18:30", "UTC+5:45"),
        ("America/Sao_Paulo", "2026-06-01 18:30", "UTC-3"),
        ("Europe/London", "2026-01-01 18:30", "GMT (UTC+0)"),
    ],
)
def test_a_zone_is_named_so_that_nobody_has_to_guess_it(zone, moment, name):
    assert zone_name(at(moment).astimezone(ZoneInfo(zone))) == name
