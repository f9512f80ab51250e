"""Registers and lists are taken away as workbooks or comma-separated text, on record.

Law: what can be taken in as well has the same columns and words, so that a table comes back as it was.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Literal

from registry.acts import exports
from registry.rules.codes import human_code
from registry.rules.imports import ExportKind, ImportKind
from registry.rules.levels import get_level
from registry.rules.lifecycle import State
from registry.rules.roles import Actor
from registry.views.exports import rows_of
from service.config import Settings
from service.exchange.cells import STATE_WORDS
from service.exchange.columns import COLUMNS
from service.exchange.writing import Cell, Sheet, workbook
from service.runtime import Runtime
from service.spreadsheets import csv_file
from service.times import local

Form = Literal["xlsx", "csv"]

FURTHER: Final[Mapping[ExportKind, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        ExportKind.MEETINGS: (("meeting_no", "会议号 No."), ("meeting_state", "会议状态 Meeting state")),
        ExportKind.ATTENDEES: (
            ("meeting_title", "会议标题 Meeting title"),
            ("pledged_at", "承诺时间 Pledged"),
        ),
        ExportKind.DOCUMENTS: (("copies", "已编份数 Numbered"), ("registered_at", "登记时间 Registered")),
        ExportKind.COPIES: (("copy_code", "追溯码 Code"),),
    }
)
"""Columns that an export has beside those of an import, which leaves them out."""

LISTS: Final[Mapping[ExportKind, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        ExportKind.HOLDINGS: (
            ("holder", "领用人工号 Holder"),
            ("holder_name", "姓名 Name"),
            ("holder_unit", "单位 Unit"),
            ("doc_number", "发文字号 Document number"),
            ("title", "标题 Title"),
            ("level", "密级 Level"),
            ("copy_no", "份号 Copy number"),
            ("state", "状态 State"),
            ("since", "日期 Since"),
            ("due", "应还日期 Due"),
            ("copy_code", "追溯码 Code"),
        ),
        ExportKind.LOSSES: (
            ("doc_number", "发文字号 Document number"),
            ("title", "标题 Title"),
            ("level", "密级 Level"),
            ("copy_no", "份号 Copy number"),
            ("state", "状态 State"),
            ("holder", "责任人工号 Holder"),
            ("missed_at", "发现时间 Missed"),
            ("how", "经过 How"),
            ("declared_at", "认定丢失 Declared lost"),
            ("reported_at", "报告时间 Reported"),
            ("concluded_at", "查结时间 Concluded"),
            ("found_at", "找回时间 Found"),
        ),
        ExportKind.DESTROYED: (
            ("list_no", "清单号 List"),
            ("destroyed_at", "销毁时间 Destroyed"),
            ("doc_number", "发文字号 Document number"),
            ("title", "标题 Title"),
            ("level", "密级 Level"),
            ("copy_no", "份号 Copy number"),
            ("pages", "页数 Pages"),
            ("reason", "原因 Reason"),
            ("device", "设备 Device"),
            ("shred_level", "粉碎等级 Class"),
            ("operator", "销毁人 Operator"),
            ("witnesses", "监销人 Witnesses"),
            ("plant", "送销单位 Plant"),
            ("seal", "封条号 Seal"),
            ("escorts", "押送人 Escorts"),
        ),
        ExportKind.EQUIPMENT: (
            ("device", "设备 Device"),
            ("device_kind", "类别 Kind"),
            ("place", "地点 Place"),
            ("device_state", "状态 State"),
            ("handling", "最高密级 Up to"),
            ("serial", "序列号 Serial"),
            ("shred_level", "粉碎等级 Class"),
            ("custodian", "专管员 Custodian"),
            ("inspect_again_at", "下次检查 Inspect again"),
        ),
    }
)


def export(runtime: Runtime, actor: Actor, kind: ExportKind, form: Form) -> bytes:
    """Record that a register is taken away, and return it as a file."""
    columns = columns_of(kind)
    with runtime.refusals(actor, "export.take", "registry"), runtime.database.reading() as session:
        rows = [
            [_cell(name, values.get(name), runtime.settings) for name, _ in columns]
            for values in rows_of(session, kind, actor)
        ]
    head = [head for _, head in columns]
    file = workbook(Sheet("登记 Register", head, rows)) if form == "xlsx" else csv_file(head, _texts(rows))
    with runtime.deed(actor, "export.take", "registry") as session:
        exports.take(
            session, kind, len(rows), hashlib.sha256(file).hexdigest(), actor=actor, now=runtime.now()
        )
    return file


def columns_of(kind: ExportKind) -> tuple[tuple[str, str], ...]:
    """Return the columns of an export: the field and its head."""
    if kind in LISTS:
        return LISTS[kind]
    own = tuple((column.name, column.head) for column in COLUMNS[ImportKind(kind.value)])
    return own + FURTHER.get(kind, ())


def _cell(name: str, value: Any, settings: Settings) -> Cell:  # noqa: ANN401 - whatever a register holds
    say = _SAID.get(name)
    if value is None:
        return None
    if say is not None:
        return say(value)
    if isinstance(value, datetime):
        moment = local(value, settings)
        return moment.date() if name == "due" else moment.replace(second=0, microsecond=0)
    return value if isinstance(value, int) else str(value)


_SAID: Final[Mapping[str, Callable[[Any], Cell]]] = MappingProxyType(
    {
        "level": lambda value: get_level(*value).zh,
        "state": lambda value: STATE_WORDS[State(value)],
        "no_copying": lambda value: "是" if value else "否",
        "copy_code": human_code,
    }
)
"""How values are said that are not said as they are."""


def _texts(rows: list[list[Cell]]) -> list[list[object]]:
    """Return rows for comma-separated text: days and times as they are written."""
    return [
        [cell.strftime("%Y-%m-%d %H:%M") if isinstance(cell, datetime) else cell for cell in row]
        for row in rows
    ]
