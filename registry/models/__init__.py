"""Tables, constraints and relationships; no behaviour."""

from registry.models.approvals import ApprovalDecision, ApprovalRequest
from registry.models.copies import AttemptCopy, Copy, PrintAttempt, PrintBatch, SpoiledSheet
from registry.models.custody import CopyReturn, CopyReturnItem, HandOver, HandOverItem, Movement
from registry.models.destruction import DestructionItem, DestructionList, DestructionSignature, Equipment
from registry.models.documents import Document, Meeting
from registry.models.gates import Gate, GateEvent, Permit, PermitCarrier
from registry.models.ledger import LedgerCheckpoint, LedgerEntry, LedgerSalt, LedgerSubtree, LedgerTree
from registry.models.people import Account, AccountRole, Person, Unit
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
    "Copy",
    "CopyReturn",
    "CopyReturnItem",
    "DestructionItem",
    "DestructionList",
    "DestructionSignature",
    "Document",
    "DrillShot",
    "Equipment",
    "Gate",
    "GateEvent",
    "HandOver",
    "HandOverItem",
    "LeakDrill",
    "LedgerCheckpoint",
    "LedgerEntry",
    "LedgerSalt",
    "LedgerSubtree",
    "LedgerTree",
    "Meeting",
    "Movement",
    "Permit",
    "PermitCarrier",
    "Person",
    "PrintAttempt",
    "PrintBatch",
    "SpoiledSheet",
    "TraceCase",
    "TracePicture",
    "TraceReference",
    "TraceReview",
    "TraceRun",
    "Unit",
]
