"""The circulation slip (文件传阅单): the readers in their order, when each got the copy and gave it back."""

from collections.abc import Mapping
from typing import Final

from registry.rules.circulation import Ending, Turn
from registry.rules.codes import copy_no_text, human_code
from registry.rules.family import DECLASSIFIED_MARK
from registry.rules.levels import mark_text
from registry.rules.words import ReceiptMethod
from registry.views.circulations import CirculationView, ReaderLine
from service.config import Settings
from service.papers import told
from service.papers.sheet import Column, Sheet, Signature, draw_sheet

COLUMNS: Final = (
    Column("序 No.", 0.9, is_number=True),
    Column("阅文人 Reader", 3.2),
    Column("签收 Received", 2.1),
    Column("归还 Returned", 2.1),
    Column("签收方式 Signed by", 2.3),
    Column("备注 Remark", 3.3),
)
METHODS: Final = {ReceiptMethod.PIN: "本人PIN签收 by PIN", ReceiptMethod.SIGNATURE: "手写签收 by hand, seen"}
ENDINGS: Final = {
    Ending.COMPLETED: "传阅完毕 completed",
    Ending.RECALLED: "文件清退，传阅终止 ended by a recall",
    Ending.STOPPED: "提前终止 stopped",
    Ending.GONE: "文件已不在，传阅终止 ended, as the copy is gone",
}


def draw_circulation(
    view: CirculationView, settings: Settings, *, drawn: Mapping[str, bytes], ledger: str
) -> bytes:
    """Return the slip as a PDF; who has not had the copy yet finds an empty box to sign.

    Args:
        view: The circulation.
        settings: Names the organisation and the time zone.
        drawn: PNG of each drawn signature, by its hash.
        ledger: Size and root of the ledger for the foot.
    """
    copy = view.copy
    mark = (
        DECLASSIFIED_MARK
        if copy.declassified
        else mark_text(copy.level, copy.secrecy_period, scheme=copy.scheme)
    )
    result = "传阅中 running" if view.ending is None else ENDINGS[view.ending]
    ended = told.time(view.ended_at, settings)
    why = f" · {view.ending_reason}" if view.ending_reason else ""
    return draw_sheet(
        Sheet(
            title_zh="文件传阅单",
            title_en="Circulation slip",
            number=f"Z-{view.id:06d}",
            organisation=told.organisation(settings),
            facts=[
                ("文件 Document", f"{copy.doc_number} {copy.title}"),
                ("密级 Level", mark),
                ("份号 Copy number", copy_no_text(copy.copy_no)),
                ("追溯码 Code", human_code(copy.code)),
                ("知悉范围 Need to know", view.need_to_know or "—"),
                ("传阅事由 Reason", view.reason),
                ("每人天数 Days each", str(view.days)),
                ("开始 Begun", f"{told.time(view.opened_at, settings)} · {told.person(view.opened_by)}"),
                ("结果 Result", result if view.ended_at is None else f"{result} · {ended}{why}"),
            ],
            columns=COLUMNS,
            rows=[_row(line, settings) for line in view.readers],
            remarks=(
                "文件一律经保密室传阅：阅毕交回，由保密室交下一阅文人，不得横传、复制、摘抄或带出。",
                (
                    "The copy passes through the registry each time: each reader gives it back, and the registry "
                    "gives it to the next. It is not passed sideways, copied, excerpted or taken out."
                ),
            ),
            signatures=(
                Signature("经办人 Clerk", told.person(view.opened_by), told.time(view.opened_at, settings)),
                *(
                    Signature("批准阅文人 Agreed to the readers", told.person(who), told.time(at, settings))
                    for who, at in view.signers
                ),
                *(_box(line, settings, drawn) for line in view.readers if line.turn is not Turn.SKIPPED),
            ),
            ledger=ledger,
        )
    )


def _box(line: ReaderLine, settings: Settings, drawn: Mapping[str, bytes]) -> Signature:
    return Signature(
        f"阅文人 {line.place} Reader {line.place}",
        told.person(line.person),
        told.time(line.received_at, settings) if line.received_at else "",
        drawn.get(line.signature_sha256 or ""),
    )


def _row(line: ReaderLine, settings: Settings) -> tuple[str, ...]:
    remarks = []
    if line.replaces is not None:
        remarks.append(f"替换 in place of {told.person(line.replaces)}")
    if line.turn is Turn.SKIPPED:
        remarks.append(f"未阅 passed over {told.time(line.skipped_at, settings)}: {line.skip_reason}")
    if line.turn is Turn.OFFERED:
        remarks.append("待签收 not signed for yet")
    if line.turn is Turn.READING:
        remarks.append(f"应还 due {told.time(line.due_at, settings)}")
    passed_over = line.turn is Turn.SKIPPED
    return (
        str(line.place),
        told.person(line.person),
        told.time(line.received_at, settings) if line.received_at or passed_over else "",
        told.time(line.returned_at, settings) if line.returned_at or passed_over else "",
        METHODS[line.method] if line.method else ("—" if passed_over else ""),
        "；".join(remarks),
    )
