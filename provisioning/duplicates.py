"""Organizations that may be one and the same: what the matcher finds for the name of one."""

from config import Settings
from matching import ranking
from matching.rules import Candidate, Tier
from provisioning import matches
from records import lookup
from records.lookup import OrganizationRow

DOMAINS = 5  # of its users, those with most of them
MOST = 10
# Of the weaker tiers most are strangers.
TIERS = (Tier.NAME_AND_DOMAIN, Tier.RELATED_DOMAIN)


def likely(organization: OrganizationRow, settings: Settings) -> list[Candidate]:
    """What would be offered if its own name was typed with an address at each of its domains."""
    first: dict[int, Candidate] = {}
    for domain in lookup.domains_of(organization.id, DOMAINS):
        # An address that nobody has: whoever is a user somewhere would lead there.
        for candidate in matches.match(organization.name, f"@{domain}", settings).candidates:
            number = candidate.organization.id
            if number != organization.id and candidate.tier in TIERS:
                known = first.setdefault(number, candidate)
                if candidate.tier.rank < known.tier.rank:
                    first[number] = candidate
    return ranking.ranked(first.values(), organization.kind)[:MOST]
