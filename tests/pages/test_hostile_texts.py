"""Whatever is typed, sent or imported: pages show it as words, or refuse it beside its field."""

import html
import re
import unicodedata
from typing import Any
from urllib.parse import quote

import pytest
from markupsafe import escape

from records.tables import TABLES, Order
from tests.support import stored
from tests.support.cast import ALICE, CAROL, NEWCOMER, PIA, acme, now, organization, requests_of
from tests.support.hostile import ACCEPTED as ADDRESSES
from tests.support.hostile import NOT_ACCEPTED
from tests.support.hostile_texts import ACCEPTED, BLANK, FORBIDDEN, TOO_LONG
from tests.support.lists import AT, suggested
from tests.support.page_client import PageClient
from tests.support.page_rules import words
from tests.support.steps import csrf_token, journey

SAFE_LINK = re.compile(r"(?:/(?!/)|#|mailto:support@homeport\.test)")
FOREIGN = (
    "iframe, object, embed, base, form[action^='//'], img, video, [onerror], [onload], [srcdoc]"
)
LOOKED_AT = ("Spent", "Tally")
# No form can hold half a character.
SENDABLE = [typed for typed in NOT_ACCEPTED if not re.search("[\ud800-\udfff]", typed)]


def assert_words(page, text):
    """The page says the text, and nothing on it comes from it but words."""
    assert " ".join(text.split()) in page.text, page.way
    assert not page.select(FOREIGN)
    for script in page.select("script"):
        assert str(script["src"]).startswith("/static/")
    for link in page.select("a, area, link"):
        assert SAFE_LINK.match(str(link["href"])), link
        assert "evil" not in words(link)
    assert str(7 * 191) not in page.text


def asking(stage, field):
    """A page that asks for the field."""
    if field == "company_name":
        return journey(stage, "company")[1]
    page = journey(stage, "administrator")[1]
    if field == "message":
        return page
    page.form().submit()
    return PageClient(stage.app).get(stage.path("access_notice", ALICE))


def answers():
    """What is stored, but for what was looked at and how often."""
    return {name: rows for name, rows in stored.dump().items() if name not in LOOKED_AT}


def flat(text):
    """What a page can hold of a text; lines end alike."""
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0\U0001ffff]", "", text)
    return re.sub("\r\n?", "\n", text)


def forget_limits():
    """As if each address was the first: an order may name only a few."""
    tables: list[Any] = [table for table in TABLES if table.__name__ in LOOKED_AT]
    for table in tables:
        table.delete().execute()


@pytest.mark.parametrize("typed", ACCEPTED.values(), ids=ACCEPTED)
def test_every_page_shows_what_came_from_outside_as_words(stage, typed):
    text = unicodedata.normalize("NFC", typed)
    organization("acme", text, admins=(ALICE,), users=(CAROL,))
    line = {"sku": typed[:64], "product": typed, "quantity": "25"}
    order = stage.place(
        CAROL, company_name=typed, contact_name=typed, partner_name=typed, lines=[line]
    )
    assert_words(PageClient(stage.app).get(stage.path("launch")), typed)
    page = stage.opened()
    assert page.form().values["company_name"] == text
    listed = page.form().submit()
    assert_words(listed, text)
    card = str(listed.one("[data-organization]")["data-organization"])
    assert words(listed.one("[data-organization] h3")) == " ".join(text.split())
    if len(text) >= 5:
        assert_words(suggested(page), text)
    asked = listed.form().fill(organization=card).submit()
    assert_words(asked, text)
    waiting = asked.form().fill(message=typed).submit()
    assert_words(waiting, text)
    notice = PageClient(stage.app).get(stage.path("access_notice", ALICE))
    assert_words(notice, typed)
    assert words(notice.one(".said")) == " ".join(typed.split())
    assert_words(notice.form().fill(decision="decline", note=typed).submit(), text)
    declined = waiting.reload()
    assert words(declined.one(".said")) == " ".join(typed.split())
    new = declined.client.get(AT + "organization").form().fill(organization="new").submit()
    assert_words(new, text)
    assert_words(new.form().fill(confirm=True).submit(), typed)
    assert now(order).status == "provisioned"


def test_a_partners_list_and_the_local_mailbox_show_them_as_words(stage):
    for number, typed in enumerate(ACCEPTED.values()):
        line = {"sku": "x", "product": typed, "quantity": "1"}
        stage.place(PIA, role="partner", number=str(number), company_name=typed, lines=[line])
    client = PageClient(stage.app)
    client.get("/partner").form().fill(contact_email=PIA).submit()
    page = stage.opened("partner_sign_in", client=client)
    for typed in ACCEPTED.values():
        assert_words(page, unicodedata.normalize("NFC", typed))


@pytest.mark.parametrize("field", ["company_name", "message", "note"])
def test_what_cannot_be_shown_is_refused_beside_its_field_and_kept(stage, field):
    page = asking(stage, field)
    before = answers()
    breaks = ("line feed", "carriage return", "carriage return and line feed")
    wrong = FORBIDDEN | TOO_LONG
    if field != "company_name":
        wrong = {name: text for name, text in wrong.items() if name not in breaks}
        wrong["one too many"] *= 2
    for name, text in wrong.items():
        typed = text if name in TOO_LONG else f"Acme {text} Ltd"
        form = page.form().fill(**{field: typed})
        if field == "note":
            form.fill(decision="decline")
        refused = form.submit(status=422)
        assert refused.one("[role=alert] a")["href"] == f"#{field}", name
        assert words(refused.one(f"#{field}-error")), name
        # All that a page can hold is there again.
        kept = str(refused.form().values[field])
        assert flat(kept) == flat(typed), name
    assert answers() == before


def test_a_name_that_nobody_can_see_is_none(stage):
    _order, page = journey(stage, "company", NEWCOMER)
    for blank in BLANK:
        refused = page.form().fill(company_name=blank).submit(status=422)
        assert "missing" in refused
    page = page.client.get(AT + "company").form().fill(company_name="Acme").submit()
    waiting = page.form().choose("Acme GmbH").submit().form().fill(message="\u200b").submit()
    assert waiting.path == AT + "waiting"
    assert [asked.message for asked in requests_of(Order.get())] == [""]


def test_the_live_list_and_every_path_take_anything_without_an_error(stage):
    _order, page = journey(stage, "company", NEWCOMER)
    token, client = csrf_token(page), page.client.http
    texts = [*ACCEPTED.values(), *FORBIDDEN.values(), *TOO_LONG.values(), *BLANK, "Acme\0 GmbH"]
    for text in texts:
        for fields in ({"company_name": f"Acme {text}"}, {"admin_email": text}, {"more": text}):
            typed = {"company_name": "Acme G", "admin_email": NEWCOMER, "csrf_token": token}
            answer = client.post(
                "/orders/70012345/matches", data=typed | fields, base_url=page.client.base_url
            )
            assert answer.status_code in (200, 429), (text, answer.status_code)
        for field in ("organization", "seen"):
            typed = {"company_name": "Acme", "admin_email": NEWCOMER, field: text}
            data = typed | {"csrf_token": token}
            for step in ("company", "organization", "administrator", "review", "waiting"):
                answer = client.post(AT + step, data=data, base_url=page.client.base_url)
                assert answer.status_code < 500, (text, step)
    for text in ["%00", "%ff", "%ed%a0%80", "..%2f..%2f", "%0d%0aX:1", "{{7*7}}", "%F0%9F%98%80"]:
        for path in ("/orders/{}/company", "/start/{}", "/requests/{}", "/partner/{}", "/{}"):
            answer = client.get(path.format(text), base_url=page.client.base_url)
            assert answer.status_code in (303, 308, 400, 404), path.format(text)
            assert "X" not in answer.headers
        data = {"csrf_token": token}
        for path in ("/partner/orders/{}", "/start/{}", "/orders/{}/matches"):
            answer = client.post(path.format(text), data=data, base_url=page.client.base_url)
            assert answer.status_code in (303, 400, 404), path.format(text)
    query = quote("Acme\0\u202e<b>")
    assert client.get(f"{AT}organization?after={query}&changed={query}").status_code < 500


def test_an_address_is_stored_and_shown_as_its_canonical_form_alone(stage):
    order = stage.place(NEWCOMER, company_name="Acme")
    page = stage.opened()
    token, base = csrf_token(page), page.client.base_url
    for typed, address in ADDRESSES.items():
        data = {"csrf_token": token, "company_name": "Nordlicht Werke", "admin_email": typed}
        forget_limits()
        answer = page.client.http.post(AT + "company", data=data, base_url=base)
        assert answer.status_code == 303, typed
        assert now(order).admin_email == address
        company = page.client.http.get(AT + "company", base_url=base).text
        (value,) = re.findall(r'name="admin_email" value="([^"]*)"', company)
        assert html.unescape(value) == address
        review = page.client.http.get(AT + "review", base_url=base).text
        assert f"<bdi>{escape(address)}</bdi>" in review
    before = now(order).admin_email
    for typed in SENDABLE:
        data = {"csrf_token": token, "company_name": "Nordlicht Werke", "admin_email": typed}
        answer = page.client.http.post(AT + "company", data=data, base_url=base)
        assert answer.status_code == 422, typed
        assert 'id="admin_email-error"' in answer.text
        assert now(order).admin_email == before


def test_every_other_entry_takes_the_same_addresses(stage):
    acme()
    page = PageClient(stage.app).get("/")
    token, client, base = csrf_token(page), page.client.http, page.client.base_url
    for place, (typed, address) in enumerate(ADDRESSES.items()):
        order = stage.place(typed, number=f"A{place}", role="partner")
        assert order.contact_email == address
        forget_limits()
        data = {"csrf_token": token, "number": f"A{place}", "contact_email": typed}
        assert client.post("/", data=data, base_url=base).status_code == 200
        assert client.post("/partner", data=data, base_url=base).status_code == 200
    for typed in SENDABLE:
        for path in ("/", "/partner"):
            data = {"csrf_token": token, "number": "A1", "contact_email": typed}
            answer = client.post(path, data=data, base_url=base)
            assert answer.status_code == 422, (path, typed)
            assert 'id="contact_email-error"' in answer.text
    for letter in ("launch", "fresh_link", "partner_sign_in"):
        assert {row.recipient for row in stage.mails(letter)} == set(ADDRESSES.values())


def test_an_order_is_handed_over_to_the_canonical_address(stage):
    order = stage.place(NEWCOMER, company_name="Acme")
    page = stage.opened()
    for typed in SENDABLE:
        data = {"csrf_token": page.form().values["csrf_token"], "contact_role": "customer"}
        data["contact_email"] = typed
        answer = page.client.http.post(AT + "hand-over", data=data, base_url=page.client.base_url)
        assert answer.status_code == 422, typed
        assert 'id="contact_email-error"' in answer.text
    assert now(order).contact_email == NEWCOMER
    data = {"contact_email": " Bob@M\xdcNCHEN.de ", "contact_role": "customer"}
    page.client.get(AT + "hand-over").form().fill(**data).submit()
    assert now(order).contact_email == "bob@xn--mnchen-3ya.de"
    assert stage.mails("hand_over_new")[-1].recipient == "bob@xn--mnchen-3ya.de"
