"""What whoever watches the servers is told."""

from records import fence
from records.tables import OutboxRow, WebhookEndpoint
from tests.support.page_client import PageClient

LOCAL = {"REMOTE_ADDR": "127.0.0.1"}


def fetched(app, path: str, **options):
    usual = {"base_url": "http://homeport.test", "environ_overrides": LOCAL}
    return PageClient(app).http.get(path, **(usual | options))


def test_the_numbers_of_mails_and_orders(app, stage):
    stage.place()
    OutboxRow.update(sent_at=1, failed_at=2).where(OutboxRow.order.is_null(False)).execute()
    answer = fetched(app, "/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert 'homeport_orders{status="placed"} 1' in lines
    assert "homeport_mail_failed 1" in lines
    assert "homeport_mail_sent 0" in lines
    assert "homeport_mail_waiting 0" in lines
    assert "homeport_mail_fenced 0" in lines
    assert all(line.startswith("# ") or len(line.split()) == 2 for line in lines)


def test_the_numbers_of_webhooks(app, stage):
    stage.place()
    endpoint = WebhookEndpoint.create(url="https://x.test/", nonce="n", secret_hash="h")
    for number, became in enumerate(({}, {"sent_at": 1}, {"failed_at": 2}, {"failed_at": 3})):
        row = {"letter": "order.placed", "recipient": "", "message_id": f"m{number}"}
        OutboxRow.create(endpoint=endpoint, **row, **became)
    lines = fetched(app, "/metrics").text.splitlines()
    assert 'homeport_webhook_events{state="waiting"} 1' in lines
    assert 'homeport_webhook_events{state="delivered"} 1' in lines
    assert 'homeport_webhook_events{state="failed"} 2' in lines
    assert "homeport_webhooks_paused 0" in lines
    assert "homeport_mail_waiting 1" in lines  # the launch letter: events are no letters
    WebhookEndpoint.update(paused_at=1).execute()
    assert "homeport_webhooks_paused 1" in fetched(app, "/metrics").text


def test_they_are_for_this_machine_alone(app, stage):
    assert fetched(app, "/metrics", environ_overrides={"REMOTE_ADDR": "9.9.9.9"}).status_code == 404
    assert fetched(app, "/metrics", headers={"X-Forwarded-For": "9.9.9.9"}).status_code == 404


def test_a_fence_is_said(app, stage):
    fence.put_up("this database is a restored backup.")
    ready = fetched(app, "/readyz")
    assert (ready.status_code, ready.text) == (
        503,
        "no mail is sent: this database is a restored backup.\n",
    )
    assert "homeport_mail_fenced 1" in fetched(app, "/metrics").text
    fence.lift()
    assert fetched(app, "/readyz").status_code == 200
