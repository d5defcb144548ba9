"""What every move goes through: it is made, judged against the ledger, and taken down there.

A GET changes nothing, ever. What a page lets its reader send is kept, and may be sent much later.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import ClassVar, TypeVar

import time_machine
from flask import Flask
from hypothesis import event
from hypothesis.stateful import RuleBasedStateMachine

from provisioning import fresh_links
from tests.trust import browsing, judging, learning, ledger, snapshot, world
from tests.trust.allowing import Allowed, of_post
from tests.trust.browsing import Browser, Form, Page, Sent
from tests.trust.filling import Dice, filled
from tests.trust.ledger import Link

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEPT = 60  # pages and posts that can be used once more
One = TypeVar("One")


def one_of(choices: list[One] | tuple[One, ...], which: int) -> One:
    return choices[which % len(choices)]


def number_of(path: str) -> str:
    """The number of the order that a page is about; empty where it is about none."""
    parts = path.partition("?")[0].split("/")
    return parts[2] if parts[1] == "orders" else ""


class Town(RuleBasedStateMachine):
    """Everybody's mailboxes and browsers, the application, the clock, and the ledger."""

    app: ClassVar[Flask]
    folder: ClassVar[Path]
    tally: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.travel = time_machine.travel(START, tick=False)
        self.clock = self.travel.start()
        self.world = world.begin(self.app, self.folder)
        self.ledger = self.world.ledger
        self.browsers: dict[str, Browser] = {}
        self.tabs: list[tuple[Page, Form]] = []
        self.current: dict[tuple[int, str], Page] = {}
        self.sent: list[Sent] = []
        self.before = snapshot.taken()

    def teardown(self) -> None:
        self.travel.stop()

    # --- what every move goes through ---------------------------------------------------------

    @property
    def now(self) -> float:
        return datetime.now(UTC).timestamp()

    def step(self) -> None:
        """Count one, and let a second pass."""
        self.tally["steps"] += 1
        self.clock.shift(1)

    def browser(self, owner: str) -> Browser:
        if owner not in self.browsers:
            self.browsers[owner] = browsing.browser_of(self.app, owner)
        return self.browsers[owner]

    def get(self, browser: Browser, path: str) -> Page:
        """Fetch a page, as far as redirects lead; looking changes nothing."""
        for _hop in range(5):
            page = browsing.get(browser, path, self.now)
            self.tally["requests"] += 1
            self._expect(page)
            if page.status != 303:
                break
            path = page.location
        assert snapshot.taken() == self.before, f"GET {path} changed something"
        self.keep(page)
        return page

    def _expect(self, page: Page) -> None:
        room, *rest = page.path.partition("?")[0].strip("/").split("/")
        usual = {200, 303} if room in ("", "partner", "signed-out") else {200, 303, 404, 410}
        if room == "orders":
            order = self.before.number(rest[0])
            known = ledger.entitled(self.ledger, page.browser, order, self.now)
            usual = {200, 303} if known else {404}
        elif room in ("start", "partner") and rest:
            link = self.ledger.links[page.path]
            usual = {200, 303, 410}
            if link.lives(self.now) and page.status == 200:
                self.ledger.marked[id(page.browser)] = self.now
        assert page.status in usual, f"GET {page.path}: {page.status}, not {usual}"

    def keep(self, page: Page) -> None:
        """A page can be sent later, as long as there are not too many."""
        number = number_of(page.path)
        if number and page.status in (200, 422):
            self.current[id(page.browser), number] = page
        for form in page.forms:
            if form.action not in ("/", "/partner"):  # which everybody has, and often
                self.tabs.append((page, form))
            for value in form.choices.get("organization", []):
                self.ledger.served.setdefault(value, number)
        del self.tabs[:-KEPT]

    def post(self, sent: Sent, *, follow: bool = True) -> Page:
        """Send a form, judge what it did, and by default follow where it leads."""
        allowed = of_post(self.ledger, self.before, sent, self.now)
        page = browsing.post(sent, self.now)
        if sent.path in ("/", "/partner"):
            fresh_links.answer(self.world.settings)  # as the delivery loop does a moment later
        self.tally["requests"] += 1
        assert page.status in allowed.statuses, f"{sent}: {page.status}, not {allowed}"
        self.settle(allowed, sent, page)
        self.sent = [*self.sent, replace(sent, fresh=False)][-KEPT:]
        if page.status == 303 and follow:
            return self.get(sent.browser, page.location)
        self.keep(page)
        return page

    def settle(self, allowed: Allowed, sent: Sent | None = None, page: Page | None = None) -> None:
        """Judge what a move did, then take down what it gave to whom."""
        after = snapshot.taken()
        happened = judging.judge(self.ledger, allowed, self.before, after, self.now)
        if sent:
            self._own_values(sent, after)
        learning.learn(self.ledger, allowed, self.before, after, self.now, sent, page)
        path_of = partial(world.path_of, self.world)
        support = self.world.settings.support_address
        learning.receive(self.ledger, allowed, self.before, after, self.now, support, path_of)
        assert after.admins == self.ledger.admins, "not the administrators that the ledger knows"
        self.before = after
        self.tally.update(happened)
        for name in happened:
            event(name)

    def _own_values(self, sent: Sent, after: snapshot.Snapshot) -> None:
        """A value from another order's list chooses nothing."""
        value, number = sent.fields.get("organization", ""), number_of(sent.path)
        if not value or value == "new" or self.ledger.served.get(value) == number:
            return
        for order in after.orders.values():
            if order.number == number and order != self.before.orders[order.id]:
                chosen = order.organization_id is not None
                assert not chosen or ledger.is_administered(self.ledger, order), f"{sent}: {order}"
        self.tally["foreign value"] += 1

    # --- choosing among what there is ---------------------------------------------------------

    def newest_link(self, email: str, *purposes: str, order: int | None = None) -> Link | None:
        """The last letter in a mailbox that has such a link."""
        found = [
            link
            for link in self.ledger.links.values()
            if link.purpose in purposes and link.email == email and order in (None, link.order)
        ]
        return found[-1] if found else None

    def send(self, page: Page, form: Form, answers: Dice) -> Page:
        number = number_of(page.path)
        order = self.before.number(number) if number else None
        fields = filled(form, answers, page.browser.owner, order)
        fresh = page.at == self.now
        return self.post(Sent(page.browser, form.action, fields, page.at, fresh))

    def with_own_token(self, browser: Browser, path: str, fields: dict[str, str]) -> Sent:
        if not browser.token or not Sent(browser, path, {}, browser.token_at).has_token(self.now):
            self.get(browser, "/")
        return Sent(browser, path, {**fields, "csrf_token": browser.token}, browser.token_at)
