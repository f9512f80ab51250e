"""What goes wrong, or waits, in the invented company: so that every state, desk and alarm has something to show."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from registry.rules.codes import human_code
from registry.rules.lifecycle import State, Step
from registry.rules.words import DestructionPart, Direction, HandOverKind, ScanSource
from registry.views.copies import CopyFilter
from service.demo import company
from service.demo.company import LOW, MID, PIN, DemoPaper
from service.demo.story import HOUR, Story
from service.flows import copies, destroying, gate, lending, losses, making, permits, printing
from service.flows.gate import Seen
from service.flows.handlers import HANDLERS
from service.flows.permits import TakeOut
from service.runtime import Runtime
from service.sandbox import SandboxExceeded
from service.worker import RunningJob

DEVICE: Final = "demo-gate-terminal"


class Mishaps:
    """Puts what goes wrong on the story's agenda."""

    def __init__(self, story: Story) -> None:
        """Take the story that this happens in."""
        self.story = story
        self._attempts = 0

    def plan(self) -> None:
        """Put everything on the agenda, oldest first."""
        self._on(-15, self._destroy_old, hours=3)
        self._on(-8, self._destroy_more, hours=4)
        self._on(-5, self._spoil, hours=8)
        self._on(-5, self._lend_and_forget, hours=6)
        self._on(-4, self._transfer, hours=2)
        self._on(-4, self._lose, hours=5)
        self._on(-3, self._miss, hours=6)
        self._on(-2, self._claim, hours=7)
        self._on(-1, self._take_out, hours=3)
        self._on(-1, self._try_to_leave, hours=8)
        self._on(-1, self._offer, hours=6)
        self._on(0, self._fail_print_runs, hours=-0.7)

    def wait_at_the_shredder(self) -> None:
        """List, approve and present copies; the operator has signed and the witness has not."""
        list_id = self._list_for_destruction(("抗干扰算法评审材料", "Antenna array test campaign"), 6)
        self._present(list_id)
        self._attest(list_id, DestructionPart.OPERATOR, "clerk2")

    def _on(self, day: int, deed: Callable[[], None], *, hours: float = 0) -> None:
        self.story.timeline.at(self.story.today + timedelta(days=day, hours=1 + hours), deed)

    def _stock(self, title: str) -> list[str]:
        """Return the codes of a paper's copies that lie in the registry."""
        wanted = CopyFilter(state=State.IN_STOCK, document_id=self.story.documents[title])
        page = copies.listing(self.story.runtime, self.story.cast.actors["clerk"], wanted)
        return [row.copy.code for row in page.rows]

    def _paper(self, level: str, *, index: int) -> DemoPaper:
        return [paper for paper in company.PAPERS if paper.level == level and paper.copies][index]

    def _destroy_old(self) -> None:
        self._destroy(("导航样机总体技术方案", "Five-year market entry options", "第四季度资金安排"), 14)

    def _destroy_more(self) -> None:
        self._destroy(("关键元器件替代清单", "惯性器件标定试验报告", "Transfer pricing memorandum"), 16)

    def _destroy(self, titles: tuple[str, ...], most: int) -> None:
        list_id = self._list_for_destruction(titles, most)
        self._present(list_id)
        self._attest(list_id, DestructionPart.OPERATOR, "clerk2")
        self._attest(list_id, DestructionPart.WITNESS, "clerk")
        destroying.certificate(self.story.runtime, self.story.cast.actors["clerk2"], list_id)

    def _list_for_destruction(self, titles: tuple[str, ...], most: int) -> int:
        runtime, actors = self.story.runtime, self.story.cast.actors
        codes = [code for title in titles for code in self._stock(title)][:most]
        requester = actors["clerk3"]
        list_id = destroying.open_list(
            runtime, requester, self.story.cast.shredders[0], "使用完毕，到期清退 No longer needed"
        )
        destroying.add(runtime, requester, list_id, [human_code(code) for code in codes])
        request_id = destroying.submit(
            runtime, requester, list_id, until=self.story.timeline.now() + timedelta(days=14)
        )
        self.story.agree(request_id, "leader")
        return list_id

    def _present(self, list_id: int) -> None:
        runtime, clerk = self.story.runtime, self.story.cast.actors["clerk2"]
        for item in destroying.get_list(runtime, clerk, list_id).items:
            destroying.present(runtime, clerk, list_id, human_code(item.copy.code))

    def _attest(self, list_id: int, part: DestructionPart, login: str) -> None:
        runtime, clerk = self.story.runtime, self.story.cast.actors["clerk2"]
        destroying.attest(runtime, clerk, list_id, part, person_id=self.story.person(login), pin=PIN)

    def _spoil(self) -> None:
        for title, reason in (
            ("年度预算草案", "卡纸，第 2 页起皱"),
            ("Price negotiation: opening positions", "Toner ran out"),
        ):
            if title not in self.story.copies:
                continue
            code = self._stock(title)[0]
            clerk = self.story.cast.actors["clerk2"]
            found = printing.spoil(self.story.runtime, clerk, [code], reason)
            if found.batch_id is not None:
                self.story.work()
                self.story.print_out(clerk, found.batch_id)

    def _lend_and_forget(self) -> None:
        code = self._stock("融资方案比选")[0]
        due_at = self.story.today - timedelta(days=1) + 9 * HOUR
        self.story.hand_over([code], "holder", HandOverKind.LOAN, due_at=due_at)

    def _transfer(self) -> None:
        code = self._stock("Draft joint-venture agreement")[0]
        self.story.hand_over([code], "feng.l", HandOverKind.ISSUE)
        runtime, clerk = self.story.runtime, self.story.cast.actors["clerk"]
        hand_over_id = lending.transfer(runtime, clerk, [human_code(code)], self.story.person("yuki.t"))
        lending.confirm_by_pin(runtime, clerk, hand_over_id, PIN)

    def _lose(self) -> None:
        code = self._given("样机可靠性增长计划", "sun.h")
        self._report(code, Step.MISS, "出差途中未找到 Not found after a business trip")
        self._report(code, Step.DECLARE_LOST, "经三日查找未果 Three days of searching")

    def _miss(self) -> None:
        code = self._given("备货与库存应急预案", "peng.s")
        self._report(code, Step.MISS, "清点时缺少 Missing at the count")

    def _given(self, title: str, login: str) -> str:
        code = self._stock(title)[0]
        self.story.hand_over([code], login, HandOverKind.ISSUE)
        return code

    def _report(self, code: str, step: Step, reason: str) -> None:
        losses.report(self.story.runtime, self.story.cast.actors["clerk"], human_code(code), step, reason)

    def _claim(self) -> None:
        code = self._given("出口管制合规指引", "yuki.t")
        lending.claim(self.story.runtime, self.story.cast.actors["yuki.t"], code)

    def _offer(self) -> None:
        code = self._stock("研发评审会议程与分工")[0]
        self.story.give([code], "holder", HandOverKind.ISSUE)

    def _take_out(self) -> None:
        """One copy leaves with a permit, another has its permit and is still in the house."""
        first, second = self._stock("导航样机第三轮评审结论")[:2]
        self.story.hand_over([first, second], "holder", HandOverKind.ISSUE)
        self._permit(first)
        self._permit(second)
        self._scan(first, Direction.EXIT, gate_index=0, carrier="holder")

    def _permit(self, code: str) -> None:
        runtime, holder = self.story.runtime, self.story.cast.actors["holder"]
        wanted = TakeOut(
            codes=(code,),
            carriers=(self.story.person("holder"),),
            gate_id=None,
            until=self.story.today + timedelta(days=3),
            reason="到客户现场评审 Review at the customer's site",
        )
        for request_id in permits.ask(runtime, holder, wanted):
            self.story.agree(request_id, "leader")
            permits.open_permits(runtime, self.story.cast.actors["clerk"], request_id)

    def _try_to_leave(self) -> None:
        """Attempts that a gate stops: no permit, another person, a code that is none of ours."""
        held = self._given("年度预算草案", "xie.r")
        self._scan(held, Direction.EXIT, gate_index=0, carrier="xie.r")
        self._scan(self._stock("年度预算草案")[0], Direction.EXIT, gate_index=1, carrier="tang.x")
        self._scan_raw("https://example.com/menu", Direction.EXIT, gate_index=0)
        self._scan(held, Direction.ENTRY, gate_index=1, carrier="xie.r")

    def _scan(self, code: str, direction: Direction, *, gate_index: int, carrier: str) -> None:
        raw = self.story.runtime.tokens.qr_text(code, 1)
        pages = copies.story(self.story.runtime, self.story.cast.actors["clerk"], code).view.copy.pages
        carriers = frozenset({company.staff_no(carrier)})
        self._scan_raw(raw, direction, gate_index=gate_index, carriers=carriers, pages=pages)

    def _scan_raw(
        self,
        raw: str,
        direction: Direction,
        *,
        gate_index: int,
        carriers: frozenset[str] = frozenset(),
        pages: int | None = None,
    ) -> None:
        self._attempts += 1
        seen = Seen(
            attempt=UUID(int=self._attempts, version=4),
            gate_id=self.story.cast.gates[gate_index],
            direction=direction,
            source=ScanSource.GUN,
            device_id=DEVICE,
            device_at=self.story.timeline.now(),
            raw=raw,
            carriers=carriers,
            pages=pages,
        )
        gate.scan(self.story.runtime, self.story.cast.actors["guard"], seen)

    def _fail_print_runs(self) -> None:
        """Two print runs that the worker could not make: one given up, one still waiting for a decision."""
        for paper, is_given_up in ((self._paper(LOW, index=-1), True), (self._paper(MID, index=-1), False)):
            request_id = self.story.ask_to_print(paper, 2)
            self.story.agree(request_id, *self.story.approvers(paper))
            clerk = self.story.cast.actors["clerk2"]
            batch_id = printing.order_batch(self.story.runtime, clerk, request_id, [None, None])
            self.story.work({making.JOB_KIND: replace(HANDLERS[making.JOB_KIND], work=_break_down)})
            if is_given_up:
                printing.give_up(self.story.runtime, clerk, batch_id)


def _break_down(_runtime: Runtime, _job: RunningJob) -> None:
    """Work as on a machine that is too busy."""
    raise SandboxExceeded("time")
