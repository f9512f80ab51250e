"""The evidence of a case is taken away: as a report on paper, or as an archive that a sceptic can check without us.

Laws: what is taken is on record before it leaves, with what was in it; no holder is named in it until a second auditor
has confirmed the finding; whatever came from outside is opened in the sandbox only.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final, cast

from registry.acts import tracing as acts
from registry.errors import ConflictError
from registry.ledger import export, log, verifier
from registry.rules.canonical import utc_text
from registry.rules.evidence import tell_compared, tell_finding, tell_pages
from registry.rules.roles import Actor
from registry.views.custody import Custody
from registry.views.drills import ChannelCurve, curves
from registry.views.tracing import RunRow
from service.flows import tracing
from service.flows.tracing import CaseStory
from service.papers.decoys import draw_plot, plot_decoys
from service.papers.evidence import Evidence, evidence_sheet
from service.runtime import Runtime

CHUNK_BYTES: Final = 1 << 18
IN_MEMORY_BYTES: Final = 32 << 20
"""A larger archive is put together on disk, in a file without a name."""
_DAY_OF_ZIP: Final = (1980, 1, 1, 0, 0, 0)
_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".pdf"})

READ_ME: Final = """\
溯源案件证据包 · Evidence of a trace case

report.pdf      报告 the report on paper
pictures/       封存的原始图片 the pictures as they came, sealed by their SHA-256 in the ledger
pages/          展平的页面（蓝：支持，橙：不支持） pages laid flat: blue speaks for the copy, orange against it
case.json       参数、测量与结论 parameters, what was measured, the finding
ledger.jsonl    账本（不含姓名与标题） the ledger, without names and titles
verifier.py     独立校验程序，仅需 Python checks the ledger; needs Python and nothing of ours
SHA256SUMS      以上各文件的散列 hashes of these files

校验 To check, on a machine that we have never touched:

    sha256sum -c SHA256SUMS
    python3 verifier.py ledger.jsonl --head "%(head)s"

%(head)s 为本包生成时的账本头；请与他处保存的账本头或检查点对照。
is the head of the ledger when this archive was made. Compare it, or a later one, with a head that was printed on a
paper or kept by a witness elsewhere: a head that comes only from us proves nothing.
In the ledger, look for entries about case:%(case)s: each picture was sealed (case.picture-sealed) and the parameters
were fixed (case.run-ordered) before the run was finished (case.run-finished).
"""


class NothingToTake(ConflictError):
    """No run of the case is finished."""

    code = "nothing-to-take"


def report(runtime: Runtime, actor: Actor, case_id: int) -> bytes:
    """Return the evidence report of the last finished run of a case, PDF; that it was taken is recorded.

    Raises:
        PermissionDenied, UnknownRow: the case is not the actor's to read, or does not exist; recorded.
        NothingToTake: no run is finished.
    """
    story, run = _told(runtime, actor, case_id)
    pdf = _drawn(runtime, story, run)
    with runtime.deed(actor, "case.take", f"case:{case_id}") as session:
        acts.record_taking(
            session,
            case_id,
            "report",
            named=run.is_confirmed,
            file=hashlib.sha256(pdf).hexdigest(),
            actor=actor,
            now=runtime.now(),
        )
    return pdf


def archive(runtime: Runtime, actor: Actor, case_id: int) -> Iterator[bytes]:
    """Return everything about a case as a ZIP file, in chunks; that it was taken is recorded in the ledger within it.

    Raises:
        PermissionDenied, UnknownRow: the case is not the actor's to read, or does not exist; recorded.
        NothingToTake: no run is finished.
    """
    story, run = _told(runtime, actor, case_id)
    with runtime.deed(actor, "case.take", f"case:{case_id}") as session:
        acts.record_taking(
            session,
            case_id,
            "archive",
            named=run.is_confirmed,
            file=None,
            actor=actor,
            now=runtime.now(),
        )
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - read on after we return
    _fill(runtime, story, run, cast("IO[bytes]", target))
    target.seek(0)
    return _chunks(cast("IO[bytes]", target))


def _told(runtime: Runtime, actor: Actor, case_id: int) -> tuple[CaseStory, RunRow]:
    story = tracing.result(runtime, actor, case_id)
    if story.run is None or story.run.finished_at is None or story.run.error is not None:
        raise NothingToTake("got a case without a finished run", case_id=case_id)
    return story, story.run


def _drawn(runtime: Runtime, story: CaseStory, run: RunRow) -> bytes:
    plot = plot_decoys(run.compared) if run.compared else None
    with runtime.database.reading() as session:
        measured, head = curves(session), log.head(session).short
    evidence = Evidence(
        case=story.case,
        run=run,
        known=story.known,
        window=story.window,
        curves=measured,
        pictures=[runtime.store.get(picture.shown[page - 1]) for picture, page in story.case.picture_pages],
        overlays={sha256: runtime.store.get(sha256) for sha256 in _overlays(run)},
        plot=draw_plot(plot) if plot else None,
        plot_note=_plot_note(plot.decoys, plot.highest, plot.line) if plot else "",
        ledger=head,
    )
    sheet = evidence_sheet(evidence, runtime.settings)
    pages = len(evidence.pictures) + len(evidence.overlays)
    return cast("bytes", runtime.parse("service.papers.sheet:draw_sheet", sheet, pages=pages))


def _plot_note(decoys: int, highest: float, line: float) -> str:
    return (
        f"诱饵 {decoys} 份，最高 {highest:+.1f}；指明需 {line:+.1f} · {decoys} decoys, the best at {highest:+.1f}; "
        f"{line:+.1f} is needed to name a copy"
    )


def _fill(runtime: Runtime, story: CaseStory, run: RunRow, target: IO[bytes]) -> None:
    """Write the archive."""
    sums: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:

        def put(name: str, content: bytes) -> None:
            packed.writestr(zipfile.ZipInfo(name, _DAY_OF_ZIP), content, zipfile.ZIP_DEFLATED)
            sums[name] = hashlib.sha256(content).hexdigest()

        put("report.pdf", _drawn(runtime, story, run))
        for picture in story.case.pictures:
            suffix = PurePosixPath(picture.name).suffix.lower()
            kept = suffix if suffix in _SUFFIXES else ".bin"
            put(f"pictures/{picture.number:02}{kept}", runtime.store.get(picture.sha256))
        for number, sha256 in enumerate(_overlays(run), 1):
            put(f"pages/{number:02}.webp", runtime.store.get(sha256))
        with runtime.database.reading() as session:
            measured = curves(session)
            head = log.head(session).short
            entries = [
                {"seq": entry.seq, "kind": entry.kind, "at": entry.at}
                for entry in log.read(session, subject=f"case:{story.case.id}")
            ]
            digest = hashlib.sha256()
            with packed.open(zipfile.ZipInfo("ledger.jsonl", _DAY_OF_ZIP), "w", force_zip64=True) as lines:
                for record in export.records(session, runtime.ledger_keys):
                    line = (json.dumps(record, separators=(",", ":")) + "\n").encode()
                    digest.update(line)
                    lines.write(line)
            sums["ledger.jsonl"] = digest.hexdigest()
        put("case.json", _json(_case(story, run, measured, entries)))
        put("verifier.py", Path(verifier.__file__).read_bytes())
        put("README.txt", (READ_ME % {"head": head, "case": story.case.id}).encode())
        listed = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items()))
        packed.writestr(zipfile.ZipInfo("SHA256SUMS", _DAY_OF_ZIP), listed)


def _case(
    story: CaseStory, run: RunRow, measured: tuple[ChannelCurve, ...], entries: list[dict[str, Any]]
) -> Mapping[str, Any]:
    """Return parameters, measurements and finding as plain data; holders only once the finding is confirmed."""
    case, copy, window = story.case, run.copy, story.window
    named = run.is_confirmed
    return {
        "case": case.id,
        "opened_at": utc_text(case.opened_at),
        "leak_since_at": _utc(case.leak_since_at),
        "leak_at": _utc(case.leak_at),
        "pictures": [
            {"number": one.number, "name": one.name, "sha256": one.sha256, "added_at": utc_text(one.added_at)}
            for one in case.pictures
        ],
        "run": {
            "id": run.id,
            "started_at": utc_text(run.started_at),
            "finished_at": _utc(run.finished_at),
            "parameters": dict(run.parameters),
            "state": str(run.state),
            "finding": tell_finding(run.finding) if run.finding else None,
            "pages": tell_pages(run.pages),
            "compared": tell_compared(run.compared.telling(run.finding)) if run.compared else None,
            "confirmed": named,
        },
        "copy": {"code": copy.code, "copy_no": copy.copy_no, "doc_number": copy.doc_number} if copy else None,
        "custody": [_stretch(one, named=named) for one in window.stretches] if window else [],
        "drills": [
            {
                "channel": one.channel,
                "simulated": one.simulated,
                "trials": one.tally.trials,
                "named": one.tally.named,
                "wrong": one.tally.wrong,
                "named_rate_95": [one.named[0], one.named[2]],
                "wrong_rate_at_most": one.wrong_at_most,
            }
            for one in measured
        ],
        "ledger_entries": entries,
    }


def _stretch(stretch: Custody, *, named: bool) -> dict[str, Any]:
    person = {"person_id": stretch.person_id, "name_zh": stretch.name_zh, "name_en": stretch.name_en}
    return {
        "custodian": str(stretch.custodian),
        "since_at": utc_text(stretch.since_at),
        "until_at": _utc(stretch.until_at),
        **(person if named else {}),
    }


def _overlays(run: RunRow) -> list[str]:
    """Return the drawings of pages that were found, each once, in order."""
    return list(dict.fromkeys(place.overlay for page in run.pages for place in page.placed if place.overlay))


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _utc(at: datetime | None) -> str | None:
    return None if at is None else utc_text(at)


def _chunks(target: IO[bytes]) -> Iterator[bytes]:
    with target:
        while chunk := target.read(CHUNK_BYTES):
            yield chunk
