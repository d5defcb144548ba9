"""What operators do to mail that waits, to addresses that take none, and to all mail at once."""

from matching.sentences import Refused, TooLate, sentence
from records import addresses, fence, mail_search, orders, outbox
from records.database import db
from records.tables import OutboxRow

GIVEN_UP = "given up by an operator"


def hurry(row: OutboxRow) -> None:
    """A letter that was put off is tried at once; Refused when it waits no longer."""
    if not mail_search.hurry(row):
        raise TooLate(sentence("This letter waits no longer."))


def give_up(row: OutboxRow, by: str, why: str) -> None:
    """A letter is not sent any more; Refused when it waits no longer, or is being sent."""
    with db.atomic():
        order = orders.locked(row.order_id) if row.order_id else None
        if not mail_search.give_up(row, GIVEN_UP):
            raise TooLate(sentence("This letter waits no longer, or is being sent right now."))
        if order:
            orders.note(order, by, "mail given up", f"{row.letter} to {row.recipient}: {why}")


def revive(address: str) -> None:
    """Send to an address again; Refused where nothing has come back from it."""
    if not addresses.revive(address):
        raise Refused(sentence("Nothing has come back from %(address)s.", address=address))


def put_up_fence(why: str) -> None:
    """No mail is sent from now on; Refused where that is so already."""
    with db.atomic():
        if fence.standing():
            raise Refused(sentence("There is a fence already: no mail is sent."))
        fence.put_up(why)


def lift_fence(*, discard: bool) -> None:
    """Mail is sent again; with `discard` what waits is given up, because it was sent before."""
    with db.atomic():
        if not fence.standing():
            raise Refused(sentence("There is no fence: mail is sent."))
        if discard:
            outbox.discard(GIVEN_UP)
        fence.lift()
