"""Documents kept light by program: a code name proposed, content removed, and brought back from the same file."""

from datetime import datetime

from pydantic import Base64Bytes, Field

from registry.rules.light import LightStanding
from registry.rules.roles import Action
from service.api.area import Area, Model
from service.flows import light, recognising
from service.flows.recognising import Same
from service.login import current_actor, current_runtime

area = Area("light", __name__)


class CodeName(Model):
    """A code name that no document has; it is not reserved."""

    code_name: str


class SameFile(Model):
    """The very file that was registered."""

    file: Base64Bytes = Field(description="In base64; compared by its SHA-256 before it is opened.")
    file_name: str = Field(
        default="", max_length=255, description="What its owner called it; nothing is kept of it."
    )


class FileRecognised(Model):
    """What a presented file is."""

    same: Same
    copy_no: int | None = Field(description="Of the copy whose file it is.")


class Brought(Model):
    """Of how many documents the content is here for the case now, or was."""

    documents: int


class Light(Model):
    """Where a document that is kept light stands."""

    code_name: str
    content: str = Field(description="KEPT, REMOVING or REMOVED.")
    may_print: bool
    case_id: int | None = Field(description="The trace case for which alone the content is here.")
    keep_until_at: datetime = Field(description="When the content goes at the latest.")
    awaited: int = Field(description="Print runs and approvals that still need the content.")
    removed_at: datetime | None
    removed_for: str | None = Field(description="PRINTED, TIME or ASKED.")
    removed_files: int | None

    @classmethod
    def of(cls, standing: LightStanding) -> "Light":
        """Return it as programs read it."""
        return cls(
            code_name=standing.code_name,
            content=str(standing.content),
            may_print=standing.may_print,
            case_id=standing.case_id,
            keep_until_at=standing.keep_until_at,
            awaited=standing.awaited,
            removed_at=standing.removed_at,
            removed_for=None if standing.removed_for is None else str(standing.removed_for),
            removed_files=standing.removed_files,
        )


@area.operation(
    "GET",
    "/code-names/free",
    summary="Propose a code name for a document that is to be kept light.",
    answer=CodeName,
    action=Action.REGISTER_DOCUMENT,
)
def propose() -> CodeName:
    """Propose a code name."""
    return CodeName(code_name=light.propose_name(current_runtime(), current_actor()))


@area.operation(
    "POST",
    "/documents/<int:document_id>/content",
    summary="Bring the content of a document that is kept light back from the same file.",
    body=SameFile,
    status=204,
    action=Action.REGISTER_DOCUMENT,
)
def bring_back(document_id: int, body: SameFile) -> None:
    """Bring content back."""
    light.bring_back(current_runtime(), current_actor(), document_id, body.file, name=body.file_name)


@area.operation(
    "POST",
    "/documents/<int:document_id>/content/removal",
    summary="Have the content of a document that is kept light removed before its time.",
    status=204,
    action=Action.REMOVE_CONTENT,
)
def remove(document_id: int) -> None:
    """Remove content."""
    light.remove_now(current_runtime(), current_actor(), document_id)


@area.operation(
    "POST",
    "/documents/<int:document_id>/comparison",
    summary="Tell by its hash which file of a document this is; it is neither opened nor stored.",
    body=SameFile,
    answer=FileRecognised,
    action=Action.READ_REGISTER,
)
def compare(document_id: int, body: SameFile) -> FileRecognised:
    """Compare a presented file."""
    found = recognising.recognise(current_runtime(), current_actor(), document_id, body.file)
    return FileRecognised(same=found.same, copy_no=found.copy_no)


@area.operation(
    "POST",
    "/cases/<int:case_id>/originals",
    summary="Bring the content of documents kept light back for one case, from the same file, and read the case again.",
    body=SameFile,
    answer=Brought,
    action=Action.OPEN_CASE,
)
def bring_for_case(case_id: int, body: SameFile) -> Brought:
    """Bring an original for a case."""
    found = light.bring_for_case(current_runtime(), current_actor(), case_id, body.file, name=body.file_name)
    return Brought(documents=found)


@area.operation(
    "POST",
    "/cases/<int:case_id>/originals/removal",
    summary="Have everything removed again that was brought for a case.",
    answer=Brought,
    action=Action.OPEN_CASE,
)
def end_case_content(case_id: int) -> Brought:
    """Remove what was brought for a case."""
    return Brought(documents=light.end_case_content(current_runtime(), current_actor(), case_id))
