"""Tables in and out from the command line: taken in after a look at them, undone, and registers taken away."""

from pathlib import Path

import click

from registry.rules.imports import ExportKind, ImportKind, ImportState
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import target_argument, write_new
from service.cli.opening import open_installation
from service.exchange.columns import COLUMNS
from service.flows import exporting, importing
from service.flows.importing import ImportStory

KINDS = click.Choice([kind.lower() for kind in ImportKind])
REGISTERS = click.Choice([kind.lower() for kind in ExportKind])


@click.command("import")
@acting_as
@click.argument("kind", type=KINDS)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--only-check", is_flag=True, help="Look at it and take nothing in.")
@click.option(
    "--returned",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the table with what is wrong beside each row.",
)
def import_table(acting: str, kind: str, file: Path, *, only_check: bool, returned: Path | None) -> None:
    """Take the table in FILE (.xlsx or CSV) in, all of it or nothing."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    import_id = importing.offer(runtime, actor, ImportKind(kind.upper()), file.read_bytes(), name=file.name)
    story = importing.get_import(runtime, actor, import_id)
    _tell(story)
    if story.row.problems:
        if returned is not None:
            told = importing.returned(runtime, actor, import_id, lambda problem: str(problem["said"]))
            returned.write_bytes(told)
            click.echo(f"The table with its problems is in {returned}.")
        raise click.ClickException("nothing was taken in")
    if not only_check:
        click.echo(f"All {importing.apply(runtime, actor, import_id)} rows are taken in.")


@click.command("imports")
@acting_as
def list_imports(acting: str) -> None:
    """List the latest imports that you may see."""
    runtime = open_installation()
    for row in importing.list_imports(runtime, asked_actor(runtime, acting)):
        problems = f"{len(row.problems)} problems"
        click.echo(
            f"{row.id}  {row.offered_at:%Y-%m-%d}  {row.kind}  {row.state}  {row.size} rows  {problems}  {row.name}"
        )


@click.command("check-import")
@acting_as
@click.argument("import_id", type=int)
@click.option("--apply", "takes", is_flag=True, help="Take it in if nothing is wrong any more.")
def check_import(acting: str, import_id: int, *, takes: bool) -> None:
    """Look at an offered table once more, since what it names may be there by now."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    left = importing.check(runtime, actor, import_id)
    _tell(importing.get_import(runtime, actor, import_id))
    if left:
        raise click.ClickException("nothing was taken in")
    if takes:
        click.echo(f"All {importing.apply(runtime, actor, import_id)} rows are taken in.")


@click.command("import-labels")
@acting_as
@click.argument("import_id", type=int)
@target_argument
@click.option(
    "--first-place", type=click.IntRange(1), default=1, show_default=True, help="On the first sheet."
)
def import_labels(acting: str, import_id: int, target: Path, first_place: int) -> None:
    """Write labels for the copies that an import took over to TARGET."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    write_new(target, importing.labels(runtime, actor, import_id, first_place=first_place))


@click.command("undo-import")
@acting_as
@click.argument("import_id", type=int)
def undo_import(acting: str, import_id: int) -> None:
    """Take out again what an import made, while nothing depends on it."""
    runtime = open_installation()
    removed = importing.undo(runtime, asked_actor(runtime, acting), import_id)
    click.echo(f"The import is undone; {removed} rows of the register are out again.")


@click.command("export")
@acting_as
@click.argument("kind", type=REGISTERS)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def export_register(acting: str, kind: str, target: Path) -> None:
    """Write a register to TARGET, as a workbook or, where that ends in .csv, as comma-separated text."""
    runtime = open_installation()
    form: exporting.Form = "csv" if target.suffix.casefold() == ".csv" else "xlsx"
    content = exporting.export(runtime, asked_actor(runtime, acting), ExportKind(kind.upper()), form)
    target.write_bytes(content)
    click.echo(f"Written to {target}; that it was taken away is recorded.")


def _tell(story: ImportStory) -> None:
    row = story.row
    heads = {column.name: column.head for column in COLUMNS[row.kind]}
    state = "checked" if row.state is ImportState.OFFERED else row.state.lower()
    click.echo(f"Import {row.id}: {row.size} rows, {len(row.problems)} problems, {state}.")
    if story.table.head.strange:
        click.echo(f"Columns left out: {', '.join(story.table.head.strange)}")
    for problem in row.problems:
        place = heads.get(problem["column"], "the whole row")
        click.echo(f"  row {problem['row']}, {place}: {problem['said']} ({problem['code']})")
