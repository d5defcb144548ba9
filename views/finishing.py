"""The wizard's steps once an organization is chosen: administrator, review, done."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from matching import disclosure
from matching.disclosure import Shown
from matching.sentences import Refused
from provisioning import decisions, mapping, requests, viewers
from provisioning.facts import access_request, standing_of
from provisioning.journey import Step, Verdict, kind_for, verdict
from records import clock, lookup, orders, outbox
from views.forms import AdministratorForm, OwnDecisionForm, ReviewForm, refused
from views.i18n import say
from views.visit import Visit, answer, network, onward, seen, settings, step
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
        chosen=with_all_admins(here),
        listed=here.facts.listed,
    )


def _settle(here: Visit, form: Any, decides: bool) -> None:
    """Decide as the full admin that the contact is, or ask those who are."""
    if decides:
        decisions.decide_at_once(
            here.order, here.by, form.decision.data, settings(), seen=seen(here)
        )
    else:
        ask(here, form.message.clean)


def ask(here: Visit, message: str) -> None:
    requests.ask(
        here.order,
        message,
        here.by,
        settings(),
        proven=here.proven is not None,
        seen=seen(here),
        network=network(),
    )


def with_all_admins(here: Visit) -> Shown:
    return chosen_as_seen(here, lookup.full_admins_of(here.order.organization_id))


def chosen_as_seen(here: Visit, admins: Sequence[str]) -> Shown:
    """The organization of the order and these full admins of it, as this session may see them."""
    row = lookup.by_id(here.order.organization_id)
    viewer = viewers.of_chosen(here.order, here.proven, settings())
    return disclosure.shown(row, viewer, clock.today(), admins=admins)


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
    told = mapping.to_be_told(here.order)
    chosen = chosen_as_seen(here, told) if here.order.organization_id else None
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
        listed=here.facts.listed,
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
    told = [letter.recipient for letter in outbox.about_order(order.id, "mapped")]
    asked, mapped = access_request(order), orders.mapping(order)
    first_admin = orders.first_admin_request(order)
    return answer(
        here,
        "done.html",
        chosen=chosen_as_seen(here, told),
        mapped_at=mapped and mapped.decided_at,
        subscriptions=orders.subscriptions(order),
        asked=asked is not None and standing_of(asked) == "open",
        awaits_first_admin=first_admin is not None and first_admin.status == "open",
    )
