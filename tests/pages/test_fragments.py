"""What htmx gets: the step and its title from the same route, and the address that goes with it."""

import pytest

from tests.support.cast import NEWCOMER, acme
from tests.support.lists import AT
from tests.support.steps import STEPS, journey

HTMX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}


def fetched(page, path, **headers):
    return page.client.visit("GET", path, status=200, headers={**HTMX, **headers}, from_page=page)


@pytest.mark.parametrize("step", STEPS)
def test_a_fragment_is_the_step_and_its_title_and_nothing_around_it(stage, step):
    _order, page = journey(stage, step)
    part = fetched(page, AT + step)
    assert not part.response.text.lstrip().startswith("<!doctype")
    # The frame for parsing puts what precedes the section into the body.
    assert [element.name for element in part.soup.body.find_all(recursive=False)] in (
        [["section"], ["title", "section"]]
    )
    assert part.one("section")["id"] == "step"
    assert f"<title>{page.heading}" in part.response.text
    whole = page.one("#step")
    assert part.one("#step").get_text(" ", strip=True) == whole.get_text(" ", strip=True)


@pytest.mark.parametrize("step", STEPS)
def test_restoring_history_gets_the_whole_page(stage, step):
    _order, page = journey(stage, step)
    restored = page.client.http.get(
        AT + step,
        base_url=page.client.base_url,
        headers={"HX-Request": "true", "HX-History-Restore-Request": "true"},
    )
    assert restored.text.startswith("<!doctype html>")
    assert "HX-Push-Url" not in restored.headers
    assert "HX-Replace-Url" not in restored.headers


@pytest.mark.parametrize("fragment", [True, False])
def test_every_answer_varies_on_what_tells_the_two_apart(stage, fragment):
    _order, page = journey(stage, "company")
    headers = HTMX if fragment else {}
    for path in (AT + "company", AT + "review", "/", "/orders/none/company"):
        answer = page.client.http.get(path, base_url=page.client.base_url, headers=headers)
        vary = {name.strip().lower() for name in answer.headers["Vary"].split(",")}
        assert {"hx-request", "hx-history-restore-request", "cookie"} <= vary


def test_another_step_is_pushed_and_the_same_one_replaced(stage):
    _order, page = journey(stage, "company")
    part = page.form().submit(fragment=True)
    assert part.headers["HX-Push-Url"] == AT + "organization"
    assert "HX-Replace-Url" not in part.headers
    same = fetched(
        page, AT + "company", **{"HX-Current-URL": page.client.base_url + AT + "company"}
    )
    assert same.headers["HX-Replace-Url"] == AT + "company"
    assert "HX-Push-Url" not in same.headers


def test_a_refused_answer_changes_no_address_and_may_be_shown_again_by_back(stage):
    _order, page = journey(stage, "company")
    part = page.form().fill(company_name="").submit(status=422, fragment=True)
    assert "HX-Push-Url" not in part.headers
    assert "HX-Replace-Url" not in part.headers
    assert part.headers["Cache-Control"] == "private, no-cache"
    assert part.one("#step")
    assert part.one("[role=alert]").has_attr("autofocus")
    assert not part.one("h1").has_attr("autofocus")
    assert fetched(page, AT + "company").one("h1").has_attr("autofocus")


def test_a_whole_page_moves_no_address(stage):
    _order, page = journey(stage, "company")
    for name in ("HX-Push-Url", "HX-Replace-Url"):
        assert name not in page.headers


@pytest.mark.parametrize("path", [AT + "company", "/orders/none/company"])
def test_a_lost_session_loads_the_page_that_explains(stage, path):
    acme()
    stage.place(NEWCOMER)
    page = stage.opened()
    page.client.http.delete_cookie("homeport", domain="homeport.test")
    lost = page.client.http.get(path, base_url=page.client.base_url, headers=HTMX)
    assert lost.status_code == 404
    assert lost.headers["HX-Redirect"] == path


def test_the_error_page_of_a_form_leads_back_to_where_it_stood_and_never_away(stage):
    _order, page = journey(stage, "company")
    for current, where in [
        ("http://homeport.test/orders/70012345/company?a=1", "/orders/70012345/company?a=1"),
        ("http://evil.example//evil.example/x", "/evil.example/x"),
        ("", "/"),
    ]:
        headers = {**HTMX, "HX-Current-URL": current}
        answer = page.client.http.post(
            AT + "company", base_url=page.client.base_url, data={}, headers=headers
        )
        assert answer.status_code == 400
        assert answer.headers["HX-Redirect"] == where
