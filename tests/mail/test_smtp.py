"""Conversations with mail servers: accepted, refused, silent, unsafe."""

import smtplib
import ssl
from contextlib import nullcontext

import pytest
from flask_mail import BadHeaderError, Message

from mail.conversation import ehlo_name
from mail.mailbox import LocalMailbox
from mail.refusals import is_final, is_loss, reason
from mail.smtp import SafeConnection, ServerError
from tests.mail.conftest import at, message
from tests.mail.servers import MailServer, accept_everything, conversation, free_port


def refused_with(settings, **options) -> Exception:
    """The error of one message."""
    with pytest.raises(Exception) as caught, SafeConnection(at(settings, **options)) as connection:  # noqa: PT011
        connection.send(message())
    return caught.value


def test_one_connection_carries_a_batch(settings, mail_server):
    with SafeConnection(at(settings, mail_server.port)) as connection:
        for n in range(5):
            connection.send(message(f"bob{n}@acme.com"))
    assert [m.rcpt_tos for m in mail_server.accepted] == [[f"bob{n}@acme.com"] for n in range(5)]
    assert {m.mail_from for m in mail_server.accepted} == {"us@seller.test"}
    assert mail_server.connections == 2  # the first is the test's own: is the server there?
    assert mail_server.hellos == ["homeport.test"]


def test_nothing_is_opened_for_no_message(settings, mail_server):
    with SafeConnection(at(settings, mail_server.port)):
        pass
    assert mail_server.connections == 1


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
@pytest.mark.parametrize(("answer", "final"), [("450 later", False), ("550 no", True)])
def test_a_refused_message_leaves_the_connection_to_the_next(
    settings, mail_server, verb, answer, final
):
    mail_server.answers[f"{verb} bob@acme.com"] = answer
    with SafeConnection(at(settings, mail_server.port)) as connection:
        with pytest.raises(smtplib.SMTPException) as caught:
            connection.send(message())
        connection.send(message("carol@acme.com"))
    assert is_final(caught.value) is final
    assert not is_loss(caught.value)
    assert reason(caught.value) == answer
    assert [m.rcpt_tos for m in mail_server.accepted] == [["carol@acme.com"]]
    assert mail_server.connections == 2


@pytest.mark.parametrize(
    ("verb", "answer", "final"),
    [
        ("MAIL", "550 not you", False),
        ("MAIL", "552 too large", True),
        ("RCPT", "530 sign in first", False),
        ("DATA", "421 going down", False),
    ],
)
def test_what_concerns_the_server_is_not_held_against_the_message(
    settings, mail_server, verb, answer, final
):
    mail_server.answers[verb] = answer
    error = refused_with(settings, port=mail_server.port)
    assert is_final(error) is final
    assert is_loss(error) is answer.startswith("421")


def test_one_of_two_recipients_refused_is_an_error(settings, mail_server):
    mail_server.answers["RCPT carol@acme.com"] = "550 no"
    two = message()
    two.recipients.append("carol@acme.com")
    connection = SafeConnection(at(settings, mail_server.port))
    with connection, pytest.raises(smtplib.SMTPRecipientsRefused):
        connection.send(two)


def test_a_connection_refused_is_the_servers_trouble(settings):
    error = refused_with(settings, port=free_port())
    assert isinstance(error, ServerError)
    assert (is_final(error), is_loss(error)) == (False, True)


def test_a_lost_farewell_does_not_undo_what_was_accepted(settings):
    received: list[bytes] = []
    with (
        conversation(lambda c: received.extend(accept_everything(c, farewell=b""))) as port,
        SafeConnection(at(settings, port, mail_server="127.0.0.1")) as connection,
    ):
        connection.send(message())
    assert b".\r\n" in received


# --- TLS ----------------------------------------------------------------------------------------


@pytest.fixture
def tls(certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def starttls_server(tls):
    server = MailServer(tls, require_starttls=True)
    server.start()
    yield server
    server.stop()


def test_starttls_with_a_certificate_that_is_trusted(settings, starttls_server, certificate):
    safe = at(settings, starttls_server.port, mail_use_tls=True, mail_cafile=certificate[0])
    with SafeConnection(safe) as connection:
        connection.send(message())
    assert len(starttls_server.accepted) == 1


@pytest.mark.parametrize(
    "changed", [{"mail_cafile": ""}, {"mail_server": "127.0.0.1"}, {"mail_cafile": "/nowhere"}]
)
def test_starttls_with_any_other_certificate_is_refused(
    settings, starttls_server, certificate, changed
):
    usual = {"mail_use_tls": True, "mail_cafile": certificate[0]}
    error = refused_with(settings, port=starttls_server.port, **(usual | changed))
    assert isinstance(error, ServerError)
    assert starttls_server.accepted == []


def test_nothing_is_said_in_plain_where_tls_is_required(settings, mail_server):
    options = {"mail_use_tls": True, "mail_username": "us", "mail_password": "right"}
    error = refused_with(settings, port=mail_server.port, **options)
    assert isinstance(error, ServerError)
    assert "STARTTLS" in str(error)
    assert mail_server.accepted == []


@pytest.mark.parametrize(("password", "accepted"), [("right", 1), ("wrong", 0)])
def test_signing_in_after_starttls(settings, tls, certificate, password, accepted):
    server = MailServer(tls, require_starttls=True, auth_required=True)
    server.controller.SMTP_kwargs["authenticator"] = server.authenticate
    options = {
        "mail_use_tls": True,
        "mail_cafile": certificate[0],
        "mail_username": "us",
        "mail_password": password,
    }
    server.start()
    with SafeConnection(at(settings, server.port, **options)) as connection:
        refused = nullcontext() if accepted else pytest.raises(ServerError)
        with refused:
            connection.send(message())
    server.stop()
    assert len(server.accepted) == accepted


def test_tls_from_the_first_byte(settings, certificate, tls):
    received: list[bytes] = []

    def talk(connection):
        with tls.wrap_socket(connection, server_side=True) as secure:
            received.extend(accept_everything(secure))

    with conversation(talk) as port:
        trusting = at(settings, port, mail_use_ssl=True, mail_cafile=certificate[0])
        with SafeConnection(trusting) as connection:
            connection.send(message())
        error = refused_with(settings, port=port, mail_use_ssl=True)
    assert isinstance(error, ServerError)
    assert received.count(b".\r\n") == 1


# --- headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("header", ["subject", "extra", "id", "recipient", "reply_to"])
def test_no_header_is_injected(settings, mail_server, tmp_path, header, break_):
    evil = f"x{break_}Bcc: mallory@evil.test"
    post = message(**({"X-Name": evil} if header == "extra" else {}))
    if header == "subject":
        post.subject = evil
    if header == "id":
        post.msgId = evil
    if header == "recipient":
        post.recipients = [evil]
    if header == "reply_to":
        post.reply_to = evil
    connection = SafeConnection(at(settings, mail_server.port))
    with connection, pytest.raises(BadHeaderError) as caught:
        connection.send(post)
    assert is_final(caught.value)
    with LocalMailbox(tmp_path) as mailbox, pytest.raises(BadHeaderError):
        mailbox.send(post)
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_smtp_cannot_say_is_refused_for_good(settings, mail_server):
    with SafeConnection(at(settings, mail_server.port)) as connection:
        with pytest.raises(ValueError, match="ascii") as caught:
            connection.send(message("jürgen@acme.com"))
        connection.send(message())
    assert is_final(caught.value)
    assert len(mail_server.accepted) == 1


def test_flask_mails_own_messages_go_through_too(settings, mail_server):
    with SafeConnection(at(settings, mail_server.port)) as connection:
        connection.send(Message("Hi", ["bob@acme.com"], "x", sender="us@seller.test"))
    assert len(mail_server.accepted) == 1


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("orders.seller.test", "orders.seller.test"),
        ("127.0.0.1", "[127.0.0.1]"),
        ("::1", "[IPv6:::1]"),
        ("", "localhost"),
    ],
)
def test_we_name_ourselves_by_the_public_host(host, said):
    assert ehlo_name(host) == said
