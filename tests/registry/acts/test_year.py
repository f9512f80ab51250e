"""A small year: what it ends with follows from its movements and entries alone, by a script of no relation."""

import ast
from pathlib import Path

import pytest

from service.config import Settings
from service.database import Database
from tests.fixtures import recount
from tests.fixtures.house import move_in
from tests.fixtures.recount import Recount
from tests.fixtures.year import Year, settle

MEETINGS = 6
COPIES = 480


@pytest.fixture
def database_backend():
    """One story, told once; the deeds themselves are tried on both databases in ``test_any_sequence``."""
    return "sqlite"


@pytest.fixture
def database(database_url, tmp_path):
    opened = Database(Settings(environment="test", data_dir=tmp_path, database_url=database_url))
    yield opened
    opened.close()


def test_a_year_is_settled_from_its_movements_alone(database):
    year = Year(move_in(database), seed=7, meetings=MEETINGS, copies=COPIES)
    year.live()
    settled = settle(year)
    assert settled.faults == ()
    assert settled.copies >= COPIES * 0.95
    assert year.done["meetings"] == MEETINGS
    for deed in (
        "printed",
        "handed out",
        "brought back",
        "passed on",
        "claimed",
        "missed",
        "found",
        "outings",
    ):
        assert year.done[deed] > 0, deed
    assert {"DESTROYED", "HELD", "IN_STOCK"} <= set(settled.states)
    assert year.mistakes.total() > 100

    with database.transaction() as session:  # somebody moves a copy behind the register's back
        connection = session.connection()
        connection.exec_driver_sql(
            "UPDATE movement SET person_id = 1 WHERE id = (SELECT max(id) FROM movement WHERE custodian = 'PERSON')"
        )
    assert Recount(year.house.rows).faults != []
    assert settle(year).faults != ()


def test_the_script_that_counts_anew_knows_nothing_of_the_product():
    tree = ast.parse(Path(recount.__file__).read_text("utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert modules == {"collections", "collections.abc", "dataclasses", "datetime", "json"}
