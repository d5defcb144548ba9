"""The first page: what needs a person, and pictures with their numbers."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from peewee import fn

from provisioning import overview as events
from provisioning.overview import Day
from provisioning.telling import alert
from records import clock, fence, overview
from records.database import is_postgresql
from records.overview import Alert
from records.tables import History, Order, OutboxRow
from tests.support.cast import ALICE, acme
from tests.support.plans import plan
from tests.support.steps import journey
from views.console.pictures import Series, bars, columns


def listed(page):
    """Heading -> the numbers below it."""
    return {
        section.h3.get_text(strip=True): [a.get_text(strip=True) for a in section.select("a")]
        for section in page.select(".matters")
    }


def table(page, caption):
    """The cells of a table, row by row, but for bars."""
    (found,) = [
        each for each in page.select("table") if each.caption.get_text(strip=True) == caption
    ]
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.select("th, td")][:3]
        for row in found.select("tbody tr")
    ]


def test_where_nothing_needs_anybody_it_says_so(stage, viewer):
    page = viewer.get("/console")
    assert "Nothing." in page
    assert listed(page) == {}
    assert page.select("svg[role=img]")


def test_what_needs_a_person_is_listed_by_what_it_needs(stage, viewer):
    reasons = {
        "1": "nobody_to_ask", "2": "undelivered", "3": "budget_spent",
        "4": "first_admin_unconfirmed",
    }  # fmt: skip
    for number in "12345678":
        stage.place(number=number)
    for number, reason in reasons.items():
        alert(stage.order(number), reason, "test", stage.settings)
    Order.update(status="provisioned").where(Order.number == "4").execute()
    Order.update(status="stopped").where(Order.number == "5").execute()
    History.create(order=stage.order("5"), who="x", what="stopped", why="disputed")
    soon = clock.now() + timedelta(days=2)
    Order.update(expires_at=soon).where(Order.number == "6").execute()
    fence.put_up("Because.")
    page = viewer.get("/console")
    # Nobody is asked for order 1 any more.
    assert listed(page) == {
        "Disputed: an organization says that it is not its order": ["5"],
        "Mail that does not arrive": ["2"],
        "Over their budget of questions": ["3"],
        "A new organization's administrator has not confirmed": ["4"],
        "Expiring within 3 days": ["6"],
    }
    assert "No mail is sent" in page
    assert page.follow("5").heading == "Order 5"


def test_an_order_that_nobody_can_answer_for_is_listed_until_it_asks_no_more(stage, viewer):
    order, _page = journey(stage, "waiting")
    alert(order, "unreachable", "test", stage.settings)
    assert listed(viewer.get("/console")) == {"Nobody can be asked": [order.number]}
    stage.decide(ALICE, "decline")
    assert listed(viewer.get("/console")) == {}


@pytest.mark.parametrize(
    ("reason", "status", "asking", "acted", "stands"),
    [
        ("nobody_to_ask", "waiting", True, False, "nobody_to_ask"),
        ("unreachable", "launched", True, True, "nobody_to_ask"),
        ("unreachable", "waiting", False, False, None),
        ("undelivered", "placed", False, False, "undelivered"),
        ("undelivered", "placed", False, True, None),
        ("undelivered", "provisioned", False, False, None),
        ("budget_spent", "launched", False, False, "over_budget"),
        ("budget_spent", "launched", False, True, None),
        ("budget_spent", "cancelled", False, False, None),
        ("first_admin_refused", "provisioned", False, False, "first_admin"),
        ("first_admin_unconfirmed", "provisioned", False, True, None),
        ("expired", "expired", False, False, None),
        ("reported", "stopped", False, False, None),  # stopped orders are listed as such
    ],
)
def test_a_call_stands_as_long_as_its_matter_does(reason, status, asking, acted, stands):
    found = events.standing([Alert(5, reason, "1", status, asking, acted)])
    assert list(found) == ([stands] if stands else [])


def test_an_order_is_listed_once_for_one_need():
    call = Alert(9, "undelivered", "1", "placed", False, False)
    (matter,) = events.standing([call, call._replace(at=5)])["undelivered"]
    assert matter.since == datetime.fromtimestamp(9, UTC)


def test_orders_are_counted_by_day_and_by_what_has_become_of_them(stage, viewer):
    long_ago = clock.now() - timedelta(days=60)
    stage.place(number="4")
    Order.update(placed_at=long_ago).where(Order.number == "4").execute()
    for number, status in (("1", "placed"), ("2", "placed"), ("3", "provisioned")):
        stage.place(number=number)
        Order.update(status=status).where(Order.number == number).execute()
    page = viewer.get("/console")
    caption = "Orders by the day they were placed, and where they are now"
    days = table(page, caption)
    assert len(days) == events.DAYS
    assert days[0][1:3] == ["1", "2"]
    assert {tuple(row[1:]) for row in days[1:]} == {("0", "0")}
    assert "3 orders in the last 30 days" in page
    # One column of two parts, which fill the height.
    drawn = page.select(f"svg[aria-label='{caption}'] rect")
    assert [rect["class"] for rect in drawn] == [["tone-good"], ["tone-plain"]]
    assert sum(float(rect["height"]) for rect in drawn) == pytest.approx(100, abs=0.1)


def test_letters_are_counted_by_what_has_become_of_them(stage, viewer):
    for number in "1234":
        stage.place(number=number)
    letters = [row.id for row in OutboxRow.select().where(OutboxRow.letter == "launch")]
    OutboxRow.update(sent_at=clock.now()).where(OutboxRow.id << letters[:2]).execute()
    OutboxRow.update(failed_at=clock.now()).where(OutboxRow.id << letters[1:3]).execute()
    # The viewer's own link has been mailed too, and waits.
    counted = overview.mailed(clock.now() - timedelta(days=1))
    assert {state: count for _day, state, count in counted} == {
        "sent": 1,
        "failed": 2,
        "waiting": 2,
    }
    assert "2 letters wait" in viewer.get("/console")


def test_duplicates_avoided_and_the_time_it_took(stage, viewer, monkeypatch):
    journey(stage, "done")
    stage.place(ALICE, number="2", company_name="Acme")
    stage.opened("launch", ALICE).form().submit().form().fill(confirm=True).submit()
    assert [order.found_by for order in Order.select().order_by(Order.id)] == [
        "new",
        "administers",
    ]
    History.update(at=clock.now() - timedelta(hours=6)).where(
        (History.what == "launched") & (History.order == stage.order("2"))
    ).execute()
    page = viewer.get("/console")
    assert "1 of 2 orders went to an organization that existed already" in page
    assert table(page, "How the organizations of orders were found") == [
        ["The administrator manages these already", "1", "50 %"],
        ["A new organization was made", "1", "50 %"],
    ]
    times = table(page, "From the first opening of the link until it is set up")
    assert [row[:2] for row in times if row[1] != "0"] == [
        ["under 10 minutes", "1"],
        ["under a day", "1"],
    ]
    assert "Half of them take up to 3 hours" in page
    assert "Counted are the latest" not in page
    monkeypatch.setattr(events, "LATEST", 1)
    page = page.reload()
    assert "1 of 1 orders went to an organization that existed already" in page
    assert page.text.count("Counted are the latest 1.") == 2


def test_an_organization_chosen_from_the_list_is_counted_under_its_tier(stage):
    acme()
    stage.place("x@acme.com", company_name="Acme")
    organizations = stage.opened().form().submit()
    asking = organizations.form().choose("Acme GmbH").submit()
    asking.form().submit()
    stage.decide(ALICE, "accept")
    stage.opened("resumed").form().fill(confirm=True).submit()
    assert overview.found_by(clock.now() - timedelta(days=1), 10) == {"name-and-domain": 1}


@pytest.mark.parametrize(
    ("seconds", "counts"),
    [
        ([], [0, 0, 0, 0, 0, 0]),
        ([0, 599, 600], [2, 1, 0, 0, 0, 0]),
        ([3_599, 3_600, 86_400, 3 * 86_400, 7 * 86_400, 10**9], [0, 1, 1, 1, 1, 2]),
    ],
)
def test_times_fall_into_spans(seconds, counts):
    assert events.spans(seconds) == counts


def test_columns_stand_on_the_ground_on_top_of_each_other():
    day = date(2026, 11, 1)
    series = [Series("a", "good", ("x", "y")), Series("b", "bad", ("z",))]
    days = [Day(day, {"x": 1, "y": 2, "z": 1}), Day(day, {}), Day(day, {"z": 2})]
    drawn = columns(days, series)
    assert [(p.x, p.y, p.height, p.tone) for p in drawn.parts] == [
        ("0", "25.00", "75.00", "good"),
        ("0", "0.00", "25.00", "bad"),
        ("20", "50.00", "50.00", "bad"),
    ]
    assert (drawn.width, drawn.highest, drawn.total) == ("30", 4, 6)
    assert [counts for _day, counts in drawn.rows] == [[3, 1], [0, 0], [0, 2]]


def test_of_nothing_there_is_nothing_to_draw():
    assert columns([Day(date(2026, 11, 1), {})], []).parts == []
    assert [(bar.share, bar.length) for bar in bars({"a": 0, "b": 0})] == [(0, 0), (0, 0)]
    assert [(bar.share, bar.length) for bar in bars({"a": 1, "b": 3})] == [(25, 33), (75, 100)]


def test_calls_for_an_operator_are_read_along_their_own_index(app):
    said = plan(overview.NEWEST_ALERTS, (500,))
    assert "history_alerts" in said
    assert "Sort" not in said


def test_a_picture_counts_along_indexes_without_a_look_at_the_rows(app):
    days = "VALUES (20000, 5, 9), (20001, 9, 12)"
    said = plan(overview.placed_query(days), ())
    assert "order_by_status" in said
    assert "SCAN orders" not in said
    said = plan(overview.mailed_query(days), ())
    if is_postgresql():  # which of them is best depends on how many rows there are
        assert "Seq Scan on outbox_row" not in said
    else:
        for index in ("outbox_letters", "outbox_waiting", "outbox_failed"):
            assert f"SEARCH outbox_row USING INDEX {index} (id>" in said


@pytest.mark.parametrize(
    "days", [[], [40], [0], [29], [30], [3, 3, 2, 1, 0], [60, 29, 28, 9, 9, 1]]
)
def test_each_day_has_the_orders_that_were_placed_on_it(stage, days):
    """Days ago that orders were placed, one after the other; some ids are missing."""
    today = int(clock.now().timestamp()) // 86_400
    for number, ago in enumerate(days):
        at = datetime.fromtimestamp((today - ago) * 86_400 + number, UTC)
        Order.create(
            id=(number + 1) * 7, number=str(number), contact_email=ALICE, contact_role="customer",
            placed_at=at, expires_at=at,
        )  # fmt: skip
    counted = {today - day: n for day, _said, n in overview.placed(events.since()) if n}
    assert counted == Counter(ago for ago in days if ago < events.DAYS)


def test_letters_are_counted_for_as_many_whole_days_as_their_number_allows(stage, monkeypatch):
    now = clock.now()
    for ago in (3, 2, 2, 1, 0):
        number = str(OutboxRow.select().count())
        stage.place(number=number)
        newest = OutboxRow.select(fn.MAX(OutboxRow.id))
        OutboxRow.update(queued_at=now - timedelta(days=ago)).where(
            OutboxRow.id == newest
        ).execute()
    for most, counts in ((9, [1, 2, 1, 1]), (4, [2, 1, 1]), (3, [1, 1]), (2, [1, 1]), (0, [1])):
        monkeypatch.setattr(overview, "LETTERS", most)
        days = events.days(overview.mailed(now - timedelta(days=3)))
        assert [sum(day.counts.values()) for day in days] == counts


def test_what_expires_soon_is_read_along_its_index(app):
    said = plan(overview.expiring_query(), (0, 10, 20))
    assert "order_unfinished" in said
    assert "Sort" not in said
    assert "TEMP B-TREE" not in said
