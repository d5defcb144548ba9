"""What the browser fixtures call trouble, so that no test can pass over it."""

import pytest

HEAD = '<!doctype html><html lang="en"><head><title>Hello</title>{}</head>'
BODY = "<body><main><h1>Hello</h1>{}</main></body></html>"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'"


def show(page, head: str = "", body: str = "", script: str = "", style: str = "") -> None:
    """Show a page of the test's own, under the site's address and policy."""
    page.route(
        "**/flawed",
        lambda route: route.fulfill(
            body=HEAD.replace("{}", head) + BODY.replace("{}", body),
            content_type="text/html",
            headers={"Content-Security-Policy": POLICY},
        ),
    )
    page.route("**/flawed.js", lambda route: route.fulfill(body=script))
    page.route("**/flawed.css", lambda route: route.fulfill(body=style, content_type="text/css"))
    page.goto("/flawed")


@pytest.mark.parametrize(
    ("flaw", "trouble"),
    [
        ({"head": "<style>p {color: red}</style>"}, "policy violation: style-src"),
        ({"body": '<p style="color: red">a</p>'}, "policy violation: style-src"),
        ({"body": '<img src="http://elsewhere.test/a.png" alt="">'}, "policy violation: img-src"),
        ({"head": '<script src="/static/lost.js"></script>'}, "404"),
        ({"head": '<script src="/flawed.js"></script>', "script": "lost()"}, "script error"),
        ({"body": '<a href="http://elsewhere.test/">away</a>'}, "a request went elsewhere"),
    ],
)
def test_trouble_is_seen(page, troubles, flaw, trouble):
    show(page, **flaw)
    for link in page.get_by_role("link").all():
        page.route("http://elsewhere.test/", lambda route: route.fulfill(body=HEAD + BODY))
        link.click()
    assert trouble in "\n".join(troubles)
    troubles.clear()


def test_a_page_that_some_cannot_read_is_refused(page, axe):
    style = "p { color: #ccc; inline-size: 40rem; }"
    show(page, '<link rel="stylesheet" href="/flawed.css">', "<p>a grey text</p>", style=style)
    with pytest.raises(AssertionError, match=r"light, 1280 px: color-contrast") as refused:
        axe(page)
    assert "dark, 320 px: color-contrast" in str(refused.value)
    assert "320 px: the page scrolls sideways" in str(refused.value)
    assert "1280 px: the page scrolls sideways" not in str(refused.value)
