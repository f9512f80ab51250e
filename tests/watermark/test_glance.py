"""A glance finds our dots where paper is free, costs little where there are none, and keeps to its budget."""

import pytest

import watermark
from tests.fixtures.papers import draw_pdf
from watermark.read import glance as glancing

KEYS = (b"an older key", b"the key of today")
DPI = glancing.DPI


def page(key, style, identity=0x0123456789ABCDEF):
    """Return a page of text with dots, as it is rendered."""
    base = watermark.prepare(draw_pdf(1), plan=watermark.MarkPlan(dots=style))
    said = watermark.PageMark("F17K2PX9QRTM4WD011Q8ZV5N2C6H1J0KXA", "7K2PX-9QRTM-4WD5H")
    made = watermark.stamp(base, watermark.Mark(identity, key, (said,)))
    return watermark.render_page(made, 1, DPI, gray=True)


@pytest.mark.parametrize("style", [(2, 8), (3, 8), (2, 12), (4, 10)], ids=str)
@pytest.mark.parametrize("key", KEYS)
def test_dots_of_every_key_of_ours_are_found(key, style):
    found = watermark.glance(page(key, watermark.DotStyle(*style)), KEYS)
    assert found.identity == 0x0123456789ABCDEF
    assert found.log10_chance < -50


def test_dots_of_others_and_pages_without_any_say_nothing():
    assert watermark.glance(page(b"the key of others", watermark.DotStyle()), KEYS) is None
    assert watermark.glance(watermark.render_page(draw_pdf(1), 1, DPI, gray=True), KEYS) is None


def test_no_part_is_begun_once_the_budget_is_spent(monkeypatch):
    spent, begun = iter(range(0, 100, 1)), []

    class Clock:
        @staticmethod
        def process_time():
            return next(spent) * 0.4

    monkeypatch.setattr(glancing, "time", Clock)
    monkeypatch.setattr(glancing, "read_dots", lambda part, key: begun.append(key) or (None, True))
    blank = watermark.render_page(draw_pdf(1), 1, DPI, gray=True)
    assert watermark.glance(blank, KEYS) is None
    assert begun == [KEYS[1], KEYS[0]] * 2  # a part at 0.4 s and one at 0.8 s, none at 1.2 s
