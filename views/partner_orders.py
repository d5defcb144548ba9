"""One order in a partner's hands: where it stands, and what its contact or their admin can do."""

from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matching import disclosure
from matching.disclosure import Shown
from matching.sentences import Refused
from provisioning import links, notices, partners, requests, viewers
from provisioning import orders as events
from provisioning.facts import access_request, facts_of, is_over, standing_of
from provisioning.journey import Step, current_step
from records import clock, lookup, orders
from records.tables import Order
from views import visit
from views.asked import summary
from views.forms import CompanyForm, HandOverForm, SameAnswersForm, refused
from views.i18n import say
from views.partner import pages, signed_in
from views.progress import entry
from views.render import page
from views.visit import network, onward, settings
from views.wizard import answer_company

UNANSWERED = (Step.PURPOSE, Step.COMPANY)


@pages.get("/orders/<number>")
def show(number: str) -> ResponseReturnValue:
    """State, whose move it is, since when, the next step, and what can be done."""
    return _show(*_theirs(number))


@pages.post("/orders/<number>")
def go_on(number: str) -> ResponseReturnValue:
    """Continue one's own order at its current step; the first time launches it."""
    order, by = _theirs(number)
    return _into_wizard(order, by) if partners.is_contact(order, by) else _back(order)


@pages.post("/orders/<number>/take-over")
def take_over(number: str) -> ResponseReturnValue:
    """Continue a colleague's order: it is handed over to whoever presses this."""
    order, by = _theirs(number)
    seen = request.form.get("contact", "")
    try:
        if not partners.hand_over(
            order, by, "partner", by, settings(), seen=seen, network=network()
        ):
            abort(404)
        return _into_wizard(orders.by_id(order.id), by)
    except Refused as problem:
        return _show(orders.by_id(order.id), by, say(problem.sentence))


@pages.route("/orders/<number>/hand-over", methods=["GET", "POST"])
def hand_over(number: str) -> ResponseReturnValue:
    """Somebody else will set this up; the contact's to say, or their admin's."""
    order, by = _theirs(number)
    if is_over(order):
        return _back(order)
    form = HandOverForm()
    if form.validate_on_submit():
        email, seen = form.contact_email.clean, request.form.get("contact", "")
        try:
            if partners.hand_over(
                order,
                email,
                form.contact_role.data,
                by,
                settings(),
                seen=seen,
                network=network(),
            ):
                return page("partner_handed_over.html", plain=True, number=number, email=email)
            abort(404)
        except Refused as problem:
            form.contact_email.errors = [say(problem.sentence)]
            order = orders.by_id(order.id)
    lines = orders.lines(order)
    body = page("partner_hand_over.html", plain=True, order=order, lines=lines, form=form)
    return body, refused(form)


@pages.post("/orders/<number>/fresh-link")
def send_link(number: str) -> ResponseReturnValue:
    """A fresh link, to the order's contact and nobody else."""
    return _act(number, partners.send_link, "link")


@pages.post("/orders/<number>/ask-again")
def ask_again(number: str) -> ResponseReturnValue:
    """Remind the administrators who were asked."""
    return _act(number, partners.ask_again, "asked")


@pages.post("/orders/<number>/same-answers")
def same_answers(number: str) -> ResponseReturnValue:
    """Take another order's answers into one's own; each is checked as if it was typed."""
    order, by = _theirs(number)
    if not _takes_answers(order, by):
        return _back(order)
    form = SameAnswersForm()
    if form.validate_on_submit():
        other = partners.answered(form.number.data or "", by)
        if other is None or other.id == order.id:
            form.number.errors = [_("None of your orders with that number has answers.")]
        elif _take_answers(order, other, by):
            return onward(visit.visit(number))
        else:
            form.number.errors = [_("Its answers cannot be taken here. Answer the steps yourself.")]
    return _show(orders.by_id(order.id), by, form=form)


def _take_answers(order: Order, other: Order, by: str) -> bool:
    links.open_by_partner(order, by)
    here = visit.visit(order.number)
    if other.purpose:
        events.say_purpose(here.order, other.purpose, by)
        here.refresh()
    if current_step(here.facts) is not Step.COMPANY:
        return True  # its purpose is asked first
    given = {"company_name": other.company_name, "admin_email": other.admin_email}
    form = CompanyForm(formdata=None, **given)
    if not form.validate() or not answer_company(here, form, other.organization_id):
        return False
    partners.note_same_answers(here.order, other, by)
    return True


def _theirs(number: str) -> tuple[Order, str]:
    """An order that whoever is signed in sees, and who that is; or the one 404."""
    opened = signed_in()
    order = partners.find(number, opened.email) if opened else None
    if opened is None or order is None:
        abort(404)
    return order, opened.email


def _act(number: str, act: Any, done: str) -> ResponseReturnValue:
    order, by = _theirs(number)
    try:
        if not act(order, by, settings()):
            abort(404)
        return redirect(url_for("partner.show", number=number, done=done), 303)
    except Refused as problem:
        return _show(orders.by_id(order.id), by, say(problem.sentence))


def _back(order: Order) -> ResponseReturnValue:
    return redirect(url_for("partner.show", number=order.number), 303)


def _into_wizard(order: Order, by: str) -> ResponseReturnValue:
    links.open_by_partner(order, by)
    order = orders.by_id(order.id)
    return redirect(visit.step_url(order, current_step(facts_of(order))), 303)


def _takes_answers(order: Order, by: str) -> bool:
    unanswered = current_step(facts_of(order)) in UNANSWERED
    return partners.is_contact(order, by) and not is_over(order) and unanswered


def _show(
    order: Order, by: str, problem: str = "", form: SameAnswersForm | None = None
) -> ResponseReturnValue:
    if not partners.sees(order, by):
        abort(404)
    asked = access_request(order)
    asked = asked if asked and standing_of(asked) == "open" else None
    shown, takes = entry(order, by), _takes_answers(order, by)
    body = page(
        "partner_order.html",
        plain=True,
        entry=shown,
        order=order,
        over=is_over(order),
        lines=shown.lines,
        asked=asked,
        notices=summary(notices.states(asked)) if asked else "",
        may_ask_again=bool(asked and requests.may_ask_again(order, asked, settings())),
        chosen=_chosen(order, by),
        same_answers=(form or SameAnswersForm(formdata=None)) if takes else None,
        suggested=partners.suggested(order, by) if takes else [],
        problem=problem,
        done=request.args.get("done", ""),
    )
    return body, 422 if problem or (form and form.errors) else 200


def _chosen(order: Order, by: str) -> Shown:
    """The organization as they may see it; of an unlisted one only its own people know."""
    there = order.organization_id
    hidden = there is None or (
        lookup.any_unlisted({there})
        and not partners.is_contact(order, by)
        and not lookup.is_user(there, by)
    )
    row = None if there is None or hidden else lookup.by_id(there)
    return disclosure.shown(row, viewers.of_chosen(order, by, settings()), clock.today())
