"""What a spreadsheet program is given is never a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.spreadsheets import FORMULA_STARTS, csv_file, neutral


@pytest.mark.parametrize("cell", ['=HYPERLINK("http://x")', "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_what_would_be_a_formula_is_text(cell):
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "kept"), [("财务部", "财务部"), (7, 7), (-7, -7), (None, ""), ("a=b", "a=b")]
)
def test_what_is_none_stays_as_it_is(cell, kept):
    assert neutral(cell) == kept


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_no_cell_of_a_file_begins_like_a_formula_and_each_comes_back(cells):
    file = csv_file(cells, [cells])
    assert file.startswith("\ufeff".encode())
    for row in csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")):
        assert not any(cell.startswith(FORMULA_STARTS) for cell in row)
        assert [cell.removeprefix("'") for cell in row] == [cell.removeprefix("'") for cell in cells]
