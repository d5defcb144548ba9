"""Key press to painted suggestions, and many people typing at once: `python -m bench.browser`.

A real Chromium types into the company step. What is measured begins with the key and ends with the
frame after the list has been swapped in, less the pause that the page itself makes. In turn, the
same page asks a route that answers the same bytes without doing anything.
"""

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Page, sync_playwright

from bench import directories, questions
from bench.request import USUAL, WHOLE, Place, place
from bench.serving import ask, connected
from bench.sizes import MIDDLE, QUICK, said

KEYS = 4 if QUICK else 60
PAUSE = 300  # milliseconds that the page waits for the next key (data-hx-trigger)
PEOPLE = 10  # for each core
BETWEEN = 0.1  # seconds between two keys of somebody who types at full speed
TYPED = 1.0 if QUICK else 20.0  # seconds that they type

# Resolves with the milliseconds from the key to the frame after the swap.
WATCH = """key => new Promise(done => {
  const name = document.getElementById("company_name");
  let began;
  const taken = () => done(performance.now() - began);
  const swapped = () => requestAnimationFrame(() => setTimeout(taken));
  document.addEventListener("htmx:afterSwap", swapped, {once: true});
  began = performance.now();
  name.value += key;
  name.dispatchEvent(new InputEvent("input", {bubbles: true}));
})"""
DIVERT = """static => {
  document.body.divert = static;
  if (!document.body.diverts) document.addEventListener("htmx:configRequest", event => {
    if (document.body.divert) event.detail.path = "/bare";
  });
  document.body.diverts = true;
}"""


def keys(page: Page) -> dict[str, list[float]]:
    """Milliseconds by what answered, key after key in turn."""
    taken: dict[str, list[float]] = {"suggestions": [], "the same bytes, static": []}
    for number in range(KEYS):
        for static, name in enumerate(taken):
            page.evaluate(DIVERT, bool(static))
            taken[name].append(page.evaluate(WATCH, " " if number % 2 else "i") - PAUSE)
    return taken


def opened(browser: Any, where: Place, request: bytes) -> Page:
    """The company step of the order that a request belongs to, in its contact's browser."""
    head, _end, body = request.partition(b"\r\n\r\n")
    cookie = head.decode().rpartition("Cookie: ")[2].partition("\r\n")[0]
    name, _equals, value = cookie.partition("=")
    context = browser.new_context()
    context.add_cookies([{"name": name, "value": value, "url": where.server.url}])
    page = context.new_page()
    path = head.decode().split()[1].replace("/matches", "/company")
    page.goto(where.server.url + path)
    page.fill("#company_name", questions.name_in(body)[:-1])
    page.wait_for_selector("[data-organization]")
    page.wait_for_timeout(2 * PAUSE)
    return page


def typing(where: Place, requests: Sequence[bytes], people: int) -> list[float]:
    """Milliseconds of each answer while so many people type, each on a connection of their own."""
    taken: list[float] = []
    until = time.perf_counter() + TYPED

    def person(which: int) -> None:
        with connected(where.server.port) as connection:
            time.sleep(BETWEEN * which / people)
            place = which * len(requests) // people
            while (began := time.perf_counter()) < until:
                head, _body = ask(connection, requests[place % len(requests)])
                assert head.startswith(b"HTTP/1.1 200"), head
                taken.append(1000 * (time.perf_counter() - began))
                place += 1
                time.sleep(max(0.0, began + BETWEEN - time.perf_counter()))

    threads = [Thread(target=person, args=(which,)) for which in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def main() -> None:
    """Print the tables, as Markdown."""
    folder = Path(tempfile.mkdtemp(prefix="homeport-bench-"))
    url = f"sqlite:///{directories.sqlite(MIDDLE)}"
    where = place(f"{said(MIDDLE)}, SQLite", MIDDLE, url, folder / "site")
    requests = where.requests[f"{WHOLE}: {USUAL}"]
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium-headless-shell"),
                args=["--disable-gpu", "--no-sandbox", "--disable-background-networking"],
            )
            taken = keys(opened(browser, where, requests[-1]))
            browser.close()
        people = PEOPLE * (os.cpu_count() or 1)
        answers = sorted(typing(where, requests, people))
    finally:
        where.server.stop()
        shutil.rmtree(folder)
    print(f"At {where.name}, the pause of {PAUSE} ms taken off.\n")
    print("| a key press, answered by | median, ms | 95 % within, ms |\n|---|---:|---:|")
    for name, each in taken.items():
        print(f"| {name} | {statistics.median(each):.1f} | {_most(sorted(each)):.1f} |")
    medians = [statistics.median(each) for each in taken.values()]
    print(f"\nSuggestions take {medians[0] / medians[1]:.2f} times as long as the static answer.\n")
    print("| people typing at once, a key each 0.1 s | answers a second | median, ms | 95 %, ms |")
    print("|---|---:|---:|---:|")
    print(
        f"| {people} | {len(answers) / TYPED:.0f} | {statistics.median(answers):.1f}"
        f" | {_most(answers):.1f} |"
    )


def _most(ordered: list[float]) -> float:
    return ordered[int(0.95 * (len(ordered) - 1))]


if __name__ == "__main__":
    main()
