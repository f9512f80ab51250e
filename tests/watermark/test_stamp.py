"""A stamped copy: the same bytes every time, one revision, sound, and still the document it was."""

import dataclasses
import hashlib
import io
import re

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import watermark
from tests.watermark.papers import PAPERS, add_page, faults_of, saved, text_of
from watermark import errors
from watermark.marks import dots, qr
from watermark.write import paint, trial
from watermark.write import prepare as preparing
from watermark.write.framed import framed, unframed

IDENTITY = 0x0123456789ABCDEF
KEY = b"a key of the installation"
PAGES = tuple(
    watermark.PageMark(
        f"F17K2PX9QRTM4WD01{number}Q8ZV5N2C6H1J0KXA",
        "7K2PX-9QRTM-4WD5H",
        ("第 12 份 · 阅后退还机要室", "Copy 12 of 30 · return to the registry"),
        "份号 000012",
        "机密★10年",
    )
    for number in (1, 2)
)
MARK = watermark.Mark(IDENTITY, KEY, PAGES)
MARK_OF_ONE = watermark.Mark(IDENTITY, KEY, PAGES[:1])
WORDS = (*PAGES[0].lines, PAGES[0].head_left, PAGES[0].head_right)


def blank():
    """Return an empty sheet of A4."""
    with pikepdf.new() as pdf:
        add_page(pdf, b"")
        return saved(pdf)


@pytest.fixture(scope="module")
def base():
    return watermark.prepare(PAPERS["plain"](), texts=WORDS)


@pytest.fixture(scope="module")
def stamped(base):
    return watermark.stamp(base, MARK)


def test_the_same_base_and_mark_give_the_same_bytes(base, stamped):
    assert watermark.stamp(base, MARK) == stamped
    again = watermark.prepare(PAPERS["plain"](), texts=WORDS)
    assert watermark.stamp(again, MARK) == stamped


def test_a_base_survives_being_stored(base, stamped):
    restored = watermark.Base.from_bytes(base.to_bytes())
    assert watermark.stamp(restored, MARK) == stamped
    assert restored.findings == base.findings
    assert restored.version == 3


@pytest.mark.parametrize("change", [{"identity": IDENTITY + 1}, {"key": b"another"}])
def test_another_identity_or_key_gives_other_bytes(base, stamped, change):
    other = watermark.Mark(**{"identity": IDENTITY, "key": KEY, "pages": PAGES, **change})
    assert watermark.stamp(base, other) != stamped


@pytest.mark.parametrize(
    "spoilt", [lambda data: data[:-1], lambda data: data + b" ", lambda data: data[:40], bytes]
)
def test_a_damaged_base_is_refused(base, spoilt):
    data = spoilt(base.to_bytes()) if spoilt is not bytes else b""
    with pytest.raises(errors.BaseFormatError):
        watermark.Base.from_bytes(data)


def test_a_base_of_an_unknown_version_is_refused(base):
    data = base.to_bytes().replace(b"FOLIOTRACE-BASE 3", b"FOLIOTRACE-BASE 1", 1)
    with pytest.raises(errors.BaseFormatError) as refused:
        watermark.Base.from_bytes(data)
    assert refused.value.facts == {"reason": "version"}


def test_a_base_from_before_dots_were_inlaid_still_gives_the_same_copies(base):
    lattice = tuple(dataclasses.replace(page, cells=page.cells.lattice) for page in base.pages)
    older = dataclasses.replace(base, survey=dataclasses.replace(base.survey, pages=lattice), version=2)
    restored = watermark.Base.from_bytes(older.to_bytes())
    assert restored.version == 2
    assert watermark.stamp(restored, MARK) == watermark.stamp(older, MARK)


def test_a_survey_from_before_dots_were_inlaid_has_its_lattice(base):
    survey = dataclasses.replace(
        base.survey, pages=tuple(dataclasses.replace(page, shifts=None) for page in base.survey.pages)
    )
    head, _ = unframed(b"FOLIOTRACE-SURVEY 2\n", survey.to_bytes())
    del head["lengths"]
    head["pages"] = [[*told, shapes[0]] for *told, shapes in head["pages"]]
    parts = [part for page in survey.pages for part in (np.packbits(page.cells.layers[0]).tobytes(), b"")]
    restored = watermark.Survey.from_bytes(framed(b"FOLIOTRACE-SURVEY 1\n", head, parts))
    for page, before in zip(restored.pages, survey.pages, strict=True):
        assert len(page.cells.layers) == 1
        assert (page.cells.layers[0] == before.cells.layers[0]).all()


def test_a_copy_has_one_revision(stamped):
    assert stamped.count(b"%%EOF") == 1
    assert stamped.count(b"startxref") == 1
    assert b"/Prev" not in stamped
    assert faults_of(stamped) == []


def unmarked_when_cut(pdf):
    """Return where a file can be cut, after any object, so that what is left opens as a document without marks."""
    found = []
    for end in (match.end() for match in re.finditer(rb"endobj\n|endstream\n|%%EOF\n", pdf)):
        try:
            with pikepdf.open(io.BytesIO(pdf[:end]), suppress_warnings=True) as cut:
                marks = [form.read_bytes() for page in cut.pages for form in forms_of(page)]
        except (KeyError, AttributeError):
            found.append(end)
        except pikepdf.PdfError:
            continue
        else:
            found += [end for mark in marks if b"0 g\n" not in mark]
    return found


def forms_of(page):
    """Return the forms by which a page draws its dots, words and code."""
    return [page.obj.Resources.XObject[name] for name in ("/FtDots", "/FtWords", "/FtCode")]


def test_cutting_the_file_never_gives_an_unmarked_original(stamped):
    assert len(re.findall(rb"endobj\n", stamped)) > 8
    assert unmarked_when_cut(stamped) == []


def test_an_update_behind_an_original_would_be_seen_by_that_test(stamped):
    original = watermark.inspect(PAPERS["plain"]()).cleaned
    assert len(original) in unmarked_when_cut(original + stamped)


def test_the_words_of_a_document_stay_as_they_were(stamped):
    for number, words in ((1, "Minutes of the budget meeting"), (2, "Second page")):
        first, *others = text_of(stamped, number).split("\r\n")
        assert first == words
        ours = " ".join(
            [*PAGES[0].lines, *PAGES[0].caption.split("-"), PAGES[0].head_left, PAGES[0].head_right]
        )
        assert sorted(" ".join(others).split()) == sorted(ours.split())


def test_dots_are_no_text_and_add_no_font(stamped):
    with pikepdf.open(io.BytesIO(stamped)) as opened:
        kinds = [item.get("/Subtype") for item in opened.objects if isinstance(item, pikepdf.Dictionary)]
        dots_form, words_form, code_form = (form.read_bytes() for form in forms_of(opened.pages[0]))
    assert "/Type3" not in kinds
    assert b"Tj" not in dots_form + code_form
    assert words_form.count(b"Tj") == len(PAGES[0].lines) + 3 + 2


def test_all_marks_are_artifacts(stamped):
    with pikepdf.open(io.BytesIO(stamped)) as opened:
        for page in opened.pages:
            old, marks = page.obj.Contents.read_bytes().split(b"/Artifact", 1)
            assert old == b"q /FtPage Do Q\n"
            assert marks.endswith(b"EMC\n")
            assert (marks.count(b"BDC"), marks.count(b"EMC")) == (1, 1)
            assert {name for name in (b"/FtDots", b"/FtWords", b"/FtCode") if name in marks} == {
                b"/FtDots",
                b"/FtWords",
                b"/FtCode",
            }


def test_a_delta_and_its_base_give_the_copy_again(base, stamped):
    delta = watermark.splice(base, MARK)
    restored = watermark.Delta.from_bytes(delta.to_bytes())
    assert restored == delta
    assert b"".join(watermark.chunks(base, restored)) == stamped
    known = watermark.fingerprint(base, restored)
    assert (known.sha256, known.size) == (hashlib.sha256(stamped).hexdigest(), len(stamped))


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data[:-1], lambda data: data + b"x", lambda data: data[:30], lambda data: b"PK" + data],
)
def test_a_damaged_delta_is_refused(base, spoil):
    with pytest.raises(errors.BaseFormatError):
        watermark.Delta.from_bytes(spoil(watermark.splice(base, MARK).to_bytes()))


def test_a_delta_goes_with_no_other_base(base):
    other = watermark.prepare(PAPERS["plain"](), texts=("другой",))
    with pytest.raises(errors.MarkMismatchError):
        watermark.fingerprint(other, watermark.splice(base, MARK))


@pytest.mark.parametrize("side_px", [2, 3, 4])
def test_dots_have_the_size_that_the_plan_asks_for(side_px):
    plan = watermark.MarkPlan(dots=watermark.DotStyle(side_px=side_px), qr=False, lines=False, heads=False)
    base = watermark.prepare(blank(), plan=plan)
    picture = watermark.render_page(watermark.stamp(base, MARK_OF_ONE), 1, 600, gray=True)
    dark = (255 - picture.astype(float)).sum() / 255
    assert dark / base.pages[0].cells.count == pytest.approx(side_px**2, rel=0.02)


def test_a_plan_leaves_out_what_it_does_not_want():
    plan = watermark.MarkPlan(qr=False, dots=None)
    base = watermark.prepare(blank(), texts=WORDS, plan=plan)
    with pikepdf.open(io.BytesIO(watermark.stamp(base, MARK_OF_ONE))) as opened:
        assert sorted(opened.pages[0].obj.Resources.XObject.keys()) == ["/FtPage", "/FtWords"]
    assert not base.pages[0].cells.count


def test_pages_that_share_their_marks_cost_a_copy_once():
    plan = watermark.MarkPlan(per_page=False, shifts=False)
    base = watermark.prepare(PAPERS["plain"](), texts=WORDS, plan=plan)
    page = PAGES[0]
    delta = watermark.splice(base, watermark.Mark(IDENTITY, KEY, (page, page)))
    assert len(delta.blobs) == 4  # words, dots in squares and in flat cells, code
    with pytest.raises(errors.MarkMismatchError):
        watermark.splice(base, MARK)


def test_pages_that_say_different_words_are_refused(base):
    other = dataclasses.replace(PAGES[1], head_left="份号 000013")
    with pytest.raises(errors.MarkMismatchError) as refused:
        watermark.splice(base, watermark.Mark(IDENTITY, KEY, (PAGES[0], other)))
    assert refused.value.facts == {"page": 2, "reason": "other words"}


@given(
    cells=st.lists(st.lists(st.booleans(), min_size=16, max_size=16), min_size=1, max_size=16),
)
def test_the_clip_of_a_tile_is_its_free_cells(cells):
    free = np.array(cells, dtype=bool)
    covered = np.zeros(free.shape, int)
    for x, y, width, height in paint._rectangles(free):
        covered[y : y + height, x : x + width] += 1
    assert (covered == free).all()


def test_every_dot_lies_where_the_field_puts_it(base, stamped):
    dpi = 600
    page = base.pages[0]
    picture = watermark.render_page(stamped, 1, dpi, gray=True)
    centres = dots.centres_mm(IDENTITY, 1, page.cells, KEY)
    assert len(centres) > 5000
    columns, rows = np.rint(centres / 25.4 * dpi - 0.5).astype(int).T
    assert picture[rows, columns].max() < 100
    blank = watermark.render_page(watermark.inspect(PAPERS["plain"]()).cleaned, 1, dpi, gray=True)
    assert blank[rows, columns].min() == 255


def test_a_mark_for_another_number_of_pages_is_refused(base):
    with pytest.raises(errors.MarkMismatchError) as refused:
        watermark.stamp(base, watermark.Mark(IDENTITY, KEY, PAGES[:1]))
    assert refused.value.facts == {"got": 1, "pages": 2}


def test_a_letter_that_was_not_announced_is_refused(base):
    page = watermark.PageMark(PAGES[0].qr_text, "", ("张建国",))
    with pytest.raises(errors.TextNotPreparedError) as refused:
        watermark.stamp(base, watermark.Mark(IDENTITY, KEY, (page, page)))
    assert refused.value.facts == {"characters": "U+56FD U+5EFA U+5F20"}


def test_a_text_that_does_not_fit_is_refused_and_not_cut_off(base):
    page = watermark.PageMark(PAGES[0].qr_text, "", ("word " * 500,))
    with pytest.raises(errors.TextTooLongError):
        watermark.stamp(base, watermark.Mark(IDENTITY, KEY, (page, page)))


def square(side_pt):
    """Return a square sheet of that side, with a word on it."""
    with pikepdf.new() as pdf:
        add_page(pdf, b"0 0 3 3 re f", size=(side_pt, side_pt))
        return saved(pdf)


@pytest.mark.parametrize("side_pt", [50, 60, 72, 100])
def test_a_tiny_page_does_without_words_that_find_no_room_and_that_is_told_before(side_pt):
    told = watermark.words_left_out(watermark.prepare(square(side_pt)), PAGES[0])  # no letter is known to it
    assert {found.facts["mark"] for found in told} == {"head_left", "head_right"}
    assert {found.page for found in told} == {1}
    made = watermark.stamp(watermark.prepare(square(side_pt), texts=WORDS), MARK_OF_ONE)
    picture = watermark.render_page(made, 1, 900, gray=True)
    assert [found.text for found in qr.find(picture)] == [PAGES[0].qr_text]
    assert "000012" not in text_of(made)


@pytest.mark.parametrize("side_pt", [150, 400])
def test_a_page_that_is_not_tiny_loses_no_word(side_pt):
    base = watermark.prepare(square(side_pt), texts=WORDS)
    assert watermark.words_left_out(base, PAGES[0]) == ()
    assert "000012" in text_of(watermark.stamp(base, MARK_OF_ONE))


@pytest.mark.parametrize("identity", [-1, 1 << 64])
def test_an_identity_beyond_64_bits_is_a_programmers_mistake(identity):
    with pytest.raises(ValueError, match="64 bits"):
        watermark.Mark(identity, KEY, PAGES)


def test_a_name_outside_the_typeface_is_printed_as_its_number():
    base = watermark.prepare(PAPERS["turned_90"](), texts=("𠮷野",))
    assert {finding.code: dict(finding.facts) for finding in base.findings} == {
        "characters-missing": {"characters": "U+20BB7"}
    }
    page = watermark.PageMark(PAGES[0].qr_text, "", ("𠮷野",))
    assert "〔U+20BB7〕野" in text_of(watermark.stamp(base, watermark.Mark(1, b"", (page,))))


def test_marks_over_content_are_told():
    base = watermark.prepare(PAPERS["black_from_edge_to_edge"]())
    assert {(finding.code, finding.page) for finding in base.findings} == {("mark-over-content", 1)}
    assert [dict(finding.facts) for finding in base.findings] == [
        {"mark": mark, "percent": 100} for mark in ("qr", "caption", "lines", "head_left", "head_right")
    ]


def test_a_sheet_too_small_for_a_code_is_refused():
    with pikepdf.new() as pdf:
        add_page(pdf)
        add_page(pdf, b"", size=(40, 400))
        offered = saved(pdf)
    with pytest.raises(errors.PageTooSmallError) as refused:
        watermark.prepare(offered)
    assert refused.value.facts == {"page": 2, "short_side_mm": 14.1}


def test_a_page_whose_test_mark_cannot_be_read_is_refused(monkeypatch):
    monkeypatch.setattr(trial.qr, "find", lambda _picture: [])
    with pytest.raises(errors.UnstampablePageError) as refused:
        watermark.prepare(PAPERS["plain"]())
    assert refused.value.facts == {"page": 1}


def test_a_page_on_which_the_mark_is_not_read_becomes_a_picture(monkeypatch):
    read = preparing.misread_pages
    answers = iter([[2], []])
    monkeypatch.setattr(preparing, "misread_pages", lambda base, limits: next(answers) + read(base, limits))
    base = watermark.prepare(PAPERS["plain"](), texts=WORDS)
    assert base.survey.pictured == (2,)
    assert [(told.code, told.page) for told in base.findings] == [("page-became-picture", 2)]
    stamped = watermark.stamp(base, MARK)
    assert "Second page" not in text_of(stamped, 2)
    assert "Minutes of the budget meeting" in text_of(stamped, 1)


def test_what_is_known_of_a_document_spares_looking_again(base, stamped, monkeypatch):
    kept = watermark.Survey.from_bytes(base.survey.to_bytes())
    monkeypatch.setattr(preparing, "survey_pages", None)
    again = watermark.prepare(PAPERS["plain"](), texts=WORDS, known=kept)
    assert again.to_bytes() == base.to_bytes()
    assert watermark.stamp(again, MARK) == stamped


def test_what_is_known_of_another_document_or_plan_is_not_used(base):
    other = watermark.prepare(PAPERS["turned_90"](), texts=WORDS, known=base.survey)
    assert len(other.pages) == 1
    dotless = watermark.prepare(PAPERS["plain"](), plan=watermark.MarkPlan(dots=None), known=base.survey)
    assert not any(page.cells.count for page in dotless.pages)


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data[:-1], lambda data: data + b"x", lambda data: data[:40], lambda data: b"PK" + data],
)
def test_a_damaged_survey_is_refused(base, spoil):
    with pytest.raises(errors.BaseFormatError):
        watermark.Survey.from_bytes(spoil(base.survey.to_bytes()))


def test_a_document_without_a_code_is_tried_with_one(monkeypatch):
    monkeypatch.setattr(trial.qr, "find", lambda _picture: [])
    with pytest.raises(errors.UnstampablePageError):
        watermark.prepare(blank(), plan=watermark.MarkPlan(qr=False))


def test_a_flattened_document_has_no_text_left_and_its_marks():
    base = watermark.prepare(
        PAPERS["plain"](), texts=WORDS, plan=watermark.MarkPlan(shifts=False, flatten_dpi=300)
    )
    stamped = watermark.stamp(base, MARK)
    assert faults_of(stamped) == []
    assert "Minutes" not in text_of(stamped, 1)
    assert "000012" in text_of(stamped, 1)


def test_a_code_found_in_the_wrong_place_is_refused(monkeypatch):
    honest = paint._code_place
    shift = lambda code: code._replace(left=code.left + 1.5, right=code.right + 1.5)  # noqa: E731
    shifted = lambda place, height: honest(dataclasses.replace(place, code=shift(place.code)), height)  # noqa: E731
    monkeypatch.setattr(paint, "_code_place", shifted)
    with pytest.raises(errors.UnstampablePageError):
        watermark.prepare(PAPERS["plain"]())


@settings(max_examples=12)
@given(
    turn=st.sampled_from([0, 90, 180, 270]),
    unit=st.sampled_from([0.5, 1, 2.5]),
    left=st.integers(-300, 300),
    bottom=st.integers(-300, 300),
    cut=st.integers(0, 80),
)
def test_marks_land_upright_under_any_turn_box_and_unit(turn, unit, left, bottom, cut):
    width, height = 420 / unit, 595 / unit
    box = [left, bottom, left + width, bottom + height]
    crop = [box[0] + cut / unit, box[1], box[2], box[3] - cut / unit]
    with pikepdf.new() as pdf:
        add_page(
            pdf, b"", MediaBox=pikepdf.Array(box), CropBox=pikepdf.Array(crop), Rotate=turn, UserUnit=unit
        )
        # ``prepare`` reads its own test mark back, at its place, or raises.
        base = watermark.prepare(saved(pdf))
    expected = (420 - cut, 595 - cut) if turn in {0, 180} else (595 - cut, 420 - cut)
    assert (base.pages[0].width_pt, base.pages[0].height_pt) == pytest.approx(expected, abs=0.01)
    code = base.pages[0].placement.code
    assert code.right == pytest.approx(expected[0] / 72 * 25.4 - 7, abs=0.01)
    assert code.bottom == pytest.approx(expected[1] / 72 * 25.4 - 7, abs=0.01)
