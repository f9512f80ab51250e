"""What was noticed about a file, told as facts: a person decides, this room only says."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

#: Letters of the file that a fact may carry; a name that is longer says nothing more.
_LONGEST: Final = 80

#: Controls, invisible and direction-changing characters, halves of characters, unassigned ones, line separators.
_UNTOLD: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True)
class Finding:
    """One thing noticed.

    Attributes:
        code: Stable hyphenated word, such as ``javascript-removed``; all are listed in ``docs/mark-format.md``.
        page: The page concerned, from 1, or ``None`` for the whole file.
        facts: Numbers and short words.
    """

    code: str
    page: int | None = None
    facts: Mapping[str, int | str] = field(default_factory=dict)

    def as_json(self) -> list[Any]:
        """Return the finding as a JSON value."""
        return [self.code, self.page, dict(self.facts)]

    @classmethod
    def from_json(cls, value: list[Any]) -> Self:
        """Return the finding that :meth:`as_json` gave this value for."""
        code, page, facts = value
        return cls(code, page, facts)


def tellable(text: str) -> str:
    """Return a text of an untrusted file as a fact may carry it: visible characters only, at most 80."""
    # Cut first, generously: a name of a hundred megabytes is not worth looking through.
    seen = "".join(
        "�" if unicodedata.category(character) in _UNTOLD else character for character in text[: 4 * _LONGEST]
    )
    seen = " ".join(seen.split())
    return seen if len(seen) <= _LONGEST else seen[: _LONGEST - 1] + "…"
