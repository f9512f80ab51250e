"""Documents kept light, on the pages of documents and cases: content removed, and brought back from the same file."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import LazyString, gettext, lazy_gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from registry.rules.codes import copy_no_text
from registry.rules.roles import Action
from service import errors
from service.conversion import ConversionFault
from service.flows import light, recognising
from service.flows.recognising import Same
from service.login import current_actor, current_runtime, require
from service.sandbox import SandboxFault
from watermark import WatermarkError

blueprint = Blueprint("light", __name__)

_SAME: Final[Mapping[Same, LazyString]] = MappingProxyType(
    {
        Same.ORIGINAL: lazy_gettext("This is the very file that was registered."),
        Same.CLEANED: lazy_gettext("This is the file as it was cleaned here."),
        Same.COPY: lazy_gettext("This is the file of copy %(number)s, byte for byte."),
        Same.NONE: lazy_gettext(
            "This is no file of this document that the register knows. One saved anew by a program is another file."
        ),
    }
)


@blueprint.post("/documents/<int:document_id>/content")
@require(Action.REGISTER_DOCUMENT)
def bring_back(document_id: int) -> AnyResponse:
    """Bring the content of a document back from the same file."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        flash(gettext("Choose the file of the document."), "warning")
    else:
        try:
            light.bring_back(
                current_runtime(), current_actor(), document_id, upload.read(), name=upload.filename
            )
        except (WatermarkError, SandboxFault, ConversionFault) as refusal:
            words = errors.words_of(refusal)
            flash(f"{words.sentence} {words.next_step}", "warning")
        else:
            flash(
                gettext("The content is here again. It goes once it is printed, or at the set time."),
                "success",
            )
    return redirect(url_for("documents.show", document_id=document_id))


@blueprint.post("/documents/<int:document_id>/content/removal")
@require(Action.REMOVE_CONTENT)
def remove(document_id: int) -> AnyResponse:
    """Have the content of a document removed."""
    light.remove_now(current_runtime(), current_actor(), document_id)
    flash(gettext("The content goes now. Reload the page in a moment to see that it is gone."), "success")
    return redirect(url_for("documents.show", document_id=document_id))


@blueprint.post("/documents/<int:document_id>/comparison")
@require(Action.READ_REGISTER)
def compare(document_id: int) -> AnyResponse:
    """Tell which file of a document a presented file is."""
    upload = request.files.get("presented")
    if upload is None or not upload.filename:
        flash(gettext("Choose the file of the document."), "warning")
    else:
        found = recognising.recognise(current_runtime(), current_actor(), document_id, upload.read())
        told = str(_SAME[found.same]) % {"number": copy_no_text(found.copy_no or 1)}
        flash(told, "warning" if found.same is Same.NONE else "success")
    return redirect(url_for("documents.show", document_id=document_id))


@blueprint.post("/cases/<int:case_id>/originals")
@require(Action.OPEN_CASE)
def bring_for_case(case_id: int) -> AnyResponse:
    """Bring the content of documents back for one case."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        flash(gettext("Choose the file of the document."), "warning")
    else:
        try:
            found = light.bring_for_case(
                current_runtime(), current_actor(), case_id, upload.read(), name=upload.filename
            )
        except (WatermarkError, SandboxFault, ConversionFault) as refusal:
            words = errors.words_of(refusal)
            flash(f"{words.sentence} {words.next_step}", "warning")
        else:
            told = ngettext(
                "%(num)s document is compared with the pictures now.",
                "%(num)s documents are compared with the pictures now.",
                found,
            )
            flash(told, "success")
    return redirect(url_for("cases.show", case_id=case_id))


@blueprint.post("/cases/<int:case_id>/originals/removal")
@require(Action.OPEN_CASE)
def end_case_content(case_id: int) -> AnyResponse:
    """Have everything removed that was brought for a case."""
    light.end_case_content(current_runtime(), current_actor(), case_id)
    flash(gettext("What was brought for this case goes now. What the runs found stays."), "success")
    return redirect(url_for("cases.show", case_id=case_id))
