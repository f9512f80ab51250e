"""Documents that are kept light: a code name in place of a title, and content that goes when it is printed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from registry.db import Base, words
from registry.rules.words import Content, RemovedFor


class LightDocument(Base):
    """What is particular of a document that is kept light; its ``title`` shows the code name, and that it is one.

    ``room``: the part of the store that holds its content alone, each time another; ``case_id``: the trace case for
    which alone the content is here, if for one; ``removed_files``: how many files went the last time.
    """

    __tablename__ = "light_document"
    __table_args__ = (sa.UniqueConstraint("code_name"), sa.UniqueConstraint("room"))

    document_id: Mapped[int] = mapped_column(sa.ForeignKey("document.id"), primary_key=True)
    code_name: Mapped[str] = mapped_column(sa.String(80))
    content: Mapped[Content] = mapped_column(words(Content), index=True)
    room: Mapped[str] = mapped_column(sa.String(32))
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("trace_case.id"))
    brought_at: Mapped[datetime]
    keep_until_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_for: Mapped[RemovedFor | None] = mapped_column(words(RemovedFor))
    removed_files: Mapped[int | None]
