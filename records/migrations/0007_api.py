"""The seller's systems: tokens, answers that are repeated, webhooks; orders page by page."""

from typing import Any

from peewee import BigIntegerField, CompositeKey, ForeignKeyField, IntegerField, Model, TextField


def up(_migrator: Any, db: Any) -> None:
    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class ApiToken(Table):
        name = TextField(unique=True)
        token_hash = TextField(unique=True)
        scopes = TextField()
        created_at = BigIntegerField()
        used_at = BigIntegerField(null=True)
        revoked_at = BigIntegerField(null=True)

    class ApiAnswer(Table):
        token = ForeignKeyField(ApiToken, index=False)
        key = TextField()
        request = TextField()
        begun_at = BigIntegerField(index=True)
        holder = TextField()
        status = IntegerField(null=True)
        location = TextField(default="")
        body = TextField(default="")

        class Meta:
            primary_key = CompositeKey("token", "key")

    class WebhookEndpoint(Table):
        url = TextField(unique=True)
        nonce = TextField()
        secret_hash = TextField()
        former_nonce = TextField(default="")
        former_hash = TextField(default="")
        rotated_at = BigIntegerField(null=True)
        created_at = BigIntegerField()
        failing_since = BigIntegerField(null=True)
        rests_until = BigIntegerField(null=True)
        paused_at = BigIntegerField(null=True)
        last_error = TextField(default="")

    db.create_tables([ApiToken, ApiAnswer, WebhookEndpoint])
    db.execute_sql(
        "ALTER TABLE outbox_row ADD COLUMN endpoint_id INTEGER REFERENCES webhook_endpoint (id)"
    )
    waits = "sent_at IS NULL AND failed_at IS NULL"
    # What waits for a webhook is no letter: whoever looks for letters does not read past it.
    for name, columns, condition in (
        ("outbox_due", "due_at", f"{waits} AND endpoint_id IS NULL"),
        ("outbox_new", "id", f"{waits} AND attempts = 0 AND endpoint_id IS NULL"),
        ("outbox_events", "endpoint_id, order_id, id", f"{waits} AND endpoint_id IS NOT NULL"),
    ):
        db.execute_sql(f"DROP INDEX IF EXISTS {name}")
        db.execute_sql(f"CREATE INDEX {name} ON outbox_row ({columns}) WHERE {condition}")
    db.execute_sql("CREATE INDEX order_by_status ON orders (status, id)")
