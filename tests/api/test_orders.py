"""Orders by the API: placed, listed, amended, launched."""

import pytest

from records.tables import MagicLink, Order, OutboxRow
from records.tables import Session as Sessions
from tests.api.conftest import order
from tests.support.cast import ALICE, NEWCOMER, acme, told
from tests.support.page_client import PageClient


def launches(to: str) -> int:
    return sum(
        row.letter == "launch" for row in OutboxRow.select().where(OutboxRow.recipient == to)
    )


def test_an_order_is_placed_and_answered_as_it_stands(system):
    answer = system.send("POST", "/orders", order(expires_on="2030-01-31"))
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/v1/orders/4711"
    assert answer.json == system("GET", "/orders/4711")
    assert (answer.json["status"], answer.json["step"]) == ("placed", "company")
    assert answer.json["expires_at"] == "2030-01-31T23:59:59+00:00"
    assert answer.json["lines"][0]["quantity"] == 25
    assert [(row["who"], row["what"]) for row in answer.json["history"]] == [("API: erp", "placed")]
    assert launches(NEWCOMER) == 1


def test_an_order_that_exists_is_a_conflict_and_changes_nothing(system):
    system("POST", "/orders", order(), 201)
    said = system("POST", "/orders", order(contact_email="eve@evil.example"), 409)
    assert said["type"] == "http://homeport.test/api/v1/docs#conflict"
    assert system("GET", "/orders/4711")["contact_email"] == NEWCOMER
    assert launches("eve@evil.example") == 0


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"number": "a b"}, "/number"),
        ({"number": 4711}, "/number"),
        ({"contact_email": "nobody"}, "/contact_email"),
        ({"contact_email": "a..b@acme.com"}, "/contact_email"),
        ({"contact_role": "boss"}, "/contact_role"),
        ({"company_name": "A\u0000B"}, "/company_name"),
        ({"company_name": "\ud800"}, "/company_name"),
        ({"contact_name": "x" * 301}, "/contact_name"),
        ({"expires_on": "2027-02-30"}, "/expires_on"),
        ({"lines": []}, "/lines"),
        ({"lines": [{"sku": "A"}, {"sku": "B", "quantity": 0}]}, "/lines/1/quantity"),
        ({"lines": [{"sku": "A"}, {"sku": "B", "quantity": "2"}]}, "/lines/1/quantity"),
        ({"lines": [{"sku": "A", "starts_on": "2027-02-01", "ends_on": "2027-01-01"}]},
         "/lines/0/ends_on"),
        ({"lines": [{"sku": " "}]}, "/lines/0/sku"),
        ({"what/is~this": 1}, "/what~1is~0this"),
    ],
)  # fmt: skip
def test_a_refusal_points_to_its_field(system, changed, pointer):
    said = system("POST", "/orders", order(**changed), 422)
    assert said["type"].endswith("#invalid")
    assert [fault["pointer"] for fault in said["errors"]] == [pointer]
    assert said["errors"][0]["detail"]
    assert not Order.select().exists()


def test_pages_of_orders_lead_to_each_other(system):
    for number in range(1, 6):
        system("POST", "/orders", order(str(number)), 201)
    Order.update(status="launched").where(Order.number == "2").execute()
    seen, path = [], "/orders?limit=2&status=placed"
    while path:
        answer = system.send("GET", path)
        seen.append([each["number"] for each in answer.json["orders"]])
        link = answer.headers.get("Link", "")
        assert not link or link.endswith('>; rel="next"')
        path = link.partition(">")[0].removeprefix("</api/v1")
    assert seen == [["1", "3"], ["4", "5"]]
    assert system("GET", "/orders?after=5") == {"orders": []}
    assert system("GET", "/orders?after=9", status=422)["errors"][0]["pointer"] == "/after"


@pytest.mark.parametrize(
    "query",
    ["status=odd", "limit=0", "limit=201", "limit=1_0", "limit=x", "what=1", "after=1&after=2"],
)  # fmt: skip
def test_a_query_that_says_nothing_is_refused(system, query):
    assert system("GET", f"/orders?{query}", status=422)["type"].endswith("#invalid")


def test_an_unopened_order_is_amended_and_its_new_contact_gets_the_link(system, stage):
    system("POST", "/orders", order(company_name="Acme"), 201)
    first = stage.path("launch", NEWCOMER)
    lines = [{"sku": "A", "quantity": 2, "starts_on": "2030-01-01"}, {"sku": "B"}]
    said = system("PATCH", "/orders/4711", {"contact_email": ALICE, "lines": lines})
    assert said["contact_email"] == ALICE
    assert [(line["sku"], line["quantity"]) for line in said["lines"]] == [("A", 2), ("B", 1)]
    assert said["history"][-1]["why"] == "contact_email, lines"
    assert (launches(NEWCOMER), launches(ALICE)) == (1, 1)
    PageClient(stage.app).get(first, status=410)
    assert stage.opened("launch", ALICE).one("[name=company_name]")["value"] == "Acme"
    refused = system("PATCH", "/orders/4711", {"contact_name": "Alice"}, 409)
    assert refused["type"].endswith("#conflict")


def test_what_is_not_named_stays_as_it_was(system):
    system("POST", "/orders", order(contact_role="partner", contact_name="Nora"), 201)
    before = system("GET", "/orders/4711")
    after = system("PATCH", "/orders/4711", {"lines": [{"sku": "B"}]})
    assert after["contact_role"] == "partner"
    assert {**after, "lines": [], "history": []} == {**before, "lines": [], "history": []}
    assert Order.get().contact_name == "Nora"
    assert launches(NEWCOMER) == 1
    refused = system(
        "PATCH", "/orders/4711", {"lines": [{"sku": "C", "starts_on": "2030-02-30"}]}, 422
    )
    assert refused["errors"][0]["pointer"] == "/lines/0/starts_on"
    assert system("GET", "/orders/4711")["lines"][0]["sku"] == "B"


def test_a_portal_s_link_opens_the_order_once_and_proves_no_mailbox(system, stage):
    acme()
    system("POST", "/orders", order(contact_email=ALICE, company_name="Acme"), 201)
    mailed = stage.path("launch", ALICE)
    said = system("POST", "/orders/4711/links", status=201)
    assert said["url"].startswith("http://homeport.test/start/")
    link = MagicLink.get(MagicLink.purpose == "portal")
    assert (link.expires_at - link.issued_at).total_seconds() == 300
    path = said["url"].removeprefix("http://homeport.test")
    PageClient(stage.app).get(path).form().submit()
    assert not Sessions.get().from_mailbox
    assert stage.order("4711").status == "launched"
    PageClient(stage.app).get(path, status=410)
    # The mail's own link stays good, and proves the mailbox.
    PageClient(stage.app).get(mailed).form().submit()
    assert [row.from_mailbox for row in Sessions.select().order_by(Sessions.id)] == [False, True]
    assert "portal link" in told(stage.order("4711"))


def test_no_link_opens_a_closed_order(system, stage):
    system("POST", "/orders", order(), 201)
    path = system("POST", "/orders/4711/links", status=201)["url"][len("http://homeport.test") :]
    system("POST", "/orders/none/links", status=404)
    Order.update(status="cancelled").execute()
    system("POST", "/orders/4711/links", status=409)
    assert "cancelled" in PageClient(stage.app).get(path)


def test_an_order_is_cancelled_once_and_never_after_it_is_provisioned(system):
    system("POST", "/orders", order(), 201)
    said = system("POST", "/orders/4711/cancel", {"why": "Ordered twice."})
    assert said["status"] == "cancelled"
    assert (said["history"][-1]["what"], said["history"][-1]["why"]) == (
        "cancelled",
        "Ordered twice.",
    )
    assert system("POST", "/orders/4711/cancel", status=409)["type"].endswith("#conflict")
    system("POST", "/orders", order("2"), 201)
    Order.update(status="provisioned").where(Order.number == "2").execute()
    system("POST", "/orders/2/cancel", status=409)
    system("POST", "/orders/none/cancel", status=404)
    assert system("POST", "/orders/2/cancel", {"why": "a\nb"}, 422)["errors"] == [
        {"pointer": "/why", "detail": "why has characters that cannot be printed."}
    ]


def test_an_order_that_is_not_there_is_not_found(system):
    for method, path, body in (("GET", "", None), ("PATCH", "", {}), ("POST", "/links", None)):
        said = system(method, f"/orders/absent{path}", body, 404)
        assert said["type"].endswith("#not-found")


def test_a_match_is_answered_as_the_wizard_would(system):
    acme()
    said = system("POST", "/matches", {"company_name": "Acme", "admin_email": NEWCOMER})
    assert said["standing"] == "unknown"
    assert [(c["ref"], c["tier"], c["activity"]) for c in said["candidates"]] == [
        ("acme", "name-and-domain", "in-use")
    ]
    assert said["candidates"][0]["evidence"]
    for asked, pointer in (
        ({"admin_email": "a..b@acme.com"}, "/admin_email"),
        ({"company_name": "\t"}, "/company_name"),
    ):
        asked = {"company_name": "Acme", "admin_email": NEWCOMER, **asked}
        assert system("POST", "/matches", asked, 422)["errors"][0]["pointer"] == pointer
