"""Why an organization is offered, in one sentence."""

from dataclasses import replace
from typing import NamedTuple

from matching.addresses import Relation
from matching.names import CUT, Keys
from matching.sentences import Sentence, sentence

ADMINISTERS = sentence("The administrator's address is a full admin of this organization.")
BELONGS = sentence("The administrator's address is already a user of this organization.")

# By the form of the name that agrees (as written, name key, core key, folded key): the whole of it,
# its start.
_NAME = (
    (
        sentence("Its name is “%(start)s”"),
        sentence("Its name begins with “%(start)s”"),
    ),
    (
        sentence("Apart from accents and punctuation its name is “%(start)s”"),
        sentence("Apart from accents and punctuation its name begins with “%(start)s”"),
    ),
    (
        sentence("Apart from article and legal form its name is “%(start)s”"),
        sentence("Apart from article and legal form its name begins with “%(start)s”"),
    ),
    (
        sentence("Apart from spaces, spelling and words such as Group its name is “%(start)s”"),
        sentence(
            "Apart from spaces, spelling and words such as Group its name begins with “%(start)s”"
        ),
    ),
)
_LATIN_NAME = (
    sentence("In Latin letters and without legal form its name is “%(start)s”"),
    sentence("In Latin letters and without legal form its name begins with “%(start)s”"),
)
_LABEL = sentence("The typed name and its own both stand for “%(start)s”, the name of the domain,")
_LABEL_ALONE = sentence(
    "The typed name or its own stands for “%(start)s”, the name of the domain, the other is in "
    "letters that cannot be compared"
)
_WRITTEN, _CORE, _FOLDED = 0, 2, 3


def name_and_domain(name: Sentence, users: Sentence) -> Sentence:
    """Both halves of the rule in one sentence."""
    return sentence("%(name)s and %(users)s.", name=name, users=users)


def parent_alone(count: int, domain: str, asked: str, relation: Relation) -> Sentence:
    """That some users are at a domain that the one asked for is part of."""
    return sentence("%(users)s.", users=users_at_relative(count, domain, asked, relation))


def domain_alone(count: int, domain: str) -> Sentence:
    """That some users are at the domain, whatever the organization is called."""
    return sentence(
        "%(users)s of its users is at %(domain)s.",
        "%(users)s of its users are at %(domain)s.",
        count,
        users=count,
        domain=domain,
    )


class Agreement(NamedTuple):
    """In which form two names agree, in what, and whether that is the whole of it."""

    form: int
    start: str
    whole: bool


def agreement(typed: Keys, found: Keys, *, whole_core: bool = False) -> Agreement | None:
    """The plainest form in which two names agree; None if they do not.

    `whole_core` is for a shared provider, where only a whole form counts.
    """
    for form in range(len(typed)):
        if whole_core and typed[form] != found[form]:
            continue
        if agreed := _agreement(typed, found, form):
            return Agreement(form, *agreed)
    return None


def name(agreed: Agreement, found: Keys, shown: str) -> Sentence:
    """How two names agree.

    A name that is the same as written, or but for its spelling, is quoted as the organization
    writes it: `shown`.
    """
    latin = agreed.form == _CORE and not found.name.isascii()
    words = (_LATIN_NAME if latin else _NAME[agreed.form])[0 if agreed.whole else 1]
    quoted = shown if agreed.whole and agreed.form in (_WRITTEN, _FOLDED) else agreed.start
    return replace(words, values=(("start", quoted),))


def by_label(label: str) -> Sentence:
    """That both names stand for the label of the domain, by a part of them or an abbreviation."""
    return replace(_LABEL, values=(("start", label),))


def by_label_alone(label: str) -> Sentence:
    """The same where one of the names is in letters that cannot be compared with the other's."""
    return replace(_LABEL_ALONE, values=(("start", label),))


def users_at(count: int, domain: str) -> Sentence:
    """How many users are at the very domain."""
    return sentence(
        "%(users)s of its users is at %(domain)s",
        "%(users)s of its users are at %(domain)s",
        count,
        users=count,
        domain=domain,
    )


def users_at_shared(count: int, domain: str) -> Sentence:
    """How many users are at a provider that says nothing about their company."""
    return sentence(
        "%(users)s of its users is at %(domain)s, a mail provider that many companies share",
        "%(users)s of its users are at %(domain)s, a mail provider that many companies share",
        count,
        users=count,
        domain=domain,
    )


def users_at_relative(count: int, domain: str, asked: str, relation: Relation) -> Sentence:
    """How many users are at a related domain, and how it is related."""
    if relation is Relation.REGISTRABLE:
        return sentence(
            "%(users)s of its users is at %(domain)s, which belongs together with %(asked)s",
            "%(users)s of its users are at %(domain)s, which belongs together with %(asked)s",
            count,
            users=count,
            domain=domain,
            asked=asked,
        )
    return sentence(
        "%(users)s of its users is at %(domain)s, the name of %(asked)s with another ending",
        "%(users)s of its users are at %(domain)s, the name of %(asked)s with another ending",
        count,
        users=count,
        domain=domain,
        asked=asked,
    )


def _agreement(typed: Keys, found: Keys, form: int) -> tuple[str, bool] | None:
    """What agrees once a form is looked at besides the plainer ones, and whether it is a whole."""
    pairs = [(typed[form], key) for key in found[: form + 1]]
    pairs += [(key, found[form]) for key in typed[:form]]
    for one, other in pairs:
        if one == other:
            return one, True
    for one, other in pairs:
        if one[:CUT] == other[:CUT]:
            return one[:CUT].strip(), False
    return None
