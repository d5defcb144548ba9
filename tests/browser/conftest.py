"""A real browser against a real server, on SQLite alone: pages do not see the database."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.accessibility import assert_accessible
from tests.browser.live import Live, Server
from tests.browser.troubles import watch
from tests.support.cast import Stage

Contexts = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def live_server(tmp_path_factory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("live"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def base_url(live_server) -> str:
    """What a path given to `page.goto` is put after."""
    return live_server.url


@pytest.fixture
def live(live_server) -> Iterator[Live]:
    """The running site (`live.url`), emptied; its database is open for the test too."""
    with live_server.emptied() as live:
        yield live


@pytest.fixture
def stage(live) -> Stage:
    """Who comes on, and with which mail, on the running site."""
    return Stage(live.app)


@pytest.fixture
def troubles(live_server) -> Iterator[list[str]]:
    """What went wrong so far, here or in the server; a test that expects some clears it."""
    found: list[str] = []
    seen = live_server.log_size()
    yield found
    log = live_server.log_since(seen)
    if "Traceback" in log or "[ERROR]" in log:
        found.append(f"the server says:\n{log}")
    assert not found, "\n".join(found)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args) -> dict[str, Any]:
    chromium = shutil.which("chromium-headless-shell")
    assert chromium, "Chromium is not installed: run .ci/system-dependencies"
    # Chromium tries to reach its maker at every start; on a closed network that costs time.
    quiet = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium, "args": quiet + root}


@pytest.fixture
def new_context(new_context, live, troubles) -> Contexts:
    """Makes one more person's browser, watched; takes the options of Playwright's new_context."""

    def watched(**options: Any) -> BrowserContext:
        context = new_context(**options)
        context.set_default_timeout(10_000)
        watch(context, live.url, troubles)
        return context

    return watched


@pytest.fixture
def plain_page(new_context) -> Page:
    """A page in a browser without JavaScript."""
    return new_context(java_script_enabled=False).new_page()


@pytest.fixture(scope="session")
def axe() -> Callable[..., None]:
    """`axe(page)` checks accessibility, light and dark, narrow and wide."""
    return assert_accessible
