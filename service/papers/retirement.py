"""The certificate that a device was wiped or destroyed, and who vouched for it."""

from datetime import datetime

from babel.dates import get_timezone

from registry.rules.levels import DEFAULT_SCHEME, get_level
from registry.rules.words import DestructionPart, EquipmentKind, RetirementMethod
from registry.views.equipment import DeviceRow, Retirement
from registry.views.holdings import Name
from service.config import Settings
from service.papers.sheet import Sheet, Signature, draw_sheet

KINDS = {
    EquipmentKind.SHREDDER: "碎纸机 Shredder",
    EquipmentKind.PRINTER: "打印机 Printer",
    EquipmentKind.COPIER: "复印机 Copier",
    EquipmentKind.SCANNER: "扫描仪 Scanner",
    EquipmentKind.COMPUTER: "计算机 Computer",
    EquipmentKind.FAX: "传真机 Fax",
    EquipmentKind.STORAGE: "存储介质 Storage medium",
}
_METHODS = {
    RetirementMethod.WIPED: "清除数据 wiped",
    RetirementMethod.DESTROYED: "物理销毁 destroyed",
}
_PARTS = {DestructionPart.OPERATOR: "销毁人 Operator", DestructionPart.WITNESS: "监销人 Witness"}


def draw_retirement(row: DeviceRow, found: Retirement, settings: Settings, *, ledger: str) -> bytes:
    """Return the certificate of a retired device as a PDF.

    Raises:
        ValueError: the retirement is not done.
    """
    if found.done_at is None:
        raise ValueError("a device that is not retired has no certificate")
    level = None if row.level is None else get_level(DEFAULT_SCHEME, str(row.level))
    return draw_sheet(
        Sheet(
            title_zh="设备报废销毁证明",
            title_en="Certificate of retirement of a device",
            number=f"E-{found.id:06d}",
            organisation=f"{settings.organisation_zh} {settings.organisation_en}",
            facts=[
                ("设备 Device", f"{KINDS[row.kind]} · {row.name}"),
                ("序列号 Serial number", row.serial or "—"),
                ("密级 Level", "—" if level is None else f"{level.zh} {level.en}"),
                ("地点 Place", row.place),
                ("专管员 Custodian", "—" if found.custodian is None else _person(found.custodian)),
                ("报废原因 Reason", found.reason),
                ("申请人 Requester", _person(found.opened_by)),
                ("方式 Method", _METHODS[found.method]),
                ("完成时间 Done at", _time(found.done_at, settings)),
            ],
            remarks=(
                "上列设备已当场清除或销毁，其中存储的信息不可恢复；销毁人与监销人均亲自到场确认身份。",
                (
                    "The device above was wiped or destroyed on the spot, and what it held cannot be read again; "
                    "operator and witnesses proved their identity in person."
                ),
            ),
            signatures=[
                Signature(_PARTS[one.part], _person(one.person), _time(one.authenticated_at, settings))
                for one in found.vouchers
            ],
            ledger=ledger,
        )
    )


def _person(person: Name) -> str:
    return f"{person.zh} {person.en} ({person.staff_no})"


def _time(at: datetime, settings: Settings) -> str:
    return at.astimezone(get_timezone(settings.time_zone)).strftime("%Y-%m-%d %H:%M:%S")
