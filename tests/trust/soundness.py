"""What holds of all that is stored, however things went."""

from provisioning.facts import facts_of
from provisioning.journey import Verdict, verdict
from records import clock
from records.tables import AccessRequest, MagicLink, Mapping, Order, Session, Subscription, User
from tests.records import recount


def assert_sound() -> None:
    """The directory's counts, each order with its mapping and request, rights, links, sessions."""
    recount.assert_exact()
    requests = list(AccessRequest.select())
    for order in Order.select():
        _assert_mapped_once_or_not_at_all(order)
        _assert_waits_for_an_answer_or_not_at_all(order, requests)
        _assert_opened_by_its_contact_alone(order)
    for request in requests:
        answered = request.decided_at, request.decided_by
        assert (request.status == "open") == (answered == (None, None)), request.status
    for user in User.select().where(User.approved_here):
        assert user.full_admin
        assert any(_gave_rights(request, user) for request in requests), user.email


def _assert_mapped_once_or_not_at_all(order: Order) -> None:
    mapped = list(Mapping.select().where(Mapping.order == order))
    active = list(Subscription.select().where(Subscription.order == order))
    provisioned = "provisioned" in (order.status, order.stopped_from)
    assert len(mapped) == len(active) == int(provisioned)
    assert {row.organization_id for row in mapped} <= {order.organization_id}
    assert {row.organization_id for row in active} <= {order.organization_id}
    assert not (order.create_new and order.status == "placed")


def _assert_waits_for_an_answer_or_not_at_all(order: Order, requests: list[AccessRequest]) -> None:
    open_now = [
        r for r in requests if r.order_id == order.id and (r.kind, r.status) == ("access", "open")
    ]
    assert len(open_now) <= 1
    for request in open_now:
        assert (request.organization_id, request.person_email) == (
            order.organization_id,
            order.admin_email,
        )
    if order.status in ("launched", "waiting"):
        holds = bool(open_now) and verdict(facts_of(order)) is Verdict.HOLD
        assert (order.status == "waiting") == holds


def _assert_opened_by_its_contact_alone(order: Order) -> None:
    sessions = Session.select().where((Session.order == order) & Session.ended_at.is_null())
    links = MagicLink.select().where(
        (MagicLink.order == order)
        & (MagicLink.purpose == "launch")
        & MagicLink.claimed_at.is_null()
        & MagicLink.replaced_at.is_null()
        & (MagicLink.expires_at > clock.now())
    )
    assert {row.email for row in (*sessions, *links)} <= {order.contact_email}
    assert links.count() <= 1


def _gave_rights(request: AccessRequest, user: User) -> bool:
    about = (request.organization_id, request.person_email) == (user.organization_id, user.email)
    return about and request.status == "approved"
