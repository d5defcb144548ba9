"""The people, organizations and orders that the machine plays with, and what the seller does."""

import csv
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from peewee import sort_models  # type: ignore[attr-defined]

from config import Settings
from provisioning import closing, decisions, directory, due, links
from provisioning.directory_import import import_directory
from records import directory as rows
from records import orders
from records.database import db
from records.tables import TABLES, MagicLink, Organization
from tests.support import cast
from tests.support.cast import Stage
from tests.trust.allowing import Allowed
from tests.trust.ledger import Contact, Ledger, make_admin

ALICE, ANNA, CAROL, DORA = "alice@acme.com", "anna@acme.com", "carol@acme.com", "dora@acme.com"
NORA, GUS, GINA = "nora@acme.com", "gus@gmail.com", "gina@gmail.com"
PIA, PAUL, OTTO = "pia@volta.example", "paul@volta.example", "otto@resale.example"
VERA, VIC, MALLORY = "vera@veil.example", "vic@veil.example", "mallory@elsewhere.example"
PEOPLE = (
    CAROL, NORA, ALICE, PIA, ANNA, DORA, PAUL, OTTO, GUS, GINA, VERA, VIC, MALLORY,
)  # fmt: skip
CUSTOMERS = (CAROL, NORA, DORA, ALICE, NORA, GUS, ANNA, VIC, MALLORY)
PARTNERS = (PIA, PAUL, OTTO, ANNA)
COMPANIES = (
    "Acme", "Acme GmbH", "Acme Labs", "Fresh Start", "Gmaster Studio", "Veil Works",
    "Volta Partners",
)  # fmt: skip
LINES = [
    {"sku": "MTG", "product": "Meetings", "quantity": "25"},
    {"sku": "CAL", "product": "Calling", "quantity": "3"},
]
# ref: name, full admins, users, what else
ORGANIZATIONS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "acme": ("Acme GmbH", (ALICE, ANNA), (CAROL,)),
    "labs": ("Acme Labs", (ANNA,), (DORA,)),
    "studio": ("Gmaster Studio", (GINA,), ()),
    "volta": ("Volta Partners", (PIA,), (PAUL,)),
    "veil": ("Veil Works", (VERA,), (VIC,)),
}


@dataclass
class World:
    """One application on an empty database, and what the ledger knows of it."""

    stage: Stage
    folder: Path
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def settings(self) -> Settings:
        return self.stage.settings


def begin(app: Flask, folder: Path) -> World:
    """Empty the tables and write the directory."""
    with db.atomic():
        for table in reversed(sort_models(TABLES)):
            table.delete().execute()
    world = World(Stage(app), folder)
    for ref, (name, admins, users) in ORGANIZATIONS.items():
        kind = "partner" if ref == "volta" else "customer"
        made = cast.organization(
            ref, name, admins=admins, users=users, kind=kind, unlisted=ref == "veil"
        )
        world.ledger.kinds[made.id] = kind
        if ref == "veil":
            world.ledger.unlisted.add(made.id)
        for email in admins:
            make_admin(world.ledger, (made.id, email), approved=False)
        world.ledger.users |= {(made.id, email) for email in users}
    return world


def place(world: World, number: str, email: str, role: str, company: str, lines: int) -> int:
    order = cast.place(
        world.settings, email, role=role, number=number, company_name=company, lines=LINES[:lines]
    )
    contact = Contact(email, role, vouched=True)
    world.ledger.contacts[order.id] = contact
    world.ledger.lines[order.id] = [
        (f"{number}-{position}", line["product"], int(line["quantity"]))
        for position, line in enumerate(LINES[:lines], start=1)
    ]
    return int(order.id)


def path_of(world: World, link_id: int) -> str:
    """The path that a queued letter will lead to, read as its recipient reads it."""
    url = links.url_of(MagicLink.get_by_id(link_id), world.settings)
    assert url is not None
    return url.removeprefix(world.settings.link_base)


def say_of_user(world: World, organization: int, email: str, is_admin: bool) -> Allowed:
    """The directory sets somebody's rights, also those that were given here."""
    pair = (organization, email)
    given = world.ledger
    added = {pair} - given.admins if is_admin else set()
    removed = set() if is_admin else {pair} & given.admins
    cast.sync_admin(organization, email, is_admin=is_admin)
    given.users.add(pair)
    if removed:
        given.approved.discard(pair)
    return Allowed("sync", added=frozenset(added), must=True, removed=frozenset(removed))


def remove_user(world: World, organization: int, email: str) -> Allowed:
    pair = (organization, email)
    given = world.ledger
    removed = {pair} & given.admins
    with db.atomic():
        rows.remove_users([pair], directory.RULES)
    given.users.discard(pair)
    given.approved.discard(pair)
    return Allowed("sync", removed=frozenset(removed))


def import_user(world: World, organization: int, email: str, is_admin: bool) -> Allowed:
    """A file of users, and what follows an import: nobody approved here loses anything by it."""
    pair = (organization, email)
    given = world.ledger
    kept = pair in given.approved
    added = {pair} - given.admins if is_admin else set()
    removed = set() if is_admin or kept else {pair} & given.admins
    file = world.folder / "users.csv"
    _write(file, ("organization_ref", "email", "full_admin"),
           (Organization.get_by_id(organization).ref, email, str(int(is_admin))))  # fmt: skip
    _import(world, None, file)
    given.users.add(pair)
    return Allowed("import", added=frozenset(added), must=True, removed=frozenset(removed))


def import_namesake(world: World, name: str, ref: str, email: str, is_admin: bool) -> Allowed:
    """A file of organizations brings one more of this name, with one user."""
    organizations, users = world.folder / "organizations.csv", world.folder / "users.csv"
    _write(organizations, ("ref", "name", "kind", "origin", "created_on"),
           (ref, name, "customer", "online", "2024-02-29"))  # fmt: skip
    _write(users, ("organization_ref", "email", "full_admin"), (ref, email, str(int(is_admin))))
    _import(world, organizations, users)
    found = Organization.get(Organization.ref == ref)
    world.ledger.kinds[found.id] = "customer"
    pair = (int(found.id), email)
    world.ledger.users.add(pair)
    return Allowed("import", added=frozenset({pair} if is_admin else ()), must=True)


def resume(world: World) -> Allowed:
    """The end of an import that was killed before: whoever waits for a new admin goes on."""
    decisions.resume_granted(world.settings)
    return Allowed("resume", must=True)


def look_at_the_calendar(world: World) -> Allowed:
    """What has fallen due: requests and orders end, and whoever waits is told."""
    due.work(world.settings)
    return Allowed("calendar")


def reopen(world: World, order: int) -> Allowed:
    closing.reopen(orders.by_id(order), "operator", "asked", world.settings)
    return Allowed("reopen", order=order)


def _import(world: World, organizations: Path | None, users: Path | None) -> None:
    counts = import_directory(
        organizations,
        users,
        None,
        world.folder / "refused.csv",
        after=lambda: decisions.resume_granted(world.settings),
    )
    assert not any(count.refused for count in counts.values()), "a row was refused"


def _write(file: Path, columns: tuple[str, ...], row: tuple[str, ...]) -> None:
    with open(file, "w", newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerows([columns, row])
