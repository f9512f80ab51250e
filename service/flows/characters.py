"""Characters that no typeface here has: named when they are entered, long before a copy is printed.

A warning, never a refusal: the name is right, the fonts are wanting. Printing is refused as long as they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from service.runtime import Runtime

CODE: Final = "characters-missing"


@dataclass(frozen=True)
class Lacking:
    """What cannot be printed of one entry.

    Attributes:
        where: The field, such as ``title`` or ``name_zh``.
        characters: Each with its number: ``𠮷 U+20BB7``.
    """

    where: str
    characters: str


def lacking(runtime: Runtime, **entries: str) -> tuple[Lacking, ...]:
    """Return what of some entries, by their fields, cannot be printed; nothing if all can."""
    found = ((where, runtime.fonts.missing(text)) for where, text in entries.items())
    return tuple(Lacking(where, numbered(missing)) for where, missing in found if missing)


def numbered(characters: Iterable[str]) -> str:
    """Return characters with their numbers, since a screen may lack them as well."""
    return " ".join(f"{character} U+{ord(character):04X}" for character in characters)
