"""`flask operators`: who may use the console."""

from records.tables import Audit, Operator
from tests.support.cast import OLGA, VERA


def test_operators_are_added_listed_given_a_role_and_removed(flask):
    added = flask("operators", "add", "Olga@Seller.example").output
    assert added == f"{OLGA} is operator, and signs in at http://homeport.test/console.\n"
    flask("operators", "add", VERA, "--role", "viewer")
    assert [line.split("  ")[:2] for line in flask("operators", "list").output.splitlines()] == [
        [OLGA, "operator"],
        [VERA, "viewer"],
    ]
    flask("operators", "add", VERA)
    flask("operators", "remove", OLGA)
    assert flask("operators", "list").output.startswith(f"{VERA}  operator  since 20")
    for wrong in (("add", VERA), ("add", "vera"), ("remove", OLGA)):
        assert flask("operators", *wrong).exit_code == 2
    assert Operator.select().count() == 2
    assert [(row.who, row.what) for row in Audit.select().order_by(Audit.id)] == [
        ("command line", "added as operator"),
        ("command line", "added as viewer"),
        ("command line", "added as operator"),
        ("command line", "removed"),
    ]
