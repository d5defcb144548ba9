"""On paper a page is its facts: nothing to press, nothing beyond the edge."""

import pytest

from tests.browser import places_after, places_around, places_console

A4 = {"width": 718, "height": 1_000}  # what is left of it between its margins, in CSS pixels


@pytest.mark.parametrize(
    ("come", "facts"),
    [
        (places_around.partner_overview, ["Order 70012345", "set up", "expired", "Acme"]),
        (places_around.partner_own_order, ["25 × Meetings", "pia@volta.example", "Expires"]),
        (places_after.done, ["25 × Meetings", "70012345"]),
        (places_console.console_order, ["History", "carol@acme.com"]),
    ],
)
def test_a_page_can_be_printed(page, stage, come, facts):
    come(page, stage)
    page.get_by_role("heading", level=1).wait_for()
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    said = page.locator("body").inner_text()
    for fact in facts:
        assert fact in said
    assert page.locator("button:visible, a.button:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= A4["width"]
