"""What came from outside, in every letter: words, and an address that no server changes."""

import email
import email.policy
import re

import pytest
from bs4 import BeautifulSoup
from jinja2.utils import urlize

from mail import wording
from mail.delivery import deliver_due
from mail.outbox import enqueue
from records.tables import AccessRequest, OrderLine, OutboxRow
from tests.mail.conftest import CONTACT, mails, part
from tests.support.hostile import ACCEPTED as ADDRESSES
from tests.support.hostile_texts import ACCEPTED, FORBIDDEN, HALVES

# What is said, and to whom, does not depend on the database.
DATABASES = ("sqlite",)

TEXTS = ACCEPTED | {name: f"Acme {text} Ltd" for name, text in (FORBIDDEN | HALVES).items()}
# What a database can hold of them, in rows that are not ours.
KEPT = ACCEPTED | {"all that is forbidden": " ".join(FORBIDDEN.values()).replace("\0", "")}
# Headers that a mail of ours has, each once.
HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted"),
    *("X-Auto-Response-Suppress", "Feedback-ID", "MIME-Version", "Content-Type"),
}
# What some mail program or other makes a link of: a scheme, "www.", a host, an address.
HOST = re.compile(r"[^\s.]\.[^\W\d_][^\s!-/:-@\[-`{-~]|www\.\S|[^\W\d_]:[\w/\\+]|://|\\\\", re.I)


def links_in(text: str) -> list[str]:
    return HOST.findall(text) + BeautifulSoup(urlize(text), "html.parser").select("a")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_words_from_outside_are_one_line_without_links(text):
    shown = wording.plain(text)
    assert links_in(shown) == []
    assert shown == wording.plain(shown)
    assert shown.encode().decode().splitlines() == [shown]
    assert not re.search("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", shown)
    # Nothing but white space and what cannot be seen is added or lost.
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", wording.one_line(text))


@pytest.mark.parametrize(
    "text", ["S.A. de C.V.", "d.o.o.", "10:30", "I.B.M.", "3.14 m", "Nr. 5", "です。その", "A: b"]
)
def test_words_that_nobody_takes_for_a_link_stay_as_they_are(text):
    assert wording.plain(text) == text


@pytest.mark.parametrize("text", KEPT.values(), ids=KEPT)
def test_a_letter_shows_them_as_words(cast, no_reissue, text):
    """In the letters that between them say all that comes from outside."""
    pretend(cast, text)
    rows = [cast.queue(name) for name in ("access_notice", "answered", "mapped", "receipt")]
    ours = {cast.url(row) for row in rows if row.link_id}
    assert deliver_due(cast.settings, no_reissue) == len(rows)
    for message in mails(cast.settings):
        assert_ours_alone(message, ours)
        # Both parts have it, whole and in the same words.
        wanted = squeezed(wording.plain(text))
        assert wanted in squeezed(part(message, "plain"))
        assert wanted in squeezed(soup(message).get_text())
    assert not OutboxRow.select().where(OutboxRow.sent_at.is_null()).count()


def test_every_letter_shows_the_worst_of_them_as_words(cast, letter, no_reissue):
    for name in ("ends of elements", "links"):
        pretend(cast, ACCEPTED[name])
        row = cast.queue(letter)
        deliver_due(cast.settings, no_reissue)
        assert_ours_alone(mails(cast.settings)[-1], {cast.url(row)} if row.link_id else set())


@pytest.mark.parametrize("name", ["line feed", "right-to-left override", "escape"])
def test_the_sellers_name_makes_no_header(cast, no_reissue, name):
    object.__setattr__(cast.settings, "seller_name", TEXTS[name])
    row = cast.queue("launch")
    deliver_due(cast.settings, no_reissue)
    (message,) = mails(cast.settings)
    assert set(message.keys()) == HEADERS
    (sender,) = message["From"].addresses
    assert sender.addr_spec == cast.settings.sender
    assert {a["href"] for a in soup(message).select("a")} == {cast.url(row)}
    assert not soup(message).select("script, style:not(head style), img")


def test_every_address_reaches_the_server_as_it_is_stored(app, mail_server, no_reissue, cast):
    addresses = sorted(set(ADDRESSES.values()))
    settings = cast.settings
    object.__setattr__(settings, "mail_server", "127.0.0.1")
    object.__setattr__(settings, "mail_port", mail_server.port)
    for address in addresses:
        enqueue("hand_over_old", address, order=cast.order, to=address)
    while deliver_due(settings, no_reissue):
        pass
    taken = sorted(mail_server.accepted, key=lambda sent: sent.rcpt_tos)
    assert [sent.rcpt_tos for sent in taken] == [[address] for address in addresses]
    for sent, address in zip(taken, addresses, strict=True):
        raw = sent.original_content
        assert f"\r\nTo: {address}\r\n".encode() in raw
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert [found.addr_spec for found in message["To"].addresses] == [address]
        assert set(message.keys()) == HEADERS
        for kind in ("plain", "html"):
            assert address in joined(message, kind)


def pretend(cast, text: str) -> None:
    """Everything that comes from outside says this."""
    order, organization = cast.order, cast.order.organization
    order.company_name = order.partner_name = order.contact_name = organization.name = text
    order.save()
    organization.save()
    OrderLine.update(product=text, sku=text).execute()
    AccessRequest.update(message=text, note=text).execute()


def assert_ours_alone(message, ours: set[str]) -> None:
    """No header, link, element or invisible turn but our own."""
    assert sorted(message.keys()) == sorted(HEADERS)
    assert message["To"] == CONTACT
    assert len(message["Subject"].splitlines()) == 1
    assert re.search("70012345|orders|console", message["Subject"])
    page = soup(message)
    assert {a["href"] for a in page.select("a")} <= ours
    assert not page.select(
        "script, img, svg, iframe, base, link, form, body style, [onerror], [href^='//']"
    )
    assert len(page.select("meta")) == 4
    text = part(message, "plain")
    # Addresses that are said on purpose are those of people.
    rest = re.sub(r"\S+@\S+", "", text)
    assert [line for line in rest.splitlines() if HOST.search(line) and line not in ours] == []
    for link in BeautifulSoup(urlize(text), "html.parser").select("a"):
        assert link["href"] in ours or str(link["href"]).startswith("mailto:"), link
        assert "evil." not in str(link["href"])  # a token may hold the word


def soup(message) -> BeautifulSoup:
    return BeautifulSoup(part(message, "html"), "html.parser")


def squeezed(text: str) -> str:
    """Without quote marks and white space, which differ between the parts."""
    return re.sub(r"\s|^>", "", text, flags=re.MULTILINE)


def joined(message, kind: str) -> str:
    text = part(message, kind)
    return squeezed(text if kind == "plain" else BeautifulSoup(text, "html.parser").get_text())
