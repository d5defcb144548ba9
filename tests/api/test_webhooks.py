"""Events arrive signed, in order, once there is somebody who takes them."""

import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Thread

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from mail import webhook_call, webhook_worker
from matching.destinations import checked, is_allowed
from matching.sentences import Refused
from provisioning import closing, webhooks
from records import clock, fence, outbox
from records import webhooks as rows
from records.database import db
from records.tables import Order, OutboxRow, WebhookEndpoint
from tests.support import stored
from tests.support.cast import BOB
from tests.support.steps import journey

pytestmark = pytest.mark.settings(WEBHOOK_LOOPBACK="1")


class Listener:
    """A server of the seller's: what it was sent, and what it answers."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        self.said: dict[str, str] = {}
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                listener.heard.append((dict(self.headers), body))
                self.send_response(listener.status)
                for name, value in listener.said.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_said) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks?a=b"

    @property
    def events(self) -> list[tuple[str, str]]:
        """(type, number of the order), as they came."""
        said = [json.loads(body) for _headers, body in self.heard]
        return [(each["type"], each["data"]["number"]) for each in said]


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    thread = Thread(target=found.server.serve_forever, args=(0.05,))
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def deliver(stage) -> int:
    """What is due now, until nothing is."""
    total = 0
    while tried := webhook_worker.deliver_due(stage.settings):
        total += tried
    return total


def later(**how: int) -> None:
    """So much time passes for whoever waits."""
    past = int(timedelta(**how).total_seconds())
    OutboxRow.update(due_at=OutboxRow.due_at - past, queued_at=OutboxRow.queued_at - past).execute()
    WebhookEndpoint.update(
        rests_until=WebhookEndpoint.rests_until - past,
        failing_since=WebhookEndpoint.failing_since - past,
        rotated_at=WebhookEndpoint.rotated_at - past,
    ).execute()


def test_the_reference_library_verifies_what_is_sent(stage, listener):
    secret = webhooks.add(listener.url, stage.settings)
    stage.place(number="1")
    assert deliver(stage) == 1
    headers, body = listener.heard[0]
    said = Webhook(secret).verify(body, headers)
    assert said["type"] == "order.placed"
    assert said["data"] == {"number": "1", "status": "placed", "organization": None}
    assert (
        headers["webhook-id"]
        == "msg_" + OutboxRow.get(OutboxRow.endpoint.is_null(False)).message_id[4:]
    )
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
    assert secret not in stored.text()
    assert secret.removeprefix("whsec_") not in stored.text()
    assert deliver(stage) == 0


def test_a_journey_is_told_in_its_order(stage, listener):
    webhooks.add(listener.url, stage.settings)
    _order, page = journey(stage, "waiting")
    stage.decide(BOB, "add")
    page.client.get("/orders/70012345/review").form().fill(confirm=True).submit()
    deliver(stage)
    assert [name for name, _number in listener.events] == [
        "order.placed", "order.held", "request.decided", "order.mapped", "order.provisioned",
    ]  # fmt: skip
    last = json.loads(listener.heard[-1][1])["data"]
    assert (last["status"], last["organization"]) == ("provisioned", "acme")
    decided = json.loads(listener.heard[2][1])["data"]["request"]
    assert decided == {"kind": "access", "status": "approved"}


def test_an_order_that_expires_is_told(stage, listener):
    webhooks.add(listener.url, stage.settings)
    order = stage.place()
    Order.update(expires_at=clock.now()).execute()
    assert closing.expire(order.id, stage.settings)
    deliver(stage)
    assert listener.events == [("order.placed", order.number), ("order.expired", order.number)]
    assert json.loads(listener.heard[-1][1])["data"]["status"] == "expired"


def test_what_is_undone_is_not_told(stage, listener):
    webhooks.add(listener.url, stage.settings)
    with db.atomic() as transaction:
        stage.place(number="1")
        transaction.rollback()
    stage.place(number="2")
    deliver(stage)
    assert listener.events == [("order.placed", "2")]


def test_a_later_event_waits_for_an_earlier_one_of_its_order_alone(stage, listener):
    webhooks.add(listener.url, stage.settings)
    journey(stage, "waiting")
    stage.place(number="2")
    listener.status = 500
    assert deliver(stage) == 1
    listener.status = 200
    assert deliver(stage) == 0  # it rests
    later(seconds=16)
    deliver(stage)
    assert listener.events == [("order.placed", "70012345"), ("order.placed", "2")]
    late = OutboxRow.get(OutboxRow.sent_at.is_null() & (OutboxRow.attempts == 1))
    assert late.last_error == "it answers 500"
    later(minutes=2)
    deliver(stage)
    assert listener.events[2:] == [("order.placed", "70012345"), ("order.held", "70012345")]


def test_a_dead_endpoint_is_paused_and_the_operator_told_once(stage, listener):
    webhooks.add(listener.url, stage.settings)
    stage.place(number="1")
    listener.status = 503
    for _day in range(3):
        deliver(stage)
        later(days=1)
        assert not WebhookEndpoint.get().paused_at
    later(minutes=1)
    deliver(stage)
    deliver(stage)
    assert WebhookEndpoint.get().paused_at
    (told,) = stage.mails("webhook_paused", stage.settings.support_address)
    assert json.loads(told.facts)["why"] == "it answers 503"
    stage.place(number="2")
    later(days=10)
    assert deliver(stage) == 0
    listener.status = 200
    listener.heard.clear()
    assert webhooks.resume(WebhookEndpoint.get().id) == 2
    deliver(stage)
    assert listener.events == [("order.placed", "1"), ("order.placed", "2")]
    assert not WebhookEndpoint.get().failing_since


def test_one_event_that_is_never_taken_is_given_up_and_stops_nothing_else(stage, listener):
    webhooks.add(listener.url, stage.settings)
    stage.place(number="1")
    listener.status = 400
    deliver(stage)
    later(days=4)
    WebhookEndpoint.update(failing_since=clock.now()).execute()  # others have arrived meanwhile
    deliver(stage)
    row = OutboxRow.get(OutboxRow.endpoint.is_null(False))
    assert row.failed_at
    assert row.last_error == "given up after 72 hours: it answers 400"
    assert not WebhookEndpoint.get().paused_at


def test_nothing_is_sent_behind_a_fence_and_what_a_backup_holds_can_be_given_up(stage, listener):
    webhooks.add(listener.url, stage.settings)
    stage.place(number="1")
    fence.put_up("restored")
    assert deliver(stage) == 0
    assert outbox.discard("sent before") == 2
    fence.lift()
    assert deliver(stage) == 0
    assert listener.heard == []


def test_who_is_gone_is_paused_at_once(stage, listener):
    webhooks.add(listener.url, stage.settings)
    stage.place(number="1")
    listener.status = 410
    deliver(stage)
    assert WebhookEndpoint.get().paused_at
    assert rows.waiting(WebhookEndpoint.get()) == 1


def test_a_rotated_secret_signs_for_a_day_beside_the_new_one(stage, listener):
    old = webhooks.add(listener.url, stage.settings)
    new = webhooks.rotate(WebhookEndpoint.get().id, stage.settings)
    stage.place(number="1")
    deliver(stage)
    headers, body = listener.heard[0]
    for secret in (old, new):
        Webhook(secret).verify(body, headers)
    later(days=1, seconds=1)
    stage.place(number="2")
    deliver(stage)
    headers, body = listener.heard[1]
    Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)
    webhooks.remove(WebhookEndpoint.get().id)
    stage.place(number="3")
    assert deliver(stage) == 0


def test_no_redirect_is_followed(stage, listener):
    webhooks.add(listener.url, stage.settings)
    stage.place(number="1")
    listener.status, listener.said = 307, {"Location": listener.url}
    assert deliver(stage) == 1
    assert len(listener.heard) == 1
    assert WebhookEndpoint.get().last_error == "it answers 307"


@pytest.mark.settings(WEBHOOK_LOOPBACK="0")
def test_nothing_is_sent_to_this_machine_unless_that_is_allowed(stage, listener):
    with pytest.raises(Refused):
        webhooks.add(listener.url, stage.settings)
    port = listener.server.server_port
    # A name says nothing of where it leads: that is seen once it is resolved.
    webhooks.add(f"https://localhost:{port}/", stage.settings)
    stage.place(number="1")
    assert deliver(stage) == 1
    assert listener.heard == []
    assert WebhookEndpoint.get().last_error == "its address leads into a private network"


def test_what_a_name_led_to_when_it_was_looked_at_is_what_is_connected_to(listener, monkeypatch):
    """A second question would let whoever owns the name answer with another address."""
    asked_for: list[str] = []
    usual = socket.getaddrinfo

    def resolved(host, port, *how, **more):
        asked_for.append(host)
        return usual("127.0.0.1" if host == "hooks.example" else host, port, *how, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    url = checked(listener.url, loopback=True)
    url = url._replace(netloc=f"hooks.example:{url.port}")
    assert webhook_call.call(url, {}, b"{}", loopback=True) == 204
    assert asked_for == ["hooks.example", "127.0.0.1"]
    assert listener.heard[0][0]["Host"] == url.netloc


def test_who_answers_byte_by_byte_is_cut_off(monkeypatch):
    monkeypatch.setattr(webhook_call, "LIMIT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            there, _address = server.accept()
            with there:
                try:
                    for _byte in range(200):
                        there.sendall(b"H")
                        time.sleep(0.05)
                except OSError:
                    pass

        thread = Thread(target=drip)
        thread.start()
        url = checked(f"http://127.0.0.1:{server.getsockname()[1]}/", loopback=True)
        with pytest.raises((OSError, HTTPException)):
            webhook_call.call(url, {}, b"{}", loopback=True)
        thread.join(timeout=30)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("10.0.0.1", False), ("172.16.0.1", False), ("192.168.1.1", False), ("100.64.0.1", False),
        ("169.254.169.254", False), ("0.0.0.0", False), ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("fe80::1", False), ("fc00::1", False), ("fd00:ec2::254", False), ("ff02::1", False),
        ("::", False),
        ("::ffff:10.0.0.1", False), ("::ffff:93.184.216.34", True), ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False), ("2001:0:0:0:0:0:f5ff:fffe", False), ("::10.0.0.1", False),
    ],
)  # fmt: skip
def test_which_addresses_an_event_may_go_to(address, allowed):
    for loopback in (False, True):
        assert is_allowed(ip_address(address), loopback=loopback) is allowed


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_for_development_alone(address):
    assert [is_allowed(ip_address(address), loopback=on) for on in (False, True)] == [False, True]


@pytest.mark.parametrize(
    "url",
    [
        "", "shop.example", "ftp://shop.example/", "http://shop.example/", "https://", "https://[",
        "https://u:p@shop.example/", "https://shop.example/#a", "https://shop.example:0/",
        "https://shop.example:99999/", "https://10.0.0.1/", "https://[::1]/", "https://127.0.0.1/",
        "https://shop.example/a b", "https://shop.example/\r\nX: y", "https://" + "x" * 600,
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_webhook(url):
    with pytest.raises(Refused):
        checked(url, loopback=False)
