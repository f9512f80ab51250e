"""Leaked pages are traced at the command line: cases read at once, told in a few lines; and leak drills."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from service.cli.acting import acting_as, asked_actor
from service.cli.case_lines import case_lines
from service.cli.opening import open_installation
from service.flows import drilling, evidence, tracing
from service.flows.tracing import Offered
from service.times import instant

MINUTES = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
KINDS: Final = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".pdf"})
"""What is taken of a folder; a file that is named is taken whatever it is called."""

pictures_argument = click.argument(
    "pictures",
    metavar="PICTURE…|FOLDER",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)


@click.command()
@acting_as
@pictures_argument
@click.option("--note", default="", help="Where it turned up.")
@click.option(
    "--leak-at",
    type=click.DateTime(MINUTES),
    help="When the leak was seen, local time: custody is told up to it.",
)
@click.option("--leak-since", type=click.DateTime(MINUTES), help="When it can have leaked first, local time.")
@click.option(
    "--one-case", is_flag=True, help="All pictures show one leak: what they say is added up in one case."
)
@click.option(
    "--report",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Also write the evidence report of each case into this folder.",
)
def trace(
    acting: str,
    pictures: tuple[Path, ...],
    *,
    note: str,
    leak_at: datetime | None,
    leak_since: datetime | None,
    one_case: bool,
    folder: Path | None,
) -> None:
    """Open a case for each PICTURE (scan, photo or PDF), or each file of a FOLDER, and tell what it came to.

    Until a second auditor has confirmed a finding, no holder is named.
    """
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    seen_at = instant(leak_at, runtime.settings) if leak_at else None
    since_at = instant(leak_since, runtime.settings) if leak_since else None
    files = list(picture_files(pictures))
    for group in [files] if one_case else [[file] for file in files]:
        case_id = tracing.open_case(
            runtime, actor, offered(group), note=note, leak_at=seen_at, leak_since_at=since_at
        )
        tracing.make_latest_run(runtime, actor, case_id, tell_step)
        story = tracing.result(runtime, actor, case_id)
        click.echo(f"{', '.join(file.name for file in group)}: case {case_id}: {story.case.state.lower()}")
        for line in case_lines(story):
            click.echo(f"  {line}")
        if folder is not None and story.run is not None and story.run.error is None:
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / f"T-{case_id:06d}.pdf"
            target.write_bytes(evidence.report(runtime, actor, case_id))
            click.echo(f"  {target}")


@click.command()
@acting_as
@pictures_argument
@click.option("--copy", "code", required=True, help="The copy that all pictures show: its code.")
@click.option("--channel", required=True, help="How the pictures were made: “copier, 3rd floor”.")
@click.option("--simulated", is_flag=True, help="A program made them, no machine.")
def drill(
    acting: str,
    pictures: tuple[Path, ...],
    *,
    code: str,
    channel: str,
    simulated: bool,
) -> None:
    """Read PICTURES of a known copy, or all of a FOLDER, and count how often they are traced."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    drill_id = drilling.open_drill(
        runtime, actor, code, channel, offered(list(picture_files(pictures))), simulated=simulated
    )
    drilling.make_drill(runtime, drill_id, tell_step)
    for shot in drilling.get(runtime, actor, drill_id).shots:
        click.echo(f"{shot.name}: {str(shot.outcome).lower()}")
    curves, _ = drilling.listing(runtime, actor)
    for one in curves:
        if (one.channel, one.simulated) == (channel, simulated):
            low, rate, high = one.named
            click.echo(
                f"{one.channel}: {one.tally.named} of {one.tally.trials} named, {rate:.0%} "
                f"(95 % bounds {low:.0%} to {high:.0%}); wrong {one.tally.wrong}, at most {one.wrong_at_most:.1%}"
            )


def picture_files(given: Sequence[Path]) -> Iterator[Path]:
    """Yield the pictures that are meant, those of a folder by name."""
    found = False
    for path in given:
        inside: list[Path] = sorted(path.iterdir()) if path.is_dir() else [path]
        for file in inside:
            if file.is_file() and (not path.is_dir() or file.suffix.lower() in KINDS):
                found = True
                yield file
    if not found:
        raise click.UsageError("there is no picture in the folder")


def offered(files: Sequence[Path]) -> list[Offered]:
    """Return files as pictures of a case."""
    return [Offered(file.read_bytes(), file.name) for file in files]


def tell_step(done: int, steps: int) -> None:
    """Show a person who waits how far it is; programs that read the output are not bothered."""
    if sys.stderr.isatty():
        click.echo(f"  step {done + 1} of {steps}", err=True)
