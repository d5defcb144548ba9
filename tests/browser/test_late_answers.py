"""Suggestions that come late, out of order, or not at all, while somebody goes on typing."""

import pytest
from playwright.sync_api import Page, expect
from werkzeug.exceptions import InternalServerError

from records.tables import Order
from tests.browser import walking
from tests.browser.held import hold
from tests.browser.walking import candidates, landed, name_field, names, press
from views.errors import refuse

MATCHES = "**/matches*"
PLACE = """() => {
  const {top, height} = document.getElementById("matches").getBoundingClientRect();
  return [scrollY, top, height];
}"""


@pytest.fixture
def form(page, stage) -> Page:
    walking.come_to_company(page, stage)
    return page


@pytest.mark.parametrize("order_of_arrival", [(0, 1), (1, 0)])
def test_a_slower_earlier_answer_never_replaces_a_later_one(form, order_of_arrival):
    held = hold(form, MATCHES)
    name_field(form).fill("Acme GmbH")
    held.wait(1)
    name_field(form).fill("Zenith")
    held.wait(2)
    for which in order_of_arrival:
        held.release(which)
    expect(candidates(form)).to_have_count(1)
    form.wait_for_timeout(200)
    assert names(form) == ["Zenith Labs"]


def test_an_answer_that_comes_after_the_name_became_short_shows_nothing(form):
    held = hold(form, MATCHES)
    name_field(form).fill("Acme GmbH")
    held.wait()
    name_field(form).fill("Acme")
    held.release()
    form.wait_for_timeout(200)
    assert walking.list_says(form) == "One more character, and suggestions appear here."


def test_a_choice_that_no_longer_fits_what_is_typed_shows_the_list(form):
    name_field(form).fill("Acme Tools")
    walking.choose(form, "Acme Tools")
    held = hold(form, MATCHES)
    name_field(form).fill("Acme GmbH")
    held.wait()
    press(form, "Continue")
    landed(form, "organization")
    assert Order.get().organization_id is None


def test_the_list_keeps_its_place_and_height_while_newer_suggestions_load(form):
    name_field(form).fill("Acme Tools")
    expect(candidates(form)).to_have_count(2)
    name_field(form).evaluate("field => field.scrollIntoView()")
    before = form.evaluate(PLACE)
    held = hold(form, MATCHES)
    name_field(form).press_sequentially(" GmbH")
    held.wait()
    assert form.evaluate(PLACE) == before
    expect(form.locator("#matches")).to_have_attribute("aria-busy", "true")
    expect(candidates(form)).to_have_count(2)
    held.release()
    expect(form.locator("#matches")).not_to_have_attribute("aria-busy", "true")
    assert form.evaluate("scrollY") == before[0]
    expect(name_field(form)).to_be_focused()


@pytest.mark.parametrize("failure", ["no connection", "an error"])
def test_a_failed_request_says_a_sentence_and_the_next_one_clears_it(
    form, stage, failure, troubles
):
    answer = error_of_the_server(stage.app, form.url)

    def fail(route) -> None:
        if failure == "no connection":
            route.abort()
        else:
            route.fulfill(status=500, headers=dict(answer.headers), body=answer.get_data())

    form.route(MATCHES, fail)
    name_field(form).fill("Acme GmbH")
    expect(walking.status(form)).to_contain_text("That did not work. Try again")
    expect(walking.status(form)).to_be_in_viewport()
    expect(name_field(form)).to_have_value("Acme GmbH")
    troubles.clear()  # the browser and htmx report the failure, which is meant
    form.unroute(MATCHES)
    name_field(form).fill("Acme Tools")
    expect(candidates(form)).to_have_count(2)
    expect(walking.status(form)).not_to_contain_text("That did not work")


def error_of_the_server(app, url):
    """What the site answers when a suggestion meets a mistake of ours."""
    headers = {"HX-Request": "true", "HX-Current-URL": url}
    with app.test_request_context("/orders/70012345/matches", method="POST", headers=headers):
        return refuse(InternalServerError())
