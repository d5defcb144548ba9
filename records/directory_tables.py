"""The tables of the directory: who exists, where, and how they are found."""

from peewee import (
    BooleanField,
    CompositeKey,
    DateField,
    ForeignKeyField,
    IntegerField,
    TextField,
)

from records.columns import Maybe, Table, index_where


class Organization(Table):
    """`users`, `admins`, `active_subscriptions` are kept as they change, not counted on reading."""

    ref = TextField(unique=True)
    name = TextField()
    kind = TextField()  # customer | partner
    origin = TextField()  # trial | online | partner | direct
    created_on = DateField()
    last_active_on: Maybe = DateField(null=True)
    unlisted = BooleanField(default=False)
    managed_by: Maybe = ForeignKeyField("self", null=True)
    managed_by_id: Maybe
    users = IntegerField(default=0)
    admins = IntegerField(default=0)
    active_subscriptions = IntegerField(default=0)


class OrganizationDomain(Table):
    """How many users of an organization are at a domain; no row means none."""

    domain = TextField()
    organization = ForeignKeyField(Organization)
    organization_id: int
    users = IntegerField()

    class Meta:
        primary_key = CompositeKey("domain", "organization")


class Lookup(Table):
    """The index behind the suggestions: one row per cut key and domain of a listed organization.

    `label` is the domain's name without suffix and subdomain, `core` the core key's beginning.
    """

    label = TextField()
    cut = TextField()
    domain = TextField()
    core = TextField()
    organization = ForeignKeyField(Organization, index=False)
    organization_id: int

    class Meta:
        primary_key = CompositeKey("label", "cut", "domain", "core", "organization")


class User(Table):
    """An account in one organization. `approved_here`: made full admin by a decision here.

    `added_here`: an order or a decision named them, and nobody else has said that they belong
    there: neither the directory nor, from their own mailbox, they themselves.
    """

    organization = ForeignKeyField(Organization, index=False)
    organization_id: int
    email = TextField(index=True)
    name = TextField(default="")
    full_admin = BooleanField(default=False)
    approved_here = BooleanField(default=False)
    added_here = BooleanField(default=False)

    class Meta:
        table_name = "user_account"
        indexes = ((("organization", "email"), True),)


index_where("full_admin", "full_admin_of", User.organization, User.email)
