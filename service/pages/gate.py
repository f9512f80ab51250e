"""The gates: the guard's screen, the log of every attempt, and what waits for the supervisor."""

import re
from functools import partial
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import InvalidError, RegistryError
from registry.rules import roles
from registry.rules.gate import Colour, Verdict
from registry.rules.roles import Action
from registry.rules.words import Direction, ScanSource
from registry.views.gates import EventFilter, EventRow, GateName
from service import errors
from service.flows import gate
from service.flows.gate import Seen
from service.forms import FieldErrors, Form, parse_form
from service.headers import uses_camera
from service.i18n import current_language
from service.login import cookie_name, current_actor, current_runtime, get_visitor, require
from service.verdicts import COLOUR_WORDS, DIRECTIONS, REASONS, SOURCES, needs, verdict_facts, verdict_words

blueprint = Blueprint("gate", __name__, url_prefix="/gate")

COOKIE: Final = "gate"
COOKIE_DAYS: Final = 365
LONGEST_RAW: Final = 4096
"""A QR code of the largest kind holds 4,296 letters; what is longer was not scanned."""

_DIRECTIONS: Final = {"in": Direction.ENTRY, "out": Direction.EXIT}
_STAFF_NUMBERS: Final = re.compile(r"[\s,;，；、]+")


class AttemptUnreadable(InvalidError):
    """What a gate's screen sent does not have the described shape."""

    code = "attempt-unreadable"


def _plain(text: str) -> str:
    if not text.isprintable():
        raise ValueError("control characters")
    return text


class AttemptForm(BaseModel):
    """An attempt as the screen sends it; see ``docs/decisions/0040-screens.md``."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    raw: Annotated[str, StringConstraints(max_length=LONGEST_RAW)] = ""
    source: Literal["gun", "camera", "photo", "typed"]
    direction: Literal["in", "out"]
    gate: int
    device: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,64}$")]
    device_at: AwareDatetime | None = None
    attempt: UUID
    pages: Annotated[int, Field(ge=0, le=99999)] | None = None
    carrier: Annotated[str, StringConstraints(max_length=200), AfterValidator(_plain)] | None = None
    refused: bool = False
    seal: Literal["intact", "broken"] | None = None

    def seen(self, photo: bytes | None = None) -> Seen:
        """Return the attempt as the flow takes it."""
        numbers = _STAFF_NUMBERS.split((self.carrier or "").strip())
        return Seen(
            attempt=self.attempt,
            gate_id=self.gate,
            direction=_DIRECTIONS[self.direction],
            source=ScanSource(self.source.upper()),
            device_id=self.device,
            device_at=self.device_at,
            raw=self.raw,
            photo=photo,
            carriers=frozenset(number for number in numbers if number),
            carrier_refused=self.refused,
            pages=self.pages,
            seal_intact=None if self.seal is None else self.seal == "intact",
        )


class GateForm(Form):
    """Which gate this device stands at."""

    gate: int


class OverrideForm(Form):
    """Why a supervisor lets an amber attempt pass."""

    reason: Annotated[str, StringConstraints(max_length=300)]


@blueprint.get("/")
@require(Action.SCAN_AT_GATE)
@uses_camera
def index() -> str:
    """Show the screen of the gate at which this device stands, or ask which one that is."""
    found = gate.list_gates(current_runtime())
    here = None if request.args.get("choose") else _here(found)
    if here is None:
        return render_template("gate/choose.html", gates=found, current=_here(found))
    visitor = get_visitor()
    return render_template(
        "gate/index.html",
        gate=here,
        guard=visitor.name_zh if current_language() == "zh" else visitor.name_en,
    )


@blueprint.post("/choose")
@require(Action.SCAN_AT_GATE)
def choose() -> AnyResponse:
    """Keep in this browser at which gate it stands."""
    form = parse_form(GateForm)
    answer = redirect(url_for("gate.index"))
    if not isinstance(form, FieldErrors):
        answer.set_cookie(
            cookie_name(COOKIE),
            str(form.gate),
            max_age=COOKIE_DAYS * 24 * 3600,
            secure=current_runtime().settings.secure_cookies,
            httponly=True,
            samesite="Lax",
        )
    return answer


@blueprint.post("/scan")
@require(Action.SCAN_AT_GATE)
def scan() -> Response:
    """Judge what was scanned or typed."""
    return _judged(_parsed(request.get_json(silent=True)).seen())


@blueprint.post("/photo")
@require(Action.SCAN_AT_GATE)
def photo() -> Response:
    """Judge a photographed page."""
    fields = {name: value for name, value in request.form.items() if value}
    file = request.files.get("photo")
    return _judged(_parsed(fields).seen(b"" if file is None else file.read()))


@blueprint.get("/log")
@require(Action.READ_GATE_LOG)
def log() -> str:
    """Show every attempt, refusals as well as passes."""
    runtime = current_runtime()
    colour = request.args.get("colour", "")
    wanted = EventFilter(
        gate_id=request.args.get("gate", type=int),
        colour=Colour(colour) if colour in set(Colour) else None,
    )
    return render_template(
        "gate/log.html",
        found=gate.list_events(
            runtime, current_actor(), wanted, page=max(1, request.args.get("page", 1, type=int))
        ),
        gates=gate.list_gates(runtime),
        wanted=wanted,
        page_url=partial(_page_url, request.args.to_dict()),
        may_rejudge=roles.may(current_actor(), Action.READ_RULES),
        **_words(),
    )


@blueprint.get("/waiting")
@require(Action.OVERRIDE_GATE)
def waiting() -> str:
    """Show the amber attempts that a supervisor may still decide."""
    return _waiting_page()


@blueprint.post("/waiting/<int:event_id>")
@require(Action.OVERRIDE_GATE)
def override(event_id: int) -> AnyResponse | tuple[str, int]:
    """Let an amber attempt pass on the supervisor's word."""
    form = parse_form(OverrideForm)
    if isinstance(form, FieldErrors):
        return _waiting_page({event_id: form.errors["reason"]}), 422
    try:
        gate.override(current_runtime(), current_actor(), event_id, form.reason)
    except RegistryError as refusal:
        words = errors.words_of(refusal)
        said = f"{words.sentence} {words.next_step}"
        return _waiting_page({event_id: said}), errors.status_of(refusal)
    flash(gettext("It may pass on your word. That is recorded with your reason."), "success")
    return redirect(url_for("gate.waiting"))


def _parsed(fields: Any) -> AttemptForm:  # noqa: ANN401 - whatever the screen sent
    try:
        return AttemptForm.model_validate(fields)
    except ValidationError as error:
        wrong = tuple(".".join(map(str, problem["loc"])) for problem in error.errors())
        raise AttemptUnreadable(
            "got an attempt that does not have the described shape", fields=wrong
        ) from error


def _judged(seen: Seen) -> Response:
    passage = gate.scan(current_runtime(), current_actor(), seen)
    return jsonify(_answer(passage.event_id, passage.verdict))


def _answer(event_id: int, verdict: Verdict) -> dict[str, object]:
    words = verdict_words(verdict)
    return {
        "event": event_id,
        "colour": verdict.colour.lower(),
        "code": verdict.reason,
        "word": words.word,
        "reason": words.reason,
        "next": words.next_step,
        "facts": [{"label": label, "value": value} for label, value in verdict_facts(verdict)],
        "needs": needs(verdict),
    }


def _here(found: tuple[GateName, ...]) -> GateName | None:
    kept = request.cookies.get(cookie_name(COOKIE), "")
    return next((one for one in found if str(one.id) == kept), None)


def _waiting_page(wrong: dict[int, str] | None = None) -> str:
    rows: tuple[EventRow, ...] = gate.list_waiting(current_runtime(), current_actor())
    lost = [said for event_id, said in (wrong or {}).items() if event_id not in {row.id for row in rows}]
    return render_template(
        "gate/waiting.html",
        rows=rows,
        wrong=wrong or {},
        lost=lost,
        person_id=current_actor().person_id,
        **_words(),
    )


def _words() -> dict[str, object]:
    return {
        "colour_words": COLOUR_WORDS,
        "reasons": REASONS,
        "directions": DIRECTIONS,
        "sources": SOURCES,
    }


def _page_url(arguments: dict[str, Any], number: int) -> str:
    return url_for("gate.log", **{**arguments, "page": number})
