"""Two months of the invented company: papers are registered, approved, printed, given, brought back and destroyed.

Everything goes through the flows that people use, each deed at its own time, so that the demonstration obeys every
rule of the product and its ledger verifies. What goes wrong on purpose is in ``mishaps``.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from registry.rules.approval import Act
from registry.rules.codes import human_code
from registry.rules.facts import DocumentFacts, MeetingFacts
from registry.rules.roles import Actor
from registry.rules.words import HandOverKind
from registry.views.batches import batch_work
from service.demo import company
from service.demo.cast import Cast
from service.demo.company import DemoPaper
from service.demo.papers import draw_paper
from service.demo.timeline import Timeline
from service.flows import copies, lending, making, meetings, printing, registering, releasing, requesting
from service.flows.handlers import HANDLERS
from service.flows.requesting import Wish
from service.runtime import Runtime
from service.worker import Handler, work_one, worker_name

HOUR: Final = timedelta(hours=1)
WORKDAY_BEGINS: Final = timedelta(hours=1)
"""09:00 in the company's zone, in UTC."""

KEPT_IN_STOCK: Final = 2
RETURNED_AFTER: Final = timedelta(days=12)


@dataclass
class Story:
    """The company at work.

    Attributes:
        today: Midnight UTC of the day of the demonstration.
        documents: Document ids by title.
        copies: Codes of the printed copies by title, in the order of their numbers.
    """

    runtime: Runtime
    timeline: Timeline
    cast: Cast
    today: datetime
    report: Callable[[str], None]
    chance: random.Random = field(default_factory=lambda: random.Random("foliotrace"))  # noqa: S311 - a story
    documents: dict[str, int] = field(default_factory=dict)
    copies: dict[str, list[str]] = field(default_factory=dict)
    meetings: list[int] = field(default_factory=list)
    worker: str = field(default_factory=worker_name)

    def plan(self) -> None:
        """Put two months on the agenda."""
        first = self.today - timedelta(days=60) + WORKDAY_BEGINS
        self.timeline.at(first, self._plan_meetings)
        for number, paper in enumerate(company.PAPERS, start=1):
            morning = self.today - timedelta(days=paper.day) + WORKDAY_BEGINS
            self.timeline.at(morning, lambda paper=paper, number=number: self._register(paper, number))  # type: ignore[misc]  # bound early

    def person(self, login: str) -> int:
        """Return a person's id."""
        return self.cast.person(login)

    def ask_to_print(self, paper: DemoPaper, copies: int) -> int:
        """Let the issuing unit ask for a print run; return the request's id."""
        named = self.chance.sample(self.cast.holders, max(copies - KEPT_IN_STOCK, 0))
        wish = Wish(
            document_id=self.documents[paper.title],
            act=Act.PRINT,
            reason="会议使用" if paper.language == "zh" else "For the meeting",
            until=self.timeline.now() + timedelta(days=30),
            copies=copies,
            recipients=tuple(self.person(login) for login in named),
        )
        return requesting.ask(self.runtime, self.cast.actors[company.HANDLERS[paper.unit]], wish)

    def agree(self, request_id: int, *logins: str, in_place_of: str = "") -> None:
        """Let people agree to what they are shown, as deputies of somebody or as themselves."""
        for login in logins:
            actor = self.cast.actors[login]
            shown = requesting.get_request(self.runtime, actor, request_id)
            found = shown.traceability
            requesting.decide(
                self.runtime,
                actor,
                request_id,
                agreed=True,
                shown_hash=shown.order_hash,
                accepted_hash=found.shown_hash if found is not None and found.shortfalls else "",
                in_place_of=self.person(in_place_of) if in_place_of else None,
            )

    def approvers(self, paper: DemoPaper) -> tuple[str, ...]:
        """Return who must agree to print a paper."""
        return {
            company.LOW: (company.MANAGERS[paper.unit],),
            company.MID: ("leader",),
            company.TOP: ("leader", "officer"),
        }[paper.level]

    def print_run(self, paper: DemoPaper, request_id: int) -> int:
        """Let the clerk print an approved request and take the copies into stock; return the batch's id."""
        clerk = self.cast.actors["clerk2"]
        recipients = printing.plan(self.runtime, clerk, request_id).view.recipients
        named: list[int | None] = [person.id for person in recipients]
        batch_id = printing.order_batch(
            self.runtime, clerk, request_id, named + [None] * (paper.copies - len(named))
        )
        self.work()
        self.print_out(clerk, batch_id)
        with self.runtime.database.reading() as session:
            self.copies[paper.title] = [copy.code for copy in batch_work(session, batch_id).copies]
        return batch_id

    def print_out(self, clerk: Actor, batch_id: int) -> None:
        """Let a clerk take the file of a run to the printer and watch every sheet come out."""
        file = releasing.release(self.runtime, clerk, batch_id)
        for _ in file.chunks:
            pass
        releasing.finish(self.runtime, clerk, batch_id, file.number)

    def work(self, handlers: Mapping[str, Handler] = HANDLERS) -> None:
        """Be the worker until no job is left."""
        while work_one(self.runtime, handlers, self.worker):
            pass

    def give(
        self, codes: list[str], login: str, kind: HandOverKind, *, due_at: datetime | None = None
    ) -> int:
        """Let the clerk hand copies to a person, who has not signed yet; return the hand-over's id."""
        for meeting in {meeting for code in codes if (meeting := self._meeting_of(code)) is not None}:
            self.admit(meeting, login)
        scans = [human_code(code) for code in codes]
        return lending.give(
            self.runtime, self.cast.actors["clerk"], scans, kind, self.person(login), due_at=due_at
        )

    def hand_over(
        self, codes: list[str], login: str, kind: HandOverKind, *, due_at: datetime | None = None
    ) -> None:
        """Hand copies to a person, who signs with their PIN."""
        hand_over_id = self.give(codes, login, kind, due_at=due_at)
        lending.confirm_by_pin(self.runtime, self.cast.actors["clerk"], hand_over_id, company.PIN)

    def take_back(self, codes: list[str], login: str) -> None:
        """Take copies back over the counter."""
        scans = [human_code(code) for code in codes]
        lending.take_back(self.runtime, self.cast.actors["clerk"], scans, self.person(login))

    def admit(self, meeting: int, login: str) -> None:
        """Let a person be named, approved and taught for a meeting, and pledge; nothing is done twice."""
        clerk, person = self.cast.actors["clerk"], self.person(login)
        view = meetings.get_meeting(self.runtime, clerk, meeting)
        if any(one.person.id == person for one in view.attendees):
            return
        meetings.name_attendee(self.runtime, clerk, meeting, person)
        meetings.decide_attendee(self.runtime, self.cast.actors["leader"], meeting, person, agreed=True)
        meetings.educate(self.runtime, clerk, meeting, [person])
        meetings.pledge_by_pin(self.runtime, clerk, meeting, person, company.PIN)

    def _meeting_of(self, code: str) -> int | None:
        """Return the meeting for which a copy's document is registered."""
        clerk = self.cast.actors["clerk"]
        document_id = copies.story(self.runtime, clerk, code).view.copy.document_id
        return registering.get_document(self.runtime, clerk, document_id).meeting_id

    def stamped(self, code: str) -> bytes:
        """Return the file of a printed copy."""
        return making.copy_file(self.runtime, code)

    def _plan_meetings(self) -> None:
        for title, unit, level, place, in_days in company.MEETINGS:
            facts = MeetingFacts(
                title,
                "company",
                level,
                self.cast.units[unit],
                place,
                self.today + timedelta(days=in_days, hours=6),
            )
            self.meetings.append(meetings.plan(self.runtime, self.cast.actors["clerk"], facts))

    def _register(self, paper: DemoPaper, number: int) -> None:
        self.report(paper.title)
        unit = next(one for one in company.UNITS if one.code == paper.unit)
        doc_number = f"{unit.zh[:2]}字〔{self.today.year}〕{number}号"
        facts = DocumentFacts(
            doc_number=doc_number,
            title=paper.title,
            issuing_unit_id=self.cast.units[paper.unit],
            classifying_unit_id=self.cast.units[paper.unit],
            scheme="company",
            level=paper.level,
            secrecy_period=paper.period,
            need_to_know="项目组成员" if paper.language == "zh" else "Members of the project",
            no_copying=paper.no_copying,
            meeting_id=None if paper.meeting is None else self.meetings[paper.meeting],
        )
        pdf = draw_paper(paper, doc_number, unit.zh if paper.language == "zh" else unit.en)
        self.documents[paper.title] = registering.register(
            self.runtime, self.cast.actors["clerk"], facts, pdf
        )
        self.timeline.at(self.timeline.now() + HOUR, lambda: self._ask(paper))

    def _ask(self, paper: DemoPaper) -> None:
        request_id = self.ask_to_print(paper, paper.copies or 8)
        if paper.copies:
            self.timeline.at(
                self.timeline.now() + 2 * HOUR, lambda: self._approve_and_print(paper, request_id)
            )

    def _approve_and_print(self, paper: DemoPaper, request_id: int) -> None:
        self.agree(request_id, *self.approvers(paper))
        self.print_run(paper, request_id)
        self.timeline.at(self.timeline.now() + 2 * HOUR, lambda: self._hand_out(paper, request_id))

    def _hand_out(self, paper: DemoPaper, request_id: int) -> None:
        view = requesting.get_request(self.runtime, self.cast.actors["clerk2"], request_id)
        by_person = {self.person(login): login for login in self.cast.holders}
        for person, code in zip(view.recipients, self.copies[paper.title], strict=False):
            login = by_person[person.id]
            is_loan = self.chance.random() < 0.3  # noqa: PLR2004 - about a third are loans
            kind = HandOverKind.LOAN if is_loan else HandOverKind.ISSUE
            back_at = self.timeline.now() + RETURNED_AFTER + self.chance.randint(0, 40) * HOUR
            self.hand_over([code], login, kind, due_at=back_at + 24 * HOUR if is_loan else None)
            comes_back = is_loan or self.chance.random() < 0.7  # noqa: PLR2004 - most papers come back
            if comes_back and back_at < self.today - 24 * HOUR:
                self.timeline.at(back_at, lambda code=code, login=login: self.take_back([code], login))  # type: ignore[misc]  # bound early
