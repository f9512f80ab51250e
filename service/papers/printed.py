"""How the evidence report says whether a picture shows a first print or a photocopy, in both languages."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from registry.rules.evidence import Generation, PageSeen, PrintedSeen

_WHY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "undecided": (
            "点大小与位置的不均匀程度介于首次打印与复印之间 "
            "the dots are too uneven for a good print and too even for a copy"
        ),
        "too-coarse": "图片过粗或过糊，无法逐点比较 the picture is too coarse or too blurred to compare dots",
        "two-tone": "图片只有黑白两色 the picture is black and white only",
        "edited": (
            "点不均匀，但图片经过平滑或纸面被调成纯白，任何打印件的点都会因此不均匀 "
            "the dots are uneven, but the picture was smoothed or its paper made pure white, as any print's would be"
        ),
        "few-dots": "看到的点太少 too few dots are seen",
    }
)
"""Why nothing can be said."""


def printed_remarks(pages: Iterable[PageSeen]) -> list[str]:
    """Return one remark for each page of the named copy that was looked at."""
    return [
        f"图片 {page.picture}，第 {place.page} 页 Picture {page.picture}, page {place.page}: {_said(place.printed)}"
        for page in pages
        for place in page.placed
        if place.printed
    ]


def _said(printed: PrintedSeen) -> str:
    times = f"{10 ** int(abs(printed.log10_ratio)):,}"
    if printed.generation is Generation.ORIGINAL:
        return (
            f"首次打印件：点与打印机所打一样均匀，似然比至少 {times}。 A first print: its dots are as even as a "
            f"printer makes them, at least {times} times likelier than with a photocopy."
        )
    if printed.generation is Generation.COPY:
        return (
            f"复印件：点与复印机所印一样不均匀，似然比至少 {times}。 A photocopy: its dots are as uneven as copiers "
            f"make them, at least {times} times likelier than with a first print."
        )
    why = _WHY.get(printed.why, printed.why)
    return f"无法判断是首次打印件还是复印件 first print or photocopy cannot be said: {why}."
