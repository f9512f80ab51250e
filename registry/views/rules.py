"""Versions of the rules as screens show them, what a proposal would change, and past decisions taken again."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from registry import consent
from registry.letters import CONSENTS_DETAIL
from registry.models import ApprovalRequest, ConsentUse, GateEvent, RuleSetVersion
from registry.rows import UnknownRow
from registry.rules import amending
from registry.rules.amending import Change, Item
from registry.rules.approval import Act, Order, Outcome, Step
from registry.rules.consents import units_wanted
from registry.rules.gate import Colour
from registry.rules.replay import Past, Redecision, redecide, would_fail
from registry.rules.ruleset import SHIPPED, SHIPPED_SHA256, RuleSet, Value, build
from registry.rules.words import RequestState, RuleSetState
from registry.ruling import in_force, newest_version, values_of, version_in_force
from registry.views.holdings import Name, name

AT_ONCE: Final = 200
"""Requests read at a time, so that a large register does not fill the memory."""


@dataclass(frozen=True)
class VersionRow:
    """One version or proposal; ``version`` is None until it is adopted."""

    id: int
    version: int | None
    state: RuleSetState
    base_version: int
    sha256: str
    reason: str
    proposed_by: Name | None
    proposed_at: datetime
    wanted_from_at: datetime | None
    decided_by: Name | None
    decided_at: datetime | None
    remark: str
    in_force_at: datetime | None
    changed: int


@dataclass(frozen=True)
class Overview:
    """All versions, the one in force, and what it says.

    Attributes:
        shipped_sha256: Hash of what this installation ships.
        recorded_sha256: The same as the ledger has it; None until upkeep has recorded it.
    """

    in_force: int
    items: tuple[tuple[Item, Value], ...]
    versions: tuple[VersionRow, ...]
    shipped_sha256: str
    recorded_sha256: str | None


@dataclass(frozen=True)
class PastRow:
    """A past request in short, without what it is about."""

    request_id: int
    act: Act
    scheme: str
    level: str
    state: RequestState
    requested_at: datetime


@dataclass(frozen=True)
class Failing:
    """A past approval that would not have been one."""

    row: PastRow
    missing: tuple[Step, ...]
    is_refused: bool


@dataclass(frozen=True)
class Impact:
    """What a proposal would have meant for what was decided.

    Attributes:
        looked_at: Approved requests that were looked at.
        failing: Those that would now fail.
        held: Papers that a supervisor let pass at a gate and that would now be held, by event.
    """

    looked_at: int
    failing: tuple[Failing, ...]
    held: tuple[int, ...]


@dataclass(frozen=True)
class Proposal:
    """One version with what it changes, and what that would have meant."""

    row: VersionRow
    changes: tuple[Change, ...]
    impact: Impact


@dataclass(frozen=True)
class Replay:
    """A past request, decided again under the rules then in force."""

    row: PastRow
    recorded_rule: str
    recorded_version: int
    recorded_outcome: Outcome
    again: Redecision


def overview(session: Session, *, now: datetime) -> Overview:
    """Return every version, newest first, and what the one in force says."""
    rows = session.scalars(_versions().order_by(RuleSetVersion.id.desc())).all()
    values = values_of(version_in_force(session, now))
    recorded = next((row.sha256 for row in rows if row.version == SHIPPED.version), None)
    return Overview(
        in_force=in_force(session, now).version,
        items=tuple((item, values[key]) for key, item in amending.ITEMS.items()),
        versions=tuple(_row(session, row) for row in rows),
        shipped_sha256=SHIPPED_SHA256,
        recorded_sha256=recorded,
    )


def newest_items(session: Session) -> tuple[tuple[Item, Value], ...]:
    """Return what the newest adopted version says: what a proposal starts from."""
    values = values_of(newest_version(session))
    return tuple((item, values[key]) for key, item in amending.ITEMS.items())


def proposal(session: Session, rule_set_id: int) -> Proposal:
    """Return one version with its differences from the one before, and its impact on what was decided.

    Raises:
        UnknownRow: there is none.
        RulesDamaged: it does not have its hash.
    """
    row = session.scalar(_versions().where(RuleSetVersion.id == rule_set_id))
    if row is None:
        raise UnknownRow(RuleSetVersion.__tablename__, rule_set_id)
    after = values_of(row)
    changes = amending.differences(values_of(_base_of(session, row)), after)
    rules = build(row.version or row.base_version + 1, after)
    return Proposal(_row(session, row), changes, impact(session, changes, rules))


def impact(session: Session, changes: tuple[Change, ...], rules: RuleSet) -> Impact:
    """Return which past decisions would fail under other rules: approvals, and what supervisors let pass."""
    looked_at, failing = 0, []
    for request in _decided(session):
        past = past_of(session, request)
        if past.outcome is not Outcome.APPROVED:
            continue
        looked_at += 1
        if would_fail(past, rules):
            again = redecide(past, rules, same_version=False)
            failing.append(Failing(_past_row(request), again.missing, is_refused=again.outcome is None))
    now_held = [
        change.item.key.partition(".")[2]
        for change in changes
        if change.item.kind is amending.Kind.GATE and change.after == Colour.RED
    ]
    held = session.scalars(
        sa.select(GateEvent.id)
        .where(GateEvent.reason.in_(now_held), GateEvent.override_by_id.is_not(None))
        .order_by(GateEvent.id)
    )
    return Impact(looked_at, tuple(failing), tuple(held) if now_held else ())


def replay(session: Session, request_id: int) -> Replay:
    """Return a request decided again under the rules that were in force when it was made.

    Raises:
        UnknownRow: there is none.
        OrderChanged: what is stored is not what was decided on.
    """
    found = session.scalar(_requests().where(ApprovalRequest.id == request_id))
    if found is None:
        raise UnknownRow(ApprovalRequest.__tablename__, request_id)
    return _replay(session, found)


def replays(session: Session) -> Iterator[Replay]:
    """Yield every request decided again, oldest first."""
    for request in _decided(session):
        yield _replay(session, request)


def past_of(session: Session, request: ApprovalRequest) -> Past:
    """Return a request as it was decided; nothing of it is taken from the result but the result itself."""
    order = consent.order_of(request)
    told = dict(order.details).get("no_copying")
    marked = told == "yes" if told else request.document is not None and request.document.no_copying
    return Past(
        order=order,
        decisions=consent.decisions_of(request),
        no_copying=marked,
        with_consent=_had_consent(session, request, order),
        rule_id=request.rule_id,
        rule_version=request.rule_version,
        outcome=_outcome(request),
    )


def _replay(session: Session, request: ApprovalRequest) -> Replay:
    past = past_of(session, request)
    return Replay(
        row=_past_row(request),
        recorded_rule=past.rule_id,
        recorded_version=past.rule_version,
        recorded_outcome=past.outcome,
        again=redecide(past, in_force(session, request.requested_at)),
    )


def _had_consent(session: Session, request: ApprovalRequest, order: Order) -> bool:
    """Tell whether the consents that the request rests on were good when it was made."""
    if not dict(order.details).get(CONSENTS_DETAIL):
        return False
    uses = session.scalars(
        sa.select(ConsentUse)
        .options(selectinload(ConsentUse.consent))
        .where(ConsentUse.request_id == request.id)
    )
    asked_at = request.requested_at
    good = {
        use.consent.unit_id
        for use in uses
        if use.consent.recorded_at <= asked_at <= use.consent.expires_at
        and (use.consent.revoked_at is None or use.consent.revoked_at > asked_at)
    }
    return units_wanted(order.units) <= good


def _outcome(request: ApprovalRequest) -> Outcome:
    """Return what was decided, whatever became of the request afterwards."""
    if request.decided_at is None:
        return Outcome.PENDING
    return Outcome.REJECTED if request.state is RequestState.REJECTED else Outcome.APPROVED


def _decided(session: Session) -> Iterator[ApprovalRequest]:
    """Yield the requests that were approved or rejected, oldest first, a few at a time."""
    last = 0
    while True:
        query = _requests().where(ApprovalRequest.id > last, ApprovalRequest.decided_at.is_not(None))
        rows = session.scalars(query.order_by(ApprovalRequest.id).limit(AT_ONCE)).all()
        yield from rows
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].id
        session.expunge_all()


def _base_of(session: Session, row: RuleSetVersion) -> RuleSetVersion | None:
    if row.base_version == SHIPPED.version:
        return None
    return session.scalar(sa.select(RuleSetVersion).where(RuleSetVersion.version == row.base_version))


def _requests() -> sa.Select[ApprovalRequest]:
    return sa.select(ApprovalRequest).options(
        selectinload(ApprovalRequest.decisions),
        selectinload(ApprovalRequest.document),
        selectinload(ApprovalRequest.rule_set),
    )


def _versions() -> sa.Select[RuleSetVersion]:
    return sa.select(RuleSetVersion).options(
        selectinload(RuleSetVersion.proposed_by), selectinload(RuleSetVersion.decided_by)
    )


def _past_row(request: ApprovalRequest) -> PastRow:
    return PastRow(
        request_id=request.id,
        act=request.act,
        scheme=request.order["scheme"],
        level=request.order["level"],
        state=request.state,
        requested_at=request.requested_at,
    )


def _row(session: Session, row: RuleSetVersion) -> VersionRow:
    changed = amending.differences(values_of(_base_of(session, row)), values_of(row))
    return VersionRow(
        id=row.id,
        version=row.version,
        state=row.state,
        base_version=row.base_version,
        sha256=row.sha256,
        reason=row.reason,
        proposed_by=None if row.proposed_by is None else name(row.proposed_by),
        proposed_at=row.proposed_at,
        wanted_from_at=row.wanted_from_at,
        decided_by=None if row.decided_by is None else name(row.decided_by),
        decided_at=row.decided_at,
        remark=row.remark,
        in_force_at=row.in_force_at,
        changed=len(changed),
    )
