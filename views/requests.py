"""What a full admin, or a first administrator, answers by mail. Only a POST by hand decides."""

from typing import Any

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from matching import disclosure
from matching.disclosure import Viewer
from provisioning import decisions, links
from provisioning.decisions import Ending
from provisioning.links import Standing
from records import clock, lookup, orders
from records import requests as rows
from records.tables import MagicLink
from views.forms import ConfirmForm, DecisionForm, DisputeForm, refused
from views.render import page
from views.start import STATUS
from views.visit import settings

pages = Blueprint("requests", __name__)


@pages.route("/requests/<token>", methods=["GET", "POST"])
def answer(token: str) -> ResponseReturnValue:
    """The page of a decision, a first administrator's confirmation, or "this is not ours"."""
    standing, link = links.look(token, "decision", "first_admin", "dispute")
    if link is None:
        abort(404)
    if link.purpose == "dispute":
        return _dispute(link, standing)
    return _decision(link) if link.purpose == "decision" else _first_admin(link)


def _decision(link: MagicLink) -> ResponseReturnValue:
    request = rows.by_id(link.request_id)
    ending = decisions.standing(request, link.email)
    if ending:
        return _ended(link, ending)
    form = DecisionForm()
    if form.validate_on_submit():
        choice, note = form.decision.data, form.note.clean
        counted = decisions.decide(request.id, link.email, choice, note, settings())
        return _ended(link, counted)
    body = page("decision.html", form=form, **_about(link))
    return body, refused(form)


def _first_admin(link: MagicLink) -> ResponseReturnValue:
    request = rows.by_id(link.request_id)
    ending = decisions.standing(request, link.email)
    if ending:
        return _ended(link, ending)
    form = ConfirmForm()
    if form.validate_on_submit():
        confirmed = form.confirm.data == "yes"
        return _ended(link, decisions.confirm_first_admin(link, confirmed, settings()))
    return page("first_admin.html", form=form, **_about(link)), refused(form)


def _dispute(link: MagicLink, standing: Standing) -> ResponseReturnValue:
    if standing is Standing.USED:
        return page("dispute_done.html", number=link.order.number)
    if standing is not Standing.LIVING:
        return page("dispute_late.html", number=link.order.number), STATUS[standing]
    if not lookup.is_full_admin(decisions.disputed_organization(link), link.email):
        return _ended(link, Ending.NOT_ENTITLED)
    form = DisputeForm()
    if form.validate_on_submit():
        decisions.dispute(link, settings())
        return page("dispute_done.html", number=link.order.number)
    return page("dispute.html", form=form, **_about(link)), refused(form)


def _ended(link: MagicLink, ending: Ending) -> ResponseReturnValue:
    """What became of the request: every ending has its own words."""
    viewer = Viewer.NOBODY if ending is Ending.NOT_ENTITLED else Viewer.NOTICE
    return page("request_ended.html", ending=ending, **_about(link, viewer))


def _about(link: MagicLink, viewer: Viewer = Viewer.NOTICE) -> dict[str, Any]:
    row = lookup.by_id(decisions.disputed_organization(link))
    return {
        "asked": rows.by_id(link.request_id) if link.request_id else None,
        "about": link.order,
        "organization": disclosure.shown(row, viewer, clock.today()),
        "lines": orders.lines(link.order),
    }
