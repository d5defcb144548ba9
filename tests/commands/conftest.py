"""The command line, run in this process."""

import pytest
from click.testing import Result

from records.database import connect_to, db


@pytest.fixture
def flask(app, database_url):
    """Run a command; the test's own connection, which a command closes, is opened again."""

    def run(*arguments: str) -> Result:
        result = app.test_cli_runner().invoke(args=arguments)
        connect_to(database_url)
        db.connect(reuse_if_open=True)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result

    return run
