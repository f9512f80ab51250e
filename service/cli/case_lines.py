"""What a case came to, in a few lines; until a second auditor has confirmed a finding, no holder is named."""

from registry.rules.tracing import Grade
from registry.rules.words import CaseState
from service.filters import level_text
from service.flows.tracing import CaseStory
from service.papers.evidence import FARTHEST_POWER


def case_lines(story: CaseStory) -> list[str]:
    """Return what the last finished run of a case came to."""
    run = story.run
    if run is None or run.error:
        return [f"could not be read: {run.error}" if run else "no run"]
    if run.state is CaseState.CONFLICT:
        return ["the marks contradict each other: no copy is named", *_marks(story)]
    best, copy = run.best, run.copy
    if best is None or copy is None:
        notes = sorted({note for page in run.pages for note in page.notes})
        if run.finding is not None and run.finding.grade is Grade.STRONG:
            notes = ["marks point at a copy, but not beyond doubt: one more picture may settle it"]
        return [f"names no copy ({', '.join(notes) or 'marks do not suffice'})", *_marks(story)]
    pages = ", ".join(map(str, best.pages))
    lines = [
        f"copy {copy.copy_no:06} of {copy.title} ({copy.doc_number}, {level_text(copy.level)}), page {pages}"
    ]
    if best.grade is Grade.CERTAIN and best.log10_chance is not None:
        lines.append(
            f"chance of naming an innocent copy below 1 in 10^{min(int(-best.log10_chance), FARTHEST_POWER)}"
        )
    else:
        lines.append("a claim: only the QR names it, and a QR can be glued on")
    lines.append("the copy is identified, not the person")
    lines += [f"named beyond doubt as well: {_named(story, code)}" for code in best.also]
    lines.append(f"at {story.at:%Y-%m-%d %H:%M} UTC it was with: {_custodian(story)}")
    return lines


def _custodian(story: CaseStory) -> str:
    who = story.custody
    if who is None:
        return "nobody, it was not on paper yet"
    if who.person_id is None:
        return who.custodian.lower()
    if not story.case.is_confirmed:
        return "a holder, who is named once a second auditor has confirmed the finding"
    return who.name_en or who.name_zh or "a holder"


def _marks(story: CaseStory) -> list[str]:
    """Return what each mark says, one line each."""
    found = []
    for page in story.run.pages if story.run else ():
        place = f"page {page.picture_page} of picture {page.picture}"
        found += [f"{place}: QR {qr.proof.lower()} {_named(story, qr.code)}".rstrip() for qr in page.qr]
        if page.dots:
            found.append(f"{place}: dots {_named(story, page.dots.code)}")
    return found


def _named(story: CaseStory, code: str | None) -> str:
    copy = story.known.get(code or "")
    return f"copy {copy.copy_no:06} of {copy.doc_number}" if copy else (code or "")
