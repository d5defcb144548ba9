"""Trying the matcher: a name and an address in, the whole reasoning out."""

from typing import Any

from flask.typing import ResponseReturnValue

from matching.addresses import canonical
from matching.disclosure import Viewer, shown
from matching.names import company_name
from matching.rules import Standing
from matching.sentences import Refused
from provisioning import auditing, explaining, matches
from provisioning.explaining import Explanation
from records import clock
from records.tables import Operator
from views.console.frame import answer, needs, older, pages, place, said
from views.console.offered import offered
from views.i18n import say
from views.visit import settings

OFFERED = 20


@pages.get("/matcher")
@needs("viewer")
def matcher(me: Operator) -> ResponseReturnValue:
    """What a partner would be offered, who sees most; with a ref why that one is, or is not."""
    typed = {name: said(name) for name in ("name", "address", "ref")}
    auditing.looked(me.email, "matcher", " ".join(filter(None, typed.values())))
    try:
        found = _found(**typed) if typed["name"] or typed["address"] else dict[str, Any]()
    except Refused as refused:
        found = {"refusal": say(refused.sentence)}
    return answer(me, "console/matcher.html", typed=typed, **found)


def _found(name: str, address: str, ref: str) -> dict[str, Any]:
    asked, email = company_name(name), canonical(address)
    match = matches.match(asked, email, settings(), whole_domain=True)
    page, more = matches.page(match, settings(), place(said("after")), OFFERED)
    reason = explaining.explain(asked, email, ref, settings()) if ref else None
    return {
        "question": match.question,
        "keys": zip(match.question.keys._fields, match.question.keys, strict=True),
        "cuts": sorted({cut.strip() for cut in match.question.cuts}),
        "standing": match.standing,
        "standings": Standing,
        "offered": offered(page),
        "more": older(more) if more else None,
        "reason": reason and _said(reason),
    }


def _said(reason: Explanation) -> tuple[str, bool, list[str]]:
    """The organization's name, whether it is offered, and why."""
    named = shown(reason.organization, Viewer.OPERATOR, clock.today()).name
    return named, reason.candidate is not None, [say(words) for words in reason.sentences]
