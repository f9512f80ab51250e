"""Rules, from the command line."""

from collections.abc import Sequence
from datetime import datetime, time

import click

from registry.rules.amending import parse_choice
from registry.rules.ruleset import Value, step_text
from registry.views.gatereplay import GateReplay
from registry.views.rules import Proposal, Replay
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.flows import rejudging, ruling
from service.times import instant


@click.group()
def rules() -> None:
    """See which rules hold, draw up and adopt another version, decide past requests again."""


@rules.command(name="list")
@acting_as
def list_rules(acting: str) -> None:
    """List every version, and what the one in force says."""
    runtime = open_installation()
    found = ruling.overview(runtime, asked_actor(runtime, acting))
    click.echo(f"in force: version {found.in_force}\nshipped: {found.shipped_sha256}")
    for row in found.versions:
        number = f"version {row.version}" if row.version else "-"
        click.echo(f"{row.id}\t{number}\t{row.state}\t{row.changed} changes\t{row.reason}")
    for item, value in found.items:
        click.echo(f"{item.key} = {_said(value)}")


@rules.command()
@acting_as
@click.argument("choices", nargs=-1, required=True, metavar="ITEM=CHOICE...")
@click.option("--reason", required=True)
@click.option("--from", "from_on", type=click.DateTime(("%Y-%m-%d",)), help="First day that it holds.")
def propose(acting: str, choices: Sequence[str], reason: str, from_on: datetime | None) -> None:
    """Draw up another version; a CHOICE that is a chain has blanks between its steps."""
    runtime = open_installation()
    pairs = [choice.partition("=") for choice in choices]
    from_at = None if from_on is None else instant(datetime.combine(from_on.date(), time()), runtime.settings)
    proposal_id = ruling.propose(
        runtime,
        asked_actor(runtime, acting),
        {key.strip(): parse_choice(key.strip(), text.strip()) for key, _, text in pairs},
        reason,
        from_at=from_at,
    )
    click.echo(f"Proposal {proposal_id} is recorded.")


@rules.command()
@acting_as
@click.argument("proposal_id", type=int)
def show(acting: str, proposal_id: int) -> None:
    """Show version or proposal PROPOSAL_ID: before and after, and which past decisions would fail."""
    runtime = open_installation()
    _show(ruling.get_version(runtime, asked_actor(runtime, acting), proposal_id))


@rules.command()
@acting_as
@click.argument("proposal_id", type=int)
@click.option("--remark", default="")
@click.option("--refuse", is_flag=True, help="Say no.")
def decide(acting: str, proposal_id: int, remark: str, *, refuse: bool) -> None:
    """Show proposal PROPOSAL_ID, ask, and put it in force or refuse it."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    found = ruling.get_version(runtime, actor, proposal_id)
    _show(found)
    click.confirm(f"{'Refuse' if refuse else 'Adopt'} exactly this?", abort=True)
    state = ruling.decide(
        runtime, actor, proposal_id, agreed=not refuse, shown_sha256=found.row.sha256, remark=remark
    )
    click.echo(f"proposal {proposal_id}: {state}")


@rules.command()
@acting_as
@click.argument("proposal_id", type=int)
def withdraw(acting: str, proposal_id: int) -> None:
    """Take your own PROPOSAL_ID back."""
    runtime = open_installation()
    ruling.withdraw(runtime, asked_actor(runtime, acting), proposal_id)
    click.echo(f"proposal {proposal_id}: WITHDRAWN")


@rules.command()
@acting_as
@click.argument("request_id", type=int, required=False)
def replay(acting: str, request_id: int | None) -> None:
    """Decide REQUEST_ID, or every decided request, again under the rules then in force; status 1 where one differs."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    if request_id is not None:
        one = ruling.replay(runtime, actor, request_id)
        click.echo(_replayed(one))
        different = not one.again.is_same
    else:
        found = ruling.replay_all(runtime, actor)
        for one in found.different:
            click.echo(_replayed(one))
        click.echo(f"{found.total} decided again, {len(found.different)} come out otherwise")
        different = bool(found.different)
    if different:
        raise click.exceptions.Exit(1)


@rules.command("replay-gates")
@acting_as
@click.argument("event_id", type=int, required=False)
def replay_gates(acting: str, event_id: int | None) -> None:
    """Judge attempt EVENT_ID at a gate, or every one, again under the rules of its time; status 1 where one differs."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    if event_id is not None:
        one = rejudging.replay(runtime, actor, event_id)
        click.echo(_rejudged(one))
        different = not one.again.is_same
    else:
        found = rejudging.replay_all(runtime, actor)
        for one in found.different:
            click.echo(_rejudged(one))
        click.echo(
            f"{found.total} judged again, {len(found.different)} come out otherwise, {found.unknown} kept too little"
        )
        different = bool(found.different)
    if different:
        raise click.exceptions.Exit(1)


def _show(found: Proposal) -> None:
    click.echo(f"{found.row.state}  {found.row.reason}\nrules: {found.row.sha256}")
    for change in found.changes:
        click.echo(f"{change.item.key}: {_said(change.before)} -> {_said(change.after)}")
    impact = found.impact
    click.echo(f"{len(impact.failing)} of {impact.looked_at} past approvals would now fail")
    for one in impact.failing:
        why = "refused" if one.is_refused else " ".join(step_text(step) for step in one.missing)
        click.echo(f"  request {one.row.request_id}\t{one.row.act}\t{one.row.level}\t{why}")
    if impact.held:
        click.echo(f"{len(impact.held)} passes would now be held: events {', '.join(map(str, impact.held))}")


def _replayed(one: Replay) -> str:
    again = one.again
    word = "same" if again.is_same else str(again.difference)
    return (
        f"request {one.row.request_id}: {word}; on record {one.recorded_rule} {one.recorded_version} "
        f"{one.recorded_outcome}, again {again.rule_id or '-'} {again.version} {again.outcome or 'REFUSED'}"
    )


def _rejudged(one: GateReplay) -> str:
    again = one.again
    verdict = "-" if again.verdict is None else f"{again.verdict.colour} {again.verdict.reason}"
    word = "same" if again.is_same else " ".join(again.differences)
    return (
        f"attempt {one.row.id}: {word}; on record {one.row.colour} {one.row.reason}, "
        f"again {verdict} under version {again.version}"
    )


def _said(value: Value) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)
