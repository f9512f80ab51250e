"""Returns: what came back in one visit, what its page check found, and the receipt."""

from flask import Blueprint, Response, render_template

from registry.rules import roles
from registry.rules.roles import Action
from service.flows import lending
from service.login import current_actor, current_runtime, require

blueprint = Blueprint("returns", __name__, url_prefix="/returns")


@blueprint.get("/<int:return_id>")
@require(Action.READ_OWN_HOLDINGS)
def show(return_id: int) -> str:
    """Show one visit to the counter."""
    actor = current_actor()
    return render_template(
        "returns/show.html",
        view=lending.get_return(current_runtime(), actor, return_id),
        at_counter=roles.may(actor, Action.RETURN),
    )


@blueprint.get("/<int:return_id>/receipt.pdf")
@require(Action.READ_OWN_HOLDINGS)
def receipt(return_id: int) -> Response:
    """Send the receipt of a return."""
    runtime = current_runtime()
    view = lending.get_return(runtime, current_actor(), return_id)
    answer = Response(lending.return_receipt(runtime, view), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"R-{view.id:06d}.pdf")
    return answer
