import pytest

from matching.rules import (
    Organization,
    Question,
    Standing,
    Tier,
    by_domain,
    by_name_and_domain,
    by_standing,
    question,
    whole_domains,
)
from tests.rules.directory import TODAY, found, organization

SHARED = frozenset({"gmail.com", "googlemail.com", "gmx.de", "gmx.net", "web.de"})


def ask(name: str, address: str) -> Question:
    return question(name, address, SHARED)


def test_tiers_are_ranked_as_they_are_listed() -> None:
    assert [str(tier) for tier in sorted(Tier, key=lambda tier: tier.rank)] == [
        "administers",
        "belongs",
        "name-and-domain",
        "related-domain",
        "weak",
        "domain",
    ]


@pytest.mark.parametrize(
    ("standing", "tier", "says"),
    [
        (Standing.FULL_ADMIN, Tier.ADMINISTERS, "is a full admin of this organization."),
        (Standing.USER, Tier.BELONGS, "is already a user of this organization."),
    ],
)
def test_a_known_address_leads_to_its_organizations(
    standing: Standing, tier: Tier, says: str
) -> None:
    candidate = by_standing(standing, organization(), TODAY)
    assert (candidate.tier, candidate.likeness) == (tier, 0.0)
    assert str(candidate.evidence[0]).endswith(says)
    asked = ask("Volkswagen", "j@volkswagen.de")
    assert by_standing(standing, organization(), TODAY, asked).likeness == 1.0


def test_an_unknown_address_leads_nowhere() -> None:
    with pytest.raises(ValueError, match="unknown"):
        by_standing(Standing.UNKNOWN, organization(), TODAY)


@pytest.mark.parametrize(
    ("name", "address", "organization_name", "domain", "tier"),
    [
        # the plain rule: same first 5 characters, same whole domain
        (
            "Volkswagen",
            "j@volkswagen.de",
            "VOLKSwagen Financial",
            "volkswagen.de",
            "name-and-domain",
        ),
        ("Volkswagen", "j@volkswagen.de", "Volvo", "volkswagen.de", None),
        ("Volkswagen", "j@volkswagen.de", "Volkswagen", "stranger.de", None),
        # further keys
        ("The Acme Corporation", "j@acme.com", "ACME GmbH", "acme.com", "name-and-domain"),
        ("Łódź Energia", "j@acme.com", "LODZ ENERGIA", "acme.com", "name-and-domain"),
        ("株式会社トヨタ", "j@toyota.jp", "Toyota Motor", "toyota.jp", "name-and-domain"),
        # short names
        ("IBM", "j@ibm.com", "ibm", "ibm.com", "name-and-domain"),
        ("IBM", "j@ibm.com", "IBM Deutschland", "ibm.com", None),
        # relatives
        ("Acme", "j@acme.com", "Acme", "eu.acme.com", "related-domain"),
        ("Acme", "j@eu.acme.com", "Acme", "acme.com", "related-domain"),
        ("Acme", "j@acme.com", "Acme", "acme.de", "related-domain"),
        ("Acme", "j@acme.com", "Other", "acme.de", None),
        # spelling
        ("Mueller Bau", "j@bau.de", "Müller Bau GmbH", "bau.de", "name-and-domain"),
        ("ABC Corp", "j@acme.com", "A.B.C. Inc", "acme.com", "name-and-domain"),
        ("Exxon Mobil", "j@em.com", "ExxonMobil", "em.com", "name-and-domain"),
        # both stand for what the domain is called
        ("Saudi Aramco", "j@aramco.com", "Aramco Services", "aramco.com", "name-and-domain"),
        ("Hitachi", "j@hitachi.co.jp", "日立製作所", "hitachi.co.jp", "name-and-domain"),
        ("日立製作所", "j@hitachi.co.jp", "Hitachi", "hitachi.co.jp", "name-and-domain"),
        ("三菱電機", "j@hitachi.co.jp", "日立製作所", "hitachi.co.jp", None),
        ("Facebook", "j@meta.com", "Meta Platforms", "meta.com", None),
        # of a short label many names are a part: left to the whole domain, and to relatives
        ("IBM", "j@ibm.com", "International Business Machines", "ibm.com", None),
        ("International Business Machines", "j@ibm.com", "IBM", "ibm.com", None),
        (
            "MIT",
            "j@cs.mit.edu",
            "Massachusetts Institute of Technology",
            "mit.edu",
            "related-domain",
        ),
        ("IBM Deutschland", "j@de.ibm.com", "IBM", "ibm.com", "related-domain"),
        ("BMW", "j@bmw.com", "Bayerische Motoren Werke AG", "bmw.de", "related-domain"),
        # shared providers: the whole core key, and no relatives
        ("Mueller Bau", "j@gmail.com", "Müller Bau GmbH", "gmail.com", "name-and-domain"),
        ("Green Leaf", "j@gmail.com", "GreenLeaf Ltd", "gmail.com", "name-and-domain"),
        ("Mueller Bau", "j@gmail.com", "Müller Transporte", "gmail.com", "weak"),
        ("Gmail Partners", "j@gmail.com", "Googlemail", "gmail.com", None),
        ("日立製作所", "j@gmail.com", "Gmail", "gmail.com", None),
        ("Acme Tools", "j@gmail.com", "ACME Tools Ltd", "gmail.com", "name-and-domain"),
        ("Acme Tools", "j@gmail.com", "Acme Toolbox", "gmail.com", "weak"),
        ("Acme Tools", "j@gmail.com", "Other", "gmail.com", None),
        ("Acme Tools", "j@gmx.de", "Acme Tools", "gmx.net", None),
        ("Acme Tools", "j@web.com", "Acme Tools", "web.de", None),
        ("Acme Tools", "j@eu.web.de", "Acme Tools", "us.web.de", None),
    ],
)
def test_name_and_domain(
    name: str, address: str, organization_name: str, domain: str, tier: str | None
) -> None:
    candidate = by_name_and_domain(ask(name, address), found(organization_name, domain), TODAY)
    assert (candidate and str(candidate.tier)) == tier


def test_the_plain_rule_can_be_kept_for_shared_providers() -> None:
    here = found("Acme Toolbox", "gmail.com")
    asked = ask("Acme Tools", "j@gmail.com")
    candidate = by_name_and_domain(asked, here, TODAY, "plain")
    assert candidate
    assert candidate.tier is Tier.NAME_AND_DOMAIN


@pytest.mark.parametrize(
    ("name", "address", "organization_name", "domain", "users", "says"),
    [
        (
            *("Volksw", "j@volkswagen.de", "Volkswagen AG", "volkswagen.de", 1204),
            "Its name begins with “volks” and 1,204 of its users are at volkswagen.de.",
        ),
        (
            *("Volkswagen", "j@volkswagen.de", "VOLKSWAGEN", "volkswagen.de", 1),
            "Its name is “VOLKSWAGEN” and 1 of its users is at volkswagen.de.",
        ),
        (
            *("IBM", "j@ibm.com", "IBM", "ibm.com", 2),
            "Its name is “IBM” and 2 of its users are at ibm.com.",
        ),
        (
            *("Lödz Energia", "j@l.com", "Lodz Power", "l.com", 2),
            "Apart from accents and punctuation its name begins with “lodz” and 2 of its users are "
            "at l.com.",
        ),
        (
            *("The Acme Corporation", "j@acme.com", "ACME GmbH", "acme.com", 2),
            "Apart from article and legal form its name is “acme” and 2 of its users are at "
            "acme.com.",
        ),
        (
            *("The Siemens Company", "j@s.com", "Siemens Energy", "s.com", 2),
            "Apart from article and legal form its name begins with “sieme” and 2 of its users are "
            "at s.com.",
        ),
        (
            *("Toyota", "j@toyota.jp", "株式会社トヨタ", "toyota.jp", 2),
            "In Latin letters and without legal form its name is “toyota” and 2 of its users are "
            "at toyota.jp.",
        ),
        (
            *("Mueller Bau", "j@bau.de", "Müller Bau GmbH", "bau.de", 2),
            "Apart from spaces, spelling and words such as Group its name is “Müller Bau GmbH” and "
            "2 of its users are at bau.de.",
        ),
        (
            *("Saudi Aramco", "j@aramco.com", "Aramco Services", "aramco.com", 2),
            "The typed name and its own both stand for “aramco”, the name of the domain, and 2 of "
            "its users are at aramco.com.",
        ),
        (
            *("Hitachi", "j@hitachi.co.jp", "日立製作所", "hitachi.co.jp", 2),
            "The typed name or its own stands for “hitachi”, the name of the domain, the other is "
            "in letters that cannot be compared and 2 of its users are at hitachi.co.jp.",
        ),
        (
            *("Volkswagen", "j@volkswagen.de", "Volkswagen Bank", "eu.volkswagen.de", 2),
            "Its name begins with “volks” and 2 of its users are at eu.volkswagen.de, which "
            "belongs together with volkswagen.de.",
        ),
        (
            *("Volkswagen", "j@volkswagen.de", "Volkswagen Bank", "volkswagen.com", 1),
            "Its name begins with “volks” and 1 of its users is at volkswagen.com, the name of "
            "volkswagen.de with another ending.",
        ),
        (
            *("Volkswagen", "j@gmail.com", "Volkswagen Bank", "gmail.com", 2),
            "Its name begins with “volks” and 2 of its users are at gmail.com, a mail provider "
            "that many companies share.",
        ),
        (
            *("Volkswagen", "j@gmail.com", "Volkswagen AG", "gmail.com", 2),
            "Apart from article and legal form its name is “volkswagen” and 2 of its users are at "
            "gmail.com.",
        ),
    ],
)
def test_the_evidence_is_one_sentence(
    name: str, address: str, organization_name: str, domain: str, users: int, says: str
) -> None:
    here = found(organization_name, domain, users)
    candidate = by_name_and_domain(ask(name, address), here, TODAY)
    assert candidate
    assert [str(words) for words in candidate.evidence] == [says]
    assert (candidate.users_there, candidate.domain) == (users, domain)


@pytest.mark.parametrize(
    ("users", "says"),
    [(1, "1 of its users is at ibm.com."), (3, "3 of its users are at ibm.com.")],
)
def test_the_domain_alone(users: int, says: str) -> None:
    here = found("International Business Machines", "ibm.com", users)
    candidate = by_domain(ask("IBM", "j@ibm.com"), here, TODAY)
    assert (candidate.tier, str(candidate.evidence[0])) == (Tier.DOMAIN, says)


def test_the_last_tier_also_looks_at_what_the_domain_is_part_of() -> None:
    assert whole_domains(ask("A", "j@cs.st.mit.edu")) == ["cs.st.mit.edu", "st.mit.edu", "mit.edu"]
    assert whole_domains(ask("A", "j@acme.co.uk")) == ["acme.co.uk"]
    assert whole_domains(ask("A", "j@gmail.com")) == []
    assert whole_domains(ask("A", "j@eu.gmx.de")) == ["eu.gmx.de"]
    here = found("International Business Machines", "ibm.com", 3)
    candidate = by_domain(ask("Sales", "j@de.ibm.com"), here, TODAY)
    assert (candidate.tier, str(candidate.evidence[0])) == (
        Tier.DOMAIN,
        "3 of its users are at ibm.com, which belongs together with de.ibm.com.",
    )


def typed_by_and_by(name: str, address: str) -> int:
    """How many questions it costs to type a name, from its fifth character on."""
    return len({ask(name[:end], address).key for end in range(5, len(name) + 1)})


@pytest.mark.parametrize(
    ("name", "address", "questions"),
    [
        ("Volkswagen", "j@stranger.example", 1),
        ("Volkswagen Financial Services AG", "j@volkswagen.de", 1),
        ("Müller & Söhne GmbH", "j@mueller.de", 2),
        ("International Business Machines", "j@ibm.com", 2),
        ("The Acme Corporation", "j@acme.com", 5),
        ("De Longhi Appliances", "j@delonghi.com", 3),
    ],
)
def test_typing_a_name_costs_few_questions(name: str, address: str, questions: int) -> None:
    assert typed_by_and_by(name, address) <= questions


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Volkswagen", "a@vw.de"), ("VOLKSWAGEN Bank", "b@vw.de"), True),
        (("Volkswagen", "a@vw.de"), ("Volkswagen", "a@vw.com"), False),
        (("Volkswagen", "a@vw.de"), ("Volvo", "a@vw.de"), False),
        (("Acme Tools", "a@gmail.com"), ("ACME Tools Ltd", "b@gmail.com"), True),
        (("Acme Tools", "a@gmail.com"), ("Acme Toolbox", "a@gmail.com"), False),
    ],
)
def test_a_question_is_what_its_answer_depends_on(
    one: tuple[str, str], other: tuple[str, str], same: bool
) -> None:
    assert (ask(*one).key == ask(*other).key) is same


def test_a_question_names_what_is_looked_up() -> None:
    asked = ask("The Acme Corporation", "j@eu.acme.co.uk")
    assert asked.cuts == {"the a", "acme"}
    assert (asked.domain, asked.label) == ("eu.acme.co.uk", "acme")
    assert (asked.shared, ask("Acme", "j@gmail.com").shared) == (False, True)


def test_an_organization_is_plain_data() -> None:
    assert isinstance(organization(), Organization)
    assert hash(organization()) == hash(organization())
