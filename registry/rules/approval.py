"""Who must agree before something is done to paper, and who is still missing.

The rules are data (``data/approval-1.toml``); ``rulebook`` reads them. Here it is decided which row applies, what
exactly is approved, and whether the decisions taken so far are enough. Who may decide at all is in ``roles``; when an
approval lapses is in ``clocks``. Laws:

* An approval covers the hash of its order: decisions over another hash do not count.
* Requester, approvers and executor are different persons, by person and not by account.
* One person counts for one step only, even with several roles; a deputy and the person in whose place count as one.
* A deputy's decision counts only under a row that can be delegated, and for no step that names a person.
* One rejection ends the order for good.
* Each use consumes the approval; what is left lapses.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from registry.errors import ConflictError, InvalidError
from registry.rules.canonical import canonical_bytes
from registry.rules.codes import LAST_COPY_NO
from registry.rules.levels import Level, Scheme, get_level
from registry.rules.roles import Role
from registry.rules.rulebook import RULEBOOK, Act, Opening, Refused, Rule, Rulebook, Step, Unit

__all__ = [
    "RULEBOOK",
    "Act",
    "Decision",
    "Opening",
    "Order",
    "Outcome",
    "Refused",
    "Rule",
    "Standing",
    "Step",
    "Unit",
    "Units",
    "missing",
    "refuse_executor",
    "remaining",
    "required_steps",
    "rule_for",
    "standing",
]

ORDER_FORMAT = "foliotrace-order-1"


class ApprovalExhausted(ConflictError):
    """More is asked than the approval has left."""

    code = "approval-exhausted"


class ExecutorNotSeparate(ConflictError):
    """The executor asked for the order or approved it."""

    code = "executor-not-separate"


class InvalidOrder(InvalidError):
    """The order contradicts itself."""

    code = "invalid-order"


@dataclass(frozen=True, slots=True)
class Units:
    """The units that a rule may ask, by id."""

    requesting: int
    issuing: int
    classifying: int

    def id_of(self, unit: Unit) -> int:
        """Return the id of the unit that a step names."""
        match unit:
            case Unit.REQUESTING:
                return self.requesting
            case Unit.ISSUING:
                return self.issuing
            case Unit.CLASSIFYING:
                return self.classifying


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Exactly what is to be approved; any change makes another order with another hash.

    Attributes:
        document_sha256: Hash of what the approver saw, hexadecimal.
        copies: How many copies the order is for.
        copy_codes: The copies themselves, where they exist already (take out, destroy).
        pages: Page ranges as written by the requester; empty means the whole document.
        recipients: Persons who shall receive, by id.
        carriers: Persons who shall carry, by id.
        custodian: The person a rule calls ``custodian``.
        until: When the approval lapses.
        details: Anything else that an approver was shown, by name.
    """

    act: Act
    scheme: Scheme
    level: str
    requester_person: int
    units: Units
    reason: str
    document_id: int | None = None
    document_sha256: str = ""
    copies: int = 1
    copy_codes: tuple[str, ...] = ()
    pages: str = ""
    recipients: tuple[int, ...] = ()
    carriers: tuple[int, ...] = ()
    custodian: int | None = None
    gate_id: int | None = None
    until: datetime | None = None
    details: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse an order that contradicts itself."""
        fault = ""
        if self.copies < 1:
            fault = f"got {self.copies} copies, wanted at least one"
        elif self.copies > LAST_COPY_NO:
            fault = f"got {self.copies} copies, more than a document has numbers"
        elif len(set(self.copy_codes)) != len(self.copy_codes):
            fault = "got one copy twice"
        elif self.copy_codes and len(self.copy_codes) != self.copies:
            fault = f"got {len(self.copy_codes)} copies by code, wanted {self.copies}"
        elif len(set(self.carriers)) != len(self.carriers):
            fault = "got one carrier twice"
        elif not self.reason.strip():
            fault = "got no reason"
        if fault:
            raise InvalidOrder(fault, act=str(self.act))

    def order_hash(self) -> str:
        """Return the SHA-256 over the order's one written form, hexadecimal.

        The order of copies, recipients and carriers does not matter; everything else does.
        """
        return hashlib.sha256(
            canonical_bytes(
                {
                    "format": ORDER_FORMAT,
                    "act": self.act,
                    "scheme": self.scheme,
                    "level": self.level,
                    "requester": self.requester_person,
                    "units": [self.units.requesting, self.units.issuing, self.units.classifying],
                    "reason": self.reason,
                    "document": self.document_id,
                    "sha256": self.document_sha256,
                    "copies": self.copies,
                    "codes": sorted(self.copy_codes),
                    "pages": self.pages,
                    "recipients": sorted(self.recipients),
                    "carriers": sorted(self.carriers),
                    "custodian": self.custodian,
                    "gate": self.gate_id,
                    "until": self.until,
                    "details": sorted(map(list, self.details)),
                }
            )
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person decided.

    Attributes:
        roles: The roles the person had when deciding.
        unit_id: The person's own unit at that time.
        order_hash: Hash of the order that was shown to the person.
        in_place_of: The person whose deputy decided; roles and unit are then that person's.
    """

    person_id: int
    roles: frozenset[Role]
    unit_id: int | None
    order_hash: str
    approved: bool
    at: datetime
    in_place_of: int | None = None

    @property
    def voices(self) -> frozenset[int]:
        """The persons whose word it is: whoever decided, and in whose place."""
        return frozenset({self.person_id} if self.in_place_of is None else {self.person_id, self.in_place_of})


class Outcome(StrEnum):
    """Where an order stands."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands, and why.

    Attributes:
        missing: Steps nobody has taken yet; all of them once the order is rejected.
        counted: Approving persons, each with the step they counted for.
        rejected_by: The first person who rejected, by id.
        stale: Persons whose decision was over another hash, so that it does not count.
    """

    outcome: Outcome
    missing: tuple[Step, ...]
    counted: tuple[tuple[int, Step], ...]
    rejected_by: int | None
    stale: tuple[int, ...]


def rule_for(
    act: Act,
    level: Level | str,
    *,
    scheme: Scheme | str = Scheme.COMPANY,
    no_copying: bool = False,
    with_consent: bool = False,
    opened: Collection[str] = (),
    rulebook: Rulebook = RULEBOOK,
) -> Rule | Refused:
    """Return the rule that an order must satisfy, or the reason why there can be none.

    Args:
        act: What is to be done.
        level: The level, or its code within ``scheme``.
        scheme: Only used when ``level`` is a code.
        no_copying: Whether the document is marked 禁止复制.
        with_consent: Whether the issuing unit's consent is on record.
        opened: Ids of the rows that the installation has opened by setting.
        rulebook: The version to decide under; the newest unless an old decision is looked at again.
    """
    found = level if isinstance(level, Level) else get_level(scheme, level)
    rule = rulebook.find(act, found.handling, no_copying=no_copying)
    if rule is None:
        return Refused("no-rule", act, found.handling, "", rulebook.version, ())
    opens = {
        None: True,
        Opening.NEVER: False,
        Opening.BY_CONSENT: with_consent,
        Opening.BY_SETTING: rule.id in opened,
    }
    if opens[rule.opens]:
        return rule
    return Refused(f"opens-{rule.opens}", act, found.handling, rule.id, rulebook.version, rule.steps)


def required_steps(rule: Rule, units: Units) -> tuple[Step, ...]:
    """Return one step for each person who must agree; steps that fall away between these units are left out."""
    return tuple(
        step
        for step in rule.steps
        if step.unit is None
        or step.unless_same is None
        or units.id_of(step.unit) != units.id_of(step.unless_same)
        for _ in range(step.count)
    )


def standing(rule: Rule, order: Order, decisions: Iterable[Decision]) -> Standing:
    """Return where the order stands under the rule, given the decisions taken so far.

    Decisions over another hash, by the requester, or by persons no step asks for do not count. A person's first
    counting decision is the one that counts.
    """
    wanted = required_steps(rule, order.units)
    order_hash = order.order_hash()
    first: dict[int, Decision] = {}
    stale: list[int] = []
    for decision in decisions:
        if decision.order_hash != order_hash:
            stale.append(decision.person_id)
        elif (
            order.requester_person not in decision.voices
            and (rule.delegable or decision.in_place_of is None)
            and any(_fits(step, decision, order) for step in wanted)
            and not any(decision.voices & earlier.voices for earlier in first.values())
        ):
            first[decision.person_id] = decision
    rejected_by = next((person for person, decision in first.items() if not decision.approved), None)
    if rejected_by is not None:
        return Standing(Outcome.REJECTED, wanted, (), rejected_by, tuple(stale))
    taken = _assign(wanted, list(first.values()), order)
    left = tuple(step for place, step in enumerate(wanted) if place not in taken)
    counted = tuple((taken[place].person_id, step) for place, step in enumerate(wanted) if place in taken)
    outcome = Outcome.PENDING if left else Outcome.APPROVED
    return Standing(outcome, left, counted, None, tuple(stale))


def missing(rule: Rule, order: Order, decisions: Iterable[Decision]) -> tuple[Step, ...]:
    """Return the steps nobody has taken yet; empty means approved, and a rejected order misses them all."""
    return standing(rule, order, decisions).missing


def refuse_executor(person_id: int | None, order: Order, decisions: Iterable[Decision]) -> None:
    """Pass when the person may carry the order out.

    Raises:
        ExecutorNotSeparate: the person asked for it or approved it.
    """
    approvers = {voice for decision in decisions if decision.approved for voice in decision.voices}
    if person_id is not None and (person_id == order.requester_person or person_id in approvers):
        part = "requester" if person_id == order.requester_person else "approver"
        raise ExecutorNotSeparate(f"got the {part} as executor, wanted a third person", part=part)


def remaining(approved_copies: int, used: int, *, wanted: int = 0) -> int:
    """Return how many copies the approval has left after ``wanted`` more are used.

    Raises:
        ApprovalExhausted: fewer are left than wanted.
    """
    left = approved_copies - used - wanted
    if min(used, wanted) < 0:
        raise ValueError("got a negative number of copies")
    if left < 0:
        raise ApprovalExhausted(
            f"got {wanted} copies wanted, {approved_copies - used} left",
            approved=approved_copies,
            used=used,
            wanted=wanted,
        )
    return left


def _fits(step: Step, decision: Decision, order: Order) -> bool:
    return (
        step.role in decision.roles
        and (step.unit is None or decision.unit_id == order.units.id_of(step.unit))
        and (step.named is None or (decision.in_place_of is None and decision.person_id == order.custodian))
    )


def _assign(wanted: Sequence[Step], decisions: Sequence[Decision], order: Order) -> dict[int, Decision]:
    """Give as many steps as possible a person of their own: maximum bipartite matching by augmenting paths.

    First come, first served would be wrong: a leader who is also a manager could take the manager's step and leave the
    leader's step open, although a second manager has agreed.
    """
    taken: dict[int, Decision] = {}

    def place(decision: Decision, tried: set[int]) -> bool:
        for number, step in enumerate(wanted):
            if number in tried or not _fits(step, decision, order):
                continue
            tried.add(number)
            if number not in taken or place(taken[number], tried):
                taken[number] = decision
                return True
        return False

    for decision in decisions:
        place(decision, set())
    return taken
