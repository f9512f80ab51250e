"""What is done to the PDF of copies inside the sandbox: plain values in, the bytes of files out.

Loaded by the sandbox's child, so it imports nothing but the room ``watermark``.
"""

from collections.abc import Sequence

import watermark


def prepare_base(
    cleaned: bytes, texts: Sequence[str], further: Sequence[bytes], plan: watermark.MarkPlan
) -> bytes:
    """Return the stored form of a document ready to be stamped with the marks of a plan that contain these texts.

    Args:
        cleaned: The document.
        texts: Whatever may be written on a copy.
        further: What the font chain has for these texts beyond the bundled face.
        plan: Which marks its pages get.

    Raises:
        UnusableFileError: a page cannot be marked.
    """
    return watermark.prepare(cleaned, texts=texts, further=further, plan=plan).to_bytes()
