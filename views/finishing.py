"""The wizard's steps once an organization is chosen: administrator, waiting, review, done."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from matching.addresses import masked
from matching.disclosure import Viewer
from matching.sentences import Refused
from provisioning import decisions, mapping, requests
from provisioning.facts import access_request, is_over, standing_of
from provisioning.journey import Step, Verdict, kind_for, verdict
from records import lookup, orders, outbox
from records.tables import AccessRequest
from views.forms import AdministratorForm, OwnDecisionForm, ReviewForm, refused
from views.i18n import say
from views.offers import viewer_of
from views.visit import Visit, answer, onward, seen, settings, step, visit
from views.wizard import hand_over_parts, pages


@pages.route("/administrator", methods=["GET", "POST"])
@step(Step.ADMINISTRATOR)
def administrator(here: Visit) -> ResponseReturnValue:
    """What follows from naming somebody who is no full admin there."""
    decides = here.proven is not None and lookup.is_full_admin(
        here.order.organization_id, here.proven
    )
    form = OwnDecisionForm() if decides else AdministratorForm()
    if form.validate_on_submit():
        try:
            _settle(here, form, decides)
            return onward(here)
        except Refused as problem:
            form.form_errors.append(say(problem.sentence))
            here.refresh()
    return answer(
        here,
        "administrator.html",
        refused(form),
        form=form,
        decides=decides,
        asked=here.facts.request == "open",
        holds=verdict(here.facts) is Verdict.HOLD,
        awaits_first_admin=requests.awaits_first_admin(here.order),
        request_days=settings().request_days,
        **_administrators(here),
    )


def _settle(here: Visit, form: Any, decides: bool) -> None:
    """Decide as the full admin that the contact is, or ask those who are."""
    if decides:
        decisions.decide_at_once(
            here.order, here.by, form.decision.data, settings(), seen=seen(here)
        )
    else:
        _ask(here, form.message.clean)


@pages.post("/waiting")
def check(number: str) -> ResponseReturnValue:
    """Check again, ask again. Not guarded as a step: the hold may be over, and that ends it."""
    here = visit(number)
    if is_over(here.order):
        return onward(here)
    try:
        decisions.check_again(here.order, settings())
        here.refresh()
        action = request.form.get("action")
        if action == "again":
            requests.ask_again(here.order, here.by, settings())
        elif action == "ask":
            _ask(here, "")
        return onward(here)
    except Refused as refused_now:
        return _waiting(here, say(refused_now.sentence))


@pages.get("/waiting")
@step(Step.WAITING)
def waiting(here: Visit) -> ResponseReturnValue:
    """Whom we asked, when, delivered or not, the answer, and what else can be done."""
    return _waiting(here)


def _waiting(here: Visit, problem: str = "") -> ResponseReturnValue:
    asked = access_request(here.order)
    return answer(
        here,
        "waiting.html",
        422 if problem else 200,
        problem=problem,
        asked=asked,
        standing=standing_of(asked) if asked else None,
        notices=_notices(asked),
        may_ask_again=bool(asked and requests.may_ask_again(here.order, asked, settings())),
        again_from=requests.asked_again_from(here.order, settings()),
        awaits_first_admin=requests.awaits_first_admin(here.order),
        **_administrators(here),
        **hand_over_parts(here),
    )


def _ask(here: Visit, message: str) -> None:
    proven = here.proven is not None
    requests.ask(here.order, message, here.by, settings(), proven=proven, seen=seen(here))


def _notices(asked: AccessRequest | None) -> list[tuple[str, str]]:
    """(masked administrator, queued | sent | undeliverable), the newest notice of each."""
    rows = outbox.about_request(asked.id, "access_notice") if asked else []
    states = {
        row.recipient: "sent" if row.sent_at else "undeliverable" if row.failed_at else "queued"
        for row in rows
    }
    return [(masked(address), state) for address, state in states.items()]


def _administrators(here: Visit) -> dict[str, Any]:
    """The full admins of the chosen organization, as far as this session may see them."""
    order = here.order
    admins = lookup.full_admins_of(order.organization_id) if order.organization_id else []
    viewer = viewer_of(here, order.admin_email.partition("@")[2])
    shown = [masked(admin) for admin in admins] if viewer is Viewer.EXACT else []
    return {"admin_count": len(admins), "admins": shown}


@pages.route("/review", methods=["GET", "POST"])
@step(Step.REVIEW)
def review(here: Visit) -> ResponseReturnValue:
    """Everything once more; only a ticked box makes it final."""
    form = ReviewForm()
    if form.validate_on_submit():
        try:
            return _complete(here)
        except Refused as problem:
            form.form_errors.append(say(problem.sentence))
            here.refresh()
    chosen = here.order.organization if here.order.organization_id else None
    wanted = kind_for(here.facts.purpose)
    return answer(
        here,
        "review.html",
        refused(form),
        form=form,
        chosen=chosen,
        misfit=wanted if chosen and chosen.kind != wanted else None,
        outcome=verdict(here.facts),
        proven_admin=here.proven == here.order.admin_email,
        bound=chosen is not None and not here.facts.listed,
        told=len(mapping.to_be_told(here.order)),
        declined=here.facts.request == "declined",
        changed=request.args.get("changed"),
        **hand_over_parts(here),
    )


def _complete(here: Visit) -> ResponseReturnValue:
    ended = mapping.complete(here.order, here.by, settings(), proven=here.proven, seen=seen(here))
    return onward(here, **({"changed": 1} if ended is mapping.Completion.CHANGED else {}))


@pages.get("/done")
@step(Step.DONE)
def done(here: Visit) -> ResponseReturnValue:
    """The receipt."""
    order = here.order
    told = outbox.about_order(order.id, "mapped")
    asked = access_request(order)
    return answer(
        here,
        "done.html",
        mapping=orders.mapping(order),
        subscriptions=orders.subscriptions(order),
        told=len(told),
        asked=asked if asked and standing_of(asked) == "open" else None,
        first_admin=orders.first_admin_request(order),
    )
