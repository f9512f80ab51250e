"""Tables, constraints and relationships; no behaviour."""

from registry.models.approvals import ApprovalDecision, ApprovalRequest
from registry.models.copies import AttemptCopy, Copy, PrintAttempt, PrintBatch, SpoiledSheet
from registry.models.custody import CopyReturn, CopyReturnItem, HandOver, HandOverItem, Movement
from registry.models.destruction import DestructionItem, DestructionList, DestructionSignature, Equipment
from registry.models.documents import Document, Meeting
from registry.models.gates import Gate, GateEvent, Permit, PermitCarrier
from registry.models.leaving import Clearance
from registry.models.ledger import LedgerCheckpoint, LedgerEntry, LedgerSalt, LedgerSubtree, LedgerTree
from registry.models.losses import Loss
from registry.models.people import Account, AccountRole, Person, Unit
from registry.models.recalls import Recall, RecallItem
from registry.models.stocktakes import Stocktake, StocktakeItem, StocktakeScan
from registry.models.tracing import TraceCase, TraceRun

__all__ = [
    "Account",
    "AccountRole",
    "ApprovalDecision",
    "ApprovalRequest",
    "AttemptCopy",
    "Clearance",
    "Copy",
    "CopyReturn",
    "CopyReturnItem",
    "DestructionItem",
    "DestructionList",
    "DestructionSignature",
    "Document",
    "Equipment",
    "Gate",
    "GateEvent",
    "HandOver",
    "HandOverItem",
    "LedgerCheckpoint",
    "LedgerEntry",
    "LedgerSalt",
    "LedgerSubtree",
    "LedgerTree",
    "Loss",
    "Meeting",
    "Movement",
    "Permit",
    "PermitCarrier",
    "Person",
    "PrintAttempt",
    "PrintBatch",
    "Recall",
    "RecallItem",
    "SpoiledSheet",
    "Stocktake",
    "StocktakeItem",
    "StocktakeScan",
    "TraceCase",
    "TraceRun",
    "Unit",
]
