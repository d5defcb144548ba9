"""Why an organization is offered for a name and an address, or why it is not."""

from dataclasses import dataclass

from config import Settings
from matching import explaining
from matching.rules import Candidate, Standing, Tier
from matching.sentences import Refused, Sentence, sentence
from provisioning import matches
from provisioning.directory_files import short
from provisioning.matches import Match
from records import directory, lookup
from records.lookup import OrganizationRow

_CLOSED = {
    Tier.WEAK: sentence(
        "It stands in a group that is closed at first: where many companies share a mail provider, "
        "only a name that is the same as a whole counts as a match."
    ),
    Tier.DOMAIN: sentence(
        "Its name does not agree, so only partners see it, and contacts whose own proven address "
        "is at the domain; it stands in a group that is closed at first."
    ),
}
_DOMAINS = 100  # of one organization that are looked at


@dataclass(frozen=True, slots=True)
class Explanation:
    """`place`: where in the list it is offered, from 1; None where it is not, or far down."""

    organization: OrganizationRow
    candidate: Candidate | None
    place: int | None
    sentences: tuple[Sentence, ...]


def explain(name: str, address: str, ref: str, settings: Settings) -> Explanation:
    """What a partner would see of one organization, and why; Refused when nobody has the ref."""
    number = directory.ids_of([ref]).get(ref)
    organization = lookup.by_id(number) if number else None
    if organization is None:
        raise Refused(sentence("There is no organization %(ref)s.", ref=short(ref)))
    found = matches.match(name, address, settings, whole_domain=True)
    candidate = matches.find(found, organization.id, settings)
    ids = [each.organization.id for each in found.candidates]
    if candidate is None:
        return Explanation(organization, None, None, tuple(_against(found, organization)))
    place = ids.index(organization.id) + 1 if organization.id in ids else None
    words = [*candidate.evidence]
    if candidate.tier in _CLOSED:
        words.append(_CLOSED[candidate.tier])
    if place is None:
        words.append(explaining.beyond(len(ids)))
    return Explanation(organization, candidate, place, tuple(words))


def _against(found: Match, organization: OrganizationRow) -> list[Sentence]:
    if found.standing is Standing.FULL_ADMIN:
        return [explaining.administers_others(len(found.candidates))]
    if lookup.any_unlisted([organization.id]):
        return [explaining.UNLISTED]
    question = found.question
    domains = lookup.domains_of(organization.id, _DOMAINS)
    words = [*explaining.apart(question, organization.name, domains)]
    if question.domain in domains and not question.shared:
        words.append(explaining.not_looked_at(matches.NEAREST))
    elif agreement := explaining.name_agrees(question, organization.name):
        words.append(agreement)
    return words
