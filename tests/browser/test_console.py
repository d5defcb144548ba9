"""An operator's day without JavaScript: find, explain, mend, move, bring in, sign out."""

from playwright.sync_api import expect

from provisioning import operators
from provisioning.telling import alert
from records.tables import Audit, Organization
from tests.browser.places import take_over
from tests.browser.walking import follow, heading, press
from tests.console.uploading import ACME, ORGANIZATIONS, bring_in
from tests.support.cast import CAROL, OLGA, full_admins, now, organization, told
from tests.support.steps import journey

ZOE = "zoe@zenith.example"


def test_an_operator_finds_explains_and_mends_an_order(plain_page, stage):
    order, _contacts = journey(stage, "waiting")
    alert(order, "unreachable", "test", stage.settings)
    operators.add(OLGA, "operator", "test")
    page = plain_page
    page.goto("/console")
    expect(heading(page)).to_have_text("Sign in to the console")
    page.get_by_label("Your email address").fill(OLGA)
    press(page, "Send me the link")
    page.goto(stage.path("console_sign_in"))
    press(page, "Sign in")

    expect(heading(page)).to_have_text("Overview")
    expect(page.get_by_role("heading", name="Nobody can be asked")).to_be_visible()
    follow(page, "Orders")
    page.get_by_label("Look for").select_option("Contact's address")
    page.get_by_label("that begins with").fill("carol")
    press(page, "Show")
    follow(page, order.number)
    expect(heading(page)).to_have_text(f"Order {order.number}")

    follow(page, "See what the contact is offered")
    expect(page.get_by_text("Same email domain, another name").or_(
        page.get_by_text("The administrator is a user here already")
    )).to_be_visible()  # fmt: skip
    follow(page, "Back to the order")
    follow(page, "Close the request")
    press(page, "Close the request")
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    page.get_by_label("Reason").fill("They left the company.")
    press(page, "Close the request")
    assert now(order).status == "launched"
    follow(page, "Change the contact")
    page.get_by_label("The new contact's email address").fill("dave@acme.com")
    page.get_by_role("radio", name="The customer").check()
    page.get_by_label("Reason").fill("Carol left the company.")
    press(page, "Change the contact")
    expect(heading(page)).to_have_text(f"Order {order.number}")
    assert now(order).contact_email == "dave@acme.com"
    assert "handed over" in told(order)

    follow(page, "Overview")
    expect(page.get_by_role("heading", name="Nobody can be asked")).to_have_count(0)
    follow(page, "Audit")
    expect(page.get_by_text("Carol left the company.")).to_be_visible()
    press(page, "Sign out")
    page.goto("/console")
    expect(heading(page)).to_have_text("Sign in to the console")
    changes = Audit.select().where((Audit.who == OLGA) & (Audit.why != "")).order_by(Audit.id)
    assert [row.what for row in changes] == ["request closed", "contact changed"]
    assert CAROL not in now(order).contact_email


def test_an_operator_moves_what_was_mapped_to_the_wrong_organization(plain_page, stage):
    zenith = organization("zenith", "Zenith", admins=(ZOE,))
    order, _receipt = journey(stage, "done")
    operators.add(OLGA, "operator", "test")
    page = plain_page
    take_over(page, stage.signed_in(OLGA).get("/console"))
    page.goto(f"/console/orders/{order.number}")
    follow(page, "Move to another organization")
    page.get_by_label("The organization's ref").fill("zenit")
    page.get_by_label("Reason").fill("They are a part of Zenith.")
    press(page, "Move to another organization")
    expect(page.get_by_role("alert")).to_contain_text("There is no organization zenit.")
    page.get_by_label("The organization's ref").fill("zenith")
    press(page, "Move to another organization")
    expect(page.get_by_text("moved", exact=True).first).to_be_visible()
    assert now(order).organization == zenith
    assert full_admins(zenith) == {ZOE}, "nobody gets a right by it"
    assert [row.recipient for row in stage.mails("mapped", ZOE)] == [ZOE]


def test_files_are_chosen_tried_and_brought_in(plain_page, stage, tmp_path):
    operators.add(OLGA, "operator", "test")
    page = plain_page
    take_over(page, stage.signed_in(OLGA).get("/console"))
    file = tmp_path / "ours.csv"
    file.write_text(f"{ORGANIZATIONS}{ACME}broken\n")
    follow(page, "Import")
    page.get_by_label("Users").set_input_files(file)
    press(page, "Upload")
    expect(page.get_by_role("alert")).to_contain_text("users lacks organization_ref")
    page.get_by_label("Organizations").set_input_files(file)
    press(page, "Upload")
    expect(heading(page)).to_have_text("Import 1")
    expect(page.get_by_role("cell", name="The Acme Corporation")).to_be_visible()
    press(page, "Dry run")
    expect(page.get_by_text("It begins in a moment.")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_visible()
    bring_in(stage)
    # Nobody presses anything: the page looks again by itself.
    expect(page.get_by_text("dry run done")).to_be_visible(timeout=10_000)
    assert not Organization.select().exists()
    page.get_by_role("main").get_by_role("link", name="Import", exact=True).click()
    page.get_by_label("Reason").fill("The yearly file.")
    press(page, "Import")
    bring_in(stage)
    expect(page.get_by_text("What was done")).to_be_visible(timeout=10_000)
    with page.expect_download() as download:
        follow(page, "The refused rows as CSV")
    assert "The line has 1 fields" in download.value.path().read_text()
    assert Organization.get().ref == "acme"
