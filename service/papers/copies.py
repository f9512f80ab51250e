"""What is done to the PDF of copies inside the sandbox: plain values in, the bytes of files out.

Loaded by the sandbox's child, so it imports nothing but the room ``watermark``.
"""

from collections.abc import Sequence

import watermark


def prepare_base(cleaned: bytes, texts: Sequence[str]) -> bytes:
    """Return the stored form of a document ready to be stamped with marks that contain these texts.

    Raises:
        UnusableFileError: a page cannot be marked.
    """
    return watermark.prepare(cleaned, texts=texts).to_bytes()
