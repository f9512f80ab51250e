"""What a typed line may contain, so that two names that look the same are the same.

Laws: stored text is in Unicode normal form, without control, zero-width or direction-changing characters; a
line longer than its column is refused, never cut; what is compared for uniqueness is compatibility-normalised
first.
"""

import unicodedata

from registry.errors import InvalidError

FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
"""Control, format (zero-width, bidirectional), private use, surrogate, separators (Unicode 15, table 4-4)."""


class MissingText(InvalidError):
    """A line that must be filled in is empty."""

    code = "missing-text"


class TextTooLong(InvalidError):
    """A line is longer than its register keeps."""

    code = "text-too-long"


class ForbiddenCharacter(InvalidError):
    """A line holds a character that cannot be seen or that turns the reading direction."""

    code = "forbidden-character"


def parse_line(text: str, *, field: str, limit: int, required: bool = True) -> str:
    """Return ``text`` as the registers store it: normal form C, single blanks, none at the ends.

    Args:
        text: What was typed.
        field: Name of the field, for the refusal.
        limit: Most characters the column keeps.
        required: Whether an empty line is refused.

    Raises:
        MissingText: empty although required.
        TextTooLong: more than ``limit`` characters.
        ForbiddenCharacter: fact ``character`` names it as ``U+200B``.
    """
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if required and not line:
        raise MissingText(f"got nothing for {field}", field=field)
    if len(line) > limit:
        raise TextTooLong(
            f"got {len(line)} characters for {field}, wanted at most {limit}", field=field, limit=limit
        )
    for character in line:
        if unicodedata.category(character) in FORBIDDEN_CATEGORIES:
            shown = f"U+{ord(character):04X}"
            raise ForbiddenCharacter(f"got {shown} in {field}", field=field, character=shown)
    return line


def parse_key(text: str, *, field: str, limit: int) -> str:
    """Return a line that is compared for uniqueness: full-width forms and other doubles are unified first.

    Raises:
        InvalidError: as `parse_line`.
    """
    return parse_line(unicodedata.normalize("NFKC", text), field=field, limit=limit)
