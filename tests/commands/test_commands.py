"""The flask command line, command by command."""

import json

import pytest
from click.testing import Result

from provisioning import directory
from provisioning.demo.orders import EXAMPLES
from records import orders
from records.database import db
from records.tables import Order, Organization, OutboxRow, User

ORGANIZATIONS = (
    "ref,name,kind,origin,created_on\nacme,Acme Corporation,customer,direct,2020-03-01\n"
)
USERS = "organization_ref,email,full_admin\nacme,ann@acme.com,1\nacme,bob@acme.com,0\n"
SUBSCRIPTIONS = "organization_ref,number,product,quantity,status\nacme,S-1,Meetings,25,active\n"
ORDERS = (
    "number,contact_email,contact_role,contact_name,language,company_name,partner_name,expires_on,"
    "sku,product,quantity,starts_on,ends_on\n"
    "70012345,j@acme.com,customer,Jo,de,Acme,,,M1,Meetings,25,,\n"
    "70012345,j@acme.com,customer,Jo,de,Acme,,,C1,Calling,5,2027-01-01,2027-12-31\n"
    "70012346,not an address,customer,,,,,,M1,Meetings,1,,\n"
    "70012347,p@partner.com,partner,,,,Partner Inc,2027-06-30,M1,Meetings,1,,\n"
)


@pytest.fixture
def acme(flask, tmp_path, monkeypatch) -> None:
    """The directory with one organization, imported."""
    monkeypatch.chdir(tmp_path)
    assert imported(flask, tmp_path, ORGANIZATIONS, USERS, SUBSCRIPTIONS).exit_code == 0


def imported(flask, folder, *contents: str) -> Result:
    arguments = []
    for kind, content in zip(("organizations", "users", "subscriptions"), contents, strict=False):
        (folder / f"{kind}.csv").write_text(content)
        arguments += [f"--{kind}", str(folder / f"{kind}.csv")]
    return flask("directory", "import", *arguments)


def test_migrate_says_that_there_is_nothing_to_do(flask):
    assert flask("migrate").output == "The database is up to date.\n"


def test_an_import_ends_with_counts_and_names_the_file_of_refused_rows(flask, tmp_path, acme):
    result = imported(flask, tmp_path, ORGANIZATIONS, USERS + "nobody,c@acme.com,0\n")
    assert result.exit_code == 0
    assert "users: 3 rows read, 0 added, 0 changed, 2 unchanged, 1 refused" in result.output
    assert "directory-refused.csv" in result.output
    lines = (tmp_path / "directory-refused.csv").read_text().splitlines()
    assert lines[0] == "file,line,reason"
    assert lines[1].startswith("users.csv,4,")


def test_a_later_import_without_refused_rows_leaves_no_old_list(flask, tmp_path, acme):
    imported(flask, tmp_path, ORGANIZATIONS, USERS + "nobody,c@acme.com,0\n")
    imported(flask, tmp_path, ORGANIZATIONS, USERS)
    assert not (tmp_path / "directory-refused.csv").exists()


def test_a_file_that_lacks_a_column_is_refused_with_a_sentence(flask, tmp_path):
    result = imported(flask, tmp_path, "ref,name\n")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: organizations.csv lacks kind, origin, created_on in its first line.\n"
    )


def test_an_import_without_files_is_refused(flask):
    assert flask("directory", "import").exit_code == 2


def test_an_import_ends_the_hold_of_an_order_whose_person_is_full_admin_now(
    flask, tmp_path, acme, monkeypatch
):
    asked: list[object] = []
    monkeypatch.setattr("provisioning.decisions.resume_granted", asked.append)
    imported(flask, tmp_path, ORGANIZATIONS)
    assert len(asked) == 1


def test_directory_show_prints_the_organization_for_scripts(flask, acme):
    assert json.loads(flask("directory", "show", "acme", "--json").output) == {
        "ref": "acme",
        "name": "Acme Corporation",
        "kind": "customer",
        "origin": "direct",
        "created_on": "2020-03-01",
        "users": [
            {"email": "ann@acme.com", "full_admin": True},
            {"email": "bob@acme.com", "full_admin": False},
        ],
        "subscriptions": [
            {"number": "S-1", "product": "Meetings", "quantity": 25, "status": "active"}
        ],
    }
    assert "ann@acme.com  full admin" in flask("directory", "show", "acme").output


@pytest.mark.parametrize("command", [("directory", "show", "x"), ("orders", "show", "x")])
def test_what_is_not_there_is_said_in_one_sentence(flask, command):
    result = flask(*command)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: There is no ")


def test_orders_are_imported_and_a_refused_one_stops_no_other(flask, tmp_path):
    (tmp_path / "orders.csv").write_text(ORDERS)
    result = flask("orders", "import", str(tmp_path / "orders.csv"))
    assert result.exit_code == 2
    assert result.stdout == "2 orders placed, 1 refused.\n"
    assert result.stderr.startswith("orders.csv, line 4: ")
    assert {order.number for order in Order} == {"70012345", "70012347"}
    assert OutboxRow.select().count() == 2


def test_orders_show_prints_the_order_for_scripts(flask, tmp_path):
    (tmp_path / "orders.csv").write_text(ORDERS)
    flask("orders", "import", str(tmp_path / "orders.csv"))
    shown = json.loads(flask("orders", "show", "70012345", "--json").output)
    assert list(shown) == [
        *("number", "status", "step", "contact_email", "contact_role", "purpose", "company_name"),
        *("admin_email", "organization", "partner_organization", "lines", "requests", "history"),
    ]
    assert (shown["status"], shown["step"], shown["purpose"]) == ("placed", "company", "customer")
    assert (shown["organization"], shown["admin_email"]) == (None, None)
    assert [line["quantity"] for line in shown["lines"]] == [25, 5]
    assert shown["lines"][1]["ends_on"] == "2027-12-31"
    assert [(row["who"], row["what"]) for row in shown["history"]] == [("command line", "placed")]
    assert "25 × Meetings" in flask("orders", "show", "70012345").output


def test_an_order_is_granted_more_questions_with_a_reason(flask, tmp_path):
    (tmp_path / "orders.csv").write_text(ORDERS)
    flask("orders", "import", str(tmp_path / "orders.csv"))
    said = ("--who", "Olga", "--why", "she has called")
    assert flask("orders", "grant", "70012345", *said).output == (
        "Order 70012345 may look further.\n"
    )
    history = json.loads(flask("orders", "show", "70012345", "--json").output)["history"]
    row = {key: history[-1][key] for key in ("who", "what", "why")}
    assert row == {"who": "Olga", "what": "more questions granted", "why": "she has called"}
    assert flask("orders", "grant", "nowhere", *said).exit_code == 2
    assert flask("orders", "grant", "70012345").exit_code == 2, "never without a reason"


def test_an_order_is_placed_with_its_lines(flask):
    result = flask(
        *("orders", "place", "--number", "7", "--contact-email", "J@Acme.com"),
        *("--line", "M1:Meetings:25:2027-01-01:2027-12-31", "--line", "C1:Calling:5"),
    )
    assert result.exit_code == 0, result.output
    order = Order.get()
    assert order.contact_email == "j@acme.com"
    assert [(line.sku, line.quantity) for line in orders.lines(order)] == [("M1", 25), ("C1", 5)]
    again = flask(
        *("orders", "place", "--number", "7", "--contact-email", "j@acme.com"),
        *("--line", "M1:Meetings:25"),
    )
    assert (again.exit_code, again.stderr) == (2, "Error: There is an order 7 already.\n")


@pytest.mark.parametrize("line", ["M1", "M1:Meetings", "M1:Meetings:none", "M1:M:1:2027:x:y"])
def test_a_line_that_cannot_be_read_is_refused(flask, line):
    result = flask(
        *("orders", "place", "--number", "7", "--contact-email", "j@acme.com", "--line", line)
    )
    assert (result.exit_code, Order.select().count()) == (2, 0)
    assert result.stderr.startswith("Error: ")


def test_match_prints_what_the_wizard_would_offer_and_why(flask, acme):
    answer = json.loads(flask("match", "ACME GmbH", "New@acme.com", "--json").output)
    assert answer["standing"] == "unknown"
    (candidate,) = answer["candidates"]
    assert (candidate["ref"], candidate["tier"]) == ("acme", "name-and-domain")
    assert set(candidate) == {"ref", "name", "tier", "evidence", "activity"}
    assert all(isinstance(sentence, str) for sentence in candidate["evidence"])
    text = flask("match", "ACME GmbH", "new@acme.com").output
    assert candidate["evidence"][0] in text
    assert "No organization matches." in flask("match", "Zenith", "a@zenith.com").output


@pytest.mark.parametrize("address", ["nobody", "a@b@c.com"])
def test_match_refuses_an_address_with_a_sentence(flask, address):
    result = flask("match", "Acme", address)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: ")


def test_match_answers_a_file_row_by_row(flask, acme, tmp_path):
    (tmp_path / "book.csv").write_text(
        "company_name,admin_email\nAcme,new@acme.com\nAcme,nobody\nZenith,a@zenith.com\n"
    )
    result = flask("match", "--file", str(tmp_path / "book.csv"))
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["company_name"] for row in rows] == ["Acme", "Acme", "Zenith"]
    assert [len(row.get("candidates", "?")) for row in rows] == [1, 1, 0]
    assert "@" in rows[1]["refused"]
    assert rows[0]["candidates"][0]["ref"] == "acme"


def test_match_wants_a_name_and_an_address_or_a_file(flask):
    assert flask("match", "Acme").exit_code == 2
    assert flask("match").exit_code == 2


def test_match_limits_what_it_prints(flask):
    with db.atomic():
        for number in range(30):
            made = directory.create_organization(
                f"z{number}", f"Zenith {number}", "customer", "online"
            )
            directory.add_user(made, f"x{number}@zenith.com")
    for limit in ("3", "25"):
        answer = json.loads(
            flask("match", "Zenith", "n@zenith.com", "--json", "--limit", limit).output
        )
        assert len({c["ref"] for c in answer["candidates"]}) == int(limit)
    answer = json.loads(flask("match", "Zenith", "n@zenith.com", "--json").output)
    assert len({c["ref"] for c in answer["candidates"]}) == 30


def test_mail_is_delivered_once(flask, app):
    flask(
        *("orders", "place", "--number", "7", "--contact-email", "j@acme.com"),
        *("--line", "M1:Meetings:25"),
    )
    assert flask("mail", "deliver", "--once").output == "1 letters are done with.\n"
    assert flask("mail", "deliver", "--once").output == "0 letters are done with.\n"
    assert OutboxRow.get().sent_at


def test_check_lists_the_settings_and_finds_everything_in_order(flask):
    result = flask("check")
    assert result.exit_code == 0
    assert "SECRET_KEY=(kept secret)" in result.output
    assert "a secret for tests only" not in result.output
    assert "The database answers" in result.output
    assert "local mailbox" in result.output


@pytest.mark.settings(MAIL_SERVER="127.0.0.1", MAIL_PORT="1")
def test_check_says_when_the_mail_server_does_not_answer(flask):
    result = flask("check")
    assert result.exit_code == 1
    assert "The mail server 127.0.0.1:1 cannot be used" in result.output


def test_the_demo_fills_an_empty_database_and_no_other(flask):
    result = flask("demo")
    assert result.exit_code == 0, result.output
    assert all(example.number in result.output for example in EXAMPLES)
    assert result.output.count("/start/") == len(EXAMPLES)
    assert Organization.select().count() > 500
    again = flask("demo")
    assert (again.exit_code, again.stdout) == (2, "")


@pytest.mark.settings(MAIL_SERVER="127.0.0.1")
def test_the_demo_is_never_built_where_mails_would_reach_real_companies(flask):
    result = flask("demo")
    assert result.exit_code == 2
    assert "real companies" in result.stderr
    assert User.select().count() == 0


def test_a_database_that_is_not_up_to_date_is_said_in_a_sentence(flask, monkeypatch):
    monkeypatch.setattr("commands.context.pending", lambda: ["0002_next"])
    result = flask("orders", "show", "7")
    assert result.exit_code == 2
    assert result.stderr == ("Error: The database is not up to date. Run `flask migrate` first.\n")
