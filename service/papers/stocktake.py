"""The report of a stocktake: what was counted, who counted, what is missing and what lay there besides."""

from typing import Final

from registry.rules.stocktake import Bucket, Place
from registry.views.stocktakes import StocktakeRow, StocktakeView
from service.config import Settings
from service.papers import told
from service.papers.sheet import Column, Sheet, Signature, draw_sheet

PLACES: Final = {
    Place.SHELF: "保密室库存 on the shelf",
    Place.HANDS: "领用人手中 in people's hands",
    Place.HOUSE: "全部（不含携带外出）everything in the house",
}
RESULTS: Final = {
    Bucket.WRONG_PLACE: "错放 wrong place",
    Bucket.UNEXPECTED: "范围外 unexpected",
}
MISSING: Final = "缺少 missing"


def draw_stocktake(view: StocktakeView, settings: Settings, *, ledger: str) -> bytes:
    """Return the report of a closed stocktake as a PDF.

    Raises:
        ValueError: the count goes on or was given up.
    """
    head = view.head
    if head.closed_at is None or head.second is None:
        raise ValueError("a count that is not closed has no report")
    found = head.tally
    counted = "；".join(
        (
            f"应有 expected {found.expected}",
            f"实有 found {found.found}",
            f"缺少 missing {found.missing}",
            f"错放 wrong place {found.wrong_place}",
            f"范围外 unexpected {found.unexpected}",
        )
    )
    return draw_sheet(
        Sheet(
            title_zh="清点报告",
            title_en="Stocktake report",
            number=f"C-{head.id:06d}",
            organisation=told.organisation(settings),
            facts=[
                ("清点原因 Reason", head.reason),
                ("清点范围 Scope", scope_text(head)),
                ("开始 Begun", f"{told.time(head.opened_at, settings)} · {told.person(head.opened_by)}"),
                ("清点人 Counted by", told.persons(view.counters)),
                ("复点人 Second counter", told.person(head.second)),
                ("结束 Closed", told.time(head.closed_at, settings)),
                ("结果 Result", counted),
                (
                    "扫描 Scans",
                    f"{found.scans}（重复 again {found.already_counted}，未识别 unknown {found.unknown}）",
                ),
            ],
            columns=(
                *told.COPY_COLUMNS,
                Column("结果 Result", 2.7),
                Column("登记责任人 On record with", 2.8),
            ),
            rows=[
                *(
                    (
                        *told.copy_cells(line.copy),
                        MISSING,
                        f"{told.STATE_WORDS[line.state_then]} {told.person(line.holder)}",
                    )
                    for line in view.missed
                ),
                *(
                    (
                        *told.copy_cells(line.copy),
                        RESULTS[line.bucket],
                        f"{told.STATE_WORDS[line.state_then]} {told.person(line.holder)}",
                    )
                    for line in view.strays
                ),
            ],
            remarks=(
                "应有数在清点开始时固定；实有数与缺少数之和等于应有数。清点不改变责任人，范围以外不作任何认定。",
                (
                    "What is expected was fixed when the count began; found and missing add up to it. Counting changes "
                    "nobody's custody and says nothing of what lies outside the scope."
                ),
            ),
            signatures=(
                Signature("清点人 Counter", told.persons(view.counters)),
                Signature(
                    "复点人 Second counter",
                    told.person(head.second),
                    f"{found.lying_there} · {told.time(head.closed_at, settings)}",
                ),
            ),
            ledger=ledger,
        )
    )


def scope_text(head: StocktakeRow) -> str:
    """Return what is counted, in both languages."""
    sides = [PLACES[head.place]]
    if head.unit is not None:
        sides.append(f"制发单位 issued by {told.unit(head.unit)}")
    if head.document is not None:
        sides.append(f"文件 document {head.document}")
    if head.scheme is not None and head.level is not None:
        sides.append(f"密级 level {told.level_words(head.scheme, head.level)}")
    if head.holder is not None:
        sides.append(f"领用人 holder {told.person(head.holder)}")
    return "；".join(sides)
