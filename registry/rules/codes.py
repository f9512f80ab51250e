"""The names a copy carries: its code, the code typed by people, the text of its QR, its copy number.

Decides what is well formed. Whether a QR was made by us (its keyed check) is decided by whoever holds the key, and
whether the copy exists by the database. Laws:

* A copy code is 64 bits from the operating system's random source: unguessable and never reused.
* Its one written form is 13 characters of Crockford's base32 (no I, L, O, U), the first of them 0 to F.
* What a person types carries two check characters: a Reed-Solomon code [15, 13] over GF(32), shortened from [31, 29].
  Its distance is 3, so any one or two wrong characters are detected, and with them every swap of two characters,
  neighbours or not. Nothing is corrected: a wrong guess would name an innocent copy.
* A QR text is a claim until its check is proven.
"""

import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from registry.errors import InvalidError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_BITS = 64
CODE_CHARS = 13
CHECK_CHARS = 2
GROUP_CHARS = 5
QR_PREFIX = "F"
QR_VERSION = "1"
QR_PAGE_CHARS = 3
QR_KEYED_CHARS = 16
QR_BODY_CHARS = 2 + CODE_CHARS + QR_PAGE_CHARS
QR_CHARS = QR_BODY_CHARS + QR_KEYED_CHARS
LAST_PAGE = 32**QR_PAGE_CHARS - 1
LAST_COPY_NO = 999_999

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_AS_MISTYPED = str.maketrans({"I": "1", "L": "1", "O": "0", " ": None, "-": None})


class InvalidCode(InvalidError):
    """The text is no copy code."""

    code = "invalid-code"


class CodeWrongLength(InvalidCode):
    """Characters are missing or too many."""

    code = "code-wrong-length"


class CodeWrongCharacter(InvalidCode):
    """A character that no code contains."""

    code = "code-wrong-character"


class CodeMistyped(InvalidCode):
    """The check characters do not fit: at least one character is wrong."""

    code = "code-mistyped"


class InvalidMark(InvalidError):
    """The text is no text of a QR printed by this product."""

    code = "not-a-mark"


class UnknownMarkVersion(InvalidMark):
    """The text looks like a mark of a version that this release does not know."""

    code = "unknown-mark-version"


class InvalidCopyNumber(InvalidError):
    """A copy number lies outside 1 to 999999."""

    code = "invalid-copy-number"


def mint_code(randbits: Callable[[int], int] = secrets.randbits) -> str:
    """Return a fresh copy code; only tests pass another source than the operating system's."""
    return code_from_number(randbits(CODE_BITS))


def code_from_number(number: int) -> str:
    """Return the 13 characters that write a 64-bit number.

    Raises:
        ValueError: ``number`` does not fit into 64 bits.
    """
    if not 0 <= number < 1 << CODE_BITS:
        raise ValueError("got a number outside 64 bits")
    return _base32(number, CODE_CHARS)


def code_number(code: str) -> int:
    """Return the 64-bit number of a well-formed code.

    Raises:
        InvalidCode: ``code`` is not in its written form.
    """
    return _number(parse_code(code))


def parse_code(text: str) -> str:
    """Return ``text`` when it is a copy code in its one written form, as addresses and files carry it.

    Raises:
        InvalidCode: it is not; nothing is forgiven here, see `parse_human_code`.
    """
    if len(text) != CODE_CHARS:
        raise CodeWrongLength(
            f"got {len(text)} characters, wanted {CODE_CHARS}", got=len(text), wanted=CODE_CHARS
        )
    _require_alphabet(text)
    if _number(text) >> CODE_BITS:
        raise CodeWrongCharacter(f"got {text[0]!r} as first character, wanted 0 to F", position=1)
    return text


def human_code(code: str) -> str:
    """Return the form printed beside the QR: 13 characters and 2 check characters as ``XXXXX-XXXXX-XXXXX``."""
    whole = parse_code(code) + _check(code)
    return "-".join(whole[start : start + GROUP_CHARS] for start in range(0, len(whole), GROUP_CHARS))


def parse_human_code(text: str) -> str:
    """Return the copy code that a person typed.

    Forgives case, full-width characters, spaces, dashes, I and L for 1, O for 0. Forgives no wrong character.

    Raises:
        CodeWrongLength: not 15 characters after that.
        CodeWrongCharacter: a character that no code contains.
        CodeMistyped: the check characters do not fit.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper().translate(_AS_MISTYPED)
    if len(plain) != CODE_CHARS + CHECK_CHARS:
        raise CodeWrongLength(
            f"got {len(plain)} characters, wanted {CODE_CHARS + CHECK_CHARS}",
            got=len(plain),
            wanted=CODE_CHARS + CHECK_CHARS,
        )
    _require_alphabet(plain)
    if _check(plain[:CODE_CHARS]) != plain[CODE_CHARS:]:
        raise CodeMistyped("got check characters that do not fit the code")
    return parse_code(plain[:CODE_CHARS])


@dataclass(frozen=True, slots=True)
class ClaimedMark:
    """What a scanned QR says about itself; true only once its keyed check is proven.

    Attributes:
        version: Version of the text format, 1.
        code: Claimed copy code, well formed.
        page: Claimed page, from 1.
        check: 16 base32 characters: 80 bits of a keyed hash over `body`.
    """

    version: int
    code: str
    page: int
    check: str

    @property
    def body(self) -> str:
        """The part of the text that the check protects."""
        return qr_body(self.code, self.page)


def qr_body(code: str, page: int) -> str:
    """Return what a QR says before its keyed check: ``F1``, the code, the page in three base32 characters.

    Raises:
        InvalidCode: ``code`` is not in its written form.
        ValueError: ``page`` is not within 1 to 32767.
    """
    if not 1 <= page <= LAST_PAGE:
        raise ValueError(f"got page {page}, wanted 1 to {LAST_PAGE}")
    return QR_PREFIX + QR_VERSION + parse_code(code) + _base32(page, QR_PAGE_CHARS)


def parse_qr_text(text: str) -> ClaimedMark:
    """Return what a scanned text claims, without proving any of it.

    Forgives what scanners, keyboards and input methods do: case, full-width characters, blanks around the text.

    Raises:
        UnknownMarkVersion: shaped like a mark, of a version unknown here.
        InvalidMark: anything else that is no mark.
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper()
    if (
        len(plain) < QR_BODY_CHARS
        or not plain.startswith(QR_PREFIX)
        or any(character not in _VALUES for character in plain)
    ):
        raise InvalidMark("got a text that does not look like a mark", got=len(plain))
    if plain[1] != QR_VERSION:
        raise UnknownMarkVersion(f"got mark version {plain[1]!r}, wanted {QR_VERSION!r}", version=plain[1])
    code, page = plain[2 : 2 + CODE_CHARS], _number(plain[2 + CODE_CHARS : QR_BODY_CHARS])
    if len(plain) != QR_CHARS or _number(code) >> CODE_BITS or page == 0:
        raise InvalidMark("got a mark of version 1 with a wrong length, code or page", got=len(plain))
    return ClaimedMark(int(QR_VERSION), code, page, plain[QR_BODY_CHARS:])


def copy_no_text(copy_no: int) -> str:
    """Return the six digits printed for a copy number (份号).

    Raises:
        InvalidCopyNumber: outside 1 to 999999.
    """
    if not 1 <= copy_no <= LAST_COPY_NO:
        raise InvalidCopyNumber(f"got copy number {copy_no}, wanted 1 to {LAST_COPY_NO}", copy_no=copy_no)
    return f"{copy_no:06d}"


def parse_copy_no(text: str) -> int:
    """Return the copy number that a person wrote, with or without leading zeros.

    Raises:
        InvalidCopyNumber: no number, or outside 1 to 999999.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not (plain.isascii() and plain.isdigit()) or not 1 <= int(plain[:9]) <= LAST_COPY_NO:
        raise InvalidCopyNumber(f"got a text that is no number from 1 to {LAST_COPY_NO}")
    return int(plain[:9])


def _require_alphabet(text: str) -> None:
    for position, character in enumerate(text, 1):
        if character not in _VALUES:
            raise CodeWrongCharacter(
                f"got a character at position {position} that no code contains", position=position
            )


def _base32(number: int, width: int) -> str:
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(width)))


def _number(text: str) -> int:
    value = 0
    for character in text:
        value = value << 5 | _VALUES[character]
    return value


def _times_alpha(value: int) -> int:
    """Multiply by the generator of GF(32) under x⁵ + x² + 1."""
    return (value << 1 ^ 0b100101) if value & 0b10000 else value << 1


def _check(code: str) -> str:
    """Return the two check characters: the remainder of the code times x² by (x − α)(x − α²)."""
    high = low = 0
    for character in code:
        feedback = _VALUES[character] ^ high
        once = _times_alpha(feedback)
        twice = _times_alpha(once)
        # (x − α)(x − α²) = x² + (α + α²) x + α³
        high, low = low ^ once ^ twice, _times_alpha(twice)
    return ALPHABET[high] + ALPHABET[low]
