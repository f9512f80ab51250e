"""Families of documents with copies on the shelf and in hands, and few words for what is done to them."""

from dataclasses import replace
from datetime import timedelta

from registry import kin
from registry.acts import approvals, copies, recalls, regrading
from registry.models import ApprovalRequest, Copy, Document, Remarking
from registry.rows import move
from registry.rules.approval import Act
from registry.rules.family import SOURCE_DETAIL, USE_DETAIL, Use
from registry.rules.levels import get_level, mark_text, parse_period
from registry.rules.lifecycle import State
from registry.rules.regrading import order_details
from registry.rules.words import Custodian, MovementKind
from tests.registry.acts.shelves import Shelves


class Kinship(Shelves):
    """The shelves, with documents that come from others; ``document`` is SECRET for ten years."""

    def row(self, document_id):
        return self.session.get_one(Document, document_id)

    def mark(self, document_id):
        """Return what stands on the document's paper by now."""
        return kin.grade_of(self.row(document_id)).mark

    def agree(self, request, *who):
        for part in who:
            shown = self.session.get_one(ApprovalRequest, request).order_hash
            approvals.decide(
                self.session,
                request,
                agreed=True,
                shown_hash=shown,
                remark="",
                actor=self.office.actors[part],
                now=self.present,
            )
        return request

    def to_copy(self, use, document_id=None, *who, copies=1, source=None, by=None):
        """Return an approval to copy a document for a use."""
        document_id = document_id or self.document
        details = ((USE_DETAIL, str(use)), *(((SOURCE_DETAIL, source.code),) if source else ()))
        order = self.office.order(document_id, act=Act.COPY, copies=copies, details=details, by=by)
        request = approvals.request(self.session, order, actor=by or self.office.handler, now=self.present)
        return self.agree(request, *(who or ("leader",)))

    def derive(self, *sources, letter="c", use=None, requests=None, **changed):
        """Return a document that the clerk made of others."""
        use = use or (Use.EXCERPT if len(sources) == 1 else Use.COMPILATION)
        made_of = requests or tuple(self.to_copy(use, source) for source in sources)
        return self.office.register(
            file=self.office.file(letter),
            doc_number=f"财字〔2026〕{letter}号",
            derived_as=use,
            sources=tuple(made_of),
            **changed,
        )

    def another(self, letter="b", **changed):
        """Return another original."""
        return self.office.register(
            file=self.office.file(letter), doc_number=f"财字〔2026〕{letter}号", **changed
        )

    def recopies(self, source, number=2, *, request=None, by="clerk"):
        """Return re-copies made after a copy."""
        document = self.row(source.document_id)
        document.last_copy_no = max(document.last_copy_no, 100)
        request = request or self.to_copy(Use.RECOPY, document.id, copies=number, source=source)
        batch = copies.reserve(
            self.session, request, [None] * number, actor=self.office.actors[by], now=self.present
        )
        return self.session.query(Copy).filter_by(batch_id=batch).order_by(Copy.copy_no).all()

    def printed(self, copy):
        """Have the paper of a reserved copy come to be."""
        copy.state = State.IN_STOCK
        move(
            self.session,
            copy,
            MovementKind.PRINTED,
            Custodian.REGISTRY,
            actor=self.office.clerk,
            now=self.present,
        )

    def asked(self, document_id, *who, to="CONFIDENTIAL", period="5年", end=False, by=None):
        """Return an approval to regrade a document, or to end its secrecy."""
        document = self.row(document_id)
        before = kin.grade_of(document)
        after = replace(
            before,
            declassified=end,
            level=get_level(document.scheme, to),
            period=parse_period(period),
        )
        if end:
            after = replace(before, declassified=True)
        mark = mark_text(document.level, document.secrecy_period, scheme=document.scheme)
        order = self.office.order(
            document_id,
            act=Act.REGRADE,
            copies=1,
            details=(("mark", mark), *order_details(before, after)),
            by=by,
        )
        request = approvals.request(self.session, order, actor=by or self.office.handler, now=self.present)
        return self.agree(request, *(who or ("manager", "officer")))

    def regrade(self, document_id=None, *, request=None, by="clerk", days=30, **wanted):
        """Have a document regraded; return the id of the regrading."""
        return regrading.regrade(
            self.session,
            request or self.asked(document_id or self.document, **wanted),
            self.present + timedelta(days=days),
            actor=self.office.actors[by],
            now=self.present,
        )

    def remark(self, *marked, by="clerk"):
        return regrading.remark(
            self.session, [copy.code for copy in marked], actor=self.office.actors[by], now=self.present
        )

    def tasks(self, *, still_open=True):
        """Return each task as copy, the mark on its paper, and the mark that it is to bear."""
        rows = self.session.query(Remarking).order_by(Remarking.id)
        return [
            (row.copy_id, row.mark_before, row.mark_after)
            for row in rows
            if not still_open or (row.done_at is None and row.dropped_at is None)
        ]

    def recall(self, document_id=None):
        return recalls.begin(
            self.session,
            document_id or self.document,
            "superseded",
            self.present + timedelta(days=7),
            actor=self.office.clerk,
            now=self.present,
        )
