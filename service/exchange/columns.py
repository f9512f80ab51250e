"""The columns of each kind of table: what they are called in Chinese and English, and by what other names they come.

The same columns are read and written, so that what was taken away can be taken in elsewhere. Law: a column is known by
its head alone, never by its place; heads that nobody knows are told and left out.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from registry.rules.imports import ImportKind

HEAD_ROWS: Final = 10
"""Within so many rows the head of a table is looked for; titles stand above it."""

_UNSAID: Final = re.compile(r"[\s*＊:：_\-./（）()【】\[\]]|必填|选填|required|optional")


@dataclass(frozen=True)
class Column:
    """A column.

    Attributes:
        name: The field of the register.
        zh, en: What its head says; together in templates and exports.
        also: Further heads under which it comes.
        required: Whether every row needs it.
        example: What stands in the template.
    """

    name: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    required: bool = False
    example: str = ""

    @property
    def head(self) -> str:
        """What its head says."""
        return f"{self.zh} {self.en}"


_DOC_NUMBER: Final = Column(
    "doc_number",
    "发文字号",
    "Document number",
    ("文号", "文件编号", "文件号", "编号", "number", "docno"),
    required=True,
    example="财字〔2026〕7号",
)
_ISSUING: Final = Column(
    "issuing_unit",
    "制发单位",
    "Issuing unit",
    ("发文单位", "发文机关", "制发机关", "来文单位", "issuer", "unit"),
    required=True,
    example="FIN",
)
_SCHEME: Final = Column("scheme", "密级体系", "Scheme", ("定密体系",), example="company")


def _document_columns(*, required: bool) -> tuple[Column, ...]:
    return (
        Column(
            "title",
            "标题",
            "Title",
            ("文件名称", "文件标题", "名称", "题名"),
            required=required,
            example="预算草案",
        ),
        Column(
            "level",
            "密级",
            "Level",
            ("秘密等级", "secrecylevel", "classification"),
            required=required,
            example="机密",
        ),
        Column(
            "secrecy_period",
            "保密期限",
            "Period",
            ("期限", "secrecyperiod"),
            required=required,
            example="10年",
        ),
        Column("pages", "页数", "Pages", ("每份页数", "pagecount"), required=required, example="12"),
        Column(
            "classifying_unit", "原定密单位", "Classifying unit", ("定密单位", "classifier"), example="FIN"
        ),
        _SCHEME,
        Column("need_to_know", "知悉范围", "Need to know", ("知悉人员", "发放范围"), example="班子成员"),
        Column("no_copying", "禁止复制", "No copying", ("不得复制", "禁止复印"), example="否"),
    )


COLUMNS: Final[Mapping[ImportKind, tuple[Column, ...]]] = MappingProxyType(
    {
        ImportKind.UNITS: (
            Column(
                "code",
                "单位代码",
                "Unit code",
                ("代码", "部门代码", "部门编号", "单位编号", "code"),
                required=True,
                example="FIN-1",
            ),
            Column(
                "name_zh",
                "中文名称",
                "Chinese name",
                ("名称", "单位名称", "部门名称", "部门", "单位", "name"),
                required=True,
                example="财务一处",
            ),
            Column("name_en", "英文名称", "English name", ("英文名",), example="Finance Section 1"),
            Column(
                "parent",
                "上级单位",
                "Belongs to",
                ("上级", "上级部门", "上级代码", "隶属", "parent"),
                example="FIN",
            ),
        ),
        ImportKind.PEOPLE: (
            Column(
                "staff_no",
                "工号",
                "Staff number",
                ("人员编号", "职工号", "员工编号", "员工号", "staffno", "employeeid"),
                required=True,
                example="S1001",
            ),
            Column(
                "name_zh",
                "姓名",
                "Chinese name",
                ("中文姓名", "人员姓名", "name"),
                required=True,
                example="王芳",
            ),
            Column("name_en", "英文姓名", "English name", ("拼音", "英文名"), example="Wang Fang"),
            Column(
                "unit",
                "单位",
                "Unit",
                ("部门", "所在部门", "所属单位", "单位代码", "department"),
                required=True,
                example="FIN",
            ),
            Column("login", "登录名", "Account", ("账号", "帐号", "用户名", "login", "username"), example=""),
        ),
        ImportKind.MEETINGS: (
            Column(
                "title",
                "会议名称",
                "Title",
                ("会议", "名称", "标题", "meeting"),
                required=True,
                example="预算会",
            ),
            Column("level", "密级", "Level", ("秘密等级",), required=True, example="机密"),
            Column(
                "unit", "主办单位", "Unit", ("承办单位", "单位", "部门", "host"), required=True, example="FIN"
            ),
            Column(
                "place", "地点", "Place", ("会议地点", "会场", "venue"), required=True, example="第一会议室"
            ),
            Column(
                "starts_at",
                "开始时间",
                "Begins",
                ("会议时间", "时间", "日期", "starts", "start"),
                required=True,
                example="2026-12-01 09:00",
            ),
            _SCHEME,
        ),
        ImportKind.ATTENDEES: (
            Column(
                "meeting",
                "会议",
                "Meeting",
                ("会议名称", "会议编号", "meetingid"),
                required=True,
                example="预算会",
            ),
            Column(
                "staff_no",
                "工号",
                "Staff number",
                ("人员编号", "职工号", "员工编号"),
                required=True,
                example="S1001",
            ),
            Column("name", "姓名", "Name", ("参会人", "人员姓名"), example="王芳"),
            Column("seat", "座位", "Seat", ("座位号", "座次"), example="A1"),
        ),
        ImportKind.DOCUMENTS: (
            _DOC_NUMBER,
            _ISSUING,
            *_document_columns(required=True),
            Column("meeting", "会议", "Meeting", ("会议名称", "会议编号", "meetingid"), example=""),
        ),
        ImportKind.COPIES: (
            _DOC_NUMBER,
            _ISSUING,
            Column(
                "copy_no",
                "份号",
                "Copy number",
                ("份数号", "编号份号", "copyno", "copy"),
                required=True,
                example="1",
            ),
            Column("state", "状态", "State", ("当前状态", "份状态", "status"), required=True, example="在库"),
            Column("holder", "领用人工号", "Holder", ("持有人", "领用人", "保管人", "工号"), example=""),
            Column(
                "since",
                "日期",
                "Since",
                ("领用日期", "签收日期", "登记日期", "销毁日期", "date"),
                example="2026-03-02",
            ),
            Column("due", "应还日期", "Due", ("归还期限", "应还时间", "应归还日期", "duedate"), example=""),
            Column("remark", "备注", "Remark", ("说明", "存放位置", "note", "notes"), example="2 号柜"),
            *_document_columns(required=False),
        ),
    }
)


class HeadUnfit(Exception):
    """A table whose head cannot be used; ``missing`` and ``twice`` name columns by their heads."""

    def __init__(self, missing: Sequence[Column], twice: Sequence[Column], row: int) -> None:
        """Keep what is wrong, and in which row."""
        super().__init__("the head of the table cannot be used")
        self.missing = tuple(missing)
        self.twice = tuple(twice)
        self.row = row


@dataclass(frozen=True)
class Head:
    """Where the columns of a table stand: names by place, from 0; heads that nobody knows; the row number."""

    places: Mapping[int, str]
    strange: tuple[str, ...]
    row: int


def find_head(kind: ImportKind, rows: Sequence[tuple[int, tuple[str, ...]]]) -> Head:
    """Return the head of a table: the row among the first that names most of the columns.

    Raises:
        HeadUnfit: a column that is required is missing, or one comes twice.
    """
    known = _known(kind)
    best = max(rows[:HEAD_ROWS], key=lambda row: len({known.get(_said(cell)) for cell in row[1]} - {None}))
    number, cells = best
    named = {place: known[_said(cell)] for place, cell in enumerate(cells) if _said(cell) in known}
    by_name = {column.name: column for column in COLUMNS[kind]}
    names = list(named.values())
    missing = [column for column in COLUMNS[kind] if column.required and column.name not in names]
    twice = [by_name[name] for name in dict.fromkeys(names) if names.count(name) > 1]
    if missing or twice:
        raise HeadUnfit(missing, twice, number)
    strange = tuple(cell for place, cell in enumerate(cells) if cell and place not in named)
    return Head(MappingProxyType(named), strange, number)


def _known(kind: ImportKind) -> dict[str, str]:
    """Return the columns of a kind by everything their heads may say; the first column that claims a word has it."""
    found: dict[str, str] = {}
    for column in COLUMNS[kind]:
        for said in (column.head, column.zh, column.en, column.name):
            found.setdefault(_said(said), column.name)
    for column in COLUMNS[kind]:
        for said in column.also:
            found.setdefault(_said(said), column.name)
    return found


def _said(head: str) -> str:
    """Return what a head says, without blanks, signs, and whether it is required."""
    return _UNSAID.sub("", unicodedata.normalize("NFKC", head).casefold())
