"""Whether a document is as traceable as its level demands, and what exactly an approver accepts where it is not.

The proof is measured elsewhere and kept with the document as plain JSON: per page and leak channel the decades of
evidence a leaked page would yield. Laws:

* A proof counts only for the carriers it was measured with and only if it tells of every page; without one that counts,
  nothing is known to be traceable.
* Who accepts, accepts what was shown: the file, the proof, and what the level demands, under one hash.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from registry.rules.canonical import canonical_bytes
from registry.rules.marks import CHANNELS, MarkRule
from registry.rules.rulebook import Act

PAPER_ACTS: Final = frozenset({Act.PRINT, Act.COPY})
"""What makes new paper of a document, and so asks whether its pages can be traced."""

PROOF_FORMAT: Final = "foliotrace-proof-1"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Pages that yield less through a channel than their level demands.

    Attributes:
        pages: Their numbers, from 1, in order.
        least: Decades of the poorest of them; None where nothing was measured.
        wanted: Decades that the level demands.
    """

    channel: str
    pages: tuple[int, ...]
    least: int | None
    wanted: int

    @property
    def text(self) -> str:
        """The channel and its pages in one line, as the ledger keeps them: ``phone 1-3, 7``."""
        return f"{self.channel} {page_ranges(self.pages)}"


@dataclass(frozen=True, slots=True)
class Traceability:
    """What a document's proof means for its level.

    Attributes:
        is_measured: Whether there is a proof that counts.
        shortfalls: One for each channel that falls short, in the order of the channels; empty when all is well.
        shown_hash: SHA-256, hexadecimal, over file, proof and demand: what an acceptance covers.
    """

    is_measured: bool
    shortfalls: tuple[Shortfall, ...]
    shown_hash: str


def judge(
    proof: Mapping[str, Any] | None, *, pages: int, cleaned_sha256: str, rule: MarkRule
) -> Traceability:
    """Return what a document's proof means for its level.

    Args:
        proof: What is kept with the document; None where nothing was measured.
        pages: How many pages the document has.
        cleaned_sha256: Hash of the file that is printed.
        rule: The row of the document's level.
    """
    is_measured = (
        proof is not None and proof["carriers"] == rule.carriers_hash and len(proof["pages"]) == pages
    )
    scores = [page["decades"] for page in proof["pages"]] if proof is not None and is_measured else []
    found = []
    for channel in CHANNELS:
        wanted = rule.trace[channel]
        short = [(number, page[channel]) for number, page in enumerate(scores, 1) if page[channel] < wanted]
        if scores and short:
            found.append(
                Shortfall(channel, tuple(n for n, _ in short), min(decades for _, decades in short), wanted)
            )
        elif not scores and wanted:
            found.append(Shortfall(channel, tuple(range(1, pages + 1)), None, wanted))
    shown = {
        "format": PROOF_FORMAT,
        "evidence": evidence_hash(proof, cleaned_sha256),
        "carriers": rule.carriers_hash,
        "wanted": dict(rule.trace),
        "pages": pages,
    }
    return Traceability(is_measured, tuple(found), hashlib.sha256(canonical_bytes(shown)).hexdigest())


def evidence_hash(proof: Mapping[str, Any] | None, cleaned_sha256: str) -> str:
    """Return the SHA-256 over a file and what was measured of it, hexadecimal; empty where nothing was measured."""
    if proof is None:
        return ""
    known = {"format": PROOF_FORMAT, "sha256": cleaned_sha256, "proof": proof}
    return hashlib.sha256(canonical_bytes(known)).hexdigest()


def page_ranges(pages: Iterable[int]) -> str:
    """Return page numbers as people write them: ``1-3, 7``."""
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs)
