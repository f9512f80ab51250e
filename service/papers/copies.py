"""What is done to the PDF of copies inside the sandbox: plain values in, the bytes of files out.

Loaded by the sandbox's child, so it imports nothing but the room ``watermark``.
"""

from collections.abc import Sequence

import watermark


def prepare_base(cleaned: bytes, texts: Sequence[str], plan: watermark.MarkPlan) -> bytes:
    """Return the stored form of a document ready to be stamped with the marks of a plan that contain these texts.

    Raises:
        UnusableFileError: a page cannot be marked.
    """
    return watermark.prepare(cleaned, texts=texts, plan=plan).to_bytes()


def join_copies(stamped: Sequence[bytes]) -> bytes:
    """Return one PDF of several copies for the printer; each begins on a sheet of its own, printed on both sides.

    Raises:
        UnusableFileError: one of them cannot be read.
    """
    return watermark.join(stamped, duplex=True)
