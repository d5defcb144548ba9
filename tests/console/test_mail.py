"""Mail in the console: what waits, failed or came back, and what is done about it."""

from datetime import timedelta

import pytest

from mail import leases
from records import addresses, clock, fence, mail_search
from records.database import is_postgresql
from records.tables import Audit, OutboxRow
from tests.support.cast import BOB, NEWCOMER, OLGA, told
from tests.support.plans import plan
from tests.support.steps import journey

SAID = "550 5.1.1 no such mailbox"


def rows_of(page):
    return [" ".join(tr.get_text(" ").split()) for tr in page.select("tbody tr")]


def launch():
    """The letter about the order; the operator's own link is one too."""
    return OutboxRow.get(OutboxRow.letter == "launch")


def do(client, path, status=200, **fields):
    """Open the page of a change, say why, confirm."""
    return client.get(path).form("main form").fill(why="because", **fields).submit(status=status)


def changes():
    looks = ("looked", "searched")
    found = Audit.select().where(Audit.what.not_in(looks) & (Audit.who == OLGA))
    return [(row.what, row.kind, row.ref, row.why) for row in found.order_by(Audit.id)]


def in_every_state(stage):
    """Four letters about one order: waiting, sent, failed, came back."""
    journey(stage, "waiting")
    now = clock.now()
    ours = OutboxRow.letter.in_(["launch", "access_notice"])
    of = dict(enumerate(OutboxRow.select().where(ours).order_by(OutboxRow.id)))
    OutboxRow.update(sent_at=now).where(OutboxRow.id == of[0].id).execute()
    failed = {"failed_at": now, "told_at": now, "last_error": SAID}
    OutboxRow.update(failed).where(OutboxRow.id == of[1].id).execute()
    again = OutboxRow.create(**{**of[0].__data__, "id": None, "message_id": "back"})
    OutboxRow.update(failed | {"sent_at": now}).where(OutboxRow.id == again.id).execute()
    return {"sent": of[0], "failed": of[1], "waiting": of[2], "returned": again}


def test_letters_are_found_by_state_and_address(stage, viewer):
    letters = in_every_state(stage)
    for state, row in letters.items():
        page = viewer.get(f"/console/mail?state={state}")
        found = [line for line in rows_of(page) if f"{row.letter} {row.id} " in line]
        assert found, state
        others = [other for other in letters.values() if other.id != row.id]
        assert not any(f"{o.letter} {o.id} " in line for o in others for line in rows_of(page))
    page = viewer.get(f"/console/mail?to={BOB.upper()}")
    assert {line.split()[2] for line in rows_of(page)} == {BOB}
    assert viewer.get("/console/mail?to=nobody@acme.com&state=sent").select("tbody tr") == []
    assert "70012345" in rows_of(viewer.get("/console/mail"))[0]


def test_the_list_goes_on_page_by_page(stage, viewer):
    stage.place()
    row = launch().__data__
    for number in range(60):
        OutboxRow.create(**{**row, "id": None, "message_id": str(number)})
    page = viewer.get("/console/mail?state=waiting")
    assert len(rows_of(page)) == 50
    first = rows_of(page)
    page = page.follow("Show older")
    assert rows_of(page)
    assert not set(rows_of(page)) & set(first)
    assert "Show older" not in page


@pytest.mark.parametrize(
    ("state", "to", "index"),
    [
        ("", "", "outbox_letters"),
        ("waiting", "", "outbox_waiting"),
        ("failed", "", "outbox_failed"),
        ("returned", "", "outbox_failed"),
        ("", NEWCOMER, "outbox_to"),
        ("failed", NEWCOMER, "outbox_"),
    ],
)
def test_each_list_is_read_along_an_index(app, state, to, index):
    said = plan(*mail_search.query(state, to, 1_000, 51).sql())
    # Of an empty table PostgreSQL may take another index, but none that has to be sorted.
    assert index in said or is_postgresql(), said
    assert "Seq Scan on outbox_row" not in said
    assert "Sort" not in said
    assert "TEMP B-TREE" not in said


def test_a_letter_shows_what_became_of_it_and_what_was_done(stage, operator):
    letters = in_every_state(stage)
    page = operator.get(f"/console/mail/{letters['returned'].id}")
    for said in ("came back", SAID, "70012345", "back", letters["returned"].recipient):
        assert said in page, said
    assert operator.get("/console/mail/999", status=404)
    waiting = letters["waiting"]
    OutboxRow.update(due_at=clock.now() + timedelta(hours=2)).execute()
    page = do(operator, f"/console/mail/{waiting.id}/now")
    assert OutboxRow.get_by_id(waiting.id).due_at <= clock.now()
    assert "mail hurried" in page
    assert "because" in page
    assert changes() == [("mail hurried", "mail", str(waiting.id), "because")]
    do(operator, f"/console/mail/{letters['sent'].id}/now", status=422)
    assert len(changes()) == 1


def test_a_letter_that_is_given_up_is_not_sent_and_the_order_says_so(stage, operator):
    order = stage.place()
    row = launch()
    (taken,) = [r for r in leases.take(9, timedelta(minutes=5)) if r.letter == "launch"]
    page = do(operator, f"/console/mail/{row.id}/give-up", status=422)
    assert "or is being sent right now" in page
    leases.release([taken])
    page = do(operator, f"/console/mail/{row.id}/give-up")
    assert "given up by an operator" in page
    after = OutboxRow.get_by_id(row.id)
    assert after.failed_at
    assert after.told_at  # nobody hears of it as of a failure
    assert leases.take(9, timedelta(minutes=5)) == []
    assert told(order)[-1] == "mail given up"
    assert changes() == [("mail given up", "mail", str(row.id), "because")]


def test_a_letter_that_came_back_goes_out_again_once_its_address_is_revived(stage, operator):
    stage.place()
    row = launch()
    now = clock.now()
    OutboxRow.update(sent_at=now, failed_at=now, told_at=now).where(
        OutboxRow.id == row.id
    ).execute()
    addresses.mark_dead(row.recipient, SAID)
    page = do(operator, f"/console/mail/{row.id}/again", status=422)
    assert "let it be revived first" in page
    page = operator.get("/console/mail/addresses")
    assert SAID in page
    do(operator, f"/console/mail/addresses/{row.recipient}")
    assert not addresses.is_dead(row.recipient)
    assert operator.get(f"/console/mail/addresses/{row.recipient}", status=404)
    do(operator, f"/console/mail/{row.id}/again")
    again = OutboxRow.select().order_by(OutboxRow.id.desc()).first()
    assert (again.letter, again.recipient) == (row.letter, row.recipient)
    assert again.message_id != row.message_id
    assert again.link_id != row.link_id  # the former one was in a mail that nobody got
    assert [what for what, *_rest in changes()] == ["revived", "mail sent again"]


def test_the_fence_is_put_up_and_lifted_with_a_reason(stage, operator, viewer):
    stage.place()
    page = operator.get("/console/mail/fence").form("main form").submit(status=422)
    assert "Say why" in page
    assert not fence.standing()
    page = do(operator, "/console/mail/fence")
    assert fence.standing() == "because"
    assert "No mail is sent" in page
    assert "No mail is sent" in viewer.get("/console/mail")
    viewer.get("/console/mail/fence", status=403)
    do(operator, "/console/mail/fence", discard=True)
    assert not fence.standing()
    assert OutboxRow.select().where(OutboxRow.failed_at.is_null(False)).count()
    assert [what for what, *_rest in changes()] == ["fence put up", "fence lifted"]
