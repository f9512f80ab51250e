"""The ledger from the command line: checked, and read entry by entry."""

import sys
from pathlib import Path
from typing import TextIO

import click

from registry.views.ledger import LineFilter
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.flows import auditing, verifying


@click.command()
@click.option("--head", "heads", multiple=True, help="A head from a paper's foot: SIZE · ROOT.")
@click.option(
    "--note",
    "notes",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="A checkpoint you kept.",
)
@click.option(
    "--export",
    type=click.File("x", encoding="utf-8"),
    help="Write the export to this new file instead, to check it elsewhere.",
)
def verify(heads: tuple[str, ...], notes: tuple[Path, ...], export: TextIO | None) -> None:
    """Check the ledger against itself, its checkpoints and the tables; the exit code tells the kind of fault."""
    runtime = open_installation()
    if export is not None:
        verifying.export_ledger(runtime, export)
        return
    findings = verifying.verify_ledger(
        runtime, heads=heads, notes=[note.read_text(encoding="utf-8") for note in notes]
    )
    for line in findings.lines():
        click.echo(line)
    sys.exit(findings.exit_code)


@click.group()
def ledger() -> None:
    """Read the ledger; `verify` checks it."""


@ledger.command()
@acting_as
def standing(acting: str) -> None:
    """Tell how large the ledger is and how far it is signed."""
    runtime = open_installation()
    found = auditing.standing(runtime, asked_actor(runtime, acting))
    click.echo(f"{found.head.size} · {found.head.root.hex()}\n{found.tail} entries are not signed yet")
    for one in found.checkpoints:
        click.echo(f"checkpoint {one.at:%Y-%m-%d %H:%M}Z  {one.size} · {one.root.hex()}")


@ledger.command()
@acting_as
@click.option("--kind", help="Only this kind; copy. with its dot means all kinds that start so.")
@click.option("--subject", help="Such as copy:0123456789ABC.")
@click.option("--before", type=int, help="Only entries with a smaller number.")
def entries(acting: str, kind: str | None, subject: str | None, before: int | None) -> None:
    """List a page of entries, newest first; no name is revealed."""
    runtime = open_installation()
    found = auditing.lines(runtime, asked_actor(runtime, acting), LineFilter(kind, subject, before))
    for row in found.rows:
        fault = "" if row.is_sound else "  DAMAGED"
        click.echo(f"{row.seq:>6}  {row.at:%Y-%m-%d %H:%M:%S}Z  {row.kind}  {row.subject}{fault}")
    if found.older:
        click.echo(f"older: --before {found.older}")


@ledger.command()
@acting_as
@click.argument("seq", type=int)
def entry(acting: str, seq: int) -> None:
    """Tell entry SEQ with names revealed, and its proof; that it was read is recorded."""
    runtime = open_installation()
    view = auditing.entry(runtime, asked_actor(runtime, acting), seq)
    click.echo(f"{view.body}\nleaf: {view.leaf_hash}")
    for fact in view.facts:
        if fact.revealed is not None:
            click.echo(f"{fact.name}: {fact.revealed}")
    if view.proof is not None:
        word = "holds" if view.proof.holds else "DOES NOT HOLD"
        signed = "signed" if view.proof.is_signed else "not signed yet"
        click.echo(f"proof in {view.proof.size} · {view.proof.root.hex()}: {word}, {signed}")
