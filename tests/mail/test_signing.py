"""DKIM: a signature that others can check, and what has to be in the DNS for it."""

import dataclasses
import subprocess

import dkim
import pytest

from mail import domain_records, signing
from mail.smtp import SafeConnection, ServerError
from tests.mail.conftest import at, message


@pytest.fixture(scope="module", params=[(), ("-traditional",)], ids=["PKCS#8", "PKCS#1"])
def key(request, tmp_path_factory) -> str:
    file = tmp_path_factory.mktemp("dkim") / "key.pem"
    subprocess.run(
        ["openssl", "genrsa", *request.param, "-out", file, "2048"], check=True, capture_output=True
    )
    return str(file)


def test_a_signed_mail_verifies_against_the_record_and_a_changed_one_does_not(
    settings, mail_server, key
):
    signing_ = at(settings, mail_server.port, mail_dkim_key=key, mail_default_sender="us@x.test")
    with SafeConnection(signing_) as connection:
        connection.send(message())
    (envelope,) = mail_server.accepted
    raw = envelope.content
    (record,) = [r for r in domain_records.needed(signing_) if "DKIM" in r.meaning]
    assert record.name == "homeport._domainkey.x.test"

    def published(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"homeport._domainkey.x.test."
        return record.text.encode()

    assert dkim.verify(raw, dnsfunc=published)
    assert not dkim.verify(raw.replace(b"Subject: Hello", b"Subject: Hullo"), dnsfunc=published)
    assert not dkim.verify(b"Reply-To: evil@x.test\r\n" + raw, dnsfunc=published)


def test_without_a_key_nothing_is_signed(settings):
    assert signing.signed(b"Subject: x\r\n\r\nx", settings) == b"Subject: x\r\n\r\nx"


def test_a_key_that_cannot_be_read_holds_mail_back_and_loses_none(settings, mail_server):
    lost = at(settings, mail_server.port, mail_dkim_key="/nowhere")
    with SafeConnection(lost) as connection, pytest.raises(ServerError, match="/nowhere"):
        connection.send(message())
    with pytest.raises(signing.CannotSign, match="/nowhere"):
        domain_records.needed(lost)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({}, ["MAIL_DKIM_KEY is not set", "MAIL_BOUNCES is not set"]),
        ({"mail_dkim_key": "k", "mail_bounces": "b@x.test", "mail_bounces_from": "/m"}, []),
        ({"mail_dkim_key": "k", "mail_bounces": "b@mx.x.test", "mail_bounces_from": "/m"}, []),
        (
            {"mail_dkim_key": "k", "mail_bounces": "b@y.test"},
            ["MAIL_BOUNCES is not at x.test", "MAIL_BOUNCES_FROM is not set"],
        ),
    ],
)
def test_what_the_settings_leave_to_be_wished_for(settings, changed, says):
    given = dataclasses.replace(settings, mail_default_sender="us@x.test", **changed)
    found = domain_records.gaps(given)
    assert len(found) == len(says)
    assert all(begins in sentence for begins, sentence in zip(says, found, strict=True))


def test_spf_and_dmarc_are_said_for_the_domains_that_count(settings):
    addresses = {"mail_default_sender": "us@x.test", "mail_bounces": "b@r.test"}
    given = dataclasses.replace(settings, mail_server="smtp.x.test", **addresses)
    said = {record.name: record.text for record in domain_records.needed(given)}
    assert said["r.test"] == "v=spf1 a:smtp.x.test -all"
    assert said["_dmarc.x.test"].startswith("v=DMARC1; p=quarantine;")
