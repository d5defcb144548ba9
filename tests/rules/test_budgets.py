"""What a look at the directory costs an order."""

import pytest

from matching import budgets
from matching.rules import Candidate, Question, Standing, by_domain, by_name_and_domain, by_standing
from matching.rules import question as question_of
from tests.rules.directory import TODAY, found, organization

SHARED = frozenset({"gmail.com"})
OWN, COLLEAGUE, GMAIL = "nora@acme.com", "alice@acme.com", "nora@gmail.com"


def ask(address: str, name: str = "Acme Works") -> Question:
    return question_of(name, address, SHARED)


def plain(question: Question) -> Candidate:
    """Same name, same domain."""
    candidate = by_name_and_domain(question, found("Acme GmbH", question.domain, id=1), TODAY)
    assert candidate
    return candidate


def related(question: Question) -> Candidate:
    candidate = by_name_and_domain(question, found("Acme GmbH", "acme.de", id=2), TODAY)
    assert candidate
    return candidate


def other_name(question: Question) -> Candidate:
    return by_domain(question, found("Zenith", question.domain, id=3), TODAY)


def belongs(question: Question, name: str = "Zenith") -> Candidate:
    return by_standing(Standing.USER, organization(name, id=4), TODAY, question)


def administers(question: Question, name: str = "Zenith") -> Candidate:
    return by_standing(Standing.FULL_ADMIN, organization(name, id=5), TODAY, question)


@pytest.mark.parametrize(
    ("asked", "proven", "is_limited", "address"),
    [
        (OWN, OWN, False, None),
        (COLLEAGUE, OWN, False, COLLEAGUE),  # what a colleague administers is not for guessing
        (OWN, None, True, OWN),  # a session that no mailbox proved
        (COLLEAGUE, "nora@other.com", True, COLLEAGUE),
        (COLLEAGUE, "nora@eu.acme.com", True, COLLEAGUE),  # the whole domain, or none
        (GMAIL, GMAIL, True, None),  # people of many companies share it
        ("sam@gmail.com", GMAIL, True, "sam@gmail.com"),
    ],
)
def test_a_question_counts_but_for_ones_own_domain_and_an_address_but_for_ones_own(
    asked: str, proven: str | None, is_limited: bool, address: str | None
) -> None:
    price = budgets.price(ask(asked), [], proven)
    assert (price.is_limited, price.address, price.organizations) == (is_limited, address, [])


@pytest.mark.parametrize(
    ("asked", "proven", "counted"),
    [
        (OWN, OWN, [2, 3]),  # the plain rule's list and one's own organizations are free
        (COLLEAGUE, OWN, [2, 3, 4, 5]),
        (OWN, None, [1, 2, 3, 4, 5]),
        (COLLEAGUE, "nora@other.com", [1, 2, 3, 4, 5]),
        (GMAIL, "sam@gmail.com", [1, 3, 4, 5]),
        (GMAIL, GMAIL, [1, 3]),
    ],
)
def test_organizations_count_but_for_the_plain_rules_list_on_ones_own_domain(
    asked: str, proven: str | None, counted: list[int]
) -> None:
    question = ask(asked)
    shown = [plain(question), other_name(question), belongs(question), administers(question)]
    if not question.shared:
        shown.insert(1, related(question))
    assert budgets.price(question, shown, proven).organizations == counted


@pytest.mark.parametrize("lead", [belongs, administers])
def test_a_colleagues_organization_is_free_where_the_plain_rule_offers_it_too(lead) -> None:
    question = ask(COLLEAGUE)
    shown = [lead(question, "Acme Labs"), lead(question, "Zenith")]
    assert budgets.price(question, shown[:1], OWN).organizations == []
    assert len(budgets.price(question, shown[1:], OWN).organizations) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Acme Works", OWN), ("acme  works!", COLLEAGUE), True),
        (("Acme Wombats", OWN), ("Acme Wonders", OWN), True),  # the same five characters
        (("Acme Works", OWN), ("Acne Works", OWN), False),
        (("Acme Works", OWN), ("Acme Works", "nora@acme.de"), False),
        (("Acme Works", GMAIL), ("Acme Works Ltd", "sam@gmail.com"), True),
        (("Acme Works", GMAIL), ("Acme Wonders", GMAIL), False),  # there the whole core key
    ],
)
def test_a_question_is_what_the_answer_depends_on(
    one: tuple[str, str], other: tuple[str, str], same: bool
) -> None:
    first, second = (
        budgets.price(ask(address, name), [], None).question for name, address in (one, other)
    )
    assert (first == second) is same
    assert len(first) == 64
