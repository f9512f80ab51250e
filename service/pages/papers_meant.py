"""A document named in a text field: by its number, typed or chosen from the list that the field offers."""

from flask_babel import gettext

from registry.views.documents import DocumentFilter, DocumentRow
from service.flows import registering
from service.login import current_actor, current_runtime


class DocumentUnclear(Exception):
    """The text names no document, or more than one; ``words`` says which."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def find_document(text: str, *, unit_id: int | None = None) -> int:
    """Return the document whose number was entered, among those that the visitor may know of.

    Args:
        text: A document number.
        unit_id: Its issuing unit, where that was chosen, too.

    Raises:
        DocumentUnclear: none or several are meant.
    """
    wanted = " ".join(text.split()).casefold()
    listed = registering.list_documents(
        current_runtime(), current_actor(), DocumentFilter(search=" ".join(text.split()), unit_id=unit_id)
    )
    found = [row.id for row in listed.rows if row.doc_number.casefold() == wanted]
    if not found:
        raise DocumentUnclear(gettext("No document has this number."))
    if len(found) > 1:
        raise DocumentUnclear(
            gettext("Several units have a document of this number. Choose the unit as well.")
        )
    return found[0]


def newest_documents() -> tuple[DocumentRow, ...]:
    """Return the newest documents, for the list that a field offers."""
    return registering.list_documents(current_runtime(), current_actor(), DocumentFilter()).rows
