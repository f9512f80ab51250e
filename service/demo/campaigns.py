"""What the invented company's registry does besides its daily work: counts, recalls, circulation, losses, leavers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from registry.rules.codes import human_code
from registry.rules.lifecycle import State
from registry.rules.loss import LossReport
from registry.rules.roles import Actor
from registry.rules.stocktake import Place, Scope
from registry.views.copies import CopyFilter
from service.demo import company
from service.demo.company import PIN
from service.demo.story import Story
from service.flows import circulating, copies, leaving, lending, losses, recalling, stocktaking

RECALLED: Final = "出口管制合规指引"
COUNTED: Final = "年度预算草案"
CIRCULATED: Final = "Competitor teardown summary"


class Campaigns:
    """Puts counts, the recall, the report and the leaver on the story's agenda."""

    def __init__(self, story: Story) -> None:
        """Take the story that this happens in."""
        self.story = story

    def plan(self) -> None:
        """Put everything on the agenda, oldest first."""
        self._on(-6, self._count_the_shelf, hours=9)
        self._on(-3, self._report_the_loss, hours=8)
        self._on(-2, self._circulate, hours=1)
        self._on(-1, self._pass_on, hours=1)
        self._on(0, self._begin_to_count, hours=-0.9)
        self._on(0, self._recall, hours=-0.8)
        self._on(0, self._clear_a_leaver, hours=-0.75)

    def _on(self, day: int, deed: Callable[[], None], *, hours: float) -> None:
        self.story.timeline.at(self.story.today + timedelta(days=day, hours=1 + hours), deed)

    @property
    def _clerk(self) -> Actor:
        return self.story.cast.actors["clerk"]

    def _count_the_shelf(self) -> None:
        """Count one document's copies on the shelf; all of them are there."""
        codes = self._stock(COUNTED)
        stocktake_id = self._begin_count("月末清点 End of the month")
        stocktaking.count(self.story.runtime, self._clerk, stocktake_id, [human_code(code) for code in codes])
        stocktaking.close(
            self.story.runtime,
            self._clerk,
            stocktake_id,
            len(codes),
            person_id=self.story.person("clerk3"),
            pin=PIN,
        )

    def _begin_to_count(self) -> None:
        """Begin the next count, scan some copies and something that is none."""
        stocktake_id = self._begin_count("换班清点 Change of clerks")
        scans = [human_code(code) for code in self._stock(COUNTED)[:1]]
        strange = [human_code(code) for code in self._stock(RECALLED)[:1]]
        stocktaking.count(
            self.story.runtime,
            self._clerk,
            stocktake_id,
            [*scans, *scans, *strange, "https://example.com/menu"],
        )

    def _begin_count(self, reason: str) -> int:
        scope = Scope(place=Place.SHELF, document_id=self.story.documents[COUNTED])
        return stocktaking.begin(self.story.runtime, self._clerk, scope, reason)

    def _recall(self) -> None:
        """Call a document back of which one copy is claimed to have come home."""
        recalling.begin(
            self.story.runtime,
            self._clerk,
            self.story.documents[RECALLED],
            "新版已发布，旧版收回 A new edition replaces it",
            self.story.timeline.now() + timedelta(days=5),
        )

    def _circulate(self) -> None:
        """Let one copy circulate among four readers; the first gets it."""
        code = self._stock(CIRCULATED)[0]
        circulation_id = circulating.begin(
            self.story.runtime,
            self._clerk,
            human_code(code),
            [self.story.person(login) for login in self.story.cast.holders[:4]],
            "供分管同志传阅 For those in charge",
            days=3,
            signer_id=self.story.person("leader"),
            pin=PIN,
        )
        self._give_to_next(circulation_id, code)

    def _pass_on(self) -> None:
        """The first reader brings it back, the second is on leave, the third gets it."""
        runtime = self.story.runtime
        (view,) = circulating.listing(runtime, self._clerk)
        first, second = (line.person.id for line in view.readers[:2])
        lending.take_back(runtime, self._clerk, [human_code(view.copy.code)], first)
        circulating.skip(
            runtime, self._clerk, view.id, second, "休假至月底 On leave until the end of the month"
        )
        self._give_to_next(view.id, view.copy.code)

    def _give_to_next(self, circulation_id: int, code: str) -> None:
        runtime = self.story.runtime
        hand_over_id = circulating.pass_on(runtime, self._clerk, circulation_id, human_code(code))
        lending.confirm_by_pin(runtime, self._clerk, hand_over_id, PIN)

    def _report_the_loss(self) -> None:
        """Report the copy that was declared lost; the one that is missing waits for its report."""
        runtime = self.story.runtime
        lost = next(row for row in losses.listing(runtime, self._clerk) if row.copy.state is State.LOST)
        said = LossReport(
            discovered="持有人出差归来自查发现 The holder noticed it after a business trip",
            responsible="持有人，未随身保管 The holder, who left it in a hotel room",
            course="出差期间，酒店房间 During a business trip, in a hotel room",
            harm="尚未发现扩散 No spread is known so far",
            investigation="已联系酒店和承运方 The hotel and the carrier were asked",
            remedies="收回其余份数，重申携带外出规定 The other copies are called in",
        )
        losses.file_report(runtime, self._clerk, lost.id, said)

    def _clear_a_leaver(self) -> None:
        """Clear somebody who holds nothing and has no office."""
        leaver = self.story.person(company.LEAVER)
        leaving.clear(self.story.runtime, self._clerk, leaver, "调离 Moved to another company")

    def _stock(self, title: str) -> list[str]:
        wanted = CopyFilter(state=State.IN_STOCK, document_id=self.story.documents[title])
        return [row.copy.code for row in copies.listing(self.story.runtime, self._clerk, wanted).rows]
