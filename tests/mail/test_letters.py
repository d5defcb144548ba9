"""Every letter: what it says, in both parts, whatever was put into it."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from mail.delivery import deliver_due
from mail.letters import WRITERS
from mail.outbox import LETTERS
from records.tables import AccessRequest, OrderLine, OutboxRow
from tests.mail.conftest import ADMIN, CONTACT, PERSON, mails, part

# What is said, and to whom, does not depend on the database.
DATABASES = ("sqlite",)

ROOT = Path(__file__).parent.parent.parent
WITHOUT_LINK = {
    "hand_over_old", "named", "receipt", "alert", "expired", "cancelled", "dispute", "moved",
    "moved_away", "webhook_paused",
}  # fmt: skip
WITH_LINK = set(LETTERS) - WITHOUT_LINK
HOSTILE = (
    "Acme\r\nBcc: mallory@evil.test\r\n\r\n<img src=x onerror=alert(1)></td><script>1</script>"
    " \u202egro.live\u202c {{7*7}} {% raw %} %(seller)s 100% https://evil.test/?a=b&c=d"
    " \x1b[31m\u2028end"
)


def sent(cast, no_reissue):
    """The one letter that is due, delivered."""
    deliver_due(cast.settings, no_reissue)
    (message,) = mails(cast.settings)
    return message


def squeezed(text: str) -> str:
    """Without quote marks and white space, which differ between the parts."""
    return re.sub(r"\s|^>", "", text, flags=re.MULTILINE)


def assert_text_says_all(message) -> None:
    html = BeautifulSoup(part(message, "html"), "html.parser")
    text = squeezed(part(message, "plain"))
    for element in html.select("body h1, h2, p, li, th, bdi, a"):
        assert squeezed(element.get_text()) in text, element


def test_there_is_a_function_and_a_folder_for_each_letter():
    assert tuple(WRITERS) == LETTERS
    folders = {path.parent.name for path in ROOT.glob("mail/*/subject.txt")}
    assert folders == set(LETTERS)


def test_headers_are_exact(cast, letter, no_reissue):
    row = cast.queue(letter, to=ADMIN)
    cast.order.contact_email = ADMIN
    cast.order.save()
    message = sent(cast, no_reissue)
    assert message["To"] == ADMIN
    assert message["From"] == "Northwind Cloud <support@homeport.test>"
    assert message["Reply-To"] == "support@homeport.test"
    assert message["Message-ID"] == f"<{row.message_id}@homeport.test>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Date"].datetime.tzinfo
    assert (message["Cc"], message["Bcc"]) == (None, None)
    assert len(message["Subject"]) < 60
    assert letter in OF_NO_ORDER or "70012345" in message["Subject"]


def test_both_parts_say_the_same(cast, letter, no_reissue):
    row = cast.queue(letter)
    message = sent(cast, no_reissue)
    assert_text_says_all(message)
    lines = part(message, "plain").splitlines()
    links = BeautifulSoup(part(message, "html"), "html.parser").select("a")
    if letter in WITH_LINK:
        assert lines.count(cast.url(row)) == 1
        assert [link["href"] for link in links] == [cast.url(row)] * 2
        assert links[1].get_text(strip=True) == cast.url(row)
    else:
        assert "http" not in "".join(lines)
        assert links == []
    too_wide = [line for line in lines if len(line) > 72]
    assert too_wide in ([], [cast.url(row)] if row.link_id else [])


def test_nothing_is_fetched_from_elsewhere(cast, letter, no_reissue):
    cast.queue(letter)
    html = part(sent(cast, no_reissue), "html")
    assert not re.search(r"<img|<link|url\(|@import|src=|var\(--(?![a-z-]+\) !important)", html)
    assert "prefers-color-scheme: dark" in html


OF_NO_ORDER = ("partner_sign_in", "console_sign_in", "webhook_paused")
FACTS = {
    "launch": ["70012345", "1,200 × Meetings", "1 December 2030", "Acme", "Reseller & Sons",
               "works once, until", "UTC", "Someone else will set this up", "expires on"],
    "fresh_link": ["Earlier links to this order no longer work", "works once, until"],
    "hand_over_new": ["handed over to you by dave@acme.com", "Customer: you set it up"],
    "hand_over_old": ["set up by dave@acme.com", "your session have ended"],
    "partner_sign_in": ["you are the contact of", "works once, until"],
    "console_sign_in": ["the console of Northwind Cloud", "works once, until"],
    "webhook_paused": ["shop. example/hooks", "flask webhooks resume 3", "it answers 503"],
    "access_notice": [CONTACT, PERSON, "Acme GmbH", "1,200 × Meetings", "Northwind Cloud",
                      "proven: a link sent to this mailbox", "not proven", "Add as full admin",
                      "Accept the subscription, do not add the person", "Decline",
                      "Report as suspicious", "Please add Carol.", "> She takes over from me.",
                      "You have until"],
    "named": ["b•••@acme.com", "Acme GmbH", CONTACT, "Nothing is granted so far"],
    "added": [PERSON, ADMIN, "Acme GmbH", "report it with the link, until"],
    "answered": ["is now a full admin of Acme GmbH", "works once, until", "Only until the summer."],
    "declined": ["has declined to add carol@acme.com", "Only until the summer.",
                 "choose another organization", "works once, until"],
    "resumed": ["is now a full admin of Acme GmbH", "Everything you entered is kept"],
    "receipt": ["Active 25 × Rooms", "Pending 1,200 × Meetings", "Acme GmbH",
                "The full admins of the organization were told", "Since", "UTC"],
    "mapped": ["now belongs to your organization", "This is not ours", CONTACT],
    "first_admin": ["has created this organization", "Opening the link confirms nothing"],
    "alert": ["reported the request as suspicious", "Acme GmbH", ADMIN, CONTACT],
    "reminder": ["not set up yet", "where you stopped", "works once, until", "expires on",
                 "Someone else will set this up"],
    "expired": ["Nothing was set up", "you get a new link", "it stays closed"],
    "reopened": ["you can set it up until", "where you stopped", "works once, until"],
    "cancelled": ["has cancelled the order", "need not do anything"],
    "unanswered": ["to add carol@acme.com, and no answer came in time", "ask them again",
                   "works once, until"],
    "confirm_question": [CONTACT, "Acme GmbH", "1,200 × Meetings", "proven: a link sent to this",
                         "Your answer grants nothing", "Yes: the person sees", "No: your organi",
                         "Report as suspicious", "You have until"],
    "confirmed": ["says one of its full admins", "Only until the summer.", "works once, until"],
    "digest": ["Order 70012345", "alice@acme.com asks you to add carol@acme.com as full admin",
               "open until", "Opening the link decides nothing", "Acme GmbH"],
    "dispute": ["said that this order is not yours", "looks into it"],
    "moved": ["from Acme Trading to Acme GmbH", "Nobody became administrator"],
    "moved_away": ["to another organization", "a full admin of Acme Trading"],
}  # fmt: skip


def test_a_letter_says_who_what_and_until_when(cast, letter, no_reissue):
    cast.queue(letter)
    text = " ".join(part(sent(cast, no_reissue), "plain").split())
    for fact in FACTS[letter]:
        assert fact in text
    assert "You get this mail because" in text


def test_what_comes_from_outside_stays_data(cast, letter, no_reissue):
    order, organization = cast.order, cast.order.organization
    order.company_name = order.partner_name = organization.name = HOSTILE
    order.contact_name = HOSTILE
    order.number = HOSTILE
    order.save()
    organization.save()
    OrderLine.update(product=HOSTILE).execute()
    AccessRequest.update(message=HOSTILE, note=HOSTILE).execute()
    row = cast.queue(letter)
    message = sent(cast, no_reissue)
    text, html = part(message, "plain"), part(message, "html")
    assert message["Bcc"] is None
    assert len(message["Subject"]) < 60
    assert not re.search(
        "[\u202a-\u202e\u2066-\u2069\x00\x1b\u2028]", text + html + message["Subject"]
    )
    soup = BeautifulSoup(html, "html.parser")
    assert not soup.select("img, script")
    assert {a["href"] for a in soup.select("a")} <= ({cast.url(row)} if row.link_id else set())
    assert_text_says_all(message)
    assert all(
        len(line) <= 72 for line in text.splitlines() if not row.link_id or line != cast.url(row)
    )
    if letter not in OF_NO_ORDER:
        assert "{{7*7}}" in text
        assert "%(seller)s 100%" in " ".join(text.split())


def test_a_quoted_message_cannot_pass_for_our_own_words(cast, no_reissue):
    AccessRequest.update(message=f"Hi\n--\n\nReport at:\n{'x' * 500}\n  table").execute()
    cast.queue("access_notice")
    text = part(sent(cast, no_reissue), "plain")
    quote = text.split("unchecked:")[1].split("What your answer does")[0].strip().splitlines()
    assert all(line.startswith(">") and len(line) <= 72 for line in quote)


@pytest.mark.parametrize(
    ("letter", "changed", "says"),
    [
        ("receipt", {"created": True, "told": 0}, "The new organization Acme GmbH was created"),
        ("receipt", {"created": True, "told": 0}, "asked to confirm from their own mailbox"),
        ("receipt", {"partner_reach_out": True, "person": PERSON}, "Please reach out to the admin"),
        ("receipt", {"told": 1}, "The full admins of the organization were told"),
        ("resumed", {"how": "first_admin"}, "The first administrator of Acme GmbH has confirmed"),
        ("resumed", {"how": "approved"}, "has added carol@acme.com as full admin"),
        ("resumed", {"how": "accepted"}, "has accepted the subscription and administers it"),
        ("access_notice", {"requester_proven": False}, "Asks alice@acme.com not proven"),
        ("answered", {"how": "accepted"}, "has not added carol@acme.com"),
        ("answered", {"how": "declined"}, "has declined to add carol@acme.com"),
        ("alert", {"reason": "nobody_to_ask"}, "there is nobody to ask"),
        ("alert", {"reason": "disputed"}, "says that the order is not theirs"),
        ("alert", {"reason": "first_admin_refused"}, "has said no"),
        ("alert", {"reason": "budget_spent"}, "as often as one order may"),
        ("alert", {"reason": "first_admin_unconfirmed"}, "has not confirmed in time"),
        ("alert", {"reason": "unreachable"}, "no mail reaches any of them"),
        ("alert", {"reason": "expired"}, "You can open it again"),
        ("alert", {"reason": "something new"}, "a person must look at"),
        ("resumed", {"how": "operator"}, "has looked into the order, and you can continue"),
        ("hand_over_old", {"to": "dave@acme.com", "by": "support"}, "Order 70012345 was handed"),
        ("access_notice", {"again": True}, "This is a reminder"),
        ("confirm_question", {"again": True}, "This is a reminder"),
        ("dispute", {"outcome": "moved"}, "belong to another organization now"),
        ("dispute", {"outcome": "cancelled"}, "and cancelled the order"),
        ("dispute", {"outcome": "restored"}, "let the order go on as it was"),
    ],
)
def test_a_letter_follows_its_facts(cast, letter, changed, says, no_reissue):
    cast.queue(letter, **changed)
    message = sent(cast, no_reissue)
    assert says in " ".join(part(message, "plain").split())
    assert_text_says_all(message)


def test_the_notice_says_what_an_answer_does_when_the_order_goes_on(cast, no_reissue):
    cast.order.purpose = "partner_for_customer"
    cast.order.save()
    cast.queue("access_notice")
    text = " ".join(part(sent(cast, no_reissue), "plain").split())
    assert "the subscription stays with your organization, and nobody is added" in text
    assert "the order goes on with you as its administrator" not in text


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("provisioned", "You need not do anything: the order is set up."),
        ("stopped", "The order is stopped at the moment"),
    ],
)
def test_an_answer_about_an_order_that_cannot_be_continued(cast, status, says, no_reissue):
    cast.order.status = status
    cast.order.save()
    cast.queue("answered", link=None)
    text = part(sent(cast, no_reissue), "plain")
    assert says in text
    assert "http" not in text


def test_a_declined_order_that_had_gone_on_is_not_continued(cast, no_reissue):
    cast.order.status = "provisioned"
    cast.order.save()
    cast.queue("declined", link=None)
    text = part(sent(cast, no_reissue), "plain")
    assert "The subscription stays where it is." in text
    assert "http" not in text
    assert "choose another" not in text


def test_a_language_that_we_do_not_speak_gives_english_dates_too(cast, no_reissue):
    cast.order.language = "de-AT"
    cast.order.save()
    cast.queue("launch")
    message = sent(cast, no_reissue)
    assert "1 December 2030" in " ".join(part(message, "plain").split())
    assert '<html lang="en" dir="ltr">' in part(message, "html")


@pytest.mark.settings(SELLER_NAME="Müller, Söhne & Co.", MAIL_DEFAULT_SENDER="no-reply@nord.test")
def test_a_sellers_name_with_commas_and_umlauts_is_the_from(cast, no_reissue):
    cast.queue("launch")
    (address,) = sent(cast, no_reissue)["From"].addresses
    assert (address.display_name, address.addr_spec) == (
        "Müller, Söhne & Co.",
        "no-reply@nord.test",
    )


def test_a_very_long_address_stays_whole_in_its_header(cast, no_reissue):
    long = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.test"
    cast.queue("launch", to=long)
    assert sent(cast, no_reissue)["To"] == long


def test_mails_look_like_the_pages():
    """The tokens of the mails' style are those of the pages', light and dark."""
    pages, letters = (
        re.findall(r"--([\w-]+): ([^;]+);", (ROOT / path).read_text())
        for path in ("static/style.css", "mail/_style.css")
    )
    assert set(letters) <= set(pages)


def test_no_line_of_a_body_is_longer_than_smtp_allows(cast, letter, no_reissue):
    cast.queue(letter)
    deliver_due(cast.settings, no_reissue)
    (path,) = cast.settings.mailbox_dir.iterdir()
    raw = path.read_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert OutboxRow.get().sent_at
