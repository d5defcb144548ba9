"""What comes from outside stays text on every page of the console."""

import pytest

from provisioning import auditing
from records import clock, uploads
from records.tables import (
    AccessRequest,
    History,
    Order,
    Organization,
    OutboxRow,
    Subscription,
    User,
)
from tests.support.cast import OLGA
from tests.support.steps import journey

HOSTILE = (
    "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{7*7}} \u202egro.live\u202c"
    " %(seller)s 100%"
)
PAGES = ("", "/orders", "/orders/70012345", "/orders/70012345/candidates",
         "/orders/70012345/cancel", "/audit", "/organizations", "/organizations/{}",
         "/organizations/{}/users", "/organizations/{}/subscriptions",
         "/organizations/{}/requests", "/organizations/{}/unlist", "/import")  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_nothing_of_it_is_executed_or_worked_out(stage, operator, path):
    """The page client refuses what is no HTML; here it is looked for as such too."""
    order, _page = journey(stage, "waiting")
    names = {"company_name": HOSTILE, "contact_name": HOSTILE, "partner_name": HOSTILE}
    Order.update(**names).execute()
    ended = {"decided_by": HOSTILE, "decided_at": clock.now()}
    AccessRequest.update(message=HOSTILE, note=HOSTILE, **ended).execute()
    OutboxRow.update(last_error=HOSTILE).execute()
    History.create(order=order, who=HOSTILE, what=HOSTILE, why=HOSTILE)
    auditing.looked(OLGA, HOSTILE, HOSTILE, HOSTILE)
    uploads.add("key", HOSTILE, "", {"users": [HOSTILE, 1]}, 1, 1)
    Organization.update(name=HOSTILE, ref=HOSTILE).execute()
    User.update(name=HOSTILE).execute()
    Subscription.update(product=HOSTILE).execute()
    which = Organization.get().id
    page = operator.get(f"/console{path.format(which)}")
    assert not page.select("script, img, [onerror]")
    if path == "/orders/70012345":
        assert "<script>alert(1)" in page.text  # as text
        assert "{{7*7}}" in page.text


def test_whatever_is_searched_for_is_text(stage, operator):
    stage.place()
    for name in ("number", "contact", "company"):
        page = operator.get("/console/orders").form("form.filters")
        page = page.fill(by=name, text=HOSTILE).submit()
        assert not page.select("script, img")
        assert "There is none." in page
    operator.get("/console/orders?status=x&by=x&text=%00%ff&after=-1")
    operator.get("/console/orders?by=company&text=a&after=99999999999999999999999")
    operator.get("/console/orders?by=company&text=a&after=999999999999999999")
    for by in ("name", "ref", "domain", "address", "x"):
        page = operator.get("/console/organizations").form("form.filters")
        page = page.forge(by=by, text=HOSTILE).submit()
        assert not page.select("script, img")
        assert "There is none." in page
        for after in ("-1", "x", "999999999999999999", "99999999999999999999999", "%00"):
            for text in ("", "%00%ff", "a@%ff", "%ed%a0%80"):
                operator.get(f"/console/organizations?by={by}&text={text}&after={after}")
    operator.get("/console/audit?after=%F0%9F%92%A9&who=%00&ref=%ed%a0%80")
    for number in ("%00", "none", "7001234%35%00", "%F0%9F%92%A9"):
        operator.get(f"/console/orders/{number}", status=404)
