"""Whether evidence is worth what it claims: e-values of innocents against Markov's bound, and claims against the truth.

Two kinds of innocents are counted. *Decoys* were never issued: the reader weighs a thousand on each picture and tells
of all. *Issued* copies that had no part in a picture are ten thousand; of those the reader tells the ten most spoken
for, so they are counted only where each such list holds everybody who reaches as much.

The evidence for an innocent reaches 10ᵏ with a chance of at most 10⁻ᵏ. More would be a fault, whoever was named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bench import report
from bench.tracing.rows import Kind, Row
from watermark.trace.identification import Identification

DECADES: Final = tuple(float(step) for step in np.arange(-2, 8.01, 0.25))
"""Where evidence is counted, as log₁₀."""
CLAIMS: Final = (1, 2, 3, 4, 6, 9, 12, 15)
"""Chances at which claims are counted, as −log₁₀."""
BEGIN: Final = "<!-- figures of ./run bench tracing --calibrate begin here -->"
END: Final = "<!-- end of the figures of ./run bench tracing --calibrate -->"
_LISTED: Final = 10
_SHOWN: Final = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)

Claim = tuple[float, float, bool]
"""A candidate: log₁₀ of the chance that is claimed, log₁₀ of the evidence, whether it had a part in the picture."""
Counted = Iterable[tuple[Row, Sequence[Mapping[str, Any]]]]


def claims_of(answer: Identification, guilty: frozenset[int]) -> tuple[Claim, ...]:
    """Return what an answer claims of copies that were weighed on a registered page."""
    return tuple(
        (round(one.log10_chance, 3), round(one.log10_fused, 3), one.identity in guilty)
        for one in answer.candidates
        if not one.is_blind
    )


def decoys_reaching(answer: Identification) -> tuple[int, ...]:
    """Return how many decoys were weighed, and how many of them reach each of :data:`DECADES`."""
    weighed = answer.decoys_log10[np.isfinite(answer.decoys_log10)]
    return (len(weighed), *(int((weighed >= decade).sum()) for decade in DECADES))


@dataclass(frozen=True, eq=False)
class Calibration:
    """What was counted.

    Attributes:
        trials: In how many trials marks were weighed.
        decoys: How many decoys.
        decoys_reach: ``(len(DECADES),)``: how many of them reach each.
        issued: How many innocent issued copies.
        issued_reach: The same of those; −1 where lists of ten do not tell.
        claimed: In how many trials a copy is claimed at 10⁻ᵏ or less, by k of :data:`CLAIMS`.
        wrong: In how many of them such a copy had no part.
    """

    trials: int
    decoys: int
    decoys_reach: NDArray[np.intp]
    issued: int
    issued_reach: NDArray[np.intp]
    claimed: Mapping[int, int]
    wrong: Mapping[int, int]

    @classmethod
    def of(cls, counted: Counted, issued: int) -> "Calibration":
        """Count the trials of rows.

        Forgers carry the marks of a copy that had no part: nothing bounds what speaks for it, so those are left out.

        Args:
            counted: Rows, each with the lines of its log; lines that tell nothing of claims are passed over.
            issued: How many copies there are of each document.
        """
        told = [
            (row.colluders if row.may_name else 0, result)
            for row, results in counted
            if row.kind is not Kind.FORGED
            for result in results
            if result.get("claims")
        ]
        reach = _summed([np.array(result["decoys_reach"], np.intp) for _, result in told], len(DECADES) + 1)
        lists = [_listed(result["claims"]) for _, result in told]
        hidden = _summed([full for _, full in lists], len(DECADES)) > 0
        return cls(
            trials=len(told),
            decoys=int(reach[0]),
            decoys_reach=reach[1:],
            issued=sum(issued - guilty for guilty, _ in told),
            issued_reach=np.where(hidden, -1, _summed([reached for reached, _ in lists], len(DECADES))),
            claimed={k: sum(_claims(result["claims"], k) for _, result in told) for k in CLAIMS},
            wrong={k: sum(_claims(_innocent(result["claims"]), k) for _, result in told) for k in CLAIMS},
        )


def _summed(each: Sequence[NDArray[Any]], length: int) -> NDArray[np.intp]:
    return np.sum(each, axis=0, dtype=np.intp) if each else np.zeros(length, np.intp)


def _innocent(claims: Sequence[Claim]) -> list[Claim]:
    return [claim for claim in claims if not claim[2]]


def _claims(claims: Sequence[Claim], k: int) -> bool:
    return any(claim[0] <= -k for claim in claims)


def _listed(claims: Sequence[Claim]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return how many innocents of a list reach each of :data:`DECADES`, and whether more may who are not listed."""
    evidence = np.array([claim[1] for claim in _innocent(claims)])
    decades = np.array(DECADES)
    reached = (evidence[:, None] >= decades).sum(axis=0)
    if len(claims) < _LISTED:
        return reached, np.zeros(len(decades), np.bool_)
    return reached, decades <= min(claim[1] for claim in claims)


def markdown(found: Calibration) -> str:
    """Return what was counted, for people."""
    shown = [place for place, decade in enumerate(DECADES) if decade in _SHOWN]
    reaching = [
        f"| 10^{DECADES[place]:.0f} | {found.decoys_reach[place]:,} | {found.decoys * 10 ** -DECADES[place]:,.1f} "
        f"| {_told(found.issued_reach[place])} | {found.issued * 10 ** -DECADES[place]:,.1f} |"
        for place in shown
    ]
    claims = [
        f"| 10^−{k} | {found.claimed[k]} | {found.wrong[k]} | {found.trials * 10**-k:.2g} |" for k in CLAIMS
    ]
    return "\n".join(
        (
            f"{found.trials:,} trials, {found.decoys:,} decoys, {found.issued:,} issued copies that had no part.",
            "",
            "| evidence | decoys who reach it | at most, in the mean | issued innocents | at most, in the mean |",
            "|---|---:|---:|---:|---:|",
            *reaching,
            "",
            "| chance that is claimed | trials that claim it | of those wrong | wrong at most, in the mean |",
            "|---|---:|---:|---:|",
            *claims,
        )
    )


def as_rows(found: Calibration) -> list[report.Row]:
    """Return benchmark rows: decoys, and wrong claims, against what the bound has in the mean."""
    rows = [
        report.at_most(
            f"decoys at 10^{decade:.0f}",
            float(found.decoys_reach[DECADES.index(decade)]),
            "decoys",
            yardstick=found.decoys,
            target=found.decoys * 10**-decade,
            against="decoys weighed",
        )
        for decade in (1.0, 2.0, 3.0)
    ]
    wrong = report.at_most(
        "wrong at 10^-1", found.wrong[1], "trials", yardstick=found.trials, target=found.trials / 10
    )
    return [*rows, wrong]


def _told(count: int) -> str:
    return "–" if count < 0 else f"{count:,}"
