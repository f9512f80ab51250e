"""The evidence of a trace case on paper: the finding, what it rests on, custody, and what it cannot rule out.

Names of holders are on it only once a second auditor has confirmed the finding; until then they are letters, the same
for the same person throughout.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from babel.dates import get_timezone

from registry.rules.codes import copy_no_text, human_code
from registry.rules.evidence import PageSeen, Shown
from registry.rules.levels import mark_text
from registry.rules.tracing import Grade
from registry.rules.words import CaseState, Custodian
from registry.views.custody import Custody
from registry.views.drills import ChannelCurve
from registry.views.holdings import CopyLine, Name
from registry.views.leaks import LeakWindow, Way
from registry.views.tracing import CaseRow, RunRow
from service.config import Settings
from service.papers.printed import printed_remarks
from service.papers.sheet import Column, Plate, Section, Sheet, Signature

PAGE_PLATE_MM: Final = 190.0
PICTURE_PLATE_MM: Final = 90.0
PLOT_PLATE_MM: Final = 30.0
FARTHEST_POWER: Final = 30
"""A chance below one in ten to this power is not told: any other mistake is likelier."""

_STATES: Final = {
    CaseState.NAMED: "隐藏标记指明一份 a copy is named",
    CaseState.INCONCLUSIVE: "证据不足，不指明任何一份 inconclusive, no copy is named",
    CaseState.CONFLICT: "标记相互矛盾，不指明任何一份 marks contradict each other, no copy is named",
    CaseState.FAILED: "图片无法读取 the pictures could not be read",
}
_GRADES: Final = {
    Grade.CERTAIN: "确定 certain",
    Grade.CLAIM: "仅二维码声称 claim of a QR code only",
    Grade.STRONG: "较强，未达指明标准 strong, not certain",
    Grade.INSUFFICIENT: "不足 not enough",
    Grade.CONFLICT: "矛盾 contradiction",
    Grade.NO_MARK: "未见标记 no mark seen",
}
_DOUBTS: Final = {
    "copy.offered": "交接中未签收 on its way, not signed for",
    "copy.claimed": "自报已还未收到 said to be returned, not received",
    "copy.exited": "在外 outside the building",
    "copy.missed": "下落不明 could not be found",
    "copy.declared-lost": "丢失 lost",
}
_WAYS: Final = {
    Way.HELD: "领用 held a copy",
    Way.READ: "查看页面 looked at its pages",
    Way.REGISTERED: "登记 registered it",
    Way.ASKED: "申请 asked for copies",
    Way.DECIDED: "审批 decided about copies",
    Way.PRINTED: "印制 printed it",
    Way.HANDLED: "经手 handed copies out or took them back",
}
_PARAMETERS: Final = {
    "reader": "识读程序 Reader",
    "carriers": "标记种类 Carriers",
    "certain_log10": "指明阈值 To name a copy, log10",
    "strong_log10": "较强阈值 To call it strong, log10",
    "dot_keys": "点阵密钥数 Keys of dots",
    "pictures": "图片数 Pictures",
    "documents": "登记文件数 Documents on paper",
    "pages": "登记页数 Their pages",
    "copies": "在纸份数 Copies on paper",
    "most_pages": "至多比对页数 Most pages compared",
    "without_content": "内容已移除、未参与比对的文件 Documents not compared, their content removed",
}
LIMITS: Final = (
    "本报告指明的是某一份文件，不是某一个人。 The copy is identified, not the person.",
    (
        "数据不能排除：该份文件被盗、被借阅、在桌上被拍照；有人持该份文件将其标记移植到其他纸张；印制人员多印一张；"
        "有人冒用登记人员的账号。"
    ),
    (
        "The data cannot rule out: that the copy was stolen, borrowed or photographed on a table; that somebody "
        "with the copy at hand moved its marks onto other paper; that the printer made one more sheet than is on "
        "record; that somebody used the account of whoever is on record."
    ),
    (
        "识别率取自模拟及本单位演练，未作更多保证；重新录入的文字不带任何标记。 Rates of recognition are known from "
        "simulation and from this organisation's own drills, and from nothing else. Retyped text carries no mark."
    ),
)


@dataclass(frozen=True)
class Evidence:
    """Everything that goes on the paper.

    Attributes:
        known: Copies that marks name, by code.
        window: Custody and the like for the time of the leak; None where no copy is named.
        curves: What drills measured here.
        pictures: For each page of each picture, in order, the file for screens.
        overlays: Pages laid flat, by their hash.
        plot: Decoys beside candidates as a PNG; None where none was scored.
        plot_note: What the plot shows, in numbers.
    """

    case: CaseRow
    run: RunRow
    known: Mapping[str, CopyLine]
    window: LeakWindow | None
    curves: Sequence[ChannelCurve]
    pictures: Sequence[bytes]
    overlays: Mapping[str, bytes]
    plot: bytes | None
    plot_note: str
    ledger: str


class Persons:
    """How the paper calls persons: by name, or by letters that tell nothing but who is the same."""

    def __init__(self, *, named: bool) -> None:
        self._named = named
        self._letters: dict[int, str] = {}

    def custodian(self, stretch: Custody) -> str:
        """Return who answered for a copy."""
        if stretch.custodian is Custodian.REGISTRY:
            return "机要室 registry"
        if stretch.person_id is None:
            return "无 nobody"
        return self._called(stretch.person_id, f"{stretch.name_zh} {stretch.name_en}")

    def person(self, person: Name) -> str:
        """Return a person."""
        return self._called(person.id, f"{person.zh} {person.en} ({person.staff_no})")

    def _called(self, person_id: int, name: str) -> str:
        if self._named:
            return name
        letter = self._letters.setdefault(person_id, _letter(len(self._letters)))
        return f"人员 {letter} person {letter}"


def evidence_sheet(evidence: Evidence, settings: Settings) -> Sheet:
    """Return the report of a case, to be drawn where its pictures may be opened."""
    case, run = evidence.case, evidence.run
    persons = Persons(named=run.is_confirmed)
    sections = [_result(evidence), _pictures(evidence, settings)]
    if evidence.window is not None:
        sections += _custody(evidence.window, persons, settings, named=run.is_confirmed)
    sections += [_measured(evidence), *_plates(evidence), _parameters(evidence, settings)]
    if evidence.curves:
        sections.append(_drills(evidence.curves))
    return Sheet(
        title_zh="溯源证据报告",
        title_en="Evidence report of a trace case",
        number=f"T-{case.id:06d}-{run.id}",
        organisation=f"{settings.organisation_zh} {settings.organisation_en}",
        facts=[
            ("结论 Finding", _finding_text(evidence)),
            ("误指无辜的概率 Chance of naming an innocent", _chance(evidence)),
            ("泄露发现时间 Leak seen", _time(case.leak_at, settings)),
            ("最早可能时间 Not before", _time(case.leak_since_at, settings)),
            ("发现地点 Where it turned up", case.note or "—"),
            ("立案 Opened", f"{_person(case.opened_by)} · {_time(case.opened_at, settings)}"),
            ("第二名审计员 Second auditor", _review(run, settings)),
        ],
        remarks=LIMITS,
        sections=sections,
        signatures=(
            Signature("审计员 Auditor", _person(case.opened_by)),
            Signature(
                "复核 Confirmed by", _person(run.review.decided_by) if run.is_confirmed and run.review else ""
            ),
        ),
        ledger=evidence.ledger,
    )


def _finding_text(evidence: Evidence) -> str:
    run, best = evidence.run, evidence.run.best
    if best is None or run.copy is None:
        return _STATES.get(run.state, str(run.state))
    pages = ", ".join(map(str, best.pages))
    return (
        f"《{run.copy.title}》{copy_no_text(run.copy.copy_no)} 号，第 {pages} 页 · "
        f"copy {copy_no_text(run.copy.copy_no)}, page {pages} · {_GRADES[best.grade]}"
    )


def _chance(evidence: Evidence) -> str:
    best = evidence.run.best
    if best is None or best.log10_chance is None:
        return "—"
    power = min(int(-best.log10_chance), FARTHEST_POWER)
    return f"低于 10 的 {power} 次方分之一 · below 1 in 10^{power}"


def _review(run: RunRow, settings: Settings) -> str:
    if run.review is None:
        return "尚未复核，本报告不含领用人姓名 · not yet confirmed: holders are not named in this report"
    said = "确认 confirmed" if run.review.agreed else "不予确认 refused"
    note = f" · {run.review.reason}" if run.review.reason else ""
    return f"{said} · {_person(run.review.decided_by)} · {_time(run.review.decided_at, settings)}{note}"


def _result(evidence: Evidence) -> Section:
    run, best = evidence.run, evidence.run.best
    if best is None or run.copy is None:
        return Section("结果 Result", facts=[("状态 State", _STATES.get(run.state, str(run.state)))])
    copy = run.copy
    also = [
        f"{copy_no_text(evidence.known[code].copy_no)} · {evidence.known[code].doc_number}"
        for code in best.also
        if code in evidence.known
    ]
    return Section(
        "指明的文件 The copy that is named",
        facts=[
            ("份号 Copy", copy_no_text(copy.copy_no)),
            ("标题 Title", copy.title),
            ("发文字号 Document number", copy.doc_number),
            ("密级 Level", mark_text(copy.level, copy.secrecy_period, scheme=copy.scheme)),
            ("追溯码 Code", human_code(copy.code)),
            ("证据等级 Grade", _GRADES[best.grade]),
            *([("同时指明 Named as well", "；".join(also))] if also else []),
        ],
    )


def _pictures(evidence: Evidence, settings: Settings) -> Section:
    return Section(
        "封存的图片 Sealed pictures",
        columns=(
            Column("序 No.", 0.6, is_number=True),
            Column("文件 File", 2.6),
            Column("SHA-256", 4.6),
            Column("封存 Sealed", 2.6),
        ),
        rows=[
            (
                str(picture.number),
                picture.name,
                picture.sha256,
                f"{_time(picture.added_at, settings)} {_person(picture.added_by)}",
            )
            for picture in evidence.case.pictures
        ],
    )


def _custody(window: LeakWindow, persons: Persons, settings: Settings, *, named: bool) -> list[Section]:
    sections = [
        Section(
            "期间责任人 Who answered for the copy within this time",
            facts=[
                ("起 From", _time(window.since_at, settings)),
                ("止 Until", _time(window.until_at, settings)),
            ],
            columns=(
                Column("责任人 Custodian", 4),
                Column("起 From", 2.5),
                Column("止 Until", 2.5),
            ),
            rows=[
                (persons.custodian(one), _time(one.since_at, settings), _time(one.until_at, settings))
                for one in window.stretches
            ],
            remarks=[
                *[
                    f"去向存疑 In doubt: {_DOUBTS.get(doubt.kind, doubt.kind)} · "
                    f"{_time(doubt.since_at, settings)} – {_time(doubt.until_at, settings)}"
                    for doubt in window.doubts
                ],
                *[
                    f"门岗 At a gate: {seen.gate_zh} {seen.gate_en} · {seen.direction} · {seen.colour} · "
                    f"{_time(seen.happened_at, settings)}"
                    for seen in window.sightings
                ],
            ],
        )
    ]
    if window.others:
        sections.append(
            Section(
                "期间在外的其他各份 Other copies on paper within this time",
                columns=(
                    Column("份号 No.", 1.3, is_number=True),
                    Column("期间责任人 With, within this time", 6),
                ),
                rows=[
                    (
                        copy_no_text(other.copy.copy_no),
                        "；".join(dict.fromkeys(persons.custodian(one) for one in other.stretches)),
                    )
                    for other in window.others
                ],
            )
        )
    if window.knew:
        sections.append(_knew(window, persons, settings, named=named))
    return sections


def _knew(window: LeakWindow, persons: Persons, settings: Settings, *, named: bool) -> Section:
    title = f"其他知悉人员 Who else knew the document ({len(window.knew)})"
    if not named:
        return Section(title, remarks=["复核之前不列姓名。 Not listed before the finding is confirmed."])
    return Section(
        title,
        columns=(Column("人员 Person", 3), Column("方式 How", 4.4), Column("起 Since", 2)),
        rows=[
            (
                persons.person(one.person),
                "；".join(_WAYS[way] for way in one.ways),
                _time(one.since_at, settings),
            )
            for one in window.knew
        ],
    )


def _measured(evidence: Evidence) -> Section:
    run = evidence.run
    named = {run.finding.code, *run.finding.also} if run.finding else set()
    scores = [one for one in run.compared.candidates if one.code in named] if run.compared else []
    return Section(
        "测量结果 What was measured",
        columns=(
            Column("图片/页 Picture/page", 2),
            Column("二维码 QR", 2.4),
            Column("隐藏点阵（盲读） Dots, blind", 2.6),
            Column("登记页 Registered page", 3.4),
        ),
        rows=[_page_row(evidence, page) for page in run.pages],
        remarks=[
            *[
                f"{_copy(evidence, one.code)}: 词位 words {_decades(one.log10_layout)} · 点阵 dots "
                f"{_decades(one.log10_dots)} · 合计 together {_decades(one.log10_fused)}"
                for one in scores
            ],
            *printed_remarks(run.pages),
            *([evidence.plot_note] if evidence.plot else []),
        ],
        plates=[
            Plate(
                evidence.plot,
                (
                    "灰：从未发出的份，在同一图片上的得分；虚线：指明所需；圆点：最可能的份。 Grey: copies that were "
                    "never issued, scored on the same pictures; dashed: needed to name a copy; dot: the likeliest copy."
                ),
                PLOT_PLATE_MM,
            )
        ]
        if evidence.plot
        else [],
    )


_SHOWN: Final = {
    Shown.AS_IS: "",
    Shown.NEGATIVE: ", 负片 in negative",
    Shown.MIRRORED: ", 镜像 mirrored",
}


def _page_row(evidence: Evidence, page: PageSeen) -> tuple[str, ...]:
    qr = [
        f"{seen.proof} {_copy(evidence, seen.code) if seen.code else ''} {seen.page or ''}".strip()
        for seen in page.qr
    ]
    dots = page.dots
    placed = [
        f"第 {place.page} 页 page {place.page}: 词 words {place.words_read}, 点 dots {place.cells_read}, "
        f"{place.dpi:.0f} dpi, ±{place.error_mm:.2f} mm{_SHOWN[place.shown]}"
        for place in page.placed
    ]
    return (
        f"{page.picture}/{page.picture_page}",
        "；".join(qr) or "—",
        f"{_copy(evidence, dots.code)}, p. {dots.page}, 10^{int(dots.log10_chance)}" if dots else "—",
        "；".join(placed) or "—",
    )


def _plates(evidence: Evidence) -> list[Section]:
    plates = []
    for page, shown in zip(evidence.run.pages, evidence.pictures, strict=False):
        title = (
            f"图片 {page.picture} 第 {page.picture_page} 页 Picture {page.picture}, page {page.picture_page}"
        )
        plates.append(Plate(shown, title, PICTURE_PLATE_MM))
        plates += [
            Plate(
                evidence.overlays[place.overlay],
                (
                    f"{title}: 展平的第 {place.page} 页；蓝：支持，橙：不支持。 Page {place.page} laid flat; blue "
                    "speaks for the copy, orange against it."
                ),
                PAGE_PLATE_MM,
            )
            for place in page.placed
            if place.overlay and place.overlay in evidence.overlays
        ]
    return [Section("图片 Pictures", plates=plates)] if plates else []


def _parameters(evidence: Evidence, settings: Settings) -> Section:
    run, compared = evidence.run, evidence.run.compared
    tried = (
        [
            ("比对的登记页 Registered pages compared", str(compared.pages)),
            ("比对的份 Copies compared", str(compared.copies)),
            ("摆放方式 Placements tried", str(compared.placements)),
            ("诱饵份 Decoys", str(len(compared.decoys_log10))),
        ]
        if compared
        else []
    )
    return Section(
        "运行参数（事先确定并记入账本） Parameters, fixed in the ledger before the run",
        facts=[
            (
                "运行 Run",
                f"{run.id} · {_time(run.started_at, settings)} – {_time(run.finished_at, settings)}",
            ),
            *[(_PARAMETERS.get(name, name), str(value)) for name, value in run.parameters.items()],
            *tried,
        ],
    )


def _drills(curves: Sequence[ChannelCurve]) -> Section:
    return Section(
        "本单位泄露演练 This organisation's own leak drills",
        columns=(
            Column("渠道 Channel", 3),
            Column("图片 Pictures", 1.3, is_number=True),
            Column("指明 Named", 1.2, is_number=True),
            Column("率 Rate (95 %)", 2.6),
            Column("误指 Wrong", 1.2, is_number=True),
            Column("误指率上限 Wrong at most", 1.8),
        ),
        rows=[
            (
                f"{one.channel}{'（模拟 simulated）' if one.simulated else ''}",
                str(one.tally.trials),
                str(one.tally.named),
                f"{one.named[1]:.0%} ({one.named[0]:.0%} – {one.named[2]:.0%})",
                str(one.tally.wrong),
                f"{one.wrong_at_most:.1%}",
            )
            for one in curves
        ],
        remarks=[
            "区间为精确的 95 % 置信区间（Clopper–Pearson）。 Bounds are exact 95 % bounds (Clopper and Pearson)."
        ],
    )


def _copy(evidence: Evidence, code: str) -> str:
    copy = evidence.known.get(code)
    return f"{copy_no_text(copy.copy_no)} · {copy.doc_number}" if copy else human_code(code)


def _decades(value: float | None) -> str:
    return "—" if value is None else f"{value:+.1f}"


def _letter(number: int) -> str:
    """Return A, B … Z, AA, AB and so on."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _person(name: Name) -> str:
    return f"{name.zh} {name.en} ({name.staff_no})"


def _time(at: datetime | None, settings: Settings) -> str:
    return at.astimezone(get_timezone(settings.time_zone)).strftime("%Y-%m-%d %H:%M") if at else "—"
