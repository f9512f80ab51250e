"""Who knows a document: readers, receivers, listeners and handlers, with what is on record; shown and as a table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, render_template
from flask_babel import LazyString, lazy_gettext

from registry.rules.knowing import Part, Trace
from registry.rules.roles import Action
from service.flows import knowing, registering
from service.login import current_actor, current_runtime, require
from service.spreadsheets import CSV_TYPE
from service.terms import Look

blueprint = Blueprint("knowers", __name__, url_prefix="/documents")

PARTS: Final[Mapping[Part, Look]] = MappingProxyType(
    {
        Part.READER: Look(lazy_gettext("reader"), "note", "eye"),
        Part.RECEIVER: Look(lazy_gettext("receiver"), "look", "person-check"),
        Part.LISTENER: Look(lazy_gettext("listener"), "look", "calendar-event"),
        Part.HANDLER: Look(lazy_gettext("handler"), "quiet", "arrow-left-right"),
    }
)
TRACES: Final[Mapping[Trace, LazyString]] = MappingProxyType(
    {
        Trace.READ: lazy_gettext("opened the pages"),
        Trace.DECIDED: lazy_gettext("was shown it to decide"),
        Trace.HELD: lazy_gettext("signed for a copy"),
        Trace.ATTENDED: lazy_gettext("attended its meeting"),
        Trace.HEARD: lazy_gettext("was told of its meeting"),
        Trace.REGISTERED: lazy_gettext("registered it"),
        Trace.REQUESTED: lazy_gettext("asked for something about it"),
        Trace.PRINTED: lazy_gettext("had it printed"),
        Trace.COPIED: lazy_gettext("put it on a copier or fax"),
        Trace.CONVEYED: lazy_gettext("passed its meeting on"),
        Trace.PASSED_ON: lazy_gettext("gave out or took in copies"),
        Trace.CARRIED: lazy_gettext("carried a copy out"),
        Trace.DESTROYED: lazy_gettext("vouched for its destruction"),
    }
)


@blueprint.get("/<int:document_id>/knowers")
@require(Action.READ_KNOWERS)
def show(document_id: int) -> str:
    """List who knows the document."""
    runtime, actor = current_runtime(), current_actor()
    return render_template(
        "documents/knowers.html",
        document=registering.get_document(runtime, actor, document_id),
        knowers=knowing.knowers(runtime, actor, document_id),
        parts=PARTS,
        traces=TRACES,
    )


@blueprint.get("/<int:document_id>/knowers.csv")
@require(Action.READ_KNOWERS)
def export(document_id: int) -> Response:
    """Send the list for a spreadsheet program; on record."""
    content = knowing.export(current_runtime(), current_actor(), document_id)
    answer = Response(content, content_type=CSV_TYPE)
    answer.headers.set("Content-Disposition", "attachment", filename=f"knowers-{document_id}.csv")
    return answer
