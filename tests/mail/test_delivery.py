"""The outbox on its way: leases, later attempts, endings, and links that are over."""

import asyncio
import dataclasses
import email
import email.policy
import logging
import re
import socket
import threading
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine

from mail import delivery, leases, worker, writing
from mail.delivery import deliver_due
from mail.outbox import LETTERS, enqueue
from mail.rendering import write
from mail.sendable import ONLY_A_LINK
from mail.tokens import hash_of, token_for
from records import addresses, clock
from records.database import Unavailable, connection
from records.tables import TABLES, AccessRequest, MagicLink, Order, OrderLine, OutboxRow
from tests.mail.conftest import CONTACT, mails, part
from tests.mail.servers import conversation, free_port


@pytest.fixture
def by_smtp(cast, mail_server):
    """Settings with which mail goes to the test's server."""
    return at(cast.settings, mail_server.port)


def at(settings, port: int, **changed):
    return dataclasses.replace(
        settings, mail_server="127.0.0.1", mail_port=port, mail_timeout=10, **changed
    )


def again(row: OutboxRow) -> OutboxRow:
    return OutboxRow.get_by_id(row.id)


def message_of(envelope):
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


def test_every_letter_is_sent_and_marked_and_no_token_stays_behind(
    cast, by_smtp, mail_server, no_reissue
):
    rows = [cast.queue(letter) for letter in LETTERS if letter != "expired"]
    assert deliver_due(by_smtp, no_reissue) == len(rows)
    assert deliver_due(by_smtp, no_reissue) == 0
    assert mail_server.connections == 2  # one is the test's own
    rows.append(cast.queue("expired"))  # after the others: of an expired order none is reminded
    assert deliver_due(by_smtp, no_reissue) == 1
    assert [message_of(m)["Message-ID"] for m in mail_server.accepted] == [
        f"<{row.message_id}@homeport.test>" for row in rows
    ]
    for row in map(again, rows):
        assert (bool(row.sent_at), row.failed_at, row.leased_until) == (True, None, None)
    tokens = {
        found
        for m in mail_server.accepted
        for found in re.findall(
            r"/(?:start|partner|requests|console/sign-in)/([\w-]{43})", part(message_of(m), "plain")
        )
    }
    stored = " ".join(str(row) for table in TABLES for row in table.select().tuples())
    assert len(tokens) == MagicLink.select().count()
    assert not any(token in stored for token in tokens)


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_a_refusal_for_now_is_tried_again_with_the_same_mail(
    cast, by_smtp, mail_server, no_reissue, verb
):
    row = cast.queue("launch")
    mail_server.answers[verb] = "450 later"
    assert deliver_due(by_smtp, no_reissue) == 1
    waiting = again(row)
    assert (waiting.attempts, waiting.last_error) == (1, "450 later")
    assert (waiting.sent_at, waiting.failed_at, waiting.leased_until) == (None, None, None)
    assert deliver_due(by_smtp, no_reissue) == 0
    mail_server.answers.clear()
    with time_machine.travel(waiting.due_at):
        assert deliver_due(by_smtp, no_reissue) == 1
    assert again(row).sent_at
    for envelope in [*mail_server.offered, *mail_server.accepted]:
        assert message_of(envelope)["Message-ID"] == f"<{row.message_id}@homeport.test>"
        assert cast.url(row) in part(message_of(envelope), "plain")


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_a_refusal_for_good_ends_it_at_once_and_stops_no_other(
    cast, by_smtp, mail_server, no_reissue, verb
):
    bad, good = cast.queue("launch", to="nobody@acme.com"), cast.queue("launch")
    mail_server.answers[f"{verb} nobody@acme.com"] = "550 no such user"
    deliver_due(by_smtp, no_reissue)
    assert again(bad).failed_at
    assert again(bad).last_error == "550 no such user"
    assert again(good).sent_at
    assert mail_server.connections == 2


def test_attempts_come_later_and_later_for_72_hours(cast, no_reissue):
    row = cast.queue("launch")
    closed = at(cast.settings, free_port())
    waits = []
    queued_at = again(row).queued_at
    with time_machine.travel(queued_at, tick=False) as now:
        while not again(row).failed_at:
            assert deliver_due(closed, no_reissue) == 1
            if not again(row).failed_at:
                waits.append(again(row).due_at - clock.now())
                now.move_to(again(row).due_at)
        assert clock.now() - queued_at == timedelta(hours=72)
    assert timedelta(seconds=45) <= waits[0] <= timedelta(seconds=75)
    assert all(later > earlier for earlier, later in pairwise(waits[:7]))
    assert max(waits) <= timedelta(hours=5)
    assert 20 < len(waits) < 40
    assert again(row).last_error.startswith("given up after 72 hours: ServerError: no connection")


def test_waits_are_spread(cast, no_reissue):
    rows = [cast.queue("hand_over_old") for _n in range(20)]
    deliver_due(at(cast.settings, free_port()), no_reissue)
    assert len({again(row).due_at for row in rows}) > 5


def test_a_server_that_is_away_is_asked_once_a_batch(cast, no_reissue):
    rows = [cast.queue("hand_over_old") for _n in range(5)]
    asked: list[socket.socket] = []

    def refuse(connection: socket.socket) -> None:
        asked.append(connection)
        connection.sendall(b"554 closed\r\n")

    with conversation(refuse) as port:
        assert deliver_due(at(cast.settings, port), no_reissue) == 5
    assert len(asked) == 1
    assert {(again(row).attempts, again(row).failed_at) for row in rows} == {(1, None)}


def test_a_server_that_hangs_up_on_every_message_is_left_alone(
    cast, by_smtp, mail_server, no_reissue
):
    rows = [cast.queue("hand_over_old") for _n in range(5)]
    mail_server.answers["RCPT"] = "421 busy"
    deliver_due(by_smtp, no_reissue)
    assert mail_server.connections == 1 + worker.PATIENCE
    assert {again(row).attempts for row in rows} == {1}


def test_one_message_that_loses_the_connection_stops_no_other(
    cast, by_smtp, mail_server, no_reissue
):
    rows = [cast.queue("hand_over_old", to=f"{name}@acme.com") for name in "abc"]
    mail_server.answers["RCPT b@acme.com"] = "421 busy"
    deliver_due(by_smtp, no_reissue)
    assert [bool(again(row).sent_at) for row in rows] == [True, False, True]


@pytest.mark.parametrize(
    ("letter", "facts"), [("hand_over_old", "{}"), ("launch", "no json"), ("receipt", '["x"]')]
)
def test_a_letter_that_cannot_be_written_fails_alone(cast, no_reissue, letter, facts, caplog):
    poison = cast.queue(letter)
    if letter == "launch":
        OutboxRow.update(order=None, request=None).execute()
    OutboxRow.update(facts=facts).execute()
    good = cast.queue("launch")
    assert deliver_due(cast.settings, no_reissue) == 2
    assert again(poison).failed_at
    assert again(poison).last_error.startswith("it could not be written: ")
    assert again(good).sent_at
    assert f"letter {letter} failed" in caplog.text


def test_what_a_server_quotes_is_not_recorded(cast, by_smtp, mail_server, no_reissue, caplog):
    caplog.set_level(logging.DEBUG)
    row = cast.queue("launch")
    url = cast.url(row)
    token = url.rpartition("/")[2]
    mail_server.answers["DATA"] = f"550 <{CONTACT}>: spam {url} or {token} for mailto:{CONTACT}"
    deliver_due(by_smtp, no_reissue)
    ours = [record.getMessage() for record in caplog.records if record.name == "mail.worker"]
    noted = again(row).last_error + " ".join(ours)
    assert ours
    assert "550" in noted
    assert token not in noted
    assert CONTACT not in noted
    assert "•••@acme.com" in noted


def test_letters_of_one_batch_each_say_what_is_theirs(cast, no_reissue):
    rows = []
    for count in range(writing.READ_TOGETHER + 3):
        order = Order.create(
            number=f"7002{count:04}",
            contact_email=f"n{count}@acme.com",
            contact_role="customer",
            company_name=f"Company {count}",
            organization=cast.order.organization if count % 2 else None,
            expires_at=cast.order.expires_at,
        )
        for position in (1, 0):
            OrderLine.create(
                order=order,
                position=position,
                sku="s",
                product=f"Product {count}-{position}",
                quantity=1,
            )
        link = cast.link("launch")
        about = {"order": order, "link": link}
        rows.append((order, enqueue("launch", order.contact_email, **about)))
    asked = cast.queue("access_notice")
    deliver_due(cast.settings, no_reissue)
    *launches, notice = mails(cast.settings)
    assert len(launches) == len(rows)
    for (order, row), message in zip(rows, launches, strict=True):
        text, number = part(message, "plain"), int(order.number[4:])
        assert message["To"] == order.contact_email
        assert cast.url(row) in text.splitlines()
        assert f"Company {number}\n" in text
        assert re.findall(r"Product \d+-\d", text) == [f"Product {number}-{n}" for n in (0, 1)]
    assert cast.url(asked) in part(notice, "plain")
    assert cast.request.person_email in part(notice, "plain")


def test_the_next_letter_is_written_while_the_server_takes_one_in(
    cast, by_smtp, mail_server, no_reissue, monkeypatch
):
    written: list[str] = []
    taken: list[list[str]] = []

    def noting(about, *others):
        written.append(about.to)
        return write(about, *others)

    async def take(*_said):
        await asyncio.sleep(0.3)
        taken.append(list(written))
        return "250 taken"

    monkeypatch.setattr(writing, "write", noting)
    monkeypatch.setattr(mail_server, "handle_DATA", take)
    for name in "abc":
        cast.queue("hand_over_old", to=f"{name}@acme.com")
    deliver_due(by_smtp, no_reissue)
    assert [len(so_far) for so_far in taken] == [2, 3, 3]


def test_a_letter_that_cannot_be_written_does_not_harm_the_one_before_it(
    cast, by_smtp, mail_server, no_reissue, monkeypatch
):
    def failing(about, *others):
        if about.to == "b@acme.com":
            raise LookupError
        return write(about, *others)

    monkeypatch.setattr(writing, "write", failing)
    rows = [cast.queue("hand_over_old", to=f"{name}@acme.com") for name in "abc"]
    deliver_due(by_smtp, no_reissue)
    assert [bool(again(row).sent_at) for row in rows] == [True, False, True]
    assert again(rows[1]).last_error.startswith("it could not be written: LookupError")


def test_what_nobody_needs_any_more_is_no_news_even_where_the_address_takes_no_mail(
    cast, no_reissue
):
    row = cast.queue("access_notice")
    addresses.mark_dead(row.recipient, "550 5.1.1 no such mailbox")
    AccessRequest.update(status="withdrawn").execute()
    deliver_due(cast.settings, no_reissue)
    assert again(row).last_error == "its request is no longer open"
    assert again(row).told_at


# --- leases -------------------------------------------------------------------------------------


def test_rows_are_taken_once(cast):
    for _n in range(5):
        cast.queue("launch")
    first = leases.take(3, timedelta(minutes=5))
    second = leases.take(3, timedelta(minutes=5))
    assert [len(first), len(second)] == [3, 2]
    assert not {row.id for row in first} & {row.id for row in second}
    assert leases.take(3, timedelta(minutes=5)) == []


def test_workers_side_by_side_send_each_row_once(app, cast, by_smtp, mail_server, no_reissue):
    rows = [cast.queue("hand_over_old", to=f"n{n}@acme.com") for n in range(60)]
    counts, start = [], threading.Barrier(4)

    def work() -> None:
        with app.app_context(), connection():
            start.wait()
            while count := deliver_due(by_smtp, no_reissue, limit=7):
                counts.append(count)

    workers = [threading.Thread(target=work) for _n in range(4)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join(60)
    sent = [envelope.rcpt_tos[0] for envelope in mail_server.accepted]
    assert sorted(sent) == sorted(row.recipient for row in rows)
    assert sum(counts) == 60
    assert OutboxRow.select().where(OutboxRow.sent_at.is_null()).count() == 0


def test_a_worker_that_died_is_followed_by_one_that_sends_the_same_mail(
    cast, by_smtp, mail_server, no_reissue, monkeypatch
):
    row = cast.queue("launch")
    with monkeypatch.context() as patch:
        patch.setattr(leases, "mark_sent", die)
        with pytest.raises(KeyboardInterrupt):
            deliver_due(by_smtp, no_reissue)
    assert deliver_due(by_smtp, no_reissue) == 0
    with time_machine.travel(again(row).leased_until):
        assert deliver_due(by_smtp, no_reissue) == 1
    first, second = map(message_of, mail_server.accepted)
    assert first["Message-ID"] == second["Message-ID"] == f"<{row.message_id}@homeport.test>"
    assert part(first, "plain") == part(second, "plain")
    assert again(row).sent_at


def die(_rows: list[OutboxRow]) -> None:
    raise KeyboardInterrupt


def test_a_slow_worker_does_not_undo_what_its_successor_did(cast):
    cast.queue("launch")
    (slow,) = leases.take(1, timedelta(minutes=5))
    with time_machine.travel(slow.leased_until + timedelta(seconds=1)):
        (successor,) = leases.take(1, timedelta(minutes=5))
        leases.give_up(slow, "too late")
        leases.postpone(slow, clock.now(), "too late")
        leases.release([slow])
        assert again(successor).leased_until == successor.leased_until
        leases.mark_sent([successor])
        leases.give_up(successor, "no")
    assert again(successor).sent_at
    assert not again(successor).failed_at


def test_a_batch_that_takes_too_long_gives_back_what_is_left(cast, no_reissue, monkeypatch):
    rows = [cast.queue("launch") for _n in range(3)]
    with time_machine.travel(clock.now(), tick=False) as now:
        mark_sent = leases.mark_sent

        def slowly(rows: list[OutboxRow]) -> None:
            mark_sent(rows)
            now.shift(worker.MARGIN + timedelta(seconds=2 * cast.settings.mail_timeout))

        monkeypatch.setattr(leases, "mark_sent", slowly)
        monkeypatch.setattr(worker, "MARKED_TOGETHER", 1)
        assert deliver_due(cast.settings, no_reissue) == 1
        assert [bool(again(row).sent_at) for row in rows] == [True, False, False]
        assert again(rows[1]).leased_until is None


def test_stopping_gives_back_what_was_not_begun(cast, no_reissue):
    row = cast.queue("launch")
    stop = threading.Event()
    stop.set()
    assert deliver_due(cast.settings, no_reissue, stop=stop) == 0
    assert (again(row).leased_until, again(row).attempts) == (None, 0)


# --- links --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("replaced_at", "its link was replaced"),
        ("claimed_at", "its link was used"),
        ("expires_at", "its link has expired"),
    ],
)
def test_a_letter_whose_link_is_over(cast, letter, column, reason, no_reissue):
    row = cast.queue(letter)
    MagicLink.update({column: clock.now() - timedelta(minutes=1)}).execute()
    deliver_due(cast.settings, no_reissue)
    if letter in ONLY_A_LINK:
        assert (again(row).last_error, bool(again(row).failed_at)) == (reason, True)
        assert list(cast.settings.mailbox_dir.iterdir()) == []
    else:
        (message,) = mails(cast.settings)
        text = part(message, "plain")
        assert again(row).sent_at
        assert not re.search(r"/(start|requests)/", text + part(message, "html"))
        assert ("http://homeport.test/" in text.splitlines()) is (
            letter in ("answered", "declined", "resumed", "unanswered", "confirmed")
        )


@pytest.mark.parametrize("letter", ["answered", "declined", "resumed"])
def test_a_former_contact_is_not_told_how_the_order_goes_on(cast, letter, no_reissue):
    row = cast.queue(letter, to="former@acme.com")
    deliver_due(cast.settings, no_reissue)
    assert again(row).last_error == "its order was handed over"


@pytest.mark.parametrize("letter", ["access_notice", "first_admin"])
def test_nobody_is_asked_what_is_no_longer_open(cast, letter, no_reissue):
    row = cast.queue(letter)
    AccessRequest.update(status="withdrawn").execute()
    deliver_due(cast.settings, no_reissue)
    assert again(row).last_error == "its request is no longer open"


@pytest.mark.settings(SECRET_KEY_FALLBACKS="a-former-secret-key")
def test_a_link_of_a_former_key_is_mailed_as_it_was(cast, no_reissue):
    link = cast.link("launch", key="a-former-secret-key")
    cast.queue("launch", link=link)
    deliver_due(cast.settings, no_reissue)
    (message,) = mails(cast.settings)
    assert f"/start/{token_for(link.nonce, 'a-former-secret-key')}\n" in part(message, "plain")


def test_a_link_of_a_lost_key_is_issued_again_once(cast, by_smtp, mail_server):
    row = cast.queue("launch", link=cast.link("launch", key="a key that is gone"))
    issued = []

    def reissue(link: MagicLink) -> MagicLink:
        issued.append((link, cast.link("launch")))
        return issued[-1][1]

    mail_server.answers["RCPT"] = "450 later"
    deliver_due(by_smtp, reissue)
    mail_server.answers.clear()
    with time_machine.travel(again(row).due_at):
        deliver_due(by_smtp, reissue)
    ((old, new),) = issued
    assert (old.id, again(row).link_id) == (row.link_id, new.id)
    (envelope,) = mail_server.accepted
    token = cast.url(again(row)).rpartition("/")[2]
    assert f"/start/{token}\n" in part(message_of(envelope), "plain")
    assert hash_of(token) == new.token_hash


# --- the local mailbox --------------------------------------------------------------------------


def test_the_mailbox_holds_whole_files_in_order_for_us_alone(cast, no_reissue):
    rows = [cast.queue(letter) for letter in ("launch", "fresh_link", "mapped")]
    deliver_due(cast.settings, no_reissue)
    files = sorted(cast.settings.mailbox_dir.iterdir())
    assert [message["Message-ID"] for message in mails(cast.settings)] == [
        f"<{row.message_id}@homeport.test>" for row in rows
    ]
    assert {path.suffix for path in files} == {".eml"}
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    OutboxRow.update(sent_at=None).execute()
    deliver_due(cast.settings, no_reissue)
    assert sorted(cast.settings.mailbox_dir.iterdir()) == files


# --- the loop -----------------------------------------------------------------------------------


def looping(app, settings, stop: threading.Event) -> threading.Thread:
    def work() -> None:
        with app.app_context():
            delivery.run(settings, lambda link: link, stop, idle_seconds=0.02)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def wait_until(true, seconds: float = 10) -> None:
    ticks = threading.Event()
    for _n in range(int(seconds / 0.02)):
        if true():
            return
        ticks.wait(0.02)
    raise AssertionError("it did not happen in time")


def test_the_loop_sends_what_comes_and_stops_when_told(app, cast, by_smtp, mail_server):
    stop = threading.Event()
    thread = looping(app, by_smtp, stop)
    row = cast.queue("launch")
    wait_until(lambda: again(row).sent_at)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    assert len(mail_server.accepted) == 1


def test_the_loop_outlives_a_database_that_fails(app, cast, by_smtp, monkeypatch, caplog):
    row = cast.queue("launch")
    take, failures = leases.take, iter([OSError("gone"), RuntimeError("gone")])

    def failing(*arguments):
        if error := next(failures, None):
            raise error
        return take(*arguments)

    monkeypatch.setattr(leases, "take", failing)
    stop = threading.Event()
    thread = looping(app, by_smtp, stop)
    wait_until(lambda: again(row).sent_at)
    stop.set()
    thread.join(5)
    assert caplog.text.count("mail delivery pauses") == 2


# --- turns --------------------------------------------------------------------------------------


def left_by_an_outage(cast, count: int) -> None:
    """Letters that wait since an hour, half of them tried before."""
    first = cast.queue("hand_over_old")
    hour = clock.now() - timedelta(hours=1)
    row = {name: value for name, value in first.__data__.items() if name != "id"}
    OutboxRow.insert_many(
        [row | {"due_at": hour, "queued_at": hour, "attempts": n % 2} for n in range(count)]
    ).execute()
    first.delete_instance()


def test_who_orders_now_does_not_wait_for_what_an_outage_has_left(cast):
    left_by_an_outage(cast, 300)
    new = [cast.queue("launch").id for _n in range(3)]
    taken = [row.id for row in leases.take(20, timedelta(minutes=5))]
    assert [taken.index(each) for each in reversed(new)] == [0, 2, 4]
    assert len(set(taken)) == 20


def test_what_an_outage_has_left_ends_too_however_much_is_new(cast):
    left_by_an_outage(cast, 100)
    old = {row.id for row in OutboxRow.select()}
    turns = 0
    while old:
        turns += 1
        for _n in range(20):
            cast.queue("hand_over_old")
        rows = leases.take(20, timedelta(minutes=5))
        leases.mark_sent(rows)
        assert len(old & {row.id for row in rows}) >= min(10, len(old))
        old -= {row.id for row in rows}
    assert turns <= 10


def test_a_row_that_ends_each_worker_is_taken_alone(cast):
    rows = [cast.queue("launch") for _n in range(3)]
    leases.take(10, timedelta(minutes=5))  # by a worker that ends
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        alone = [leases.take(10, timedelta(minutes=5)) for _n in range(3)]
        assert [[row.id for row in taken] for taken in alone] == [[row.id] for row in rows]
        assert leases.take(10, timedelta(minutes=5)) == []
        assert {again(row).attempts for row in rows} == {1}


def test_a_row_that_has_ended_enough_workers_is_given_up(cast, no_reissue):
    row = cast.queue("launch")
    OutboxRow.update(attempts=writing.MOST_ATTEMPTS).execute()
    assert deliver_due(cast.settings, no_reissue) == 1
    assert again(row).last_error == "each worker that tried it came to an end"


# --- marks --------------------------------------------------------------------------------------


def test_what_was_accepted_while_the_database_failed_is_marked_and_not_sent_again(
    cast, by_smtp, mail_server, no_reissue, monkeypatch
):
    rows = [cast.queue("launch") for _n in range(3)]
    with worker.Worker(by_smtp, no_reissue) as one:
        with monkeypatch.context() as patch:
            patch.setattr(leases, "mark_sent", fail)
            with pytest.raises(Unavailable):
                one.deliver()
        assert [again(row).sent_at for row in rows] == [None] * 3
        assert one.deliver() == 0
    assert all(again(row).sent_at for row in rows)
    assert len(mail_server.accepted) == 3


def fail(_rows: list[OutboxRow]) -> None:
    raise Unavailable
