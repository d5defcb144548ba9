"""Mail that comes back: whose it was, what it means, and who hears of it."""

import dataclasses

import pytest

from mail import bounces, leases, verp
from mail.bounce_box import Maildir, box_of
from mail.worker import Worker
from provisioning import undelivered
from records import addresses, orders, outbox
from records.tables import DeadAddress, OutboxRow
from tests.mail.conftest import ADMIN, CONTACT, mails, part
from tests.mail.reports import imap, report

BOUNCES = "bounces@orders.seller.test"


@pytest.fixture
def sent(cast, mail_server, no_reissue):
    """A launch mail that was accepted, and the address that it would come back to."""
    row = cast.queue("launch")
    settings = dataclasses.replace(
        cast.settings, mail_server="127.0.0.1", mail_port=mail_server.port, mail_bounces=BOUNCES
    )
    with Worker(settings, no_reissue) as worker:
        worker.deliver()
    (envelope,) = mail_server.accepted
    return row, envelope.mail_from


def again(row: OutboxRow) -> OutboxRow:
    return OutboxRow.get_by_id(row.id)


def take_in(cast, tmp_path, *messages: bytes) -> dict[str, int]:
    box = Maildir(tmp_path / "bounces")
    with box:
        for number, message in enumerate(messages):
            (box.folder / "new" / f"{number}.mx").write_bytes(message)
    return bounces.take_in(box, cast.settings.keys)


def history(cast) -> list[tuple[str, str]]:
    return [(event.what, event.why) for event in orders.history(cast.order)]


# --- return addresses ---------------------------------------------------------------------------


def test_each_message_has_a_return_address_of_its_own(cast, sent):
    row, address = sent
    assert address.startswith(f"bounces+{row.id}-")
    assert address.endswith("@orders.seller.test")
    assert verp.is_genuine(address.upper(), row.id, row.message_id, cast.settings.keys)


@pytest.mark.parametrize(
    ("row_id", "message_id", "keys"),
    [(8, "a", ["key"]), (7, "b", ["key"]), (7, "a", ["another"]), (7, "a", [])],
)
def test_an_address_that_we_did_not_make_is_not_genuine(row_id, message_id, keys):
    address = verp.return_address("b@x.test", 7, "a", "key")
    assert verp.is_genuine(address, 7, "a", ["former", "key"])
    assert not verp.is_genuine(address, row_id, message_id, keys)


# --- reports ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "status", "hard", "condemns"),
    [
        ("failed", "5.1.1", True, True),
        ("Failed", "5.1.10", True, True),
        ("failed", "5.1.2 (no such host)", True, True),
        ("failed", "5.2.1", True, True),
        ("failed", "5.4.4", True, True),
        ("failed", "5.2.2", True, False),  # full
        ("failed", "5.3.4", True, False),  # too large
        ("failed", "5.7.1", True, False),  # a policy
        ("failed", "5.0.0", True, False),
        ("failed", "4.4.1", True, False),  # given up after days
        ("failed", "no status", True, False),
        ("delayed", "4.4.1", False, False),
        ("delivered", "2.1.5", False, False),
        ("relayed", "2.0.0", False, False),
        ("", "5.1.1", False, False),
    ],
)
def test_what_a_report_means(action, status, hard, condemns):
    read = bounces.read(report("bounces+1-0@x.test", action, status))
    assert read
    assert (read.is_hard, read.condemns) == (hard, condemns)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"Subject: Out of office\r\n\r\nI am away.",
        b'Content-Type: multipart/report; boundary="B"\r\n\r\n--B\r\n\r\nnothing\r\n--B--',
        b'Content-Type: multipart/report; boundary="B"\r\n\r\n--B\r\n'
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n--B--",
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_report(message):
    assert bounces.read(message) is None


def test_what_cannot_be_read_stops_no_other(cast, sent, tmp_path):
    row, address = sent
    part = b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n"
    deep = report(address).split(b"--B")[0] + b"--B\r\n" + part * 2000
    counts = take_in(cast, tmp_path, deep, b"", report(address))
    assert counts == {"hard": 1, "soft": 0, "unknown": 2}
    assert again(row).failed_at


def test_a_hard_bounce_marks_row_and_address_and_is_told_once(cast, sent, tmp_path, no_reissue):
    row, address = sent
    assert take_in(cast, tmp_path, report(address), report(address))["hard"] == 2
    back = again(row)
    assert back.sent_at
    assert back.failed_at
    assert back.last_error == "came back: 5.1.1 smtp; 550 5.1.1 no such user <•••@acme.com>"
    assert addresses.is_dead(CONTACT)
    assert undelivered.tell(cast.settings) == 1
    assert undelivered.tell(cast.settings) == 0
    assert history(cast) == [
        (undelivered.UNDELIVERED, f"launch to {CONTACT}: {back.last_error}"),
        ("operator alerted", "undelivered"),
    ]
    with Worker(cast.settings, no_reissue) as worker:
        worker.deliver()
    (alert,) = mails(cast.settings)
    assert alert["To"] == cast.settings.support_address
    assert CONTACT in part(alert, "plain")
    assert CONTACT in part(alert, "html")


def test_nothing_more_is_sent_to_a_dead_address_until_it_is_revived(
    cast, sent, tmp_path, no_reissue
):
    _row, address = sent
    take_in(cast, tmp_path, report(address))
    second, other = cast.queue("fresh_link"), cast.queue("fresh_link", to="bob@acme.com")
    with Worker(cast.settings, no_reissue) as worker:
        worker.deliver()
        assert again(second).last_error == "its address takes no mail"
        assert again(other).sent_at
        undelivered.tell(cast.settings)
        undelivered.tell(cast.settings)
        assert OutboxRow.select().where(OutboxRow.letter == "alert").count() == 1
        assert addresses.revive(CONTACT)
        third = cast.queue("fresh_link")
        worker.deliver()
    assert again(third).sent_at


@pytest.mark.parametrize(
    "claimed",
    [
        "bounces+9{row}-{digest}@orders.seller.test",
        "bounces+{row}-{digest}0@orders.seller.test",
        "bounces+{row}-00000000000000000000@orders.seller.test",
        "bounces+999999999999999999-{digest}@orders.seller.test",
        BOUNCES,
    ],
)
def test_a_forged_or_unknown_report_changes_nothing(cast, sent, tmp_path, claimed):
    row, address = sent
    before = again(row).__data__
    digest = address.partition("-")[2].partition("@")[0]
    forged = report(claimed.format(row=row.id, digest=digest))
    assert take_in(cast, tmp_path, forged)["unknown"] == 1
    assert again(row).__data__ == before
    assert DeadAddress.select().count() == 0


def test_a_delay_is_noted_and_no_more(cast, sent, tmp_path):
    row, address = sent
    assert take_in(cast, tmp_path, report(address, "delayed", "4.4.1"))["soft"] == 1
    assert again(row).last_error.startswith("delayed: 4.4.1")
    assert not again(row).failed_at
    assert undelivered.tell(cast.settings) == 0


def test_a_full_mailbox_ends_the_message_and_not_the_address(cast, sent, tmp_path):
    row, address = sent
    take_in(cast, tmp_path, report(address, status="5.2.2"))
    assert again(row).failed_at
    assert not addresses.is_dead(CONTACT)


def test_a_report_that_is_there_before_our_mark_is_not_lost(cast, sent):
    row, _address = sent
    OutboxRow.update(sent_at=None).execute()
    assert leases.came_back(row, "came back")
    leases.mark_sent([row])
    assert again(row).sent_at
    assert again(row).failed_at


def test_when_no_notice_arrives_the_operator_hears_that_nobody_can_be_reached(cast):
    notices = [cast.queue("access_notice", to=admin) for admin in (ADMIN, CONTACT)]
    for notice in notices:
        leases.came_back(notice, "came back: 5.1.1")
        undelivered.tell(cast.settings)
    assert [why for what, why in history(cast) if what == "operator alerted"] == [
        "undelivered",
        "unreachable",
    ]


def test_of_the_operators_own_mail_nobody_is_told_by_mail(cast):
    row = cast.queue("alert", to=cast.settings.support_address)
    leases.came_back(row, "came back: 5.1.1")
    assert undelivered.tell(cast.settings) == 1
    assert outbox.waiting() == 0
    assert history(cast)[0][0] == undelivered.UNDELIVERED


def test_a_refused_mailbox_is_dead_and_any_other_refusal_is_not(cast, mail_server, no_reissue):
    settings = dataclasses.replace(
        cast.settings, mail_server="127.0.0.1", mail_port=mail_server.port
    )
    for name, said in {
        "gone": "550 5.1.1 no such user", "full": "552 5.2.2 full", "plain": "550 no"
    }.items():  # fmt: skip
        cast.queue("launch", to=f"{name}@acme.com")
        mail_server.answers[f"RCPT {name}@acme.com"] = said
    with Worker(settings, no_reissue) as worker:
        worker.deliver()
    assert OutboxRow.select().where(OutboxRow.failed_at.is_null(False)).count() == 3
    assert [dead.email for dead in addresses.dead()] == ["gone@acme.com"]


# --- an IMAP server -----------------------------------------------------------------------------


def test_reports_are_read_from_a_folder_of_an_imap_server(cast, sent, certificate):
    row, address = sent
    messages = {b"3": report(address), b"9": b"Subject: hello\r\n\r\nx"}
    seen: list[bytes] = []
    with imap(certificate, messages, seen) as port:
        box = box_of(f"imaps://us:p%40ss@localhost:{port}/Bounces", certificate[0])
        assert bounces.take_in(box, cast.settings.keys) == {"hard": 1, "soft": 0, "unknown": 1}
    assert seen == [b"3", b"9"]
    assert again(row).failed_at
