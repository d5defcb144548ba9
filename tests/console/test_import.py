"""The directory's files, uploaded in the console: looked at, tried, brought in."""

import csv
import errno
import io
import json
import os
from datetime import date, timedelta
from threading import Event, Thread
from typing import Any

import pytest
import time_machine

import commands.uploads
from commands import processes
from matching.sentences import Refused
from provisioning import directory_import, due, upload_files, upload_runs, uploads
from provisioning.directory_import import Counts, import_directory
from records import clock
from records import uploads as rows
from records.database import Unavailable
from records.tables import Audit, Organization, Upload, User
from tests.console.uploading import (
    ACME,
    ORGANIZATIONS,
    PEOPLE,
    USERS,
    bring_in,
    folders,
    send,
    sent,
)
from tests.records.recount import assert_exact
from tests.support import stored
from tests.support.cast import OLGA, acme, organization
from tests.support.page_client import PageClient

# What a directory looks like in earnest: twice the same, changed, moved, unknown, not readable.
MESSY: dict[str, Any] = {
    "organizations": ORGANIZATIONS
    + "acme,Acme GmbH & Co. KG,customer,direct,2020-03-01,,,\n"  # changed
    + "child,Child,customer,direct,2020-03-01,,,late\n"  # its manager stands further down
    + "orphan,Orphan,customer,direct,2020-03-01,,,nowhere\n"
    + "under,Under,customer,direct,2020-03-01,,,volta\n"
    + "orphan,Orphan,customer,direct,2020-03-01,,,nowhere\n"
    + "freed,Freed,customer,direct,2020-03-01,,,\n"  # from a manager who is in no file
    + "volta,Volta Partners,partner,partner,2020-03-01,,,\n"
    + "child,Child again,customer,direct,2020-03-01,,,late\n"
    + "=cmd(),Formula,=2+5,direct,2020-03-01,,,\n"
    + "broken\n"
    + "late,Late Partner,partner,direct,2020-03-01,,,\n"
    + "other,Other,customer,direct,2020-03-01,,1,\n",
    "users": USERS
    + "acme,alice@acme.com,0,Alice\n"
    + "acme,new@acme.com,1,New\n"
    + "child,new@acme.com,1,New\n"
    + "acme,new@acme.com,0,New\n"
    + "nobody,x@acme.com,0,\n"
    + "child,new@acme.com,1,Newer\n"
    + "volta,pia@volta.example,1,\n"
    + "acme,bob@acme.com,0,\n"
    + "late,l@late.com,1,\n",
    "subscriptions": "organization_ref,number,product,quantity,status\n"
    + "acme,S-1,Meetings,5,active\n"
    + "child,S-1,Meetings,5,active\n"
    + "child,S-1,Meetings,5,active\n"
    + "late,S-2,Calls,many,active\n"
    + "late,acme-0,Calls,1,active\n"
    + "nobody,S-3,Calls,1,active\n",
}


def counted(page):
    """The table of counts: kind -> read, added, changed, unchanged, refused."""
    table = {}
    for row in page.select("main table")[0].select("tbody tr"):
        head, *cells = (cell.get_text(strip=True) for cell in row.select("th, td"))
        table[head.lower()] = Counts(*map(int, cells))
    return table


def refused_in(page):
    answer = page.client.http.get(
        page.path.partition("?")[0] + "/refused.csv", base_url=page.client.base_url
    )
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_files_are_looked_at_tried_and_brought_in(stage, operator):
    page = send(operator, organizations=ORGANIZATIONS + ACME, users=PEOPLE)
    assert page.heading.startswith("Import ")
    for said in ("The Acme Corporation", "ann@acme.com", "looked at", "organizations.csv", "good"):
        assert said in page, said
    assert not Organization.select().exists()
    page = page.form("form[action$=dry-run]").submit()
    assert "It begins in a moment." in page
    assert page.headers["Refresh"] == "5"
    assert "Refresh" not in page.follow("Stop that").headers
    assert bring_in(stage) == 1
    page = page.reload()
    assert "dry run done" in page
    assert "Refresh" not in page.headers
    tried = counted(page)
    assert tried == {"organizations": Counts(1, 1), "users": Counts(2, 2)}
    assert not Organization.select().exists()
    page = operator.get(f"{page.path}/run")
    page = page.form("main form").submit(status=422)
    assert "Say why" in page
    page = page.form("main form").fill(why="The yearly file.").submit()
    assert bring_in(stage) == 1
    page = page.reload()
    assert "done" in page
    assert counted(page) == tried
    assert (Organization.get().users, Organization.get().admins) == (2, 1)
    assert_exact()
    assert list(folders(stage)) == []  # nothing was refused, and what was sent is gone
    listed = operator.get("/console/import")
    assert page.heading in listed
    assert OLGA in listed
    what = [(row.what, row.why) for row in Audit.select().where(Audit.kind == "import")]
    assert ("uploaded", "") in what
    assert ("dry run asked for", "") in what
    assert ("import asked for", "The yearly file.") in what


@pytest.fixture
def world():
    acme()
    organization("volta", "Volta", kind="partner", origin="partner")
    organization("boss", "Boss", kind="partner", origin="partner")
    for ref, manager in (("under", "volta"), ("freed", "boss")):
        organization(ref, ref.title(), created_on=date(2020, 3, 1), origin="direct")
        who = Organization.get(Organization.ref == manager)
        Organization.update(managed_by=who.id).where(Organization.ref == ref).execute()
    User.update(approved_here=True).where(User.email == "alice@acme.com").execute()


@pytest.mark.parametrize("batch", [2, 3, 2_000])
def test_a_dry_run_counts_what_the_import_does_and_changes_nothing(
    stage, operator, world, monkeypatch, batch
):
    monkeypatch.setattr(directory_import, "BATCH", batch)
    page = send(operator, **MESSY)
    before = stored.but_for(stored.dump(), "Upload", "Audit")
    page = page.form("form[action$=dry-run]").submit()
    assert bring_in(stage) == 1
    assert stored.but_for(stored.dump(), "Upload", "Audit") == before
    page = page.reload()
    tried, refused = counted(page), refused_in(page)
    assert set(tried) == {"organizations", "users", "subscriptions"}
    assert all(count.refused for count in tried.values())
    assert tried["organizations"].changed
    page = operator.get(f"{page.path}/run").form("main form").fill(why="because").submit()
    assert bring_in(stage) == 1
    page = page.reload()
    assert counted(page) == tried
    assert refused_in(page) == refused
    assert stored.but_for(stored.dump(), "Upload", "Audit") != before
    assert_exact()
    # Once more all of it is known; the same holds for that.
    page = send(operator, **MESSY).form("form[action$=dry-run]").submit()
    bring_in(stage)
    again = counted(page.reload())
    assert again["organizations"].added == 0
    operator.get(f"{page.path}/run").form("main form").fill(why="because").submit()
    bring_in(stage)
    assert counted(page.reload()) == again


def test_refused_rows_are_a_file_that_no_spreadsheet_works_out(stage, operator):
    hostile = ORGANIZATIONS + '"=HYPERLINK(""x"")",A,=1+1,direct,2020-01-01,,,\n@x,,+1,-1,,,,\n'
    page = send(operator, organizations=hostile)
    assert "=HYPERLINK(" in page  # as data
    operator.get(f"{page.path}/run").form("main form").fill(why="because").submit()
    bring_in(stage)
    found = refused_in(page.reload())
    assert [row["line"] for row in found] == ["2", "3"]
    for row in found:
        assert row["reason"]
        assert not any(cell.lstrip().startswith(tuple("=+-@|%")) for cell in row.values())
    assert [path.name for path in next(folders(stage)).iterdir()] == ["refused.csv"]
    Upload.update(ended_at=clock.now() - timedelta(days=31)).execute()
    uploads.forget(stage.settings)
    assert list(folders(stage)) == []
    operator.get(f"{page.path}/refused.csv", status=404)
    assert "refused rows" not in operator.get(page.path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty."),
        (b"ref,name\nx,y\n", "lacks kind, origin, created_on"),
        ((ORGANIZATIONS + ACME).encode("utf-16"), "is UTF-16 text. Save it as UTF-8."),
        (ORGANIZATIONS.encode().replace(b"ref", b"r\xe9f"), "no CSV header in UTF-8"),
        (b'[{"ref": "x"}]', "is a JSON array"),
        (b"PK\x03\x04" + b"\x00\xff" * 100, "no CSV header"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_its_field(stage, operator, content, says):
    page = send(operator, 422, organizations=content, users=PEOPLE)
    assert says in page
    assert page.one("#organizations")["aria-invalid"] == "true"
    assert not Upload.select().exists()
    assert list(folders(stage)) == []
    assert send(operator, organizations=ORGANIZATIONS + ACME).path.startswith("/console/import/")


def test_no_file_is_asked_for_one(stage, operator):
    assert "Choose at least one file:" in send(operator, 422)
    assert list(folders(stage)) == []


def test_lines_of_another_encoding_are_shown_and_refused(stage, operator):
    line = "x,M\u00fcller,customer,direct,2020-01-01,,,\n".encode("latin-1")
    page = send(operator, organizations=(ORGANIZATIONS + ACME).encode() + line)
    assert "Line 3 is not UTF-8 text: save the file as UTF-8" in page
    assert "The line is not UTF-8 text." in page
    page = page.form("form[action$=dry-run]").submit()
    bring_in(stage)
    assert counted(page.reload())["organizations"] == Counts(2, 1, 0, 0, 1)


def test_json_lines_and_columns_that_are_not_read(stage, operator):
    given = {"ref": "a", "name": "A", "kind": "customer", "origin": "trial", "shoe": "44",
             "created_on": "2020-03-01"}  # fmt: skip
    page = send(operator, organizations=json.dumps(given))
    assert "These columns are not read: shoe" in page
    assert Upload.get().rows == 1


def test_only_the_first_rows_are_shown(stage, operator):
    many = "".join(f"o{n},Company {n},customer,direct,2020-03-01,,,\n" for n in range(50))
    page = send(operator, organizations=ORGANIZATIONS + many)
    assert len(page.select("tbody tr")) == 20
    assert Upload.get().rows == 50


def test_hostile_text_is_data(stage, operator):
    hostile = "<script>alert(1)</script>{{7*7}}\u202e\u0085"
    page = send(
        operator,
        organizations=f"{ORGANIZATIONS}x,{hostile},customer,direct,2020-01-01,,,\n{hostile}\n",
        names={"organizations": f"{hostile}.csv"},
    )
    assert not page.select("script, main img")
    assert "<script>alert(1)</script>{{7*7}}?" in page.text
    assert not operator.get("/console/import").select("script")


# --- who may send -------------------------------------------------------------------------------


class Unread(io.RawIOBase):
    """A body that nobody may read a byte of."""

    def readable(self):
        return True

    def readinto(self, _buffer):
        raise AssertionError("the body was read")


def unread(client, address, length=str(1024**3)):
    environ = {
        "wsgi.input": Unread(), "CONTENT_LENGTH": length,
        "CONTENT_TYPE": "multipart/form-data; boundary=x", "HTTP_SEC_FETCH_SITE": "same-origin",
    }  # fmt: skip
    return client.http.post(address, base_url=client.base_url, environ_overrides=environ)


def test_whoever_may_not_is_answered_before_anything_is_read(stage, operator, viewer):
    address = operator.get("/console/import").one("main form")["action"]
    assert not viewer.get("/console/import").select("main form")
    stranger = PageClient(stage.app)
    assert unread(stranger, address).headers["Location"] == "/console/sign-in"
    assert unread(viewer, address).status_code == 403
    other = stage.signed_in(OLGA)
    for shown in (
        "/console/import", "/console/import?form=", f"{address}x", "/console/import?form=WzFd.x.y"
    ):  # fmt: skip
        assert unread(operator, shown).status_code == 400, shown
    assert unread(other, address).status_code == 400  # another session's
    evil = operator.http.post(
        address, base_url=operator.base_url, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert evil.status_code == 400
    assert unread(operator, address, str(2 * 1024**3 + 1)).status_code == 413
    assert list(folders(stage)) == []
    with pytest.raises(AssertionError, match="the body was read"):
        unread(operator, address)
    assert list(folders(stage)) == []  # what breaks off leaves nothing


def test_a_form_is_good_for_one_upload_and_for_an_hour(stage, operator, monkeypatch):
    address = operator.get("/console/import").one("main form")["action"]
    first = sent(operator, address, users=PEOPLE)
    assert first.status_code == 303
    assert unread(operator, address).headers["Location"] == first.headers["Location"]
    assert Upload.select().count() == 1
    monkeypatch.setattr("views.console.receiving.LIVES", -1)
    assert unread(operator, address).status_code == 400


def test_two_at_the_same_moment_are_one(stage, operator):
    folder = upload_files.place(stage.settings)
    made = []
    for name in ("a", "b"):
        (folder / name).mkdir()
        (folder / name / "users").write_text(PEOPLE)
        made.append(uploads.take_in("key", OLGA, folder / name, {"users": "u.csv"}))
    assert made[0].id == made[1].id
    assert [path.name for path in folders(stage)] == ["a"]


def test_more_than_is_taken_is_refused_also_unannounced(stage, operator, monkeypatch):
    monkeypatch.setattr("views.console.receiving.LARGEST", 1_000)
    address = operator.get("/console/import").one("main form")["action"]
    assert sent(operator, address, users=PEOPLE + "x" * 2_000).status_code == 413
    body = b'--x\r\nContent-Disposition: form-data; name="users"; filename="u"\r\n\r\n'
    environ = {
        "wsgi.input": io.BytesIO(body + b"a" * 5_000), "wsgi.input_terminated": True,
        "CONTENT_TYPE": "multipart/form-data; boundary=x", "HTTP_TRANSFER_ENCODING": "chunked",
    }  # fmt: skip
    answer = operator.http.post(address, base_url=operator.base_url, environ_overrides=environ)
    assert answer.status_code == 413
    assert list(folders(stage)) == []


def test_where_there_is_no_room_it_says_so_and_keeps_nothing(stage, operator, monkeypatch, caplog):
    def full(_path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(upload_files, "store", full)
    page = send(operator, 422, users=PEOPLE)
    assert "cannot be kept" in page
    assert "No space left on device" in caplog.text
    assert list(folders(stage)) == []
    assert not Upload.select().exists()


def test_what_is_no_such_form_is_refused(stage, operator):
    address = operator.get("/console/import").one("main form")["action"]
    kinds = (
        "multipart/form-data", "multipart/form-data; boundary=\u00e9", "text/csv",
        "application/x-www-form-urlencoded",
    )  # fmt: skip
    for kind in kinds:
        answer = operator.http.post(
            address, base_url=operator.base_url, data=b"abc", content_type=kind
        )
        assert answer.status_code == 400, kind
    many = {f"f{n}": (io.BytesIO(b"x"), "x") for n in range(20)}
    answer = operator.http.post(address, base_url=operator.base_url, data=many)
    assert answer.status_code == 413
    other = {"../../x": (io.BytesIO(b"x"), "../../y"), "users": (io.BytesIO(b""), "")}
    answer = operator.http.post(address, base_url=operator.base_url, data=other)
    assert answer.status_code == 422
    assert list(folders(stage)) == []


def test_files_are_for_nobody_else_on_the_machine(stage, operator):
    send(operator, users=PEOPLE)
    (folder,) = folders(stage)
    assert [path.name for path in folder.iterdir()] == ["users"]
    assert (folder / "users").stat().st_mode & 0o777 == 0o600
    for place in (folder, folder.parent):
        assert place.stat().st_mode & 0o777 == 0o700


# --- one at a time, interruptions, ends ----------------------------------------------------------


def wanted(operator, **files):
    page = send(operator, **files)
    operator.get(f"{page.path}/run").form("main form").fill(why="because").submit()
    return page


def test_one_runs_at_a_time_and_the_rest_wait(stage, operator):
    first = wanted(operator, organizations=ORGANIZATIONS + ACME)
    second = wanted(operator, users=PEOPLE)
    Upload.update(state="running").where(Upload.id == 0 + Upload.select().get().id).execute()
    assert "It waits; 1 other is done first." in second.reload()
    with upload_files.alone(stage.settings) as alone:
        assert alone
        assert not upload_runs.is_wanted(stage.settings)
        assert bring_in(stage) == 0
    assert upload_runs.is_wanted(stage.settings)
    assert bring_in(stage) == 2
    for page in (first, second):
        assert "done" in page.reload()
    assert not upload_runs.is_wanted(stage.settings)


def test_what_runs_or_waits_is_not_asked_for_again(stage, operator):
    page = send(operator, users=PEOPLE)
    ask, run = page.form("form[action$=dry-run]"), operator.get(f"{page.path}/run")
    ask.submit()
    assert "It is on its way already" in run.form("main form").fill(why="x").submit(status=422)
    ask.submit()
    page = page.reload().form("form[action$=discard]").submit()
    assert "discarded" in page
    assert list(folders(stage)) == []
    assert bring_in(stage) == 0
    ask.submit()
    assert Upload.get().state == "discarded"


def test_a_failed_import_says_why_and_can_be_started_again(stage, operator, monkeypatch):
    page = wanted(operator, organizations=ORGANIZATIONS + ACME)
    path = next(folders(stage)) / "organizations"
    content = path.read_bytes()
    path.unlink()
    bring_in(stage)
    page = page.reload()
    assert "The import failed" in page
    assert "is no ordinary file" in page
    path.write_bytes(content)
    monkeypatch.setattr("provisioning.upload_runs.import_directory", lambda *_a, **_n: 1 / 0)
    operator.get(f"{page.path}/run").form("main form").fill(why="again").submit()
    bring_in(stage)
    assert "Something went wrong on our side." in page.reload()
    monkeypatch.setattr("provisioning.upload_runs.import_directory", import_directory)
    operator.get(f"{page.path}/run").form("main form").fill(why="again").submit()
    bring_in(stage)
    assert "done" in page.reload()
    assert Organization.get().ref == "acme"


def test_what_breaks_off_each_time_is_given_up(stage, operator, monkeypatch):
    wanted(operator, organizations=ORGANIZATIONS + ACME)

    class Killed(BaseException):
        pass

    def killed(*_given, **_named):
        raise Killed

    monkeypatch.setattr("provisioning.upload_runs.import_directory", killed)
    for _time in range(upload_runs.MOST_TRIES):
        with pytest.raises(Killed):
            bring_in(stage)
        assert Upload.get().state == "running"
    assert "begun anew" in operator.get(f"/console/import/{Upload.get().id}")
    bring_in(stage)
    assert "broke off each time" in Upload.get().problem


@pytest.mark.parametrize("how", [SystemExit, Unavailable])
def test_whoever_is_told_to_stop_puts_it_back(stage, operator, monkeypatch, how):
    """PostgreSQL's driver answers a stop in the middle of a statement with an error of its own."""
    wanted(operator, organizations=ORGANIZATIONS + ACME)

    def stopped(*_given, **_named):
        raise how

    monkeypatch.setattr("provisioning.upload_runs.import_directory", stopped)
    with pytest.raises(how):
        bring_in(stage)
    assert Upload.get().state == "waiting"


def test_a_program_that_cannot_be_started_now_is_started_later(stage, operator, monkeypatch):
    wanted(operator, organizations=ORGANIZATIONS + ACME)
    stop, tried = Event(), []

    def start(_command):
        tried.append(stop)
        if len(tried) == 2:
            stop.set()
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(processes, "start", start)
    monkeypatch.setattr(commands.uploads, "LOOK_EVERY", 0)
    beside_mail = Thread(target=commands.uploads.run, args=(stage.settings, stop))
    beside_mail.start()
    beside_mail.join(10)
    assert len(tried) == 2


def test_what_was_put_back_goes_before_what_was_asked_for_meanwhile(stage, operator, monkeypatch):
    """Done after it, an older file would have the last word."""
    first = wanted(operator, organizations=ORGANIZATIONS + ACME)
    second = wanted(operator, users=PEOPLE)

    def stopped(*_given, **_named):
        raise SystemExit

    monkeypatch.setattr("provisioning.upload_runs.import_directory", stopped)
    Upload.update(begun_at=clock.now() - timedelta(minutes=2)).execute()
    with pytest.raises(SystemExit):
        bring_in(stage)
    assert "It begins in a moment." in first.reload()
    assert "It waits; 1 other is done first." in second.reload()
    assert rows.next_wanted() == Upload.select().order_by(Upload.id).get()


def test_how_far_it_is(stage, operator):
    page = wanted(operator, organizations=ORGANIZATIONS + ACME)
    found = Upload.get()
    begun = clock.now() - timedelta(minutes=5)
    Upload.update(
        state="running", begun_at=begun, size=1_000_000, rows=20_000, bytes_read=250_000,
        rows_read=6_000,
    ).execute()  # fmt: skip
    with time_machine.travel(begun + timedelta(minutes=5), tick=False):
        page = page.reload()
    assert "6,000 of 20,000 rows are read." in page
    assert "20 rows a second." in page
    assert "About 15 minutes left." in page
    assert page.one("progress")["value"] == "250000"
    rows.end(found, "failed", {}, "x")
    assert not page.reload().select("progress")


def test_what_nobody_uses_is_dropped(stage, operator):
    send(operator, users=PEOPLE)
    folder = upload_files.place(stage.settings)
    (folder / "nobody").mkdir()
    uploads.forget(stage.settings)
    assert len(list(folders(stage))) == 2
    old = (clock.now() - timedelta(days=8)).timestamp()
    Upload.update(at=clock.now() - timedelta(days=8)).execute()
    os.utime(folder / "nobody", (old, old))
    due.work(stage.settings)
    assert list(folders(stage)) == []
    assert Upload.get().state == "discarded"


def test_what_is_asked_for_at_the_last_moment_is_not_dropped(stage, operator, monkeypatch):
    page = send(operator, users=PEOPLE)
    Upload.update(at=clock.now() - timedelta(days=8)).execute()
    found = rows.unused_since(clock.now())
    page.form("form[action$=dry-run]").submit()
    monkeypatch.setattr(rows, "unused_since", lambda _moment: found)
    uploads.forget(stage.settings)
    assert Upload.get().state == "waiting"
    assert len(list(folders(stage))) == 1


def test_a_crash_at_the_end_leaves_no_files_for_long(stage, operator):
    wanted(operator, users=PEOPLE)
    Upload.update(state="done", ended_at=clock.now()).execute()
    uploads.forget(stage.settings)
    assert list(folders(stage)) == []


def test_a_viewer_looks_at_all_of_it(stage, operator, viewer):
    page = wanted(operator, organizations=ORGANIZATIONS + "broken\n")
    bring_in(stage)
    seen = viewer.get(page.path)
    assert "done" in seen
    assert refused_in(seen)
    assert not seen.select("main form")
    viewer.get(f"{page.path}/run", status=403)
    viewer.get("/console/import/999999", status=404)


def test_the_list_goes_on(stage, operator):
    for number in range(60):
        rows.add(str(number), OLGA, "", {"users": ["u.csv", 1]}, 1, 1)
    page = operator.get("/console/import")
    assert len(page.select("tbody tr")) == 50
    assert len(page.follow("Show older").select("tbody tr")) == 10


def test_lines_are_counted_and_what_is_no_text_is_found_wherever_a_piece_ends(
    tmp_path, monkeypatch
):
    file = tmp_path / "o"
    file.write_text(ORGANIZATIONS + ACME)
    with pytest.raises(Refused):
        upload_files.contents(file, upload_files.KINDS["users"])
    kind = upload_files.KINDS["organizations"]
    assert upload_files.contents(file, kind) == (1, 0)
    file.write_text("\ufeff" + (ORGANIZATIONS + ACME).rstrip())
    assert upload_files.contents(file, kind) == (1, 0)
    for piece in range(1, 9):
        monkeypatch.setattr(upload_files, "_PIECE", piece)
        file.write_bytes(f"{ORGANIZATIONS}\u00e9\u20ac\n\U0001f600".encode())
        assert upload_files.contents(file, kind)[1] == 0, piece
        for number, wrong in ((2, b"\xe9x\n"), (3, b"\xc3\xa9\n\xe9\n"), (2, b"\xe2\x82\n")):
            file.write_bytes(ORGANIZATIONS.encode() + wrong + b"\n")
            assert upload_files.contents(file, kind)[1] == number, (piece, wrong)
