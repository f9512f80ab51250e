"""The words of importing and exporting: kinds, states, what columns mean, what keeps an import from being undone."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from flask_babel import LazyString, lazy_gettext

from registry.rules.imports import ExportKind, ImportKind, ImportState
from service.exchange.columns import COLUMNS
from service.terms import Look
from service.words import words_for

_ = lazy_gettext

IMPORTS: Final[Mapping[ImportKind, tuple[LazyString, LazyString]]] = MappingProxyType(
    {
        ImportKind.UNITS: (_("Units"), _("Code and names of each unit, and the one it belongs to.")),
        ImportKind.PEOPLE: (
            _("People"),
            _("Staff numbers, names and units; an account opens once its password is set."),
        ),
        ImportKind.MEETINGS: (
            _("Meetings"),
            _("Each gets the secrecy plan of its level, as if it were planned by hand."),
        ),
        ImportKind.ATTENDEES: (
            _("Attendees"),
            _("Who is named for a meeting; clearance is checked, approval is still needed."),
        ),
        ImportKind.DOCUMENTS: (_("Documents"), _("Entries of an older register, without their files.")),
        ImportKind.COPIES: (
            _("Existing paper registers"),
            _("Numbered copies with their old numbers, state and holder; they bear no marks."),
        ),
    }
)
"""What a table of each kind is called, and what taking it in means."""

EXPORTS: Final[Mapping[ExportKind, LazyString]] = MappingProxyType(
    {
        ExportKind.UNITS: _("Units"),
        ExportKind.PEOPLE: _("People"),
        ExportKind.MEETINGS: _("Meetings"),
        ExportKind.ATTENDEES: _("Attendees"),
        ExportKind.DOCUMENTS: _("Documents"),
        ExportKind.COPIES: _("Register of copies"),
        ExportKind.HOLDINGS: _("Who holds what"),
        ExportKind.LOSSES: _("Losses"),
        ExportKind.DESTROYED: _("What was destroyed"),
        ExportKind.EQUIPMENT: _("Devices"),
    }
)

STATES: Final[Mapping[ImportState, Look]] = MappingProxyType(
    {
        ImportState.OFFERED: Look(_("checked, not imported"), "look", "hourglass-split"),
        ImportState.APPLIED: Look(_("imported"), "ok", "check-lg"),
        ImportState.UNDONE: Look(_("undone"), "quiet", "arrow-return-left"),
        ImportState.LAPSED: Look(_("lapsed, never imported"), "quiet", "clock-history"),
    }
)

DEPENDS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "account": _("accounts"),
        "approval_request": _("requests for approval"),
        "copy": _("copies"),
        "destruction_item": _("lines of destruction lists"),
        "document": _("documents"),
        "equipment": _("devices"),
        "gate_event": _("attempts at gates"),
        "hand_over": _("hand-overs"),
        "hand_over_item": _("copies handed over"),
        "loss": _("losses"),
        "meeting": _("meetings"),
        "meeting_attendee": _("attendees"),
        "meeting_check": _("checks of secrecy plans"),
        "movement": _("movements of copies"),
        "permit": _("take-out permits"),
        "person": _("persons"),
        "person_clearance": _("clearances"),
        "recall": _("recalls"),
        "stocktake_item": _("stocktakes"),
        "unit": _("units"),
    }
)
"""What tables hold that can stand in the way of undoing; others are named as they are."""

_MEANINGS: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "code": _("Short code, unique; other tables name the unit by it."),
        "parent": _("Code of the unit above; may stand in the same table."),
        "unit": _("Code or name of a unit."),
        "issuing_unit": _("Code or name of the unit that issued the document."),
        "classifying_unit": _("Code or name; empty for the issuing unit."),
        "staff_no": _("Unique; format the column as text to keep leading zeros."),
        "login": _("Account to open; empty for none. It is locked until the administrator sets a password."),
        "level": _("绝密, 机密 or 秘密; 核心商密 or 普通商密 with the scheme commercial."),
        "scheme": _("company, commercial or state; empty for company."),
        "secrecy_period": _("10年, 6个月, 长期, or a last day such as 2031-12-31."),
        "starts_at": _("Such as 2026-01-31 14:30."),
        "meeting": _("Number or title of a meeting."),
        "no_copying": _("是 or 否; empty for no."),
        "pages": _("Of one copy."),
        "copy_no": _("As on the paper; every number from 1 on has a row."),
        "state": _("在库, 在持, 下落不明, 丢失, 已销毁, 作废 or 废页."),
        "holder": _(
            "Staff number, or a name that only one person has; for 在持, and where known for what is missing."
        ),
        "since": _("When it was handed out, missed or destroyed; empty for today."),
        "due": _("When a loan has to be back."),
        "title": _("For a document that is not registered yet, in one of its rows."),
    }
)
"""What a column means, by its name; where nothing stands its head says all."""


def template_remarks(kind: ImportKind) -> list[tuple[str, str]]:
    """Return heads and meanings of a kind's columns, in the language of the request."""
    found = []
    for column in COLUMNS[kind]:
        meaning = (
            "" if column.name == "title" and kind is not ImportKind.COPIES else _MEANINGS.get(column.name, "")
        )
        need = str(_("required")) if column.required else ""
        found.append((column.head, " · ".join(filter(None, (need, str(meaning))))))
    return found


def problem_words(problem: Mapping[str, Any]) -> str:
    """Return what is wrong at a place of a table, and what to do, in the language of the request."""
    words = words_for(400, problem["code"], problem["facts"])
    return f"{words.sentence} {words.next_step}"


def depends_words(depends: str) -> list[str]:
    """Return what keeps an import from being undone, in words with numbers."""
    told = []
    for part in filter(None, depends.split(", ")):
        table, _space, count = part.partition(" ")
        told.append(f"{DEPENDS.get(table, table)}: {count}")
    return told
