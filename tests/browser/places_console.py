"""How to come to the pages of the console."""

from datetime import timedelta

from provisioning import auditing, fresh_links, operators, outgoing, tokens, webhooks
from provisioning.telling import alert
from records import addresses, clock, fence, uploads
from records.tables import MagicLink, Order, Organization, OutboxRow, Upload, WebhookEndpoint
from tests.browser.places import neighbours, place, take_over
from tests.browser.walking import press
from tests.console.uploading import ACME, ORGANIZATIONS, PEOPLE, bring_in
from tests.support.cast import BOB, OLGA, VERA, acme, organization
from tests.support.steps import journey


def signed_in(page, stage, path, who=OLGA, role="operator"):
    operators.add(who, role, "test")
    client = stage.signed_in(who)
    take_over(page, client.get(path))


@place("Sign in to the console")
def console_sign_in(page, stage):
    page.goto("/console/sign-in")


@place("Sign in to the console")
def console_sign_in_refused(page, stage):
    console_sign_in(page, stage)
    press(page, "Send me the link")


@place("Look into your mailbox")
def console_link_sent(page, stage):
    console_sign_in(page, stage)
    page.get_by_label("Your email address").fill(OLGA)
    press(page, "Send me the link")


@place("Sign in to the console")
def console_start(page, stage):
    operators.add(OLGA, "operator", "test")
    fresh_links.ask_console(OLGA, stage.settings, "")
    page.goto(stage.path("console_sign_in"))


@place("This link opens nothing any more")
def console_link_of_nobody(page, stage):
    console_start(page, stage)
    operators.remove(OLGA, "test")
    page.reload()
    assert MagicLink.get().replaced_at


@place("Overview")
def console_overview(page, stage):
    """A month in which something of everything has happened."""
    journey(stage, "done")
    states = ("provisioned", "provisioned", "provisioned", "waiting", "launched", "expired")
    for number in range(60):
        order = stage.place(number=f"7{number:03}", company_name="Acme")
        at = clock.now() - timedelta(days=number % 29)
        status = states[number * 7 % 6]
        Order.update(placed_at=at, status=status).where(Order.id == order.id).execute()
        sent = at if number % 9 else None
        row = OutboxRow.update(queued_at=at, sent_at=sent, failed_at=None if sent else at)
        row.where(OutboxRow.order == order).execute()
        if status == "launched":
            alert(order, ("undelivered", "budget_spent")[number % 2], "test", stage.settings)
    Order.update(status="stopped").where(Order.number == "7002").execute()
    signed_in(page, stage, "/console")


@place("Overview")
def console_overview_of_nothing(page, stage):
    signed_in(page, stage, "/console")


@place("Where you are signed in")
def console_sessions(page, stage):
    signed_in(page, stage, "/console/sessions", VERA, "viewer")


@place("Audit")
def console_audit(page, stage):
    for number in range(60):
        auditing.looked(VERA, "order", str(number))
    signed_in(page, stage, "/console/audit")


@place("Orders")
def console_orders(page, stage):
    for number in range(4):
        stage.place(number=f"7001234{number}", company_name="Acme Gesellschaft für Gartenbau mbH")
    Order.update(status="stopped").where(Order.number == "70012341").execute()
    signed_in(page, stage, "/console/orders")


@place("Order 70012345")
def console_order(page, stage):
    journey(stage, "waiting")
    signed_in(page, stage, "/console/orders/70012345")


@place("Order 70012345")
def console_order_for_a_viewer(page, stage):
    journey(stage, "done")
    signed_in(page, stage, "/console/orders/70012345", VERA, "viewer")


@place("What order 70012345 is offered")
def console_candidates(page, stage):
    neighbours()
    stage.place(company_name="Acme GmbH")
    stage.opened().form().submit()
    signed_in(page, stage, "/console/orders/70012345/candidates")


@place("Change the contact: order 70012345")
def console_action_refused(page, stage):
    stage.place()
    signed_in(page, stage, "/console/orders/70012345/contact")
    press(page, "Change the contact")


@place("Reopen: order 70012345")
def console_reopen(page, stage):
    stage.place()
    Order.update(status="expired").execute()
    signed_in(page, stage, "/console/orders/70012345/reopen")


@place("Mail")
def console_mail(page, stage):
    journey(stage, "waiting")
    OutboxRow.update(sent_at=clock.now()).where(OutboxRow.letter == "launch").execute()
    failed = {"failed_at": clock.now(), "last_error": "550 5.1.1 no such mailbox here"}
    OutboxRow.update(failed).where(OutboxRow.recipient == BOB).execute()
    fence.put_up("A backup was restored.")
    signed_in(page, stage, "/console/mail")


@place("Letter 1")
def console_letter(page, stage):
    stage.place()
    row = OutboxRow.get()
    outgoing.hurry(row)
    with auditing.did(OLGA, "mail hurried", "mail", str(row.id), "They wait on the phone."):
        pass
    signed_in(page, stage, f"/console/mail/{row.id}")


@place("Addresses that take no mail")
def console_addresses(page, stage):
    for name in ("bob", "carol"):
        addresses.mark_dead(f"{name}@acme.com", "550 5.1.1 no such mailbox here")
    signed_in(page, stage, "/console/mail/addresses")


@place("Put up a fence")
def console_fence_refused(page, stage):
    signed_in(page, stage, "/console/mail/fence")
    press(page, "Put up a fence")


@place("Import")
def console_imports(page, stage):
    for number, state in enumerate(("done", "failed", "discarded", "waiting", "ready")):
        files = {"organizations": ["o.csv", 9], "users": ["u.csv", 9]}
        row = uploads.add(str(number), OLGA, "", files, 18, 1_200_000)
        Upload.update(state=state).where(Upload.id == row.id).execute()
    signed_in(page, stage, "/console/import")


@place("Import")
def console_import_refused(page, stage):
    signed_in(page, stage, "/console/import")
    press(page, "Upload")


def uploaded(page, stage):
    """In the browser: files chosen and sent."""
    rows = "".join(f"c{n},Company {n} Maschinenbau GmbH,customer,direct,2020-03-01,,,\n"
                   for n in range(30))  # fmt: skip
    bad = "bad,,customer,direct,2020-03-01,,,\n=1+1,Formula,partner,shop,,,,\nbroken\n"
    signed_in(page, stage, "/console/import")
    for name, text in (("Organizations", ORGANIZATIONS + ACME + bad + rows), ("Users", PEOPLE)):
        file = {"name": f"{name.lower()}-2026.csv", "mimeType": "text/csv", "buffer": text.encode()}
        page.get_by_label(name, exact=True).set_input_files(file)
    press(page, "Upload")


@place("Import 1")
def console_import_looked_at(page, stage):
    uploaded(page, stage)


@place("Import 1")
def console_import_tried(page, stage):
    uploaded(page, stage)
    press(page, "Dry run")
    bring_in(stage)
    page.reload()


@place("Import 1")
def console_import_running(page, stage):
    uploaded(page, stage)
    begun = clock.now() - timedelta(minutes=2)
    Upload.update(state="running", begun_at=begun, bytes_read=700, rows_read=12, tries=2).execute()
    page.goto(f"{page.url}?still=1")


@place("Import 1")
def console_import_failed(page, stage):
    uploaded(page, stage)
    Upload.update(state="failed", problem="A file cannot be read or written: No space left.",
                  ended_at=clock.now()).execute()  # fmt: skip
    page.reload()


@place("Import: 1")
def console_import_asked(page, stage):
    uploaded(page, stage)
    page.get_by_role("main").get_by_role("link", name="Import", exact=True).click()


@place("Try the matcher")
def console_matcher(page, stage):
    neighbours()
    asked = "name=Acme+GmbH&address=x%40acme.com&ref=acme"
    signed_in(page, stage, f"/console/matcher?{asked}")


@place("Organizations")
def console_organizations(page, stage):
    neighbours()
    organization("hidden", "Zenith Labs", users=("z@zenith.example",), unlisted=True)
    signed_in(page, stage, "/console/organizations")


@place("Acme GmbH")
def console_organization(page, stage):
    journey(stage, "waiting")
    neighbours()
    which = Organization.get(Organization.ref == "acme").id
    with auditing.did(OLGA, "listed again", "organization", "acme", "They asked for it."):
        pass
    signed_in(page, stage, f"/console/organizations/{which}")


@place("Users: Acme GmbH")
def console_organization_users(page, stage):
    people = tuple(f"somebody{number}@acme.com" for number in range(60))
    which = organization("acme", "Acme GmbH", users=people).id
    signed_in(page, stage, f"/console/organizations/{which}/users", VERA, "viewer")


@place("Unlist: acme")
def console_unlist_refused(page, stage):
    which = acme().id
    signed_in(page, stage, f"/console/organizations/{which}/unlist")
    press(page, "Unlist")


@place("Access")
def console_access(page, stage):
    operators.add(VERA, "viewer", "test")
    tokens.make("shop", tokens.SCOPES)
    webhooks.add("https://shop.example/hooks", stage.settings)
    signed_in(page, stage, "/console/access")


@place("Webhook 1")
def console_webhook(page, stage):
    webhooks.add("https://shop.example/hooks", stage.settings)
    stage.place()
    signed_in(page, stage, f"/console/access/webhooks/{WebhookEndpoint.get().id}")


@place("Make a token")
def console_token_refused(page, stage):
    signed_in(page, stage, "/console/access/tokens/add")
    press(page, "Make a token")
