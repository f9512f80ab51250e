"""Tables, constraints and relationships; no behaviour."""

from registry.models.approvals import ApprovalDecision, ApprovalRequest
from registry.models.circulations import Circulation, CirculationReader
from registry.models.consents import ConsentUse, UnitConsent
from registry.models.copies import AttemptCopy, Copy, PrintAttempt, PrintBatch, SpoiledSheet
from registry.models.custody import CopyReturn, CopyReturnItem, HandOver, HandOverItem, Movement
from registry.models.delegations import Delegation
from registry.models.destruction import (
    DestructionBag,
    DestructionItem,
    DestructionList,
    DestructionSignature,
    Equipment,
    Plant,
)
from registry.models.documents import Document, Meeting
from registry.models.equipment import (
    EquipmentHandOver,
    EquipmentInspection,
    EquipmentJob,
    EquipmentRepair,
    EquipmentRetirement,
    RetirementSignature,
)
from registry.models.family import Derivation, Recopy, Regrading, RegradingProposal, Remarking
from registry.models.gates import Gate, GateEvent, Permit, PermitCarrier
from registry.models.imports import ImportBatch, ImportItem
from registry.models.leaving import Clearance
from registry.models.ledger import LedgerCheckpoint, LedgerEntry, LedgerSalt, LedgerSubtree, LedgerTree
from registry.models.light import LightDocument
from registry.models.losses import Loss
from registry.models.meetings import (
    Conveyance,
    ConveyanceListener,
    MeetingAttendee,
    MeetingCheck,
    MeetingException,
    MeetingGuard,
    MeetingIncident,
    MeetingItem,
    MeetingItemOut,
    MeetingPress,
    MeetingScope,
    PersonClearance,
)
from registry.models.people import Account, AccountRole, Person, Unit
from registry.models.plant import BagIncident, PlantReceipt
from registry.models.recalls import Recall, RecallItem
from registry.models.rules import RuleSetVersion
from registry.models.stocktakes import Stocktake, StocktakeItem, StocktakeScan
from registry.models.tracing import (
    DrillShot,
    LeakDrill,
    TraceCase,
    TracePicture,
    TraceReference,
    TraceReview,
    TraceRun,
)

__all__ = [
    "Account",
    "AccountRole",
    "ApprovalDecision",
    "ApprovalRequest",
    "AttemptCopy",
    "BagIncident",
    "Circulation",
    "CirculationReader",
    "Clearance",
    "ConsentUse",
    "Conveyance",
    "ConveyanceListener",
    "Copy",
    "CopyReturn",
    "CopyReturnItem",
    "Delegation",
    "Derivation",
    "DestructionBag",
    "DestructionItem",
    "DestructionList",
    "DestructionSignature",
    "Document",
    "DrillShot",
    "Equipment",
    "EquipmentHandOver",
    "EquipmentInspection",
    "EquipmentJob",
    "EquipmentRepair",
    "EquipmentRetirement",
    "Gate",
    "GateEvent",
    "HandOver",
    "HandOverItem",
    "ImportBatch",
    "ImportItem",
    "LeakDrill",
    "LedgerCheckpoint",
    "LedgerEntry",
    "LedgerSalt",
    "LedgerSubtree",
    "LedgerTree",
    "LightDocument",
    "Loss",
    "Meeting",
    "MeetingAttendee",
    "MeetingCheck",
    "MeetingException",
    "MeetingGuard",
    "MeetingIncident",
    "MeetingItem",
    "MeetingItemOut",
    "MeetingPress",
    "MeetingScope",
    "Movement",
    "Permit",
    "PermitCarrier",
    "Person",
    "PersonClearance",
    "Plant",
    "PlantReceipt",
    "PrintAttempt",
    "PrintBatch",
    "Recall",
    "RecallItem",
    "Recopy",
    "Regrading",
    "RegradingProposal",
    "Remarking",
    "RetirementSignature",
    "RuleSetVersion",
    "SpoiledSheet",
    "Stocktake",
    "StocktakeItem",
    "StocktakeScan",
    "TraceCase",
    "TracePicture",
    "TraceReference",
    "TraceReview",
    "TraceRun",
    "Unit",
    "UnitConsent",
]
