"""Which sheet of paper holds what of a print run: arithmetic, the same for every attempt to print the run.

Laws: sheets are numbered from 1 over the whole run and keep their numbers whatever becomes of them, so that a stack
that jammed and the stack that goes on speak of the same sheets. A copy begins on a sheet of its own. Face sheets are
one-sided and belong to the copy that they stand before.
"""

from dataclasses import dataclass
from enum import StrEnum


class Arrangement(StrEnum):
    """In which order the copies of a run leave the printer."""

    BY_NUMBER = "BY_NUMBER"
    """By copy number."""
    BY_RECIPIENT = "BY_RECIPIENT"
    """All copies of one recipient together, recipients by their lowest copy number."""


@dataclass(frozen=True)
class Layout:
    """How a run is put on paper; chosen at its first release and kept by whatever goes on from there.

    Attributes:
        duplex: Both sides are printed; a copy with an odd number of pages ends with a blank one.
        faces: A face sheet stands before each copy.
        arrangement: The order of the copies.
    """

    duplex: bool = True
    faces: bool = False
    arrangement: Arrangement = Arrangement.BY_NUMBER

    def sheets_per_copy(self, pages: int) -> int:
        """Return how many sheets a copy of that many pages takes."""
        return (-(-pages // 2) if self.duplex else pages) + self.faces

    def pages_on(self, place: int, pages: int) -> range:
        """Return the pages on the sheet at ``place`` within its copy, counted from 1; none on a face sheet."""
        sides = 2 if self.duplex else 1
        last = (place - self.faces) * sides
        return range(max(1, last - sides + 1), min(last, pages) + 1)

    def place_of(self, page: int) -> int:
        """Return the place within its copy of the sheet that holds a page, both counted from 1."""
        return (-(-page // 2) if self.duplex else page) + self.faces


@dataclass(frozen=True)
class Stretch:
    """The sheets of one copy within an attempt, both ends included; cut off at the front if the attempt goes on."""

    code: str
    first: int
    last: int

    def begun_at(self, sheet: int) -> "Stretch | None":
        """Return what is left from a sheet on; None if nothing is."""
        return None if self.last < sheet else Stretch(self.code, max(self.first, sheet), self.last)


def lay_out(codes: list[str], per_copy: int) -> tuple[Stretch, ...]:
    """Return the sheets of each copy of a run, in the order of the codes."""
    return tuple(
        Stretch(code, index * per_copy + 1, (index + 1) * per_copy) for index, code in enumerate(codes)
    )


def sheets_of(stretches: tuple[Stretch, ...]) -> list[int]:
    """Return the numbers of all sheets, in the order in which they leave the printer."""
    return [sheet for stretch in stretches for sheet in range(stretch.first, stretch.last + 1)]
