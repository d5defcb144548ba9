"""Files as they come from other systems, or from nobody who means well: a sentence for each."""

import csv
import gzip
import json
import os
import re
import subprocess
import sys
import unicodedata

import pytest

from matching.sentences import Refused
from provisioning import intake
from provisioning.directory_files import LONGEST_LINE
from records import lookup
from records.database import connect_to, db
from records.tables import Order, Organization, Subscription, User
from tests.commands.programs import ROOT, environment, migrate
from tests.commands.programs import flask as run_program
from tests.support.hostile import ACCEPTED as ADDRESSES
from tests.support.hostile import NOT_ACCEPTED
from tests.support.hostile_texts import ACCEPTED, BLANK, FORBIDDEN, HALVES, TOO_LONG

ORGANIZATION = "ref,name,kind,origin,created_on\n"
ACME = "acme,Acme GmbH,customer,direct,2020-03-01\n"
USER = "organization_ref,email,full_admin\n"
ORDER = "number,contact_email,sku,product,quantity\n"
BREAKS = re.compile("[\r\n]")
MEMORY = 24 * 1024  # kB more than a file of one line takes

# A file as a whole, and what is said of it.
UNREADABLE = {
    "empty": (b"", "lacks|no CSV header"),
    "only white space": (b"\n\n  \n", "lacks|no CSV header"),
    "UTF-16": (("\ufeff" + ORGANIZATION + ACME).encode("utf-16-le"), "UTF-16"),
    "UTF-16, the other way": (("\ufeff" + ORGANIZATION).encode("utf-16-be"), "UTF-16"),
    "UTF-16 without a mark": (ORGANIZATION.encode("utf-16-le"), "lacks|no CSV header"),
    "compressed": (gzip.compress((ORGANIZATION + ACME).encode()), "no CSV header"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no CSV header"),
    "zeros": (b"\0" * 1000, "lacks|no CSV header"),
    "a column missing": (b"ref,name\nacme,Acme\n", "lacks"),
    "a column twice": (f"ref,{ORDER.strip()},{ORGANIZATION}".encode(), "twice"),
    "a header in latin-1": (("näme," + ORGANIZATION).encode("latin-1"), "no CSV header"),
    "a header without end": (b"ref," * 100_000, "no CSV header"),
    "a quote never closed in the header": (b'"' + ORGANIZATION.encode(), "no CSV header"),
    "semicolons": (ORGANIZATION.replace(",", ";").encode(), "lacks"),
    "old line ends": ((ORGANIZATION + ACME).replace("\n", "\r").encode(), "no CSV header"),
    "a JSON array": (b'[{"ref": "acme"}]', "array"),
}

# A line of a good file, and what is said of it.
BAD_LINES = {
    "latin-1": ("m,Müller,customer,direct,2020-03-01".encode("latin-1"), "not UTF-8"),
    "cut in the middle of a character": ("m,Mü".encode()[:-1], "not UTF-8"),
    "half a character in bytes": (b"m,\xed\xa0\x80,customer,direct,2020-03-01", "not UTF-8"),
    "too few": (b"m,Acme", "2 fields"),
    "too many": (b"m,Acme,customer,direct,2020-03-01,x", "6 fields"),
    "10 MB": (b"m," + b"x" * 10_000_000 + b",customer,direct,2020-03-01", "longer than"),
    "a quote never closed": (b'm,"Acme,customer,direct,2020-03-01', "quotation marks"),
    "a quote in the middle": (b'm,"Ac"me",customer,direct,2020-03-01', "quotation marks"),
    "NUL": (b"m,Ac\0me,customer,direct,2020-03-01", "control character"),
    "a lone carriage return": (b"m,Ac\rme,customer,direct,2020-03-01", "quotation|control"),
    "a day that never was": (b"m,Acme,customer,direct,0000-00-00", "date"),
    "a day of no month": (b"m,Acme,customer,direct,2020-02-30", "date"),
    "a day after all days": (b"m,Acme,customer,direct,10000-01-01", "date"),
    "a day in other digits": ("m,Acme,customer,direct,２０２０-03-01".encode(), "date"),
    "another kind": (b"m,Acme,CUSTOMER,direct,2020-03-01", "takes customer or partner"),
    "no ref": (b",Acme,customer,direct,2020-03-01", "missing"),
    "a ref that nobody can see": ("\u200b,Acme,customer,direct,2020-03-01".encode(), "missing"),
    "a long ref": (b"r" * 101 + b",Acme,customer,direct,2020-03-01", "longer than"),
}

GOOD = (
    '{"ref": "%s", "name": "Acme", "kind": "customer", "origin": "direct",'
    ' "created_on": "2020-03-01"%s}'
)
BAD_JSON = {
    "deep": ("[" * 60_000, "not JSON"),
    "deep inside": ('{"ref": ' + "[" * 30_000, "not JSON"),
    "deep objects": ('{"a":' * 10_000, "not JSON"),
    "a name twice": (GOOD % ("m", ', "ref": "n"'), "twice"),
    "infinity": (GOOD % ("m", ', "unlisted": 1e999'), "whole number"),
    "not a number": (GOOD % ("m", ', "unlisted": NaN'), "whole number"),
    "a fraction": (GOOD % ("m", ', "unlisted": 1.0'), "whole number"),
    "a huge number": (GOOD % ("m", ', "unlisted": ' + "9" * 5000), "not JSON"),
    "a number over 64 bits": (GOOD % ("m", ', "unlisted": 18446744073709551616'), "0 or 1"),
    "half a character": (GOOD % ("m\\ud800", ""), "control character"),
    "half a character in a name": (GOOD % ("m", ', "x\\ud800": 1.5'), "whole number"),
    "NUL": (GOOD % ("m\\u0000", ""), "control character"),
    "a list": (GOOD % ("m", ', "managed_by": ["a"]'), "takes a text"),
    "null": (GOOD.replace('"Acme"', "null") % ("m", ""), "missing"),
    "no object": ('"text"', "not a JSON object"),
    "cut off": (GOOD[:40], "not JSON"),
}  # fmt: skip


@pytest.fixture
def flask(app, database_url, tmp_path, monkeypatch):
    """Run a command where files may be left; the test's own connection is opened again."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        result = app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])
        connect_to(database_url)
        db.connect(reuse_if_open=True)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result

    return run


def refused_rows(folder) -> dict[int, str]:
    with open(folder / "directory-refused.csv", newline="", encoding="utf-8") as file:
        return {int(row["line"]): row["reason"] for row in csv.DictReader(file)}


def by_line(lines):
    """(file of good lines with these between them, what is said of each by its number)."""
    content, says = b"", {}
    for place, (line, words) in enumerate(lines):
        content += line if isinstance(line, bytes) else line.encode()
        content += b"\n"
        says[2 * place + 1] = words
        content += f"good{place}".join(GOOD_LINE).encode()
    return content, says


GOOD_LINE = ["", ",Acme GmbH,customer,direct,2020-03-01\n"]


@pytest.mark.parametrize("content", UNREADABLE, ids=UNREADABLE)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(flask, tmp_path, content):
    data, words = UNREADABLE[content]
    (tmp_path / "file.csv").write_bytes(data)
    for command in (("directory", "import", "--organizations"), ("orders", "import")):
        result = flask(*command, tmp_path / "file.csv")
        assert result.exit_code == 2
        assert re.fullmatch(rf"Error: .*(?:{words}).*\.\n", result.stderr)
    assert (Organization.select().count(), Order.select().count()) == (0, 0)


def test_a_bad_line_never_stops_the_others(flask, tmp_path):
    content, says = by_line(BAD_LINES.values())
    (tmp_path / "o.csv").write_bytes(b"\xef\xbb\xbf" + ORGANIZATION.encode() + content)
    result = flask("directory", "import", "--organizations", tmp_path / "o.csv")
    assert result.exit_code == 0
    reasons = refused_rows(tmp_path)
    assert sorted(reasons) == [line + 1 for line in says]
    for line, words in says.items():
        assert re.search(words, reasons[line + 1]), (words, reasons[line + 1])
        assert reasons[line + 1].endswith(".")
        assert len(reasons[line + 1]) < 200
    assert Organization.select().count() == len(BAD_LINES)


def test_a_bad_line_of_json_never_stops_the_others(flask, tmp_path):
    bad = [line for line, _words in BAD_JSON.values()]
    good = [GOOD % (f"g{place}", "") for place in range(len(bad))]
    lines = [line for pair in zip(good, bad, strict=True) for line in pair]
    (tmp_path / "o.jsonl").write_text("\n".join(lines).replace("\n", "\r\n"), newline="")
    flask("directory", "import", "--organizations", tmp_path / "o.jsonl")
    reasons = refused_rows(tmp_path)
    assert sorted(reasons) == [2 * place for place in range(1, len(bad) + 1)]
    for place, (_line, words) in enumerate(BAD_JSON.values(), start=1):
        assert re.search(words, reasons[2 * place]), (words, reasons[2 * place])
    assert Organization.select().count() == len(BAD_JSON)


def test_what_only_looks_odd_is_taken(flask, tmp_path):
    """A mark at the beginning, other line ends, more columns, true and false, an empty file."""
    content = "\ufeff" + (ORGANIZATION.replace("\n", ",more\n") + ACME.replace("\n", ",x\n"))
    (tmp_path / "o.csv").write_text(content.replace("\n", "\r\n"), newline="")
    user = {"organization_ref": "acme", "email": "A@Acme.com", "full_admin": True, "more": None}
    (tmp_path / "u.jsonl").write_text("\ufeff" + json.dumps(user) + "\r\n\r\n", newline="")
    (tmp_path / "s.csv").write_text("organization_ref,number,product,quantity,status")
    result = flask(
        *("directory", "import", "--organizations", tmp_path / "o.csv"),
        *("--users", tmp_path / "u.jsonl", "--subscriptions", tmp_path / "s.csv"),
    )
    assert "refused" in result.output
    assert not (tmp_path / "directory-refused.csv").exists()
    assert [(user.email, user.full_admin) for user in User] == [("a@acme.com", True)]
    assert Subscription.select().count() == 0


def test_what_is_no_file_or_no_place_for_a_list_is_refused(flask, tmp_path):
    good = tmp_path / "o.csv"
    good.write_text(ORGANIZATION + ACME + "bad\n")
    os.mkfifo(tmp_path / "pipe")
    for wrong in (tmp_path, tmp_path / "none", "/dev/zero", "/dev/null", tmp_path / "pipe"):
        for command in (("directory", "import", "--organizations"), ("orders", "import")):
            result = flask(*command, wrong)
            assert result.exit_code == 2
            assert result.stderr.startswith(("Error: ", "Usage: "))
    for wrong in (good, tmp_path / "none" / "list.csv", tmp_path):
        before = good.read_bytes()
        result = flask("directory", "import", "--organizations", good, "--refused", wrong)
        assert result.exit_code == 2
        assert good.read_bytes() == before
    device = tmp_path / "device"
    os.mkfifo(device)
    reader = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
    assert flask("directory", "import", "--organizations", good, "--refused", device).exit_code == 0
    assert device.is_fifo()
    os.close(reader)


def test_an_order_with_a_line_that_cannot_be_read_is_not_placed_by_halves(flask, tmp_path):
    rows = [
        b"1,a@acme.com,M,Meetings,5", b"2,b@acme.com,M,Meetings,5", b'1,a@acme.com,"C,Calling,5',
        b"2,b@acme.com,C,Calling," + b"9" * 70_000, b"3,c@acme.com,M,Meetings,5", b",x@y.com,M,,",
        b"4,d@acme.com,M", b"5,e@acme.com,M,Meetings,00000000000000000001" + b"9" * 5000,
        b"6,f@acme.com,M,Meetings,2147483648", b"7,g@acme.com,M,Meetings,00000000025",
        b"8,h@acme.com,M,Meetings,2147483647", b"9,i@acme.com,M,Meetings,\xff",
    ]  # fmt: skip
    (tmp_path / "orders.csv").write_bytes(ORDER.encode() + b"\r\n".join(rows))
    result = flask("orders", "import", tmp_path / "orders.csv")
    assert result.stdout == "2 orders placed, 10 refused.\n"
    said = result.stderr.splitlines()
    lines = [int(re.findall(r"^orders\.csv, line (\d+): .+\.$", line)[0]) for line in said]
    assert sorted(lines) == [2, 3, 4, 5, 7, 8, 9, 10, 11, 13]
    assert "Line 4 seems to belong to this order" in result.stderr
    assert {order.number for order in Order} == {"3", "8"}


def test_addresses_are_taken_from_files_and_command_lines_as_everywhere(flask, tmp_path):
    (tmp_path / "o.csv").write_text(ORGANIZATION + ACME)
    typed = [*ADDRESSES, *(line for line in NOT_ACCEPTED if encodable(line))]
    typed = [address for address in typed if not BREAKS.search(address)]
    with open(tmp_path / "u.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([USER.strip().split(","), *(["acme", t, "0"] for t in typed)])
    with open(tmp_path / "orders.csv", "w", newline="", encoding="utf-8") as file:
        rows = [[f"n{place}", t, "M", "Meetings", "1"] for place, t in enumerate(typed)]
        csv.writer(file).writerows([ORDER.strip().split(","), *rows])
    files = ("--organizations", tmp_path / "o.csv", "--users", tmp_path / "u.csv")
    flask("directory", "import", *files)
    flask("orders", "import", tmp_path / "orders.csv")
    wanted = {ADDRESSES[address] for address in typed if address in ADDRESSES}
    assert {user.email for user in User} == wanted
    assert {order.contact_email for order in Order} == wanted
    for address in wanted:
        (found,) = lookup.organizations_of(address, 5)
        assert found[0].ref == "acme"
    assert set(refused_rows(tmp_path)) == {
        place for place, address in enumerate(typed, start=2) if address in set(NOT_ACCEPTED)
    }
    for address in ("A@M\xdcNCHEN.de", "a%evil.example@acme.com", "a@acme.com\r\nBcc: b@c.com"):
        line = ("--number", "one", "--contact-email", address, "--line", "M:Meetings:1")
        result = flask("orders", "place", *line)
        assert result.exit_code == (0 if address in ("A@M\xdcNCHEN.de",) else 2)
    assert Order.get(Order.number == "one").contact_email == "a@xn--mnchen-3ya.de"


def encodable(text: str) -> bool:
    return not re.search("[\ud800-\udfff]", text)


@pytest.mark.parametrize("field", ["product", "contact_name", "partner_name", "company_name"])
def test_words_of_an_order_are_taken_whole_or_refused(field):
    for text in ACCEPTED.values():
        order = read(field, text)
        kept = order.lines[0].product if field == "product" else str(getattr(order, field))
        # Only a company's name becomes NFC.
        assert kept.split() == text.split() or not unicodedata.is_normalized("NFC", text)
        assert len(kept) <= 300
    for text in [*(f"A{text}B" for text in (FORBIDDEN | HALVES).values()), *TOO_LONG.values()]:
        with pytest.raises(Refused):
            read(field, text)
    for text in BLANK:
        order = read(field, text)
        assert (order.lines[0].product, order.contact_name) == ("M", "")
        assert (order.partner_name, order.company_name) == ("", "")


def read(field: str, text: str) -> intake.NewOrder:
    line = {"sku": "M"} | ({field: text} if field == "product" else {})
    fields = {"number": "1", "contact_email": "a@acme.com", field: text}
    return intake.read_order(fields, [line])


def test_words_of_the_directory_are_taken_whole_or_refused(flask, tmp_path):
    texts = [*ACCEPTED.values(), *(f"A{t}B" for t in (FORBIDDEN | HALVES).values()), *BLANK]
    texts += TOO_LONG.values()
    with open(tmp_path / "o.jsonl", "w") as file:
        for place, text in enumerate(texts):
            row = {"ref": f"r{place}", "name": text, "kind": "customer", "origin": "direct"}
            file.write(json.dumps(row | {"created_on": "2020-03-01"}) + "\n")
    flask("directory", "import", "--organizations", tmp_path / "o.jsonl")
    assert len(refused_rows(tmp_path)) == len(texts) - len(ACCEPTED)
    names = [row.name for row in Organization.select().order_by(Organization.id)]
    assert [name.split() for name in names[:1]] == [["x"]]
    assert len(names) == len(ACCEPTED)
    assert not any(re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069]", name) for name in names)


MEASURE = r"""
import re, sys
from pathlib import Path
from provisioning import directory_files, intake
kind, path = sys.argv[1:]
try:
    if kind == "orders":
        found = sum(1 for _ in intake.read_file(Path(path)))
    else:
        found = sum(1 for _ in directory_files.lines(Path(path), ["ref"]))
except intake.Refused as refused:
    found = str(refused)
# Not ru_maxrss, which begins with what the parent held.
print(found, re.findall(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[0])
"""


@pytest.mark.parametrize("kind", ["orders", "directory"])
def test_memory_stays_small_whatever_the_file_holds(tmp_path, kind):
    header = ("ref," + ORDER).encode()
    shapes = {
        "one line": header,
        "a line of 60 MB": header + b"x" * 60_000_000,
        "a quote never closed": header + b'x,1,"' + b"x,\n" * 300_000,
        "a header of 30 MB": b"x," * 15_000_000,
        "zeros": b"\0" * 60_000_000,
        "deep JSON": b'{"ref":' + b"[" * 30_000_000,
    }
    taken = {}
    for name, content in shapes.items():
        path = tmp_path / "file"
        path.write_bytes(content)
        done = subprocess.run(
            [sys.executable, "-c", MEASURE, kind, str(path)],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        taken[name] = int(done.stdout.split()[-1])
    assert max(taken.values()) < taken["one line"] + MEMORY, taken
    assert LONGEST_LINE < MEMORY * 1024


def test_a_name_that_is_no_text_is_said_in_a_sentence(tmp_path):
    env = environment(tmp_path)
    migrate(env)
    path = os.fsdecode(os.fsencode(str(tmp_path)) + b"/o\xff.csv")
    with open(path, "w") as file:
        file.write(ORGANIZATION + "bad\n")
    for command in (
        ("directory", "import", "--organizations", path, "--refused", str(tmp_path / "list.csv")),
        ("orders", "show", "\udcff"),
        ("orders", "place", "--number", "1", "--contact-email", "\udcff@b.com", "--line", "M:N:1"),
        ("orders", "place", "--number", "1", "--contact-email", "a@b.com", "--line", "\udcff"),
    ):
        result = run_program(*command, env=env)
        assert "Traceback" not in result.stderr, command
        assert result.returncode == (0 if command[1] == "import" else 2), result.stderr
