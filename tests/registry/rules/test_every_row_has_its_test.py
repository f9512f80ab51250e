"""The rows of the rules, in ``rows.toml``, each have a test that is named like them, and tell the domain whole."""

import ast
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from registry.rules.approval import Act

HERE = Path(__file__).parent
TABLE = tomllib.loads((HERE / "rows.toml").read_text("utf-8"))
ROWS, CLAUSES = TABLE["row"], TABLE["clause"]
FILES_OF_ROWS = (
    HERE / "test_rows_of_approval.py",
    HERE / "test_rows_of_gates.py",
    HERE.parents[1] / "flows" / "test_rows_of_consents.py",
)


def name_of(row):
    """Return the name of a row's test."""
    return row.get("test", "test_" + row["id"].replace("-", "_"))


@cache
def proven_in(path):
    """Return the names of the tests of a file that assert something, or expect a refusal."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return [
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and _proves(node)
    ]


def _proves(test):
    """Tell whether a test holds anything against anything: by itself, or by a call of its own file."""
    kinds = [type(node) for node in ast.walk(test)]
    return ast.Assert in kinds or ast.Call in kinds


@cache
def everything_proven():
    return Counter(name for path in HERE.parents[1].rglob("test_*.py") for name in proven_in(path))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_the_row_has_its_test(row):
    assert everything_proven()[name_of(row)] >= 1


def test_no_row_stands_twice():
    assert [row_id for row_id, times in Counter(row["id"] for row in ROWS).items() if times > 1] == []


def test_whatever_is_tested_as_a_row_is_one():
    named = {name_of(row) for row in ROWS}
    assert [name for file in FILES_OF_ROWS for name in proven_in(file) if name not in named] == []


def test_the_table_notices_a_row_without_a_test():
    assert everything_proven()[name_of({"id": "nobody-has-ever-thought-of-this"})] == 0


def test_every_clause_of_the_domain_has_rows_and_every_row_its_clause():
    rows = Counter(row for clause in CLAUSES for row in clause["rows"])
    assert rows.keys() == {row["id"] for row in ROWS}
    assert [row for row, times in rows.items() if times > 1] == []
    assert [clause["says"] for clause in CLAUSES if not clause["rows"]] == []


def test_no_clause_stands_twice():
    assert len({clause["says"] for clause in CLAUSES}) == len(CLAUSES)


def test_every_act_that_wants_agreement_has_its_clause():
    assert {clause["act"] for clause in CLAUSES if "act" in clause} == set(Act)


@pytest.mark.parametrize("clause", [one for one in CLAUSES if "|" in one["says"]], ids=lambda one: one["act"])
def test_a_clause_with_three_columns_has_a_row_for_each_level(clause):
    told = [row.replace("top-secret", "highest") for row in clause["rows"]]
    assert [
        level for level in ("confidential", "secret", "highest") if not any(level in row for row in told)
    ] == []
