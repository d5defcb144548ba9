"""The wizard's steps up to the choice of an organization."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matching.sentences import Refused
from provisioning import orders, organizations, questions
from provisioning.facts import is_over
from provisioning.journey import Step, current_step, is_open
from provisioning.matches import page as page_of
from views.asked import latest_question
from views.forms import (
    CompanyForm,
    HandOverForm,
    OrganizationForm,
    PurposeForm,
    first,
    refused,
)
from views.i18n import say
from views.offers import is_barred, listing, live, live_match, payment, seen_in, wish_of
from views.render import page
from views.visit import Visit, answer, network, onward, settings, step, visit

pages = Blueprint("wizard", __name__, url_prefix="/orders/<number>")


@pages.get("/")
@pages.get("", endpoint="order")
def resume(number: str) -> ResponseReturnValue:
    """Whoever comes back to an order lands on its current step."""
    return onward(visit(number))


@pages.route("/purpose", methods=["GET", "POST"])
@step(Step.PURPOSE)
def purpose(here: Visit) -> ResponseReturnValue:
    """For a customer, or for our own use?"""
    form = PurposeForm(purpose=first(here.order.purpose))
    if form.validate_on_submit():
        orders.say_purpose(here.order, form.purpose.data, here.by)
        return onward(here)
    return answer(here, "purpose.html", refused(form), form=form, **hand_over_parts(here))


@pages.route("/company", methods=["GET", "POST"])
@step(Step.COMPANY)
def company(here: Visit) -> ResponseReturnValue:
    """Administrator address, then company name, with live suggestions under it."""
    address, name = first(_first_address(here)), first(here.order.company_name)
    form = CompanyForm(admin_email=address, company_name=name)
    if request.method == "POST" and form.i_am_admin.data:
        form.admin_email.data = here.by
    if form.validate_on_submit() and answer_company(here, form):
        return onward(here)
    matches = live(here, form.company_name.data or "", form.admin_email.data or "")
    matches.chosen = form.organization.data
    status = 422 if request.method == "POST" else 200
    return answer(here, "company.html", status, form=form, matches=matches, **hand_over_parts(here))


def answer_company(here: Visit, form: CompanyForm, like: int | None = None) -> bool:
    """Store the answer; False when its price cannot be paid, of which the list says why.

    `like`: the organization that another order chose; it is chosen here if the list shows it.
    """
    name, address = form.name_and_address()
    wish = wish_of(here, form.organization.data or "", name, address)
    found = live_match(here, name, address)
    paid = payment(here, found, page_of(found, settings())[0])
    if is_barred(paid, wish):
        return False
    if like in {candidate.organization.id for candidate in paid.candidates}:
        wish = like
    seen = seen_in(here, found, form.seen.data or "", name, address)
    organizations.answer_company(
        here.order, name, address, wish, here.by, settings(), proven=here.proven, seen=seen
    )
    return True


def _first_address(here: Visit) -> str:
    """What stands in the address field at first: a customer usually is the administrator."""
    return here.order.admin_email or ("" if here.order.contact_role == "partner" else here.by)


@pages.post("/matches")
def suggest(number: str) -> ResponseReturnValue:
    """The live fragment under the company name; stores nothing but what was asked."""
    here = visit(number)
    # Where the step is closed by now, the list would lead nowhere.
    if is_over(here.order):
        abort(404)
    more = request.form.get("more", "")
    if request.args.get("listing") and here.order.admin_email:
        matches = listing(here, more)
    else:
        typed = request.form.get("company_name", ""), request.form.get("admin_email", "")
        matches = live(here, *typed, more)
    return render_template("_matches.html", matches=matches)


@pages.route("/organization", methods=["GET", "POST"])
@step(Step.ORGANIZATION)
def organization(here: Visit) -> ResponseReturnValue:
    """Which one, or none of these."""
    form = OrganizationForm()
    problem = _("The list has changed since you saw it.") if request.args.get("changed") else ""
    if request.method == "POST":
        problem = _choose(here, form)
        if not problem:
            return onward(here)
        form.organization.errors = [problem]
        here.refresh()
    return _list(here, form, problem)


def _list(here: Visit, form: OrganizationForm, problem: str = "") -> ResponseReturnValue:
    matches = listing(here, request.args.get("after", ""))
    # A page of a list reached without JavaScript is a whole page, not the rest of one.
    matches.continued = False
    matches.error = problem
    about = {"matches": matches, "question": latest_question(here), "action": _at_list(here)}
    return answer(here, "organization.html", refused(form), form=form, **about)


def _at_list(here: Visit) -> str:
    return url_for("wizard.organization", number=here.order.number)


@pages.post("/confirm")
def ask_to_confirm(number: str) -> ResponseReturnValue:
    """Ask the full admins of a listed organization whether the order is theirs."""
    here = visit(number)
    if is_over(here.order) or not is_open(Step.ORGANIZATION, here.facts):
        return onward(here)
    asked = here.order.company_name, here.order.admin_email
    wish = wish_of(here, request.form.get("ask", ""), *asked)
    try:
        there = wish if isinstance(wish, int) and _answers(asked) else None
        questions.ask(here.order, there, here.by, settings(), proven=here.proven, network=network())
        return redirect(_at_list(here), 303)
    except Refused as problem:
        here.refresh()
        form = OrganizationForm(formdata=None)
        form.organization.errors = [say(problem.sentence)]
        return _list(here, form, say(problem.sentence))


def _choose(here: Visit, form: OrganizationForm) -> str:
    """Take the choice; returns the sentence that says why it cannot be taken, or nothing."""
    order = here.order
    asked = order.company_name, order.admin_email
    found = organizations.match_for(order, settings(), proven=here.proven)
    paid = payment(here, found, page_of(found, settings())[0])
    # Where the list has become empty, going on is all that there is to choose.
    value = form.organization.data or ("" if paid.candidates else organizations.NEW)
    wish = wish_of(here, value, *asked) if value else None
    if paid.refusal and is_barred(paid, wish):
        return say(paid.refusal)
    if wish is None:
        return _("Choose an organization from the list.")
    posted = form.seen.data
    seen = seen_in(here, found, posted, *asked) if posted else None
    if _answers(asked) and organizations.choose(
        order, wish, here.by, settings(), proven=here.proven, seen=seen
    ):
        return ""
    return _("The list has changed since you saw it. Look at it once more.")


def _answers(asked: tuple[str, str]) -> bool:
    """Whether a posted list was made for this name and address: another tab may have changed it."""
    given = zip(("company_name", "admin_email"), asked, strict=True)
    return all(request.form.get(name, value) == value for name, value in given)


@pages.route("/hand-over", methods=["GET", "POST"])
def hand_over(number: str) -> ResponseReturnValue:
    """Someone else will set this up."""
    here = visit(number)
    if is_over(here.order):
        return onward(here)
    form = HandOverForm()
    if form.validate_on_submit():
        email, role = form.contact_email.clean, form.contact_role.data
        try:
            if not orders.hand_over(
                here.order, email, role, here.by, settings(), network=network()
            ):
                return onward(here)
            session.get("orders", {}).pop(number, None)
            session.modified = True
            return page("handed_over.html", number=number, email=email)
        except Refused as own:
            form.contact_email.errors = [say(own.sentence)]
    return answer(here, "hand_over.html", refused(form), **hand_over_parts(here, form))


def hand_over_parts(here: Visit, form: HandOverForm | None = None) -> dict[str, Any]:
    """What the hand-over part of a page needs."""
    url = url_for("wizard.hand_over", number=here.order.number)
    back = url_for(f"wizard.{current_step(here.facts)}", number=here.order.number)
    # Its own fields, even where the page's form was posted: nothing of that belongs here.
    own = form or HandOverForm(formdata=None)
    return {"hand_over": own, "hand_over_url": url, "back_url": back}
