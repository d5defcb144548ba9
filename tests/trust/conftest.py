"""After a soak: how many steps there were, and with which seed a failure comes again."""

import os

import pytest


@pytest.hookimpl
def pytest_terminal_summary(terminalreporter) -> None:
    if "TRUST_STEPS" not in os.environ:
        return
    reports = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    for report in reports:
        figures = [said for name, said in report.user_properties if name == "figures"]
        if figures and report.when == "call":
            terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {figures[-1]}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever is asked in one day comes as a notice of its own, so that each link has a letter."""
    for item in items:
        if "tests/trust/" in item.nodeid:
            item.add_marker(pytest.mark.settings(NOTICES_PER_DAY="1000"))
