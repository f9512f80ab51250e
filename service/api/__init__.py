"""The JSON door, one area for each part of the register; the application registers those listed here."""

from flask import Blueprint

from service.api.accounts import area as accounts
from service.api.approvals import area as approvals
from service.api.batches import area as batches
from service.api.circulations import area as circulations
from service.api.consents import area as consents
from service.api.copies import area as copies
from service.api.custody import area as custody
from service.api.delegations import area as delegations
from service.api.destruction import area as destruction
from service.api.documents import area as documents
from service.api.drills import area as drills
from service.api.equipment import area as equipment
from service.api.exchange import area as exchange
from service.api.families import area as families
from service.api.gate import area as gate
from service.api.gate_replays import area as gate_replays
from service.api.knowers import area as knowers
from service.api.leavers import area as leavers
from service.api.ledger import area as ledger
from service.api.light import area as light
from service.api.losses import area as losses
from service.api.meetings import area as meetings
from service.api.openapi import blueprint as openapi
from service.api.recalls import area as recalls
from service.api.regradings import area as regradings
from service.api.rules import area as rules
from service.api.sending import area as sending
from service.api.sessions import area as sessions
from service.api.statistics import area as statistics
from service.api.stocktakes import area as stocktakes
from service.api.tracing import area as tracing

API_BLUEPRINTS: tuple[Blueprint, ...] = (
    documents,
    families,
    approvals,
    sessions,
    accounts,
    copies,
    custody,
    batches,
    destruction,
    sending,
    equipment,
    knowers,
    stocktakes,
    light,
    losses,
    recalls,
    circulations,
    regradings,
    leavers,
    statistics,
    exchange,
    gate,
    tracing,
    drills,
    ledger,
    meetings,
    rules,
    gate_replays,
    consents,
    delegations,
    openapi,
)
