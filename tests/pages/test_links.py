"""Links: only the button acts, once; every other ending has its page; a token rests nowhere."""

import dataclasses
import logging
import re
from datetime import timedelta

import pytest

from mail import delivery
from mail.mailbox import LocalMailbox
from provisioning import fresh_links, links
from records.tables import LinkWish, MagicLink, Order, Session
from tests.support import stored
from tests.support.cast import ALICE, BOB, CAROL, MALLORY, NEWCOMER, PIA, acme, now, told, volta
from tests.support.page_client import PageClient
from views import visit

FROM_FORM = {"Sec-Fetch-Site": "same-origin"}


def deliver(stage):
    """One round of the delivery loop."""
    with stage.app.app_context():
        return delivery.deliver_due(stage.settings, lambda old: links.reissue(old, stage.settings))


def travel_to_a_fresh_link(stage, client, days=8):
    """What a person does who comes late: asks on the first page."""
    page = client.get("/").form().fill(number="70012345", contact_email=NEWCOMER).submit()
    assert page.heading == "Look into your mailbox"


@pytest.fixture
def every_letter(stage, time_machine):
    """A seller's week in which each letter with a link was queued at least once."""
    acme()
    volta()
    stage.place(CAROL, number="1", company_name="Acme")
    stage.opened().form().submit().form().choose("Acme GmbH").submit().form().submit()
    stage.decide(BOB, "add")
    stage.opened("resumed").form().fill(confirm=True).submit()
    stage.place(NEWCOMER, number="2", company_name="Nordlicht Werke")
    page = stage.opened("launch", NEWCOMER).form().fill(admin_email="chief@nordlicht.example")
    page.submit().form().fill(confirm=True).submit()
    stage.place("dave@acme.com", number="3", company_name="Acme")
    page = stage.opened("launch", "dave@acme.com").form().submit()
    page.form().choose("Acme GmbH").submit().form().submit()
    stage.decide(ALICE, "decline")
    stage.place(PIA, number="4", role="partner", company_name="Acme")
    page = stage.opened("launch", PIA).form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(admin_email="zoe@acme.com").submit()
    page.form().choose("Acme GmbH").submit().form().submit()
    stage.decide(ALICE, "add")
    PageClient(stage.app).get("/partner").form().fill(contact_email=PIA).submit()
    stage.place("eve@acme.com", number="5")
    page = stage.opened("launch", "eve@acme.com")
    page.form("#hand-over").fill(contact_email="fay@acme.com", contact_role="customer").submit()
    stage.place(NEWCOMER)
    time_machine.shift(timedelta(minutes=2))
    travel_to_a_fresh_link(stage, PageClient(stage.app))
    return stage


@pytest.fixture
def time_machine():
    """The clock, to be moved; it stands still between."""
    from datetime import UTC, datetime

    import time_machine as machine

    with machine.travel(datetime.now(UTC).replace(microsecond=0), tick=False) as clock:
        yield clock


def test_only_the_button_opens_an_order(stage):
    order = stage.place()
    page = PageClient(stage.app).get(stage.path("launch"))
    assert now(order).status == "placed"
    assert page.form().submit().path == "/orders/70012345/company"
    assert now(order).status == "launched"
    assert told(order) == ["placed", "link opened", "launched"]


def test_an_unopened_link_shows_seller_product_and_masked_contact_and_no_organization(stage):
    acme()
    stage.place(ALICE, company_name="Acme")
    page = PageClient(stage.app).get(stage.path("launch"))
    assert "Northwind Cloud" in page
    assert "Meetings" in page
    assert "a•••@acme.com" in page
    assert ALICE not in page.response.text
    assert "Acme" not in page


def test_fetching_every_link_of_every_mail_changes_nothing(every_letter):
    stage = every_letter
    with_link = {mail.letter for mail in stage.mails() if mail.link_id}
    assert with_link == {
        "launch", "fresh_link", "hand_over_new", "partner_sign_in", "access_notice", "added",
        "answered", "declined", "resumed", "mapped", "first_admin",
    }  # fmt: skip
    paths = [
        str(links.url_of(link, stage.settings)).removeprefix(stage.settings.link_base)
        for link in MagicLink.select()
    ]
    before = stored.dump()
    browser = stage.app.test_client()
    for path in paths:
        answers = {browser.open(path, method=m).status_code for m in ("GET", "HEAD") * 25}
        assert len(answers) == 1, path
        assert answers < {200, 410}, path
    assert stored.dump() == before


def test_a_used_link_says_so_to_anybody_else(stage):
    stage.place()
    stage.opened()
    before = stored.dump()
    page = PageClient(stage.app).get(stage.path("launch"), status=410)
    assert page.heading == "This link has been used"
    assert stored.dump() == before


def test_a_used_link_continues_in_its_own_living_session(stage):
    stage.place()
    page = stage.opened()
    assert page.client.get(stage.path("launch")).path == "/orders/70012345/company"


def test_an_expired_link_says_so(stage, time_machine):
    stage.place()
    client = PageClient(stage.app)
    time_machine.shift(timedelta(days=7, seconds=-1))
    page = client.get(stage.path("launch"))
    time_machine.shift(timedelta(seconds=1))
    assert page.form().submit(status=410).heading == "This link has expired"
    assert client.get(stage.path("launch"), status=410).heading == "This link has expired"
    assert not stored.rows_of(Session)


def test_a_replaced_link_says_so(stage, time_machine):
    stage.place()
    old = stage.path("launch")
    page = PageClient(stage.app).get(old)
    time_machine.shift(timedelta(minutes=2))
    travel_to_a_fresh_link(stage, PageClient(stage.app))
    assert stage.mails("fresh_link")
    assert page.form().submit(status=410).heading == "A newer link replaces this one"
    assert page.client.get(old, status=410).heading == "A newer link replaces this one"
    assert stage.opened("fresh_link").path.endswith("/company")


def test_whether_a_link_is_sent_is_looked_at_when_the_answer_has_gone_out(app, stage):
    """So the time that an answer takes says nothing: right and wrong store the same."""
    stage.place()
    stage.place(PIA, role="partner", number="70012346")
    before = stored.but_for(stored.dump(), "LinkWish", "Tally")
    for address in (NEWCOMER, MALLORY):
        page = PageClient(app).get("/").form().fill(number="70012345", contact_email=address)
        page.submit()
    for address in (PIA, MALLORY):
        PageClient(app).get("/partner").form().fill(contact_email=address).submit()
    assert stored.but_for(stored.dump(), "LinkWish", "Tally") == before
    assert LinkWish.select().count() == 4
    fresh_links.answer(stage.settings)
    assert LinkWish.select().count() == 0
    assert [(m.letter, m.recipient) for m in stage.mails()][2:] == [
        ("fresh_link", NEWCOMER),
        ("partner_sign_in", PIA),
    ]


@pytest.mark.parametrize("number", ["", " ", "\0", "7\0", "ключ", "x" * 70_000, "😀" * 200])
def test_a_number_that_cannot_be_one_asks_for_nothing(stage, number):
    stage.place()
    fresh_links.ask(number, NEWCOMER, stage.settings, "")
    fresh_links.answer(stage.settings)
    assert [m.letter for m in stage.mails()] == ["launch"]


def test_two_loops_send_one_link_for_one_wish(stage):
    stage.place()
    for n in range(20):
        stage.place(f"c{n}@acme.com", number=f"7100{n:04}")
        fresh_links.ask(f"7100{n:04}", f"c{n}@acme.com", stage.settings, "")
    stored.at_once([lambda: fresh_links.answer(stage.settings)] * 4)
    assert len(stage.mails("fresh_link")) == 20


def test_a_wish_that_cannot_be_answered_keeps_no_other_waiting(stage):
    stage.place()
    fresh_links.ask("70012345", NEWCOMER, stage.settings, "")
    fresh_links.answer(dataclasses.replace(stage.settings, link_days=10**9))  # past all calendars
    assert LinkWish.select().count() == 0
    fresh_links.ask("70012345", NEWCOMER, stage.settings, "")
    assert [m.letter for m in stage.mails()] == ["launch", "fresh_link"]


def test_a_wish_that_nobody_looks_at_is_seen_by_who_watches(app, stage, time_machine):
    fresh_links.ask("70012345", NEWCOMER, stage.settings, "")
    assert PageClient(app).http.get("/readyz", base_url=stage.settings.link_base).status_code == 200
    time_machine.shift(timedelta(minutes=10))
    late = PageClient(app).http.get("/readyz", base_url=stage.settings.link_base)
    assert (late.status_code, late.text) == (503, "mail waits for 600 seconds\n")


def test_an_unknown_link_says_so_and_a_link_of_another_kind_is_unknown(every_letter):
    client = PageClient(every_letter.app)
    notice = every_letter.path("access_notice").rpartition("/")[2]
    sign_in = every_letter.path("partner_sign_in").rpartition("/")[2]
    for token in ("x" * 43, "ä", "%00", "x" * 5000, notice, sign_in):
        assert client.get(f"/start/{token}", status=404).heading == "We do not know this link"
        client.get(f"/requests/{token}", status=200 if token == notice else 404)
    assert client.get(f"/partner/{notice}", status=404).heading == "We do not know this link"


def test_a_double_click_loses_the_first_answer_and_still_gets_in(stage, time_machine):
    stage.place()
    client, stranger = PageClient(stage.app), PageClient(stage.app)
    page, other = client.get(stage.path("launch")), stranger.get(stage.path("launch"))
    cookie = client.http.get_cookie("homeport", domain="homeport.test")
    assert cookie
    kept = cookie.value
    page.form().submit()
    # The first answer never arrived: the browser still has the cookie of before.
    client.http.set_cookie("homeport", kept, domain="homeport.test")
    time_machine.shift(timedelta(seconds=59))
    assert other.form().submit(status=410).heading == "This link has been used"
    assert page.form().submit().path.endswith("/company")
    client.http.set_cookie("homeport", kept, domain="homeport.test")
    time_machine.shift(timedelta(seconds=1))
    assert page.form().submit(status=410).heading == "This link has been used"
    assert told(Order.get()) == ["placed", "link opened", "launched"]


def test_each_claim_starts_a_session_with_a_secret_of_its_own(stage):
    stage.place()
    client = PageClient(stage.app)
    page = client.get(stage.path("launch"))
    secrets = []
    for _press in range(2):
        page.form().submit()
        with client.http.session_transaction(base_url="http://homeport.test") as session:
            secrets.append(session["orders"]["70012345"])
    assert len(set(secrets)) == len({s.secret_hash for s in Session.select()}) == 2
    assert not any(secret in stored.text() for secret in secrets)


def copied(client):
    """A browser with the cookie that another has at this moment."""
    cookie = client.http.get_cookie("homeport", domain="homeport.test")
    thief = PageClient(client.http.application)
    thief.http.set_cookie("homeport", cookie.value, domain="homeport.test")
    return thief


def test_a_fresh_link_in_the_same_browser_ends_the_session_before_it(stage, time_machine):
    stage.place()
    page = stage.opened()
    thief = copied(page.client)
    assert thief.get(page.path).path == page.path
    time_machine.shift(timedelta(minutes=2))
    travel_to_a_fresh_link(stage, page.client)
    page = stage.opened("fresh_link", client=page.client)
    assert Session.select().where(Session.ended_at.is_null()).count() == 1
    thief.get(page.path, status=404)
    second = copied(page.client)
    page.reload().form("[action='/sign-out']").submit()
    for browser in (page.client, thief, second):
        browser.get("/orders/70012345/company", status=404)


def test_a_fresh_link_in_another_browser_ends_nothing(stage, time_machine):
    stage.place()
    page = stage.opened()
    time_machine.shift(timedelta(minutes=2))
    travel_to_a_fresh_link(stage, page.client)
    stage.opened("fresh_link")
    page.reload()


def test_an_order_that_is_pushed_out_ends_wherever_its_cookie_was_copied_to(stage):
    client = PageClient(stage.app)
    for number in range(visit.MOST_ORDERS):
        stage.place(f"c{number}@acme.com", number=f"{number}")
        stage.opened("launch", f"c{number}@acme.com", client=client)
    thief = copied(client)
    thief.get("/orders/0/company")
    stage.place()
    stage.opened("launch", NEWCOMER, client=client)
    for browser in (client, thief):
        browser.get("/orders/0/company", status=404)
        for number in range(1, visit.MOST_ORDERS):
            browser.get(f"/orders/{number}/company")
    assert Session.select().where(Session.ended_at.is_null()).count() == visit.MOST_ORDERS


def test_a_session_lives_twelve_hours(stage, time_machine):
    stage.place()
    page = stage.opened()
    time_machine.shift(timedelta(hours=12, seconds=-1))
    assert page.reload().path.endswith("/company")
    time_machine.shift(timedelta(seconds=1))
    page.reload(status=404)
    page.form().submit(status=404)


def fresh_answers(stage, typed):
    """What each (number, address) is answered, on a browser of its own, without its CSRF token."""
    for number, address in typed:
        form = PageClient(stage.app).get("/").form()
        page = form.fill(number=number, contact_email=address).submit()
        yield page.status, re.sub(r'csrf_token" value="[^"]+"', "", page.response.text)


def test_a_fresh_link_is_answered_alike_whatever_is_typed(stage, time_machine):
    stage.place()
    closed = stage.place(ALICE, number="2")
    Order.update(status="cancelled").where(Order.id == closed.id).execute()
    time_machine.shift(timedelta(minutes=2))
    before = len(stage.mails())
    typed = [
        ("70012345", NEWCOMER), ("70012345", NEWCOMER), ("70012345", MALLORY), ("1", NEWCOMER),
        ("2", ALICE), (" 70012345 ", " NORA@Acme.com "), ("7001\x002345", NEWCOMER),
        ("x" * 100_000, NEWCOMER),
    ]  # fmt: skip
    assert len(set(fresh_answers(stage, typed))) == 1
    new = stage.mails()[before:]
    assert [(mail.letter, mail.recipient) for mail in new] == [("fresh_link", NEWCOMER)]
    assert not stage.mails(to=MALLORY)


def test_a_fresh_link_is_sent_once_a_minute_and_ten_times_a_day(stage, time_machine):
    stage.place()
    for seconds, sent in ((0, 1), (59, 1), (1, 2), (59, 2), (1, 3)):
        time_machine.shift(timedelta(seconds=seconds))
        list(fresh_answers(stage, [("70012345", NEWCOMER)]))
        assert len(stage.mails("fresh_link")) == sent
    for _more in range(20):
        time_machine.shift(timedelta(minutes=2))
        list(fresh_answers(stage, [("70012345", NEWCOMER)]))
        stage.mails()
    assert len(stage.mails("fresh_link")) == 10


def test_a_raw_token_is_nowhere_but_in_its_mail(every_letter, caplog):
    stage = every_letter
    caplog.set_level(logging.DEBUG)
    everything = [
        (str(links.url_of(link, stage.settings)).rpartition("/")[2]) for link in MagicLink.select()
    ]
    assert len(everything) > 10
    before = stored.text()
    deliver(stage)
    for token in everything:
        for kind in ("start", "requests", "partner"):
            stage.app.test_client().get(f"/{kind}/{token}")
        assert token not in before
        assert token not in stored.text()
        assert token not in caplog.text
    written = "".join(f.read_text() for f in stage.settings.mailbox_dir.glob("*.eml"))
    assert sum(token in written for token in everything) > 5


def test_a_retried_mail_carries_the_same_link(stage, time_machine, monkeypatch):
    stage.place()
    path, tries = stage.path("launch"), []

    def refuse(_mailbox, post, *_how):
        tries.append((post.msgId, f"http://homeport.test{path}\n" in post.body, post.body))
        raise ConnectionError

    monkeypatch.setattr(LocalMailbox, "send", refuse)
    for _try in range(3):
        deliver(stage)
        time_machine.shift(timedelta(hours=1))
    assert len(tries) == 3
    assert len(set(tries)) == 1
    assert tries[0][1]
