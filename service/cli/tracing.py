"""Leaked pages are traced at the command line: a case for each picture, read at once, told in a few lines."""

from datetime import datetime
from pathlib import Path

import click

from registry.rules.tracing import Grade
from registry.rules.words import CaseState
from service.cli.acting import acting_as, asked_actor
from service.cli.opening import open_installation
from service.filters import level_text
from service.flows import tracing
from service.flows.tracing import CaseStory
from service.times import instant

MINUTES = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


@click.command()
@acting_as
@click.argument(
    "pictures",
    metavar="PICTURE…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--note", default="", help="Where it turned up.")
@click.option(
    "--leak-at",
    type=click.DateTime(MINUTES),
    help="When the leak was seen, local time: custody is told for it.",
)
def trace(acting: str, pictures: tuple[Path, ...], note: str, leak_at: datetime | None) -> None:
    """Open a case for each PICTURE (scan, photo or PDF of a page) and print what it came to."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    seen_at = instant(leak_at, runtime.settings) if leak_at else None
    for picture in pictures:
        case_id = tracing.open_case(
            runtime, actor, picture.read_bytes(), picture.name, note=note, leak_at=seen_at
        )
        tracing.make_latest_run(runtime, actor, case_id)
        story = tracing.result(runtime, actor, case_id)
        click.echo(f"{picture.name}: case {case_id}: {story.case.state.lower()}")
        for line in _told(story):
            click.echo(f"  {line}")


def _told(story: CaseStory) -> list[str]:
    run = story.run
    if run is None or run.error:
        return [f"could not be read: {run.error}" if run else "no run"]
    if run.state is CaseState.CONFLICT:
        return ["the marks contradict each other: no copy is named", *_marks(story)]
    best, copy = run.best, run.copy
    if best is None or copy is None:
        notes = sorted({note for page in run.pages for note in page.notes})
        return [f"names no copy ({', '.join(notes) or 'marks do not suffice'})", *_marks(story)]
    lines = [
        f"copy {copy.copy_no:06} of {copy.title} ({copy.doc_number}, {level_text(copy.level)}), page {best.page}"
    ]
    if best.grade is Grade.CERTAIN and best.log10_chance is not None:
        lines.append(f"chance of naming an innocent copy below 1 in 10^{int(-best.log10_chance)}")
    else:
        lines.append("a claim: only the QR names it, and a QR can be glued on")
    lines.append("the copy is identified, not the person")
    who = story.custody
    answer = "not on paper yet" if who is None else who.name_en or who.custodian.lower()
    lines.append(f"at {story.at:%Y-%m-%d %H:%M} UTC it was with: {answer}")
    return lines


def _marks(story: CaseStory) -> list[str]:
    """Return what each mark says, one line each."""
    found = []
    for page in story.run.pages if story.run else ():
        place = f"page {page.picture_page} of the picture"
        found += [f"{place}: QR {qr.proof.lower()} {_named(story, qr.code)}".rstrip() for qr in page.qr]
        if page.dots:
            found.append(f"{place}: dots {_named(story, page.dots.code)}")
    return found


def _named(story: CaseStory, code: str | None) -> str:
    copy = story.known.get(code or "")
    return f"copy {copy.copy_no:06} of {copy.doc_number}" if copy else (code or "")
