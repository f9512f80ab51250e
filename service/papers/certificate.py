"""The certificate of destruction: what was destroyed, on what, and who vouched for it."""

from datetime import datetime

from babel.dates import get_timezone

from registry.rules.codes import copy_no_text, human_code
from registry.rules.levels import mark_text
from registry.rules.words import DestructionPart
from registry.views.destruction import ListView
from registry.views.holdings import Name
from service.config import Settings
from service.papers.sheet import Column, Sheet, Signature, draw_sheet

_PARTS = {DestructionPart.OPERATOR: "销毁人 Operator", DestructionPart.WITNESS: "监销人 Witness"}
_COLUMNS = (
    Column("份号 No.", 1.45, is_number=True),
    Column("文号 Document no.", 2.7),
    Column("标题 Title", 3.0),
    Column("密级 Level", 2.05),
    Column("页 Pages", 1.45, is_number=True),
    Column("制发单位 Issued by", 2.7),
    Column("追溯码 Code", 3.7),
)


def draw_certificate(view: ListView, settings: Settings, *, ledger: str) -> bytes:
    """Return the certificate of a destroyed list as a PDF.

    Raises:
        ValueError: the list is not destroyed.
    """
    if view.completed_at is None:
        raise ValueError("a list that is not destroyed has no certificate")
    destroyed = sum(item.presented_at is not None for item in view.items)
    return draw_sheet(
        Sheet(
            title_zh="销毁证明",
            title_en="Certificate of destruction",
            number=f"D-{view.id:06d}",
            organisation=f"{settings.organisation_zh} {settings.organisation_en}",
            facts=[
                ("销毁原因 Reason", view.reason),
                ("申请人 Requester", _person(view.requester)),
                ("批准人 Approver", "；".join(map(_person, view.approvers))),
                ("设备 Device", f"{view.device.name} · {view.device.shred_level} (ISO/IEC 21964)"),
                ("方式 Method", "粉碎 shredded"),
                ("地点 Place", view.device.place),
                ("销毁时间 Destroyed at", _time(view.completed_at, settings)),
                (
                    "数量 Count",
                    " · ".join(
                        (
                            f"计划 planned {view.planned}",
                            f"到场 presented {view.presented}",
                            f"销毁 destroyed {destroyed}",
                            f"差额 difference {view.planned - destroyed}",
                        )
                    ),
                ),
            ],
            columns=_COLUMNS,
            rows=[
                (
                    copy_no_text(item.copy.copy_no),
                    item.copy.doc_number,
                    item.copy.title,
                    mark_text(item.copy.level, item.copy.secrecy_period, scheme=item.copy.scheme),
                    str(item.copy.pages),
                    f"{item.issuing_unit_zh} {item.issuing_unit_en}",
                    human_code(item.copy.code),
                )
                for item in view.items
            ],
            remarks=(
                "上列文件已逐份核对并当场销毁，销毁人与监销人均亲自到场确认身份。",
                (
                    "The papers above were scanned one by one at the device and destroyed on the spot; operator and "
                    "witnesses proved their identity in person."
                ),
            ),
            signatures=[
                Signature(_PARTS[one.part], _person(one.person), _time(one.authenticated_at, settings))
                for one in view.attestations
            ],
            ledger=ledger,
        )
    )


def _person(person: Name) -> str:
    return f"{person.zh} {person.en} ({person.staff_no})"


def _time(at: datetime, settings: Settings) -> str:
    return at.astimezone(get_timezone(settings.time_zone)).strftime("%Y-%m-%d %H:%M:%S")
