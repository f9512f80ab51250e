"""A meeting of the finance unit, and few words for what people do for it."""

from datetime import timedelta

from registry.acts import attendance, closing, conveyance, meetings, movements
from registry.ledger import log
from registry.models import Meeting, MeetingAttendee, MeetingCheck
from registry.rules.facts import AgendaItem, ConveyanceFacts, MeetingFacts
from registry.rules.levels import ENABLED_BY_DEFAULT
from registry.rules.words import ConveyedAs, HandOverKind, MeetingThing, ReceiptMethod
from tests.fixtures.office import NOW
from tests.registry.acts.shredders import Room


class Council:
    """A SECRET meeting in three days; everybody is cleared for SECRET, and ``present`` is what the clock shows."""

    def __init__(self, office, level="SECRET"):
        self.office, self.session, self.present = office, office.session, NOW
        self.room = Room(office)
        self.id = self.plan(level)
        for part in office.actors:
            if part != "officer":
                self.clear(part)

    def plan(self, level="SECRET", scheme="company", by=None):
        facts = MeetingFacts(
            "预算会 Budget", scheme, level, self.office.units["FIN"], "Room 1", NOW + timedelta(days=3)
        )
        return meetings.plan(
            self.session, facts, enabled=ENABLED_BY_DEFAULT, actor=by or self.office.handler, now=NOW
        )

    def by(self, part="handler"):
        return {"actor": self.office.actors[part], "now": self.present}

    def clear(self, part, level="SECRET", days=365):
        attendance.grant_clearance(
            self.session,
            self.office.actors[part].person_id,
            "company",
            level,
            self.present + timedelta(days=days),
            **self.by("officer"),
        )

    def person(self, part):
        return self.office.actors[part].person_id

    @property
    def row(self):
        return self.session.get_one(Meeting, self.id)

    def attendee(self, part):
        return (
            self.session.query(MeetingAttendee)
            .filter_by(meeting_id=self.id, person_id=self.person(part))
            .one()
        )

    def check(self, check_id):
        return self.session.query(MeetingCheck).filter_by(meeting_id=self.id, check_id=check_id).one()

    def assess(self, *levels, by="handler"):
        items = [AgendaItem(f"item {number}", level) for number, level in enumerate(levels)]
        return meetings.assess(self.session, self.id, items, enabled=ENABLED_BY_DEFAULT, **self.by(by))

    def name(self, part, by="handler", replaces=None):
        return attendance.name(
            self.session,
            self.id,
            self.person(part),
            replaces_id=None if replaces is None else self.person(replaces),
            **self.by(by),
        )

    def decide(self, part, by="leader", *, agreed=True):
        return attendance.decide(self.session, self.id, self.person(part), agreed=agreed, **self.by(by))

    def admit(self, *parts):
        """Have people named, approved, taught and pledged, each with a seat."""
        for number, part in enumerate(parts, 1):
            self.name(part)
            self.decide(part)
            attendance.educate(self.session, self.id, self.person(part), **self.by())
            attendance.pledge(self.session, self.id, **self.by(part))
            attendance.seat(
                self.session, self.id, self.person(part), f"A{self.person(part)}-{number}", **self.by()
            )

    def fulfil(self, *check_ids):
        for check_id in check_ids:
            meetings.fulfil(self.session, self.id, check_id, "shown", **self.by())

    def fulfil_all(self):
        open_ones = self.session.query(MeetingCheck).filter_by(meeting_id=self.id, done_at=None)
        self.fulfil(*sorted(check.check_id for check in open_ones))

    def prepare(self, *parts):
        """Do everything that has to be done before these people meet."""
        self.assess("SECRET", "CONFIDENTIAL")
        self.admit(*parts)
        meetings.post_guard(self.session, self.id, self.person("guard"), "door", **self.by())
        self.fulfil_all()

    def ready(self, *parts):
        self.prepare(*(parts or ("holder", "manager")))
        meetings.make_ready(self.session, self.id, **self.by())

    def begun(self, *parts):
        self.ready(*parts)
        meetings.begin(self.session, self.id, **self.by())

    def ended(self, *parts):
        self.begun(*parts)
        meetings.end(self.session, self.id, **self.by())

    def paper(self):
        """Return a copy in stock of a document of the meeting."""
        number = next(self.room.numbers)
        document = self.office.register(
            doc_number=f"会{number}", meeting_id=self.id, file=self.office.file("d")
        )
        return self.room.copy(document)

    def give(self, copy, part):
        return movements.offer(
            self.session,
            [copy.code],
            HandOverKind.ISSUE,
            self.person(part),
            due_at=None,
            **self.by("clerk"),
        )

    def sign(self, hand_over, part):
        movements.confirm(self.session, hand_over, ReceiptMethod.PIN, **self.by(part))

    def hand(self, copy, part):
        self.sign(self.give(copy, part), part)

    def bring_back(self, copy, part):
        checks = {copy.code: movements.PageCheck(counted=3)}
        movements.take_back(self.session, checks, self.person(part), **self.by("clerk"))

    def out(self, kind, part, what=""):
        return closing.hand_out(
            self.session, self.id, MeetingThing(kind), self.person(part), what, **self.by()
        )

    def back(self, kind, number):
        return closing.take_back(self.session, self.id, MeetingThing(kind), number, **self.by())

    def convey(self, part, *listeners, request=None, content="the decision"):
        facts = ConveyanceFacts(
            ConveyedAs.TEXT, content, "Room 2", tuple(self.person(one) for one in listeners), False
        )
        return conveyance.convey(self.session, self.id, facts, request_id=request, **self.by(part))

    def kinds(self):
        return [
            entry.kind.removeprefix("meeting.")
            for entry in log.read(self.session)
            if entry.subject == f"meeting:{self.id}"
        ]
