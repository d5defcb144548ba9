"""Every way in which a conversation with a mail server can end, and what it means."""

import ssl
import time

import pytest

from mail.conversation import Conversation
from mail.refusals import is_final, is_loss
from mail.smtp import SafeConnection
from tests.mail.conftest import at, message
from tests.mail.servers import (
    Ending,
    conversation,
    drip,
    hang_up,
    reset,
    scripted,
    silence,
)

SENT, GIVEN_UP, LATER, SERVER = "sent", "given up", "later", "later, as the server is in trouble"

# Refused before it was heard of: that would meet every message, and is no message's end.
BEFORE_THE_MESSAGE = ("BANNER", "EHLO", "STARTTLS", "AUTH")
ABOUT_THE_MESSAGE = ("RCPT", "DATA", ".")
VERBS = (*BEFORE_THE_MESSAGE, "MAIL", *ABOUT_THE_MESSAGE)

ANSWERS: list[tuple[str, Ending, str]] = [
    *[(verb, b"450 later\r\n", SERVER) for verb in BEFORE_THE_MESSAGE],
    *[(verb, b"550 no\r\n", SERVER) for verb in BEFORE_THE_MESSAGE],
    ("AUTH", b"535 who are you\r\n", SERVER),
    ("MAIL", b"450 later\r\n", LATER),
    ("MAIL", b"550 not from there\r\n", LATER),
    ("MAIL", b"552 too large\r\n", GIVEN_UP),
    *[(verb, b"450 later\r\n", LATER) for verb in ABOUT_THE_MESSAGE],
    *[(verb, b"550 no\r\n", GIVEN_UP) for verb in ABOUT_THE_MESSAGE],
    *[(verb, b"530 sign in first\r\n", LATER) for verb in ABOUT_THE_MESSAGE],
    *[(verb, b"421 closing\r\n", SERVER) for verb in VERBS],
    *[(verb, b"what?\r\n", SERVER) for verb in BEFORE_THE_MESSAGE],
    *[(verb, b"what?\r\n", LATER) for verb in ("MAIL", *ABOUT_THE_MESSAGE)],
    ("QUIT", b"500 what?\r\n", SENT),
    ("RSET", b"500 what?\r\n", SENT),
]
FINE = {"DATA": b"354 go\r\n"}
WAYS: tuple[Ending, ...] = (reset, hang_up, silence, drip)
LOSSES = [(verb, how, SERVER) for verb in VERBS for how in WAYS]
LOSSES += [("QUIT", how, SENT) for how in WAYS[:2]]


@pytest.fixture
def tls(certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


def ending_of(settings, certificate, talk, **changed) -> str:
    """How an attempt against a server ends that talks like this."""
    usual = {"mail_use_tls": True, "mail_cafile": certificate[0]}
    signing_in = {"mail_username": "us", "mail_password": "right"}
    with conversation(talk) as port:
        connection = SafeConnection(at(settings, port, **(usual | signing_in | changed)))
        try:
            with connection:
                connection.send(message())
        except Exception as error:  # which one is what the classes are for
            if is_final(error):
                return GIVEN_UP
            return SERVER if is_loss(error) else LATER
    return SENT


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "together"])
@pytest.mark.parametrize(("verb", "how", "ending"), ANSWERS + LOSSES)
def test_every_ending_has_its_class(settings, certificate, tls, verb, how, ending, together):
    limit = {"mail_timeout": 0.2} if how in (silence, drip) else {}
    talk = scripted({verb: how}, tls, together=together)
    assert ending_of(settings, certificate, talk, **limit) == ending


def test_all_goes_well_otherwise(settings, certificate, tls):
    assert ending_of(settings, certificate, scripted({}, tls)) == SENT


def test_tls_that_is_required_and_not_offered_is_not_done_without(settings, certificate):
    heard = []
    talk = scripted({"MAIL": lambda _connection: heard.append("MAIL")})
    assert ending_of(settings, certificate, talk) == SERVER
    assert heard == []


def test_what_was_slipped_in_before_tls_counts_for_nothing(settings, certificate, tls):
    """Whoever writes into the plain text says neither what the server can nor what it has taken."""
    slipped_in = b"250-us\r\n250 PIPELINING\r\n250 fine\r\n250 fine\r\n354 go\r\n250 taken\r\n"
    taken: list[str] = []

    def take(server):
        taken.append(".")
        server.sendall(b"250 fine\r\n")

    fine: dict[str, Ending] = {"BANNER": lambda _server: None, ".": take}

    def talk(server):
        for answer in (b"220 hello\r\n", b"250-us\r\n250 STARTTLS\r\n"):
            server.sendall(answer)
            server.recv(1024)
        server.sendall(b"220 go\r\n" + slipped_in)
        with tls.wrap_socket(server, server_side=True) as secure:
            scripted(fine)(secure)

    with conversation(talk) as port:
        safe = at(settings, port, mail_use_tls=True, mail_cafile=certificate[0])
        with SafeConnection(safe) as connection:
            connection.send(message())
            assert connection.host
            assert not connection.host.has_extn("pipelining")
    assert taken == ["."]


@pytest.mark.parametrize("cafile", ["", "/nowhere"])
def test_a_certificate_that_nobody_vouches_for_is_the_servers_trouble(
    settings, certificate, tls, cafile
):
    assert ending_of(settings, certificate, scripted({}, tls), mail_cafile=cafile) == SERVER


def test_a_handshake_that_never_ends_is_ended(settings, certificate):
    def talk(connection):
        connection.sendall(b"220 hello\r\n")
        for answer in (b"250-us\r\n250 STARTTLS\r\n", b"220 go\r\n"):
            connection.recv(1024)
            connection.sendall(answer)
        connection.recv(1024)
        connection.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 KB, a byte now and then
        drip(connection)

    assert ending_of(settings, certificate, talk, mail_timeout=0.2) == SERVER


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "together"])
def test_a_connection_that_the_server_closed_meanwhile_is_opened_again(settings, together):
    """Nothing was said of the second message yet: it need not wait for its next try."""
    asked: list[bytes] = []

    def answer(connection):
        asked.append(b"421 enough\r\n" if len(asked) == 1 else b"250 fine\r\n")
        connection.sendall(asked[-1])

    talk = scripted({"MAIL": answer}, together=together)
    with conversation(talk) as port, SafeConnection(at(settings, port)) as connection:
        for _n in range(3):
            connection.send(message())
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("verb", "said", "then"),
    [
        ("MAIL", b"550 no\r\n", b"503 first the sender\r\n"),
        ("RCPT", b"450 later\r\n", b"554 for nobody\r\n"),
        ("RCPT", b"550 no\r\n", b"354 go\r\n"),  # it waits for a message to nobody
    ],
)
def test_a_refusal_in_a_group_leaves_the_connection_to_the_next_message(settings, verb, said, then):
    heard: list[str] = []

    def told(name: str, answers: list[bytes]):
        def answer(connection):
            heard.append(name)
            said = answers.pop(0) if answers else FINE.get(name, b"250 fine\r\n")
            connection.sendall(said)
            return said

        return answer

    data = told("DATA", [then])
    talk = scripted(
        {verb: told(verb, [said]), "DATA": data, ".": told(".", []), "RSET": told("RSET", [])},
        together=True,
    )
    with conversation(talk) as port, SafeConnection(at(settings, port)) as connection:
        with pytest.raises(OSError, match=said[:3].decode()):
            connection.send(message())
        connection.send(message())
    dot = ["."] if then.startswith(b"354") else []
    assert heard == [verb, "DATA", *dot, "RSET", verb, "DATA", "."]


def test_what_comes_before_a_message_is_said_at_once(settings):
    heard: list[bytes] = []

    def talk(connection):
        answers = [b"220 hello", b"250-us\r\n250 PIPELINING", b"250 fine\r\n250 fine\r\n354 go",
                   b"250 taken", b"221 bye"]  # fmt: skip
        for answer in answers:
            connection.sendall(answer + b"\r\n")
            heard.append(connection.recv(65_536))

    with conversation(talk) as port, SafeConnection(at(settings, port)) as connection:
        connection.send(message())
    _ehlo, before, whole, quit_, _end = heard
    assert [line[:4] for line in before.splitlines()] == [b"mail", b"rcpt", b"data"]
    assert whole.endswith(b"\r\n.\r\n")
    assert quit_ == b"quit\r\n"


def test_a_refusal_at_data_leaves_the_connection_to_the_next_message(settings):
    heard = []

    def told(verb: str, said: bytes):
        def answer(connection):
            heard.append(verb)
            connection.sendall(said)

        return answer

    talk = scripted({"DATA": told("DATA", b"554 no\r\n"), "RSET": told("RSET", b"250 fine\r\n")})
    with conversation(talk) as port, SafeConnection(at(settings, port)) as connection:
        for _n in range(2):
            with pytest.raises(OSError, match="554"):
                connection.send(message())
    assert heard == ["DATA", "RSET", "DATA", "RSET"]


def test_what_is_done_meanwhile_is_not_held_against_the_server(settings):
    """It has taken the message: to give up on it now would be to send it twice."""
    with (
        conversation(scripted({})) as port,
        SafeConnection(at(settings, port, mail_timeout=0.3)) as connection,
    ):
        connection.send(message(), meanwhile=lambda: time.sleep(0.4))


def test_what_was_accepted_at_the_last_moment_is_accepted(settings):
    hosts: list[Conversation] = []

    def late(server):
        time.sleep(0.3)  # until it is waited for
        hosts[0]._until = 0
        server.sendall(b"250 taken\r\n")

    with conversation(scripted({".": late})) as port, SafeConnection(at(settings, port)) as here:
        here.host = here.configure_host()
        hosts.append(here.host)
        here.send(message())
