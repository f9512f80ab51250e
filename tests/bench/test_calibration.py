"""The calibration counts innocents and wrong claims, and never those of whom nothing is bounded."""

import re

import numpy as np
import pytest

from bench.tracing import calibration, plot, tables
from bench.tracing.calibration import DECADES, Calibration
from bench.tracing.rows import Kind, Row
from watermark.trace.identification import Candidate, Grade, Identification, Tried

MARKED = Row("try", "a memo", Kind.MARKED, ("digital",), ("memo",), target=0.9)
BARE = Row("bare", "no marks", Kind.UNMARKED, ("digital",), ("memo",))
FORGED = Row("forged", "dots carried", Kind.FORGED, ("digital",), ("memo",))


def line(*claims, decoys=()):
    """Return a line of a log: claims as (chance, evidence, true), decoys by what speaks for each."""
    reach = [len(decoys), *(sum(one >= decade for one in decoys) for decade in DECADES)]
    return {"claims": [list(claim) for claim in claims], "decoys_reach": reach}


def reached(counts, decade):
    return counts[DECADES.index(decade)]


def test_an_answer_tells_its_claims_and_how_far_its_decoys_came():
    guilty = Candidate("memo", 7, (1,), None, 20.0, 20.0, -14.0)
    innocent = Candidate("memo", 8, (1,), None, 0.5, 0.5, 0.0)
    blind = Candidate("memo", 9, (1,), None, 30.0, 30.0, -30.0, is_blind=True)
    decoys = np.array([-50.0, 0.0, 1.2, -np.inf])
    answer = Identification(Grade.CERTAIN, (blind, guilty, innocent), (), Tried(1, 1, 1, 10), decoys)
    assert calibration.claims_of(answer, frozenset({7})) == ((-14.0, 20.0, True), (0.0, 0.5, False))
    weighed, *reach = calibration.decoys_reaching(answer)
    assert weighed == 3
    assert [reached(reach, decade) for decade in (0.0, 0.25, 1.0, 1.25)] == [2, 1, 1, 0]


def test_innocents_and_wrong_claims_are_counted_and_forgeries_and_older_lines_are_not():
    marked = [line((-14.0, 20.0, True), (0.0, 1.5, False), decoys=(0.3, -4.0)), {"outcome": "named"}]
    bare = [line((-2.5, 8.0, False), decoys=(1.0, 2.1))]
    forged = [line((-20.0, 26.0, False), decoys=(5.0,))]
    found = Calibration.of([(MARKED, marked), (BARE, bare), (FORGED, forged)], issued=100)
    assert (found.trials, found.decoys, found.issued) == (2, 4, 99 + 100)
    assert [reached(found.decoys_reach, decade) for decade in (-2.0, 1.0, 2.0, 5.0)] == [3, 2, 1, 0]
    assert [reached(found.issued_reach, decade) for decade in (1.5, 2.0, 8.0)] == [2, 1, 1]
    assert (found.claimed[2], found.wrong[2]) == (2, 1)
    assert (found.claimed[3], found.wrong[3]) == (1, 0)


def test_a_full_list_of_ten_tells_nothing_of_those_below_it():
    full = [line(*((0.0, 3.0 - place / 4, False) for place in range(10)))]
    found = Calibration.of([(BARE, full)], issued=100)
    assert reached(found.issued_reach, 0.75) == -1
    assert reached(found.issued_reach, 1.0) == 9


def test_the_tables_and_the_drawing_show_what_was_counted(tmp_path):
    bare = [line((-1.5, 5.5, False), decoys=(1.0, 0.2, -9.0))]
    found = Calibration.of([(BARE, bare)], issued=10_000)
    text = calibration.markdown(found)
    assert "| 10^1 | 1 | 0.3 | 1 | 1,000.0 |" in text
    assert "| 10^−1 | 1 | 1 | 0.1 |" in text
    document = tmp_path / "page.md"
    document.write_text(f"before\n{calibration.BEGIN}\nold\n{calibration.END}\nafter\n")
    tables.put(document, text, calibration.BEGIN, calibration.END)
    assert "old" not in document.read_text()
    assert text in document.read_text()
    with pytest.raises(ValueError, match="no place"):
        tables.put(document, text, "<!-- other -->", calibration.END)
    lines = re.findall(r'<polyline points="([^"]*)"', plot.drawn(found))
    assert [len(points.split()) for points in lines] == [
        2,
        sum(count > 0 for count in found.decoys_reach),
        sum(count > 0 for count in found.issued_reach),
    ]


def test_benchmark_rows_miss_where_more_innocents_come_than_the_bound_has():
    many = [line((0.0, 0.0, False), decoys=(2.0,) * 5 + (0.0,) * 95)]
    rows = calibration.as_rows(Calibration.of([(BARE, many)], issued=100))
    assert [(row.what, row.met) for row in rows] == [
        ("decoys at 10^1", True),
        ("decoys at 10^2", False),
        ("decoys at 10^3", True),
        ("wrong at 10^-1", True),
    ]


def test_nothing_counted_is_told_as_nothing():
    found = Calibration.of([], issued=100)
    assert "0 trials" in calibration.markdown(found)
    assert plot.drawn(found).count("<polyline") == 3
