"""A file that asks for too much is refused within the limits of the sandbox, and the next one is answered."""

import time

import pytest

from service import sandbox
from service.sandbox import Limits, SandboxFault
from tests.fixtures.papers import draw_pdf
from tests.watermark.zoo.bombs import BOMBS
from watermark import MarkPlan, PageMark, UnusableFileError

PAGES = "service.papers.pages"
LIMITS = Limits(cpu_s=6, wall_s=30)
SLOWEST_S = 60


def take_in(offered, limits):
    """Do what registering does with a file, and return what was found and a picture of each page."""
    found = sandbox.call(f"{PAGES}:inspect_document", offered, "机密★10年", limits=limits)
    sandbox.call(f"{PAGES}:assess_document", found.cleaned, MarkPlan(), PageMark("", "00000"), limits=limits)
    pictures, *_ = sandbox.call(f"{PAGES}:draw_pages", found.cleaned, found.pages, [b"a key"], limits=limits)
    return found, pictures


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_is_refused_by_name_and_the_next_file_is_read(name):
    make, expected = BOMBS[name]
    offered = make()
    started = time.monotonic()
    try:
        take_in(offered, LIMITS)
        refusal = ""
    except (UnusableFileError, SandboxFault) as refused:
        refusal = refused.code
    assert refusal in expected
    assert time.monotonic() - started < SLOWEST_S
    inspection, pictures = take_in(draw_pdf(pages=1), Limits())
    assert inspection.pages == len(pictures) == 1


def test_a_limit_is_told_with_what_was_asked_for():
    make, _ = BOMBS["picture_of_sixty_thousand_by_sixty_thousand"]
    with pytest.raises(UnusableFileError) as refused:
        take_in(make(), LIMITS)
    assert refused.value.facts == {"got": 3_600_000_000, "limit": 300_000_000}
