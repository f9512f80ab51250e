"""The certificate of destruction: what was destroyed, on what or where, and who vouched for it."""

from datetime import datetime

from babel.dates import get_timezone

from registry.rules.codes import copy_no_text, human_code
from registry.rules.levels import mark_text
from registry.rules.plant import Tally
from registry.rules.words import BagState, DestructionPart, ItemEnd
from registry.views.destruction import ListedCopy, ListView
from registry.views.holdings import Name
from service.config import Settings
from service.papers.sheet import Column, Sheet, Signature, draw_sheet

GRAMS_PER_KG = 1000

_PARTS = {
    DestructionPart.OPERATOR: "销毁人 Operator",
    DestructionPart.WITNESS: "监销人 Witness",
    DestructionPart.ESCORT: "押送人 Escort",
}
_BAGS = {
    BagState.ARRIVED: "完好 intact",
    BagState.BROKEN: "破损 broken",
    BagState.MISSING: "未到 missing",
    BagState.OPENED: "未送出 not sent",
}
_SHREDDED = (
    "上列文件已逐份核对并当场销毁，销毁人与监销人均亲自到场确认身份。",
    (
        "The papers above were scanned one by one at the device and destroyed on the spot; operator and "
        "witnesses proved their identity in person."
    ),
)
_SENT = (
    "上列文件已逐份核对装袋加封，由两名押送人亲自确认身份后押送至定点单位，封条经该单位查验完好后销毁。",
    (
        "The papers above were scanned one by one into sealed bags; two escorts, who proved their identity in person, "
        "took them to the designated plant, which found the seals intact and destroyed them."
    ),
)
_COLUMNS = (
    Column("份号 No.", 1.45, is_number=True),
    Column("文号 Document no.", 2.7),
    Column("标题 Title", 3.0),
    Column("密级 Level", 2.05),
    Column("页 Pages", 1.45, is_number=True),
    Column("制发单位 Issued by", 2.7),
    Column("追溯码 Code", 3.7),
)
_COLUMNS_SENT = (
    Column("份号 No.", 1.35, is_number=True),
    Column("文号 Doc. no.", 2.2),
    Column("标题 Title", 2.0),
    Column("密级 Level", 1.75),
    Column("页 Pages", 1.5, is_number=True),
    Column("制发单位 Issuer", 2.6),
    Column("封条 Seal", 1.95),
    Column("追溯码 Code", 3.7),
)


def draw_certificate(view: ListView, settings: Settings, *, ledger: str) -> bytes:
    """Return the certificate of a destroyed list as a PDF.

    Raises:
        ValueError: the list is not destroyed.
    """
    if view.completed_at is None:
        raise ValueError("a list that is not destroyed has no certificate")
    sent = view.plant is not None
    ended = [item for item in view.items if item.ended_as is ItemEnd.DESTROYED or not sent]
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
                *(_sent(view, settings) if sent else _shredded(view, settings)),
                ("数量 Count", _count(view.tally, sent=sent)),
            ],
            columns=_COLUMNS_SENT if sent else _COLUMNS,
            rows=[_row(item, sent=sent) for item in ended],
            remarks=_SENT if sent else _SHREDDED,
            signatures=[
                Signature(_PARTS[one.part], _person(one.person), _time(one.authenticated_at, settings))
                for one in view.attestations
            ],
            ledger=ledger,
        )
    )


def _shredded(view: ListView, settings: Settings) -> list[tuple[str, str]]:
    if view.device is None or view.completed_at is None:
        raise ValueError("a list that was not shredded has no such certificate")
    return [
        ("设备 Device", f"{view.device.name} · {view.device.shred_level} (ISO/IEC 21964)"),
        ("方式 Method", "粉碎 shredded"),
        ("地点 Place", view.device.place),
        ("销毁时间 Destroyed at", _time(view.completed_at, settings)),
    ]


def _sent(view: ListView, settings: Settings) -> list[tuple[str, str]]:
    if view.plant is None or view.receipt is None or view.handed_at is None:
        raise ValueError("a list of which no plant has stated anything has no such certificate")
    receipt, weight = view.receipt, view.receipt.weight_g
    told = [bag for bag in view.bags if bag.copies]
    return [
        ("方式 Method", "送定点单位销毁 destroyed by the designated plant"),
        ("定点单位 Plant", f"{view.plant.name} · {view.plant.place}"),
        ("移交押送 Handed over", _time(view.handed_at, settings)),
        (
            "封条 Seals",
            "；".join(f"{bag.seal_no}（{bag.copies}）{_BAGS[bag.state]}" for bag in told),
        ),
        (
            "回执 Receipt",
            f"{receipt.number}" + ("" if weight is None else f" · {weight / GRAMS_PER_KG:.3f} kg"),
        ),
        ("销毁时间 Destroyed at", _time(receipt.destroyed_at, settings)),
        ("登记人 Entered by", f"{_person(receipt.recorded_by)} · {_time(receipt.recorded_at, settings)}"),
    ]


def _count(count: Tally, *, sent: bool) -> str:
    parts = [
        f"计划 planned {count.planned}",
        f"装袋 bagged {count.bagged}" if sent else f"到场 presented {count.destroyed}",
        f"销毁 destroyed {count.destroyed}",
    ]
    if sent:
        parts += [f"下落不明 unaccounted {count.unaccounted}", f"留存 kept {count.kept}"]
    return " · ".join((*parts, f"差额 difference {count.difference}"))


def _row(item: ListedCopy, *, sent: bool) -> tuple[str, ...]:
    return (
        copy_no_text(item.copy.copy_no),
        item.copy.doc_number,
        item.copy.title,
        mark_text(item.copy.level, item.copy.secrecy_period, scheme=item.copy.scheme),
        str(item.copy.pages),
        f"{item.issuing_unit_zh} {item.issuing_unit_en}",
        *((item.seal_no or "",) if sent else ()),
        human_code(item.copy.code),
    )


def _person(person: Name) -> str:
    return f"{person.zh} {person.en} ({person.staff_no})"


def _time(at: datetime, settings: Settings) -> str:
    return at.astimezone(get_timezone(settings.time_zone)).strftime("%Y-%m-%d %H:%M:%S")
