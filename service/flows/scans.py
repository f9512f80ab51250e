"""What a scanner, a camera or a finger delivers, turned into a proven claim about a copy.

Laws: the keyed check of a QR is verified before any look at the database; a typed code proves only that it
was typed rightly.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.rules import codes
from service.tokens import Tokens


@dataclass(frozen=True)
class Scan:
    """A copy code and, when a QR was scanned, the page it stood on."""

    code: str
    page: int | None


def read_scan(tokens: Tokens, text: str) -> Scan:
    """Return what a scanned QR or a typed human code says.

    Raises:
        InvalidMark, ForgedMark: a QR that is none of ours.
        InvalidCode: a typed code that is mistyped.
    """
    if len(text.strip()) > codes.CODE_CHARS + codes.CHECK_CHARS + codes.GROUP_CHARS:
        mark = tokens.verify_qr(text)
        return Scan(mark.code, mark.page)
    return Scan(codes.parse_human_code(text), None)


def read_stack(tokens: Tokens, texts: Iterable[str]) -> list[Scan]:
    """Return the scans of a stack in order, blank lines left out."""
    return [read_scan(tokens, text) for text in texts if text.strip()]
