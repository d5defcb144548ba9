"""Who gets into the console, for how long, and who does not."""

from datetime import timedelta

import pytest

from provisioning import fresh_links, operators
from records import clock
from records.tables import Audit, LinkWish, MagicLink, Operator, OutboxRow, Session
from tests.support import stored
from tests.support.cast import MALLORY, OLGA, PIA, VERA, volta
from tests.support.page_client import PageClient

SENT = "Look into your mailbox"
ASKS = "Sign in to the console"


def inside(client):
    return client.get("/console").path == "/console"


def test_one_neutral_answer_and_a_mail_to_operators_alone(stage):
    operators.add(OLGA, "operator", "test")
    volta()
    stage.place(PIA, role="partner")
    answers = set()
    for address in (OLGA, OLGA, MALLORY, PIA):
        form = PageClient(stage.app).get("/console/sign-in").form()
        page = form.fill(contact_email=address).submit()
        assert page.heading == SENT
        answers.add(page.response.text)
    assert len(answers) == 1
    assert LinkWish.select().count() == 4
    assert [m.recipient for m in stage.mails("console_sign_in")] == [OLGA]
    assert [m.recipient for m in stage.mails("partner_sign_in")] == []


def test_nobody_s_clicks_fill_an_operator_s_mailbox_or_keep_them_out(stage):
    """Another link is mailed once the last one is used, over, or did not arrive."""
    operators.add(OLGA, "operator", "test")
    for _ in range(30):
        fresh_links.ask_console(OLGA, stage.settings, "")
        stage.mails()
    assert len(stage.mails("console_sign_in")) == 1
    assert inside(PageClient(stage.app)) is False
    stage.opened("console_sign_in", OLGA)
    for change in (
        lambda: MagicLink.update(expires_at=clock.now()),
        lambda: OutboxRow.update(failed_at=clock.now()),
    ):
        before = len(stage.mails("console_sign_in"))
        fresh_links.ask_console(OLGA, stage.settings, "")
        assert len(stage.mails("console_sign_in")) == before + 1
        change().execute()
        fresh_links.ask_console(OLGA, stage.settings, "")
        assert len(stage.mails("console_sign_in")) == before + 2
        MagicLink.update(expires_at=clock.now()).execute()


def test_a_wrong_address_is_refused_and_kept(stage):
    page = PageClient(stage.app).get("/console/sign-in")
    page = page.form().fill(contact_email="olga").submit(status=422)
    assert page.one("[role=alert] a")["href"] == "#contact_email"
    assert page.form().values["contact_email"] == "olga"


def test_the_link_works_once_for_ten_minutes_and_only_by_its_button(stage):
    operators.add(OLGA, "operator", "test")
    client, stranger = PageClient(stage.app), PageClient(stage.app)
    client.get("/console/sign-in").form().fill(contact_email=OLGA).submit()
    path = stage.path("console_sign_in")
    link = MagicLink.get()
    assert link.expires_at - link.issued_at == timedelta(minutes=10)
    page = client.get(path)
    assert OLGA not in page
    assert not stored.rows_of(Session)
    assert page.form().submit().path == "/console"
    assert stranger.get(path, status=410).heading == "This link has been used"
    # A double click loses the first answer: the same browser may claim again for a minute.
    assert page.form().submit().path == "/console"
    assert client.get(path).path == "/console"
    MagicLink.update(claimed_at=clock.now() - timedelta(minutes=2)).execute()
    thief = PageClient(stage.app)
    token = thief.get("/console/sign-in").form().values["csrf_token"]
    thief.visit("POST", path, [("csrf_token", token)], status=410, headers={})
    MagicLink.update(claimed_at=None, expires_at=clock.now()).execute()
    assert stranger.get(path, status=410).heading == "This link has expired"
    assert stranger.get("/console/sign-in/none", status=404).heading == "We do not know this link"


def test_a_link_of_a_partner_opens_no_console_and_the_reverse(stage):
    volta()
    operators.add(OLGA, "operator", "test")
    stage.place(PIA, role="partner")
    client = PageClient(stage.app)
    client.get("/partner").form().fill(contact_email=PIA).submit()
    client.get("/console/sign-in").form().fill(contact_email=OLGA).submit()
    for letter, door in (("partner_sign_in", "/console/sign-in"), ("console_sign_in", "/partner")):
        token = stage.path(letter).rpartition("/")[2]
        page = client.get(f"{door}/{token}", status=404)
        assert page.heading == "We do not know this link"
        csrf = [("csrf_token", page.form().values["csrf_token"])]
        client.visit("POST", f"{door}/{token}", csrf, status=404, headers={})
    assert not stored.rows_of(Session)


def test_a_session_of_the_console_opens_nobody_else_s_page_and_the_reverse(stage):
    """Even one address in two of the roles, and a secret in the place of another."""
    volta()
    operators.add(PIA, "operator", "test")
    stage.place(PIA, role="partner")
    contact, console, partner = (PageClient(stage.app) for _ in range(3))
    stage.opened(client=contact)
    stage.signed_in(PIA, console)
    partner.get("/partner").form().fill(contact_email=PIA).submit()
    partner.get(stage.path("partner_sign_in")).form().submit()
    assert console.get("/partner").heading == "See your orders"
    console.get("/orders/70012345/purpose", status=404)
    for client in (contact, partner):
        assert client.get("/console").heading == ASKS
    # The secrets, moved to where the other is looked for.
    for client, name, other in ((console, "console", "partner"), (partner, "partner", "console")):
        with client.http.session_transaction(base_url=client.base_url) as held:
            held[other] = held.pop(name)
            held["orders"] = {"70012345": held[other]}
    assert console.get("/partner").heading == "See your orders"
    console.get("/orders/70012345/purpose", status=404)
    assert partner.get("/console").heading == ASKS


def test_whoever_is_not_signed_in_is_asked_to_and_learns_nothing(stage):
    stage.place()
    client = PageClient(stage.app)
    for path in ("/console", "/console/audit", "/console/sessions"):
        page = client.get(path)
        assert (page.path, page.heading) == ("/console/sign-in", ASKS)
    token = [("csrf_token", page.form().values["csrf_token"])]
    page = client.visit("POST", "/console/sessions/1", token, status=200, headers={})
    assert page.heading == ASKS


def test_removing_an_operator_ends_sessions_and_links_at_once(stage, operator):
    other = PageClient(stage.app)
    other.get("/console/sign-in").form().fill(contact_email=OLGA).submit()
    path = stage.path("console_sign_in")
    page = other.get(path)
    operators.remove(OLGA, "test")
    assert operator.get("/console").heading == ASKS
    assert page.form().submit(status=410).heading == "This link opens nothing any more"
    # Whoever comes back begins anew: what was theirs stays ended.
    operators.add(OLGA, "viewer", "test")
    assert operator.get("/console").heading == ASKS
    other.get(path, status=410)
    assert Operator.select().count() == 2


def test_a_claim_under_way_while_its_operator_is_removed_opens_nothing(stage):
    operators.add(OLGA, "operator", "test")
    client = PageClient(stage.app)
    client.get("/console/sign-in").form().fill(contact_email=OLGA).submit()
    page = client.get(stage.path("console_sign_in"))
    Operator.update(ended_at=clock.now()).execute()  # the links are still what they were
    assert page.form().submit(status=410).heading == "This link opens nothing any more"
    assert not stored.rows_of(Session)


def test_the_role_is_what_it_is_now(stage, operator, viewer):
    path = "/console/sessions"
    assert "as operator" in operator.get(path)
    assert "as viewer" in viewer.get(path)
    operators.add(VERA, "operator", "test")
    assert "as operator" in viewer.get(path)


def test_one_s_sessions_are_listed_and_ended(stage, operator):
    others = [stage.signed_in(OLGA) for _ in range(2)]
    page = operator.get("/console/sessions")
    assert len(page.select("li.order")) == 3
    assert len(page.select("li.order form")) == 2
    page = page.form("li.order:nth-of-type(1) form").submit()  # the newest first
    assert [inside(client) for client in (operator, *others)] == [True, True, False]
    page = page.form("[action='/console/sessions/others']").submit()
    assert [inside(client) for client in (operator, *others)] == [True, False, False]
    assert len(page.select("li.order")) == 1


def test_nobody_ends_another_s_session(stage, operator, viewer):
    theirs = Session.get(Session.email == OLGA).id
    token = viewer.get("/console/sessions").form("[action='/sign-out']").values["csrf_token"]
    for number in (theirs, 10**18):
        viewer.visit(
            "POST", f"/console/sessions/{number}", [("csrf_token", token)], status=404, headers={}
        )
    assert inside(operator)


def test_signing_out_ends_the_session_wherever_it_was_copied_to(stage, operator):
    thief = PageClient(stage.app)
    cookie = operator.http.get_cookie("homeport", domain="homeport.test")
    thief.http.set_cookie("homeport", cookie.value, domain="homeport.test")
    assert inside(thief)
    operator.get("/console").form("[action='/sign-out']").submit()
    assert operator.page.heading == "You are signed out"
    assert thief.get("/console").heading == ASKS


def test_a_session_ends_with_its_time(stage, operator):
    Session.update(expires_at=clock.now()).execute()
    assert operator.get("/console").heading == ASKS


@pytest.mark.parametrize("path", ["/console/sign-in", "/console/nowhere", "/console/sign-in/x"])
def test_no_page_of_the_console_has_a_script(stage, path):
    with stage.app.test_client().get(path, base_url="http://homeport.test") as answer:
        assert "<script" not in answer.text
        assert "script-src" not in answer.headers["Content-Security-Policy"]


def test_who_is_added_and_removed_stands_in_the_audit_list(stage):
    operators.add(OLGA, "viewer", "root", "new")
    operators.add(OLGA, "operator", "root", "promoted")
    operators.remove(OLGA, "root", "left")
    rows = [(a.who, a.what, a.kind, a.ref, a.why) for a in Audit.select().order_by(Audit.id)]
    assert rows == [
        ("root", "added as viewer", "operator", OLGA, "new"),
        ("root", "added as operator", "operator", OLGA, "promoted"),
        ("root", "removed", "operator", OLGA, "left"),
    ]
