"""Whether the organization is found, and among how many others: `python -m bench.quality`.

For each case the entries of one large directory that a method shows are compared with those that
are the company. Ours is asked as the organization step asks for a partner; what lies in groups that
are closed at first (weak, whole domain) is counted apart.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from app import create_app
from bench import cases, directories, peers
from bench.cases import Case, Entry
from bench.contest import Answer, Contest, Figures, Method, Results, beaten, total
from bench.scatter import drawn
from matching.rules import Tier
from provisioning import matches
from provisioning.directory import RULES
from records import clock
from records import directory as rows
from records.database import connection, db
from records.directory import OrganizationRow, UserRow
from records.migrate import migrate
from tests.support import postgresql

OURS, ALL = "ours", "all"
TITLE = "Companies found against unrelated organizations shown"
CLOSED = (Tier.WEAK, Tier.DOMAIN)
PICTURE = Path(__file__).parent / "results" / "quality.svg"

EXPLAINED = """\
Each case is a name as somebody types it, an administrator's address, and the entries of a directory
that are that company; the README of `tests/data` says where they come from. The directory holds the
entries of all cases and those of the demo, {entries:,} organizations. For every case the first five
entries that a method shows are looked at. Entries of other cases at a case's own domains are left
out, since no case says whether they are the company.

*found*: the company is among the five. *first*: it is the first of them. *others*: how many of the
five, on average, are not the company. Ours has groups that are closed until somebody opens them
(weak matches on a shared mail provider; whatever else has users on the domain, for partners and
for contacts of that very domain). They count in *found* and *first* in the order of the page;
*at once* is *found* without them, and their *others* stand apart, in brackets.

The other methods search only names with users on the asked domain or, where that serves them
better, on its relatives too. Each was tried in all its settings, and is shown in the one that ranks
most companies first: {settings}.
"""


def ours(entries: Sequence[Entry], settings: Any) -> Method:
    """The program itself, on a directory of these entries, each with a user at its domains."""
    made = clock.today()
    with db.atomic():
        rows.save_organizations(
            [
                OrganizationRow(f"e-{place}", entry.name, "customer", "direct", made)
                for place, entry in enumerate(entries)
            ],
            RULES,
        )
        ids = rows.ids_of(f"e-{place}" for place in range(len(entries)))
        people = [
            UserRow(ids[f"e-{place}"], f"somebody@{domain}")
            for place, entry in enumerate(entries)
            for domain in entry.domains
        ]
        rows.save_users(people, RULES, keep_approved=True)

    def ask(case: Case) -> Answer:
        found = matches.match(case.name, case.address, settings, whole_domain=True)
        shown = matches.page(found, settings, size=peers.MOST)[0]
        by_entry = {entries[int(c.organization.ref[2:])]: c.tier for c in shown}
        closed = frozenset(entry for entry, tier in by_entry.items() if tier in CLOSED)
        return Answer(list(by_entry), closed)

    return ask


def others(entries: Sequence[Entry], url: str) -> dict[str, dict[str, Method]]:
    """What people use instead, each by its settings."""
    near = peers.Near(entries)
    methods: dict[str, dict[str, Method]] = {
        "plain rule": {
            "exact domain": lambda case: Answer(
                peers.plain_rule(case.name, near.exact(case.domain))
            )
        }
    }
    for name, how, search in peers.searches(entries, url):
        for reach, where in ((near.exact, "exact domain"), (near.relatives, "related domains")):

            def ask(case: Case, search: peers.Search = search, reach: Any = reach) -> Answer:
                return Answer(search(case.name, reach(case.domain)))

            methods.setdefault(name, {})[f"{how}, {where}"] = ask
    return methods


def table(results: dict[str, Results]) -> Iterator[str]:
    """Markdown: a line for each kind, and one for all."""
    methods = list(results)
    yield "| kind | cases | ours at once | " + " | ".join(f"{name}" for name in methods) + " |"
    yield "|---|---:|---:|" + "---:|" * len(methods)
    kinds = list(results[OURS])
    for kind in [*kinds, ALL]:
        row = {n: total(by) if kind == ALL else by[kind] for n, by in results.items()}
        figures = row[OURS]
        cells = [kind, f"{figures.asked}", f"{figures.at_once / figures.cases:.1%}"]
        cells += [_cell(each) for each in row.values()]
        yield "| " + " | ".join(cells) + " |"


def _cell(figures: Figures) -> str:
    closed = figures.others_closed / figures.asked
    beside = f" (+{closed:.2f})" if closed else ""
    first = figures.first / figures.cases
    return f"{figures.recall:.1%} / {first:.1%} / {figures.unrelated:.2f}{beside}"


def main() -> None:
    """Print the tables of both sets, and draw the picture."""
    sets = {name: cases.read(filename) for name, filename in cases.SETS.items()}
    everything = [case for asked in sets.values() for case in asked]
    entries = cases.directory(everything)
    server = directories.server()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            {"DATABASE_URL": f"sqlite:///{folder}/homeport.db", "INSTANCE_DIR": folder}
            | {"SECRET_KEY": "a secret for measuring only"}
        )
        try:
            url = postgresql.create_database(server.start().url, "quality")
            with connection():
                migrate()
                methods = {OURS: {"": ours(entries, app.config["SETTINGS"])}}
                contest = Contest(everything, entries, methods | others(entries, url))
                report(contest, sets, len(entries))
        finally:
            server.stop()


def report(contest: Contest, sets: dict[str, list[Case]], size: int) -> None:
    _results, points, chosen = contest.compared([case for asked in sets.values() for case in asked])
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawn(points, TITLE))
    print(EXPLAINED.format(entries=size, settings=chosen))
    print(f"![{TITLE}](quality.svg)\n")
    for name, asked in sets.items():
        results = contest.compared(asked)[0]
        print(f"## The cases that were {name}\n\nEach cell: found / first / others.\n")
        print("\n".join(table(results)))
        worse = beaten(results, OURS)
        print(f"\nAnother method does better in: {', '.join(worse) if worse else 'no kind'}.\n")


if __name__ == "__main__":
    main()
