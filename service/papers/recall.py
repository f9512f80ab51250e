"""Papers of a recall: the slip for each holder, and the report of what came of it."""

from collections.abc import Sequence
from typing import Final

from registry.rules.levels import mark_text
from registry.rules.recall import Fate, RecallState
from registry.views.holdings import Name
from registry.views.recalls import DueCopy, RecallRow, RecallView
from service.config import Settings
from service.papers import told
from service.papers.sheet import Column, Sheet, Signature, draw_sheet

FATE_WORDS: Final = {
    Fate.RETURNED: "实退 returned",
    Fate.MISSED: "漏退 missed",
    Fate.LOST: "丢失或下落不明 lost",
}


def draw_slip(view: RecallView, holder: Name, settings: Settings, *, ledger: str) -> bytes:
    """Return the slip that tells a holder what to bring back until when, with a line to sign that it was received."""
    mine = [line for line in view.missed if line.answers is not None and line.answers.id == holder.id]
    return draw_sheet(
        Sheet(
            title_zh="清退通知单",
            title_en="Recall slip",
            number=f"Q-{view.head.id:06d}/{holder.staff_no}",
            organisation=told.organisation(settings),
            facts=[
                ("持有人 Holder", told.person(holder)),
                *_facts(view.head, settings),
                ("应退份数 Copies to return", str(len(mine))),
            ],
            columns=told.COPY_COLUMNS,
            rows=[told.copy_cells(line.copy) for line in mine],
            remarks=(
                "请于期限前将上列文件交回保密室，不得复制、留存、销毁或转交他人。清退期间文件不得带出。",
                (
                    "Bring these papers to the registry in time. They may not be copied, kept, destroyed or passed on, "
                    "and no gate lets them out."
                ),
            ),
            signatures=(
                Signature("经办人 Clerk", told.person(view.head.opened_by)),
                Signature("持有人签收 Received by the holder"),
            ),
            ledger=ledger,
        )
    )


def draw_recall(view: RecallView, settings: Settings, *, ledger: str) -> bytes:
    """Return the report of a recall as a PDF: every copy that was due and what has become of it."""
    head = view.head
    total = head.balance
    summed = (
        f"应退 due {total.due} = 实退 returned {total.returned} + 漏退 missed {total.missed}"
        f" + 丢失 lost {total.lost}"
    )
    closed = head.state is RecallState.CLOSED
    return draw_sheet(
        Sheet(
            title_zh="清退情况表",
            title_en="Recall report" if closed else "Recall report (still running 清退尚未结束)",
            number=f"Q-{head.id:06d}",
            organisation=told.organisation(settings),
            facts=[
                *_facts(head, settings),
                ("开始 Begun", f"{told.time(head.opened_at, settings)} · {told.person(head.opened_by)}"),
                ("结束 Closed", f"{told.time(head.closed_at, settings)} · {told.person(view.closed_by)}"),
                ("结果 Result", summed),
            ],
            columns=(*told.COPY_COLUMNS, Column("持有人 Holder", 2.6), Column("结果 Result", 3.0)),
            rows=[
                (*told.copy_cells(line.copy), told.person(line.holder), _fate(line)) for line in view.copies
            ],
            remarks=(
                "应退数在清退开始时固定，等于实退、漏退、丢失之和。漏退的文件须由主管领导逐份签署例外。",
                (
                    "What was due was fixed when the recall began and is what was returned, missed and lost. "
                    "Each missed copy needs an exception signed by the responsible leader."
                ),
            ),
            signatures=[
                Signature("经办人 Clerk", told.person(view.closed_by or head.opened_by)),
                *_signers(view.missed, settings),
            ],
            ledger=ledger,
        )
    )


def _facts(head: RecallRow, settings: Settings) -> list[tuple[str, str]]:
    return [
        ("文件 Document", f"{head.doc_number} {head.title}"),
        ("密级 Level", mark_text(head.level, head.secrecy_period, scheme=head.scheme)),
        ("清退原因 Reason", head.reason),
        ("交回期限 Due back", told.time(head.due_at, settings)),
    ]


def _fate(line: DueCopy) -> str:
    word = FATE_WORDS[line.fate]
    return (
        f"{word} · 例外 exception: {line.excuse.reason}" if line.excuse and line.fate is Fate.MISSED else word
    )


def _signers(missed: Sequence[DueCopy], settings: Settings) -> list[Signature]:
    """Return one signature for each leader who signed exceptions, at the last one's time."""
    last = {line.excuse.person.id: line.excuse for line in missed if line.excuse is not None}
    return [
        Signature("例外签署 Exceptions signed", told.person(one.person), told.time(one.at, settings))
        for one in last.values()
    ]
