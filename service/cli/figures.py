"""The figures of a year from the command line: shown, and taken away on record."""

from dataclasses import asdict
from pathlib import Path
from typing import Literal

import click

from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import new_file, write_new
from service.cli.opening import open_installation
from service.flows import statistics as flow


@click.command()
@acting_as
@click.argument("year", type=int)
@click.option(
    "--target",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=new_file,
    help="Write them to this file instead, a workbook or, where that ends in .csv, comma-separated text; recorded.",
)
def statistics(acting: str, year: int, target: Path | None) -> None:
    """Tell the figures of YEAR, per issuing unit and level."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    if target is not None:
        form: Literal["csv", "xlsx"] = "csv" if target.suffix.casefold() == ".csv" else "xlsx"
        write_new(target, flow.export(runtime, actor, year, form))
        return
    for row in flow.figures(runtime, actor, year):
        numbers = "  ".join(f"{name} {value}" for name, value in asdict(row.figures).items() if value)
        click.echo(f"{row.unit.code}  {row.level}  {numbers}")
