"""The first page: what needs a person now, and how things went in the last days."""

from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext

from matching.rules import Tier
from provisioning import overview as events
from records import fence, outbox
from records import overview as rows
from records.tables import Operator
from views.cards import tier_label
from views.console.frame import answer, needs, pages
from views.console.pictures import Bar, Series, bars, columns
from views.i18n import speech

# In the order of how much they hurt.
NEEDS = {
    "reported": lazy_gettext("Reported as suspicious"),
    "disputed": lazy_gettext("Disputed: an organization says that it is not its order"),
    "number_taken": lazy_gettext("A subscription's number is taken"),
    "stopped": lazy_gettext("Stopped"),
    "nobody_to_ask": lazy_gettext("Nobody can be asked"),
    "undelivered": lazy_gettext("Mail that does not arrive"),
    "over_budget": lazy_gettext("Over their budget of questions"),
    "first_admin": lazy_gettext("A new organization's administrator has not confirmed"),
    "expiring": lazy_gettext("Expiring within 3 days"),
}
REASONS = {
    "unreachable": lazy_gettext("no mail reaches its full admins"),
    "nobody_to_ask": lazy_gettext("it has no full admin"),
    "first_admin_refused": lazy_gettext("they say that it is not for them"),
    "first_admin_unconfirmed": lazy_gettext("no answer in time"),
}
ORDERS = (
    Series(lazy_gettext("set up"), "good", ("provisioned",)),
    Series(lazy_gettext("in progress"), "plain", ("placed", "launched")),
    Series(lazy_gettext("waiting for an answer"), "wait", ("waiting",)),
    Series(
        lazy_gettext("stopped, cancelled or expired"), "bad", ("stopped", "cancelled", "expired")
    ),
)
MAILS = (
    Series(lazy_gettext("sent"), "good", ("sent",)),
    Series(lazy_gettext("waiting"), "wait", ("waiting",)),
    Series(lazy_gettext("failed or came back"), "bad", ("failed",)),
)
SPANS = (
    lazy_gettext("under 10 minutes"),
    lazy_gettext("under an hour"),
    lazy_gettext("under a day"),
    lazy_gettext("under 3 days"),
    lazy_gettext("under a week"),
    lazy_gettext("a week or longer"),
)
NEW = "new"


@pages.get("")
@needs("viewer")
def overview(me: Operator) -> ResponseReturnValue:
    """Orders by their numbers alone: who they are about is on their own pages."""
    since = events.since()
    seconds = rows.seconds_to_map(since, events.LATEST)
    found_by = rows.found_by(since, events.LATEST)
    matters = events.matters()
    return answer(
        me,
        "console/overview.html",
        matters=[(NEEDS[need], matters[need]) for need in NEEDS if need in matters],
        reasons=REASONS,
        orders=columns(events.days(rows.placed(since)), ORDERS),
        mails=columns(events.days(rows.mailed(since)), MAILS),
        times=bars(dict(zip(SPANS, events.spans(seconds), strict=True))),
        median=span(events.middle(seconds)),
        found=_found(found_by),
        avoided=sum(count for how, count in found_by.items() if how not in ("", NEW)),
        mapped=sum(found_by.values()),
        latest=events.LATEST,
        waiting=outbox.waiting(),
        late=span(outbox.oldest_due_seconds()),
        fenced=fence.standing(),
        days=events.DAYS,
    )


def _found(counts: dict[str, int]) -> list[Bar]:
    """How organizations were found, the surest way first."""
    tongue = speech()
    words: dict[str, Any] = {tier: tier_label(tier, tongue) for tier in Tier}
    words |= {NEW: _("A new organization was made"), "": _("From before this was noted")}
    return bars({words[how]: counts[how] for how in words if how in counts})


def span(seconds: int | None) -> str:
    """3 minutes, 5 hours, 2 days."""
    if seconds is None:
        return ""
    if seconds < 7_200:
        minutes = max(1, round(seconds / 60))
        return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    if seconds < 2 * 86_400:
        hours = round(seconds / 3_600)
        return str(ngettext("%(num)s hour", "%(num)s hours", hours))
    days = round(seconds / 86_400)
    return str(ngettext("%(num)s day", "%(num)s days", days))
