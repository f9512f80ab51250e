"""The certificate of a leaver: nothing is held any more, of any kind."""

from typing import Final

from registry.rules.leaving import Obstacle
from registry.views.leaving import ClearanceRow
from service.config import Settings
from service.papers import told
from service.papers.sheet import Column, Sheet, Signature, draw_sheet

CHECKED: Final = {
    Obstacle.HELD: "在持文件 copies held",
    Obstacle.CLAIMED: "自报已还、保密室未收到的文件 copies claimed returned",
    Obstacle.OUTSIDE: "携带在外的文件 copies outside",
    Obstacle.UNACCOUNTED: "下落不明的文件 copies unaccounted for",
    Obstacle.OFFERED: "已交出未签收的文件 copies given and not signed for",
    Obstacle.PERMIT: "未结携带外出审批 open take-out permits",
    Obstacle.DEVICE: "保管的设备 devices kept",
    Obstacle.DEVICE_OFFERED: "已移交未签收的设备 devices offered and not signed for",
    Obstacle.ESCORT: "送修陪同中的设备 devices escorted at a repair",
    Obstacle.BAG: "押送中的封装袋 sealed bags escorted to the plant",
    Obstacle.MEETING_THING: "未归还的会议笔记本、未取回的寄存物品 notebooks and deposits of meetings",
    Obstacle.MEETING_CHECK: "未完成的会议保密事项 open checks of meetings",
    Obstacle.DELEGATION: "未结束的代理审批 delegations that go on",
    Obstacle.CASE: "未结的溯源案件 trace cases without a result",
    Obstacle.CIRCULATION: "未轮到的传阅 circulations they wait in",
    Obstacle.OFFICE: "领用人以外的角色 roles beyond that of a holder",
}


def draw_clearance(row: ClearanceRow, settings: Settings, *, ledger: str) -> bytes:
    """Return the certificate of a cleared person as a PDF."""
    lost = (
        f"另有 {row.lost} 份已申报丢失，按丢失处理。{row.lost} copies were declared lost and go on as losses."
    )
    return draw_sheet(
        Sheet(
            title_zh="离岗保密清退证明",
            title_en="Certificate of leaver clearance",
            number=f"L-{row.id:06d}",
            organisation=told.organisation(settings),
            facts=[
                ("离岗人员 Leaver", told.person(row.person)),
                ("单位 Unit", told.unit(row.unit)),
                ("原因 Reason", row.reason),
                ("清退时间 Cleared at", told.time(row.cleared_at, settings)),
                ("曾领用并已归还 Once held and given back", str(row.returned)),
                ("停用账号 Accounts closed", str(row.accounts)),
            ],
            columns=(Column("核对事项 Checked", 8), Column("数量 Count", 2, is_number=True)),
            rows=[(CHECKED[obstacle], "0") for obstacle in Obstacle],
            remarks=(
                "经核对登记簿，上列人员名下已无任何涉密文件和未结事项，其账号自清退时停用。保密义务不因离岗而终止。",
                (
                    "The register holds nothing under this person's name any more, and their accounts were closed at "
                    "that instant. The duty of secrecy does not end with the post."
                ),
                *([lost] if row.lost else []),
            ),
            signatures=(
                Signature("经办人 Clerk", told.person(row.cleared_by), told.time(row.cleared_at, settings)),
                Signature("离岗人员 Leaver", told.person(row.person)),
            ),
            ledger=ledger,
        )
    )
