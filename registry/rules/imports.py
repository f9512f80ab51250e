"""Imports and exports of tables: what there is, who may, and what follows what.

Laws: a file is checked before it is taken in, and taken in whole or not at all. An import is undone while nothing
depends on what it made; then it is as if it had never been, but for the ledger.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from registry.errors import ConflictError
from registry.rules import roles
from registry.rules.roles import Action, Actor


class ImportKind(StrEnum):
    """What a table holds, one to a row."""

    UNITS = "UNITS"
    PEOPLE = "PEOPLE"
    MEETINGS = "MEETINGS"
    ATTENDEES = "ATTENDEES"
    DOCUMENTS = "DOCUMENTS"
    COPIES = "COPIES"
    """An existing paper register: numbered copies with their state and holder."""


class ExportKind(StrEnum):
    """What can be taken away as a table; those that are imported come back in the same columns."""

    UNITS = "UNITS"
    PEOPLE = "PEOPLE"
    MEETINGS = "MEETINGS"
    ATTENDEES = "ATTENDEES"
    DOCUMENTS = "DOCUMENTS"
    COPIES = "COPIES"
    HOLDINGS = "HOLDINGS"
    """Who has what, since when and until when."""
    LOSSES = "LOSSES"
    DESTROYED = "DESTROYED"
    """What was destroyed, by whom, before whom."""
    EQUIPMENT = "EQUIPMENT"


class ImportState(StrEnum):
    """Where an import stands."""

    OFFERED = "OFFERED"
    """Checked; nothing was taken in."""
    APPLIED = "APPLIED"
    UNDONE = "UNDONE"
    LAPSED = "LAPSED"
    """Never taken in, for so long that the register it was checked against is another one by now."""


class ImportStep(StrEnum):
    """What is done with an import."""

    CHECK = "CHECK"
    APPLY = "APPLY"
    UNDO = "UNDO"
    LAPSE = "LAPSE"


TABLE: Final[Mapping[tuple[ImportState, ImportStep], ImportState]] = MappingProxyType(
    {
        (ImportState.OFFERED, ImportStep.CHECK): ImportState.OFFERED,
        (ImportState.OFFERED, ImportStep.APPLY): ImportState.APPLIED,
        (ImportState.OFFERED, ImportStep.LAPSE): ImportState.LAPSED,
        (ImportState.APPLIED, ImportStep.UNDO): ImportState.UNDONE,
    }
)

IMPORTED_BY: Final[Mapping[ImportKind, Action]] = MappingProxyType(
    {
        ImportKind.UNITS: Action.MANAGE_PEOPLE,
        ImportKind.PEOPLE: Action.MANAGE_PEOPLE,
        ImportKind.MEETINGS: Action.MANAGE_MEETINGS,
        ImportKind.ATTENDEES: Action.MANAGE_MEETINGS,
        ImportKind.DOCUMENTS: Action.REGISTER_DOCUMENT,
        ImportKind.COPIES: Action.REGISTER_DOCUMENT,
    }
)
"""What one must be allowed to do to take such a table in: what its rows would ask one by one."""

EXPORTED_BY: Final[Mapping[ExportKind, Action]] = MappingProxyType(
    {
        ExportKind.UNITS: Action.MANAGE_PEOPLE,
        ExportKind.PEOPLE: Action.MANAGE_PEOPLE,
        ExportKind.MEETINGS: Action.MANAGE_MEETINGS,
        ExportKind.ATTENDEES: Action.MANAGE_MEETINGS,
        ExportKind.DOCUMENTS: Action.READ_REGISTER,
        ExportKind.COPIES: Action.READ_REGISTER,
        ExportKind.HOLDINGS: Action.READ_REGISTER,
        ExportKind.LOSSES: Action.READ_LOSSES,
        ExportKind.DESTROYED: Action.READ_STATISTICS,
        ExportKind.EQUIPMENT: Action.READ_EQUIPMENT,
    }
)
"""What one must be allowed to do to take such a table away; of units that are not one's own nothing is in it."""


class ImpossibleImportStep(ConflictError):
    """The import's state does not allow the step."""

    code = "impossible-import-step"


def next_import_state(state: ImportState, step: ImportStep) -> ImportState:
    """Return the state that follows.

    Raises:
        ImpossibleImportStep: the table has no such edge.
    """
    found = TABLE.get((state, step))
    if found is None:
        raise ImpossibleImportStep(
            f"got {step} on an import that is {state}", state=str(state), step=str(step)
        )
    return found


def require_importer(actor: Actor, kind: ImportKind) -> None:
    """Pass when the actor may take in such tables, be it for their own unit only; each row is asked for again.

    Raises:
        PermissionDenied: the actor may not.
    """
    roles.require(actor, IMPORTED_BY[kind], unit_id=actor.unit_id)


def importable(actor: Actor) -> tuple[ImportKind, ...]:
    """Return what the actor may take in."""
    return tuple(kind for kind in ImportKind if roles.may_for_some_unit(actor, IMPORTED_BY[kind]))


def exportable(actor: Actor) -> tuple[ExportKind, ...]:
    """Return what the actor may take away."""
    return tuple(kind for kind in ExportKind if roles.may_for_some_unit(actor, EXPORTED_BY[kind]))


def sees_import(actor: Actor, kind: ImportKind, offered_by: int) -> bool:
    """Return whether the actor may see an import: one's own, or any where one may do the like for every unit."""
    action = IMPORTED_BY[kind]
    own = offered_by == actor.person_id
    return roles.may(actor, action) or (own and roles.may_for_some_unit(actor, action))
