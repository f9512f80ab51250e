"""The pages, one blueprint for each area; the application registers those listed here."""

from flask import Blueprint

from service.pages.approvals import blueprint as approvals
from service.pages.attempts import blueprint as attempts
from service.pages.batches import blueprint as batches
from service.pages.cases import blueprint as cases
from service.pages.circulations import blueprint as circulations
from service.pages.consents import blueprint as consents
from service.pages.copies import blueprint as copies
from service.pages.counter import blueprint as counter
from service.pages.delegations import blueprint as delegations
from service.pages.destruction import blueprint as destruction
from service.pages.documents import blueprint as documents
from service.pages.drills import blueprint as drills
from service.pages.equipment import blueprint as equipment
from service.pages.exchange import blueprint as exchange
from service.pages.families import blueprint as families
from service.pages.gate import blueprint as gate
from service.pages.gate_replays import blueprint as gate_replays
from service.pages.hand_overs import blueprint as hand_overs
from service.pages.holdings import blueprint as holdings
from service.pages.home import blueprint as home
from service.pages.knowers import blueprint as knowers
from service.pages.leavers import blueprint as leavers
from service.pages.ledger import blueprint as ledger
from service.pages.light import blueprint as light
from service.pages.losses import blueprint as losses
from service.pages.meetings import blueprint as meetings
from service.pages.people import blueprint as people
from service.pages.permits import blueprint as permits
from service.pages.recalls import blueprint as recalls
from service.pages.regradings import blueprint as regradings
from service.pages.returns import blueprint as returns
from service.pages.rules import blueprint as rules
from service.pages.sending import blueprint as sending
from service.pages.session import blueprint as session
from service.pages.statistics import blueprint as statistics
from service.pages.stocktakes import blueprint as stocktakes

PAGE_BLUEPRINTS: tuple[Blueprint, ...] = (
    session,
    home,
    documents,
    families,
    approvals,
    meetings,
    people,
    copies,
    batches,
    attempts,
    counter,
    hand_overs,
    returns,
    holdings,
    destruction,
    sending,
    equipment,
    knowers,
    stocktakes,
    light,
    losses,
    recalls,
    circulations,
    rules,
    gate_replays,
    consents,
    delegations,
    regradings,
    leavers,
    statistics,
    exchange,
    gate,
    permits,
    cases,
    drills,
    ledger,
)
