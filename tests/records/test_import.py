"""The directory's import: files of any sort, refused rows, interruptions."""

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from matching.sentences import Refused
from provisioning import directory_import, directory_rows
from provisioning.directory_files import LONGEST_LINE
from provisioning.directory_import import Counts, import_directory
from records import directory
from records.tables import Organization, Subscription, User
from tests.records.recount import assert_exact, kept

pytestmark = pytest.mark.usefixtures("empty_database")
ROOT = Path(__file__).parent.parent.parent
ORGANIZATIONS = "ref,name,kind,origin,created_on,last_active_on,unlisted,managed_by\n"
ACME = "acme,The Acme Corporation,customer,direct,2020-03-01,2026-01-02,0,\n"
USERS = "organization_ref,email,full_admin,name\n"
SUBSCRIPTIONS = "organization_ref,number,product,quantity,status,starts_on,ends_on\n"


class Import:
    """Files in a folder of their own, and what became of their rows."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.refused_file = folder, folder / "refused.csv"
        self.counts: dict[str, Counts] = {}

    def __call__(self, suffix: str = "csv", **contents: str | bytes) -> dict[str, Counts]:
        paths: dict[str, Path] = {}
        for kind, content in contents.items():
            path = paths[kind] = self.folder / f"{kind}.{suffix}"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.counts = import_directory(
            paths.get("organizations"),
            paths.get("users"),
            paths.get("subscriptions"),
            self.refused_file,
        )
        return self.counts

    @property
    def refused(self) -> list[tuple[str, int, str]]:
        if not self.refused_file.exists():
            return []
        with open(self.refused_file, newline="") as file:
            return [(r["file"], int(r["line"]), r["reason"]) for r in csv.DictReader(file)]


@pytest.fixture
def bring_in(tmp_path) -> Import:
    return Import(tmp_path)


def test_the_three_files_fill_the_directory(bring_in):
    counts = bring_in(
        organizations="\ufeff" + ORGANIZATIONS + ACME,
        users=USERS + "acme,Ann@ACME.com,1,Ann\nacme,bob@acme.com,0,\n",
        subscriptions=SUBSCRIPTIONS + "acme,S-1,Meetings,25,active,2025-01-01,\n",
    )
    assert counts == {
        "organizations": Counts(1, 1, 0, 0, 0),
        "users": Counts(2, 2, 0, 0, 0),
        "subscriptions": Counts(1, 1, 0, 0, 0),
    }
    stored = Organization.get()
    assert (stored.users, stored.admins, stored.active_subscriptions) == (2, 1, 1)
    assert {user.email for user in User} == {"ann@acme.com", "bob@acme.com"}
    assert bring_in.refused == []
    assert_exact()


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_json_lines_are_told_by_their_content_too(bring_in, suffix):
    organization = {
        "ref": "acme",
        "name": "Łódź AG",
        "kind": "customer",
        "origin": "trial",
        "created_on": "2020-03-01",
        "unlisted": True,
        "managed_by": None,
    }
    subscription = {
        "organization_ref": "acme",
        "number": 17,
        "product": "Meetings",
        "quantity": 5,
        "status": "active",
    }
    counts = bring_in(
        suffix,
        organizations=json.dumps(organization) + "\n\n",
        subscriptions=json.dumps(subscription),
    )
    assert (counts["organizations"].added, counts["subscriptions"].added) == (1, 1)
    assert (Organization.get().name, Organization.get().unlisted) == ("Łódź AG", True)
    assert (Subscription.get().number, Subscription.get().quantity) == ("17", 5)


def test_an_import_may_be_run_again(bring_in):
    files = {
        "organizations": ORGANIZATIONS + ACME,
        "users": USERS + "acme,a@acme.com,1,\n",
        "subscriptions": SUBSCRIPTIONS + "acme,S-1,Meetings,25,active,2025-01-01,\n",
    }
    bring_in(**files)
    before = kept()
    counts = bring_in(**files)
    assert all(count == Counts(1, 0, 0, 1, 0) for count in counts.values())
    assert kept() == before


REFUSED_ORGANIZATIONS = [
    (b"x,,customer,direct,2020-01-01,,,", "company name is missing"),
    (b",Acme,customer,direct,2020-01-01,,,", "ref is missing"),
    (b"x,Acme,client,direct,2020-01-01,,,", "kind takes customer or partner, not “client”."),
    (b"x,Acme,customer,shop,2020-01-01,,,", "origin takes"),
    (b"x,Acme,customer,direct,01.02.2020,,,", "created_on takes a date"),
    (b"x,Acme,customer,direct,20200101,,,", "created_on takes a date"),
    (b"x,Acme,customer,direct,2020-02-30,,,", "created_on takes a date"),
    (b"x,Acme,customer,direct,,,,", "created_on takes a date"),
    (b"x,Acme,customer,direct,2020-01-01,soon,,", "last_active_on takes a date"),
    (b"x,Acme,customer,direct,2020-01-01,,yes,", "unlisted takes 0 or 1"),
    (b"x,A\0cme,customer,direct,2020-01-01,,,", "control character"),
    (b"x\0,Acme,customer,direct,2020-01-01,,,", "control character"),
    (b"x,Acme \xff,customer,direct,2020-01-01,,,", "not UTF-8"),
    (b"x,Acme,customer", "The line has 3 fields, the first line of the file 8."),
    (b'x,"Acme,customer,direct,2020-01-01,,,', "quotation marks"),
    (b"x," + b"n" * 301 + b",customer,direct,2020-01-01,,,", "301 characters"),
    (b"r" * 101 + b",Acme,customer,direct,2020-01-01,,,", "ref is longer than 100"),
    (b"x," + b"y" * 10_000_000, f"longer than {LONGEST_LINE:,} bytes"),
    (b"x,Acme,customer,direct,2020-01-01,,,nobody", "no organization nobody to manage"),
]


@pytest.mark.parametrize(("line", "reason"), REFUSED_ORGANIZATIONS)
def test_a_refused_organization_is_listed_and_stops_no_other(bring_in, line, reason):
    bring_in(organizations=ORGANIZATIONS.encode() + line + b"\n" + ACME.encode())
    ((file, number, why),) = bring_in.refused
    assert (file, number) == ("organizations.csv", 2)
    assert reason in why
    assert bring_in.counts["organizations"].refused == 1
    assert Organization.get_or_none(Organization.ref == "acme")


REFUSED_USERS = [
    ("nobody,a@acme.com,1,", "no organization with the ref “nobody”"),
    ("acme,a@acme,1,", "has no dot"),
    ("acme,\u212aen@acme.com,1,", "is not the letter or sign"),
    ("acme,a@acme.com,true,", "full_admin takes 0 or 1"),
    ("acme,,1,", "address is missing"),
    ("acme,a@acme.com,1,A\u202enn", "control character"),
]


@pytest.mark.parametrize(("line", "reason"), REFUSED_USERS)
def test_a_refused_user_is_listed_and_stops_no_other(bring_in, line, reason):
    bring_in(organizations=ORGANIZATIONS + ACME, users=f"{USERS}{line}\nacme,good@acme.com,0,\n")
    ((_file, number, why),) = bring_in.refused
    assert number == 2
    assert reason in why
    assert [user.email for user in User] == ["good@acme.com"]


REFUSED_SUBSCRIPTIONS = [
    ('{"organization_ref": "acme", "number": "S", "product": "M", "quantity": 9223372036854775808,'
     ' "status": "active"}', "quantity takes a whole number"),
    ('{"organization_ref": "acme", "number": "S", "product": "M", "quantity": -1,'
     ' "status": "active"}', "quantity takes a whole number"),
    ('{"organization_ref": "acme", "number": "S", "product": "M", "quantity": 1.5,'
     ' "status": "active"}', "quantity takes a text or a whole number"),
    ('{"organization_ref": "acme", "number": "S\\ud800", "product": "M", "quantity": 1,'
     ' "status": "active"}', "control character"),
    ('{"organization_ref": "acme", "number": "S", "product": "M", "quantity": 1,'
     ' "status": "paused"}', "status takes"),
    ('{"organization_ref": "acme", "number": "S", "product": "M", "quantity": 1,'
     ' "status": "active", "starts_on": "2026-02-01", "ends_on": "2026-01-01"}', "ends before"),
    ("[1]", "not a JSON object"),
    ("{", "not JSON"),
    ("[" * 60_000, "not JSON"),
    ('{"number": ' + "9" * 5_000 + "}", "not JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "reason"), REFUSED_SUBSCRIPTIONS)
def test_a_refused_subscription_is_listed_and_stops_no_other(bring_in, line, reason):
    good = {"organization_ref": "acme", "number": "T", "product": "M", "quantity": "3"}
    bring_in(organizations=ORGANIZATIONS + ACME)
    bring_in("jsonl", subscriptions=f"{json.dumps(good | {'status': 'active'})}\n{line}\n")
    ((file, number, why),) = bring_in.refused
    assert (file, number) == ("subscriptions.jsonl", 2)
    assert reason in why
    assert [row.number for row in Subscription] == ["T"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"ref;name;kind\n", "organizations.csv lacks ref, name, kind, origin, created_on"),
        (b"", "lacks ref"),
        ((ORGANIZATIONS + ACME).encode("utf-16"), "UTF-16"),
        (b"ref,name,kind,origin,created_on,ref\n", "a column twice"),
        (b'[{"ref": 1}]', "JSON array"),
        (b"ref,\xff\n", "no CSV header"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_before_anything_is_stored(bring_in, content, reason):
    with pytest.raises(Refused, match=reason):
        bring_in(organizations=content, users=USERS)
    with pytest.raises(Refused, match=reason):
        bring_in(users=USERS, organizations=content)
    assert Organization.select().count() == 0


def test_of_rows_with_one_key_the_last_wins_within_a_batch_and_beyond(bring_in, monkeypatch):
    monkeypatch.setattr(directory_import, "BATCH", 2)
    rows = "".join(
        f"acme,Acme {n},customer,direct,2020-03-01,,,{'late' if n == 1 else ''}\n" for n in range(5)
    )
    late = "late,Late Partner,partner,direct,2020-03-01,,,\n"
    counts = bring_in(organizations=ORGANIZATIONS + rows + late)
    acme = Organization.get(Organization.ref == "acme")
    assert (acme.name, acme.managed_by) == ("Acme 4", None)
    assert counts["organizations"].read == 6
    assert counts["organizations"].refused == 0


def test_a_manager_may_stand_further_down_in_the_file(bring_in, monkeypatch):
    monkeypatch.setattr(directory_import, "BATCH", 2)
    rows = [f"c{n},Customer {n},customer,direct,2020-03-01,,,p\n" for n in range(5)]
    partner = "p,Partner,partner,direct,2020-03-01,,,\n"
    counts = bring_in(organizations=ORGANIZATIONS + "".join(rows) + partner)
    managed = {row.ref for row in Organization if row.managed_by and row.managed_by.ref == "p"}
    assert managed == {f"c{n}" for n in range(5)}
    assert counts["organizations"] == Counts(6, 6, 0, 0, 0)


def test_an_import_keeps_administrators_approved_here(bring_in):
    bring_in(organizations=ORGANIZATIONS + ACME, users=USERS + "acme,a@acme.com,0,\n")
    User.update(full_admin=True, approved_here=True).execute()
    Organization.update(admins=1).execute()
    bring_in(users=USERS + "acme,a@acme.com,0,\n")
    assert User.get().full_admin
    assert_exact()


def test_what_waits_for_the_directory_is_called_once_everything_is_in(tmp_path):
    calls: list[object] = []
    file = tmp_path / "o.csv"
    file.write_text(ORGANIZATIONS + ACME)
    import_directory(
        file,
        None,
        None,
        tmp_path / "refused.csv",
        progress=lambda length, rows: calls.append((length, rows)),
        after=lambda: calls.append(Organization.select().count()),
    )
    assert calls == [(len(ACME), 1), 1]


def test_an_import_broken_in_the_middle_of_a_batch_is_completed_by_the_next(bring_in, monkeypatch):
    monkeypatch.setattr(directory_import, "BATCH", 10)
    files = many()
    whole = directory.save_users
    batches = iter([1, 1, 0])

    def broken(*arguments, **named):
        saved = whole(*arguments, **named)
        assert next(batches), "the power is gone"
        return saved

    monkeypatch.setattr(directory, "save_users", broken)
    with pytest.raises(AssertionError, match="power"):
        bring_in(**files)
    assert User.select().count() == 20
    assert_exact()
    monkeypatch.setattr(directory, "save_users", whole)
    counts = bring_in(**files)
    assert (counts["users"].added, counts["users"].unchanged) == (80, 20)
    assert_exact()


def test_a_killed_import_leaves_exact_counts_and_is_completed_by_the_next(
    bring_in, tmp_path, empty_database
):
    files = many(users=60_000, organizations=500)
    for kind, content in files.items():
        (tmp_path / f"{kind}.csv").write_text(content)
    program = (
        "import sys; from pathlib import Path; from records.database import connect_to, db;"
        "from provisioning.directory_import import import_directory; connect_to(sys.argv[1]);"
        "folder = Path(sys.argv[2]); db.connect();"
        "import_directory(folder / 'organizations.csv', folder / 'users.csv',"
        " folder / 'subscriptions.csv', folder / 'refused.csv')"
    )
    command = [sys.executable, "-c", program, empty_database, str(tmp_path)]
    child = subprocess.Popen(command, cwd=ROOT)
    until = time.monotonic() + 30
    while User.select().count() < 4_000 and time.monotonic() < until:
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    wait_until_quiet()
    assert 4_000 <= User.select().count() < 60_000
    assert_exact()
    counts = bring_in(**files)
    assert counts["users"].added + counts["users"].unchanged == 60_000
    assert counts["users"].unchanged >= 4_000
    assert_exact()


def wait_until_quiet() -> None:
    """PostgreSQL learns of a killed client a moment later."""
    before = -1
    while before != (before := User.select().count()):
        time.sleep(0.3)


def many(users: int = 100, organizations: int = 10) -> dict[str, str]:
    """Good files; each organization has users at two domains."""
    rows = [f"o{n},Company {n} GmbH,customer,direct,2020-03-01,,,\n" for n in range(organizations)]
    people = [
        f"o{n % organizations},u{n}@{'eu.' * (n % 2)}c{n % organizations}.com,{int(n % 7 == 0)},\n"
        for n in range(users)
    ]
    sold = [f"o{n},S-{n},Meetings,5,active,,\n" for n in range(organizations)]
    return {
        "organizations": ORGANIZATIONS + "".join(rows),
        "users": USERS + "".join(people),
        "subscriptions": SUBSCRIPTIONS + "".join(sold),
    }


def test_what_a_file_needs_is_what_the_interface_says():
    assert {kind.name: kind.columns for kind in KINDS} == {
        "organizations": ("ref", "name", "kind", "origin", "created_on"),
        "users": ("organization_ref", "email", "full_admin"),
        "subscriptions": ("organization_ref", "number", "product", "quantity", "status"),
    }


KINDS = (directory_rows.ORGANIZATIONS, directory_rows.USERS, directory_rows.SUBSCRIPTIONS)
