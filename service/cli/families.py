"""A document's family from the command line, and asking that something is made of it."""

from collections.abc import Iterator
from datetime import datetime

import click

from registry.rules.codes import copy_no_text, human_code
from registry.rules.family import Use
from registry.views.family import Branch, Kin
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import last_moment, reason_option, until_option
from service.cli.opening import open_installation
from service.flows import families
from service.flows.families import CopyingWish

_USES = click.Choice([Use.RECOPY.value, Use.EXCERPT.value, Use.COMPILATION.value], case_sensitive=False)


@click.group()
def family() -> None:
    """See what a document was made of and what was made of it; ask for re-copies, excerpts, compilations."""


@family.command()
@acting_as
@click.argument("document_id", type=int)
def show(acting: str, document_id: int) -> None:
    """Tell what DOCUMENT_ID was made of, what was made of it, and its re-copies."""
    runtime = open_installation()
    found = families.get_family(runtime, asked_actor(runtime, acting), document_id)
    click.echo(_said(found.here))
    for word, branches in (("made of", found.up), ("made into", found.down)):
        for branch in branches:
            for line in _branch(branch, word, "  "):
                click.echo(line)
    for one in found.recopied:
        made = ", ".join(f"{copy_no_text(copy.copy_no)} {copy.state}" for copy in one.made)
        click.echo(f"  after copy {copy_no_text(one.source.copy_no)} {human_code(one.source.code)}: {made}")


@family.command()
@acting_as
@click.argument("document_id", type=int)
@click.argument("use", type=_USES)
@click.option(
    "--copies", type=click.IntRange(1, 500), default=1, show_default=True, help="Of re-copies, how many."
)
@click.option("--source", default="", help="Of re-copies, the scanned copy that they are made after.")
@click.option("--part", default="", help="Of anything else, what is taken.")
@reason_option
@until_option
def ask(
    acting: str,
    document_id: int,
    use: str,
    *,
    copies: int,
    source: str,
    part: str,
    reason: str,
    until: datetime,
) -> None:
    """Ask that a USE is made of DOCUMENT_ID: re-copies, an excerpt, or a part of a compilation."""
    runtime = open_installation()
    wish = CopyingWish(
        document_id=document_id,
        use=Use(use),
        reason=reason,
        until=last_moment(runtime, until),
        copies=copies,
        source=source,
        part=part,
    )
    click.echo(f"Request {families.ask(runtime, asked_actor(runtime, acting), wish)} waits for its approval.")


def _branch(branch: Branch, word: str, indent: str) -> Iterator[str]:
    repeats = "  (see above)" if branch.repeats else ""
    yield f"{indent}{word} {_said(branch.kin)}{repeats}"
    for each in branch.next:
        yield from _branch(each, word, f"{indent}  ")


def _said(kin: Kin) -> str:
    if not kin.is_known:
        return "a document that you may not know of"
    mark = "declassified" if kin.declassified else f"{kin.level} ★ {kin.secrecy_period}"
    made_as = f"  {kin.made_as}" if kin.made_as else ""
    return (
        f"{kin.document_id}  {kin.doc_number} {kin.title}  {mark}  {kin.live} of {kin.copies} live{made_as}"
    )
