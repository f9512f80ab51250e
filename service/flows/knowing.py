"""Who knows a document, for those who keep the register and who look into leaks: shown, and taken away on record."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from registry.acts import exports
from registry.rules import roles
from registry.rules.knowing import Part, Trace
from registry.rules.roles import Action, Actor
from registry.views.knowing import Knower, who_knows
from registry.views.scope import get_within_reach
from service.papers import told
from service.runtime import Runtime
from service.spreadsheets import csv_file

HEAD: Final = (
    "工号 Staff number",
    "姓名 Name",
    "单位 Unit",
    "在岗 Works here",
    "身份 As",
    "途径 By what",
    "次数 Times",
    "最早 First",
    "最近 Last",
    "涉及文件 Through documents",
)
PARTS: Final[Mapping[Part, str]] = MappingProxyType(
    {
        Part.READER: "阅读 reader",
        Part.RECEIVER: "领用 receiver",
        Part.LISTENER: "听传达 listener",
        Part.HANDLER: "经办 handler",
    }
)
TRACES: Final[Mapping[Trace, str]] = MappingProxyType(
    {
        Trace.READ: "打开过页面 opened the pages",
        Trace.DECIDED: "审批时看过 was shown it to decide",
        Trace.HELD: "签收过 signed for a copy",
        Trace.ATTENDED: "参加相关会议 attended its meeting",
        Trace.HEARD: "听取会议传达 was told of its meeting",
        Trace.REGISTERED: "登记 registered it",
        Trace.REQUESTED: "申请人 asked for something about it",
        Trace.PRINTED: "付印 had it printed",
        Trace.COPIED: "复印、扫描或传真 put it on a copier or fax",
        Trace.CONVEYED: "传达会议内容 passed its meeting on",
        Trace.PASSED_ON: "收发过 gave out or took in copies",
        Trace.CARRIED: "携带外出 carried a copy out",
        Trace.DESTROYED: "销毁或监销 vouched for its destruction",
    }
)


def knowers(runtime: Runtime, actor: Actor, document_id: int) -> tuple[Knower, ...]:
    """Return who knows a document, who knew it first first.

    Raises:
        UnknownRow: there is no such document within reach.
    """
    roles.require(actor, Action.READ_KNOWERS)
    with runtime.database.reading() as session:
        get_within_reach(session, document_id, actor, now=runtime.now())
        return who_knows(session, document_id)


def export(runtime: Runtime, actor: Actor, document_id: int) -> bytes:
    """Record that the list is taken away, and return it as CSV: one line for each trace of each person.

    Raises:
        UnknownRow: there is no such document within reach.
    """
    lines = [
        (
            one.person.staff_no,
            f"{one.person.zh} {one.person.en}",
            told.unit(one.unit),
            "是 yes" if one.active else "否 no",
            PARTS[known.part],
            TRACES[known.trace],
            known.times,
            told.time(known.first_at, runtime.settings),
            told.time(known.last_at, runtime.settings),
            " ".join(map(str, one.through)),
        )
        for one in knowers(runtime, actor, document_id)
        for known in one.known
    ]
    table = csv_file(HEAD, lines)
    with runtime.deed(actor, "knowers.export", f"document:{document_id}") as session:
        sha256 = hashlib.sha256(table).hexdigest()
        exports.take_knowers(session, document_id, len(lines), sha256, actor=actor, now=runtime.now())
    return table
