"""Trying the matcher: the whole reasoning, for whoever is asked why."""

from records.tables import Audit, Order
from tests.support.cast import ALICE, VERA, acme, organization


def ask(client, **fields):
    return client.get("/console/matcher").form("form.filters").fill(**fields).submit()


def test_it_says_how_a_name_is_looked_up_and_what_is_found_and_why(stage, viewer):
    acme()
    organization("tools", "Acme Tools", users=("t@acme.com",))
    organization("other", "Other Name", users=("o@acme.com",))
    page = ask(viewer, name="The ACME GmbH", address="x@acme.com")
    for said in ("in no organization", "the acme gmbh", "acme", "Acme GmbH", "Acme Tools", ALICE):
        assert said in page, said
    names = [h.get_text(" ").split(" [")[0] for h in page.select(".candidate h2")]
    assert names[0].startswith("Acme GmbH")
    assert names[-1].startswith("Other Name")  # the last tier, which partners see
    assert "Apart from article and legal form its name is" in page
    assert not Order.select().count()
    asked = Audit.select().where(Audit.kind == "matcher").order_by(Audit.id.desc()).first()
    assert (asked.who, asked.ref) == (VERA, "The ACME GmbH x@acme.com")


def test_of_very_many_administrators_the_first_are_named(stage, viewer):
    many = [f"a{number}@acme.com" for number in range(10, 30)]
    organization("acme", "Acme GmbH", admins=tuple(many))
    page = ask(viewer, name="Acme", address="x@acme.com")
    said = page.select(".candidate .hint")[-1]
    assert [each.get_text() for each in said.select("bdi")] == many[:10]
    assert said.get_text(" ", strip=True).endswith("and others")


def test_it_says_why_one_is_offered_or_not(stage, viewer):
    acme()
    organization("zenith", "Zenith Labs", users=("z@zenith.example",))
    page = ask(viewer, name="Acme", address="x@acme.com", ref="acme")
    assert "Acme GmbH is offered" in page
    page = ask(viewer, name="Acme", address="x@acme.com", ref="zenith")
    assert "Zenith Labs is not offered" in page
    assert "The names do not agree" in page
    page = ask(viewer, name="Acme", address="x@acme.com", ref="nowhere")
    assert "There is no organization nowhere." in page


def test_who_the_address_is_decides_what_is_offered(stage, viewer):
    acme()
    page = ask(viewer, name="Whatever", address=ALICE)
    assert "a full admin: only what it administers is offered" in page
    assert [h.get_text(" ").split()[0] for h in page.select(".candidate h2")] == ["Acme"]


def test_what_cannot_be_asked_is_said(stage, viewer):
    page = ask(viewer, name="", address="x@acme.com")
    assert "The company name is missing" in page
    page = ask(viewer, name="Acme", address="x")
    assert page.select(".notice.bad")
    assert viewer.get("/console/matcher?name=%00&address=%ff&after=x")
