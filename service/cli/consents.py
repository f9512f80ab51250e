"""Consents of units, from the command line."""

from datetime import datetime
from pathlib import Path

import click

from registry.views.consents import ConsentRow
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import DAY, last_moment, target_argument, write_new
from service.cli.opening import open_installation
from service.flows import consenting
from service.flows.consenting import LetterFacts


@click.group()
def consent() -> None:
    """Enter and revoke the letters by which units consent to copies."""


@consent.command(name="list")
@acting_as
def list_consents(acting: str) -> None:
    """List every consent and what is left of it."""
    runtime = open_installation()
    for row in consenting.listing(runtime, asked_actor(runtime, acting)):
        click.echo(_line(row))


@consent.command()
@acting_as
@click.argument("consent_id", type=int)
def show(acting: str, consent_id: int) -> None:
    """Tell what is left of CONSENT_ID and what rests on it."""
    runtime = open_installation()
    row = consenting.get_consent(runtime, asked_actor(runtime, acting), consent_id)
    click.echo(f"{_line(row)}\nscope: {row.scope}\nletter: {row.letter_sha256}")
    for use in row.uses:
        click.echo(
            f"  request {use.request_id}\t{use.state}\t{use.used} of {use.quantity} used\t{use.requester.staff_no}"
        )
    if row.revoked_at is not None:
        click.echo(f"revoked {row.revoked_at:%Y-%m-%d}: {row.revocation}")


@consent.command()
@acting_as
@click.argument("consent_id", type=int)
@target_argument
def letter(acting: str, consent_id: int, target: Path) -> None:
    """Write the scan of the letter of CONSENT_ID to TARGET; that it was taken is recorded."""
    runtime = open_installation()
    content, _ = consenting.letter_of(runtime, asked_actor(runtime, acting), consent_id)
    write_new(target, content)


@consent.command(name="record")
@acting_as
@click.argument("document_id", type=int)
@click.argument("letter_file", metavar="LETTER", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", "unit_id", type=int, required=True, help="Number of the unit that consents.")
@click.option("--number", "letter_no", required=True, help="Number of the letter.")
@click.option("--scope", required=True, help="What it allows, in its words.")
@click.option("--copies", type=click.IntRange(min=1), required=True)
@click.option("--until", type=DAY, required=True)
def record_consent(
    acting: str,
    document_id: int,
    letter_file: Path,
    *,
    unit_id: int,
    letter_no: str,
    scope: str,
    copies: int,
    until: datetime,
) -> None:
    """Enter the scanned LETTER by which a unit consents to copies of document DOCUMENT_ID."""
    runtime = open_installation()
    facts = LetterFacts(
        unit_id=unit_id,
        document_id=document_id,
        letter_no=letter_no,
        scope=scope,
        quota=copies,
        expires_at=last_moment(runtime, until),
    )
    consent_id = consenting.record(runtime, asked_actor(runtime, acting), facts, letter_file.read_bytes())
    click.echo(f"Consent {consent_id} is entered.")


@consent.command(name="revoke")
@acting_as
@click.argument("consent_id", type=int)
@click.option("--reason", required=True)
def revoke_consent(acting: str, consent_id: int, reason: str) -> None:
    """Record that the unit takes CONSENT_ID back."""
    runtime = open_installation()
    consenting.revoke(runtime, asked_actor(runtime, acting), consent_id, reason)
    click.echo(f"Consent {consent_id} is revoked.")


def _line(row: ConsentRow) -> str:
    return (
        f"{row.id}\t{row.state}\t{row.unit.code}\t{row.letter_no}\t{row.doc_number}\t"
        f"{row.left} of {row.quota} left\tuntil {row.expires_at:%Y-%m-%d}"
    )
