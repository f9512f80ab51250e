"""Who may do what: roles times actions, as data.

Decides only what a role may do at all. Whether it is possible now is decided in ``lifecycle``, who must agree in
``approval``. Laws:

* Every action is listed; an action without a role can be done by nobody.
* A role bound to its unit acts for its own unit only; asked without a unit, it may not.
* The three administrators (system, security, audit) are never one person, and none of them handles business.
* Separations are by person, never by account: a person's second account is the same person.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from registry.errors import ConflictError, PermissionDenied


class Role(StrEnum):
    """What a person is in the company's secrecy work."""

    CLERK = "CLERK"
    """Registry clerk (保密员/机要员)."""
    GUARD = "GUARD"
    """Guard at a gate (门卫)."""
    AUDITOR = "AUDITOR"
    """Security auditor (安全审计员)."""
    HANDLER = "HANDLER"
    """Requester and handler of a matter (承办人)."""
    DEPARTMENT_MANAGER = "DEPARTMENT_MANAGER"
    """Department manager (部门经理)."""
    RESPONSIBLE_LEADER = "RESPONSIBLE_LEADER"
    """Responsible leader (主管领导)."""
    HOLDER = "HOLDER"
    """Recipient and holder (领用人): every member of staff."""
    SECURITY_OFFICER = "SECURITY_OFFICER"
    """Security officer (安全保密管理员)."""
    SYSTEM_ADMINISTRATOR = "SYSTEM_ADMINISTRATOR"
    """System administrator (系统管理员)."""
    SUPERVISOR = "SUPERVISOR"
    """Supervisor of the gates: decides what is amber."""


class Action(StrEnum):
    """What an actor asks to do."""

    REGISTER_DOCUMENT = "REGISTER_DOCUMENT"
    REMOVE_CONTENT = "REMOVE_CONTENT"
    """Have the content of a document that is kept light removed before its time."""
    READ_REGISTER = "READ_REGISTER"
    READ_DOCUMENT = "READ_DOCUMENT"
    """See the pages themselves."""
    MANAGE_MEETINGS = "MANAGE_MEETINGS"
    REQUEST_PRINT = "REQUEST_PRINT"
    REQUEST_TAKE_OUT = "REQUEST_TAKE_OUT"
    REQUEST_DESTRUCTION = "REQUEST_DESTRUCTION"
    WITHDRAW_REQUEST = "WITHDRAW_REQUEST"
    DECIDE_APPROVAL = "DECIDE_APPROVAL"
    PRINT = "PRINT"
    """Reserve numbers and have the marked copies made."""
    ISSUE = "ISSUE"
    """Take made copies into stock."""
    RELEASE_PRINT = "RELEASE_PRINT"
    """Receive the print-ready file, once."""
    SPOIL = "SPOIL"
    VOID = "VOID"
    HAND_OVER = "HAND_OVER"
    WITHDRAW_OFFER = "WITHDRAW_OFFER"
    CONFIRM_RECEIPT = "CONFIRM_RECEIPT"
    LEND = "LEND"
    RETURN = "RETURN"
    TRANSFER = "TRANSFER"
    CLAIM = "CLAIM"
    DISMISS_CLAIM = "DISMISS_CLAIM"
    READ_OWN_HOLDINGS = "READ_OWN_HOLDINGS"
    REPORT_MISSING = "REPORT_MISSING"
    FIND = "FIND"
    DECLARE_LOST = "DECLARE_LOST"
    APPROVE_FIND = "APPROVE_FIND"
    """Agree in person that a copy which was missing counts as found."""
    FILE_LOSS_REPORT = "FILE_LOSS_REPORT"
    CONCLUDE_LOSS = "CONCLUDE_LOSS"
    """Record the result of an investigation."""
    READ_LOSSES = "READ_LOSSES"
    OPEN_PERMIT = "OPEN_PERMIT"
    SCAN_AT_GATE = "SCAN_AT_GATE"
    OVERRIDE_GATE = "OVERRIDE_GATE"
    READ_GATE_LOG = "READ_GATE_LOG"
    BUILD_DESTRUCTION_LIST = "BUILD_DESTRUCTION_LIST"
    DESTROY = "DESTROY"
    WITNESS = "WITNESS"
    ESCORT = "ESCORT"
    """Take sealed bags to the plant, with another person."""
    TAKE_STOCK = "TAKE_STOCK"
    """Begin a stocktake, scan for it, close it with a second counter."""
    SECOND_COUNT = "SECOND_COUNT"
    """Say how many copies lie there, as the second counter."""
    READ_STOCKTAKES = "READ_STOCKTAKES"
    RECALL = "RECALL"
    """Begin and close a recall of a document."""
    EXCUSE_RECALL = "EXCUSE_RECALL"
    """Sign that a copy under recall stays out."""
    READ_RECALLS = "READ_RECALLS"
    CIRCULATE = "CIRCULATE"
    """Let a copy circulate among readers, pass one over, replace one, stop it."""
    AGREE_CIRCULATION = "AGREE_CIRCULATION"
    """Agree in person that the readers on the list need to know the document."""
    READ_CIRCULATIONS = "READ_CIRCULATIONS"
    CLEAR_LEAVER = "CLEAR_LEAVER"
    """See whether a person who leaves holds anything, and clear them."""
    READ_KNOWERS = "READ_KNOWERS"
    """See who knows of a document, and by what."""
    READ_STATISTICS = "READ_STATISTICS"
    """See and take away the figures of a year."""
    OPEN_CASE = "OPEN_CASE"
    RUN_TRACE = "RUN_TRACE"
    READ_CASE = "READ_CASE"
    CONFIRM_FINDING = "CONFIRM_FINDING"
    """Say as a second auditor whether the finding of a trace may go out with a holder's name."""
    RUN_DRILL = "RUN_DRILL"
    """Measure with pictures of known copies how well leaks through one's own machines are traced."""
    MANAGE_PEOPLE = "MANAGE_PEOPLE"
    """Persons, units and accounts."""
    MANAGE_ROLES = "MANAGE_ROLES"
    """Grant and take roles."""
    MANAGE_SETTINGS = "MANAGE_SETTINGS"
    READ_LEDGER = "READ_LEDGER"
    VERIFY_LEDGER = "VERIFY_LEDGER"
    MANAGE_KEYS = "MANAGE_KEYS"
    ATTEND_MEETING = "ATTEND_MEETING"
    """See the own meetings, sign for them, do what one was given to do for them, pass their content on."""
    APPROVE_ATTENDANCE = "APPROVE_ATTENDANCE"
    GRANT_CLEARANCE = "GRANT_CLEARANCE"
    REQUEST_CONVEYING = "REQUEST_CONVEYING"
    """Ask that content goes beyond its scope, or that the press is let in."""
    SIGN_EXCEPTION = "SIGN_EXCEPTION"
    """Sign that something stays outstanding after a meeting."""
    SETTLE_INCIDENT = "SETTLE_INCIDENT"
    MANAGE_EQUIPMENT = "MANAGE_EQUIPMENT"
    """Register devices, move them, send them for repair, retire them."""
    READ_EQUIPMENT = "READ_EQUIPMENT"
    INSPECT_EQUIPMENT = "INSPECT_EQUIPMENT"
    KEEP_EQUIPMENT = "KEEP_EQUIPMENT"
    """Answer for a device: sign for it, and see it."""
    REQUEST_COPYING = "REQUEST_COPYING"
    """Ask that something be photocopied, scanned in or faxed."""
    RUN_COPYING = "RUN_COPYING"
    """Do it, on the record."""
    READ_COPYING = "READ_COPYING"
    """See what was copied and faxed; the administrators do not."""
    REQUEST_REPAIR = "REQUEST_REPAIR"
    READ_RULES = "READ_RULES"
    """See which rules are and were in force, and have a decision taken again under them."""
    PROPOSE_RULES = "PROPOSE_RULES"
    """Draw up another version of the rules, and take it back."""
    ADOPT_RULES = "ADOPT_RULES"
    """Agree to it, or refuse it."""
    PROPOSE_DELEGATION = "PROPOSE_DELEGATION"
    """Ask that somebody decides in one's place for a while, and end that."""
    AGREE_DELEGATION = "AGREE_DELEGATION"
    """Agree to it as a third person, or refuse or end it."""
    RECORD_CONSENT = "RECORD_CONSENT"
    """Enter the letter by which a unit consents, and that it is revoked."""
    READ_CONSENTS = "READ_CONSENTS"
    REQUEST_REGRADING = "REQUEST_REGRADING"
    """Ask that a document's level or period be changed, or its secrecy ended."""
    REGRADE = "REGRADE"
    """Carry that out, and say that a proposal is not followed."""
    READ_REGRADINGS = "READ_REGRADINGS"
    """See what was regraded, and which copies still wait for their mark."""
    REMARK = "REMARK"
    """Mark copies anew whose document was regraded."""
    RUN_WORKER = "RUN_WORKER"
    RUN_UPKEEP = "RUN_UPKEEP"


def _roles(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


_APPROVERS = _roles(Role.DEPARTMENT_MANAGER, Role.RESPONSIBLE_LEADER, Role.SECURITY_OFFICER, Role.HOLDER)

PERMITTED: dict[Action, frozenset[Role]] = {
    Action.REGISTER_DOCUMENT: _roles(Role.CLERK),
    Action.REMOVE_CONTENT: _roles(Role.CLERK),
    # The auditor reads what is on record about paper, never the pages.
    Action.READ_REGISTER: _roles(
        Role.CLERK, Role.HANDLER, Role.DEPARTMENT_MANAGER, Role.RESPONSIBLE_LEADER, Role.AUDITOR
    ),
    Action.READ_DOCUMENT: _roles(Role.CLERK, Role.DEPARTMENT_MANAGER, Role.RESPONSIBLE_LEADER),
    Action.MANAGE_MEETINGS: _roles(Role.CLERK, Role.HANDLER),
    Action.REQUEST_PRINT: _roles(Role.CLERK, Role.HANDLER),
    Action.REQUEST_TAKE_OUT: _roles(Role.CLERK, Role.HANDLER, Role.HOLDER),
    Action.REQUEST_DESTRUCTION: _roles(Role.CLERK),
    Action.WITHDRAW_REQUEST: _roles(Role.CLERK, Role.HANDLER, Role.HOLDER),
    # HOLDER: some rules ask a named custodian, who may be any member of staff.
    Action.DECIDE_APPROVAL: _APPROVERS,
    Action.PRINT: _roles(Role.CLERK),
    Action.ISSUE: _roles(Role.CLERK),
    Action.RELEASE_PRINT: _roles(Role.CLERK),
    Action.SPOIL: _roles(Role.CLERK),
    Action.VOID: _roles(Role.CLERK),
    Action.HAND_OVER: _roles(Role.CLERK),
    Action.WITHDRAW_OFFER: _roles(Role.CLERK),
    Action.CONFIRM_RECEIPT: _roles(Role.HOLDER),
    Action.LEND: _roles(Role.CLERK),
    Action.RETURN: _roles(Role.CLERK),
    Action.TRANSFER: _roles(Role.CLERK),
    Action.CLAIM: _roles(Role.HOLDER),
    Action.DISMISS_CLAIM: _roles(Role.CLERK),
    Action.READ_OWN_HOLDINGS: _roles(Role.HOLDER),
    Action.REPORT_MISSING: _roles(Role.CLERK, Role.HOLDER),
    Action.FIND: _roles(Role.CLERK),
    Action.DECLARE_LOST: _roles(Role.CLERK),
    Action.APPROVE_FIND: _roles(Role.RESPONSIBLE_LEADER),
    Action.FILE_LOSS_REPORT: _roles(Role.CLERK),
    Action.CONCLUDE_LOSS: _roles(Role.RESPONSIBLE_LEADER),
    Action.READ_LOSSES: _roles(Role.CLERK, Role.RESPONSIBLE_LEADER, Role.AUDITOR),
    Action.OPEN_PERMIT: _roles(Role.CLERK),
    Action.SCAN_AT_GATE: _roles(Role.GUARD, Role.SUPERVISOR),
    Action.OVERRIDE_GATE: _roles(Role.SUPERVISOR),
    Action.READ_GATE_LOG: _roles(Role.GUARD, Role.SUPERVISOR, Role.CLERK, Role.AUDITOR),
    Action.BUILD_DESTRUCTION_LIST: _roles(Role.CLERK),
    Action.DESTROY: _roles(Role.CLERK),
    Action.WITNESS: _roles(Role.CLERK, Role.HANDLER, Role.DEPARTMENT_MANAGER),
    Action.ESCORT: _roles(Role.CLERK, Role.HANDLER, Role.DEPARTMENT_MANAGER),
    Action.TAKE_STOCK: _roles(Role.CLERK),
    Action.SECOND_COUNT: _roles(Role.CLERK, Role.HANDLER, Role.DEPARTMENT_MANAGER),
    Action.READ_STOCKTAKES: _roles(Role.CLERK, Role.RESPONSIBLE_LEADER, Role.AUDITOR),
    Action.RECALL: _roles(Role.CLERK),
    Action.EXCUSE_RECALL: _roles(Role.RESPONSIBLE_LEADER),
    Action.READ_RECALLS: _roles(Role.CLERK, Role.RESPONSIBLE_LEADER, Role.AUDITOR),
    Action.CIRCULATE: _roles(Role.CLERK),
    Action.AGREE_CIRCULATION: _roles(Role.RESPONSIBLE_LEADER),
    Action.READ_CIRCULATIONS: _roles(Role.CLERK, Role.RESPONSIBLE_LEADER, Role.AUDITOR),
    Action.CLEAR_LEAVER: _roles(Role.CLERK),
    Action.READ_KNOWERS: _roles(Role.CLERK, Role.RESPONSIBLE_LEADER, Role.AUDITOR),
    Action.READ_STATISTICS: _roles(Role.CLERK, Role.RESPONSIBLE_LEADER, Role.AUDITOR),
    Action.OPEN_CASE: _roles(Role.AUDITOR),
    Action.RUN_TRACE: _roles(Role.AUDITOR),
    Action.READ_CASE: _roles(Role.AUDITOR),
    Action.CONFIRM_FINDING: _roles(Role.AUDITOR),
    Action.RUN_DRILL: _roles(Role.AUDITOR),
    Action.MANAGE_PEOPLE: _roles(Role.SYSTEM_ADMINISTRATOR),
    Action.MANAGE_ROLES: _roles(Role.SECURITY_OFFICER),
    Action.MANAGE_SETTINGS: _roles(Role.SYSTEM_ADMINISTRATOR),
    Action.READ_LEDGER: _roles(Role.AUDITOR),
    Action.VERIFY_LEDGER: _roles(Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_OFFICER),
    Action.MANAGE_KEYS: _roles(Role.SECURITY_OFFICER),
    Action.ATTEND_MEETING: _roles(Role.HOLDER),
    Action.APPROVE_ATTENDANCE: _roles(Role.DEPARTMENT_MANAGER, Role.RESPONSIBLE_LEADER),
    Action.GRANT_CLEARANCE: _roles(Role.SECURITY_OFFICER),
    Action.REQUEST_CONVEYING: _roles(Role.CLERK, Role.HANDLER),
    Action.SIGN_EXCEPTION: _roles(Role.RESPONSIBLE_LEADER),
    Action.SETTLE_INCIDENT: _roles(Role.SECURITY_OFFICER),
    Action.MANAGE_EQUIPMENT: _roles(Role.SYSTEM_ADMINISTRATOR),
    Action.READ_EQUIPMENT: _roles(Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_OFFICER, Role.CLERK, Role.AUDITOR),
    Action.INSPECT_EQUIPMENT: _roles(Role.SECURITY_OFFICER),
    Action.KEEP_EQUIPMENT: _roles(Role.HOLDER),
    Action.REQUEST_COPYING: _roles(Role.CLERK, Role.HANDLER),
    Action.RUN_COPYING: _roles(Role.CLERK),
    Action.READ_COPYING: _roles(Role.CLERK, Role.AUDITOR),
    # Whoever sends the device away is another person than whoever asked.
    Action.REQUEST_REPAIR: _roles(Role.CLERK, Role.HANDLER),
    Action.READ_RULES: _roles(Role.CLERK, Role.RESPONSIBLE_LEADER, Role.SECURITY_OFFICER, Role.AUDITOR),
    # Two roles that one person cannot have together: who draws rules up never puts them in force.
    Action.PROPOSE_RULES: _roles(Role.SECURITY_OFFICER),
    Action.ADOPT_RULES: _roles(Role.RESPONSIBLE_LEADER),
    Action.PROPOSE_DELEGATION: _roles(
        Role.DEPARTMENT_MANAGER, Role.RESPONSIBLE_LEADER, Role.SECURITY_OFFICER
    ),
    # The security officer for managers and leaders, a leader for the security officer: always a third person.
    Action.AGREE_DELEGATION: _roles(Role.RESPONSIBLE_LEADER, Role.SECURITY_OFFICER),
    Action.RECORD_CONSENT: _roles(Role.CLERK),
    Action.READ_CONSENTS: _roles(Role.CLERK, Role.RESPONSIBLE_LEADER, Role.AUDITOR),
    Action.REQUEST_REGRADING: _roles(Role.CLERK, Role.HANDLER),
    Action.REGRADE: _roles(Role.CLERK),
    Action.READ_REGRADINGS: _roles(Role.CLERK, Role.RESPONSIBLE_LEADER, Role.AUDITOR),
    Action.REMARK: _roles(Role.CLERK),
    Action.RUN_WORKER: frozenset(),
    Action.RUN_UPKEEP: frozenset(),
}
"""The roles that may do each action."""

PERMITTED_TO_SYSTEM: frozenset[Action] = frozenset(
    {
        Action.RUN_WORKER,
        Action.RUN_UPKEEP,
        Action.REMOVE_CONTENT,
        Action.ISSUE,
        Action.RUN_TRACE,
        Action.RUN_DRILL,
        Action.SPOIL,
        Action.VOID,
        Action.VERIFY_LEDGER,
    }
)
"""What the worker and the upkeep may do by themselves; they never decide, hand over or destroy."""

BOUND_TO_UNIT: frozenset[tuple[Role, Action]] = frozenset(
    {
        (Role.CLERK, Action.REQUEST_PRINT),
        (Role.HANDLER, Action.READ_REGISTER),
        (Role.HANDLER, Action.REQUEST_PRINT),
        (Role.HANDLER, Action.MANAGE_MEETINGS),
        (Role.DEPARTMENT_MANAGER, Action.APPROVE_ATTENDANCE),
        (Role.CLERK, Action.REQUEST_COPYING),
        (Role.HANDLER, Action.REQUEST_COPYING),
        (Role.HANDLER, Action.REQUEST_REGRADING),
        (Role.DEPARTMENT_MANAGER, Action.READ_REGISTER),
        (Role.DEPARTMENT_MANAGER, Action.READ_DOCUMENT),
        (Role.DEPARTMENT_MANAGER, Action.DECIDE_APPROVAL),
    }
)
"""Roles that may do an action for their own unit only."""

_ADMINISTRATORS = (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR)
_BUSINESS = (
    Role.CLERK,
    Role.HANDLER,
    Role.GUARD,
    Role.SUPERVISOR,
    Role.DEPARTMENT_MANAGER,
    Role.RESPONSIBLE_LEADER,
)

INCOMPATIBLE: frozenset[frozenset[Role]] = frozenset(
    {frozenset({one, other}) for one in _ADMINISTRATORS for other in _ADMINISTRATORS if one != other}
    | {frozenset({administrator, role}) for administrator in _ADMINISTRATORS for role in _BUSINESS}
    | {frozenset({Role.CLERK, Role.RESPONSIBLE_LEADER}), frozenset({Role.CLERK, Role.DEPARTMENT_MANAGER})}
)
"""Pairs of roles that one person may not have together."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts.

    Attributes:
        person_id: The person; ``None`` for the worker and the upkeep.
        account_id: The account that was used; separations never look at it.
        unit_id: The person's own unit.
        is_system: True for the worker and the upkeep only.
    """

    person_id: int | None
    account_id: int | None
    unit_id: int | None
    roles: frozenset[Role]
    is_system: bool = field(default=False, kw_only=True)

    @classmethod
    def system(cls) -> "Actor":
        """Return the actor of the worker and the upkeep."""
        return cls(None, None, None, frozenset(), is_system=True)


class IncompatibleRoles(ConflictError):
    """One person would have two roles that must be separate."""

    code = "incompatible-roles"


def may(actor: Actor, action: Action, *, unit_id: int | None = None) -> bool:
    """Return whether the actor may do the action.

    Args:
        actor: Who asks.
        action: What is asked.
        unit_id: The unit it is done for. Roles bound to their unit count only for their own; without a unit they do
            not count at all.
    """
    if actor.is_system:
        return action in PERMITTED_TO_SYSTEM
    own_unit = unit_id is not None and unit_id == actor.unit_id
    return any(own_unit or (role, action) not in BOUND_TO_UNIT for role in actor.roles & PERMITTED[action])


def may_for_some_unit(actor: Actor, action: Action) -> bool:
    """Return whether a page for this action is worth showing to the actor; never enough to do it."""
    return may(actor, action, unit_id=actor.unit_id)


def require(actor: Actor, action: Action, *, unit_id: int | None = None) -> None:
    """Pass when the actor may do the action, see `may`.

    Raises:
        PermissionDenied: the actor may not.
    """
    if not may(actor, action, unit_id=unit_id):
        raise PermissionDenied(f"got {action} from an actor who may not", action=str(action))


def require_compatible(roles: Collection[Role]) -> None:
    """Pass when one person may have all of these roles.

    Raises:
        IncompatibleRoles: two of them must be separate; fact ``roles`` names the first such pair.
    """
    clashes = sorted(tuple(sorted(pair)) for pair in INCOMPATIBLE if pair <= frozenset(roles))
    if clashes:
        raise IncompatibleRoles(
            "got two roles that one person may not have together", roles=tuple(map(str, clashes[0]))
        )
