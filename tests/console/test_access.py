"""Access in the console: who and what may in."""

import re
from datetime import timedelta

from provisioning import operators, tokens, webhooks
from records import clock
from records import operators as rows
from records.tables import ApiToken, Audit, Operator, OutboxRow, Session, WebhookEndpoint
from tests.support.cast import MALLORY, OLGA, VERA

HOOK = "https://shop.example/hooks"


def do(client, path, status=200, **fields):
    return client.get(path).form("main form").fill(why="because", **fields).submit(status=status)


def number_of(email):
    return Operator.get(Operator.email == email).id


def changes():
    found = Audit.select().where((Audit.who == OLGA) & (Audit.why == "because"))
    return [(row.what, row.kind, row.ref) for row in found.order_by(Audit.id)]


def secret_in(page):
    return page.select("main code")[0].get_text()


def test_somebody_is_added_given_another_role_and_removed(stage, operator):
    page = do(operator, "/console/access/operators/add", contact_email=VERA, role="viewer")
    assert VERA in page
    theirs = stage.signed_in(VERA)
    assert "Remove" not in theirs.get("/console/access")
    which = number_of(VERA)
    do(operator, f"/console/access/operators/{which}/role", role="operator")
    assert "Add an operator" in theirs.get("/console/access")
    do(operator, f"/console/access/operators/{which}/role", 422, role="operator")
    do(operator, f"/console/access/operators/{which}/remove")
    assert theirs.get("/console/access").path == "/console/sign-in"
    assert not Session.select().where((Session.email == VERA) & Session.ended_at.is_null()).count()
    assert operator.get(f"/console/access/operators/{which}/role", status=404)
    assert changes() == [
        ("added as viewer", "operator", VERA),
        ("added as operator", "operator", VERA),
        ("removed", "operator", VERA),
    ]


def test_nobody_locks_themselves_out(stage, operator):
    mine = number_of(OLGA)
    for path, fields in (
        (f"/console/access/operators/{mine}/remove", {}),
        (f"/console/access/operators/{mine}/role", {"role": "viewer"}),
        ("/console/access/operators/add", {"contact_email": OLGA, "role": "viewer"}),
    ):
        page = do(operator, path, 422, **fields)
        assert "That is you" in page
    assert [(each.email, each.role) for each in rows.listed()] == [(OLGA, "operator")]
    assert changes() == []


def test_a_viewer_changes_nothing(stage, viewer):
    operators.add(OLGA, "operator", "test")
    which = number_of(OLGA)
    for path in ("operators/add", f"operators/{which}/remove", "tokens/add", "webhooks/add"):
        viewer.get(f"/console/access/{path}", status=403)
    page = viewer.get("/console/access")
    assert OLGA in page
    assert not page.select("main a.button")


def test_a_token_is_shown_once_and_can_be_revoked(stage, operator):
    page = do(operator, "/console/access/tokens/add", 422, token_name="shop")
    assert "A token is for orders, directory or read." in page
    page = do(operator, "/console/access/tokens/add", token_name="shop", orders=True, read=True)
    token = secret_in(page)
    known = tokens.known(token)
    assert known
    assert known.scopes == "orders read"
    listed = operator.get("/console/access")
    assert "shop" in listed
    assert token not in listed
    assert token not in " ".join(str(row.__data__) for row in Audit.select())
    do(operator, "/console/access/tokens/add", 422, token_name="shop", read=True)
    do(operator, "/console/access/tokens/shop/revoke")
    assert tokens.known(token) is None
    assert operator.get("/console/access/tokens/shop/revoke", status=404)
    assert ApiToken.select().count() == 1
    assert changes() == [("made", "token", "shop"), ("revoked", "token", "shop")]


def test_a_webhook_is_added_rotated_resumed_and_removed(stage, operator):
    page = do(operator, "/console/access/webhooks/add", 422, url="https://10.0.0.1/")
    assert not WebhookEndpoint.select().count()
    first = secret_in(do(operator, "/console/access/webhooks/add", url=HOOK))
    assert re.fullmatch(r"whsec_[\w+/=-]+", first)
    stage.place()
    endpoint = WebhookEndpoint.get()
    at = f"/console/access/webhooks/{endpoint.id}"
    page = operator.get(at)
    for said in (HOOK, "order.placed", "70012345", "waiting"):
        assert said in page, said
    second = secret_in(do(operator, f"{at}/rotate"))
    assert second != first
    assert first not in operator.get(at)
    WebhookEndpoint.update(paused_at=endpoint.created_at, last_error="it answers 503").execute()
    assert "paused" in operator.get("/console/access")
    page = operator.get(at)
    assert "it answers 503" in page
    do(operator, f"{at}/resume")
    assert WebhookEndpoint.get().paused_at is None
    do(operator, f"{at}/remove")
    assert not WebhookEndpoint.select().count()
    assert not OutboxRow.select().where(OutboxRow.endpoint.is_null(False)).count()
    assert operator.get(at, status=404)
    assert [what for what, *_rest in changes()] == ["added", "rotate", "resume", "remove"]


def test_an_event_that_was_given_up_is_sent_again(stage, operator, viewer):
    webhooks.add(HOOK, stage.settings)
    stage.place()
    event = OutboxRow.get(OutboxRow.endpoint.is_null(False))
    at = f"/console/access/webhooks/{event.endpoint_id}"
    assert "Send again" not in operator.get(at)
    assert "was not given up" in do(operator, f"{at}/events/{event.id}/again", 422)
    long_ago = clock.now() - timedelta(days=3)
    given_up = {"failed_at": clock.now(), "queued_at": long_ago, "last_error": "it answers 400"}
    OutboxRow.update(given_up).where(OutboxRow.id == event.id).execute()
    assert "Send again" not in viewer.get(at)
    assert not operator.get(at).select("a[href$='/again']")[1:]
    do(operator, f"{at}/events/{event.id}/again")
    event = OutboxRow.get_by_id(event.id)
    assert (event.failed_at, event.attempts, event.last_error) == (None, 0, "")
    assert event.queued_at > long_ago
    assert "was not given up" in do(operator, f"{at}/events/{event.id}/again", 422)
    letter = OutboxRow.get(OutboxRow.endpoint.is_null())
    assert "was not given up" in do(operator, f"{at}/events/{letter.id}/again", 422)
    assert changes() == [("again", "webhook", f"{event.endpoint_id}/{event.id}")]


def test_names_and_addresses_from_outside_are_words(stage, operator):
    tokens.make("a.b-c d", ["read"])
    webhooks.add("https://shop.example/<b>?x=1", stage.settings)
    page = operator.get("/console/access")
    assert "a.b-c d" in page
    assert not page.select("main b")
    do(
        operator,
        "/console/access/operators/add",
        422,
        contact_email=f"{MALLORY}\r\nx",
        role="viewer",
    )
