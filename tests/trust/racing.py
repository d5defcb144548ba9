"""People acting at the same moment, again and again, on a world that is put back in between."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Barrier, Event
from time import sleep
from typing import Any, TypeAlias

from flask import Flask
from werkzeug.test import TestResponse

from records.columns import Table
from records.database import db
from records.tables import History, Order, OutboxRow
from tests.support.form import Form
from tests.support.rows import World, put_back

ROUNDS = int(os.environ.get("ROUNDS", "25"))
SLIGHTLY = 0.0004  # seconds that the later ones wait

Act: TypeAlias = Callable[[], Any]
Race: TypeAlias = Callable[[Sequence[Act]], list[Any]]


@contextmanager
def track(parties: int) -> Iterator[Race]:
    """A function that does `parties` acts at once, each in a thread that keeps its connection.

    Each of them goes first in turn, once to its end and later by next to nothing. What fails in any
    thread, a deadlock or a lock that is not given included, fails in the caller.
    """
    start = Barrier(parties)
    rounds = 0

    def act(one: Act, pause: float, others: bool, first: Event) -> Any:
        db.connect(reuse_if_open=True)
        start.wait(timeout=60)
        if others:
            first.wait(timeout=60)
        sleep(pause)
        try:
            return one()
        finally:
            first.set()

    def race(acts: Sequence[Act]) -> list[Any]:
        nonlocal rounds
        first, running = Event(), []
        for place, one in enumerate(acts):
            late = place != rounds % parties
            pause = late * (rounds // parties % 10) * SLIGHTLY
            running.append(threads.submit(act, one, pause, late and rounds < parties, first))
        rounds += 1
        wait(running)
        return [done.result() for done in running]

    with ThreadPoolExecutor(parties) as threads:
        try:
            yield race
        finally:
            ended = Event()
            for closing in [threads.submit(act, db.close, 0, False, ended) for _ in range(parties)]:
                closing.result()


def rounds_of(before: World, most: int = ROUNDS) -> Iterator[int]:
    """The numbers of the rounds; after each one the world is put back."""
    for number in range(most):
        yield number
        put_back(before)


def since(before: World, order: Order) -> tuple[list[str], list[tuple[str, str]]]:
    """What the history of an order says, and (letter, recipient) of the mails about it, since."""
    said = [row.what for row in _new(before, History) if row.order_id == order.id]
    mails = [(m.letter, m.recipient) for m in _new(before, OutboxRow) if m.order_id == order.id]
    return said, mails


def pressing(form: Form) -> Callable[[], TestResponse]:
    """A press of a form's button, as the browser is now, however often and in whatever thread.

    The answer is left as it is: checking the page it leads to would take longer than the race.
    """
    browser, path, entries = form.page.client, str(form.element["action"]), form.values
    cookie = browser.http.get_cookie("homeport", domain="homeport.test")
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "null"}
    headers |= {"Cookie": f"homeport={cookie.value}"} if cookie else {}
    client = browser.http.application.test_client(use_cookies=False)

    def press() -> TestResponse:
        return client.post(path, base_url=browser.base_url, data=entries, headers=headers)

    return press


def status_after(answer: TestResponse, app: Flask, path: str) -> int:
    """Status of a page in the browser that got this answer and the cookie that came with it."""
    headers = {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}
    at = app.config["SETTINGS"].public_url
    return app.test_client(use_cookies=False).get(path, base_url=at, headers=headers).status_code


def _new(before: World, table: type[Table]) -> list[Any]:
    last = max((key[0] for key in before[table]), default=0)
    return list(table.select().where(table.id > last).order_by(table.id))
