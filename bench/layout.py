"""How fast the words of pages are moved, against rewriting the same pages with pikepdf for every copy.

Processor time, one run, English and Chinese pages of running text as reportlab sets them.
"""

import io
import re
import time
import zlib
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pikepdf
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

import watermark
from bench.paper import running_words
from bench.report import Row, at_least, at_most, show
from watermark.clean.inspect import CONTENT_NAME
from watermark.displace.drawn import drawn_once
from watermark.displace.find import find_shifts
from watermark.displace.shifts import PageShifts
from watermark.displace.textwalk import form_at
from watermark.marks.layout import displacements_mm, signs
from watermark.units import pt_from_mm

_KEY = b"a key of the benchmark"
_LINES = 43
_POINTS = 11.0
_FASTEST_ZLIB = 1
_MOST_WORDS = 3000
_ENGLISH_WORD, _CHINESE_GLYPH = re.compile(rb"[^ ]+ ?"), re.compile(rb".", re.DOTALL)

Language = Literal["en", "zh"]


def _document(language: Language, pages: int) -> bytes:
    """Return a cleaned document of running text."""
    chance = np.random.default_rng(1)
    target = io.BytesIO()
    drawn = canvas.Canvas(target, pagesize=A4, invariant=1)
    pdfmetrics.registerFont(TTFont("Bundled", str(watermark.font_path())))
    for _ in range(pages):
        drawn.setFont("Bundled" if language == "zh" else "Times-Roman", _POINTS)
        text = drawn.beginText(70, 770)
        text.setLeading(16)
        for _ in range(_LINES):
            text.textLine(running_words(language, chance))
        drawn.drawText(text)
        drawn.showPage()
    drawn.save()
    return watermark.inspect(target.getvalue()).cleaned


def _prepared(pdf: bytes) -> tuple[list[PageShifts], float]:
    """Return what moves on each page, and the CPU seconds a page took."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        started = time.process_time()
        once = drawn_once(document)
        found = [find_shifts(document, page, once=once) for page in range(1, len(document.pages) + 1)]
        spent = time.process_time() - started
    assert all(found), "every page of running text has words to move"
    return [shifts for shifts in found if shifts is not None], spent / len(found)


def _rate(pages: list[PageShifts], copies: int, make: Callable[[PageShifts, int, int], Any]) -> float:
    """Return pages made per CPU second."""
    started = time.process_time()
    for copy in range(copies):
        for number, page in enumerate(pages, start=1):
            make(page, copy, number)
    return copies * len(pages) / (time.process_time() - started)


def _filled(page: PageShifts, copy: int, number: int) -> tuple[bytes, ...]:
    return page.fill(signs(copy, number, len(page.units), _KEY))


def _packed(page: PageShifts, copy: int, number: int) -> list[bytes]:
    return [zlib.compress(content, _FASTEST_ZLIB) for content in _filled(page, copy, number)]


def _rewritten(pdf: bytes, language: Language, copies: int) -> float:
    """Return pages per CPU second when pikepdf parses, edits, unparses and saves the document for each copy."""
    started = time.process_time()
    pages = 0
    for copy in range(copies):
        with pikepdf.open(io.BytesIO(pdf)) as document:
            for number, page in enumerate(document.pages, start=1):
                form = form_at(page.obj, (CONTENT_NAME,))
                form.write(_edited(form, language, copy, number))
                pages += 1
            document.save(io.BytesIO())
    return pages / (time.process_time() - started)


def _edited(form: pikepdf.Stream, language: Language, copy: int, number: int) -> bytes:
    """Return content with every word, or every glyph of Chinese, moved along and across its line, and back.

    The simplest program that makes the same kind of page: no widths, no places, no joining of short words.
    """
    cut = _ENGLISH_WORD if language == "en" else _CHINESE_GLYPH
    instructions: list[Any] = []
    moves = iter(displacements_mm(signs(copy, number, _MOST_WORDS, _KEY)).tolist())
    for instruction in pikepdf.parse_content_stream(form):
        if str(instruction.operator) != "Tj":
            instructions.append(instruction)
            continue
        for word in cut.findall(bytes(instruction.operands[0])):
            right_mm, down_mm = next(moves)
            offset = round(pt_from_mm(right_mm) / _POINTS * 1000, 4)
            instructions += [
                ([round(-pt_from_mm(down_mm), 5)], pikepdf.Operator("Ts")),
                ([pikepdf.Array([-offset, pikepdf.String(word), offset])], pikepdf.Operator("TJ")),
            ]
    return pikepdf.unparse_content_stream(instructions)


def main(quick: bool) -> None:
    """Fill, pack and rewrite the pages of two documents; show what each costs."""
    page_count, copies = (4, 5) if quick else (40, 25)
    rows: list[Row] = []
    languages: tuple[tuple[Language, str], ...] = (("en", "English"), ("zh", "Chinese"))
    for language, name in languages:
        pdf = _document(language, page_count)
        pages, seconds = _prepared(pdf)
        rewritten = _rewritten(pdf, language, 1 if quick else 3)
        against = "pages pikepdf rewrites"
        for what, make, least in (("filled", _filled, 1000), ("filled and packed", _packed, 400)):
            rate = _rate(pages, copies, make)
            target = max(least, 10 * rewritten)
            rows.append(
                at_least(
                    f"{name} pages {what}", rate, "1/s", yardstick=rewritten, target=target, against=against
                )
            )
        content = sum(len(stream.content) for page in pages for stream in page.streams) / len(pages)
        kept = sum(len(page.to_bytes()) for page in pages) / len(pages)
        rows += [
            at_least(
                f"{name}: units a page",
                sum(len(page.units) for page in pages) / len(pages),
                "units",
                yardstick=70,
                target=300,
                against="what a reader needs at least",
            ),
            at_most(
                f"{name}: found and tried",
                1000 * seconds,
                "ms a page",
                yardstick=1000 / rewritten,
                target=200,
                against="one rewriting",
            ),
            at_most(
                f"{name}: kept in a base",
                kept / 1000,
                "kB a page",
                yardstick=content / 1000,
                target=15,
                against="the content to be filled",
            ),
        ]
    show("layout shifts", rows)
