"""The whole with a real mail server: STARTTLS, acceptance, refusal, and a mail that comes back."""

import dataclasses
import email
import email.policy
import shutil
import threading
from collections.abc import Callable

import pytest

from mail import bounces, conversation
from mail.bounce_box import Maildir
from mail.worker import Worker
from provisioning import undelivered
from records import addresses, orders
from records.tables import OutboxRow
from tests.mail.conftest import part
from tests.support.postfix import Postfix


@pytest.fixture(scope="module")
def postfix(certificate):
    server = Postfix(*certificate)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def settings(cast, postfix, certificate):
    for name in ("alice", "bounces"):
        shutil.rmtree(postfix.maildir(name), ignore_errors=True)
    return dataclasses.replace(
        cast.settings,
        mail_server="localhost",
        mail_port=postfix.port,
        mail_use_tls=True,
        mail_cafile=certificate[0],
        mail_bounces="bounces@orders.seller.test",
    )


def within_seconds(there: Callable[[], object]) -> bool:
    ticks = threading.Event()
    return any(there() or ticks.wait(0.05) for _n in range(400))


def test_mails_arrive_are_refused_and_come_back(cast, settings, postfix, no_reissue):
    arrives = cast.queue("launch", to="alice@acme.test")
    refused = cast.queue("launch", to="nobody@acme.test")
    back = cast.queue("launch", to="bob@gone.test")
    with Worker(settings, no_reissue) as worker:
        assert worker.deliver() == 3

    inbox = postfix.maildir("alice") / "new"
    assert within_seconds(lambda: inbox.is_dir() and any(inbox.iterdir())), postfix.log()
    (file,) = inbox.iterdir()
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert message["Message-ID"] == f"<{arrives.message_id}@homeport.test>"
    assert " with ESMTPS " in str(message["Received"])
    assert cast.url(arrives) in part(message, "plain")

    row = OutboxRow.get_by_id(refused.id)
    assert row.failed_at
    assert row.last_error.startswith("550 5.1.1")
    assert [dead.email for dead in addresses.dead()] == ["nobody@acme.test"]

    reports = postfix.maildir("bounces") / "new"
    assert OutboxRow.get_by_id(back.id).sent_at
    assert within_seconds(lambda: reports.is_dir() and any(reports.iterdir())), postfix.log()
    counts = bounces.take_in(Maildir(reports.parent), settings.keys)
    assert counts == {"hard": 1, "soft": 0, "unknown": 0}
    assert bounces.take_in(Maildir(reports.parent), settings.keys)["hard"] == 0
    row = OutboxRow.get_by_id(back.id)
    assert row.last_error.startswith("came back: 5.1.1")
    assert addresses.is_dead("bob@gone.test")
    assert undelivered.tell(settings) == 2
    noted = [event.why for event in orders.history(cast.order)]
    assert any(why.startswith("launch to bob@gone.test: came back") for why in noted)


def test_many_go_over_one_connection(cast, settings, postfix, no_reissue, monkeypatch):
    opened: list[int] = []
    connect = conversation.Conversation._get_socket

    def counted(talk, host, port, seconds):
        opened.append(port)
        return connect(talk, host, port, seconds)

    monkeypatch.setattr(conversation.Conversation, "_get_socket", counted)
    rows = [cast.queue("hand_over_old", to=f"n{n}@sink.test") for n in range(30)]
    with Worker(settings, no_reissue) as worker:
        assert worker.deliver() == 30
    assert len(opened) == 1
    assert all(OutboxRow.get_by_id(row.id).sent_at for row in rows)
