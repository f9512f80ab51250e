"""Copies on the shelf and in people's hands, and few words for those who count, call them back or miss them."""

from registry.models import Copy
from registry.rows import move
from registry.rules.lifecycle import State
from registry.rules.words import Custodian, MovementKind
from tests.registry.acts.shredders import Room


class Shelves(Room):
    """The room of the shredders, with holders."""

    def held(self, person, document_id=None, state=State.HELD):
        """Return a copy that a person has signed for."""
        copy = self.copy(document_id)
        self.give(copy, person)
        copy.state = state
        self.session.flush()
        return copy

    def give(self, copy, person):
        """Have a person answer for a copy from now on."""
        copy.state = State.HELD
        move(
            self.session,
            copy,
            MovementKind.ISSUE,
            Custodian.PERSON,
            person_id=person.person_id,
            actor=self.office.clerk,
            now=self.present,
        )
        self.session.flush()

    def other_document(self):
        """Return another document, of another level."""
        return self.office.register(
            file=self.office.file("b"), doc_number="财字〔2026〕8号", level="TOP_SECRET"
        )

    def standing(self):
        """Return where every copy stands, to see that nothing moved."""
        return [(copy.id, str(copy.state)) for copy in self.session.query(Copy).order_by(Copy.id)]
