"""Every table. What a column means is said here; when it changes is decided in provisioning/."""

from peewee import (
    BooleanField,
    CompositeKey,
    DateField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from records import clock
from records.api_tables import ApiAnswer as ApiAnswer
from records.api_tables import ApiToken as ApiToken
from records.api_tables import WebhookEndpoint as WebhookEndpoint
from records.columns import Maybe, Table, UtcField, index_where
from records.console_tables import Audit as Audit
from records.console_tables import Operator as Operator
from records.console_tables import Upload as Upload
from records.directory_tables import Lookup as Lookup
from records.directory_tables import Organization as Organization
from records.directory_tables import OrganizationDomain as OrganizationDomain
from records.directory_tables import User as User

# --- orders ------------------------------------------------------------------------------------


class Order(Table):
    """An order and how far its contact has come; every answer of the wizard rests here."""

    number = TextField(unique=True)
    status = TextField(default="placed")
    stopped_from: Maybe = TextField(null=True)  # the status that an operator restores
    contact_email = TextField(index=True)
    contact_role = TextField()  # customer | partner
    placed_role = TextField(default="")  # the role that the seller gave the first contact
    contact_name = TextField(default="")
    language = TextField(default="en")
    partner_name = TextField(default="")
    placed_at = UtcField(default=clock.now)
    invited_at = UtcField(default=clock.now)  # when its contact was sent the first link to it
    nudged_at = UtcField(default=clock.now)  # when its contact last heard of it unasked
    expires_at = UtcField()
    purpose: Maybe = TextField(null=True)  # customer | partner_for_customer | partner_own_use
    company_name = TextField(default="")
    admin_email: Maybe = TextField(null=True)  # None until the company step is answered
    offered = TextField(default="")  # ids on the list that the contact chose from, by spaces
    # Chosen, final once mapped.
    organization: Maybe = ForeignKeyField(Organization, null=True, index=False)
    organization_id: Maybe
    create_new = BooleanField(default=False)
    found_by = TextField(default="")  # the tier that the choice was offered in; new
    partner_organization: Maybe = ForeignKeyField(Organization, null=True, index=False)
    partner_organization_id: Maybe

    class Meta:
        table_name = "orders"


UNFINISHED = "status IN ('placed', 'launched', 'waiting')"
index_where(UNFINISHED, "order_unfinished", Order.expires_at)
Order.add_index(Order.status, Order.id, name="order_by_status")
Order.add_index(Order.organization, Order.id, name="order_at")
# A partner's list, in whichever state: a few of each are read, however many there are.
IN_STATE = (Order.status, Order.id)
index_where("contact_role = 'partner'", "order_of_contact", Order.contact_email, *IN_STATE)
NAMED = "partner_organization_id IS NOT NULL"
index_where(NAMED, "order_of_partner", Order.partner_organization, *IN_STATE)
STATUSES = ("placed", "launched", "waiting", "provisioned", "stopped", "cancelled", "expired")


class OrderLine(Table):
    order = ForeignKeyField(Order, index=False)
    order_id: int
    position = IntegerField()
    sku = TextField()
    product = TextField()
    quantity = IntegerField()
    starts_on: Maybe = DateField(null=True)
    ends_on: Maybe = DateField(null=True)

    class Meta:
        indexes = ((("order", "position"), True),)


class Subscription(Table):
    organization = ForeignKeyField(Organization, index=False)
    organization_id: int
    number = TextField(unique=True)
    product = TextField()
    quantity = IntegerField()
    status = TextField()  # active | pending | expired | cancelled
    starts_on: Maybe = DateField(null=True)
    ends_on: Maybe = DateField(null=True)
    order: Maybe = ForeignKeyField(Order, null=True)  # that it came from, if it was made here
    order_id: Maybe


Subscription.add_index(Subscription.organization, Subscription.id, name="subscription_at")
ORDERED = "status = 'pending' AND order_id IS NOT NULL"
index_where(ORDERED, "subscription_pending", Subscription.starts_on)


class History(Table):
    order = ForeignKeyField(Order)
    order_id: int
    at = UtcField(default=clock.now)
    who = TextField()
    what = TextField()
    why = TextField(default="")


index_where("what = 'operator alerted'", "history_alerts", History.id)


class Mapping(Table):
    """This order belongs to that organization; at most one row per order, whatever happens."""

    order = ForeignKeyField(Order, unique=True)
    order_id: int
    organization = ForeignKeyField(Organization)
    organization_id: int
    decided_by = TextField()
    decided_at = UtcField(default=clock.now)
    why = TextField()


class AccessRequest(Table):
    """Somebody asks, somebody entitled answers; a row is never deleted."""

    kind = TextField()  # access | confirm | first_admin | dispute
    order = ForeignKeyField(Order)
    order_id: int
    organization = ForeignKeyField(Organization, index=False)
    organization_id: int
    person_email = TextField()
    requester_email = TextField()
    requester_proven = BooleanField(default=True)  # by a mailbox, when it asked
    message = TextField(default="")
    status = TextField(default="open")
    asked_at = UtcField(default=clock.now)
    expires_at = UtcField()
    reminded_at: Maybe = UtcField(null=True)
    decided_at: Maybe = UtcField(null=True)
    decided_by: Maybe = TextField(null=True)
    note = TextField(default="")


AccessRequest.add_index(AccessRequest.organization, AccessRequest.id, name="request_at")
ASKED = (AccessRequest.order, AccessRequest.organization, AccessRequest.kind)
QUESTION = "status = 'open' AND kind = 'confirm'"
index_where("status = 'open'", "one_open_request", *ASKED, unique=True)
index_where(QUESTION, "one_open_question", AccessRequest.order, unique=True)
index_where("status = 'open'", "request_open_until", AccessRequest.expires_at)


class Spent(Table):
    """What an order has used of its budgets, each thing once; kept as long as the order."""

    order = ForeignKeyField(Order, index=False)
    order_id: int
    what = TextField()  # digest of a question, an address, or the id of an organization shown
    kind = TextField()  # question | own_question (has no limit) | address | organization
    at = UtcField(default=clock.now)

    class Meta:
        primary_key = CompositeKey("order", "what")


class Tally(Table):
    """How often something was done by one of its kind since a moment; old rows are dropped."""

    what = TextField()
    who = TextField()  # keyed digest of an address, an order's number or a network
    since = UtcField(index=True)
    count = IntegerField(default=1)

    class Meta:
        primary_key = CompositeKey("what", "who", "since")


# --- links, sessions, mail ---------------------------------------------------------------------


class MagicLink(Table):
    """A one-time link; the token itself exists only in the mail (see mail/tokens.py)."""

    # launch | portal | partner | console | decision | digest | first_admin | dispute
    purpose = TextField()
    email = TextField()
    order: Maybe = ForeignKeyField(Order, null=True)
    order_id: Maybe
    request: Maybe = ForeignKeyField(AccessRequest, null=True)
    request_id: Maybe
    nonce = TextField()
    token_hash = TextField(unique=True)
    issued_at = UtcField(default=clock.now)
    expires_at = UtcField()
    claimed_at: Maybe = UtcField(null=True)
    claimed_by: Maybe = TextField(null=True)  # digest of the claiming browser's pre-session
    opened_at: Maybe = UtcField(null=True)  # when a notice was first looked at; decides nothing
    replaced_at: Maybe = UtcField(null=True)


class LinkWish(Table):
    """Somebody asks for a link; whether they may have it is looked at later, out of their sight."""

    purpose = TextField(default="launch")  # launch | partner | console
    number = TextField(default="")  # of the order to be launched
    email = TextField()
    asked_at = UtcField(default=clock.now)


class Session(Table):
    """A claimed link, living: what the browser may do, and whose mailbox proved it."""

    secret_hash = TextField(unique=True)
    email = TextField()
    order: Maybe = ForeignKeyField(Order, null=True)  # None: all orders of a partner contact
    order_id: Maybe
    # Of the console, which opens nobody else's page, as no other session opens the console.
    operator: Maybe = ForeignKeyField(Operator, null=True, index=False)
    operator_id: Maybe
    from_mailbox = BooleanField(default=True)
    started_at = UtcField(default=clock.now)
    expires_at = UtcField()
    ended_at: Maybe = UtcField(null=True)


index_where("operator_id IS NOT NULL", "session_of_operator", Session.operator)


class OutboxRow(Table):
    """A letter to be sent: which, to whom, about what. Rendered when it is sent.

    One that was sent and has failed came back. With an endpoint it is no letter but an event for a
    webhook, whose body is written already.
    """

    endpoint: Maybe = ForeignKeyField(WebhookEndpoint, null=True, index=False)
    endpoint_id: Maybe
    letter = TextField()
    recipient = TextField()
    order: Maybe = ForeignKeyField(Order, null=True)
    order_id: Maybe
    request: Maybe = ForeignKeyField(AccessRequest, null=True)
    request_id: Maybe
    link: Maybe = ForeignKeyField(MagicLink, null=True)
    link_id: Maybe
    facts = TextField(default="{}")  # JSON: what the letter says beyond its order and request
    message_id = TextField()  # the part before the @
    queued_at = UtcField(default=clock.now)
    due_at = UtcField(default=clock.now)
    attempts = IntegerField(default=0)
    leased_until: Maybe = UtcField(null=True)
    sent_at: Maybe = UtcField(null=True)
    failed_at: Maybe = UtcField(null=True)
    last_error = TextField(default="")
    told_at: Maybe = UtcField(null=True)  # when the order and the operator heard of its failure


OutboxRow.add_index(OutboxRow.recipient, OutboxRow.queued_at)
WAITS = "sent_at IS NULL AND failed_at IS NULL AND endpoint_id IS NULL"
EVENTS = "sent_at IS NULL AND failed_at IS NULL AND endpoint_id IS NOT NULL"
FAILED = "failed_at IS NOT NULL AND told_at IS NULL"
LETTERS = "endpoint_id IS NULL"
index_where(WAITS, "outbox_due", OutboxRow.due_at)
index_where(f"{WAITS} AND attempts = 0", "outbox_new", OutboxRow.id)
index_where(EVENTS, "outbox_events", OutboxRow.endpoint, OutboxRow.order, OutboxRow.id)
index_where("leased_until IS NOT NULL", "outbox_leased", OutboxRow.leased_until)
index_where(FAILED, "outbox_untold", OutboxRow.id)
index_where(LETTERS, "outbox_letters", OutboxRow.id)
index_where(f"{LETTERS} AND sent_at IS NULL AND failed_at IS NULL", "outbox_waiting", OutboxRow.id)
index_where(f"{LETTERS} AND failed_at IS NOT NULL", "outbox_failed", OutboxRow.id)
OutboxRow.add_index(OutboxRow.recipient, OutboxRow.id, name="outbox_to")
index_where("endpoint_id IS NOT NULL", "outbox_at", OutboxRow.endpoint, OutboxRow.id)


class DeadAddress(Table):
    """An address whose mail came back for good: nothing more is sent to it until it is revived."""

    email = TextField(primary_key=True)
    since = UtcField(default=clock.now)
    why = TextField()


class Fence(Table):
    """While there is a row, no mail is sent: a backup that is restored carries one."""

    since = UtcField(default=clock.now)
    why = TextField()


TABLES: list[type[Table]] = Table.__subclasses__()
