"""`flask match --why REF`: why an organization is offered, or why it is not."""

import json
from typing import Any

import pytest

from tests.support.cast import organization


@pytest.fixture
def why(flask):
    def ask(name: str, address: str, ref: str) -> dict[str, Any]:
        result = flask("match", name, address, "--why", ref, "--json")
        assert result.exit_code == 0, result.output
        answer: dict[str, Any] = json.loads(result.output)
        return answer

    return ask


@pytest.fixture
def directory(app) -> None:
    organization("acme", "Acme GmbH", users=("ann@acme.com",))
    organization("hidden", "Acme Labs", users=("lab@acme.com",), unlisted=True)
    organization("zebra", "Zebra", users=("z@acme.com",))
    organization("far", "Acme", users=("a@far.example",))
    organization("long", "Acmewerk Transporte", users=("t@gmail.com",))
    organization("boss", "Boss", admins=("boss@acme.com",))
    for n in range(45):
        organization(f"many-{n}", f"Quorum {n:02}", users=(f"u{n}@quorum.example",))


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize(
    ("name", "address", "ref", "tier", "says"),
    [
        ("Acme", "x@acme.com", "acme", "name-and-domain", "its name is “acme” and 1 of its users"),
        ("Acme", "x@acme.com", "hidden", None, "It is unlisted"),
        ("Acme", "x@acme.com", "zebra", "domain", "only partners see it"),
        ("Acme", "x@acme.com", "far", None, "None of its users is at acme.com"),
        ("Acme", "boss@acme.com", "acme", None, "is a full admin of 1 organization"),
        ("Acmewerk Bau", "x@gmail.com", "long", "weak", "only a name that is the same as a whole"),
        ("Zebra", "x@gmail.com", "long", None, "they differ at character 1"),
        ("Quorum 44", "x@quorum.example", "many-21", "name-and-domain", "others come first"),
    ],
)
def test_it_says_why_or_why_not(why, name, address, ref, tier, says):
    answer = why(name, address, ref)
    assert (answer["ref"], answer["offered"], answer["tier"]) == (ref, tier is not None, tier)
    assert says in " ".join(answer["why"])
    assert (answer["place"] is None) == (tier is None or "others come first" in says)


@pytest.mark.usefixtures("directory")
def test_it_reads_as_sentences(flask):
    result = flask("match", "Acme", "x@acme.com", "--why", "acme")
    assert result.output.splitlines() == [
        "Acme GmbH  (acme) is offered, as name-and-domain, at place 1.",
        "  Apart from article and legal form its name is “acme” and 1 of its users is at acme.com.",
    ]
    assert "is not offered." in flask("match", "Acme", "x@acme.com", "--why", "far").output


def test_a_ref_of_nobody_is_refused_with_a_sentence(flask):
    result = flask("match", "Acme", "x@acme.com", "--why", "nobody")
    assert result.exit_code == 2
    assert "There is no organization nobody." in result.output
