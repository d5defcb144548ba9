"""A picture of every letter: wide, narrow, and dark. `make letters` puts them into a folder.

Each is written by the real delivery into the local mailbox, as a page of that mailbox shows it.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, sync_playwright

from mail.delivery import deliver_due
from mail.outbox import LETTERS, enqueue
from provisioning import links
from records import clock
from records.tables import AccessRequest, Order, OrderLine, Organization, OutboxRow, User
from tests.support import databases

VIEWS = {
    "wide": {"viewport": {"width": 760, "height": 600}, "color_scheme": "light"},
    "narrow": {"viewport": {"width": 320, "height": 600}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 760, "height": 600}, "color_scheme": "dark"},
}
CONTACT, ADMIN, PERSON = "alice.anderson@acme.com", "bob@acme.com", "carol@acme.com"
# letter -> facts of each variant that looks different
VARIANTS: dict[str, list[dict[str, object]]] = {
    "hand_over_new": [{"by": "dave@acme.com"}],
    "hand_over_old": [{"to": "dave@acme.com"}],
    "access_notice": [{"requester_proven": True}, {"requester_proven": False, "again": True}],
    "named": [{"asked": ["b•••@acme.com", "a•••@acme.com"]}],
    "added": [{"person": PERSON, "by": ADMIN}],
    "resumed": [{"how": "approved"}, {"how": "operator"}],
    "receipt": [
        {"told": 2, "created": False, "partner_reach_out": True, "person": PERSON},
        {"told": 0, "created": True},
    ],
    "alert": [
        {"reason": reason, "who": ADMIN}
        for reason in ("reported", "nobody_to_ask", "unreachable", "expired", "budget_spent")
    ],
    "confirm_question": [{"requester_proven": True}],
    "dispute": [{"outcome": outcome} for outcome in ("stopped", "moved")],
    "moved": [{"before": "Acme Trading Ltd"}],
    "moved_away": [{"before": "Acme Trading Ltd"}],
}
LINKS = {
    "launch": "launch", "fresh_link": "launch", "hand_over_new": "launch", "answered": "launch",
    "declined": "launch", "resumed": "launch", "reminder": "launch", "reopened": "launch",
    "unanswered": "launch", "confirmed": "launch", "partner_sign_in": "partner",
    "access_notice": "decision", "confirm_question": "decision", "added": "dispute",
    "mapped": "dispute", "first_admin": "first_admin", "digest": "digest",
    "console_sign_in": "console",
}  # fmt: skip


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as instance, _application(Path(instance)) as app:
        names = _written(app)
        with sync_playwright() as player:
            arguments = ["--no-sandbox", "--disable-gpu"]
            browser = player.chromium.launch(
                executable_path="/usr/bin/chromium-headless-shell", args=arguments
            )
            for name, html in names.items():
                _pictures(browser, folder, name, html)
            browser.close()
    print(f"{len(names) * len(VIEWS)} pictures of {len(names)} letters are in {folder}.")  # noqa: T201


@contextmanager
def _application(folder: Path) -> Iterator[Flask]:
    from app import create_app

    url = f"sqlite:///{folder}/homeport.db"
    settings = {"DATABASE_URL": url, "INSTANCE_DIR": str(folder), "TIME_ZONE": "Europe/Berlin"}
    with databases.migrated(url):
        app = create_app({**settings, "PUBLIC_URL": "http://127.0.0.1:8000"})
        with databases.emptied(url), app.app_context():
            yield app


def _written(app: Flask) -> dict[str, str]:
    """The HTML of each letter and variant, by name."""
    settings, order, request = app.config["SETTINGS"], *_cast()
    found = {}
    for letter in LETTERS:
        for number, facts in enumerate(VARIANTS.get(letter, [{}])):
            purpose = LINKS.get(letter)
            about = {} if letter.endswith("sign_in") else {"order": order, "request": request}
            if letter == "digest":
                about = {"request": request}
            link = purpose and links.issue(purpose, CONTACT, settings, order=order, request=request)
            status = {"confirmed": "approved"}.get(letter, "open")
            AccessRequest.update(status=status).execute()
            Order.update(status="expired" if letter == "expired" else "launched").execute()
            enqueue(letter, CONTACT, link=link or None, **about, **facts)  # type: ignore[arg-type]
            deliver_due(settings, lambda link: link)
            row = OutboxRow.select().order_by(OutboxRow.id.desc()).get()
            assert row.sent_at, (letter, row.last_error)
            newest = max(settings.mailbox_dir.glob("*.eml"), key=lambda file: file.stat().st_mtime)
            name = f"{letter}-{number}" if number else letter
            page = app.test_client().get(f"/mailbox/{newest.stem}/html")
            assert page.status_code == 200, page.text
            found[name] = page.text
            newest.unlink()
    return found


def _cast() -> tuple[Order, AccessRequest]:
    now = clock.now()
    organization = Organization.create(
        ref="acme", name="Acme Manufacturing GmbH & Co. KG", kind="customer", origin="online",
        created_on=date(2012, 3, 1),
    )  # fmt: skip
    for email in (CONTACT, ADMIN):
        User.create(organization=organization, email=email, full_admin=True)
    orders = [
        Order.create(
            number=number, contact_email=CONTACT, contact_role="customer",
            company_name="\u0410cme Manufacturing", partner_name="Volta Partners",
            expires_at=now + timedelta(days=30), purpose="customer", admin_email=PERSON,
            organization=organization, status="launched",
        )
        for number in ("70012345", "70012399")
    ]  # fmt: skip
    OrderLine.create(
        order=orders[0], position=1, sku="M", product="Meetings", quantity=1200,
        starts_on=date(2030, 12, 1), ends_on=date(2031, 11, 30),
    )  # fmt: skip
    OrderLine.create(order=orders[0], position=2, sku="R", product="Rooms", quantity=25)
    requests = [
        AccessRequest.create(
            kind="access", order=order, organization=organization, person_email=PERSON,
            requester_email=CONTACT, expires_at=now + timedelta(days=14),
            message="Please add Carol.\n\nShe takes over from me.", note="Only until the summer.",
        )
        for order in orders
    ]  # fmt: skip
    return orders[0], requests[0]


def _pictures(browser: Browser, folder: Path, name: str, html: str) -> None:
    for view, options in VIEWS.items():
        context = browser.new_context(**options)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, view)
        page.screenshot(path=folder / f"{name}-{view}.png", full_page=True)
        context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "letters"))
