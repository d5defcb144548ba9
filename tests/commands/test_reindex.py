"""`flask directory reindex`, and how `flask check` says that it is needed."""

import pytest

from records.database import db
from tests.commands.test_commands import acme  # noqa: F401  (a fixture)

OLD = "UPDATE lookup SET cut = cut || '-'"


@pytest.mark.usefixtures("acme")
def test_check_says_when_the_index_follows_older_rules_and_reindex_mends_it(flask):
    assert "run `flask directory reindex`" not in flask("check").output
    db.execute_sql(OLD)
    checked = flask("check")
    assert checked.exit_code == 1
    assert "run `flask directory reindex`" in checked.output
    assert flask("directory", "reindex").output == (
        "The index is up to date: 2 rows added, 2 removed.\n"
    )
    assert "run `flask directory reindex`" not in flask("check").output
    assert "0 rows added, 0 removed" in flask("directory", "reindex").output
