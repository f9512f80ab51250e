"""The counter: one desk where papers are given, lent, taken back and passed on, scan after scan; and what is out."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Annotated, Final, Literal

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import Field, StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import RegistryError
from registry.rules import roles
from registry.rules.codes import human_code
from registry.rules.lifecycle import State
from registry.rules.limits import REASON_LIMIT
from registry.rules.roles import Action
from registry.rules.words import HandOverKind
from service import errors
from service.flows import lending, people, sheetfeed, stacks
from service.flows.lending import PagesUnclear
from service.flows.sheetfeed import ScanRead
from service.flows.stacks import Outcome, Stack, Task
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require
from service.pages.receivers import PersonUnclear, find_person
from service.sandbox import SandboxFault
from service.times import instant, local
from watermark import WatermarkError

blueprint = Blueprint("counter", __name__, url_prefix="/counter")

LONGEST_STACK: Final = 3000
"""Scans in one stack; a cabinet of fifty copies of sixty pages, page by page."""
DAY_ENDS_AT: Final = time(18)
LEAST_LOAN: Final = timedelta(hours=1)
"""A loan is suggested until the end of the working day, or of the next one when less than this is left."""

SOUNDS: Final = MappingProxyType(
    {
        Outcome.ADDED: "ok",
        Outcome.AGAIN: "look",
        Outcome.UNFIT: "stop",
        Outcome.FOREIGN: "stop",
        Outcome.STRAY: "stop",
    }
)

Text = Annotated[str, StringConstraints(max_length=200)]


class DeskForm(Form):
    """What lies on the desk: a stack, and what is to be done with it."""

    task: Task = Task.GIVE
    person: Text = ""
    due_at: datetime | None = None
    count: Literal["hand", "scan"] = "hand"
    scans: Annotated[list[Text], Field(max_length=LONGEST_STACK)] = Field(default=[])
    despite_faults: bool = False

    @property
    def every_page(self) -> bool:
        """Whether each page is scanned; only what comes back is counted."""
        return self.count == "scan" and self.task in {Task.TAKE_BACK, Task.TRANSFER}


class ScanForm(DeskForm):
    """One more scan, or something taken off the stack."""

    raw: Text = ""
    remove: Text = ""


class DismissForm(Form):
    """Why a claim of return is not true."""

    reason: Annotated[str, StringConstraints(max_length=REASON_LIMIT)]


@blueprint.route("/", methods=["GET", "POST"])
@require(Action.HAND_OVER)
def desk() -> str | tuple[str, int]:
    """Show the desk: empty, with one copy, or with the stack that another task was begun with."""
    form = parse_form(DeskForm, request.values)
    if isinstance(form, FieldErrors):
        return _desk_page(DeskForm(), form.errors), 422
    code = request.args.get("copy", "")
    if code and request.method == "GET":
        form = _begun_with(code)
    return _desk_page(form)


@blueprint.post("/stack")
@require(Action.HAND_OVER)
def stack() -> str | tuple[str, int]:
    """Add a scan, or take something off; answered in place."""
    form = parse_form(ScanForm)
    if isinstance(form, FieldErrors):
        return _stack_part(DeskForm(), stacks.EMPTY), 422
    runtime, actor = current_runtime(), current_actor()
    if form.raw:
        laid_out, outcome = stacks.add(
            runtime, actor, form.task, form.scans, form.raw, every_page=form.every_page
        )
        return _stack_part(form, laid_out, outcome)
    scans = form.scans
    if form.remove:
        scans = list(stacks.remove(runtime, scans, form.remove, every_page=form.every_page))
    return _stack_part(form, stacks.lay_out(runtime, actor, form.task, scans, every_page=form.every_page))


@blueprint.post("/scan")
@require(Action.RETURN)
def scan() -> str | tuple[str, int]:
    """Read a scan of the stack, and lay its pages on the desk as if each had been scanned by hand."""
    form = parse_form(DeskForm)
    if isinstance(form, FieldErrors):
        return _desk_page(DeskForm(), form.errors), 422
    form = form.model_copy(update={"count": "scan"})
    files = [one.read() for one in request.files.getlist("pictures") if one.filename]
    if not files:
        return _desk_page(form, {"pictures": gettext("Choose the scan of the stack.")}), 422
    runtime, actor = current_runtime(), current_actor()
    try:
        found = sheetfeed.read_scan_of_stack(runtime, actor, files, form.scans)
    except (WatermarkError, SandboxFault) as refusal:
        words = errors.words_of(refusal)
        return _desk_page(form, {"pictures": f"{words.sentence} {words.next_step}"}), 422
    laid = [*form.scans, *found.texts]
    if len(laid) > LONGEST_STACK:
        return _desk_page(form, {"pictures": gettext("This stack is too long for one visit.")}), 422
    return _desk_page(form.model_copy(update={"scans": laid}), scan=found)


@blueprint.post("/done")
@require(Action.HAND_OVER)
def done() -> AnyResponse | tuple[str, int]:
    """Do with the stack what was chosen, or show it again with what is wrong."""
    form = parse_form(DeskForm)
    if isinstance(form, FieldErrors):
        return _desk_page(DeskForm(), form.errors), 422
    try:
        return redirect(_do(form))
    except PersonUnclear as unclear:
        return _desk_page(form, {"person": unclear.words}), 422
    except PagesUnclear as refusal:
        return _desk_page(form, {"despite_faults": _said(refusal)}), errors.status_of(refusal)
    except RegistryError as refusal:
        field = refusal.facts.get("field")
        wrong = {field if field in {"due_at", "person"} else "stack": _said(refusal)}
        return _desk_page(form, wrong), errors.status_of(refusal)


@blueprint.get("/out")
@require(Action.LEND)
def out() -> str:
    """Show everything that is out, overdue first, and the claims that wait for somebody to look."""
    return _out_page({})


@blueprint.post("/claims/<code>/dismissal")
@require(Action.DISMISS_CLAIM)
def dismiss(code: str) -> AnyResponse | tuple[str, int]:
    """Say that the registry has not got a copy that its holder claims to have given back."""
    form = parse_form(DismissForm)
    if isinstance(form, FieldErrors):
        return _out_page(dict(form.errors)), 422
    lending.dismiss_claim(current_runtime(), current_actor(), code, form.reason)
    flash(gettext("The claim is dismissed; the holder goes on answering for the copy."), "success")
    return redirect(url_for("counter.out"))


def _do(form: DeskForm) -> str:
    """Do what the form says and return where to go on."""
    runtime, actor = current_runtime(), current_actor()
    due_at = instant(form.due_at, runtime.settings) if form.due_at else None
    if form.task is Task.TAKE_BACK:
        found = stacks.lay_out(runtime, actor, form.task, form.scans, every_page=form.every_page)
        only = found.holders[0].id if len(found.holders) == 1 else None
        return_id = lending.take_back(
            runtime,
            actor,
            form.scans,
            find_person(form.person, otherwise=only),
            every_page=form.every_page,
            despite_faults=form.despite_faults,
        )
        return url_for("returns.show", return_id=return_id)
    receiver_id = find_person(form.person)
    if form.task is Task.TRANSFER:
        hand_over_id = lending.transfer(
            runtime,
            actor,
            form.scans,
            receiver_id,
            due_at=due_at,
            every_page=form.every_page,
            despite_faults=form.despite_faults,
        )
    else:
        is_loan = form.task is Task.LEND
        kind = HandOverKind.LOAN if is_loan else HandOverKind.ISSUE
        hand_over_id = lending.give(
            runtime, actor, form.scans, kind, receiver_id, due_at=due_at if is_loan else None
        )
    return url_for("hand_overs.show", hand_over_id=hand_over_id)


def _begun_with(code: str) -> DeskForm:
    """Return a desk with one copy on it, and the first task that it fits."""
    text = human_code(code)
    for task in (Task.GIVE, Task.TAKE_BACK):
        form = DeskForm(task=task, scans=[text])
        if stacks.lay_out(current_runtime(), current_actor(), task, [text], every_page=False).fits:
            return form
    return DeskForm(scans=[text])


def _desk_page(form: DeskForm, wrong: Mapping[str, str] | None = None, scan: ScanRead | None = None) -> str:
    runtime, actor = current_runtime(), current_actor()
    found = stacks.lay_out(runtime, actor, form.task, form.scans, every_page=form.every_page)
    return render_template(
        "counter/desk.html",
        form=form,
        stack=found,
        outcome=None,
        sound=None,
        strays=_strays(found),
        due_at=form.due_at or _suggested_due(),
        people=people.list_recipients(runtime),
        unsigned=lending.unsigned(runtime, actor),
        errors=wrong or {},
        scan=scan,
        may_scan=roles.may(actor, Action.RETURN),
        limit_mb=runtime.settings.upload_limit_bytes // (1024 * 1024),
        now=runtime.now(),
    )


def _stack_part(form: DeskForm, found: Stack, outcome: Outcome | None = None) -> str:
    return render_template(
        "counter/_stack.html",
        form=form,
        stack=found,
        outcome=outcome,
        sound=SOUNDS[outcome] if outcome else None,
        strays=_strays(found),
        errors={},
        now=current_runtime().now(),
    )


def _out_page(wrong: dict[str, str]) -> str:
    runtime, actor = current_runtime(), current_actor()
    rows = lending.everything_out(runtime, actor)
    now = runtime.now()
    return render_template(
        "counter/out.html",
        rows=rows,
        claims=[row for row in rows if row.copy.state is State.CLAIMED],
        overdue=sum(row.is_overdue(now) for row in rows),
        unsigned=lending.unsigned(runtime, actor),
        may_dismiss=roles.may(actor, Action.DISMISS_CLAIM),
        errors=wrong,
        now=now,
    )


def _strays(found: Stack) -> list[tuple[str, str]]:
    return [(stray.text, _said(stray.error)) for stray in found.strays]


def _said(refusal: RegistryError) -> str:
    words = errors.words_of(refusal)
    return f"{words.sentence} {words.next_step}"


def _suggested_due() -> datetime:
    settings = current_runtime().settings
    now = local(current_runtime().now(), settings)
    due = datetime.combine(now.date(), DAY_ENDS_AT)
    return due if due - now >= LEAST_LOAN else due + timedelta(days=1)
