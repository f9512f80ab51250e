"""The tracing bench: what it counts as named, wrong and declined, with readers that are made up."""

import json

import cv2
import numpy as np
import pytest

from bench.tracing import log, mixing, tables, trials
from bench.tracing.bounds import clopper_pearson, most
from bench.tracing.documents import DOCUMENTS, KEY, TEXTS, registered
from bench.tracing.rows import ROWS, Kind, Row
from watermark.marks.layout import signs
from watermark.trace.identification import Candidate, Grade, Identification, Tried, grade_of

ROW = Row("try", "a memo as a file", Kind.MARKED, ("digital",), ("memo",), target=0.9)
UNMARKED = Row("try unmarked", "no marks", Kind.UNMARKED, ("digital",), ("memo",))
NOBODY = np.array([-1.5, -0.3])


def answer(*candidates):
    """Return an identification with these (document, identity, log10 chance), the likeliest first."""
    named = tuple(
        Candidate(document, identity, (1,), None, 20.0, 20.0, chance)
        for document, identity, chance in candidates
    )
    grade = grade_of(named[0].log10_chance if named else 0.0)
    return Identification(grade, named, (), Tried(1, 1, 1, 10_000), NOBODY)


def reader(identify):
    """Return a reader that sees one reference a page."""

    class Page:
        def __init__(self, page):
            self.page = page

    return trials.Reader(
        lambda _cleaned, survey, _name: [Page(number + 1) for number in range(len(survey.pages))], identify
    )


def copy_of(row, seed, trial):
    """Return who had the copy of a trial."""
    return next(iter(trials.scene_of(row, seed, trial).guilty))


def test_a_reader_that_names_the_copy_is_right():
    guilty = copy_of(ROW, 3, 0)
    result = trials.run(ROW, 3, 0, reader(lambda *_: answer(("memo", guilty, -11.0))))
    assert result.outcome == "named"
    assert result.log10_guilty == 20.0
    assert result.log10_decoy == -0.3


@pytest.mark.parametrize(
    ("candidates", "outcome"),
    [
        ([("memo", 1, -11.0)], "wrong"),
        ([("memo", 1, -5.0)], "strong"),
        ([("memo", 1, -1.0)], "insufficient"),
        ([], "insufficient"),
        ([("other", None, -11.0)], "wrong"),
        ([("memo", None, -11.0), ("memo", 1, -9.5)], "wrong"),
        ([("memo", None, -11.0), ("memo", 1, -4.0)], "named"),
    ],
)
def test_every_certain_candidate_counts(candidates, outcome):
    named = [
        (document, 7 if identity is None else identity, chance) for document, identity, chance in candidates
    ]
    assert trials.judged(answer(*named), "memo", frozenset({7})) == outcome


def test_a_contradiction_is_not_a_name():
    conflict = Identification(Grade.CONFLICT, (), (), Tried(1, 1, 1, 1), NOBODY)
    assert trials.judged(conflict, "memo", frozenset()) == "conflict"
    certain = Candidate("memo", 1, (1,), 20.0, None, 20.0, -12.0)
    declined = Identification(grade_of(-1.0), (certain,), (), Tried(1, 1, 1, 1), NOBODY)
    assert trials.judged(declined, "memo", frozenset()) == "insufficient"


def test_on_an_unmarked_page_any_name_is_wrong():
    issued = int(trials.codes_of("memo")[0])
    assert trials.run(UNMARKED, 1, 0, reader(lambda *_: answer(("memo", issued, -9.1)))).outcome == "wrong"
    assert trials.run(UNMARKED, 1, 0, reader(lambda *_: answer())).outcome == "insufficient"


def test_a_reader_that_stumbles_has_not_named():
    def stumble(*_):
        raise ValueError("no such picture")

    result = trials.run(ROW, 1, 0, reader(stumble))
    assert (result.outcome, result.detail) == ("failed", "ValueError: no such picture")


def test_a_reader_is_told_all_issued_codes_the_page_and_our_key():
    seen = []
    trials.run(ROW, 1, 4, reader(lambda *told: seen.append(told) or answer()))
    ((pictures, references, codes, keys),) = seen
    assert len(pictures) == 1
    assert [reference.page for reference in references] == [1]
    assert copy_of(ROW, 1, 4) in set(codes["memo"].tolist())
    assert len(set(codes["memo"].tolist())) == trials.ISSUED
    assert keys == [KEY]


def test_trials_depend_on_seed_row_and_number_only():
    first, again = (trials.scene_of(ROW, 9, 2) for _ in range(2))
    assert first.guilty == again.guilty
    assert np.array_equal(first.pictures[0], again.pictures[0])
    assert trials.scene_of(ROW, 9, 3).guilty != first.guilty
    assert trials.scene_of(ROW, 8, 2).guilty != first.guilty


def test_what_was_run_is_not_run_again(tmp_path):
    line = {"row": "try", "seed": 1, "trial": 1, "outcome": "named"}
    log.append(tmp_path, ROW, [line, line | {"trial": 3}, line | {"seed": 2, "trial": 0}])
    assert log.missing(tmp_path, ROW, 1, 5) == [0, 2, 4]
    assert len(log.kept(tmp_path, ROW)) == 3


def test_a_line_that_was_cut_off_is_run_again(tmp_path):
    log.append(tmp_path, ROW, [{"seed": 1, "trial": 0}])
    with log.file_of(tmp_path, ROW).open("a") as file:
        file.write('{"seed": 1, "tri')
    log.append(tmp_path, ROW, [{"seed": 1, "trial": 2}])
    assert [result["trial"] for result in log.kept(tmp_path, ROW)] == [0, 2]
    assert log.missing(tmp_path, ROW, 1, 3) == [1]


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 10, 0.0, 0.3085), (8, 10, 0.4439, 0.9748), (10, 10, 0.6915, 1.0), (99, 100, 0.9455, 0.9997)],
)
def test_bounds_are_those_of_the_tables(hits, of, low, high):
    assert clopper_pearson(hits, of) == pytest.approx((low, high), abs=1e-4)


def test_none_in_three_thousand_is_less_than_one_in_a_thousand():
    assert most(0, 3000) == pytest.approx(0.000998, abs=1e-6)
    assert most(1, 3000) == pytest.approx(0.00158, abs=1e-5)
    with pytest.raises(ValueError, match="no share"):
        clopper_pearson(3, 2)


def counted(row, *outcomes):
    """Return a row of which these outcomes were counted."""
    results = [{"outcome": outcome, "reader_s": 1.0, "log10_guilty": 30.0} for outcome in outcomes]
    return tables.Sum.of(row, results)


def test_tables_show_what_was_counted(tmp_path):
    document = tmp_path / "tracing.md"
    document.write_text(f"before\n{tables.BEGIN}\nold\n{tables.END}\nafter\n")
    sums = [counted(ROW, *["named"] * 9, "strong"), counted(UNMARKED, "no-mark", "wrong")]
    tables.write(document, sums)
    text = document.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert (
        "| try: a memo as a file | 9 | 10 | 90.0 % | 55.5–99.7 % | 0 | 30 | 1.0 · 1.0 | 90 % | yes |" in text
    )
    assert "| no marks | 1 | 2 |" in text
    assert "**1 wrong names in 12 trials**" in text


def test_benchmark_rows_say_what_was_missed():
    rows = tables.as_rows([counted(ROW, "named", "insufficient"), counted(UNMARKED, "wrong")])
    assert [(row.what, row.figure, row.met) for row in rows] == [
        ("try", 50.0, False),
        ("wrong names", 1, False),
    ]


def test_every_row_can_be_run_and_has_a_name_of_its_own():
    assert len({row.name for row in ROWS}) == len(ROWS)
    assert {document for row in ROWS for document in row.documents} <= set(DOCUMENTS)
    assert sum(row.trials for row in ROWS) >= 3000


def test_pages_of_text_have_words_to_displace():
    for name in TEXTS:
        assert all(len(page.units) >= 250 for page in registered(name).base.pages)


def test_a_word_mix_of_one_is_the_copy_itself():
    document = registered("letter")
    alone = mixing.mixed(document, [77], 1, "word-mix", np.random.default_rng(0))
    stamped = mixing.page_of(document, 77, 1)
    assert np.abs(alone.astype(int) - stamped).mean() < 1.0
    other = np.abs(mixing.page_of(document, 78, 1).astype(int) - stamped).mean()
    assert other > 4.0


def test_two_who_average_leave_words_that_differ_where_they_were():
    document = registered("letter")
    theirs = [signs(code, 1, len(document.base.pages[0].units), KEY) for code in (5, 6)]
    mixed = mixing.mixed(document, [5, 6], 1, "average", np.random.default_rng(0))
    change = cv2.absdiff(mixed, mixing.bare_page(document, 1))
    differ = np.flatnonzero((theirs[0] != theirs[1]).all(1))
    agree = np.flatnonzero((theirs[0] == theirs[1]).all(1))

    def changed(unit):
        left, top, right, bottom = (
            round(side * mixing.PX_PER_MM) for side in document.base.pages[0].units[unit]
        )
        return change[top:bottom, left:right].mean()

    assert np.median([changed(unit) for unit in differ]) < 1
    assert np.median([changed(unit) for unit in agree]) > 5


@pytest.mark.parametrize("attack", ["word-mix", "line-mix", "minority", "majority", "pixel-average"])
def test_every_attack_mixes_a_page(attack):
    document = registered("memo")
    mixed = mixing.mixed(document, [5, 6, 7], 1, attack, np.random.default_rng(0))
    assert mixed.shape == mixing.bare_page(document, 1).shape
    assert not np.array_equal(mixed, mixing.page_of(document, 5, 1))


def test_an_unknown_attack_is_refused():
    with pytest.raises(ValueError, match="no such attack"):
        mixing.mixed(registered("memo"), [5, 6], 1, "whistling", np.random.default_rng(0))


def test_a_forger_carries_dots_but_no_words():
    document = registered("memo")
    page = mixing.forged(
        document, 5, 1, "on a page of no copy", rng=np.random.default_rng(0), other=registered("strange")
    )
    dots = mixing.dots_of(document, 5, 1) < 128
    assert (page[dots] < 128).mean() > 0.95
    assert ((page < 128) & ~dots).sum() == pytest.approx(
        (mixing.bare_page(document, 1) < 128).sum(), rel=0.01
    )
    assert (mixing.page_of(document, 5, 1) != page).any()


@pytest.mark.parametrize("kind", mixing.FORGERIES)
def test_every_forgery_bears_the_dots_of_its_victim(kind):
    document = registered("form")
    page = mixing.forged(document, 5, 1, kind, rng=np.random.default_rng(0), other=registered("strange"))
    dots = mixing.dots_of(document, 5, 1) < 128
    assert (page[dots] < 128).mean() > 0.5
    with pytest.raises(ValueError, match="no such forgery"):
        mixing.forged(document, 5, 1, "by post", rng=np.random.default_rng(0), other=registered("strange"))


def test_results_are_written_as_json():
    result = trials.run(ROW, 1, 0, reader(lambda *_: answer()))
    assert json.loads(json.dumps(result.as_json()))["outcome"] == "insufficient"
