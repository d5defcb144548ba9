"""The wizard's steps up to the choice of an organization."""

from typing import Any

from flask import Blueprint, abort, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from provisioning import orders, organizations
from provisioning.journey import Step, current_step
from views.forms import CompanyForm, HandOverForm, OrganizationForm, PurposeForm
from views.offers import listing, live, wish_of
from views.render import page
from views.visit import Visit, answer, onward, settings, step, visit

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
    form = PurposeForm(purpose=here.order.purpose)
    if form.validate_on_submit():
        orders.say_purpose(here.order, form.purpose.data, here.by)
        return onward(here)
    return answer(here, "purpose.html", refused(form), form=form, **hand_over_parts(here))


@pages.route("/company", methods=["GET", "POST"])
@step(Step.COMPANY)
def company(here: Visit) -> ResponseReturnValue:
    """Administrator address, then company name, with live suggestions under it."""
    form = CompanyForm(admin_email=_first_address(here), company_name=here.order.company_name)
    if request.method == "POST" and form.i_am_admin.data:
        form.admin_email.data = here.by
    if form.validate_on_submit():
        name, address = form.name_and_address()
        wish = wish_of(here, form.organization.data or "", name, address, form.seen.data or "-")
        organizations.answer_company(here.order, name, address, wish, here.by, settings())
        return onward(here)
    matches = live(here, form.company_name.data or "", form.admin_email.data or "")
    return answer(
        here, "company.html", refused(form), form=form, matches=matches, **hand_over_parts(here)
    )


def _first_address(here: Visit) -> str:
    """What stands in the address field at first: a customer usually is the administrator."""
    return here.order.admin_email or ("" if here.order.contact_role == "partner" else here.by)


@pages.post("/matches")
def suggest(number: str) -> ResponseReturnValue:
    """The live fragment under the company name; stores nothing."""
    here = visit(number)
    # Where the step is closed by now, the list would lead nowhere.
    if orders.is_closed(here.order) or here.order.status == "provisioned":
        abort(404)
    more = request.form.get("more", "")
    if request.args.get("listing") and here.order.admin_email:
        matches, _found = listing(here, more)
    else:
        typed = request.form.get("company_name", ""), request.form.get("admin_email", "")
        matches = live(here, *typed, more)
    return render_template("_matches.html", matches=matches)


@pages.route("/organization", methods=["GET", "POST"])
@step(Step.ORGANIZATION)
def organization(here: Visit) -> ResponseReturnValue:
    """Which one, or none of these."""
    form = OrganizationForm()
    sentence = ""
    if request.method == "POST":
        order = here.order
        asked = order.company_name, order.admin_email
        # Where the list has become empty, going on is all that there is to choose.
        value = form.organization.data or ("" if listing(here)[0].groups else organizations.NEW)
        wish = wish_of(here, value, *asked) if value else None
        if wish is None:
            sentence = _("Choose an organization from the list.")
        elif _answers(asked) and organizations.choose(
            order, wish, here.by, settings(), proven=here.proven
        ):
            return onward(here)
        else:
            sentence = _("The list has changed since you saw it. Look at it once more.")
        form.organization.errors = [sentence]
        here.refresh()
    matches, _found = listing(here, request.args.get("after", ""))
    # A page of a list reached without JavaScript is a whole page, not the rest of one.
    matches.continued = False
    matches.error = sentence
    return answer(here, "organization.html", refused(form), form=form, matches=matches)


def _answers(asked: tuple[str, str]) -> bool:
    """Whether a posted list was made for this name and address: another tab may have changed it."""
    given = zip(("company_name", "admin_email"), asked, strict=True)
    return all(request.form.get(name, value) == value for name, value in given)


@pages.post("/hand-over")
def hand_over(number: str) -> ResponseReturnValue:
    """Someone else will set this up."""
    here = visit(number)
    form = HandOverForm()
    if not form.validate_on_submit():
        return answer(here, "hand_over.html", 422, **hand_over_parts(here, form))
    email, role = form.contact_email.clean, form.contact_role.data
    if not orders.hand_over(here.order, email, role, here.by, settings()):
        return onward(here)
    session.get("orders", {}).pop(number, None)
    session.modified = True
    return page("handed_over.html", number=number, email=email)


def hand_over_parts(here: Visit, form: HandOverForm | None = None) -> dict[str, Any]:
    """What the hand-over part of a page needs."""
    url = url_for("wizard.hand_over", number=here.order.number)
    back = url_for(f"wizard.{current_step(here.facts)}", number=here.order.number)
    # Its own fields, even where the page's form was posted: nothing of that belongs here.
    own = form or HandOverForm(formdata=None)
    return {"hand_over": own, "hand_over_url": url, "back_url": back}


def refused(form: Any) -> int:
    """The status of a page that shows a form: 422 when something in it was refused."""
    return 422 if form.errors else 200
