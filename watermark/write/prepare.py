"""Make a document ready for its copies: clean it, find room for marks on every page, and try the result once.

What is the same in every copy is done here, so that a copy costs only its own marks. A page on which a test mark cannot
be read back at its place becomes a picture, which nothing in it can disturb; one that fails even so is refused now, not
at the printer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from watermark import errors
from watermark.clean.inspect import inspect
from watermark.clean.opening import as_broken_file
from watermark.clean.raster import rasterise
from watermark.findings import Finding
from watermark.limits import Limits
from watermark.plan import MarkPlan
from watermark.write.assemble import assemble
from watermark.write.base import Base
from watermark.write.survey import survey
from watermark.write.trial import misread_pages

#: Resolution of a page that has to become a picture: small print stays crisp.
_PICTURE_DPI: Final = 300

#: How a document is tried whose own plan has no code.
_TRIAL_PLAN: Final = MarkPlan(lines=False, heads=False, dots=None, shifts=False)


def prepare(
    pdf: bytes,
    *,
    texts: Iterable[str] = (),
    plan: MarkPlan = MarkPlan(),  # noqa: B008 -- a frozen value
    limits: Limits = Limits(),  # noqa: B008 -- a frozen value
    further: Iterable[bytes] = (),
) -> Base:
    """Return the base of a document's copies.

    Args:
        pdf: The document as it came, or as ``inspect`` cleaned it.
        texts: Every text that marks of this batch may contain; their letters are embedded.
        plan: Which marks its pages get.
        limits: Bounds on the file.
        further: What ``FontChain.cut`` gave for these texts.

    Raises:
        UnusableFileError: the file cannot be used, or one of its pages cannot be marked (``UnstampablePageError``).
    """
    inspection = inspect(pdf, limits=limits)
    cleaned = inspection.cleaned
    if plan.flatten_dpi:
        cleaned = rasterise(cleaned, None, dpi=plan.flatten_dpi, limits=limits)
    work = _Work(tuple(texts), plan, limits, tuple(further))
    base, misread = work.tried(cleaned)
    pictured = misread
    if misread:
        cleaned = rasterise(cleaned, misread, dpi=_PICTURE_DPI, limits=limits)
        base, misread = work.tried(cleaned)
    if misread:
        raise errors.UnstampablePageError(page=misread[0])
    told = [Finding("page-became-picture", number) for number in pictured]
    return replace(base, findings=(*inspection.findings, *told, *_findings(base)))


@dataclass(frozen=True)
class _Work:
    """What a cleaned document is prepared with."""

    texts: tuple[str, ...]
    plan: MarkPlan
    limits: Limits
    further: tuple[bytes, ...]

    def tried(self, cleaned: bytes) -> tuple[Base, list[int]]:
        """Return the base of a cleaned document, and on which pages a test mark was not read at its place."""
        pages = survey(cleaned, self.plan, self.limits)
        with as_broken_file():
            base = assemble(cleaned, pages, self.plan, self.texts, self.further, limits=self.limits)
            trial = (
                base if self.plan.qr else assemble(cleaned, pages, _TRIAL_PLAN, (), (), limits=self.limits)
            )
        return base, misread_pages(trial, self.limits)


def _findings(base: Base) -> list[Finding]:
    """Return what there is to tell of the marks."""
    found = [
        Finding("mark-over-content", number, {"mark": mark, "percent": max(1, round(100 * share))})
        for number, page in enumerate(base.pages, 1)
        for mark, share in page.placement.covered.items()
        if _is_wanted(mark, base.plan)
    ]
    if base.face.missing:
        numbers = " ".join(f"U+{ord(character):04X}" for character in sorted(base.face.missing))
        found.append(Finding("characters-missing", facts={"characters": numbers}))
    return found


def _is_wanted(mark: str, plan: MarkPlan) -> bool:
    """Tell whether a plan draws a mark, by the name that ``Placement`` gives it."""
    return {"qr": plan.qr, "caption": plan.qr, "lines": plan.lines}.get(mark, plan.heads)
