"""Nobody gets what was not given, whatever is done by whom, and in whatever order.

The suite plays the same steps every time. `make soak` plays a million others: TRUST_STEPS says how
many in all, TRUST_SEED where they begin (a number, or "random").
"""

import os
import secrets
from collections import Counter
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis.stateful import run_state_machine_as_test

from records.database import db, is_postgresql
from tests.trust.machine import Machine

STEPS = int(os.environ.get("TRUST_STEPS", "10000"))  # both databases together
SEED = os.environ.get("TRUST_SEED", "0")
ON_POSTGRESQL = 0.2  # of the steps, because each takes twice as long there
# So few examples at a time, because Hypothesis varies what it has played after the tenth. Another
# seed leads further. The first example of all is the simplest one: there nothing happens.
EXAMPLES, LENGTH = 9, 80
ROUND = hypothesis.settings(
    stateful_step_count=LENGTH,
    deadline=None,
    database=None,
    print_blob=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
# What has to have happened at least so often in 10,000 steps, or they prove nothing.
ENDINGS = {
    "access approved": 4,
    "access approved by the contact": 3,
    "access approved by the directory": 2,
    "access accepted": 2,
    "access declined": 2,
    "access reported": 2,
    "access expired": 2,
    "access withdrawn": 4,
    "first_admin approved": 8,
    "first_admin reported": 2,
    "dispute": 12,
    "hand-over": 50,
    "continue": 6,
    "sign out": 50,
    "claim again": 30,
    "foreign value": 5,
    "open page sent": 100,
    "replayed": 100,
    "replayed elsewhere": 100,
    "launched -> waiting": 16,
    "waiting -> launched": 12,
    "waiting -> stopped": 2,
    "provisioned -> stopped": 8,
    "provisioned: new": 14,
    "provisioned: administered": 40,
    "provisioned: asking": 3,
    "refused: late": 10,
    "refused: late: approved": 5,
    "refused: late: expired": 2,
    "refused: late: withdrawn": 2,
    "refused: not entitled": 2,
    "refused: dead link": 50,
    "refused: closed": 8,
    "refused: former contact": 30,
    "refused: stranger": 100,
    "refused: order stopped": 6,
    "refused: order over": 30,
    "refused: page without its cookie": 100,
}


@pytest.fixture(scope="module")
def played() -> Counter[str]:
    """What happened on both databases."""
    return Counter()


def test_nobody_gets_what_was_not_given(app, tmp_path, played, record_property):
    if not is_postgresql():
        db.execute_sql("PRAGMA synchronous = OFF")  # no power fails here
    share = ON_POSTGRESQL if is_postgresql() else 1 - ON_POSTGRESQL
    play(app, tmp_path, int(STEPS * share), played, record_property)


def play(app: Flask, folder: Path, steps: int, played: Counter[str], told) -> None:
    """So many steps, in rounds; `told` of each round before it begins.

    The database that plays last goes on while something that has to happen is rare, at most for as
    many steps again: what a seed leads to changes with every rule that is added to the game.
    """
    tally: Counter[str] = Counter()
    town = type("Town", (Machine,), {"app": app, "folder": folder, "tally": tally})
    first = secrets.randbits(32) if SEED == "random" else int(SEED)
    while tally["steps"] < steps or (
        tally["steps"] < 2 * steps
        and played["steps"] + tally["steps"] >= STEPS
        and too_rare(played + tally)
    ):
        told("figures", f"{tally['steps']:,} steps were right; then TRUST_SEED={first}")
        before = tally["steps"]
        # Even seeds here and odd ones there: the databases do not play the same.
        seeded = hypothesis.seed(2 * first + is_postgresql())(town)
        examples = min(EXAMPLES, 2 + max(0, steps - before) // LENGTH)
        run_state_machine_as_test(
            seeded, settings=hypothesis.settings(ROUND, max_examples=examples)
        )
        assert tally["steps"] > before, "a round without a step"
        first += 1
    told("figures", f"{tally['steps']:,} steps, {tally['requests']:,} requests: all were right")
    played.update(tally)


def test_every_ending_was_reached(played):
    assert played["steps"] >= STEPS
    rare = too_rare(played)
    assert not rare, f"in {played['steps']} steps this did not happen often enough: {rare}"


def too_rare(tally: Counter[str]) -> dict[str, str]:
    return {name: f"{tally[name]} of {n}" for name, n in ENDINGS.items() if tally[name] < n}
