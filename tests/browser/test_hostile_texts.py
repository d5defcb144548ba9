"""Words from outside in a real browser: nothing runs, nothing is fetched, nothing leads away."""

import re
import unicodedata

import pytest
from playwright.sync_api import expect

from mail.delivery import deliver_due
from tests.browser.places import take_over
from tests.browser.walking import candidates, landed, name_field, press, type_company
from tests.support.cast import ALICE, CAROL, organization
from tests.support.hostile_texts import ACCEPTED
from tests.support.page_client import PageClient

# What a page of ours never has: each would be somebody else's doing.
STRANGE = (
    "iframe, object, embed, base, img, form[action*=evil], a[href*=evil], a[href^='javascript:'],"
    " script:not([src^='/static/']), main style, [onerror], [onload], [srcdoc],"
    " [data-hx-get]:not([data-hx-get^='/orders/70012345/'])"
)
RUNS = (
    "addEventListener('DOMContentLoaded', () => { window.alert = () => console.error('it ran') })"
)


@pytest.fixture
def page(new_context):
    context = new_context()
    context.add_init_script(RUNS)
    return context.new_page()


def assert_words(page, text):
    """The page shows the text as words; the fixture `troubles` tells whatever else came of it."""
    assert " ".join(text.split()) in " ".join(page.locator("main").text_content().split())
    assert page.locator(STRANGE).count() == 0
    assert page.evaluate("document.querySelectorAll('body > main, body > header').length") == 2
    expect(page.locator("h1")).to_be_visible()
    expect(page).to_have_title(re.compile("Northwind Cloud$"))


# The others are words in every browser alike; tests/pages looks at them too.
LIVELY = [
    *("from right to left", "emoji", "elements", "ends of elements", "ends of attributes"),
    *("elements of a head", "entities", "scripts and htmx", "templates", "links", "more links"),
]


@pytest.mark.parametrize("name", LIVELY)
def test_nothing_that_was_typed_does_anything(page, stage, name):
    text = unicodedata.normalize("NFC", ACCEPTED[name])
    organization("acme", text, admins=(ALICE,), users=(CAROL,))
    line = {"sku": "x", "product": text, "quantity": "25"}
    stage.place(CAROL, company_name=text, partner_name=text, lines=[line])
    take_over(page, stage.opened())
    expect(name_field(page)).to_have_value(text)
    # The live list, swapped in by a script.
    type_company(page, "")
    name_field(page).fill(text)
    expect(candidates(page).locator("h3")).to_have_text(text)
    press(page, "Continue")
    landed(page, "organization")
    assert_words(page, text)
    candidates(page).locator("input").check()
    press(page, "Continue")
    landed(page, "administrator")
    page.get_by_label("Your message to the administrators").fill(text)
    press(page, "Ask them and wait")
    landed(page, "waiting")
    assert_words(page, text)
    page.goto(stage.path("access_notice", ALICE))
    assert_words(page, text)
    expect(page.locator(".said")).to_have_text(text)
    # The page after it is read without a browser; here only what it shows.
    notice = PageClient(stage.app, page.url.partition("/requests")[0])
    notice.get(stage.path("access_notice", ALICE)).form().fill(
        decision="decline", note=text
    ).submit()
    page.goto("/orders/70012345/waiting")
    expect(page.locator(".said")).to_have_text(text)
    assert_words(page, text)


def test_no_mail_makes_a_link_of_them(page, stage):
    organization("acme", ACCEPTED["ends of elements"], admins=(ALICE,), users=(CAROL,))
    line = {"sku": "x", "product": ACCEPTED["more links"], "quantity": "25"}
    links = ACCEPTED["links"]
    stage.place(CAROL, company_name=links, partner_name=links, lines=[line])
    with stage.app.app_context():
        deliver_due(stage.settings, lambda link: link)
    page.goto("/mailbox")
    page.locator(".orders a").first.click()
    expect(page.locator("pre").first).to_contain_text("evil. example")
    ours = re.compile(f"^(/|#|mailto:|{re.escape(stage.settings.link_base)}/start/)")
    for shown in ("a message", "its HTML"):
        hrefs = [link.get_attribute("href") for link in page.locator("a").all()]
        assert hrefs, shown
        assert [href for href in hrefs if not ours.match(str(href))] == []
        assert "evil" not in " ".join(map(str, hrefs))
        if shown == "a message":
            assert page.locator("iframe").get_attribute("sandbox") is not None
            page.get_by_role("link", name="Open as HTML").click()
    expect(page.locator("bdi", has_text="evil. example").first).to_be_visible()
    assert page.locator("script, img, iframe, base, form").count() == 0
