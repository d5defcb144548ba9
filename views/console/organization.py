"""One organization: who and what is in it, what was asked of it, and what may be it once more."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from provisioning import auditing, directory, duplicates
from provisioning.facts import standing_of
from records import audit, lookup
from records import organization_search as rows
from records.tables import AccessRequest, Operator, Organization, OutboxRow, Subscription, User
from views.console import words
from views.console.because import Change, because
from views.console.frame import WHICH, answer, needs, older, pages, place, said
from views.console.offered import offered
from views.console.organizations import line
from views.visit import settings

FIRST = 5  # of each list, on the organization's own page
PAGE = 50
DOMAINS = 10
HISTORY = 20


class Listed(NamedTuple):
    """A list of one organization: how it is called, read and shown."""

    title: Any
    read: Callable[[Organization, Any, int], Any]
    show: Callable[[Any], Any] = lambda row: row
    key: str = "id"  # of a row, from which the next page goes on


def _user(row: User) -> tuple[User, str]:
    """Somebody, and how they are known."""
    if row.approved_here:
        return row, _("made full admin by a decision here")
    return row, _("named by an order") if row.added_here else _("directory")


def _subscription(row: Subscription) -> tuple[Subscription, words.Word]:
    return row, words.SUBSCRIPTION[row.status]


def _request(row: AccessRequest) -> tuple[AccessRequest, Any, words.Word]:
    return row, words.REQUEST[row.kind], words.STANDING[standing_of(row)]


def _letter(row: OutboxRow) -> tuple[OutboxRow, words.MailState]:
    return row, words.mail_state(row)


LISTS = {
    "admins": Listed(
        lazy_gettext("Full admins"),
        lambda of, after, limit: rows.users(of.id, after, limit, admins=True),
        _user,
        "email",
    ),
    "users": Listed(
        lazy_gettext("Users"),
        lambda of, after, limit: rows.users(of.id, after, limit),
        _user,
        "email",
    ),
    "subscriptions": Listed(
        lazy_gettext("Subscriptions"),
        lambda of, after, limit: rows.subscriptions(of.id, place(after), limit),
        _subscription,
    ),
    "orders": Listed(
        lazy_gettext("Orders"),
        lambda of, after, limit: rows.orders(of.id, place(after), limit),
    ),
    "requests": Listed(
        lazy_gettext("Requests"),
        lambda of, after, limit: rows.requests(of.id, place(after), limit),
        _request,
    ),
    "notices": Listed(
        lazy_gettext("Letters about requests"),
        lambda of, after, limit: rows.notices(of.id, place(after), limit),
        _letter,
    ),
    "letters": Listed(
        lazy_gettext("Other letters about its orders"),
        lambda of, after, limit: rows.letters(of.id, place(after), limit),
        _letter,
    ),
}
LISTING = {
    "unlist": (
        "unlisted",
        lazy_gettext("Unlist"),
        lazy_gettext(
            "Nobody is offered it any more, as if it did not exist; its own full admins still are. "
            "An order that has chosen it and is not set up yet chooses again. A later sync or file "
            "that says “unlisted” itself counts; one that says nothing of it leaves it so."
        ),
        "danger",
    ),
    "list": (
        "listed again",
        lazy_gettext("List again"),
        lazy_gettext(
            "It is offered again where name and domain fit. A later sync or file that says "
            "“unlisted” itself counts; one that says nothing of it leaves it listed."
        ),
        None,
    ),
}


@pages.get(f"/organizations/{WHICH}")
@needs("viewer")
def organization(me: Operator, which: int) -> ResponseReturnValue:
    """What it is, the beginning of each of its lists, and its likely duplicates."""
    found = _found(which)
    auditing.looked(me.email, "organization", found.ref)
    known = lookup.by_id(found.id)
    likely = duplicates.likely(known, settings()) if known else []
    return answer(
        me,
        "console/organization.html",
        found=line(found),
        is_empty=not found.users,
        facts=_facts(found),
        unlisted=words.UNLISTED,
        states=words.STATUS,
        tables=[(name, LISTS[name].title, *_page(found, name, "", FIRST)) for name in LISTS],
        offered=offered(likely, names_admins=False),
        changes=audit.changes("organization", found.ref, HISTORY),
    )


@pages.get(f"/organizations/{WHICH}/<any({', '.join(LISTS)}):what>")
@needs("viewer")
def organization_list(me: Operator, which: int, what: str) -> ResponseReturnValue:
    """One of its lists, page by page."""
    found = _found(which)
    auditing.looked(me.email, "organization", found.ref)
    listed, after = _page(found, what, said("after"), PAGE)
    return answer(
        me,
        "console/organization_list.html",
        found=line(found),
        what=what,
        title=LISTS[what].title,
        listed=listed,
        states=words.STATUS,
        more=older(after) if after else None,
    )


@pages.route(f"/organizations/{WHICH}/<any({', '.join(LISTING)}):listing>", methods=["GET", "POST"])
@needs("operator")
def list_organization(me: Operator, which: int, listing: str) -> ResponseReturnValue:
    """Take it out of what is offered, or put it back."""
    found = _found(which)
    what, button, says, tone = LISTING[listing]
    back = url_for("console.organization", which=which)

    def act(_form: Any) -> None:
        directory.set_unlisted(found.ref, listing == "unlist")

    return because(me, Change(what, "organization", found.ref, button, says, act, back, tone))


def _found(which: int) -> Organization:
    return rows.by_id(which) or abort(404)


def _page(of: Organization, what: str, after: str, size: int) -> tuple[list[Any], str | None]:
    """The next rows of a list as they are shown, and from which on to go on (None: no more)."""
    listed = LISTS[what]
    found = list(listed.read(of, after, size + 1))
    last = str(getattr(found[size - 1], listed.key)) if len(found) > size else None
    return [listed.show(row) for row in found[:size]], last


def _facts(found: Organization) -> list[tuple[str, Any, int | None]]:
    """What the directory says of it, in rows; a number is that of an organization to go to."""
    manager = lookup.by_id(found.managed_by_id) if found.managed_by_id else None
    return [
        (_("Ref"), found.ref, None),
        (_("Domains of its users"), lookup.domains_of(found.id, DOMAINS), None),
        (_("Managed by"), manager and f"{manager.name} [{manager.ref}]", manager and manager.id),
    ]
