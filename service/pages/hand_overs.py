"""Hand-overs: the receiver signs at this very screen, by PIN or by hand; receipts; what waits for a signature."""

import base64
from typing import Annotated, Final

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext
from pydantic import StringConstraints
from werkzeug.wrappers import Response as AnyResponse

from registry.errors import RegistryError
from registry.rules import roles
from registry.rules.roles import Action
from registry.rules.words import HandOverState
from service import errors
from service.flows import lending
from service.flows.lending import SIGNATURE_LIMIT_BYTES, SignatureUnfit
from service.forms import FieldErrors, Form, parse_form
from service.login import current_actor, current_runtime, require

blueprint = Blueprint("hand_overs", __name__, url_prefix="/hand-overs")

PICTURE_PREFIX: Final = "data:image/png;base64,"


class PinForm(Form):
    """The receiver's PIN."""

    pin: Annotated[str, StringConstraints(max_length=20)]


class SignatureForm(Form):
    """A drawn signature, as the pad sends it."""

    signature: Annotated[str, StringConstraints(max_length=2 * SIGNATURE_LIMIT_BYTES)]


@blueprint.get("/mine")
@require(Action.CONFIRM_RECEIPT)
def mine() -> str:
    """List what waits for the visitor's own signature."""
    actor = current_actor()
    rows = [row for row in lending.unsigned(current_runtime(), actor) if row.receiver.id == actor.person_id]
    return render_template("hand_overs/mine.html", rows=rows)


@blueprint.get("/<int:hand_over_id>")
@require(Action.READ_OWN_HOLDINGS)
def show(hand_over_id: int) -> str:
    """Show one hand-over."""
    return _page(hand_over_id, {})


@blueprint.post("/<int:hand_over_id>/pin")
@require(Action.READ_OWN_HOLDINGS)
def confirm_by_pin(hand_over_id: int) -> AnyResponse | tuple[str, int]:
    """Let the receiver sign with their PIN."""
    form = parse_form(PinForm)
    if isinstance(form, FieldErrors):
        return _page(hand_over_id, dict(form.errors)), 422
    try:
        lending.confirm_by_pin(current_runtime(), current_actor(), hand_over_id, form.pin)
    except RegistryError as refusal:
        return _refused(hand_over_id, "pin", refusal)
    return _confirmed(hand_over_id)


@blueprint.post("/<int:hand_over_id>/signature")
@require(Action.HAND_OVER)
def confirm_by_signature(hand_over_id: int) -> AnyResponse | tuple[str, int]:
    """Let the receiver sign by hand, before the eyes of the clerk."""
    form = parse_form(SignatureForm)
    if isinstance(form, FieldErrors):
        return _page(hand_over_id, dict(form.errors)), 422
    try:
        picture = _picture(form.signature)
        lending.confirm_by_signature(current_runtime(), current_actor(), hand_over_id, picture)
    except RegistryError as refusal:
        return _refused(hand_over_id, "signature", refusal)
    return _confirmed(hand_over_id)


@blueprint.post("/<int:hand_over_id>/withdrawal")
@require(Action.WITHDRAW_OFFER)
def withdraw(hand_over_id: int) -> AnyResponse:
    """Take an unsigned offer back into stock."""
    lending.withdraw(current_runtime(), current_actor(), hand_over_id)
    flash(gettext("The hand-over is withdrawn; the copies are in stock."), "success")
    return redirect(url_for("hand_overs.show", hand_over_id=hand_over_id))


@blueprint.get("/<int:hand_over_id>/receipt.pdf")
@require(Action.READ_OWN_HOLDINGS)
def receipt(hand_over_id: int) -> Response:
    """Send the receipt; before the signature, with an empty line for a pen."""
    runtime = current_runtime()
    view = lending.get_hand_over(runtime, current_actor(), hand_over_id)
    answer = Response(lending.receipt(runtime, view), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"H-{view.id:06d}.pdf")
    return answer


def _page(hand_over_id: int, wrong: dict[str, str]) -> str:
    actor = current_actor()
    view = lending.get_hand_over(current_runtime(), actor, hand_over_id)
    at_counter = roles.may(actor, Action.HAND_OVER)
    return render_template(
        "hand_overs/show.html",
        view=view,
        is_open=view.state is HandOverState.OFFERED,
        is_mine=view.receiver.id == actor.person_id,
        at_counter=at_counter,
        errors=wrong,
    )


def _refused(hand_over_id: int, field: str, refusal: RegistryError) -> tuple[str, int]:
    words = errors.words_of(refusal)
    return _page(hand_over_id, {field: f"{words.sentence} {words.next_step}"}), errors.status_of(refusal)


def _confirmed(hand_over_id: int) -> AnyResponse:
    flash(gettext("Signed for. The receipt can be printed."), "success")
    return redirect(url_for("hand_overs.show", hand_over_id=hand_over_id))


def _picture(url: str) -> bytes:
    """Return the bytes of a picture that the pad sent as a data URL."""
    try:
        return base64.b64decode(url.removeprefix(PICTURE_PREFIX), validate=True)
    except ValueError as error:
        raise SignatureUnfit("got a signature that is no picture", field="signature") from error
