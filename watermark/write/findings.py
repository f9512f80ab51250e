"""What was noticed about a file, told as facts: a person decides, this room only says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


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
