"""axe-core on a page, in each colour scheme and width that people use."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})"
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


# Colours follow from the scheme alone and places from the width alone: two views show them all.
VIEWS: tuple[tuple[Any, int], ...] = (("light", 1280), ("dark", 320))


def assert_accessible(page: Page) -> None:
    """No violation of WCAG 2.2 AA that a program can find, and nothing to scroll sideways for."""
    before = page.viewport_size
    problems = []
    if not page.evaluate("'axe' in window"):
        # Evaluated, not added as a script: the page's policy would rightly refuse that.
        page.evaluate(AXE)
    for scheme, width in VIEWS:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        found = page.evaluate(RUN, RULES)["violations"]
        problems += [f"{scheme}, {width} px: {_told(violation)}" for violation in found]
        if page.evaluate(TOO_WIDE):
            problems.append(f"{scheme}, {width} px: the page scrolls sideways")
    page.emulate_media(color_scheme="null")
    if before:
        page.set_viewport_size(before)
    assert not problems, f"{page.url}\n" + "\n".join(problems)


def _told(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"]
    places = [f"    {' '.join(node['target'])}: {node['html'][:160]}" for node in nodes]
    return "\n".join([f"{violation['id']}: {violation['help']}", *places])
