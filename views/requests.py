"""What a full admin, or a first administrator, answers by mail. Only a POST by hand decides."""

from typing import Any

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from matching import disclosure, scripts
from matching.disclosure import Viewer
from provisioning import decisions, links
from provisioning.decisions import Ending
from provisioning.links import Standing
from records import clock, lookup, orders
from records import requests as rows
from records.tables import AccessRequest, MagicLink
from views.forms import ConfirmForm, DecisionForm, DisputeForm, QuestionForm, refused
from views.render import page
from views.start import STATUS
from views.visit import settings

pages = Blueprint("requests", __name__)
LARGEST = 2**63 - 1


@pages.route("/requests/<token>", methods=["GET", "POST"])
def answer(token: str) -> ResponseReturnValue:
    """The page of a decision, a digest, a first administrator's confirmation, an objection."""
    standing, link = links.look(token, "decision", "digest", "first_admin", "dispute")
    if link is None:
        abort(404)
    if link.purpose == "dispute":
        return _dispute(link, standing)
    if link.purpose == "first_admin":
        return _first_admin(link)
    if request.method == "GET":
        links.note_opened(link)
    if link.purpose == "digest":
        return _digest(link, standing, token)
    return _decision(rows.by_id(link.request_id), link.email)


@pages.route(f"/requests/<token>/<int(max={LARGEST}):which>", methods=["GET", "POST"])
def answer_one(token: str, which: int) -> ResponseReturnValue:
    """One request of a digest; as a notice of its own would show it."""
    standing, link = links.look(token, "digest")
    asked = decisions.of_digest(link, which) if link else None
    if link is None or asked is None:
        abort(404)
    if standing is not Standing.LIVING:
        return _digest(link, standing, token)
    return _decision(asked, link.email)


def _digest(link: MagicLink, standing: Standing, token: str) -> ResponseReturnValue:
    """All that waits for this administrator's answer in one organization."""
    there = link.request.organization_id
    living = standing is Standing.LIVING
    waiting = rows.answerable(there, link.email, limit=1_000) if living else []
    still = lookup.is_full_admin(there, link.email)
    shown = disclosure.shown(
        lookup.by_id(there), Viewer.NOTICE if still else Viewer.NOBODY, clock.today()
    )
    body = page("digest.html", waiting=waiting, organization=shown, living=living, token=token)
    return body, 200 if living else STATUS[standing]


def _decision(asked: AccessRequest, by: str) -> ResponseReturnValue:
    """A full admin's answer: whether to add somebody, or whether an order is theirs."""
    ending = decisions.standing(asked, by)
    if ending:
        return _ended(asked, ending)
    is_question = asked.kind == "confirm"
    form = QuestionForm() if is_question else DecisionForm()
    if form.validate_on_submit():
        decide = decisions.confirm if is_question else decisions.decide
        counted = decide(asked.id, by, form.decision.data, form.note.clean, settings())
        return _ended(rows.by_id(asked.id), counted)
    template = "question.html" if is_question else "decision.html"
    return page(template, form=form, odd=_odd(asked), **_about(asked)), refused(form)


def _first_admin(link: MagicLink) -> ResponseReturnValue:
    asked = rows.by_id(link.request_id)
    ending = decisions.standing(asked, link.email)
    if ending:
        return _ended(asked, ending)
    form = ConfirmForm()
    if form.validate_on_submit():
        counted = decisions.confirm_first_admin(link, form.confirm.data == "yes", settings())
        return _ended(rows.by_id(asked.id), counted)
    return page("first_admin.html", form=form, **_about(asked)), refused(form)


def _dispute(link: MagicLink, standing: Standing) -> ResponseReturnValue:
    if standing is Standing.USED:
        return page("dispute_done.html", number=link.order.number)
    if standing is not Standing.LIVING:
        return page("dispute_late.html", number=link.order.number), STATUS[standing]
    there = decisions.disputed_organization(link)
    if not lookup.is_full_admin(there, link.email):
        return page("request_ended.html", ending=Ending.NOT_ENTITLED)
    form = DisputeForm()
    if form.validate_on_submit():
        decisions.dispute(link, settings())
        return page("dispute_done.html", number=link.order.number)
    about = {"about": link.order, "lines": orders.lines(link.order)}
    asked = rows.by_id(link.request_id) if link.request_id else None
    body = page("dispute.html", form=form, asked=asked, organization=_organization(there), **about)
    return body, refused(form)


def _ended(asked: AccessRequest, ending: Ending) -> ResponseReturnValue:
    """What became of the request: every ending has its own words."""
    viewer = Viewer.NOBODY if ending is Ending.NOT_ENTITLED else Viewer.NOTICE
    return page("request_ended.html", ending=ending, **_about(asked, viewer))


def _about(asked: AccessRequest, viewer: Viewer = Viewer.NOTICE) -> dict[str, Any]:
    return {
        "asked": asked,
        "about": asked.order,
        "organization": _organization(asked.organization_id, viewer),
        "lines": orders.lines(asked.order),
    }


def _organization(there: int, viewer: Viewer = Viewer.NOTICE) -> disclosure.Shown:
    return disclosure.shown(lookup.by_id(there), viewer, clock.today())


def _odd(asked: AccessRequest) -> list[str]:
    """Words of the order's names that mix alphabets: whoever decides looks twice."""
    row, order = lookup.by_id(asked.organization_id), asked.order
    names = [order.company_name, order.partner_name, *(ln.product for ln in orders.lines(order))]
    found = [word for name in names for word in scripts.mixed(name, row.name if row else "")]
    return list(dict.fromkeys(found))
