"""What falls short of a level's demand, as lines on a console."""

from collections.abc import Iterator

from registry.rules.traceability import Traceability, page_ranges


def shortfall_lines(found: Traceability) -> Iterator[str]:
    """Yield one line for each channel that falls short; nothing where all is well."""
    if not found.is_measured and found.shortfalls:
        yield "NOT MEASURED under the marks of today: see `document assess`"
    for each in found.shortfalls:
        least = "nothing measured" if each.least is None else f"{each.least} decades at the poorest"
        yield f"BELOW THE LEVEL: {each.channel}, pages {page_ranges(each.pages)}: {least}, wanted {each.wanted}"
