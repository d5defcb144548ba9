"""Contacts, partners, administrators, the directory, the clock and strangers, in any order.

To what is done in good order this adds what comes too late, twice, or from somebody else.
"""

from hypothesis.stateful import precondition, rule

from tests.trust import ledger, world
from tests.trust.browsing import Sent
from tests.trust.filling import Dice, filled
from tests.trust.ledger import DAY, Link
from tests.trust.moves import Moves, dice, picks
from tests.trust.snapshot import OrderRow, RequestRow
from tests.trust.town import number_of, one_of

CONTACT = 2 + 3 * 2  # the dice that leave it to the contact to go on


class Machine(Moves):
    """All moves."""

    @precondition(lambda self: self.tabs)
    @rule(which=picks, answers=dice)
    def send_an_open_page(self, which: int, answers: Dice) -> None:
        """Another tab, fetched at any time before."""
        self.step()
        page, form = one_of(self.tabs[::-1], which)
        self.tally["open page sent"] += 1
        self.send(page, form, answers)

    @precondition(lambda self: any(f.action.startswith("/requests/") for _p, f in self.tabs))
    @rule(which=picks, answers=dice)
    def send_an_open_notice(self, which: int, answers: Dice) -> None:
        self.step()
        notices = [tab for tab in self.tabs if tab[1].action.startswith("/requests/")]
        page, form = one_of(notices, which)
        self.send(page, form, answers)

    @precondition(lambda self: self.open_requests())
    @rule(which=picks, answers=dice)
    def answer_too_late(self, which: int, answers: Dice) -> None:
        self.step()
        self._answer_too_late(one_of(self.open_requests(), which), answers)

    def _go_on(self, order: OrderRow, answers: Dice) -> None:
        asked = [request for request in self.open_requests() if request.order_id == order.id]
        if asked and order.status == "waiting" and answers.take(3) == 1:
            self._answer_too_late(asked[0], answers)
        else:
            super()._go_on(order, answers)

    def _answer_too_late(self, request: RequestRow, answers: Dice) -> None:
        """A full admin sees the notice; before the answer is sent, something happens."""
        links = [link for link in self.letters("decision") if link.request == request.id]
        if not links:
            return
        how, which = answers.take(8), answers.take(3)
        mine, other = one_of(links, which), one_of(links, which + 1)
        there, order = request.organization_id, self.before.orders[request.order_id]
        if how < 2:
            self._let_expire(order, mine)
            return
        page = self.get(self.browser(mine.email), mine.path)
        if how < 4:
            self._change_company(order)
        elif how == 4:
            self.settle(world.remove_user(self.world, there, mine.email))
        elif how == 5:
            self.settle(world.import_user(self.world, there, request.person_email, True))
        else:
            self._answer(other, answers)
        for form in page.forms:
            self.send(page, form, answers)

    def _let_expire(self, order: OrderRow, link: Link) -> None:
        """Nobody answers in time, in a browser that kept its cookie; the contact asks anew."""
        self.clock.shift(8 * DAY)
        page = self.get(self.browser(f"{link.email} at {self.now}"), link.path)
        self.clock.shift(8 * DAY)
        for form in page.forms:
            self.send(page, form, Dice(0))
        for _answer in range(3):
            self._go_on(self.before.orders[order.id], Dice(CONTACT))

    def open_requests(self) -> list[RequestRow]:
        rows = list(self.before.requests.values())[::-1]
        return [row for row in rows if row.kind == "access" and row.status == "open"]

    def _change_company(self, order: OrderRow) -> None:
        browser = self.browser(self.ledger.contacts[order.id].email)
        for _link in range(2):
            if ledger.entitled(self.ledger, browser, order, self.now) is None:
                self._enter(order, browser, Dice(0))
        page = self.get(browser, f"/orders/{order.number}/company")
        said = {"admin_email": browser.owner, "company_name": "Another Company"}
        for form in page.forms[:1]:
            if "company_name" in form.texts:
                self.post(Sent(browser, form.action, {**form.kept, **said}, page.at))

    @precondition(lambda self: self.sent)
    @rule(which=picks)
    def replay(self, which: int) -> None:
        """What was posted before, once more, to the letter."""
        self.step()
        self.tally["replayed"] += 1
        self.post(one_of(self.sent[::-1], which), follow=False)

    @precondition(lambda self: self.sent)
    @rule(which=picks, who=picks)
    def replay_elsewhere(self, which: int, who: int) -> None:
        """The same from another browser, which has a token of its own."""
        self.step()
        self.tally["replayed elsewhere"] += 1
        browser = self.browser(one_of((*world.PEOPLE, "stranger"), who))
        sent = one_of(self.sent[::-1], which)
        self.post(self.with_own_token(browser, sent.path, dict(sent.fields)), follow=False)

    @precondition(lambda self: self.tabs and len(self.before.orders) > 1)
    @rule(which=picks, order=picks)
    def send_to_another_order(self, which: int, order: int) -> None:
        """One session's page values, sent to another order by its own contact."""
        self.step()
        page, form = one_of(self.tabs[::-1], which)
        other = one_of(list(self.before.orders.values()), order)
        if not number_of(form.action):
            return
        browser = self.browser(self.ledger.contacts[other.id].email)
        fields = filled(form, Dice(which), page.browser.owner, other)
        action = f"/orders/{other.number}/{form.action.rpartition('/')[2]}"
        self.post(self.with_own_token(browser, action, fields))
