"""One order: what an operator sees of it, and does to it."""

from datetime import timedelta

import pytest

from mail import leases
from provisioning import interventions
from records import clock
from records.tables import (
    AccessRequest,
    Audit,
    DeadAddress,
    History,
    MagicLink,
    Mapping,
    Order,
    OutboxRow,
)
from tests.support.cast import (
    BOB,
    CAROL,
    MALLORY,
    NEWCOMER,
    OLGA,
    acme,
    full_admins,
    now,
    organization,
    requests_of,
    told,
)
from tests.support.page_client import PageClient
from tests.support.steps import journey

AT = "/console/orders/70012345"


def act(client, name, status=200, **fields):
    """Open the page of an action, say why, confirm."""
    return client.get(f"{AT}/{name}").form().fill(why="because", **fields).submit(status=status)


def audited():
    """The changes that the audit list tells of."""
    looks = ("looked", "searched", "exported")
    rows = Audit.select().where(Audit.what.not_in(looks) & (Audit.who == OLGA))
    return [(row.what, row.ref, row.why) for row in rows.order_by(Audit.id)]


def test_it_shows_where_an_order_stands_and_how_it_came_there(stage, viewer):
    order, _page = journey(stage, "waiting")
    page = viewer.get(AT)
    assert page.heading == "Order 70012345"
    assert "wait for the administrators" in page
    for said in (CAROL, "25 × Meetings (MTG)", "Acme GmbH [acme], not final yet", BOB, "asked"):
        assert said in page, said
    events = [" ".join(li.get_text(" ").split()) for li in page.select(".timeline li")]
    assert len(events) == History.select().where(History.order == order).count()
    assert "access_notice" in page
    assert not page.select("ul.ways")  # a viewer does nothing
    assert viewer.get("/console/orders/none", status=404)


def test_each_look_stands_in_the_audit_list(stage, viewer):
    journey(stage, "organization")
    viewer.get(AT)
    viewer.get(f"{AT}/candidates")
    kept = [(row.what, row.kind, row.ref) for row in Audit.select().order_by(Audit.id)][-2:]
    assert kept == [
        ("looked", "order", "70012345"),
        ("looked at the candidates", "order", "70012345"),
    ]
    assert told(stage.order())[-1] == "candidates looked at"


def test_the_candidates_are_those_that_the_contact_sees_with_their_evidence(stage, viewer):
    _order, contacts = journey(stage, "organization")
    page = viewer.get(f"{AT}/candidates")
    (card,) = page.select(".candidate")
    for element in contacts.select(".candidates :is(.why, .kind, .reading, dd)"):
        assert " ".join(element.get_text(" ").split())[:40] in page
    assert "acme" in card.get_text()
    assert BOB in page


def test_before_the_contact_has_answered_there_is_nothing_to_offer(stage, viewer):
    stage.place()
    assert "has not named a company" in viewer.get(f"{AT}/candidates")


def test_a_contact_of_another_domain_is_seen_to_see_bands(stage, viewer):
    acme()
    stage.place("x@elsewhere.example", company_name="Acme")
    stage.opened().form().fill(admin_email="new@acme.com").submit()
    page = viewer.get(f"{AT}/candidates")
    assert "1–9" in page


# --- what can be done ----------------------------------------------------------------------------


def test_every_action_needs_a_reason_and_keeps_what_was_typed(stage, operator):
    stage.place()
    page = operator.get(f"{AT}/contact").form()
    page = page.fill(contact_email="nora", why=" ").submit(status=422)
    assert {a["href"] for a in page.select("[role=alert] a")} == {
        "#contact_email", "#contact_role", "#why",
    }  # fmt: skip
    assert page.form().values["contact_email"] == "nora"
    assert told(stage.order()) == ["placed"]
    assert audited() == []


def test_a_fresh_link_goes_to_the_contact(stage, operator):
    order = stage.place()
    assert act(operator, "link").path == AT
    assert [mail.recipient for mail in stage.mails("fresh_link")] == [NEWCOMER]
    assert stage.opened("fresh_link").path == f"/orders/{order.number}/company"
    assert audited() == [("fresh link sent", "70012345", "because")]


def test_the_contact_is_changed(stage, operator):
    order = stage.place()
    act(operator, "contact", contact_email=CAROL, contact_role="partner")
    assert (now(order).contact_email, now(order).contact_role) == (CAROL, "partner")
    act(operator, "contact", contact_email=CAROL, contact_role="partner", status=422)
    assert audited() == [("contact changed", "70012345", "because")]


def test_more_questions_are_granted(stage, operator):
    stage.place()
    act(operator, "grant")
    assert told(stage.order())[-1] == "more questions granted"


def test_it_is_cancelled_expired_and_reopened(stage, operator):
    order = stage.place()
    assert "cancel" in interventions.possible(order)
    act(operator, "cancel")
    assert now(order).status == "cancelled"
    assert operator.get(f"{AT}/cancel").path == AT  # it is too late for that
    Order.update(status="expired").execute()
    assert "no date like" in act(operator, "reopen", 422, expires_on="soon")
    assert "lies in the past" in act(operator, "reopen", 422, expires_on="2020-01-01")
    act(operator, "reopen", expires_on="2099-01-31")
    assert (now(order).status, now(order).expires_at.year) == ("placed", 2099)
    assert [what for what, _ref, _why in audited()] == ["cancelled", "reopened"]


def test_a_stopped_order_is_restored(stage, operator):
    order, _page = journey(stage, "company")
    Order.update(status="stopped", stopped_from="launched").execute()
    act(operator, "restore")
    assert now(order).status == "launched"


def test_a_mapping_is_moved_and_gives_nobody_a_right(stage, operator):
    journey(stage, "done")
    there = organization("zenith", "Zenith", admins=(BOB,))
    assert "no organization nowhere" in act(operator, "move", 422, ref="nowhere")
    act(operator, "move", ref=" zenith ")
    assert Mapping.get().organization == there
    assert full_admins(there) == {BOB}


def test_what_was_refused_leaves_neither_a_change_nor_a_row(stage, operator):
    journey(stage, "done")
    act(operator, "move", 422, ref="nowhere")
    assert audited() == []


# --- mails ---------------------------------------------------------------------------------------


def again(client, row, status=200):
    return client.get(f"{AT}/mails/{row.id}").form().fill(why="lost").submit(status=status)


def test_a_mail_is_sent_again_with_a_link_of_its_own(stage, operator):
    stage.place()
    row = OutboxRow.get(OutboxRow.letter == "launch")
    assert "still on its way" in again(operator, row, 422)
    OutboxRow.update(sent_at=clock.now()).execute()
    again(operator, row)
    first, second = stage.mails("launch")
    assert (second.recipient, second.facts) == (first.recipient, first.facts)
    assert MagicLink.get_by_id(first.link_id).replaced_at
    assert stage.opened("launch").path == "/orders/70012345/company"
    assert told(stage.order())[1] == "mail sent again"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: Order.update(status="expired").execute(), "no link opens it"),
        (lambda: Order.update(contact_email=MALLORY).execute(), "handed over since"),
        (lambda: DeadAddress.create(email=NEWCOMER, why="550"), "comes back for good"),
    ],
)
def test_a_link_that_would_open_nothing_is_not_mailed(stage, operator, change, said):
    stage.place()
    row = OutboxRow.get(OutboxRow.letter == "launch")
    leases.came_back(row, "550")
    change()
    assert said in again(operator, row, 422)
    assert len(stage.mails("launch")) == 1


def test_a_notice_of_a_request_that_is_over_is_not_mailed(stage, operator):
    journey(stage, "waiting")
    row = OutboxRow.get(OutboxRow.letter == "access_notice")
    OutboxRow.update(sent_at=clock.now()).execute()
    again(operator, row)
    assert len(stage.mails("access_notice", row.recipient)) == 2
    assert stage.decide(row.recipient, "decline")
    assert "waits for no answer" in again(operator, row, 422)


def test_a_mail_of_another_order_is_not_found(stage, operator):
    stage.place()
    stage.place(number="2")
    row = OutboxRow.get(OutboxRow.order == stage.order("2"))
    operator.get(f"{AT}/mails/{row.id}", status=404)
    operator.get(f"{AT}/mails/999999", status=404)


# --- requests ------------------------------------------------------------------------------------


def on_request(client, order, name, status=200):
    (asked,) = requests_of(order)
    page = client.get(f"{AT}/requests/{asked.id}/{name}")
    return page.form().fill(why="because").submit(status=status)


def test_a_request_is_extended_with_the_links_that_answer_it(stage, operator):
    order, _page = journey(stage, "waiting")
    soon = clock.now() + timedelta(hours=1)
    AccessRequest.update(expires_at=soon).execute()
    MagicLink.update(expires_at=soon).where(MagicLink.purpose == "decision").execute()
    on_request(operator, order, "extend")
    (asked,) = requests_of(order)
    assert asked.expires_at > clock.now() + timedelta(days=13)
    assert now(order).expires_at > asked.expires_at
    living = MagicLink.select().where(MagicLink.purpose == "decision")
    assert {link.expires_at for link in living} == {asked.expires_at}
    assert audited() == [("request extended", "70012345", "because")]
    assert told(order)[-1] == "request extended"


def test_a_closed_request_grants_nothing_and_its_order_goes_on(stage, operator):
    order, page = journey(stage, "waiting")
    on_request(operator, order, "close")
    (asked,) = requests_of(order)
    assert (asked.status, asked.decided_by) == ("withdrawn", OLGA)
    assert CAROL not in full_admins(asked.organization)
    assert now(order).status == "launched"
    assert [mail.recipient for mail in stage.mails("reminder")] == [CAROL]
    assert page.client.get("/orders/70012345/administrator").status == 200
    notice = PageClient(stage.app).get(stage.path("access_notice", BOB))
    assert notice.heading == "This request was withdrawn"
    assert "waits for no answer" in on_request(operator, order, "close", 422)
    assert "waits for no answer" in on_request(operator, order, "extend", 422)


def test_an_overdue_request_is_not_extended(stage, operator):
    order, _page = journey(stage, "waiting")
    AccessRequest.update(expires_at=clock.now()).execute()
    assert "waits for no answer" in on_request(operator, order, "extend", 422)


def test_no_page_of_the_console_answers_a_request(stage, operator):
    order, _page = journey(stage, "waiting")
    text = operator.get(AT).response.text
    for word in ("/requests/1/add", "Accept the subscription", "Report as suspicious", "/decide"):
        assert word not in text
    rules = {
        rule.rule
        for rule in stage.app.url_map.iter_rules()
        if rule.rule.startswith("/console") and "request" in rule.rule
        if "POST" in (rule.methods or ())
    }
    assert {rule.rpartition("/")[2] for rule in rules} == {"extend", "close"}
    assert requests_of(order)[0].status == "open"


def test_a_request_of_another_order_is_not_found(stage, operator):
    order, _page = journey(stage, "waiting")
    stage.place(number="2")
    (asked,) = requests_of(order)
    for name in ("extend", "close"):
        operator.get(f"/console/orders/2/requests/{asked.id}/{name}", status=404)
        operator.get(f"{AT}/requests/99999/{name}", status=404)
