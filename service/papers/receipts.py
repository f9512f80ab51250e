"""The receipts of the counter: what was handed over, and what came back with which pages."""

from collections.abc import Sequence
from datetime import datetime

from babel.dates import get_timezone

from registry.rules.codes import copy_no_text, human_code
from registry.rules.levels import mark_text
from registry.rules.words import HandOverKind, HandOverState, ReceiptMethod
from registry.views.holdings import CopyLine, HandOverView, Name, ReturnView
from service.config import Settings
from service.papers.sheet import Column, Sheet, Signature, draw_sheet

_KINDS = {
    HandOverKind.ISSUE: ("签收单", "Receipt"),
    HandOverKind.LOAN: ("借阅单", "Loan receipt"),
    HandOverKind.TRANSFER: ("移交签收单", "Transfer receipt"),
}
_METHODS = {
    ReceiptMethod.PIN: "凭个人密码确认 confirmed by PIN",
    ReceiptMethod.SIGNATURE: "当面签字 signed in person",
}
_COLUMNS = (
    Column("份号 No.", 1.3, is_number=True),
    Column("发文字号 Document number", 2.6),
    Column("标题 Title", 4),
    Column("密级 Level", 2),
    Column("页 Pages", 1.5, is_number=True),
    Column("追溯码 Code", 3.3),
)


def draw_receipt(view: HandOverView, settings: Settings, *, signature: bytes | None, ledger: str) -> bytes:
    """Return the receipt of a hand-over as a PDF; unsigned, it leaves the line for a pen.

    Args:
        view: The hand-over.
        settings: Names the organisation and the time zone.
        signature: PNG of the drawn signature, if there is one.
        ledger: Size and root of the ledger for the foot.
    """
    zh, en = _KINDS[view.kind]
    signed = view.state is HandOverState.CONFIRMED
    facts = [
        ("交付人 Given by", _person(view.offered_by)),
        ("领用人 Received by", _person(view.receiver)),
        ("交付时间 Given at", _time(view.offered_at, settings)),
        *([("归还期限 Due back", _time(view.due_at, settings))] if view.due_at else []),
        ("份数 Copies", str(len(view.copies))),
    ]
    note = (
        f"{_METHODS[view.method]} · {_time(view.closed_at, settings)}"
        if view.method and view.closed_at
        else ""
    )
    return draw_sheet(
        Sheet(
            title_zh=zh,
            title_en=en if signed else f"{en} (not signed yet 尚未签收)",
            number=f"H-{view.id:06d}",
            organisation=_organisation(settings),
            facts=facts,
            columns=_COLUMNS,
            rows=[_cells(line) for line in view.copies],
            remarks=(
                "领用人自签收起对上列文件负责；不得复制、横传，须经保密室归还。",
                (
                    "From this signature on the receiver answers for these papers. They may not be copied or passed "
                    "on, and go back through the registry only."
                ),
            ),
            signatures=(
                Signature("交付人 Given by", _person(view.offered_by)),
                Signature("领用人 Received by", _person(view.receiver), note, signature),
            ),
            ledger=ledger,
        )
    )


def draw_return_receipt(view: ReturnView, settings: Settings, *, ledger: str) -> bytes:
    """Return the receipt of a return as a PDF, page checks included."""
    return draw_sheet(
        Sheet(
            title_zh="归还回执",
            title_en="Return receipt",
            number=f"R-{view.id:06d}",
            organisation=_organisation(settings),
            facts=[
                ("归还人 Returned by", _person(view.returned_by)),
                ("收件人 Taken by", _person(view.taken_by)),
                ("归还时间 Returned at", _time(view.returned_at, settings)),
                ("份数 Copies", str(len(view.copies))),
            ],
            columns=(*_COLUMNS, Column("页码核对 Page check", 2.4)),
            rows=[
                (
                    *_cells(item.copy),
                    _page_check(item.copy.pages, item.pages_counted, item.missing, item.foreign),
                )
                for item in view.copies
            ],
            remarks=(
                "上列文件已由保密室收回，领用人的保管责任自此解除，缺页除外。",
                "The registry has taken back the papers above; the holder is discharged, except for missing pages.",
            ),
            signatures=(
                Signature("归还人 Returned by", _person(view.returned_by)),
                Signature("收件人 Taken by", _person(view.taken_by)),
            ),
            ledger=ledger,
        )
    )


def _cells(line: CopyLine) -> tuple[str, ...]:
    return (
        copy_no_text(line.copy_no),
        line.doc_number,
        line.title,
        mark_text(line.level, line.secrecy_period, scheme=line.scheme),
        str(line.pages),
        human_code(line.code),
    )


def _page_check(pages: int, counted: int, missing: Sequence[int], foreign: Sequence[str]) -> str:
    said = [f"{counted}/{pages}"]
    if missing:
        said.append("缺 missing " + ", ".join(map(str, missing)))
    if foreign:
        said.append("异页 foreign " + ", ".join(foreign))
    return " · ".join(said)


def _organisation(settings: Settings) -> str:
    return f"{settings.organisation_zh} {settings.organisation_en}"


def _person(name: Name) -> str:
    return f"{name.zh} {name.en} ({name.staff_no})"


def _time(at: datetime | None, settings: Settings) -> str:
    return at.astimezone(get_timezone(settings.time_zone)).strftime("%Y-%m-%d %H:%M") if at else ""
