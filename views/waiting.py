"""The step at which an order waits: whom we asked, what became of it, what else can be done."""

from itertools import zip_longest
from typing import Any

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from matching.sentences import Refused
from provisioning import decisions, notices, requests
from provisioning.facts import access_request, is_over, standing_of
from provisioning.journey import Step, current_step
from records.tables import AccessRequest
from views.asked import summary
from views.finishing import ask, chosen_as_seen, with_all_admins
from views.i18n import say
from views.opaque import text_digest
from views.visit import Visit, answer, onward, settings, step, visit
from views.wizard import pages


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
            ask(here, "")
        return onward(here)
    except Refused as refused_now:
        # Whoever asks before there is anybody to ask is led to what is open instead.
        chosen = here.order.organization_id
        return _waiting(here, say(refused_now.sentence)) if chosen else onward(here)


@pages.get("/waiting")
@step(Step.WAITING)
def waiting(here: Visit) -> ResponseReturnValue:
    """Whom we asked, when, delivered or not, the answer, and what else can be done."""
    return _waiting(here)


@pages.get("/answer")
def watch(number: str) -> ResponseReturnValue:
    """The part of that page which changes by itself, for its script; nothing where it has not."""
    here = visit(number)
    waits = not is_over(here.order) and current_step(here.facts) is Step.WAITING
    part = _part(here) if waits else {"moved_on": True, "state": "moved on"}
    if request.args.get("state") == part["state"]:
        return "", 204
    ended = waits and part["standing"] != "open"
    return make_response(render_template("_answer.html", order=here.order, changed=ended, **part))


def _waiting(here: Visit, problem: str = "") -> ResponseReturnValue:
    part = _part(here)
    asked = part["asked"]
    return answer(
        here,
        "waiting.html",
        422 if problem else 200,
        problem=problem,
        still="still" in request.args,
        may_ask_again=bool(asked and requests.may_ask_again(here.order, asked, settings())),
        again_from=requests.asked_again_from(here.order, settings()),
        awaits_first_admin=requests.awaits_first_admin(here.order),
        chosen=with_all_admins(here),
        listed=here.facts.listed,
        **part,
    )


def _part(here: Visit) -> dict[str, Any]:
    """The request, its notices, one sentence about them, and a value that changes with these."""
    asked = access_request(here.order)
    states = notices.states(asked) if asked else {}
    standing = standing_of(asked) if asked else None
    known = f"{standing} {sorted(states.items())} {asked and asked.id}"
    return {
        "asked": asked,
        "standing": standing,
        "notices": _shown(here, states),
        "lost": standing == "open" and bool(states) and _is_lost(asked),
        "said": summary(states),
        "state": text_digest(known, here.secret),
    }


def _is_lost(asked: AccessRequest | None) -> bool:
    return asked is not None and notices.is_lost(asked)


def _shown(here: Visit, states: dict[str, str]) -> list[tuple[str | None, str]]:
    """(administrator as shown, what became of their notice)."""
    # Who is asked may be hidden, how many are asked is not.
    return list(zip_longest(chosen_as_seen(here, list(states)).admins, states.values()))
