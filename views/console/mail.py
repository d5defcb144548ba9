"""Mail: what waits, was sent, failed or came back; addresses that take none; the fence."""

from collections.abc import Callable
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from provisioning import auditing, outgoing, resending
from records import addresses, audit, fence, outbox
from records import mail_search as rows
from records.tables import Operator, OutboxRow
from views.console.actions import AGAIN
from views.console.because import Change, because
from views.console.frame import WHICH, answer, needs, older, pages, place, said
from views.console.words import MAILS, mail_state
from views.forms import Because, LiftForm
from views.visit import settings

PAGE = 50
HISTORY = 20
NOW = (
    "mail hurried",
    lazy_gettext("Try it now"),
    lazy_gettext("It is tried with the next round, and then as before."),
)
GIVE_UP = (
    "mail given up",
    lazy_gettext("Give it up"),
    lazy_gettext("It is not sent any more. Nobody is told."),
)
LIFT = (
    lazy_gettext("Lift the fence"),
    lazy_gettext("Mail is sent again, what waits first."),
)
PUT_UP = (
    lazy_gettext("Put up a fence"),
    lazy_gettext("No mail and no webhook is sent until somebody lifts it. Orders go on, and wait."),
)


@pages.get("/mail")
@needs("viewer")
def mail(me: Operator) -> ResponseReturnValue:
    """The newest letters first, in one state and to one address where that is asked for."""
    state, to = request.args.get("state", ""), said("to").lower()
    state = state if state in rows.STATES else ""
    asked = " ".join(filter(None, (state, to)))
    auditing.looked(me.email, "mail", asked, "searched" if to else "looked")
    found = rows.listed(state, to, place(said("after")), PAGE + 1)
    return answer(
        me,
        "console/mail.html",
        found=[(row, mail_state(row)) for row in found[:PAGE]],
        more=older(found[PAGE - 1].id) if len(found) > PAGE else None,
        state=state,
        to=to,
        states=MAILS,
        waiting=outbox.waiting(),
        seconds=outbox.oldest_due_seconds(),
        fenced=fence.standing(),
    )


@pages.get(f"/mail/{WHICH}")
@needs("viewer")
def letter(me: Operator, which: int) -> ResponseReturnValue:
    """One letter: its state, how often it was tried, what was done to it."""
    row = _letter(which)
    auditing.looked(me.email, "mail", str(row.id))
    again = row.letter not in resending.SIGN_INS and bool(row.sent_at or row.failed_at)
    return answer(
        me,
        "console/letter.html",
        row=row,
        state=mail_state(row),
        is_dead=addresses.is_dead(row.recipient),
        again=again,
        waits=not row.sent_at and not row.failed_at,
        changes=audit.changes("mail", str(row.id), HISTORY),
    )


@pages.route(f"/mail/{WHICH}/again", methods=["GET", "POST"])
@needs("operator")
def letter_again(me: Operator, which: int) -> ResponseReturnValue:
    """The same letter goes out once more."""
    row = _letter(which)

    def act(form: Because) -> None:
        resending.send_again(row.id, me.email, form.why.clean, settings())

    return because(me, _change(row, AGAIN, act))


@pages.route(f"/mail/{WHICH}/now", methods=["GET", "POST"])
@needs("operator")
def letter_now(me: Operator, which: int) -> ResponseReturnValue:
    """A letter that was put off is tried at once."""
    row = _letter(which)
    return because(me, _change(row, NOW, lambda _form: outgoing.hurry(row)))


@pages.route(f"/mail/{WHICH}/give-up", methods=["GET", "POST"])
@needs("operator")
def letter_give_up(me: Operator, which: int) -> ResponseReturnValue:
    """A letter that waits is not sent any more."""
    row = _letter(which)

    def act(form: Because) -> None:
        outgoing.give_up(row, me.email, form.why.clean)

    return because(me, _change(row, GIVE_UP, act, "danger"))


@pages.get("/mail/addresses")
@needs("viewer")
def dead_addresses(me: Operator) -> ResponseReturnValue:
    """Addresses whose mail comes back for good."""
    auditing.looked(me.email, "addresses", "")
    found = addresses.dead_after(said("after"), PAGE + 1)
    more = older(found[PAGE - 1].email) if len(found) > PAGE else None
    return answer(me, "console/addresses.html", found=found[:PAGE], more=more)


@pages.route("/mail/addresses/<path:address>", methods=["GET", "POST"])
@needs("operator")
def revive(me: Operator, address: str) -> ResponseReturnValue:
    """Send to an address again."""
    if not addresses.is_dead(address):
        abort(404)
    says = lazy_gettext("Mail is sent to it again. What came back is not sent by itself.")
    change = Change(
        "revived",
        "address",
        address,
        lazy_gettext("Send to it again"),
        says,
        lambda _form: outgoing.revive(address),
        url_for("console.dead_addresses"),
    )
    return because(me, change)


@pages.route("/mail/fence", methods=["GET", "POST"])
@needs("operator")
def mail_fence(me: Operator) -> ResponseReturnValue:
    """Stop all mail, or let it go again."""
    back = url_for("console.mail")
    if fence.standing():

        def lift(form: LiftForm) -> None:
            outgoing.lift_fence(discard=bool(form.discard.data))

        return because(me, Change("fence lifted", "mail", "", *LIFT, lift, back), LiftForm())

    def put_up(form: Because) -> None:
        outgoing.put_up_fence(form.why.clean)

    return because(me, Change("fence put up", "mail", "", *PUT_UP, put_up, back, "danger"))


def _letter(which: int) -> OutboxRow:
    row = rows.letter(which)
    if row is None:
        abort(404)
    return row


def _change(
    row: OutboxRow,
    words: tuple[str, Any, Any],
    act: Callable[[Any], None],
    tone: str | None = None,
) -> Change:
    what, button, says = words
    back = url_for("console.letter", which=row.id)
    return Change(what, "mail", str(row.id), button, says, act, back, tone)
