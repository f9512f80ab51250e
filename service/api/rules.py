"""Rules by program: what is in force, another version drawn up and decided on, past decisions taken again."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from registry.rules.amending import Change, Item
from registry.rules.approval import Outcome
from registry.rules.limits import REASON_LIMIT, REMARK_LIMIT
from registry.rules.replay import Difference
from registry.rules.roles import Action
from registry.rules.ruleset import Value, step_text
from registry.rules.words import RuleSetState
from registry.views.rules import Replay, VersionRow
from service.api.area import Area, Model
from service.flows import ruling
from service.login import current_actor, current_runtime

area = Area("rules", __name__)

Step = Annotated[str, Field(max_length=80)]
Choice = str | int | list[Step]


class RuleItem(Model):
    """One thing that may be chosen, and what holds."""

    key: str
    value: Choice
    floor: Choice = Field(description="The laxest choice; for a chain the steps that stay.")
    options: list[str | int]
    source: str


class RuleVersion(Model):
    """One version or proposal."""

    id: int
    version: int | None = Field(description="None until it is adopted.")
    state: RuleSetState
    base_version: int
    sha256: str
    reason: str
    proposed_by: int | None
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    in_force_at: datetime | None


class Rules(Model):
    """The rules in force and every version."""

    in_force: int
    shipped_sha256: str
    recorded_sha256: str | None
    items: list[RuleItem]
    versions: list[RuleVersion]


class RuleChange(Model):
    """One item before and after."""

    key: str
    before: Choice
    after: Choice


class FailingApproval(Model):
    """A past approval that would now fail."""

    request_id: int
    act: str
    level: str
    refused: bool
    missing: list[str]


class VersionStory(Model):
    """One version: what it changes, and what that would have meant."""

    version: RuleVersion
    changes: list[RuleChange]
    approvals_looked_at: int
    failing: list[FailingApproval]
    held_at_gates: list[int] = Field(
        description="Events that supervisors let pass and that would now be held."
    )


class NewRules(Model):
    """What shall be other than in the newest version."""

    choices: dict[str, Choice] = Field(min_length=1)
    reason: str = Field(min_length=1, max_length=REASON_LIMIT)
    from_at: AwareDatetime | None = None


class ProposalId(Model):
    """Which proposal."""

    id: int


class RulesDecision(Model):
    """A yes or no to the rules with this hash."""

    agreed: bool
    shown_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    remark: str = Field(default="", max_length=REMARK_LIMIT)


class ProposalStanding(Model):
    """What has become of a proposal."""

    state: RuleSetState


class Redecided(Model):
    """A request decided again under the rules in force when it was made; ``outcome`` None: nobody could agree."""

    request_id: int
    is_same: bool
    difference: Difference | None
    recorded_rule: str
    recorded_version: int
    recorded_outcome: Outcome
    rule: str
    version: int
    outcome: Outcome | None
    missing: list[str]


class AllRedecided(Model):
    """How every decided request comes out."""

    total: int
    different: list[Redecided]


@area.operation(
    "GET",
    "/rules",
    summary="Tell the rules in force and every version.",
    answer=Rules,
    action=Action.READ_RULES,
)
def get_rules() -> Rules:
    """Tell the rules."""
    found = ruling.overview(current_runtime(), current_actor())
    return Rules(
        in_force=found.in_force,
        shipped_sha256=found.shipped_sha256,
        recorded_sha256=found.recorded_sha256,
        items=[_item(item, value) for item, value in found.items],
        versions=[_version(row) for row in found.versions],
    )


@area.operation(
    "POST",
    "/rules",
    summary="Draw up another version of the rules.",
    body=NewRules,
    answer=ProposalId,
    status=201,
    action=Action.PROPOSE_RULES,
)
def propose(body: NewRules) -> ProposalId:
    """Draw up a version."""
    choices: dict[str, Value] = {
        key: tuple(choice) if isinstance(choice, list) else choice for key, choice in body.choices.items()
    }
    proposal_id = ruling.propose(
        current_runtime(), current_actor(), choices, body.reason, from_at=body.from_at
    )
    return ProposalId(id=proposal_id)


@area.operation(
    "GET",
    "/rules/<int:rule_set_id>",
    summary="Tell one version: before and after, and which past decisions would fail.",
    answer=VersionStory,
    action=Action.READ_RULES,
)
def get_version(rule_set_id: int) -> VersionStory:
    """Tell about a version."""
    found = ruling.get_version(current_runtime(), current_actor(), rule_set_id)
    return VersionStory(
        version=_version(found.row),
        changes=[_change(change) for change in found.changes],
        approvals_looked_at=found.impact.looked_at,
        failing=[
            FailingApproval(
                request_id=one.row.request_id,
                act=str(one.row.act),
                level=one.row.level,
                refused=one.is_refused,
                missing=[step_text(step) for step in one.missing],
            )
            for one in found.impact.failing
        ],
        held_at_gates=list(found.impact.held),
    )


@area.operation(
    "POST",
    "/rules/<int:rule_set_id>/decision",
    summary="Put the rules that you were shown in force, or refuse them.",
    body=RulesDecision,
    answer=ProposalStanding,
    action=Action.ADOPT_RULES,
)
def decide(rule_set_id: int, body: RulesDecision) -> ProposalStanding:
    """Decide."""
    state = ruling.decide(
        current_runtime(),
        current_actor(),
        rule_set_id,
        agreed=body.agreed,
        shown_sha256=body.shown_sha256,
        remark=body.remark,
    )
    return ProposalStanding(state=state)


@area.operation(
    "POST",
    "/rules/<int:rule_set_id>/withdrawal",
    summary="Take your own proposal back.",
    action=Action.PROPOSE_RULES,
)
def withdraw(rule_set_id: int) -> None:
    """Take a proposal back."""
    ruling.withdraw(current_runtime(), current_actor(), rule_set_id)


@area.operation(
    "GET",
    "/rules/replay",
    summary="Decide every decided request again under the rules then in force.",
    answer=AllRedecided,
    action=Action.READ_RULES,
)
def replay_all() -> AllRedecided:
    """Decide everything again."""
    found = ruling.replay_all(current_runtime(), current_actor())
    return AllRedecided(total=found.total, different=[_redecided(one) for one in found.different])


@area.operation(
    "GET",
    "/rules/replay/<int:request_id>",
    summary="Decide one request again under the rules then in force.",
    answer=Redecided,
    action=Action.READ_RULES,
)
def replay(request_id: int) -> Redecided:
    """Decide one request again."""
    return _redecided(ruling.replay(current_runtime(), current_actor(), request_id))


def _item(item: Item, value: Value) -> RuleItem:
    return RuleItem(
        key=item.key,
        value=_choice(value),
        floor=_choice(item.floor),
        options=list(item.options),
        source=item.source,
    )


def _change(change: Change) -> RuleChange:
    return RuleChange(key=change.item.key, before=_choice(change.before), after=_choice(change.after))


def _choice(value: Value) -> Choice:
    return list(value) if isinstance(value, tuple) else value


def _version(row: VersionRow) -> RuleVersion:
    return RuleVersion(
        id=row.id,
        version=row.version,
        state=row.state,
        base_version=row.base_version,
        sha256=row.sha256,
        reason=row.reason,
        proposed_by=None if row.proposed_by is None else row.proposed_by.id,
        proposed_at=row.proposed_at,
        decided_by=None if row.decided_by is None else row.decided_by.id,
        decided_at=row.decided_at,
        in_force_at=row.in_force_at,
    )


def _redecided(one: Replay) -> Redecided:
    return Redecided(
        request_id=one.row.request_id,
        is_same=one.again.is_same,
        difference=one.again.difference,
        recorded_rule=one.recorded_rule,
        recorded_version=one.recorded_version,
        recorded_outcome=one.recorded_outcome,
        rule=one.again.rule_id,
        version=one.again.version,
        outcome=one.again.outcome,
        missing=[step_text(step) for step in one.again.missing],
    )
