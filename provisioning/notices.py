"""Notices to an organization's administrators: some a day one by one, the rest in a digest."""

from datetime import datetime, timedelta

from config import Settings
from mail.outbox import enqueue
from provisioning import links
from provisioning.days import day_of
from records import budgets, clock, lookup, outbox
from records.tables import AccessRequest, OutboxRow

LETTERS = {"access": "access_notice", "confirm": "confirm_question"}
# A digest is written when it is sent; what is asked so shortly before goes into the next one.
MARGIN = timedelta(minutes=5)


def notify(
    request: AccessRequest, admins: list[str], settings: Settings, *, again: bool = False
) -> None:
    """Inside a transaction: tell each full admin of a request, with a link of their own.

    All of them are told alike: of two notices that one organization gets at once, one is counted
    after the other.
    """
    if not admins:
        return
    begins, ends = day_of(clock.now(), settings.zone)
    who = f"organization {request.organization_id}"
    if budgets.count("notice", {who: begins})[who] > settings.notices_per_day:
        if ends - clock.now() < MARGIN:
            ends = day_of(ends, settings.zone)[1]
        _gather(request, admins, ends, settings)
        return
    days = settings.request_days
    for admin in admins:
        link = links.issue(
            "decision", admin, settings, request=request, order=request.order, days=days
        )
        enqueue(
            LETTERS[request.kind],
            admin,
            order=request.order,
            request=request,
            link=link,
            requester_proven=request.requester_proven,
            again=again,
        )


def _gather(request: AccessRequest, admins: list[str], due: datetime, settings: Settings) -> None:
    """One digest an administrator and day; it names all that waits when it is sent."""
    for admin in admins:
        if not outbox.awaits_digest(request.organization_id, admin, due):
            days = settings.request_days
            link = links.issue("digest", admin, settings, request=request, days=days)
            enqueue("digest", admin, request=request, link=link, due_at=due)


def states(request: AccessRequest) -> dict[str, str]:
    """Administrator -> what became of their newest notice of a request.

    queued, sent, seen (its link was opened), answered, or undeliverable.
    """
    rows = outbox.notices_of(request)
    # A digest speaks for a notice only where there is none of the request's own.
    rows.sort(key=lambda row: (row.letter != "digest", row.id))
    return {row.recipient: _state(row, request) for row in rows}


def _state(row: OutboxRow, request: AccessRequest) -> str:
    if request.decided_by == row.recipient:
        return "answered"
    if row.link_id and row.link.opened_at:
        return "seen"
    if row.failed_at:
        return "undeliverable"
    return "sent" if row.sent_at else "queued"


def is_lost(request: AccessRequest) -> bool:
    """Whether nobody can answer: there is no full admin, or none of them can be reached."""
    admins = lookup.full_admins_of(request.organization_id)
    known = states(request)
    return all(known.get(admin) == "undeliverable" for admin in admins)
