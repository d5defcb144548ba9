"""The running server against its own description, with every check that schemathesis has.

API_EXAMPLES: how many examples of each operation are tried; `make audit` tries many.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.commands.programs import ROOT, environment, flask, migrate, output_until, started
from tests.support.examples import command_of, status_of
from views.api.examples import EXAMPLES
from views.api.operation import OPERATIONS

HERE = Path(__file__).parent
EXAMPLES_EACH = os.environ.get("API_EXAMPLES", "1")


class Running(NamedTuple):
    url: str
    token: str


@pytest.fixture(scope="module")
def running(tmp_path_factory) -> Iterator[Running]:
    """The web as a process, and a token for it."""
    env = environment(tmp_path_factory.mktemp("api"))
    env["PUBLIC_URL"] = f"http://127.0.0.1:{env['PORT']}"
    migrate(env)
    token = flask("tokens", "create", "erp", env=env).stdout.strip()
    program = started("serve", env=env)
    try:
        output_until(program, "Booting worker")
        output_until(program, "Booting worker")
        yield Running(env["PUBLIC_URL"], token)
    finally:
        program.terminate()
        program.communicate(timeout=30)


def test_every_command_to_copy_does_what_it_says(running):
    for example in EXAMPLES:
        done = subprocess.run(
            ["bash", "-ec", command_of(example.command)],
            env=os.environ | {"HOMEPORT": running.url, "TOKEN": running.token},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        assert status_of(done.stdout) == example.status, done.stdout


def test_the_server_keeps_what_its_description_promises(running, tmp_path):
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [
            *(str(program), "--config-file", str(HERE / "schemathesis.toml"), "run"),
            *(f"{running.url}/api/v1/openapi.json", "--checks", "all"),
            *("-H", f"Authorization: Bearer {running.token}", "--seed", "1"),
            *("--max-examples", EXAMPLES_EACH, "--suppress-health-check", "all", "--no-color"),
        ],
        env=os.environ
        | {"SCHEMATHESIS_HOOKS": "tests.support.json_lines", "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,  # where it leaves what it remembers
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr
    assert f"Tested: {len(OPERATIONS)}" in done.stdout, done.stdout[-3_000:]
