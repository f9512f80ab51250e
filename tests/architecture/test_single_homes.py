"""Three powers have one home each: ending a transaction, reading the environment, telling the time."""

import ast
from pathlib import Path

import pytest

from tests.architecture.sources import attributes, mentions, modules_of_rooms, parsed

COMMITTER = Path("service/database.py")
ENVIRONMENT_READER = Path("service/config.py")
CLOCK = Path("service/runtime.py")

ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv"}
LOCKS_OF_THEIR_OWN = {
    "registry/ledger/log.py": "the ledger's row, which nothing names",
    "registry/letters.py": "letters that a request rests on, read together by several deeds",
    "registry/rows.py": "a person who leaves, whom nothing new may name",
    "service/jobs.py": "jobs, which nothing names",
}
CLOCKS = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "sqlalchemy.func.current_timestamp",
    "sqlalchemy.func.now",
    "time.ctime",
    "time.gmtime",
    "time.localtime",
    "time.time",
    "time.time_ns",
}


def commits(tree: ast.Module) -> list[int]:
    return [line for line, name in attributes(tree) if name == "commit"]


def readings_of_the_environment(tree: ast.Module) -> list[int]:
    return [line for line, name in mentions(tree) if name in ENVIRONMENT]


def glances_at_the_clock(tree: ast.Module) -> list[int]:
    return [line for line, name in mentions(tree) if name in CLOCKS]


@pytest.mark.parametrize(
    ("find", "home"),
    [
        (commits, COMMITTER),
        (readings_of_the_environment, ENVIRONMENT_READER),
        (glances_at_the_clock, CLOCK),
    ],
)
def test_a_power_has_one_home(find, home):
    found = {str(path): find(parsed(path)) for path in modules_of_rooms()}
    assert found.pop(str(home)), f"{home} no longer does what this test reserves for it"
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("find", "source"),
    [
        (commits, "def deed(session):\n    session.commit()"),
        (commits, "class End:\n    now = session.commit"),
        (readings_of_the_environment, "import os\nhome = os.environ['HOME']"),
        (readings_of_the_environment, "from os import environ as e\nhome = e.get('HOME')"),
        (readings_of_the_environment, "import os\nhome = os.getenv('HOME')"),
        (glances_at_the_clock, "from datetime import UTC, datetime\nat = datetime.now(UTC)"),
        (glances_at_the_clock, "import datetime as dt\nat = dt.datetime.now(dt.UTC)"),
        (glances_at_the_clock, "from time import time as t\nat = t()"),
        (glances_at_the_clock, "import time\nclock = time.time"),
        (glances_at_the_clock, "import sqlalchemy as sa\nat = sa.func.now()"),
    ],
)
def test_the_guard_sees_through_other_names(find, source):
    assert find(ast.parse(source)) == [2]


def locks_that_names_wait_for(tree: ast.Module) -> list[int]:
    """Return the lines that lock a row also against new rows that name it, which turns foreign keys into locks."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = [
        call
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "with_for_update"
        and not any(each.arg == "key_share" for each in call.keywords)
    ]
    whole = [
        each.value
        for call in calls
        for each in call.keywords
        if each.arg == "with_for_update" and isinstance(each.value, ast.Constant) and each.value.value
    ]
    return sorted(node.lineno for node in named + whole)


def test_a_locked_row_can_be_named_by_new_rows():
    found = {str(path): locks_that_names_wait_for(parsed(path)) for path in modules_of_rooms()}
    assert {path for path, lines in found.items() if lines} == set(LOCKS_OF_THEIR_OWN)


@pytest.mark.parametrize(
    "source",
    ["import x\nquery.with_for_update()", "import x\nsession.get(Person, 1, with_for_update=True)"],
)
def test_the_guard_sees_a_lock_that_names_wait_for(source):
    assert locks_that_names_wait_for(ast.parse(source)) == [2]


@pytest.mark.parametrize(
    "source",
    [
        "import time\nstarted = time.monotonic()",
        "from datetime import datetime\nat = datetime.fromisoformat(text)",
        "import os\nos.kill(pid, signal)",
    ],
)
def test_the_guard_lets_innocent_lines_pass(source):
    tree = ast.parse(source)
    assert commits(tree) + readings_of_the_environment(tree) + glances_at_the_clock(tree) == []
