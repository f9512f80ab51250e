"""Documents that show a head of their own: it is found, compared, kept clear of, and not drawn twice."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

import watermark
from tests.watermark.papers import PAPERS, text_of
from watermark import PageHead
from watermark.write.heads import find_heads, head_findings, parse_mark

A4_PT = (595.276, 841.89)
MM = 72 / 25.4
pdfmetrics.registerFont(TTFont("Ours", watermark.font_path()))

BODY = [("根据上级部署，现就有关事项通知如下。", 28, top, 16) for top in range(110, 250, 10)]


def letter(*pages):
    """Return a cleaned document; each page is a list of texts with left and top in mm and a size in points."""
    target = io.BytesIO()
    paper = canvas.Canvas(target, pagesize=A4_PT, invariant=True)
    for page in pages:
        for text, left, top, size in page:
            paper.setFont("Ours", size)
            paper.drawString(left * MM, A4_PT[1] - top * MM - size * 0.88, text)
        paper.showPage()
    paper.save()
    return watermark.inspect(target.getvalue()).cleaned


def only_head(*texts):
    (head,) = find_heads(letter([*texts, *BODY]))
    return head


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("机密★10年", ("机密", "10年")),
        ("机　密 ★ １０ 年", ("机密", "10年")),
        ("秘密★", ("秘密", "")),
        ("绝密★长期", ("绝密", "长期")),
        ("绝密☆启用前", ("绝密", "启用前")),
        ("密级：核心商密★2年", ("核心商密", "2年")),
        ("普通商密*1年", ("普通商密", "1年")),
        ("秘密", ("秘密", "")),
        ("机密★6个月　特急", ("机密", "6个月")),
        ("机密★2031年12月31日", ("机密", "2031年12月31日")),
        ("本件机密★10年", None),
        ("保密规定", None),
        ("机密★" + "长" * 30, None),
        ("", None),
    ],
)
def test_a_mark_is_read_in_every_form_it_is_printed_in(text, parts):
    assert parse_mark(text) == parts


def test_a_head_as_the_standard_has_it_is_found_with_its_place():
    head = only_head(("000123", 28, 37, 16), ("机密★10年", 28, 47.2, 16), ("特急", 28, 57.4, 16))
    assert (head.page, head.mark, head.copy_no) == (1, "机密★10年", "000123")
    number, mark = head.places
    assert (mark.left, number.left) == (pytest.approx(28, abs=1), pytest.approx(28, abs=1))
    assert 46 < mark.top < mark.bottom < 55


def test_letters_set_apart_are_one_mark():
    spread = [(sign, 28 + 9 * place, 40, 16) for place, sign in enumerate("机密★10年")]
    assert only_head(*spread).mark == "机密★10年"


@pytest.mark.parametrize(
    "text",
    [
        ("秘密", 28, 90, 16),
        ("秘密", 95, 60, 16),
        ("本文件属于秘密★级以下的内容", 28, 40, 16),
        ("518000", 28, 80, 16),
        ("518000", 120, 40, 16),
        ("机密★10年", 28, 120, 16),
    ],
)
def test_words_of_the_text_are_no_head(text):
    assert find_heads(letter([text, *BODY])) == ()


def test_later_pages_carry_theirs_in_the_margin_and_page_numbers_are_known():
    foot = ("— 2 —", 98, 280, 10.5)
    heads = find_heads(letter(BODY, [("秘密★", 170, 12, 10.5), *BODY, foot], [("秘密★", 28, 60, 16), foot]))
    assert [(head.page, head.mark, len(head.places)) for head in heads] == [(2, "秘密", 2), (3, "", 1)]


@pytest.mark.parametrize(
    "text", ["1", "- 12 -", "—3—", "第 3 页", "第 3 页 共 12 页", "Page 3 of 12", "3/12", "·4·"]
)
def test_page_numbers_are_known_in_their_usual_forms(text):
    (head,) = find_heads(letter([*BODY, (text, 98, 280, 10.5)]))
    assert len(head.places) == 1


def heads(*marks, copy_no=""):
    return [PageHead(page, mark, copy_no, ()) for page, mark in enumerate(marks, 1)]


@pytest.mark.parametrize("printed", ["机密★10年", "机密"])
def test_a_head_that_agrees_is_told_once_for_all_pages(printed):
    (told,) = head_findings(heads(printed, printed, "", printed), "机密★10年")
    assert (told.code, told.page, told.facts) == (
        "head-carried",
        None,
        {"printed": printed, "pages": "1–2, 4"},
    )


@pytest.mark.parametrize("printed", ["秘密★10年", "机密★20年", "核心商密"])
def test_a_head_that_differs_is_told_with_what_is_registered(printed):
    (told,) = head_findings(heads(printed), "机密★10年")
    assert told.code == "head-differs"
    assert told.facts == {"printed": printed, "registered": "机密★10年", "pages": "1"}


def test_a_copy_number_of_the_document_is_told():
    (told,) = head_findings(heads("", copy_no="000123"), "机密★10年")
    assert (told.code, told.facts) == ("copy-number-carried", {"printed": "000123", "pages": "1"})


@given(st.lists(st.integers(1, 3000), unique=True).map(sorted))
def test_lists_of_pages_stay_short(pages):
    facts = head_findings([PageHead(page, "秘密", "", ()) for page in pages], "秘密★")
    assert all(len(told.facts["pages"]) <= 64 for told in facts)


MARK = watermark.PageMark(
    "F17K2PX9QRTM4WD0013Q8ZV5N2C6H1J0KX",
    "7K2PX-9QRTM-4WD5H",
    ("份号 000012 · 第 12 份/共 30 份 · 机密★10年", "Copy 000012 · 12 of 30"),
    "份号 000012",
    "机密★10年",
)


def stamped(cleaned):
    base = watermark.prepare(cleaned, texts=(*MARK.lines, MARK.head_left, MARK.head_right))
    copy = watermark.stamp(base, watermark.Mark(1, b"key", (MARK,) * len(base.pages)))
    return base, copy


def test_a_document_that_carries_its_mark_gets_no_second_one():
    base, copy = stamped(letter([("机密★10年", 28, 47, 16), *BODY], BODY))
    assert [page.placement.head_right is None for page in base.pages] == [True, False]
    assert text_of(copy, 1).splitlines()[-1] == "份号 000012"
    assert text_of(copy, 2).splitlines()[-1] == "份号 000012 机密★10年"


def test_a_document_without_a_head_gets_one_as_the_standard_has_it():
    base, copy = stamped(letter(BODY, BODY))
    first, second = (page.placement for page in base.pages)
    assert first.official
    assert (first.head_left.rect.left, first.head_left.rect.top) == (28, 37)
    assert first.head_right.rect.top == pytest.approx(37 + 225 / 22)
    assert first.head_left.size_pt == 16
    assert text_of(copy, 1).splitlines()[-2:] == ["000012", "机密★10年"]
    assert not second.official
    assert second.head_right.rect.right == pytest.approx(203, abs=0.01)
    assert text_of(copy, 2).splitlines()[-1] == "份号 000012 机密★10年"


@pytest.mark.parametrize(
    "cleaned",
    [
        letter([("预算草案", 28, 42, 22), *BODY]),
        letter([("预算草案", 70, 38, 16), *BODY]),
        watermark.inspect(PAPERS["landscape_slide"]()).cleaned,
    ],
)
def test_where_that_place_is_not_free_the_head_stands_in_the_margin(cleaned):
    base, _ = stamped(cleaned)
    assert not base.pages[0].placement.official


def test_our_marks_keep_clear_of_the_documents_own_head_and_page_number():
    own = ("机密★10年", 160, 6, 12)
    cleaned = letter([own, *BODY, ("— 1 —", 98, 283, 10.5)])
    (head,) = find_heads(cleaned)
    placed = stamped(cleaned)[0].pages[0].placement
    assert len(head.places) == 2
    for rect in (placed.code_box, *(room.rect for room in placed.rooms)):
        for place in head.places:
            clear = place.grown(1.5)
            assert not (
                min(rect.right, clear.right) > max(rect.left, clear.left)
                and min(rect.bottom, clear.bottom) > max(rect.top, clear.top)
            )
