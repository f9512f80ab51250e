"""Whatever boxes, turns, units and loose ends a page has: its code is upright and in place, or the page is refused."""

import pikepdf
from hypothesis import HealthCheck, Phase, event, example, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary

import watermark
from tests.watermark.zoo.keeper import MOTIF, form, saved, sheet
from tests.watermark.zoo.visit import visit

numbers = st.integers(-300, 500) | st.floats(-300, 500).map(lambda number: round(number, 3))
boxes = st.tuples(numbers, numbers, numbers, numbers)
around_a6 = st.builds(
    lambda x, y, width, height: (x, y, x + width, y + height),
    numbers,
    numbers,
    st.integers(100, 500),
    st.integers(100, 500),
)
turns = st.sampled_from((0, 90, 180, 270, -90, 360, 45, 1350)) | st.integers(-1000, 1000)
units = st.sampled_from((1, 0.5, 2, 1.7, 0, -1)) | st.floats(0.3, 2).map(lambda number: round(number, 2))

loose_ends = st.lists(
    st.sampled_from(
        (
            b"q",
            b"q 0.5 0 0 0.5 30 40 cm",
            b"Q",
            b"Q Q",
            b"(open",
            b"<48",
            b"[1 2",
            b"<< /A",
            b"BT",
            b"BT /F1 9 Tf 3 Tr",
            b"ET",
            b"0 0 9 9 re W n",
            b"0 0 9 9 re W",
            b"9 9 m",
            b"1" + b"0" * 50 + b" 0 0 1 0 0 cm",
            b"0 0 0 0 0 0 cm",
            b"-1 0 0 1 0 0 cm",
            b"/Faint gs",
            b"EMC",
            b"/OC /L BDC",
            b"BX",
            b"BI /W 9",
            b"\x00\xff",
            b"/A Do",
            b"1 w 5 J [3 0] 0 d",
        )
    ),
    max_size=8,
)


def document(media, crop=None, turn=0, unit=1, *, before=(), after=(), in_pieces=False):
    """Return a page of these boxes with the motif between loose ends."""
    with pikepdf.new() as pdf:
        # What is drawn lies near the middle of the sheet, so that the marks find room whatever the box.
        left, bottom = min(media[0], media[2]), min(media[1], media[3])
        content = [
            b" ".join(before),
            b"q 0.2 0 0 0.2 %.3f %.3f cm " % (left + 10, bottom + 30) + MOTIF + b" Q",
            b" ".join(after),
        ]
        page = sheet(pdf, b"\n".join(content), MediaBox=Array(list(media)), Rotate=turn, UserUnit=unit)
        if in_pieces:
            page.Contents = Array([pdf.make_stream(piece) for piece in content])
        if crop is not None:
            page.CropBox = Array(list(crop))
        page.Resources = Dictionary(
            ExtGState=Dictionary(Faint=Dictionary(ca=0.1, BM=pikepdf.Name.Multiply)),
            XObject=Dictionary(A=form(pdf, b"q q 0.9 g 0 0 50 50 re f", box=(0, 0, 50, 50))),
        )
        return saved(pdf)


# A visit costs a quarter of a second, so a failing example is shown as it was found.
@settings(
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(
    media=around_a6 | boxes,
    crop=st.none() | around_a6 | boxes,
    turn=turns,
    unit=units,
    before=loose_ends,
    after=loose_ends,
    in_pieces=st.booleans(),
)
@example(media=(0, 0, 298, 420), crop=None, turn=90, unit=1, before=[b"q"], after=[b"(open"], in_pieces=False)
@example(
    media=(0, 0, 298, 420),
    crop=(50, 60, 200, 300),
    turn=270,
    unit=2,
    before=[b"Q"],
    after=[b"0 0 9 9 re W"],
    in_pieces=True,
)
@example(
    media=(300, 400, -1, -2),
    crop=(-50, 10, 900, 300),
    turn=-90,
    unit=0.7,
    before=[],
    after=[b"BT", b"1" + b"0" * 50 + b" 0 0 1 0 0 cm"],
    in_pieces=False,
)
def test_every_page_is_marked_in_place_or_refused(**page):
    offered = document(**page)
    outcome = visit(offered, unlike="looked at elsewhere")
    event(f"{outcome.kind} {outcome.what}")
    assert outcome.kind in {"stamped", "refused"}
    if outcome.kind == "refused":
        # Only sizes are a reason here: nothing in these pages is broken beyond drawing.
        assert outcome.what in {"page-too-small", "page-too-large", "mark-text-too-long"}


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=300))
def test_a_text_of_a_file_is_told_in_visible_characters_only(text):
    from watermark.findings import tellable

    told = tellable(text)
    assert len(told) <= 80
    assert told.isprintable()
    assert tellable(told) == told


def test_a_page_is_found_at_the_same_size_however_it_is_turned():
    sizes = [
        watermark.inspect(document((0, 0, 298, 420), turn=turn)).page_sizes_mm[0]
        for turn in (0, 90, 180, 270)
    ]
    assert sizes[0] == sizes[2]
    assert sizes[1] == sizes[3] == sizes[0][::-1]
