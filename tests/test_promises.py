"""SECURITY.md names for each promise what holds it, and that has to exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "SECURITY.md").read_text()


def test_whatever_holds_a_promise_exists():
    named = set(re.findall(r"`((?:tests|bench)/[\w/]+\.py)`", TEXT))
    assert len(named) > 20
    assert not [name for name in sorted(named) if not (ROOT / name).is_file()]


def test_each_promise_names_what_holds_it():
    promises = [
        line
        for part in TEXT.split("\n## ")
        if "| promise | held by |" in part
        for line in part.splitlines()
        if line.startswith("| ") and line != "| promise | held by |"
    ]
    assert len(promises) > 20
    assert not [line for line in promises if not re.search(r"\| `(tests|bench)/.*\.py` \|$", line)]


def test_every_test_of_trust_holds_a_promise():
    files = {path.name for path in (ROOT / "tests" / "trust").glob("test_*.py")}
    assert not [name for name in sorted(files) if name not in TEXT]


def test_what_it_says_to_run_is_there():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"`make (\w+)`", TEXT):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
