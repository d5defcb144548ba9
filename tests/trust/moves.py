"""What people and the seller's systems do in good order."""

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.trust import ledger, world
from tests.trust.allowing import Allowed
from tests.trust.browsing import HAND_OVER, SIGN_OUT, Browser, Sent
from tests.trust.filling import Dice
from tests.trust.ledger import DAY, HOUR, Link
from tests.trust.snapshot import OrderRow
from tests.trust.town import Town, number_of, one_of

ORDERS, ORGANIZATIONS = 6, 9
STEPS = (
    "company", "organization", "administrator", "purpose", "waiting", "review", "done", "hand-over",
)  # fmt: skip
PAUSES = (20, 50, 20, HOUR, 13 * HOUR, DAY, 3 * DAY, 8 * DAY, 15 * DAY, 31 * DAY)
picks = st.integers(0, 2**10)
dice = st.integers(0, 2**30).map(Dice)


class Moves(Town):
    """Orders are placed, wizards walked, letters answered, directories synced; time passes."""

    # --- the seller -----------------------------------------------------------------------------

    @initialize(who=picks, role=st.sampled_from(("customer", "partner")), company=picks)
    def first_order(self, who: int, role: str, company: int) -> None:
        self._place(who, role, company)

    @precondition(lambda self: self.ledger.approved)
    @rule(which=picks)
    def import_without_the_approved(self, which: int) -> None:
        """A file that does not know yet whom an administrator made one."""
        self.step()
        organization, email = one_of(sorted(self.ledger.approved), which)
        self.settle(world.import_user(self.world, organization, email, False))

    @precondition(lambda self: len(self.before.orders) < ORDERS)
    @rule(who=picks, role=st.sampled_from(("customer", "partner", "partner")), company=picks)
    def place(self, who: int, role: str, company: int) -> None:
        self.step()
        self._place(who, role, company)

    def _place(self, who: int, role: str, company: int) -> None:
        people = world.PARTNERS if role == "partner" else world.CUSTOMERS
        number = f"7001{len(self.before.orders)}"
        name = one_of(world.COMPANIES, company)
        made = world.place(self.world, number, one_of(people, who), role, name, 1 + company % 2)
        self.settle(Allowed("place", order=made))

    @rule()
    def nothing_happens(self) -> None:
        """The simplest example of a round is this alone: it is not counted, and costs nothing."""

    @rule(seconds=st.sampled_from(PAUSES))
    def time_passes(self, seconds: int) -> None:
        self.step()
        self.clock.shift(seconds)

    @rule(where=picks, who=picks, is_admin=st.booleans(), how=st.integers(0, 5))
    def sync(self, where: int, who: int, is_admin: bool, how: int) -> None:
        """The seller's directory says something of somebody, or of one more organization."""
        self.step()
        organization = one_of(list(self.ledger.kinds), where)
        email = one_of(world.PEOPLE, who)
        if how == 0 and len(self.ledger.kinds) < ORGANIZATIONS:
            ref, name = f"namesake-{len(self.ledger.kinds)}", one_of(world.COMPANIES[1:], where)
            self.settle(world.import_namesake(self.world, name, ref, email, is_admin))
        elif how == 1 and (organization, email) in self.ledger.users:
            self.settle(world.remove_user(self.world, organization, email))
        elif how == 2:
            self.settle(world.say_of_user(self.world, organization, email, is_admin))
        else:
            self.settle(world.import_user(self.world, organization, email, is_admin))

    @precondition(lambda self: self.before.requests)
    @rule(which=picks, how=st.integers(0, 3))
    def sync_what_was_asked(self, which: int, how: int) -> None:
        """The seller makes the named person administrator, or takes rights from who is asked."""
        self.step()
        request = one_of(list(self.before.requests.values())[::-1], which)
        there = request.organization_id
        admins = sorted(email for where, email in self.ledger.admins if where == there)
        if how == 0 and admins:
            self.settle(world.remove_user(self.world, there, one_of(admins, which)))
        elif how == 1:
            self.settle(world.import_user(self.world, there, request.person_email, True))
        else:
            self.settle(world.say_of_user(self.world, there, request.person_email, how == 2))

    @precondition(lambda self: self.is_sync_unfinished())
    @rule()
    def finish_the_sync(self) -> None:
        self.step()
        self.settle(world.resume(self.world))

    def is_sync_unfinished(self) -> bool:
        pairs = self.ledger.admins
        return any(ledger.waiting_for(self.before, pair) for pair in pairs)

    def open_orders(self) -> list[OrderRow]:
        """Those that can be worked on; where there are none, a new one."""
        orders = list(self.before.orders.values())
        lasting = [order for order in orders if not ledger.is_over(order, self.now)]
        if not lasting:
            self._place(len(orders), "customer", 0)
            return [list(self.before.orders.values())[-1]]
        return lasting

    # --- contacts -------------------------------------------------------------------------------

    @rule(which=picks, answers=dice)
    def go_on(self, which: int, answers: Dice) -> None:
        """Whoever is next does it: opens the newest link, answers the page, or the notice."""
        self.step()
        self._go_on(one_of(self.open_orders(), which), answers)

    @rule(answers=dice)
    def go_on_with_the_newest(self, answers: Dice) -> None:
        self.step()
        self._go_on(self.open_orders()[-1], answers)

    @rule(which=picks)
    def go_on_plainly(self, which: int) -> None:
        """With the first answer to everything, a partner's order if there is one."""
        self.step()
        for _answer in range(2):
            orders = self.open_orders()
            partners = [order for order in orders if order.contact_role == "partner"]
            self._go_on(one_of(partners or orders, which), Dice(0))

    def _go_on(self, order: OrderRow, answers: Dice) -> None:
        notices = [link for link in self.letters("decision") if link.order == order.id]
        if order.status == "waiting" and notices and answers.take(3) != 2:
            self._answer(one_of(notices, answers.take(3)), answers)
            return
        email = self.ledger.contacts[order.id].email
        browser = self.browser(email)
        if ledger.entitled(self.ledger, browser, order, self.now) is None:
            self._enter(order, browser, answers)
            return
        shown = self.current.get((id(browser), order.number))
        if shown is None or not shown.forms or self.now - shown.at > HOUR:
            shown = self.get(browser, f"/orders/{order.number}/")
        forms = [form for form in shown.forms if not form.action.endswith(HAND_OVER)]
        if forms:
            self.send(shown, forms[0], answers)

    def _enter(self, order: OrderRow, browser: Browser, answers: Dice) -> None:
        """With the newest link, or with a fresh one if that lives no longer."""
        link = self.newest_link(browser.owner, "launch", order=order.id)
        page = self.get(browser, link.path if link else "/")
        if page.status == 200 and page.forms and page.path.startswith("/start/"):
            self.send(page, page.forms[0], answers)
        else:
            page = self.get(browser, "/")
            fields = {"number": order.number, "contact_email": browser.owner}
            kept = page.forms[0].kept
            self.post(Sent(browser, "/", {**kept, **fields}, page.at))

    @rule(which=picks, step=st.sampled_from(STEPS), answers=dice, sends=st.booleans())
    def go_back(self, which: int, step: str, answers: Dice, sends: bool) -> None:
        """To a step by its address, perhaps to answer it anew; who may not is sent away."""
        self.step()
        order = one_of(self.open_orders(), which)
        browser = self.browser(self.ledger.contacts[order.id].email)
        page = self.get(browser, f"/orders/{order.number}/{step}")
        if sends and page.forms and number_of(page.forms[0].action):
            self.send(page, page.forms[0], answers)

    @precondition(lambda self: self.ledger.passes or self.ledger.signed_in)
    @rule(who=picks)
    def sign_out(self, who: int) -> None:
        """From any browser, whether or not it has something open."""
        self.step()
        holding = [b for b in self.browsers.values() if ledger.holds_any(self.ledger, b, self.now)]
        browser = one_of(holding or list(self.browsers.values()), who)
        self.post(self.with_own_token(browser, SIGN_OUT, {}))

    @rule(which=picks, to=picks, role=picks, back=st.booleans())
    def hand_over(self, which: int, to: int, role: int, back: bool) -> None:
        """To anybody; and perhaps back again, which revives nothing."""
        self.step()
        order = one_of(self.open_orders(), which)
        contact = self.ledger.contacts[order.id].email
        self._hand_over(order, one_of((*world.PEOPLE, contact), to), role)
        if back and self.ledger.contacts[order.id].email != contact:
            self._go_on(self.before.orders[order.id], Dice(0))
            self._hand_over(order, contact, role)
            self.get(self.browser(contact), f"/orders/{order.number}/")

    def _hand_over(self, order: OrderRow, email: str, role: int) -> None:
        browser = self.browser(self.ledger.contacts[order.id].email)
        page = self.get(browser, f"/orders/{order.number}/hand-over")
        for form in page.forms:
            if form.action.endswith(HAND_OVER):
                chosen = {
                    "contact_email": email,
                    "contact_role": one_of(("customer", "partner"), role),
                }
                self.post(Sent(browser, form.action, {**form.kept, **chosen}, page.at))

    # --- mailboxes --------------------------------------------------------------------------------

    @precondition(lambda self: self.ledger.links)
    @rule(which=picks, elsewhere=st.booleans())
    def open_a_letter(self, which: int, elsewhere: bool) -> None:
        """Any letter that ever came, the newest first; its page stays open."""
        self.step()
        link = one_of(list(self.ledger.links.values())[::-1], which)
        self.get(self.browser(link.email + (" at home" if elsewhere else "")), link.path)

    @precondition(lambda self: self.letters("decision"))
    @rule(which=picks, answers=dice)
    def answer_a_notice(self, which: int, answers: Dice) -> None:
        self.step()
        self._answer(one_of(self.letters("decision"), which), answers)

    @rule(which=picks, answers=dice)
    def ask_to_confirm(self, which: int, answers: Dice) -> None:
        """From the list: is this order yours?"""
        self.step()
        order = one_of(self.open_orders(), which)
        browser = self.browser(self.ledger.contacts[order.id].email)
        page = self.get(browser, f"/orders/{order.number}/organization")
        for form in page.forms:
            if form.action.endswith("/confirm") and form.buttons:
                self.send(page, form, answers)

    @precondition(lambda self: self.letters("question"))
    @rule(which=picks, answers=dice)
    def answer_a_question(self, which: int, answers: Dice) -> None:
        self.step()
        self._answer(one_of(self.letters("question"), which), answers)

    @rule()
    def look_at_the_calendar(self) -> None:
        """The delivery loop does what has fallen due."""
        self.step()
        self.settle(world.look_at_the_calendar(self.world))

    @precondition(lambda self: any(o.status == "expired" for o in self.before.orders.values()))
    @rule(which=picks)
    def reopen(self, which: int) -> None:
        """The operator opens an expired order again; its contact gets a link."""
        self.step()
        expired = [o for o in self.before.orders.values() if o.status == "expired"]
        self.settle(world.reopen(self.world, one_of(expired, which).id))

    @precondition(lambda self: self.letters("first_admin"))
    @rule(which=picks, answers=dice)
    def confirm(self, which: int, answers: Dice) -> None:
        self.step()
        self._answer(one_of(self.letters("first_admin"), which), answers)

    @precondition(lambda self: self.letters("dispute"))
    @rule(which=picks, answers=dice)
    def dispute(self, which: int, answers: Dice) -> None:
        self.step()
        self._answer(one_of(self.letters("dispute"), which), answers)

    def letters(self, *purposes: str) -> list[Link]:
        return [link for link in self.ledger.links.values() if link.purpose in purposes][::-1]

    def _answer(self, link: Link, answers: Dice) -> None:
        """As it comes: who goes on plainly is not always answered plainly."""
        page = self.get(self.browser(link.email), link.path)
        if page.forms:
            self.send(page, page.forms[0], Dice(answers.value + len(self.sent)))

    @precondition(lambda self: any(c.role == "partner" for c in self.ledger.contacts.values()))
    @rule(who=st.sampled_from(world.PARTNERS), answers=dice)
    def use_the_partners_page(self, who: str, answers: Dice) -> None:
        """Ask for a link, open it, or continue an order from the list."""
        self.step()
        browser = self.browser(who)
        page = self.get(browser, "/partner")
        link = self.newest_link(who, "partner")
        if link and link.lives(self.now) and "/partner" in [f.action for f in page.forms]:
            page = self.get(browser, link.path)
        if page.forms:
            self.send(page, page.forms[answers.take(len(page.forms))], answers)
