"""Organizations: found by name, ref, domain or a user's address."""

from datetime import date
from typing import NamedTuple

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from matching.addresses import canonical, domain
from matching.disclosure import Viewer, shown
from matching.sentences import Refused
from provisioning import auditing
from records import clock
from records import organization_search as rows
from records.tables import Operator, Organization
from views.cards import Card, card
from views.console.frame import answer, needs, older, pages, place, said
from views.console.words import UNLISTED
from views.i18n import speech

PAGE = 50
SEARCHED = {
    "name": lazy_gettext("The beginning of its name"),
    "ref": lazy_gettext("Ref"),
    "domain": lazy_gettext("Domain of its users"),
    "address": lazy_gettext("Address of a user"),
}


class Line(NamedTuple):
    """An organization as its card says it, and what only the seller's people see."""

    which: int
    card: Card
    ref: str
    admins: int
    last_active_on: date | None
    unlisted: bool


def line(found: Organization) -> Line:
    """What the console says of an organization."""
    seen = card("", shown(found, Viewer.OPERATOR, clock.today()), speech())
    return Line(found.id, seen, found.ref, found.admins, found.last_active_on, bool(found.unlisted))


@pages.get("/organizations")
@needs("viewer")
def organizations(me: Operator) -> ResponseReturnValue:
    """The newest first, or what a search finds, page by page."""
    by, text = request.args.get("by", ""), said("text")
    by = by if by in SEARCHED else "name"
    asked = text and f"{by}: {text}"
    auditing.looked(me.email, "organizations", asked, "searched" if text else "looked")
    found, after = _page(by, text, place(said("after")))
    return answer(
        me,
        "console/organizations.html",
        found=[line(each) for each in found],
        more=older(after) if after else None,
        by=by,
        text=text,
        searched=SEARCHED.items(),
        unlisted=UNLISTED,
    )


def _page(by: str, text: str, after: int | None) -> tuple[list[Organization], int | None]:
    """The next organizations, and from which place to go on (None: no more)."""
    if text:
        return rows.found(by, _as_stored(by, text), after, PAGE)
    found = rows.newest(after, PAGE + 1)
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def _as_stored(by: str, text: str) -> str:
    """A domain or address as the directory has it; what is none finds nothing."""
    try:
        if by == "address":
            return canonical(text)
        if by == "domain":
            return domain(canonical(f"x@{text.removeprefix('@')}"))
    except Refused:
        pass
    return text
