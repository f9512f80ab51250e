"""Documents from the command line: registered, listed, asked to be printed."""

from datetime import datetime
from pathlib import Path

import click

from registry.rules.approval import Act
from registry.rules.facts import DocumentFacts
from registry.views.documents import DocumentFilter, DocumentView
from service.cli.acting import acting_as, asked_actor
from service.cli.arguments import target_argument, unit_id, write_new
from service.cli.opening import open_installation
from service.cli.shortfalls import shortfall_lines
from service.filters import level_text
from service.flows import knowing, light, recognising, registering, requesting
from service.flows.characters import CODE
from service.flows.preflight import preflight
from service.flows.requesting import Wish
from service.runtime import Runtime
from service.times import end_of_day


@click.group()
def document() -> None:
    """Register documents, list them, ask for print runs."""


@document.command()
@acting_as
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--number", required=True, help="Document number 发文字号.")
@click.option("--title", default="", help="Wanted unless the document is kept light.")
@click.option(
    "--light", "is_light", is_flag=True, help="Keep it light: a code name is proposed, no title is kept."
)
@click.option("--code-name", help="Keep it light under this code name.")
@click.option("--unit", required=True, metavar="CODE", help="Issuing unit 制发单位.")
@click.option(
    "--classified-by", metavar="CODE", help="Classifying unit 原定密单位; the issuing unit if omitted."
)
@click.option("--scheme", default="company", show_default=True)
@click.option("--level", required=True, help="Such as SECRET.")
@click.option("--period", required=True, help="Such as 10年, 6个月, 长期 or 2031-12-31.")
@click.option("--need-to-know", default="")
@click.option("--no-copying", is_flag=True, help="Mark it 禁止复制.")
@click.option("--meeting", type=int, help="Id of the meeting it is for.")
def register(
    acting: str,
    file: Path,
    *,
    number: str,
    title: str,
    is_light: bool,
    code_name: str | None,
    unit: str,
    classified_by: str | None,
    scheme: str,
    level: str,
    period: str,
    need_to_know: str,
    no_copying: bool,
    meeting: int | None,
) -> None:
    """Register the PDF, office file or picture in FILE."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    facts = DocumentFacts(
        doc_number=number,
        title=title,
        issuing_unit_id=unit_id(runtime, unit),
        classifying_unit_id=unit_id(runtime, classified_by or unit),
        scheme=scheme,
        level=level.upper(),
        secrecy_period=period,
        need_to_know=need_to_know,
        no_copying=no_copying,
        meeting_id=meeting,
        code_name=code_name or (light.propose_name(runtime, actor) if is_light else None),
    )
    document_id = registering.register(runtime, actor, facts, file.read_bytes(), name=file.name)
    _tell(registering.get_document(runtime, actor, document_id), runtime)


@document.command()
@acting_as
@click.argument("document_id", type=int)
def show(acting: str, document_id: int) -> None:
    """Tell what was found in the file of DOCUMENT_ID and how traceable each page is."""
    runtime = open_installation()
    _tell(registering.get_document(runtime, asked_actor(runtime, acting), document_id), runtime)


@document.command()
@acting_as
@click.argument("document_id", type=int)
def assess(acting: str, document_id: int) -> None:
    """Measure anew how traceable DOCUMENT_ID is, under the marks of today."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    changed = registering.assess(runtime, actor, document_id)
    click.echo(
        "measured anew; approvals given before must be asked for again" if changed else "nothing has changed"
    )
    _tell(registering.get_document(runtime, actor, document_id), runtime)


@document.command(name="remove-content")
@acting_as
@click.argument("document_id", type=int)
def remove_content(acting: str, document_id: int) -> None:
    """Remove the content of DOCUMENT_ID, which is kept light, before its time."""
    runtime = open_installation()
    light.remove_now(runtime, asked_actor(runtime, acting), document_id)
    light.clear(runtime, document_id)
    click.echo("the content is removed; hashes, numbers and history stay")


@document.command(name="bring-content")
@acting_as
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--document", "document_id", type=int, help="For more copies of this document.")
@click.option("--case", "case_id", type=int, help="For comparing in this trace case only.")
def bring_content(acting: str, file: Path, document_id: int | None, case_id: int | None) -> None:
    """Bring the content of a document that is kept light back from the same FILE."""
    if (document_id is None) == (case_id is None):
        raise click.UsageError("say --document ID or --case ID")
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    if case_id is not None:
        found = light.bring_for_case(runtime, actor, case_id, file.read_bytes(), name=file.name)
        click.echo(f"{found} in case {case_id}, which is read again")
        return
    light.bring_back(runtime, actor, document_id or 0, file.read_bytes(), name=file.name)
    click.echo("the content is here until it is printed, or the set time")


@document.command()
@acting_as
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("document_id", type=int)
def compare(acting: str, file: Path, document_id: int) -> None:
    """Tell by its hash which file of DOCUMENT_ID this FILE is."""
    runtime = open_installation()
    found = recognising.recognise(runtime, asked_actor(runtime, acting), document_id, file.read_bytes())
    number = f" {found.copy_no:06}" if found.copy_no else ""
    click.echo(f"{found.same.lower()}{number}")


@document.command(name="list")
@acting_as
@click.option("--search", default="", help="A part of the title or number.")
def list_documents(acting: str, search: str) -> None:
    """List the documents that you may know of."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    page = registering.list_documents(runtime, actor, DocumentFilter(search=search))
    for row in page.rows:
        line = row.conservation
        numbers = " + ".join(f"{count} {state}" for state, count in line.by_state.items()) or "0"
        balance = "=" if line.holds else "≠"
        mark = f"{level_text(row.level)} ★ {row.secrecy_period}"
        click.echo(f"{row.id}\t{row.doc_number}\t{mark}\t{row.title}\t{line.minted} {balance} {numbers}")
    if page.pages > 1:
        click.echo(f"{page.total} in all; narrow them with --search")


@document.command()
@acting_as
@click.argument("document_id", type=int)
def knowers(acting: str, document_id: int) -> None:
    """List who knows DOCUMENT_ID, and as what; who knew it first first."""
    runtime = open_installation()
    for row in knowing.knowers(runtime, asked_actor(runtime, acting), document_id):
        left = "" if row.active else "  no longer here"
        parts = ", ".join(row.parts)
        click.echo(
            f"{row.first_at:%Y-%m-%d}  {row.person.staff_no} {row.person.zh}  {row.unit.code}  {parts}{left}"
        )


@document.command("knowers-table")
@acting_as
@click.argument("document_id", type=int)
@target_argument
def knowers_table(acting: str, document_id: int, target: Path) -> None:
    """Write who knows DOCUMENT_ID, since when and through what, to TARGET as CSV; that it was taken is recorded."""
    runtime = open_installation()
    write_new(target, knowing.export(runtime, asked_actor(runtime, acting), document_id))
    click.echo(f"The table is written to {target}.")


@document.command()
@acting_as
@click.argument("document_id", type=int)
@click.option("--copies", type=click.IntRange(1), required=True)
@click.option("--reason", required=True)
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day on which it may be used."
)
@click.option("--send", is_flag=True, help="Send it; otherwise only who would have to agree is told.")
def ask(acting: str, document_id: int, copies: int, reason: str, until: datetime, *, send: bool) -> None:
    """Ask for a print run of DOCUMENT_ID, or tell who would have to agree."""
    runtime = open_installation()
    actor = asked_actor(runtime, acting)
    last = end_of_day(until.date(), runtime.settings)
    wish = Wish(document_id=document_id, act=Act.PRINT, reason=reason, until=last, copies=copies)
    found = requesting.preview(runtime, actor, wish)
    click.echo(f"rule {found.rule.id}, version {found.rule.version}, source: {found.rule.source}")
    for step in found.steps:
        unit = f" of {step.unit.code}" if step.unit else ""
        able = ", ".join(person.en for person in step.candidates) or "nobody has this role now"
        click.echo(f"  {step.role}{unit}: {able}")
    if send:
        click.echo(f"request {requesting.ask(runtime, actor, wish)}")


def _tell(view: DocumentView, runtime: Runtime) -> None:
    """Print what is known of a document's file: findings, then each page's decades of evidence by leak channel."""
    click.echo(f"document {view.row.id}: {view.row.pages} pages, {len(view.findings)} findings")
    if view.light is not None:
        click.echo(f"  kept light as {view.light.code_name}: content {view.light.content.lower()}")
    for each in registering.lacking_of(runtime, view):
        click.echo(f"  {CODE} {each.where}: {each.characters}")
    for told in view.findings:
        page = f" page {told['page']}" if told["page"] else ""
        click.echo(f"  {told['code']}{page} {told['facts']}")
    found = preflight(view, runtime.settings.mark_rules)
    for report in found.pages:
        scores = " ".join(f"{score.channel}={score.decades}:{score.grade}" for score in report.scores)
        click.echo(f"  page {report.number} {scores} {','.join(report.obstacles)}".rstrip())
    for line in shortfall_lines(found.traceability):
        click.echo(f"  {line}")
