"""The ledger: its entries with filters, one entry with its proof, checkpoints, verification, the export."""

from typing import Final

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for

from registry.ledger.verifier import MOST_LINES_SHOWN, Findings
from registry.rules import roles
from registry.rules.roles import Action
from registry.views.ledger import LineFilter
from service.flows import auditing
from service.login import current_actor, current_runtime, require

blueprint = Blueprint("ledger", __name__, url_prefix="/ledger")

EXPORT_TYPE: Final = "application/x-ndjson"


@blueprint.get("/")
@require(Action.VERIFY_LEDGER)
def index() -> str:
    """Show how far the ledger is signed and, to whom they are open, its entries."""
    return _page(None)


@blueprint.post("/verification")
@require(Action.VERIFY_LEDGER)
def verify() -> str:
    """Check the ledger now and show what was found."""
    return _page(auditing.verify(current_runtime(), current_actor()))


@blueprint.get("/entries/<int:seq>")
@require(Action.READ_LEDGER)
def entry(seq: int) -> str:
    """Show one entry with names revealed; that it was read is recorded."""
    return render_template("ledger/entry.html", entry=auditing.entry(current_runtime(), current_actor(), seq))


@blueprint.post("/export")
@require(Action.READ_LEDGER)
def export() -> Response:
    """Send everything the verifier needs; that the ledger was taken away is recorded."""
    lines = auditing.take_export(current_runtime(), current_actor())
    answer = Response(stream_with_context(lines), mimetype=EXPORT_TYPE)
    answer.headers.set("Content-Disposition", "attachment", filename="foliotrace-ledger.jsonl")
    return answer


def _page(findings: Findings | None) -> str:
    runtime, actor = current_runtime(), current_actor()
    may_read = roles.may(actor, Action.READ_LEDGER)
    wanted = LineFilter(
        kind=request.args.get("kind") or None,
        subject=request.args.get("subject", "").strip() or None,
        before=request.args.get("before", type=int),
    )
    return render_template(
        "ledger/index.html",
        standing=auditing.standing(runtime, actor),
        findings=findings,
        faults_shown=MOST_LINES_SHOWN,
        may_read=may_read,
        wanted=wanted,
        lines=auditing.lines(runtime, actor, wanted) if may_read and findings is None else None,
        kinds=_kind_options() if may_read else (),
        older_url=lambda before: url_for("ledger.index", **{**request.args.to_dict(), "before": before}),
    )


def _kind_options() -> list[tuple[str, str]]:
    """Return the kinds to choose from, each area's before its own."""
    found = auditing.kinds(current_runtime(), current_actor())
    areas = sorted({kind.partition(".")[0] for kind in found})
    options = []
    for area in areas:
        options.append((f"{area}.", f"{area}.*"))
        options += [(kind, kind) for kind in found if kind.partition(".")[0] == area]
    return options
