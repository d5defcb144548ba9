"""Which organizations an order may belong to: read the directory, apply the rules, page by page."""

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace
from datetime import date
from heapq import merge
from itertools import chain, zip_longest

from config import Settings
from matching import labels, ranking, rules
from matching.addresses import shared_domains
from matching.disclosure import Viewer, coarse
from matching.names import keys
from matching.rules import Candidate, Found, Organization, Question, Standing
from records import clock, lookup
from records.lookup import FoundRow, Near, OrganizationRow

Eyes = Callable[[Candidate], Viewer]
NEAREST = 20
PAGE = 5
KNOWN = 200  # organizations of one address that are looked at
CORE = 80  # characters of a core key that the index keeps
_READ = 50  # index rows at a time, past the nearest
_READS = 40


@dataclass(frozen=True, slots=True)
class Match:
    """The answer to one question: who the address is, and the nearest candidates in their order."""

    question: Question
    standing: Standing
    candidates: list[Candidate]
    continues: bool  # the index holds more of the plain rule's list
    taken_off: frozenset[int] = frozenset()  # whose administrators said that it is not theirs

    @property
    def ids(self) -> set[int]:
        return {candidate.organization.id for candidate in self.candidates}


def match(
    name: str,
    address: str,
    settings: Settings,
    *,
    purpose_kind: str | None = None,
    whole_domain: bool = False,
    parents: bool = True,
    own: bool = True,
    eyes: Eyes = lambda _candidate: Viewer.OPERATOR,
) -> Match:
    """Match a company name and a canonical administrator address against the directory.

    `whole_domain` adds the last tier: organizations at the domain whatever their name, and with
    `parents` at the domains that it is part of. `own`: who
    asks has proved to be the address, so that its unlisted organizations may be named. `eyes`: how
    exactly they see a candidate, on which its place depends.
    """
    question = rules.question(name, address, shared_domains())
    today = clock.today()
    known = lookup.organizations_of(address, KNOWN, own=own)
    administered = [row for row, is_admin in known if is_admin]
    if administered:
        found = [
            rules.by_standing(Standing.FULL_ADMIN, Organization(*row), today, question)
            for row in administered
        ]
        ordered = _ranked(found, purpose_kind, eyes)
        return Match(question, Standing.FULL_ADMIN, ordered, False)
    belongs = [
        rules.by_standing(Standing.USER, Organization(*row), today, question)
        for row, _is_admin in known
    ]
    exact, related = nearest(question)
    domains = rules.whole_domains(question) if whole_domain else []
    searched = domains if parents else domains[:1]
    others = [row for domain in searched for row in lookup.at_domain(domain, NEAREST)]
    rule = settings.shared_domain_rule
    at_domain = _whatever_name if others else rules.by_name_and_domain
    candidates = chain(
        belongs,
        (at_domain(question, _found(row), today, rule) for row in exact),
        (rules.by_name_and_domain(question, _found(row), today, rule) for row in related),
        (_whatever_name(question, _found(row), today, rule) for row in others),
    )
    first: dict[int, Candidate] = {}
    for candidate in candidates:
        if candidate is not None:
            first.setdefault(candidate.organization.id, candidate)
    standing = Standing.USER if belongs else Standing.UNKNOWN
    ordered = _ranked(list(first.values()), purpose_kind, eyes)
    return Match(question, standing, ordered, continues=len(exact) >= NEAREST)


def without(found: Match, taken_off: Set[int]) -> Match:
    """The match without some organizations; what one administers stays."""
    if not taken_off or found.standing is Standing.FULL_ADMIN:
        return found
    kept = [c for c in found.candidates if c.organization.id not in taken_off]
    return replace(found, candidates=kept, taken_off=frozenset(taken_off))


def _ranked(found: list[Candidate], kind: str | None, eyes: Eyes) -> list[Candidate]:
    """In the order that follows from what is seen of each."""
    today = clock.today()
    whole = {candidate.organization.id: candidate for candidate in found}
    seen = [c if eyes(c) is not Viewer.BANDS else coarse(c, today) for c in found]
    return [whole[candidate.organization.id] for candidate in ranking.ranked(seen, kind)]


def page(
    found: Match, settings: Settings, after: int | None = None, size: int = PAGE
) -> tuple[list[Candidate], int | None]:
    """The next candidates after an organization, and after which one more follow (None: no more).

    First the ranked ones, then the rest of the plain rule's list in the index's order, so that all
    of it can be reached and none of it is ever built whole.
    """
    ids = [candidate.organization.id for candidate in found.candidates]
    start = 0 if after is None else ids.index(after) + 1 if after in ids else len(ids)
    shown = found.candidates[start : start + size]
    more = start + size < len(ids)
    if not more and found.continues:
        beyond = None if after is None or after in ids else after
        rest = _beyond(found, settings, beyond, size - len(shown) + 1)
        room = size - len(shown)
        shown, more = shown + rest[:room], len(rest) > room
    return shown, shown[-1].organization.id if more and shown else None


def find(found: Match, organization_id: int, settings: Settings) -> Candidate | None:
    """The candidate that an organization is to this question, near or far; None when it is none."""
    for candidate in found.candidates:
        if candidate.organization.id == organization_id:
            return candidate
    row = lookup.listed_at(organization_id, found.question.domain)
    if row is None or organization_id in found.taken_off or found.standing is Standing.FULL_ADMIN:
        return None
    if not _cuts(found.question, row.organization) & found.question.cuts:
        return None
    return rules.by_name_and_domain(
        found.question, _found(row), clock.today(), settings.shared_domain_rule
    )


def _whatever_name(question: Question, found: Found, today: date, rule: str) -> Candidate | None:
    """One found by its domain alone may match by name as well, past the nearest."""
    return rules.by_name_and_domain(question, found, today, rule) or rules.by_domain(
        question, found, today
    )


def nearest(question: Question) -> tuple[list[FoundRow], list[FoundRow]]:
    """The NEAREST organizations at exactly the domain, by core key, and those at its relatives."""
    core = question.keys.core[:CORE]
    found = lookup.around(
        question.label,
        question.cuts,
        question.domain,
        core,
        NEAREST,
        relatives=not question.shared,
    )

    def distance(near: Near) -> int:
        return -_agreeing(near.core, core)

    exact = _first(merge(*around.exact, key=distance) for around in found)
    related = _first(chain(*around.relatives) for around in found)
    facts = lookup.facts([*exact, *related])
    at_domain = [row for row in facts if row.domain == question.domain]
    return at_domain, [row for row in facts if row.domain != question.domain]


def _first(by_cut: Iterable[Iterable[Near]]) -> list[tuple[str, int]]:
    """Places of the first NEAREST organizations that the cuts found, from each in turn."""
    places: dict[int, tuple[str, int]] = {}
    for near in chain.from_iterable(zip_longest(*by_cut)):
        if near:
            places.setdefault(near.organization_id, (near.domain, near.organization_id))
        if len(places) == NEAREST:
            break
    return list(places.values())


def _agreeing(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _beyond(found: Match, settings: Settings, after: int | None, size: int) -> list[Candidate]:
    """Candidates past the ranked ones; each comes under the first of its cut keys only."""
    question, seen = found.question, found.ids | found.taken_off
    start = lookup.by_id(after) if after is not None else None
    first_cut = _own_cut(question, start) if start else ""
    rest: list[Candidate] = []
    for cut in sorted(c for c in question.cuts if c >= first_cut):
        place = ("", 0)
        if start and cut == first_cut:
            place = (keys(start.name).core[:CORE], start.id)
        for _read in range(_READS):
            rows = lookup.following(question.label, cut, question.domain, place, _READ)
            for row in rows:
                organization = row.organization
                place = (keys(organization.name).core[:CORE], organization.id)
                if organization.id in seen or _own_cut(question, organization) != cut:
                    continue
                candidate = rules.by_name_and_domain(
                    question, _found(row), clock.today(), settings.shared_domain_rule
                )
                if candidate:
                    rest.append(candidate)
                if len(rest) == size:
                    return rest
            if len(rows) < _READ:
                break
    return rest


def _own_cut(question: Question, organization: OrganizationRow) -> str:
    return min(_cuts(question, organization) & question.cuts, default="")


def _cuts(question: Question, organization: OrganizationRow) -> frozenset[str]:
    return labels.cuts(organization.name, question.label)


def _found(row: FoundRow) -> Found:
    return Found(Organization(*row.organization), row.domain, row.users_there)
