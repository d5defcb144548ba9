"""The tables of the seller's systems: their tokens, what they were answered, where they listen."""

from peewee import CompositeKey, ForeignKeyField, IntegerField, TextField

from records import clock
from records.columns import Maybe, Table, UtcField


class ApiToken(Table):
    """What one of the seller's systems shows; the token itself is printed once and kept nowhere."""

    name = TextField(unique=True)
    token_hash = TextField(unique=True)
    scopes = TextField()  # of orders, directory, read, by spaces
    created_at = UtcField(default=clock.now)
    used_at: Maybe = UtcField(null=True)  # to the minute
    revoked_at: Maybe = UtcField(null=True)


class ApiAnswer(Table):
    """What a request with an Idempotency-Key was answered; without a status it is being made."""

    token = ForeignKeyField(ApiToken, index=False)
    token_id: int
    key = TextField()
    request = TextField()  # digest of what was asked
    begun_at = UtcField(default=clock.now, index=True)
    holder = TextField()  # who makes the answer; who takes too long loses it to another
    status: Maybe = IntegerField(null=True)
    location = TextField(default="")
    body = TextField(default="")

    class Meta:
        primary_key = CompositeKey("token", "key")


class WebhookEndpoint(Table):
    """An address of the seller's that hears of events. Its secret follows from nonce and key."""

    url = TextField(unique=True)
    nonce = TextField()
    secret_hash = TextField()
    former_nonce = TextField(default="")  # signs too for a while after a rotation
    former_hash = TextField(default="")
    rotated_at: Maybe = UtcField(null=True)
    created_at = UtcField(default=clock.now)
    failing_since: Maybe = UtcField(null=True)  # nothing has arrived since
    rests_until: Maybe = UtcField(null=True)  # after a failure, before anything else is tried
    paused_at: Maybe = UtcField(null=True)
    last_error = TextField(default="")
