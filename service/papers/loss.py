"""The report of a loss: the seven items, the clocks, who said it."""

from registry.rules.codes import copy_no_text, human_code
from registry.rules.levels import mark_text
from registry.rules.loss import Deadline
from registry.views.losses import LossRow
from service.config import Settings
from service.papers import told
from service.papers.sheet import Sheet, Signature, draw_sheet


def draw_loss(row: LossRow, settings: Settings, *, ledger: str) -> bytes:
    """Return the report of a loss as a PDF.

    Raises:
        ValueError: it was not filed.
    """
    said = row.report
    if said is None:
        raise ValueError("a loss that was not reported has no report")
    copy = row.copy
    content = "；".join(
        (
            f"{copy.doc_number} {copy.title}",
            mark_text(copy.level, copy.secrecy_period, scheme=copy.scheme),
            f"1 份 copy，份号 No. {copy_no_text(copy.copy_no)}，{copy.pages} 页 pages",
            f"制发单位 issued by {told.unit(row.issuing_unit)}",
            human_code(copy.code),
        )
    )
    result = row.result or "尚无结论 no result yet"
    return draw_sheet(
        Sheet(
            title_zh="文件丢失报告",
            title_en="Report of a loss",
            number=f"X-{row.id:06d}",
            organisation=told.organisation(settings),
            facts=[
                ("一、内容、密级、数量 1. Content, level, quantity", content),
                ("二、发现经过 2. How found", said.discovered),
                ("三、责任人 3. Who is responsible", said.responsible),
                ("四、时间、地点、经过 4. Time, place, course", said.course),
                ("五、危害 5. Harm", said.harm),
                ("六、调查 6. Investigation", f"{said.investigation}；结论 result: {result}"),
                ("七、补救措施 7. Remedies", said.remedies),
                ("登记责任人 On record with", told.person(row.holder)),
                (
                    "发现缺失 Missed",
                    f"{told.time(row.missed_at, settings)} · {told.person(row.missed_by)} · {row.how}",
                ),
                ("申报丢失 Declared lost", told.time(row.declared_at, settings)),
                ("报告期限 Report due", _clock(row.clocks.report, settings)),
                ("视为泄密 Counts as leaked from", _clock(row.clocks.leak, settings)),
                ("调查期限 Result due", _clock(row.clocks.investigation, settings)),
                *_found(row, settings),
            ],
            remarks=(
                "时限自发现缺失时起算，按本单位设置执行；申报丢失不停止时限，经批准找回方才停止。",
                (
                    "The clocks run from the moment the copy was missed, as this installation sets them. Declaring it "
                    "lost stops none of them; an approved finding stops them all."
                ),
            ),
            signatures=(
                Signature(
                    "报告人 Reported by",
                    told.person(row.reported_by),
                    told.time(row.reported_at, settings),
                ),
                *(
                    [
                        Signature(
                            "调查结论 Result stated by",
                            told.person(row.concluded_by),
                            told.time(row.concluded_at, settings),
                        )
                    ]
                    if row.concluded_by
                    else [Signature("主管领导 Responsible leader")]
                ),
            ),
            ledger=ledger,
        )
    )


def _found(row: LossRow, settings: Settings) -> list[tuple[str, str]]:
    """Return how the copy was found, if it was."""
    if row.found_at is None:
        return []
    said = (
        told.time(row.found_at, settings),
        told.person(row.found_by),
        f"同意 agreed {told.person(row.approver)}",
        row.explanation or "",
    )
    return [("找回 Found", " · ".join(said))]


def _clock(deadline: Deadline | None, settings: Settings) -> str:
    if deadline is None:
        return "—"
    return told.time(deadline.due_at, settings) + ("（已超期 over）" if deadline.is_over else "")
