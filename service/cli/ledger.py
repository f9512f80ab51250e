"""Check the ledger."""

import sys
from pathlib import Path
from typing import TextIO

import click

from service.cli.opening import open_installation
from service.flows import verifying


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
