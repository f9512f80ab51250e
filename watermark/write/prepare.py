"""Make a document ready for its copies: clean it, find room for marks on every page, and try the result once.

What is the same in every copy is done here, so that a copy costs only its own marks. A page on which a test mark cannot
be read back at its place becomes a picture, which nothing in it can disturb; one that fails even so is refused now, not
at the printer.
"""

import hashlib
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
from watermark.write.survey import survey_pages
from watermark.write.surveyed import Survey
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
    known: Survey | None = None,
) -> Base:
    """Return the base of a document's copies.

    Args:
        pdf: The document as it came, or as ``inspect`` cleaned it.
        texts: Every text that marks of this batch may contain; their letters are embedded.
        plan: Which marks its pages get.
        limits: Bounds on the file.
        further: What ``FontChain.cut`` gave for these texts.
        known: What an earlier base of the document found out about its pages; spares looking at them again.

    Raises:
        UnusableFileError: the file cannot be used, or one of its pages cannot be marked (``UnstampablePageError``).
    """
    inspection = inspect(pdf, limits=limits)
    work = _Work(inspection.cleaned, tuple(texts), plan, limits, tuple(further))
    base, misread = work.tried(known)
    if misread:
        base, misread = work.tried(None, pictured=tuple(misread))
    if misread:
        raise errors.UnstampablePageError(page=misread[0])
    told = [Finding("page-became-picture", number) for number in base.survey.pictured]
    return replace(base, findings=(*inspection.findings, *told, *_findings(base)))


@dataclass(frozen=True)
class _Work:
    """What a cleaned document is prepared with."""

    cleaned: bytes
    texts: tuple[str, ...]
    plan: MarkPlan
    limits: Limits
    further: tuple[bytes, ...]

    def tried(self, known: Survey | None, pictured: tuple[int, ...] = ()) -> tuple[Base, list[int]]:
        """Return the base of the document, and on which pages a test mark was not read at its place.

        Args:
            known: What is known of its pages; looked at anew if that is of another document or plan.
            pictured: Pages that have to become pictures, if nothing is known.
        """
        sha256 = hashlib.sha256(self.cleaned).hexdigest()
        if known is None or not known.is_of(sha256, self.plan):
            shown = self._shown(pictured)
            known = Survey(sha256, self.plan, survey_pages(shown, self.plan, self.limits), pictured)
        else:
            shown = self._shown(known.pictured)
        with as_broken_file():
            base = assemble(shown, known, self.texts, self.further)
            trial = base if self.plan.qr else assemble(shown, replace(known, plan=_TRIAL_PLAN), (), ())
        return base, misread_pages(trial, self.limits)

    def _shown(self, pictured: tuple[int, ...]) -> bytes:
        """Return the document with those pages made pictures that have to be."""
        if self.plan.flatten_dpi:
            return rasterise(self.cleaned, None, dpi=self.plan.flatten_dpi, limits=self.limits)
        if pictured:
            return rasterise(self.cleaned, pictured, dpi=_PICTURE_DPI, limits=self.limits)
        return self.cleaned


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
