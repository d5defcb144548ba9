"""How to come to the pages of the console."""

from provisioning import auditing, fresh_links, operators
from records.tables import MagicLink
from tests.browser.places import place, take_over
from tests.browser.walking import press
from tests.support.cast import OLGA, VERA


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
    signed_in(page, stage, "/console")


@place("Where you are signed in")
def console_sessions(page, stage):
    signed_in(page, stage, "/console/sessions", VERA, "viewer")


@place("Audit")
def console_audit(page, stage):
    for number in range(60):
        auditing.looked(VERA, "order", str(number))
    signed_in(page, stage, "/console/audit")
