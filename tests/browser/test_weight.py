"""The wizard's first page with everything that it loads."""

import gzip

from tests.browser import walking

MOST_BYTES = 60_000
MOST_REQUESTS = 5
NAMED = (
    "[...document.querySelectorAll('link[href], script[src], img[src]')].map(e => e.href || e.src)"
)


def test_the_first_page_with_its_assets_is_light(stage, new_context, page):
    stage.place(company_name="Nordlicht Werke")
    walking.start(page, stage)
    walking.at(page, "company")
    address = page.url
    # The same person's browser with nothing kept of the pages before.
    fresh = new_context(storage_state=page.context.storage_state()).new_page()
    requested = []
    fresh.on("request", lambda sent: requested.append(sent.url))
    fresh.goto(address, wait_until="networkidle")
    # Without a tab to show it in, the browser leaves the icon out.
    loaded = {*requested, *fresh.evaluate(NAMED)}
    assert len(requested) <= MOST_REQUESTS
    assert len(loaded) <= MOST_REQUESTS, loaded
    bodies = [fresh.request.get(url).body() for url in loaded]
    weight = sum(len(gzip.compress(body)) for body in bodies)
    assert weight <= MOST_BYTES
