"""What is done to the PDF of copies inside the sandbox: plain values in, the bytes of files out.

Loaded by the sandbox's child, so it imports nothing but the room ``watermark``.
"""

from collections.abc import Sequence

import watermark


def prepare_base(
    cleaned: bytes,
    letters: str,
    further: Sequence[bytes],
    plan: watermark.MarkPlan,
    survey: bytes | None,
) -> bytes:
    """Return the stored form of a document ready to be stamped with marks of a plan, written in these letters.

    Args:
        cleaned: The document.
        letters: Whatever may be written on a copy.
        further: What the font chain has for these letters beyond the bundled face.
        plan: Which marks its pages get.
        survey: What was found out about its pages before; None if nothing is kept.

    Raises:
        UnusableFileError: a page cannot be marked.
    """
    known = _known(survey)
    return watermark.prepare(cleaned, texts=[letters], further=further, plan=plan, known=known).to_bytes()


def _known(survey: bytes | None) -> watermark.Survey | None:
    """Return what is kept of a document's pages; nothing if an older release has kept it otherwise."""
    if survey is None:
        return None
    try:
        return watermark.Survey.from_bytes(survey)
    except watermark.WatermarkError:
        return None
