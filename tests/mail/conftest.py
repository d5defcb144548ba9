"""An order with a request, links to it, and a way to queue each letter as the product does."""

import dataclasses
import email
import email.policy
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask

import config
from config import Settings
from mail import delivery
from mail.outbox import LETTERS, enqueue
from mail.post import Post
from mail.tokens import hash_of, token_for
from records import clock
from records.tables import (
    AccessRequest,
    MagicLink,
    Order,
    OrderLine,
    Organization,
    OutboxRow,
    User,
)
from tests.mail.servers import MailServer
from tests.support import postfix

# Postfix starts for root alone; the tests of everything else need no root.
collect_ignore = [] if os.geteuid() == 0 else ["test_postfix.py"]

CONTACT = "alice@acme.com"
ADMIN = "bob@acme.com"
PERSON = "carol@acme.com"


@dataclass
class Cast:
    """Alice sets up an order for Acme, where Bob is full admin; she asks for Carol to be added."""

    settings: Settings
    order: Order
    request: AccessRequest

    def link(self, purpose: str, key: str = "") -> MagicLink:
        nonce = os.urandom(8).hex()
        token = token_for(nonce, key or self.settings.secret_key)
        return MagicLink.create(
            purpose=purpose,
            email=CONTACT,
            order=self.order,
            request=self.request if purpose == "digest" else None,
            nonce=nonce,
            token_hash=hash_of(token),
            expires_at=clock.now() + timedelta(days=7),
        )

    def queue(self, letter: str, to: str = "", **changed) -> OutboxRow:
        """Queue a letter as provisioning does, `changed` laid over its usual facts."""
        usual: dict[str, dict[str, Any]] = {
            "launch": {"link": "launch"},
            "fresh_link": {"link": "launch"},
            "hand_over_new": {"link": "launch", "by": "dave@acme.com"},
            "hand_over_old": {"to": "dave@acme.com"},
            "partner_sign_in": {"link": "partner"},
            "console_sign_in": {"link": "console"},
            "access_notice": {"link": "decision", "requester_proven": True},
            "named": {"asked": ["b•••@acme.com"]},
            "added": {"link": "dispute", "person": PERSON, "by": ADMIN},
            "answered": {"link": "launch"},
            "declined": {"link": "launch"},
            "resumed": {"link": "launch", "how": "directory"},
            "receipt": {"told": 2, "created": False},
            "mapped": {"link": "dispute"},
            "first_admin": {"link": "first_admin"},
            "alert": {"reason": "reported", "who": ADMIN},
            "reminder": {"link": "launch"},
            "expired": {},
            "reopened": {"link": "launch"},
            "cancelled": {},
            "unanswered": {"link": "launch"},
            "confirm_question": {"link": "decision", "requester_proven": True},
            "confirmed": {"link": "launch"},
            "digest": {"link": "digest"},
            "dispute": {"outcome": "stopped"},
            "moved": {"before": "Acme Trading"},
            "moved_away": {"before": "Acme Trading"},
            "webhook_paused": {
                "number": 3,
                "url": "https://shop.example/hooks",
                "why": "it answers 503",
            },
        }
        facts = usual[letter] | changed
        if isinstance(facts.get("link"), str):
            facts["link"] = self.link(facts["link"])
        about: dict[str, Any] = {"order": self.order, "request": self.request}
        if letter in ("partner_sign_in", "console_sign_in", "webhook_paused", "digest"):
            about = {"request": self.request} if letter == "digest" else {}
        self.order.status = "expired" if letter == "expired" else self.order.status
        self.order.save()
        return enqueue(letter, to or CONTACT, **about, **facts)

    def url(self, row: OutboxRow) -> str:
        """What the row's mail must carry."""
        link = MagicLink.get_by_id(row.link_id)
        doors = {"launch": "start", "partner": "partner", "console": "console/sign-in"}
        path = doors.get(link.purpose, "requests")
        token = token_for(link.nonce, self.settings.secret_key)
        return f"{self.settings.link_base}/{path}/{token}"


@pytest.fixture
def cast(app) -> Iterator[Cast]:
    """The people and their order, inside an application context as delivery needs it."""
    now = clock.now()
    organization = Organization.create(
        ref="acme", name="Acme GmbH", kind="customer", origin="online", created_on=date(2012, 3, 1)
    )
    order = Order.create(
        number="70012345",
        contact_email=CONTACT,
        contact_role="customer",
        company_name="Acme",
        partner_name="Reseller & Sons",
        expires_at=now + timedelta(days=30),
        purpose="customer",
        admin_email=PERSON,
        organization=organization,
    )
    OrderLine.create(
        order=order, position=1, sku="M", product="Meetings", quantity=1200,
        starts_on=date(2030, 12, 1), ends_on=date(2031, 11, 30),
    )  # fmt: skip
    OrderLine.create(order=order, position=2, sku="R", product="Rooms", quantity=25)
    for admin in (ADMIN, CONTACT):  # whom a digest may go to
        User.create(organization=organization, email=admin, full_admin=True)
    request = AccessRequest.create(
        kind="access",
        order=order,
        organization=organization,
        person_email=PERSON,
        requester_email=CONTACT,
        message="Please add Carol.\n\nShe takes over from me.",
        note="Only until the summer.",
        expires_at=now + timedelta(days=14),
    )
    with app.app_context():
        yield Cast(app.config["SETTINGS"], order, request)


@pytest.fixture(params=LETTERS)
def letter(request) -> str:
    """Each letter's name."""
    return str(request.param)


@pytest.fixture
def no_reissue():
    def refuse(link: MagicLink) -> MagicLink:
        raise AssertionError("no link needs to be issued again")

    return refuse


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> tuple[str, str]:
    """Files of a certificate for `localhost` that nobody but these tests trusts, and of its key."""
    return postfix.certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def settings(tmp_path):
    """Settings of an application that has mail and nothing else."""
    app = Flask("mail")
    settings = config.load(
        {
            "INSTANCE_DIR": str(tmp_path),
            "PUBLIC_URL": "http://homeport.test",
            "SECRET_KEY": "a secret for tests only",
        }
    )
    delivery.init_app(app, settings)
    with app.app_context():
        yield settings


def at(settings, port: int, **changed):
    usual = {"mail_server": "localhost", "mail_port": port, "mail_timeout": 10}
    return dataclasses.replace(settings, **(usual | changed))


def message(to: str = "bob@acme.com", **headers) -> Post:
    return Post(
        subject="Hello",
        recipients=[to],
        sender="Us <us@seller.test>",
        body="x",
        extra_headers=headers,
    )


def mails(settings: Settings) -> list[EmailMessage]:
    """What the local mailbox holds, in the order of its file names."""
    assert settings.mailbox_dir
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in sorted(settings.mailbox_dir.iterdir())
    ]


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body
    return str(body.get_content()).replace("\r\n", "\n")
