"""The list of orders: what finds which, page by page, at the same cost however many there are."""

import csv
import io
from datetime import timedelta

import pytest

from provisioning import csv_files
from records import clock, order_search
from records.columns import along
from records.database import is_postgresql
from records.tables import Audit, Order
from tests.support.cast import OLGA
from tests.support.plans import plan


def orders(count, first=1, **changed):
    """Orders without more than the list says of them."""
    usual = {"contact_role": "customer", "expires_at": clock.now() + timedelta(days=30)}
    Order.insert_many(
        [
            {
                **usual,
                "number": f"7{number:05}",
                "contact_email": f"c{number}@acme.com",
                "company_name": f"Acme {number}",
                **changed,
            }
            for number in range(first, first + count)
        ]
    ).execute()


def listed(page):
    return [th.get_text(strip=True) for th in page.select("tbody th")]


def found(client, **asked):
    form = client.get("/console/orders").form("form.filters")
    return form.fill(**asked).submit()


def test_the_newest_come_first_page_by_page(stage, viewer):
    orders(120)
    page, seen = viewer.get("/console/orders"), []
    while True:
        seen += listed(page)
        if "Show more" not in page:
            break
        page = page.follow("Show more")
    assert seen == [f"7{number:05}" for number in range(120, 0, -1)]


@pytest.mark.parametrize(
    ("by", "text", "numbers"),
    [
        ("number", "700007", ["700007"]),
        ("number", "70000", [f"70000{n}" for n in range(1, 10)]),
        ("number", "9", []),
        ("contact", "C7@acme.com", ["700007"]),
        ("contact", "c1@", ["700001"]),
        ("company", "acME 1", ["700001", *(f"70001{n}" for n in range(3))]),
        ("company", "cme", []),
        ("company", "100%_", []),
        ("number", "\\' OR 1=1 --", []),
    ],
)
def test_it_is_searched_by_how_something_begins(stage, viewer, by, text, numbers):
    orders(12)
    assert listed(found(viewer, by=by, text=text)) == numbers


def test_capitals_of_a_company_count_for_nothing_and_it_may_be_in_any_script(stage, viewer):
    orders(1, company_name="Ørsted ЗАО")
    orders(1, 2, company_name="株式会社みらい")
    assert listed(found(viewer, by="company", text="Ørs")) == ["700001"]
    assert listed(found(viewer, by="company", text="株式会社")) == ["700002"]


def test_status_and_search_go_together_even_where_few_have_it(stage, viewer, monkeypatch):
    monkeypatch.setattr(order_search, "READ", 10)
    monkeypatch.setattr(order_search, "MOST", 40)
    orders(90)
    orders(2, 91, status="stopped")
    assert listed(found(viewer, status="stopped")) == ["700092", "700091"]
    page = found(viewer, status="stopped", by="company", text="acme")
    assert "None among the ones looked at so far" in page
    seen, pages = listed(page), 1
    while "Show more" in page:
        page, pages = page.follow("Show more"), pages + 1
        seen += listed(page)
    assert seen == ["700091", "700092"]
    assert pages == 3


def test_equal_companies_are_all_reached(stage, viewer):
    orders(120, company_name="Acme")
    page = found(viewer, by="company", text="acme")
    seen = listed(page)
    while "Show more" in page:
        page = page.follow("Show more")
        seen += listed(page)
    assert seen == [f"7{number:05}" for number in range(1, 121)]


def test_how_it_was_searched_stands_in_the_audit_list(stage, operator):
    found(operator, status="placed", by="contact", text="c1@acme.com")
    with operator.http.get(
        "/console/orders.csv?status=placed", base_url=operator.base_url
    ) as answer:
        assert answer.text  # to its end: what is broken off takes the connection with it
    told = [(row.who, row.what, row.ref) for row in Audit.select().order_by(Audit.id)][-2:]
    assert told == [
        (OLGA, "searched", "placed contact: c1@acme.com"),
        (OLGA, "exported", "placed"),
    ]


@pytest.mark.parametrize(
    ("by", "indexes"),
    [
        ("number", ("orders_number", "order_by_number")),
        ("contact", ("orders_contact_email", "order_by_contact")),
        ("company", ("order_by_company", "order_by_company")),
    ],
)
def test_a_search_reads_along_one_index_and_sorts_nothing(app, by, indexes):
    same, further = along(order_search.SEARCHED[by])
    for sql, values in ((same, ("Acme", 7)), (further, ("Acme", "Acmf"))):
        said = plan(f"SELECT o.id FROM orders o {sql}", (*values, 50))
        assert indexes[is_postgresql()] in said
        assert "Sort" not in said
        assert "TEMP B-TREE" not in said


def test_the_list_of_a_status_reads_along_one_index(app):
    sql = "SELECT o.id FROM orders o WHERE o.status = ? AND o.id < ? ORDER BY o.id DESC LIMIT 50"
    said = plan(sql, ("placed", 1000))
    assert "order_by_status" in said
    assert "Sort" not in said
    assert "TEMP B-TREE" not in said


def test_the_export_holds_all_of_the_list_and_no_formula(stage, operator, monkeypatch):
    monkeypatch.setattr("views.console.orders.BATCH", 7)
    orders(20)
    orders(1, 21, company_name='=HYPERLINK("https://evil.example")')
    orders(1, 22, status="cancelled")
    with operator.http.get(
        "/console/orders.csv?status=placed", base_url=operator.base_url
    ) as answer:
        assert answer.mimetype == "text/csv"
        assert "attachment" in answer.headers["Content-Disposition"]
        head, *lines = csv.reader(io.StringIO(answer.text))
    assert head[:3] == ["number", "status", "contact_email"]
    assert [line[0] for line in lines] == [f"7{number:05}" for number in range(21, 0, -1)]
    assert lines[0][4] == '\'=HYPERLINK("https://evil.example")'


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Acme", "Acme"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" \t=1", "' \t=1"),
        ("\r=1", "'\r=1"),
        ("＝1", "'＝1"),
        ("|calc", "'|calc"),
        ("a=1", "a=1"),
        (None, ""),
        (7, "7"),
    ],
)
def test_no_cell_is_a_formula(value, written):
    assert csv_files.cell(value) == written
    assert next(csv.reader(io.StringIO(csv_files.line([value, "x"]), newline=""))) == [written, "x"]
