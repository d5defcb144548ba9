"""What every page must show to everybody, however they look at it."""

from collections.abc import Callable

from playwright.sync_api import Page, ViewportSize, expect

from tests.browser import walking
from tests.browser.accessibility import TOO_WIDE
from tests.browser.places import Place
from tests.support.cast import Stage

NARROW: ViewportSize = {"width": 320, "height": 800}
# Buttons, and links that are not part of a sentence; what is hidden has no size.
SMALL_TARGETS = """() => {
  const alone = (link) => {
    const around = link.closest("p, li, dd, td, div, pre");
    return around.textContent.trim() === link.textContent.trim();
  };
  const targets = [...document.querySelectorAll("button, summary, a.button, main a, footer a")];
  return targets
    .filter((target) => !target.matches("a:not(.button)") || alone(target))
    .map((target) => [target.textContent.trim(), target.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.height < 44 || box.width < 44))
    .map(([words, box]) => `${words}: ${box.width} x ${box.height}`);
}"""


def assert_for_everybody(
    place: Place, page: Page, stage: Stage, axe: Callable[[Page], None]
) -> None:
    """The page in light and dark, narrow and wide, from the left and from the right, by touch."""
    place.come(page, stage)
    expect(walking.heading(page)).to_have_text(place.heading)
    axe(page)
    page.set_viewport_size(NARROW)
    assert page.evaluate(SMALL_TARGETS) == []
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert not page.evaluate(TOO_WIDE), "from right to left it scrolls sideways"
