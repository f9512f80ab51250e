"""What a scanner, a camera or a finger delivers, turned into a proven claim about a copy.

Laws: the keyed check of a QR is verified before any look at the database; a typed code proves only that it
was typed rightly. What the hidden marks of a scanned sheet named goes through the browser as a signed text, which is no
QR: whoever keeps it can print nothing of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from registry.rules import codes
from service.tokens import Purpose, Tokens

STACK_LASTS: Final = timedelta(hours=12)
"""How long a sheet that was named by its hidden marks may lie on the counter: a working day."""
_SEALS: Final = 2
"""Full stops in a signed text; neither a QR of ours nor a typed code has any."""


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
        ForgedToken, ExpiredToken: a sheet read here that was not, or not today.
    """
    if text.count(".") == _SEALS:
        code, _, page = tokens.verify(Purpose.SHEET, text.strip(), max_age=STACK_LASTS).partition(":")
        return Scan(code, int(page))
    if len(text.strip()) > codes.CODE_CHARS + codes.CHECK_CHARS + codes.GROUP_CHARS:
        mark = tokens.verify_qr(text)
        return Scan(mark.code, mark.page)
    return Scan(codes.parse_human_code(text), None)


def seal_sheet(tokens: Tokens, code: str, page: int) -> str:
    """Return the text that stands in a stack for a page whose hidden marks were read here."""
    return tokens.sign(Purpose.SHEET, f"{code}:{page}")


def read_stack(tokens: Tokens, texts: Iterable[str]) -> list[Scan]:
    """Return the scans of a stack in order, blank lines left out."""
    return [read_scan(tokens, text) for text in texts if text.strip()]
