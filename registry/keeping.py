"""Whether the content of a document is here to be printed and looked at, as the acts ask; see ``rules.light``."""

from sqlalchemy.orm import Session

from registry.models import LightDocument
from registry.rules.light import ContentRemoved
from registry.rules.words import Content


def has_content(session: Session, document_id: int) -> bool:
    """Tell whether the content of a document is here to be printed and looked at, as far as keeping light goes."""
    return _is_here(session.get(LightDocument, document_id))


def require_content(session: Session, document_id: int, *, lock: bool = False) -> None:
    """Pass when the content of a document is here, so that its pages can be shown, measured and printed.

    Args:
        session: Any session; of a deed if locked.
        document_id: Of any document.
        lock: Whether its removal waits until the transaction ends.

    Raises:
        ContentRemoved: it is kept light and its content was removed, or is here for a trace case only.
    """
    light = session.get(
        LightDocument, document_id, with_for_update=True if lock else None, populate_existing=lock
    )
    if not _is_here(light):
        raise ContentRemoved("got a document without content", document=document_id)


def _is_here(light: LightDocument | None) -> bool:
    return light is None or (light.content is Content.KEPT and light.case_id is None)
