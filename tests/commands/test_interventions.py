"""What an operator does to an order by `flask orders`, with a name and a reason."""

import pytest

from records import database
from records.tables import History, Order
from tests.support.cast import Stage, acme

SAID = ("--who", "Olga", "--why", "they called")


@pytest.fixture
def run(app):
    def run(*arguments: str) -> str:
        done = app.test_cli_runner().invoke(args=["orders", *arguments])
        database.open_connection()  # which the command has closed
        return f"{done.exit_code} {done.output}"

    return run


@pytest.mark.parametrize(
    ("command", "before", "says", "after"),
    [
        (["cancel", "70012345"], {}, "0 Order 70012345 is cancelled.", "cancelled"),
        (["cancel", "70012345"], {"status": "provisioned"}, "2 Error: This order is provisioned,",
         "provisioned"),
        (["reopen", "70012345"], {"status": "expired"}, "0 Order 70012345 is open again", "placed"),
        (["reopen", "70012345", "--expires-on", "2099-01-31"], {"status": "expired"},
         "0 Order 70012345 is open again", "placed"),
        (["reopen", "70012345", "--expires-on", "tomorrow"], {"status": "expired"},
         "2 Error: tomorrow is no day", "expired"),
        (["reopen", "70012345"], {}, "2 Error: Only an expired order", "placed"),
        (["restore", "70012345"], {"status": "stopped", "stopped_from": "launched"},
         "0 Order 70012345 is launched again.", "launched"),
        (["restore", "70012345"], {}, "2 Error: Only a stopped order", "placed"),
        (["move", "70012345", "acme"], {}, "2 Error: This order is not mapped yet", "placed"),
        (["hand-over", "70012345", "Sam@acme.com", "--role", "customer"], {},
         "0 Order 70012345 is handed over", "placed"),
        (["hand-over", "70012345", "nobody", "--role", "customer"], {}, "2 Error:", "placed"),
        (["cancel", "nonsense"], {}, "2 Error: There is no order nonsense.", "placed"),
    ],
)  # fmt: skip
def test_an_operator_s_command_does_it_or_says_why_not(app, run, command, before, says, after):
    acme()
    order = Stage(app).place()
    if before:
        Order.update(**before).execute()
    assert run(*command, *SAID).startswith(says)
    assert Order.get_by_id(order.id).status == after
    said = History.select().where(History.who == "Olga")
    assert said.exists() == says.startswith("0")
