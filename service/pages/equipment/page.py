"""One device with everything on record: the page that every deed comes back to."""

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from registry.rules import roles
from registry.rules.roles import Action
from registry.rules.words import DestructionPart
from service.flows import equipment, people
from service.forms import FieldErrors
from service.login import current_actor, current_runtime
from service.terms import EQUIPMENT_KINDS, EQUIPMENT_STATES, REPAIR_GUARDS, RETIREMENT_METHODS

blueprint = Blueprint("equipment", __name__, url_prefix="/equipment")


def back_to(equipment_id: int) -> Response:
    """Send the visitor back to the page of a device."""
    return redirect(url_for("equipment.show", equipment_id=equipment_id))


def device_page(equipment_id: int, form: FieldErrors) -> str:
    """Return the page of a device as the visitor may see it, with what was entered and what is wrong with it."""
    runtime, actor = current_runtime(), current_actor()
    view = equipment.get_device(runtime, actor, equipment_id)
    may = {
        name: roles.may_for_some_unit(actor, action)
        for name, action in (
            ("manage", Action.MANAGE_EQUIPMENT),
            ("inspect", Action.INSPECT_EQUIPMENT),
            ("ask_repair", Action.REQUEST_REPAIR),
            ("attest", Action.DESTROY),
            ("read", Action.READ_EQUIPMENT),
        )
    }
    retiring = view.open_retirement
    return render_template(
        "equipment/show.html",
        view=view,
        look=EQUIPMENT_STATES[view.row.state],
        kind_word=EQUIPMENT_KINDS[view.row.kind],
        guard_words=REPAIR_GUARDS,
        method_words=RETIREMENT_METHODS,
        guards=[(str(one), word, None) for one, word in REPAIR_GUARDS.items()],
        methods=[(str(one), RETIREMENT_METHODS[one], None) for one in sorted(view.endings)],
        parts=[
            (str(DestructionPart.OPERATOR), gettext("Operator 销毁人"), None),
            (str(DestructionPart.WITNESS), gettext("Witness 监销人"), None),
        ],
        repairs_to_send=equipment.repair_approvals(runtime, actor, equipment_id) if may["manage"] else (),
        short=equipment.retirement_shortfall(runtime, actor, retiring.id)
        if retiring and may["read"]
        else None,
        persons=people.list_recipients(runtime) if any(may.values()) else (),
        may=may,
        may_open=roles.may(actor, Action.READ_COPYING),
        entered=form.entered,
        errors=form.errors,
    )
