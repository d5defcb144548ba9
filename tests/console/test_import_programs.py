"""Imports by the real programs: killed in the middle, beside mail, stopped."""

import os
import signal
import time
from collections.abc import Callable

import pytest

from provisioning import upload_runs, uploads
from records.tables import Organization, OutboxRow, Upload, User
from tests.commands.programs import all_ended, descendants, started
from tests.console.uploading import ORGANIZATIONS, USERS, beside, folders, send
from tests.records.recount import assert_exact

HANGS = 60


@pytest.fixture
def env(stage) -> dict[str, str]:
    """For programs beside this one: the same database, folder and keys."""
    return beside(stage)


def waited_for(condition: Callable[[], object], seconds: float = HANGS) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def many(users: int) -> dict[str, str]:
    refs = range(200)
    return {
        "organizations": ORGANIZATIONS
        + "".join(f"o{n},Company {n} GmbH,customer,direct,2020-03-01,,,\n" for n in refs),
        "users": USERS
        + "".join(f"o{n % 200},u{n}@c{n % 200}.com,{int(n % 7 == 0)},\n" for n in range(users)),
    }


def test_an_import_that_is_killed_with_everything_else_goes_on(stage, operator, env):
    page = send(operator, organizations=many(0)["organizations"], users=many(20_000)["users"])
    operator.get(f"{page.path}/run").form("main form").fill(why="because").submit()
    delivery = started("mail", "deliver", env=env)
    try:
        waited_for(lambda: User.select().count() >= 2_000)
        family = {delivery.pid, *descendants(delivery.pid)}
        assert len(family) >= 2  # the import is a program of its own
        for pid in family:
            os.kill(pid, signal.SIGKILL)
    finally:
        delivery.kill()
        delivery.communicate(timeout=HANGS)
    assert all_ended(family)
    assert Upload.get().state == "running"
    assert User.select().count() < 20_000
    assert_exact()
    delivery = started("mail", "deliver", env=env)
    try:
        waited_for(lambda: Upload.get().state == "done")
    finally:
        delivery.terminate()
        delivery.communicate(timeout=HANGS)
    assert delivery.returncode == 0
    assert User.select().count() == 20_000
    assert_exact()
    assert "It was interrupted and has begun anew." in page.reload()
    counts = uploads.counts_of(Upload.get())
    assert counts["users"].added + counts["users"].unchanged == 20_000
    assert counts["users"].unchanged >= 2_000


def test_a_dry_run_that_is_killed_leaves_nothing_and_goes_on(stage, operator, env):
    page = send(operator, **many(20_000))  # type: ignore[arg-type]
    page.form("form[action$=dry-run]").submit()
    program = started("directory", "uploads", env=env)
    waited_for(lambda: Upload.get().rows_read)
    program.kill()
    program.communicate(timeout=HANGS)
    assert Upload.get().state == "running"
    upload_runs.bring_in(stage.settings)
    assert Upload.get().state == "ready"
    assert uploads.counts_of(Upload.get())["users"].added == 20_000
    assert not Organization.select().exists()
    (folder,) = folders(stage)
    assert sorted(path.name for path in folder.iterdir()) == ["organizations", "users"]


def test_mail_waits_for_no_import_and_whoever_stops_delivery_stops_both(stage, operator, env):
    page = send(operator, **many(20_000))  # type: ignore[arg-type]
    operator.get(f"{page.path}/run").form("main form").fill(why="because").submit()
    delivery = started("mail", "deliver", env=env)
    waited_for(lambda: User.select().count() >= 2_000)
    order = stage.place()
    waited_for(lambda: OutboxRow.get(OutboxRow.order == order).sent_at)
    assert Upload.get().state == "running"
    family = {delivery.pid, *descendants(delivery.pid)}
    delivery.terminate()
    delivery.communicate(timeout=HANGS)
    assert delivery.returncode == 0
    assert all_ended(family)
    assert Upload.get().state == "waiting"
    assert_exact()
