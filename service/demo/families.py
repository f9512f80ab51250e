"""What the invented company makes of its papers: a re-copy, a compilation; and what becomes of their levels."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from registry.rules.codes import human_code
from registry.rules.facts import DocumentFacts
from registry.rules.family import Use
from registry.rules.lifecycle import State
from registry.rules.words import HandOverKind
from registry.views.copies import CopyFilter
from service.demo import company
from service.demo.company import LOW, MID, DemoPaper
from service.demo.papers import draw_paper
from service.demo.story import Story
from service.flows import copies, families, printing, registering, regrading
from service.flows.families import CopyingWish
from service.flows.regrading import RegradingWish

PLAN: Final = "导航样机总体技术方案"
REPORT: Final = "惯性器件标定试验报告"
COMPILED: Final = DemoPaper(6, "YF", "导航样机技术资料汇编", MID, "10年", "zh", 0)
RAISED: Final = "研发投入结构分析"
STRATEGY: Final = "董事会战略讨论稿"


class Families:
    """Puts a re-copy, a compilation, a raised and a lowered level on the story's agenda."""

    def __init__(self, story: Story) -> None:
        """Take the story that this happens in."""
        self.story = story
        self._taken: list[int] = []

    def plan(self) -> None:
        """Put everything on the agenda, oldest first."""
        self._on(-9, lambda: self._give(REPORT, "li.mu"), hours=2)
        self._on(-8, lambda: self._give(RAISED, "holder"), hours=2)
        self._on(-7, self._recopy, hours=3)
        self._on(-7, self._raise, hours=5)
        self._on(-6, self._ask_for_the_compilation, hours=2)
        self._on(-6, self._compile, hours=5)
        self._on(-6, self._mark_the_shelf, hours=6)
        self._on(-2, self._lower, hours=1)

    def _on(self, day: int, deed: Callable[[], None], *, hours: float) -> None:
        self.story.timeline.at(self.story.today + timedelta(days=day, hours=1 + hours), deed)

    def _give(self, title: str, login: str) -> None:
        self.story.hand_over([_codes(self.story, title, State.IN_STOCK)[0]], login, HandOverKind.ISSUE)

    def _recopy(self) -> None:
        """Print a re-copy after a copy that somebody holds."""
        recopy(self.story, REPORT, "handler", "manager", reason="分中心使用 For the branch office")

    def _raise(self) -> None:
        """Raise a level; every copy that exists is to be marked anew."""
        self._regrade(
            RAISED,
            ("cw-handler", "cw-manager"),
            level=MID,
            period="5年",
            reason="补充了未公开的预算口径 It now tells unpublished budget figures",
            days=10,
        )

    def _mark_the_shelf(self) -> None:
        """Mark anew what lies in the registry; what people hold is still to be marked."""
        scans = [human_code(code) for code in _codes(self.story, RAISED, State.IN_STOCK)]
        regrading.remark(self.story.runtime, self.story.cast.actors["clerk"], scans)

    def _ask_for_the_compilation(self) -> None:
        """Ask for what is taken from each of two documents."""
        for title, part, approver in (
            (PLAN, "第一、三部分 Sections 1 and 3", "leader"),
            (REPORT, "数据表 The table of figures", "manager"),
        ):
            wish = CopyingWish(
                document_id=self.story.documents[title],
                use=Use.COMPILATION,
                reason="技术资料汇编 A collection of technical papers",
                until=self.story.timeline.now() + timedelta(days=20),
                part=part,
            )
            request_id = families.ask(self.story.runtime, self.story.cast.actors["handler"], wish)
            self.story.agree(request_id, approver)
            self._taken.append(request_id)

    def _compile(self) -> None:
        """Register what was made of both."""
        self.story.report(COMPILED.title)
        unit = next(one for one in company.UNITS if one.code == COMPILED.unit)
        number = f"{unit.zh[:2]}字〔{self.story.today.year}〕{len(company.PAPERS) + 1}号"
        facts = DocumentFacts(
            doc_number=number,
            title=COMPILED.title,
            issuing_unit_id=self.story.cast.units[COMPILED.unit],
            classifying_unit_id=self.story.cast.units[COMPILED.unit],
            scheme="company",
            level=COMPILED.level,
            secrecy_period=COMPILED.period,
            need_to_know="项目组成员",
            derived_as=Use.COMPILATION,
            sources=tuple(self._taken),
        )
        self.story.documents[COMPILED.title] = registering.register(
            self.story.runtime,
            self.story.cast.actors["clerk"],
            facts,
            draw_paper(COMPILED, number, unit.zh),
        )

    def _lower(self) -> None:
        """Lower one of the compilation's sources: whether the compilation follows is still to be decided."""
        self._regrade(
            PLAN,
            ("handler", "manager"),
            level=LOW,
            period="10年",
            reason="方案主要内容已公开 Most of the plan has been published",
            days=7,
        )

    def _regrade(
        self, title: str, asks_and_agrees: tuple[str, str], *, level: str, period: str, reason: str, days: int
    ) -> None:
        runtime, actors = self.story.runtime, self.story.cast.actors
        asks, agrees = asks_and_agrees
        wish = RegradingWish(
            document_id=self.story.documents[title],
            reason=reason,
            until=self.story.timeline.now() + timedelta(days=7),
            level=level,
            secrecy_period=period,
        )
        request_id = regrading.ask(runtime, actors[asks], wish)
        self.story.agree(request_id, agrees, "officer")
        remark_by = self.story.timeline.now() + timedelta(days=days)
        regrading.regrade(runtime, actors["clerk"], request_id, remark_by)


def recopy(story: Story, title: str, asks: str, *agree: str, reason: str) -> None:
    """Have one re-copy of a paper approved and printed after a copy that is held or lies in the registry."""
    runtime, clerk = story.runtime, story.cast.actors["clerk2"]
    source = next(iter([*_codes(story, title, State.HELD), *_codes(story, title, State.IN_STOCK)]))
    wish = CopyingWish(
        document_id=story.documents[title],
        use=Use.RECOPY,
        reason=reason,
        until=story.timeline.now() + timedelta(days=14),
        source=human_code(source),
    )
    request_id = families.ask(runtime, story.cast.actors[asks], wish)
    story.agree(request_id, *agree)
    batch_id = printing.order_batch(runtime, clerk, request_id, [None])
    story.work()
    story.print_out(clerk, batch_id)


def _codes(story: Story, title: str, state: State) -> list[str]:
    wanted = CopyFilter(state=state, document_id=story.documents[title])
    return [row.copy.code for row in copies.listing(story.runtime, story.cast.actors["clerk"], wanted).rows]
