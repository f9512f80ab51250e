"""Delegations from the command line."""

from collections.abc import Sequence
from datetime import datetime, time

import click

from registry.rules.approval import Act
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.flows import delegating, people
from service.flows.delegating import DelegationWish
from service.times import end_of_day, instant


@click.group()
def delegation() -> None:
    """Have somebody decide in your place for a while, agree to that, end it."""


@delegation.command(name="list")
@acting_as
def list_delegations(acting: str) -> None:
    """List the delegations that concern you."""
    runtime = open_installation()
    for row in delegating.listing(runtime, asked_actor(runtime, acting)):
        holds = "holds now" if row.holds_now else str(row.state)
        when = f"{row.from_at:%Y-%m-%d} to {row.until_at:%Y-%m-%d}"
        click.echo(
            f"{row.id}\t{holds}\t{row.deputy.staff_no} for {row.giver.staff_no}\t{' '.join(row.acts)}\t{when}"
        )


@delegation.command()
@acting_as
@click.argument("staff_no")
@click.option("--act", "acts", multiple=True, required=True, type=click.Choice([str(act) for act in Act]))
@click.option("--from", "from_on", type=click.DateTime(("%Y-%m-%d",)), required=True)
@click.option("--until", "until_on", type=click.DateTime(("%Y-%m-%d",)), required=True)
@click.option("--reason", required=True)
def propose(
    acting: str,
    staff_no: str,
    *,
    acts: Sequence[str],
    from_on: datetime,
    until_on: datetime,
    reason: str,
) -> None:
    """Ask that the person with STAFF_NO decides in your place."""
    runtime = open_installation()
    wish = DelegationWish(
        deputy_id=people.get_by_staff_no(runtime, staff_no),
        acts=[Act(act) for act in acts],
        from_at=instant(datetime.combine(from_on.date(), time()), runtime.settings),
        until_at=end_of_day(until_on.date(), runtime.settings),
        reason=reason,
    )
    delegation_id = delegating.propose(runtime, asked_actor(runtime, acting), wish)
    click.echo(f"Delegation {delegation_id} is asked for.")


@delegation.command()
@acting_as
@click.argument("delegation_id", type=int)
@click.option("--refuse", is_flag=True, help="Say no.")
def decide(acting: str, delegation_id: int, *, refuse: bool) -> None:
    """Agree to DELEGATION_ID as a third person, or refuse it."""
    runtime = open_installation()
    state = delegating.decide(runtime, asked_actor(runtime, acting), delegation_id, agreed=not refuse)
    click.echo(f"delegation {delegation_id}: {state}")


@delegation.command()
@acting_as
@click.argument("delegation_id", type=int)
def end(acting: str, delegation_id: int) -> None:
    """End DELEGATION_ID before its time."""
    runtime = open_installation()
    delegating.end(runtime, asked_actor(runtime, acting), delegation_id)
    click.echo(f"delegation {delegation_id}: ENDED")
