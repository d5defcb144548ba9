"""The first schema: the directory, orders, requests, links, sessions and the outbox."""

from typing import Any

from peewee import (
    BigIntegerField,
    BooleanField,
    CompositeKey,
    DateField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
    TextField,
)

ONE_OPEN = (
    "CREATE UNIQUE INDEX one_open_request ON access_request (order_id, organization_id, kind)"
)


def up(_migrator: Any, db: Any) -> None:
    sqlite = isinstance(db, SqliteDatabase)

    class Table(Model):
        class Meta:
            database = db
            legacy_table_names = False

    class Organization(Table):
        ref = TextField(unique=True)
        name = TextField()
        kind = TextField()
        origin = TextField()
        created_on = DateField()
        last_active_on = DateField(null=True)
        unlisted = BooleanField(default=False)
        managed_by = ForeignKeyField("self", null=True)
        users = IntegerField(default=0)
        admins = IntegerField(default=0)
        active_subscriptions = IntegerField(default=0)

        class Meta:
            table_name = "organization"

    class Order(Table):
        number = TextField(unique=True)
        status = TextField(default="placed")
        stopped_from = TextField(null=True)
        contact_email = TextField(index=True)
        contact_role = TextField()
        placed_role = TextField(default="")
        contact_name = TextField(default="")
        language = TextField(default="en")
        partner_name = TextField(default="")
        placed_at = BigIntegerField()
        expires_at = BigIntegerField()
        purpose = TextField(null=True)
        company_name = TextField(default="")
        admin_email = TextField(null=True)
        offered = TextField(default="")
        organization = ForeignKeyField(Organization, null=True)
        create_new = BooleanField(default=False)
        partner_organization = ForeignKeyField(Organization, null=True)

        class Meta:
            table_name = "orders"

    class AccessRequest(Table):
        kind = TextField()
        order = ForeignKeyField(Order)
        organization = ForeignKeyField(Organization)
        person_email = TextField()
        requester_email = TextField()
        requester_proven = BooleanField(default=True)
        message = TextField(default="")
        status = TextField(default="open")
        asked_at = BigIntegerField()
        expires_at = BigIntegerField()
        decided_at = BigIntegerField(null=True)
        decided_by = TextField(null=True)
        note = TextField(default="")

        class Meta:
            table_name = "access_request"

    class History(Table):
        order = ForeignKeyField(Order)
        at = BigIntegerField()
        who = TextField()
        what = TextField()
        why = TextField(default="")

        class Meta:
            table_name = "history"

    class Lookup(Table):
        label = TextField()
        cut = TextField()
        domain = TextField()
        core = TextField()
        organization = ForeignKeyField(Organization)

        class Meta:
            table_name = "lookup"
            without_rowid = sqlite
            primary_key = CompositeKey("label", "cut", "domain", "core", "organization")

    class MagicLink(Table):
        purpose = TextField()
        email = TextField()
        order = ForeignKeyField(Order, null=True)
        request = ForeignKeyField(AccessRequest, null=True)
        nonce = TextField()
        token_hash = TextField(unique=True)
        issued_at = BigIntegerField()
        expires_at = BigIntegerField()
        claimed_at = BigIntegerField(null=True)
        claimed_by = TextField(null=True)
        replaced_at = BigIntegerField(null=True)

        class Meta:
            table_name = "magic_link"

    class Mapping(Table):
        order = ForeignKeyField(Order, unique=True)
        organization = ForeignKeyField(Organization)
        decided_by = TextField()
        decided_at = BigIntegerField()
        why = TextField()

        class Meta:
            table_name = "mapping"

    class OrderLine(Table):
        order = ForeignKeyField(Order)
        position = IntegerField()
        sku = TextField()
        product = TextField()
        quantity = IntegerField()
        starts_on = DateField(null=True)
        ends_on = DateField(null=True)

        class Meta:
            table_name = "order_line"
            indexes = ((("order", "position"), True),)

    class OrganizationDomain(Table):
        domain = TextField()
        organization = ForeignKeyField(Organization)
        users = IntegerField()

        class Meta:
            table_name = "organization_domain"
            without_rowid = sqlite
            primary_key = CompositeKey("domain", "organization")

    class OutboxRow(Table):
        letter = TextField()
        recipient = TextField()
        order = ForeignKeyField(Order, null=True)
        request = ForeignKeyField(AccessRequest, null=True)
        link = ForeignKeyField(MagicLink, null=True)
        facts = TextField(default="{}")
        message_id = TextField()
        queued_at = BigIntegerField()
        due_at = BigIntegerField()
        attempts = IntegerField(default=0)
        leased_until = BigIntegerField(null=True)
        sent_at = BigIntegerField(null=True)
        failed_at = BigIntegerField(null=True)
        last_error = TextField(default="")

        class Meta:
            table_name = "outbox_row"

    class Session(Table):
        secret_hash = TextField(unique=True)
        email = TextField()
        order = ForeignKeyField(Order, null=True)
        from_mailbox = BooleanField(default=True)
        started_at = BigIntegerField()
        expires_at = BigIntegerField()
        ended_at = BigIntegerField(null=True)

        class Meta:
            table_name = "session"

    class Subscription(Table):
        organization = ForeignKeyField(Organization)
        number = TextField(unique=True)
        product = TextField()
        quantity = IntegerField()
        status = TextField()
        starts_on = DateField(null=True)
        ends_on = DateField(null=True)
        order = ForeignKeyField(Order, null=True)

        class Meta:
            table_name = "subscription"

    class User(Table):
        organization = ForeignKeyField(Organization)
        email = TextField(index=True)
        name = TextField(default="")
        full_admin = BooleanField(default=False)
        approved_here = BooleanField(default=False)

        class Meta:
            table_name = "user_account"
            indexes = ((("organization", "email"), True),)

    db.create_tables(
        [
            Organization,
            Order,
            AccessRequest,
            History,
            Lookup,
            MagicLink,
            Mapping,
            OrderLine,
            OrganizationDomain,
            OutboxRow,
            Session,
            Subscription,
            User,
        ]
    )
    db.execute_sql(f"{ONE_OPEN} WHERE status = 'open'")
    db.execute_sql(
        "CREATE INDEX subscription_pending ON subscription (starts_on)"
        " WHERE status = 'pending' AND order_id IS NOT NULL"
    )
    db.execute_sql(
        "CREATE INDEX outbox_row_recipient_queued_at ON outbox_row (recipient, queued_at)"
    )
    db.execute_sql("CREATE INDEX full_admin_of ON user_account (organization_id) WHERE full_admin")
    db.execute_sql(
        "CREATE INDEX outbox_due ON outbox_row (due_at) WHERE sent_at IS NULL AND failed_at IS NULL"
    )
