"""The measurements still run: each on a tiny directory, with whatever comes out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import directories, town
from records.database import connect_to, connection
from tests.records.recount import assert_exact

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["request", "lookup", "imports", "browser", "console SQLite"])
def test_a_measurement_can_be_tried_in_seconds(name, tmp_path):
    tried = {"BENCH_QUICK": "1", "BENCH_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", *f"bench.{name}".split()],
        cwd=ROOT, env=os.environ | tried, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("|---") >= 1


def test_a_made_up_directory_is_as_exact_as_an_imported_one(tmp_path):
    path = tmp_path / "town.db"
    directories.fill_sqlite(path, 300)
    connect_to(f"sqlite:///{path}")
    with connection():
        assert_exact()


def test_the_town_is_the_same_in_every_run_and_holds_what_a_lookup_could_drown_in():
    companies = list(town.companies(10_000))
    assert companies == list(town.companies(10_000))
    domains = [company.emails[0].partition("@")[2] for company in companies]
    assert domains.count(town.HOST) >= 300
    assert sum(company.name == town.NAMESAKE for company in companies) == 1_000
    assert sum(town.ADVISER in company.emails for company in companies) == 1_000
    assert domains.count(town.domain_of(town.group_of(3))) == town.GROUP
