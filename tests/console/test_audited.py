"""The audit list: every page writes to it, and nobody edits it."""

import re

import pytest

from matching.sentences import Refused, sentence
from provisioning import auditing, upload_files, webhooks
from records import clock
from records import uploads as rows
from records.database import db, is_postgresql
from records.tables import Audit, OutboxRow, Upload, WebhookEndpoint
from tests.support.cast import OLGA, VERA, acme
from tests.support.page_client import PageClient

# Pages on which no personal data stands but one's own.
WITHOUT = {"console.sign_in", "console.look", "console.claim", "console.sessions",
           "console.end_others", "console.end_session", "console.overview",
           "console.act", "console.resend", "console.extend", "console.close",
           "console.letter_again", "console.letter_now", "console.letter_give_up",
           "console.mail_fence", "console.revive", "console.add_operator", "console.give_role",
           "console.remove_operator", "console.add_token", "console.revoke_token",
           "console.add_webhook", "console.change_webhook", "console.webhook_again",
           "console.list_organization", "console.run_import"}  # fmt: skip
# What else the addresses of the console need, to come to something.
VALUES = {
    "number": "70012345", "act": "cancel", "address": "x@acme.com", "name": "shop", "way": "rotate",
    "what": "users", "listing": "unlist",
}  # fmt: skip


def routes(app, **ids):
    """The endpoints of the console, their addresses and methods; `ids`: of what each is about."""
    return [
        (
            rule.endpoint,
            _filled(rule.rule, str(ids.get(rule.endpoint.rpartition(".")[2], 1))),
            "POST" if "GET" not in (rule.methods or ()) else "GET",
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("console.")
    ]


def _filled(address, number):
    """The address with what it needs."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda found: VALUES.get(found[1], number), address)


def token_of(client):
    """A CSRF token of this browser as it is now."""
    home = client.http.get("/console", base_url=client.base_url, follow_redirects=True)
    return re.findall('name="csrf_token" value="([^"]+)"', home.text)[0]


def test_each_page_of_the_console_writes_who_looked(stage, operator):
    webhooks.add("https://shop.example/hooks", stage.settings)
    stage.place()
    silent = set()
    rows.add("key", OLGA, "refused", {"users": ["u.csv", 1]}, 1, 1)
    Upload.update(state="done", ended_at=clock.now()).execute()
    folder = upload_files.place(stage.settings) / "refused"
    folder.mkdir()
    (folder / upload_files.REFUSED).write_text("file,line,reason")
    ids = {"letter": OutboxRow.get().id, "webhook": WebhookEndpoint.get().id}
    ids |= dict.fromkeys(("organization", "organization_list", "list_organization"), acme().id)
    ids |= dict.fromkeys(("import_", "refused_rows"), Upload.get().id)
    for endpoint, path, method in routes(stage.app, **ids):
        before = Audit.select().count()
        data = {"csrf_token": token_of(operator)} if method == "POST" else None
        with operator.http.open(
            path, method=method, data=data, base_url=operator.base_url
        ) as answer:
            assert answer.text is not None  # an export is read to its end
            assert answer.status_code < 500, (endpoint, answer.text)
        if Audit.select().count() == before and method == "GET":
            silent.add(endpoint)
    assert silent <= WITHOUT


def test_each_page_asks_who_is_there(stage):
    """Every view but those that sign in stands behind the guard."""
    views = {
        name: view for name, view in stage.app.view_functions.items() if name.startswith("console.")
    }
    free = {name for name, view in views.items() if not hasattr(view, "needs")}
    assert free == {"console.sign_in", "console.look", "console.claim"}
    client = PageClient(stage.app)
    token = client.get("/console/sign-in").form().values["csrf_token"]
    for endpoint, path, method in routes(stage.app):
        if endpoint in free:
            continue
        data = {"csrf_token": token} if method == "POST" else None
        answer = client.http.open(path, method=method, data=data, base_url=client.base_url)
        assert (answer.status_code, answer.location) == (303, "/console/sign-in"), endpoint


def test_a_viewer_changes_nothing(stage, viewer):
    stage.place()
    token = viewer.get("/console").form("[action='/sign-out']").values["csrf_token"]
    for endpoint, path, method in routes(stage.app):
        needed = getattr(stage.app.view_functions[endpoint], "needs", "viewer")
        if needed == "operator":
            entries = [("csrf_token", token)] if method == "POST" else None
            page = viewer.visit(method, path, entries, status=403, headers={})
            assert "Your role is to look" in page


def test_the_database_refuses_to_edit_the_list(app):
    auditing.looked(OLGA, "order", "1")
    changes = ["UPDATE audit SET who = 'x'", "DELETE FROM audit"]
    for change in [*changes, *(["TRUNCATE audit"] if is_postgresql() else [])]:
        with pytest.raises(Exception, match="the audit list is not changed"), db.atomic():
            db.execute_sql(change)
    assert [row.who for row in Audit.select()] == [OLGA]


def test_a_change_that_is_refused_leaves_no_row(app):
    with (
        pytest.raises(Refused),
        auditing.did(OLGA, "cancelled", "order", "1", "because"),
    ):
        raise Refused(sentence("No."))
    assert Audit.select().count() == 0


def test_what_was_typed_is_kept_as_both_databases_can_store_it(app):
    auditing.looked(OLGA, "orders", "a\0b\u202e" + "x" * 1_000, "searched")
    assert Audit.get().ref == "ab" + "x" * 298


def test_the_list_is_read_page_by_page_by_who_and_about_what(stage, operator):
    for number in range(60):
        auditing.looked(VERA, "order", str(number))
    page = operator.get("/console/audit")
    assert len(page.select("tbody tr")) == 50
    page = page.follow("Show older")
    assert len(page.select("tbody tr")) >= 10
    assert "Show older" not in page
    page = page.form("form.filters").fill(who=VERA, ref="7").submit()
    (row,) = page.select("tbody tr")
    assert "order 7" in " ".join(row.get_text(" ").split())
    assert operator.get("/console/audit?after=x&who=%00").select("tbody tr")
