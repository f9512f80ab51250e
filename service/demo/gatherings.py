"""Meetings that are prepared, held and nearly closed, and the devices in the offices of the invented company."""

from datetime import timedelta
from typing import Final

from registry.rules.approval import Act
from registry.rules.codes import human_code
from registry.rules.devicebook import DEVICEBOOK
from registry.rules.facts import AgendaItem, ConveyanceFacts, DeviceFacts
from registry.rules.levels import Handling
from registry.rules.lifecycle import State
from registry.rules.words import Breach, ConveyedAs, EquipmentKind, MeetingThing
from registry.views.copies import CopyFilter
from service.demo.cast import Cast
from service.demo.story import HOUR, Story
from service.flows import copies, equipment, meetings, photocopying
from service.flows.equipment import JobWish
from service.runtime import Runtime

REVIEW, RETREAT, NEGOTIATION = range(3)
"""The meetings, in the order of the data."""

DEVICES: Final = (
    (EquipmentKind.COPIER, "机密复印机 Copier A-302", "A 座 302 A-302", Handling.SECRET, False, "clerk2"),
    (EquipmentKind.FAX, "密码传真机 Cipher fax", "A 座 302 A-302", Handling.SECRET, True, "clerk"),
    (EquipmentKind.COMPUTER, "涉密计算机 PC-17", "A 座 410 A-410", Handling.TOP_SECRET, False, "sun.h"),
    (EquipmentKind.STORAGE, "涉密移动硬盘 Disk D-08", "A 座 302 A-302", Handling.SECRET, False, "clerk"),
)
"""Kind, name, place, level, whether it sends in cipher, and who keeps it."""


def install(runtime: Runtime, cast: Cast) -> tuple[int, ...]:
    """Register the devices; all but the disk are signed for and inspected, and the computer fails. Return their ids."""
    made = []
    for kind, name, place, level, is_cipher, keeper in DEVICES:
        facts = DeviceFacts(kind, name, place, level, is_cipher=is_cipher)
        device = equipment.add(runtime, cast.actors["admin"], facts, custodian_id=cast.person(keeper))
        made.append(device)
        if kind is EquipmentKind.STORAGE:
            continue
        equipment.confirm(runtime, cast.actors[keeper], device)
        checks = {check.id for check in DEVICEBOOK.checks_of(kind)}
        fails = kind is EquipmentKind.COMPUTER
        equipment.inspect(
            runtime,
            cast.actors["officer"],
            device,
            checks - {"no-wireless"} if fails else checks,
            networks="内部加密网 Encrypted internal network" if fails else "",
            remark="无线网卡未拆除 The wireless card is still in it" if fails else "",
        )
    return tuple(made)


class Gatherings:
    """Puts meetings and a copy job on the story's agenda."""

    def __init__(self, story: Story, devices: tuple[int, ...]) -> None:
        """Take the story that this happens in, and the devices that stand there."""
        self.story, self.devices = story, devices

    def plan(self) -> None:
        """Put everything on the agenda."""
        day = timedelta(days=1)
        self.story.timeline.at(self.story.today - 8 * day + 3 * HOUR, self._copy)
        self.story.timeline.at(self.story.today - 3 * day + 8 * HOUR, self._hold_review)
        self.story.timeline.at(self.story.today - 2 * day + 3 * HOUR, self._pass_on)
        self.story.timeline.at(self.story.today - day + 2 * HOUR, self._prepare_retreat)
        self.story.timeline.at(self.story.today - day + 9 * HOUR, self._prepare_negotiation)

    def _copy(self) -> None:
        """Have two photocopies of a supply list approved and made; the label of one is not scanned yet."""
        runtime, actors = self.story.runtime, self.story.cast.actors
        document = self.story.documents["关键元器件替代清单"]
        wish = JobWish(
            act=Act.COPY,
            document_id=document,
            copies=2,
            reason="供应商核对 For the supplier review",
            until=self.story.timeline.now() + timedelta(days=7),
        )
        request = equipment.ask_job(runtime, actors["gy-handler"], wish)
        self.story.agree(request, "leader")
        wanted = CopyFilter(state=State.IN_STOCK, document_id=document)
        source = copies.listing(runtime, actors["clerk"], wanted).rows[0].copy.code
        job = equipment.run_job(
            runtime, actors["clerk"], request, self.devices[0], human_code(source), copies=2
        )
        made = photocopying.get_job(runtime, actors["clerk"], job).photocopies
        photocopying.take_in(runtime, actors["clerk"], job, [human_code(made[0].code)])

    def _hold_review(self) -> None:
        """The review is prepared, held and over; papers and a notebook are still out."""
        meeting, runtime = self.story.meetings[REVIEW], self.story.runtime
        clerk = self.story.cast.actors["clerk"]
        self.story.admit(meeting, "holder")
        self._prepare(
            meeting,
            ("样机试验结论 Test results", "SECRET"),
            ("后续分工 Who does what", "CONFIDENTIAL"),
            scope="YF",
        )
        meetings.begin(runtime, clerk, meeting)
        for login, what in (("holder", "手机 Phone"), ("holder", "智能手表 Smart watch")):
            meetings.hand_out(
                runtime, clerk, meeting, MeetingThing.DEPOSIT, self.story.person(login), what=what
            )
        meetings.hand_out(runtime, clerk, meeting, MeetingThing.NOTEBOOK, self.story.person("holder"))
        meetings.report(
            runtime,
            self.story.cast.actors["guard"],
            meeting,
            Breach.RECORDING,
            "休息时有人拍摄白板 The whiteboard was photographed in the break",
            person_id=None,
        )
        meetings.end(runtime, clerk, meeting)
        for number in (1, 2):
            meetings.take_back(runtime, clerk, meeting, MeetingThing.DEPOSIT, number)

    def _pass_on(self) -> None:
        """The holder passes the conclusion on to two colleagues, one of whom has signed in."""
        meeting, runtime = self.story.meetings[REVIEW], self.story.runtime
        told = ("wang.yi", "li.mu")
        facts = ConveyanceFacts(
            ConveyedAs.TEXT,
            "评审结论与下一步计划 The conclusion and the next steps",
            "A 座 1201 会议室 Room A-1201",
            tuple(self.story.person(login) for login in told),
            notes_allowed=False,
        )
        made = meetings.convey(runtime, self.story.cast.actors["holder"], meeting, facts)
        meetings.sign_in(runtime, self.story.cast.actors[told[0]], made)

    def _prepare_retreat(self) -> None:
        """The retreat is half prepared: the sweep belongs to the security officer and is late."""
        meeting, runtime = self.story.meetings[RETREAT], self.story.runtime
        clerk = self.story.cast.actors["clerk"]
        items = [AgendaItem("并购方案 The acquisition", "TOP_SECRET"), AgendaItem("预算 Budget", "SECRET")]
        meetings.assess(runtime, clerk, meeting, items)
        meetings.assign(
            runtime,
            clerk,
            meeting,
            "venue-swept",
            owner_id=self.story.person("officer"),
            due_at=self.story.today - HOUR,
        )
        for check in ("level-assessed", "movement-limits", "document-rules", "press"):
            meetings.fulfil(runtime, clerk, meeting, check, "已落实 Done")
        clearance = self.story.timeline.now() + timedelta(days=365)
        meetings.grant_clearance(
            runtime,
            self.story.cast.actors["officer"],
            self.story.person("zl-manager"),
            scheme="company",
            level="TOP_SECRET",
            until=clearance,
        )
        meetings.name_attendee(runtime, clerk, meeting, self.story.person("zl-manager"))

    def _prepare_negotiation(self) -> None:
        """The preparation of the negotiation is complete: the meeting is ready."""
        meeting = self.story.meetings[NEGOTIATION]
        self.story.admit(meeting, "peng.s")
        self._prepare(meeting, ("开价 Opening positions", "CONFIDENTIAL"), scope="GY")

    def _prepare(self, meeting: int, *items: tuple[str, str], scope: str) -> None:
        """Do whatever a plan asks for, and declare the meeting ready."""
        runtime, clerk = self.story.runtime, self.story.cast.actors["clerk"]
        meetings.assess(runtime, clerk, meeting, [AgendaItem(title, level) for title, level in items])
        meetings.set_scope(runtime, clerk, meeting, [self.story.cast.units[scope]])
        meetings.post_guard(runtime, clerk, meeting, self.story.person("guard"), "会议室门口 At the door")
        standing = [one for one in meetings.get_meeting(runtime, clerk, meeting).attendees if one.decided_by]
        for number, one in enumerate(standing, start=1):
            meetings.seat(runtime, clerk, meeting, one.person.id, f"A{number}")
        for line in meetings.get_meeting(runtime, clerk, meeting).checks:
            meetings.fulfil(runtime, clerk, meeting, line.check.id, "已落实 Done")
        meetings.make_ready(runtime, clerk, meeting)
