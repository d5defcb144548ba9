"""The directory by the API: one by one, and line by line."""

import json
import tracemalloc
from itertools import count
from typing import Any

from provisioning import directory
from records.tables import Organization, Subscription, User
from tests.api.conftest import HERE
from tests.support.cast import ALICE, CAROL, acme, full_admins
from tests.support.steps import journey

ACME = {"name": "Acme GmbH", "kind": "customer", "origin": "online", "created_on": "2020-03-01"}
LINES = {"Content_Type": "application/jsonl"}


def lines(*given: Any) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in given)


def results(answer: Any) -> list[Any]:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/jsonl"
    return [json.loads(line) for line in answer.text.splitlines()]


def test_an_organization_is_stored_and_changed(system):
    assert system("PUT", "/organizations/acme", ACME, 201)["ref"] == "acme"
    system("PUT", "/organizations/acme", {**ACME, "name": " Acme AG ", "unlisted": True})
    assert [(o.ref, o.name, o.unlisted) for o in Organization.select()] == [
        ("acme", "Acme AG", True)
    ]
    system("PUT", "/organizations/acme", ACME)
    assert Organization.get().unlisted  # not named, and so as it was
    said = system("PUT", "/organizations/acme", {**ACME, "managed_by": "volta"}, 422)
    assert said["errors"][0]["pointer"] == "/managed_by"
    for wrong, pointer in (
        ({"kind": "x"}, "/kind"),
        ({"created_on": "2027-02-30"}, "/created_on"),
        ({"name": "\t"}, "/name"),
    ):
        said = system("PUT", "/organizations/acme", {**ACME, **wrong}, 422)
        assert said["errors"][0]["pointer"] == pointer
    assert system("PUT", "/organizations/a%20b", ACME, 422)["errors"][0]["pointer"] == "path/ref"


def test_a_user_is_stored_whoever_decided_otherwise(system):
    found = acme()
    directory.make_full_admin(found.id, CAROL)
    path = f"/organizations/acme/users/{CAROL}"
    assert system("PUT", path, {"full_admin": False})["full_admin"] is False
    assert full_admins(found) == {ALICE, "bob@acme.com"}
    assert not User.get(User.email == CAROL).approved_here
    directory.make_full_admin(found.id, CAROL)
    system("DELETE", path, status=204)
    assert not User.select().where(User.email == CAROL).exists()
    assert Organization.get().admins == 2
    system("DELETE", path, status=404)
    system("PUT", "/organizations/none/users/a@acme.com", {"full_admin": True}, 404)
    system("DELETE", "/organizations/none/users/a@acme.com", status=404)
    system("PUT", "/organizations/acme/users/a..b@acme.com", {"full_admin": True}, 422)
    assert (
        system("PUT", "/organizations/acme/users/New@ACME.com", {"full_admin": True}, 201)["email"]
        == "new@acme.com"
    )


def test_whoever_waits_for_an_administrator_goes_on_once_the_directory_says_so(system, stage):
    order, _page = journey(stage, "waiting")
    assert system("GET", f"/orders/{order.number}")["status"] == "waiting"
    system("PUT", f"/organizations/acme/users/{CAROL}", {"full_admin": True})
    said = system("GET", f"/orders/{order.number}")
    assert (said["status"], said["step"]) == ("launched", "review")


def test_a_subscription_is_stored_under_its_number(system):
    acme(subscriptions=0)
    path, body = (
        "/organizations/acme/subscriptions/s-1",
        {"product": "M", "quantity": 3, "status": "active"},
    )
    assert system("PUT", path, body, 201)["number"] == "s-1"
    system("PUT", path, {**body, "status": "expired"})
    assert [(s.number, s.status) for s in Subscription.select()] == [("s-1", "expired")]
    assert Organization.get().active_subscriptions == 0
    assert system("PUT", path, {**body, "quantity": -1}, 422)["errors"][0]["pointer"] == "/quantity"
    system("PUT", "/organizations/none/subscriptions/s-1", body, 404)


def test_lines_are_answered_one_by_one_and_a_bad_one_stops_no_other(system):
    found = acme()
    directory.make_full_admin(found.id, CAROL)
    body = (
        lines(
            {"organization_ref": "acme", "email": "new@acme.com", "full_admin": True},
            {"organization_ref": "acme", "email": "a b@acme.com", "full_admin": 1},
            {"organization_ref": "none", "email": "x@acme.com", "full_admin": 1},
            {"organization_ref": "acme", "email": CAROL, "full_admin": 0},
        )
        + b"{oops\n\n"
        + b"x" * 70_000
        + b"\n"
        + lines({"organization_ref": "acme", "email": "y@acme.com", "full_admin": 0})[:-1]
    )
    said = results(system.send("POST", "/bulk/users", body, **LINES))
    assert [(s["line"], s["status"], s.get("pointer")) for s in said] == [
        (1, "stored", None), (2, "refused", "/email"), (3, "refused", "/organization_ref"),
        (4, "stored", None), (5, "refused", None), (7, "refused", None), (8, "stored", None),
    ]  # fmt: skip
    assert all(s.get("detail") for s in said if s["status"] == "refused")
    # Like a file, and unlike PUT, it takes back nobody who was approved here.
    assert full_admins(found) == {ALICE, "bob@acme.com", CAROL, "new@acme.com"}


def test_organizations_come_with_their_managers(system):
    body = lines(
        {**ACME, "ref": "a", "managed_by": "m"},
        {**ACME, "ref": "m"},
        {**ACME, "ref": "b", "managed_by": "x"},
    )
    said = results(system.send("POST", "/bulk/organizations", body, **LINES))
    assert [(s["line"], s["status"], s.get("pointer")) for s in said] == [
        (1, "stored", None), (2, "stored", None), (3, "refused", "/managed_by"),
    ]  # fmt: skip
    assert Organization.get(Organization.ref == "a").managed_by.ref == "m"


class Endless:
    """A body of so many lines, made as it is read."""

    def __init__(self, most: int) -> None:
        self.left, self.number, self.rest = most, count(), b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while self.left and (size < 0 or len(self.rest) < size):
            self.left -= 1
            user = {
                "organization_ref": "none",
                "email": f"u{next(self.number) % 400}@acme.com",
                "full_admin": 0,
            }
            self.rest += lines(user)
        size = len(self.rest) if size < 0 else size
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece


def test_the_memory_that_lines_take_does_not_grow_with_them(system):
    def peak(most: int) -> int:
        tracemalloc.start()
        headers = {"Authorization": f"Bearer {system.token}", "Content-Type": "application/jsonl"}
        sends = {"wsgi.input": Endless(most), "wsgi.input_terminated": True}
        with system.http.post(
            "/api/v1/bulk/users", base_url=HERE, headers=headers, environ_overrides=sends
        ) as answer:
            assert answer.status_code == 200
            counted = sum(piece.count(b"\n") for piece in answer.response)
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert counted == most
        return high

    peak(600)
    assert peak(6_000) < peak(1_500) + 500_000
