"""Every link and every form of the site, as eight people find them; each sees what is theirs alone.

The people of each carry a word in their addresses and in what they wrote: a marker, which only
those may be shown who have to do with them.
"""

from typing import Any, NamedTuple

import pytest

from provisioning import links, operators
from tests.support.cast import Stage, organization
from tests.support.crawler import Crawler
from tests.support.page_client import PageClient
from tests.support.rows import put_back, world
from tests.support.steps import STEPS
from tests.support.world import orders_in_every_step

DATABASES = ("sqlite",)  # pages do not see the database

FIRST, SECOND, ADMIN, PARTNER = "quokka", "axolotl", "narwhal", "pangolin"
CHIEF, RIVAL, SELLER = "okapi", "tapir", "wombat"
WORDS = {FIRST, SECOND, ADMIN, PARTNER, CHIEF, RIVAL, SELLER}


class Person(NamedTuple):
    """Somebody with a browser: where they begin, and whose markers they may see."""

    client: PageClient
    begin: list[str]
    may_see: set[str]


@pytest.fixture(scope="module")
def memory(database_url) -> dict[str, Any]:
    """What was settled once is put back for each test."""
    return {}


@pytest.fixture
def people(stage, memory) -> dict[str, Person]:
    """Everybody, with the browsers that they had when all was settled."""
    if not memory:
        settled = settle(stage)
        cookies = {who: cookie_of(person.client) for who, person in settled.items()}
        memory.update(people=settled, cookies=cookies, rows=world())
    put_back(memory["rows"])
    return {
        who: person._replace(client=browser(stage, memory["cookies"][who]))
        for who, person in memory["people"].items()
    }


def cookie_of(client: PageClient) -> str:
    cookie = client.http.get_cookie("homeport", domain="homeport.test")
    return cookie.value if cookie else ""


def browser(stage: Stage, cookie: str) -> PageClient:
    client = PageClient(stage.app)
    if cookie:
        client.http.set_cookie("homeport", cookie, domain="homeport.test")
    return client


def settle(stage: Stage) -> dict[str, Person]:
    """Acme GmbH with an administrator, two contacts with an order in every step, a partner."""
    organization("acme", "Acme GmbH", admins=(f"{ADMIN}@acme.com",), users=("staff@acme.com",))
    known: dict[str, Any] = {"kind": "partner", "origin": "partner"}
    people = (f"{PARTNER}@volta.example",)
    organization("volta", "Volta", admins=(f"{CHIEF}@volta.example",), users=people, **known)
    organization("rivals", "Rivals", admins=(f"{RIVAL}@rivals.example",), **known)
    around = ["/", "/partner", "/signed-out", "/healthz", "/nowhere"]
    tables = {}
    for word, first in ((FIRST, 70_010_000), (SECOND, 70_020_000)):
        client, address = PageClient(stage.app), f"{word}@acme.com"
        numbers = orders_in_every_step(stage, address, client, first)
        steps = [f"/orders/{number}/{step}" for number in numbers.values() for step in STEPS]
        tables[word] = Person(client, [*around, *steps, *links_to(stage, address)], {word})
    partner, address = PageClient(stage.app), f"{PARTNER}@volta.example"
    for number in ("70030001", "70030002"):
        stage.place(address, number=number, role="partner", company_name="Acme")
    at = [f"/partner/orders/7003000{number}" for number in (1, 2)]
    for word, client, sees in (
        (PARTNER, partner, {PARTNER}),
        (CHIEF, PageClient(stage.app), {CHIEF, PARTNER}),
        (RIVAL, PageClient(stage.app), {RIVAL}),
    ):
        theirs = f"{word}@{'rivals' if word == RIVAL else 'volta'}.example"
        client.get("/partner").form().fill(contact_email=theirs).submit()
        client.get(stage.path("partner_sign_in", theirs)).form().submit()
        tables[word] = Person(client, [*around, *at, *links_to(stage, theirs)], sees)
    # Whoever asks is named to the administrator, and so is whose order was mapped.
    asked = links_to(stage, f"{ADMIN}@acme.com")
    tables[ADMIN] = Person(PageClient(stage.app), [*around, *asked], {FIRST, SECOND, ADMIN})
    # Who works for the seller sees everybody, and is seen by nobody.
    address = f"{SELLER}@seller.example"
    operators.add(address, "operator", "test")
    operator = stage.signed_in(address)
    tables[SELLER] = Person(operator, [*around, "/console", *links_to(stage, address)], WORDS)
    everything = [path for person in tables.values() for path in person.begin]
    closed = [path for path in everything if path.startswith(("/orders/", "/console"))]
    tables["a stranger"] = Person(
        PageClient(stage.app), [*around, *closed, "/start/x", "/console/sign-in/x"], set()
    )
    return tables


def links_to(stage: Stage, address: str) -> list[str]:
    """The paths of all links mailed to somebody."""
    mailed = [row.link for row in stage.mails(to=address) if row.link_id]
    urls = {str(links.url_of(link, stage.settings)) for link in mailed}
    return sorted(url.removeprefix(stage.settings.link_base) for url in urls)


def as_a_person_would(name: str, values: list[str]) -> str:
    """What is offered last, or what somebody types into a field of this name."""
    typed = {
        "contact_email": "somebody@plain.example", "admin_email": "somebody@acme.com",
        "company_name": "Acme Gardens", "number": "70010001", "message": "Please.", "note": "Fine.",
    }  # fmt: skip
    return typed.get(name) or (values[-1] if values else "")


@pytest.mark.parametrize("who", [*sorted(WORDS), "a stranger"])
def test_every_link_and_form_answers_and_shows_nobody_else(people, who):
    person = people[who]
    crawler = Crawler(person.client, WORDS - person.may_see, as_a_person_would)
    crawler.crawl(person.begin)
    # Not an empty walk: at least the two forms that everybody finds, in each way of filling them.
    assert len(crawler.sent) >= 12, crawler.sent
    assert crawler.answers >= 25, crawler.answers
