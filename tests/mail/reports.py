"""Delivery status reports as servers write them, and a server that holds them."""

import socket
import ssl

from tests.mail.servers import conversation

POSTFIX = """\
Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.seller.test (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.seller.test
X-Postfix-Queue-ID: 4Fq
Arrival-Date: Wed, 25 Nov 2026 12:00:00 +0000 (UTC)

Final-Recipient: rfc822; alice@acme.com
Original-Recipient: rfc822;alice@acme.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said} <alice@acme.com>

--B
Content-Type: message/rfc822

Subject: Your order
Message-ID: <x@homeport.test>

https://homeport.test/start/abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG
--B--
"""


def report(
    to: str, action: str = "failed", status: str = "5.1.1", said: str = "550 5.1.1 no such user"
) -> bytes:
    return POSTFIX.format(to=to, action=action, status=status, said=said).encode()


def imap(certificate, messages: dict[bytes, bytes], seen: list[bytes]):
    """An IMAP server with one folder, as far as tests ask; gives its port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    def fetched(number: bytes) -> bytes:
        body = messages[number]
        return b"* 1 FETCH (UID %s BODY[]<0> {%d}\r\n%s)\r\n" % (number, len(body), body)

    def answer(words: list[bytes]) -> bytes:
        if words[:2] == [b"UID", b"FETCH"]:
            return fetched(words[2])
        if words[:2] == [b"UID", b"STORE"]:
            seen.append(words[2])
            return b""
        return {
            b'LOGIN us "p@ss"': b"",
            b'SELECT "Bounces"': b"* %d EXISTS\r\n" % len(messages),
            b"UID SEARCH UNSEEN": b"* SEARCH %s\r\n" % b" ".join(messages),
            b"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
            b"LOGOUT": b"* BYE\r\n",
        }[b" ".join(words)]

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.sendall(b"* OK ready\r\n")
            with secure.makefile("rb") as lines:
                for line in lines:
                    tag, *words = line.split()
                    secure.sendall(answer(words) + tag + b" OK done\r\n")

    return conversation(talk)
