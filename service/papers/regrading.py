"""Papers of a regrading: the notice for each holder, and the record of every copy's mark."""

from typing import Final

from registry.rules.codes import copy_no_text, human_code
from registry.rules.regrading import Change
from registry.views.holdings import Name
from registry.views.regrading import RegradingRow, RegradingView
from service.config import Settings
from service.papers import told
from service.papers.sheet import Column, Sheet, Signature, draw_sheet

CHANGE_WORDS: Final = {
    Change.RAISE: "提高密级 level raised",
    Change.LOWER: "降低密级 level lowered",
    Change.EXTEND: "延长保密期限 period extended",
    Change.SHORTEN: "缩短保密期限 period shortened",
    Change.DECLASSIFY: "解密 declassified",
}


def draw_notice(view: RegradingView, holder: Name, settings: Settings, *, ledger: str) -> bytes:
    """Return the notice that tells a holder which of their copies has to be marked anew until when."""
    mine = [line for line in view.waiting if line.answers is not None and line.answers.id == holder.id]
    return draw_sheet(
        Sheet(
            title_zh="密级变更通知单",
            title_en="Notice of regrading",
            number=f"M-{view.head.id:06d}/{holder.staff_no}",
            organisation=told.organisation(settings),
            facts=[
                ("持有人 Holder", told.person(holder)),
                *_facts(view.head, settings),
                ("应改标份数 Copies to be marked", str(len(mine))),
            ],
            columns=(*_COPY_COLUMNS, Column("新标志 New mark", 3.0)),
            rows=[
                (*_cells(line.copy.copy_no, line.copy.code, line.mark_before), line.mark_after)
                for line in mine
            ],
            remarks=(
                "请于期限前将上列文件带至保密室改标：划去原标志，在旁注明新标志、日期并盖章。改标前按较高密级管理。",
                (
                    "Bring these copies to the registry in time: the old mark is struck out, the new one, the date and "
                    "a stamp are put beside it. Until then each is kept under the higher of the two."
                ),
            ),
            signatures=(
                Signature("经办人 Clerk", told.person(view.head.done_by)),
                Signature("持有人签收 Received by the holder"),
            ),
            ledger=ledger,
        )
    )


def draw_regrading(view: RegradingView, settings: Settings, *, ledger: str) -> bytes:
    """Return the record of a regrading as a PDF: every copy that got a task, and what has become of it."""
    tasks = view.head.tasks
    summed = (
        f"应改 given {tasks.given} = 已改 marked {tasks.marked} + 待改 waiting {tasks.waiting}"
        f" + 注销 gone {tasks.gone}"
    )
    return draw_sheet(
        Sheet(
            title_zh="密级变更登记表",
            title_en="Record of regrading",
            number=f"M-{view.head.id:06d}",
            organisation=told.organisation(settings),
            facts=[
                *_facts(view.head, settings),
                (
                    "办理 Carried out",
                    f"{told.time(view.head.done_at, settings)} · {told.person(view.head.done_by)}",
                ),
                ("审批 Approval", f"No. {view.head.request_id}"),
                ("改标 New marks", summed),
            ],
            columns=(*_COPY_COLUMNS, Column("持有人 Holder", 2.6), Column("改标 Marked anew", 3.4)),
            rows=[
                (
                    *_cells(line.copy.copy_no, line.copy.code, line.mark_before),
                    told.person(line.answers),
                    "待改 waiting"
                    if line.is_waiting
                    else f"{told.time(line.done_at, settings)} {told.person(line.done_by)}"
                    if line.done_at
                    else "注销 gone",
                )
                for line in view.copies
            ],
            remarks=(
                "每份文件改标后由保密员扫码登记；未改标的文件不得发出。",
                "Each copy is scanned by the clerk once it bears its new mark; one that does not is not handed out.",
            ),
            signatures=(Signature("经办人 Clerk", told.person(view.head.done_by)),),
            ledger=ledger,
        )
    )


_COPY_COLUMNS: Final = (
    Column("份号 No.", 1.5, is_number=True),
    Column("追溯码 Code", 3.9),
    Column("原标志 Old mark", 2.8),
)


def _cells(copy_no: int, code: str, mark: str) -> tuple[str, ...]:
    return (copy_no_text(copy_no), human_code(code), mark)


def _facts(head: RegradingRow, settings: Settings) -> list[tuple[str, str]]:
    return [
        ("文件 Document", f"{head.doc_number} {head.title}"),
        ("变更 Change", f"{CHANGE_WORDS[head.change]}: {head.mark_before} → {head.mark_after}"),
        ("改标期限 To be marked by", told.time(head.remark_by, settings)),
    ]
