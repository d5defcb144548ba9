"""Every word on a page goes through gettext: shown in ⟦⟧, whatever stands outside of it is data."""

import re
from datetime import timedelta
from gettext import NullTranslations

import flask_babel
import pytest
from bs4 import Comment, Doctype
from bs4.element import NavigableString

from provisioning import operators, webhooks
from records import clock
from records.tables import (
    AccessRequest,
    MagicLink,
    Order,
    Organization,
    OutboxRow,
    Upload,
)
from tests.console.uploading import ORGANIZATIONS, bring_in, send
from tests.support.cast import (
    ALICE,
    BOB,
    CAROL,
    NEWCOMER,
    OLGA,
    PIA,
    VERA,
    acme,
    organization,
    volta,
)
from tests.support.page_client import PageClient
from tests.support.steps import journey
from views.console.organization import LISTS

# What is said, and to whom, does not depend on the database.
DATABASES = ("sqlite",)

# What a text node may say outside of a translation: addresses, numbers, bands, dates, moments.
DATA = re.compile(
    r"[\w.+-]*(?:•••)?@[\w.-]+|\d{1,2} [A-Z][a-z]+ \d{4}(?:, \d\d:\d\d UTC)?|[\d\W]+"
    r"|Northwind Cloud|Meetings|Acme(?: GmbH| Tools)?|Volta Partners|Nordlicht(?: Werke)?|Zenith"
    r"|7001234[56](?:-\d)?|hp-\w+|acme|Please add me\.|Because\."
)
CONSOLE = (
    "/console",
    "/console/sessions",
    "/console/orders",
    "/console/orders?text=x",
    "/console/orders/70012345",
    "/console/orders/70012345/candidates",
    "/console/organizations",
    "/console/organizations?by=name&text=x",
    "/console/audit",
    "/console/mail",
    "/console/mail?state=failed&to=x@acme.com",
    "/console/mail/addresses",
    "/console/mail/fence",
    "/console/import",
    "/console/matcher",
    "/console/matcher?name=Acme&address=carol@acme.com&ref=acme",
    "/console/matcher?name=Acme&address=x@gmail.com",
    "/console/matcher?name=Acme&address=x",
    "/console/access",
    "/console/access/operators/add",
    "/console/access/tokens/add",
    "/console/access/webhooks/add",
)
SAID = ("aria-label", "alt", "title", "placeholder", "data-status", "data-failed")


class Marked(NullTranslations):
    """Each message in brackets; the places in it are filled in afterwards."""

    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, one, more, count):
        return f"⟦{one if count == 1 else more}⟧"

    ugettext, ungettext = gettext, ngettext


@pytest.fixture(autouse=True)
def marked(monkeypatch):
    monkeypatch.setattr(flask_babel.Domain, "get_translations", lambda _domain: Marked())


def untranslated(page):
    """The words of a page that are neither in a translation nor data."""
    depth, found = 0, []
    for node in page.soup.find_all(string=True):
        if isinstance(node, Comment | Doctype) or type(node) is not NavigableString:
            continue
        if node.find_parent(class_="stored"):  # what a history keeps, as it was written
            continue
        outside = ""
        for character in node:
            depth += character == "⟦"
            outside += character if depth == 0 else " "
            depth -= character == "⟧"
        assert depth >= 0
        if left := DATA.sub(" ", outside).strip():
            found.append(left)
    for element in page.soup.find_all(True):
        found += [f"{n}={element[n]}" for n in SAID if element.get(n) and "⟦" not in element[n]]
    return found


def check(*pages):
    for page in pages:
        assert untranslated(page) == [], page.way


def test_the_checker_finds_a_word_that_is_not_translated(stage):
    page = PageClient(stage.app).get("/")
    page.one("h1").append("Plain")
    page.one("main").append("also this")
    page.one("main")["aria-label"] = "and this"
    assert untranslated(page) == ["Plain", "also this", "aria-label=and this"]


def test_links_and_the_first_pages(stage):
    stage.place()
    client = PageClient(stage.app)
    home = client.get("/")
    start = client.get(stage.path("launch"))
    check(home, home.form().fill(number="", contact_email="x").submit(status=422))
    check(home.form().fill(number="1", contact_email=NEWCOMER).submit(), start)
    start.form().submit()
    other = PageClient(stage.app)
    check(other.get(stage.path("launch"), status=410), other.get("/start/x", status=404))
    for changed in ({"expires_at": clock.now()}, {"replaced_at": clock.now()}):
        MagicLink.update(claimed_at=None, **changed).execute()
        check(other.get(stage.path("launch"), status=410))
    check(other.get("/nowhere", status=404), other.get("/orders/1/done", status=404))
    check(other.visit("POST", "/", [], status=400, headers={}))
    check(other.visit("POST", "/healthz", [], status=405, headers={}))


def test_the_wizard_that_holds(stage):
    acme()
    organization("tools", "Acme Tools", users=("x@acme.com",))
    organization("kin", "Acme", users=("x@acme.de",))
    organization("zenith", "Zenith", users=("z@acme.com",))
    stage.place(CAROL, company_name="Acme GmbH")
    company = stage.opened()
    check(company)
    check(company.form().fill(company_name="", admin_email="x").submit(status=422))
    check(company.form("#hand-over").fill(contact_email="x").submit(status=422))
    listed = company.reload().form().submit()
    check(listed, listed.form().submit(status=422))
    asking = listed.form().choose("Acme GmbH").submit()
    check(asking, asking.form().fill(message="123 " * 150).submit(status=422))
    waiting = asking.reload().form().fill(message="Please add me.").submit()
    check(waiting)
    client = PageClient(stage.app)
    decision = client.get(stage.path("access_notice", BOB))
    check(decision, decision.form().submit(status=422))
    AccessRequest.update(expires_at=clock.now()).execute()
    check(waiting.reload(), decision.reload())
    later = clock.now() + timedelta(days=9)
    AccessRequest.update(expires_at=later, status="withdrawn").execute()
    check(decision.reload(), waiting.client.get("/orders/70012345"))
    AccessRequest.update(status="open").execute()
    check(stage.decide(BOB, "decline", note="Because."), decision.reload())
    check(waiting.reload())
    for status in ("stopped", "cancelled", "expired"):
        Order.update(status=status).execute()
        check(waiting.reload())


def test_the_wizard_to_its_end(stage):
    acme()
    stage.place(ALICE, company_name="Acme")
    review = stage.opened().form().submit()
    check(review, review.form().submit(status=422), review.form().fill(confirm=True).submit())
    client = PageClient(stage.app)
    dispute = client.get(stage.path("mapped"))
    check(dispute, dispute.form().submit(status=422))
    MagicLink.update(expires_at=clock.now()).execute()
    check(client.get(stage.path("mapped"), status=410))
    MagicLink.update(expires_at=clock.now() + timedelta(days=1)).execute()
    check(dispute.form().fill(confirm=True).submit())


def test_a_new_organization_and_its_first_administrator(stage):
    stage.place(company_name="Nordlicht Werke")
    review = stage.opened().form().fill(admin_email="chief@nordlicht.example").submit()
    check(review, review.form().fill(confirm=True).submit())
    page = PageClient(stage.app).get(stage.path("first_admin"))
    check(page, page.form().submit(status=422), page.form().fill(confirm="yes").submit())
    check(page.reload())


def test_a_partner_s_pages(stage):
    acme()
    volta()
    stage.place(PIA, role="partner", company_name="Acme")
    client = PageClient(stage.app)
    first = client.get("/partner")
    check(first, first.form().fill(contact_email="x").submit(status=422))
    check(first.form().fill(contact_email=PIA).submit())
    path = stage.path("partner_sign_in")
    start = client.get(path)
    check(start, start.form().submit(), PageClient(stage.app).get(path, status=410))
    paul, mine = "paul@volta.example", client.get("/partner/orders/70012345")
    organization("volta", "Volta Partners", users=(paul,), kind="partner", origin="partner")
    check(client.get("/partner?status=placed"), client.get("/partner?status=waiting"), mine)
    check(mine.form("[action$=same-answers]").submit(status=422))
    check(mine.form("[action$=same-answers]").fill(number="1").submit(status=422))
    stage.place(paul, role="partner", number="70012346")
    theirs = client.get("/partner/orders/70012346")
    check(theirs, theirs.form("[action$=fresh-link]").submit())
    check(theirs.form("[action$=fresh-link]").submit(status=422))
    handing = client.get("/partner/orders/70012346/hand-over")
    check(handing, handing.form().submit(status=422))
    check(handing.form().fill(contact_email=NEWCOMER, contact_role="customer").submit())
    purpose = client.get("/partner").form(".orders form").submit()
    check(purpose, purpose.form().submit(status=422))
    page = purpose.form().fill(purpose="partner_for_customer").submit()
    page = page.form().fill(admin_email=NEWCOMER).submit()
    page = page.form().choose("Acme GmbH").submit()
    check(page, page.form().submit())
    check(page.client.get("/orders/70012345/administrator"), mine.reload())
    handed = page.client.get("/orders/70012345/review").form("#hand-over")
    check(handed.fill(contact_email=CAROL, contact_role="customer").submit())


def test_the_console(stage):
    for address, role in ((OLGA, "operator"), (VERA, "viewer")):
        operators.add(address, role, "test")
    client = PageClient(stage.app)
    first = client.get("/console/sign-in")
    check(first, first.form().fill(contact_email="x").submit(status=422))
    check(first.form().fill(contact_email=OLGA).submit())
    path = stage.path("console_sign_in")
    start = client.get(path)
    check(start, start.form().submit(), PageClient(stage.app).get(path, status=410))
    stage.signed_in(VERA)
    webhooks.add("https://shop.example/", stage.settings)
    journey(stage, "waiting")
    for page in (*CONSOLE, f"/console/mail/{OutboxRow.get(OutboxRow.endpoint.is_null()).id}"):
        check(client.get(page))
    event = OutboxRow.get(OutboxRow.endpoint.is_null(False))
    OutboxRow.update(failed_at=event.queued_at).where(OutboxRow.id == event.id).execute()
    hook = client.get(f"/console/access/webhooks/{event.endpoint_id}")
    again = client.get(str(hook.one("a[href$='/again']")["href"]))
    check(hook, again, again.form("main form").submit(status=422))
    check(send(client, 422), *imports(stage, client))
    for act in ("link", "contact", "grant", "cancel"):
        check(client.get(f"/console/orders/70012345/{act}").form().submit(status=422))
    here = f"/console/organizations/{Organization.get(Organization.ref == 'acme').id}"
    organization("nordlicht", "Acme Tools", users=("t@acme.com",))
    for what in ("", *LISTS, "unlist"):
        check(client.get(f"{here}/{what}".rstrip("/")))
    check(client.get(f"{here}/list").form("main form").fill(why="Because.").submit(status=422))
    client.get(f"{here}/unlist").form("main form").fill(why="Because.").submit()
    check(client.get(here), client.get("/console/organizations"))
    AccessRequest.update(status="expired").execute()
    Order.update(status="expired").execute()
    for act in ("reopen", ""):
        check(client.get(f"/console/orders/70012345/{act}".rstrip("/")))
    check(client.get("/console/nowhere", status=404))


def imports(stage, client):
    """An upload in each of its states."""
    strange = ORGANIZATIONS.replace("unlisted", "shoe")
    page = send(client, organizations=f"{strange}acme,Acme,customer,direct,x,,,\n")
    yield page
    ask, asked = page.form("form[action$=dry-run]"), client.get(f"{page.path}/run")
    yield asked
    yield ask.submit()
    Upload.update(state="running", bytes_read=5, rows_read=1, tries=2).execute()
    yield from (page.reload(), client.get(f"{page.path}?still=1"))
    bring_in(stage)
    yield page.reload()
    Upload.update(state="failed", problem="x", rehearsed=False).execute()
    yield page.reload()
    Upload.update(folder="").execute()
    yield page.reload()


def test_bands_and_closed_tiers(stage):
    organization("acme", "Acme GmbH", users=tuple(f"u{n}@gmail.com" for n in range(12)))
    organization("tools", "Acme Tools", users=("t@gmail.com",))
    stage.place("x@gmail.com", company_name="Acme GmbH")
    company = stage.opened()
    check(company, company.form().submit())
