"""Fixtures of all tests. Each comes from the module that explains it; here is only what concerns the run as a whole."""

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.fixtures import compiled, machine, memory, network

pytest_plugins = [
    "tests.fixtures.databases",
    "tests.fixtures.browsers",
    "tests.fixtures.servers",
    "tests.fixtures.office",
    "tests.fixtures.world",
    "tests.fixtures.readers",
    "tests.fixtures.doors",
    "tests.fixtures.printers",
    "tests.fixtures.tables",
]

settings.register_profile("desk", deadline=None)
settings.register_profile(
    "build", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


def pytest_configure() -> None:
    """Cut the outside off and choose how properties are searched: freshly at a desk, repeatably on a build server."""
    memory.take_room()
    network.block_outside()
    compiled.share()
    settings.load_profile("build" if os.environ.get("CI") else "desk")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what this machine could not run, one line each."""
    for line in machine.list_missing():
        terminalreporter.write_line(f"not run here: {line}", yellow=True)
