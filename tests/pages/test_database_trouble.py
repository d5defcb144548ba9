"""A database that is full or read-only: a clear 503, nothing half done, healthy again by itself."""

import threading

import pytest

from mail import delivery
from provisioning import intake, orders
from records.database import Unavailable
from records.tables import History, MagicLink, Order, OrderLine, OutboxRow
from records.tables import Session as Sessions
from tests.support.cast import NEWCOMER, told
from tests.support.page_client import PageClient
from tests.support.trouble import full, read_only

TROUBLES = pytest.mark.parametrize("trouble", [full, read_only])


@TROUBLES
def test_a_claim_that_cannot_be_written_can_be_made_later(app, stage, trouble):
    order = stage.place()
    page = PageClient(app).get(stage.path("launch"))
    with trouble():
        answer = page.form().submit(status=503)
        assert "We cannot reach our database just now." in answer.text
        assert answer.response.headers["Retry-After"] == "10"
    assert MagicLink.get().claimed_at is None
    assert Sessions.select().count() == 0
    assert (stage.order().status, told(order)) == ("placed", ["placed"])
    assert page.form().submit().path.endswith("/company")
    assert told(order) == ["placed", "link opened", "launched"]


@TROUBLES
def test_an_order_that_cannot_be_written_is_not_there(app, stage, trouble):
    said = {"number": "70012345", "contact_email": NEWCOMER}
    new = intake.read_order(said, [{"sku": "M", "product": "Meetings", "quantity": "1"}])
    with trouble(), pytest.raises(Unavailable):
        orders.place(new, stage.settings, "test")
    tables = (Order, OrderLine, History, MagicLink, OutboxRow)
    assert [table.select().count() for table in tables] == [0] * len(tables)
    assert orders.place(new, stage.settings, "test").number == "70012345"


def test_pages_that_only_read_are_answered_meanwhile(app, stage):
    stage.place()
    client = PageClient(app)
    with read_only():
        client.get(stage.path("launch"))
        client.get("/")
        assert client.http.get("/healthz", base_url=stage.settings.link_base).status_code == 200


def test_the_loop_waits_for_the_database_and_goes_on(app, stage, caplog):
    """Its first look finds a database that takes nothing: no mail goes out unmarked."""
    stage.place()
    stop, looks = threading.Event(), []

    def bounces() -> None:
        looks.append("before the first letter")
        trouble.__enter__()

    def between() -> None:
        stop.set()

    trouble = read_only()
    with app.app_context():
        loop = threading.Thread(target=lambda: run(app, stage, stop, bounces, between))
        loop.start()
        loop.join(20)
    assert not loop.is_alive()
    assert looks
    assert caplog.text.count("mail delivery pauses: OperationalError") == 1
    assert OutboxRow.get().sent_at


def run(app, stage, stop, bounces, between) -> None:
    with app.app_context():
        delivery.run(
            stage.settings, lambda link: link, stop, 0.02, bounces=bounces, between=between
        )
