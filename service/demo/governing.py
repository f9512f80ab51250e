"""How the invented company is governed: its own rules, a unit's consent, a deputy for a leader who travels."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from registry.rules.approval import Act
from registry.rules.family import Use
from registry.rules.ruleset import Value
from service.demo.company import DemoPaper
from service.demo.families import STRATEGY, recopy
from service.demo.papers import draw_paper
from service.demo.story import Story
from service.flows import consenting, delegating, families, ruling
from service.flows.consenting import LetterFacts
from service.flows.delegating import DelegationWish
from service.flows.families import CopyingWish

EXCERPTED: Final = "专利布局与规避设计意见"
LETTER: Final = DemoPaper(12, "ZL", f"关于同意翻印《{STRATEGY}》的函", "", "", "zh", 0)
QUOTA: Final = 3


class Governing:
    """Puts two changes of the rules, a consent and a delegation on the story's agenda."""

    def __init__(self, story: Story) -> None:
        """Take the story that this happens in."""
        self.story = story

    def plan(self) -> None:
        """Put everything on the agenda, oldest first."""
        self._on(-40, self._adopt, hours=5)
        self._on(-12, self._consent, hours=5)
        self._on(-12, self._use_the_consent, hours=7)
        self._on(-2, self._delegate, hours=4)
        self._on(-1, self._decide_in_place, hours=5)
        self._on(-1, self._propose, hours=8.5)

    def _on(self, day: int, deed: Callable[[], None], *, hours: float) -> None:
        self.story.timeline.at(self.story.today + timedelta(days=day, hours=1 + hours), deed)

    def _adopt(self) -> None:
        """A shorter time for investigations: drawn up by the officer, adopted by the leader."""
        runtime, leader = self.story.runtime, self.story.cast.actors["leader"]
        proposal = self._draw_up(
            {"clock.investigation-days": 60}, "两个月内须有结论 A finding is wanted within two months"
        )
        shown = ruling.get_version(runtime, leader, proposal)
        ruling.decide(runtime, leader, proposal, agreed=True, shown_sha256=shown.row.sha256)

    def _propose(self) -> None:
        """The officer wants to be asked before papers leave; nobody has decided on that."""
        self._draw_up(
            {"chain.take-out-secret": ("RESPONSIBLE_LEADER", "SECURITY_OFFICER")},
            "机密件携带外出须经保密负责人同意 The security officer agrees before SECRET papers leave",
        )

    def _draw_up(self, choices: Mapping[str, Value], reason: str) -> int:
        return ruling.propose(self.story.runtime, self.story.cast.actors["officer"], choices, reason)

    def _consent(self) -> None:
        """Enter the letter of the unit that issued a paper of the highest level."""
        facts = LetterFacts(
            unit_id=self.story.cast.units["ZL"],
            document_id=self.story.documents[STRATEGY],
            letter_no=f"战略函〔{self.story.today.year}〕3号",
            scope="供董事会成员使用 For members of the board",
            quota=QUOTA,
            expires_at=self.story.today + timedelta(days=60, hours=16),  # midnight in the company's zone
        )
        scan = draw_paper(LETTER, facts.letter_no, "战略发展部")
        consenting.record(self.story.runtime, self.story.cast.actors["clerk"], facts, scan)

    def _use_the_consent(self) -> None:
        recopy(
            self.story,
            STRATEGY,
            "zl-handler",
            "zl-manager",
            "leader",
            reason="新任董事使用 For a new member of the board",
        )

    def _delegate(self) -> None:
        """The leader travels; a manager decides in their place, and the officer agrees to that."""
        runtime, actors = self.story.runtime, self.story.cast.actors
        now = self.story.timeline.now()
        wish = DelegationWish(
            deputy_id=self.story.person("manager"),
            acts=(Act.COPY, Act.PRINT, Act.TAKE_OUT),
            from_at=now,
            until_at=now + timedelta(days=14),
            reason="出差考察 Travelling on business",
        )
        delegation_id = delegating.propose(runtime, actors["leader"], wish)
        delegating.decide(runtime, actors["officer"], delegation_id, agreed=True)

    def _decide_in_place(self) -> None:
        """Agree to an excerpt in the leader's place; it is still to be registered."""
        wish = CopyingWish(
            document_id=self.story.documents[EXCERPTED],
            use=Use.EXCERPT,
            reason="提供给外聘律师 For outside counsel",
            until=self.story.today + timedelta(days=20),
            part="第二部分 Section 2",
        )
        request_id = families.ask(self.story.runtime, self.story.cast.actors["fw-handler"], wish)
        self.story.agree(request_id, "manager", in_place_of="leader")
