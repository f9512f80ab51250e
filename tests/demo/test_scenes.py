"""What the invented company makes of its papers and how it is governed: each scene is there, half of it still open."""

from registry.rules.codenames import SHOWN_AS
from registry.rules.delegation import DelegationState
from registry.rules.family import Use
from registry.rules.lifecycle import State
from registry.rules.words import Content, RuleSetState
from registry.views.copies import CopyFilter
from registry.views.documents import DocumentFilter
from service.demo.cast import actor_of
from service.demo.families import COMPILED, PLAN, RAISED, REPORT, STRATEGY
from service.demo.governing import EXCERPTED, QUOTA
from service.demo.unnamed import GONE, HERE
from service.flows import (
    consenting,
    copies,
    delegating,
    destroying,
    families,
    importing,
    registering,
    regrading,
    requesting,
    ruling,
    sending,
)


def document(demo, title):
    """Return the id of a document by its title."""
    clerk = actor_of(demo.runtime, "clerk")
    (row,) = [
        row
        for number in (1, 2)
        for row in registering.list_documents(demo.runtime, clerk, DocumentFilter(), page=number).rows
        if row.title == title
    ]
    return row.id


def test_a_compilation_has_two_sources_one_of_which_was_copied_after_a_copy(demo):
    clerk = actor_of(demo.runtime, "clerk")
    compiled = families.get_family(demo.runtime, clerk, document(demo, COMPILED.title))
    assert compiled.here.made_as is Use.COMPILATION
    assert {branch.kin.title for branch in compiled.up} == {PLAN, REPORT}
    source = families.get_family(demo.runtime, clerk, document(demo, REPORT))
    assert source.here.recopies == 1


def test_a_raise_is_half_marked_and_a_lowering_waits_for_what_was_made_of_it(demo):
    board = regrading.board(demo.runtime, actor_of(demo.runtime, "clerk"))
    rows = {row.title: row for row in board.rows}
    assert set(rows) == {RAISED, PLAN}
    assert rows[RAISED].tasks.marked > 0
    assert rows[RAISED].tasks.waiting > 0
    assert not rows[RAISED].is_overdue(demo.runtime.now())
    assert [proposal.title for proposal in board.proposals] == [COMPILED.title]
    assert regrading.awaited_of_mine(demo.runtime, actor_of(demo.runtime, "holder"))


def test_a_consent_is_used_once_and_a_deputy_has_decided(demo):
    auditor = actor_of(demo.runtime, "auditor")
    (consent,) = consenting.listing(demo.runtime, auditor)
    assert (consent.title, consent.left, consent.quota) == (STRATEGY, QUOTA - 1, QUOTA)
    (given,) = delegating.listing(demo.runtime, actor_of(demo.runtime, "leader"))
    assert (given.state, given.holds_now) == (DelegationState.AGREED, True)
    requests = requesting.list_document_requests(demo.runtime, auditor, document(demo, EXCERPTED))
    (excerpt,) = [row for row in requests if row.use is Use.EXCERPT]
    view = requesting.get_request(demo.runtime, auditor, excerpt.id)
    assert [(one.person.zh, one.in_place_of.zh) for one in view.decisions] == [("陈伯安", "梁振国")]


def test_one_version_of_the_rules_was_adopted_and_another_would_stop_what_was_agreed_to(demo):
    auditor = actor_of(demo.runtime, "auditor")
    found = ruling.overview(demo.runtime, auditor)
    assert found.in_force == 2
    (waiting,) = [row for row in found.versions if row.state is RuleSetState.PROPOSED]
    shown = ruling.get_version(demo.runtime, auditor, waiting.id)
    assert [change.item.key for change in shown.changes] == ["chain.take-out-secret"]
    assert len(shown.impact.failing) > 0
    assert ruling.replay_all(demo.runtime, auditor).different == ()


def test_an_older_register_was_taken_over_and_the_holder_has_a_copy_of_it(demo):
    clerk = actor_of(demo.runtime, "clerk")
    (taken,) = importing.list_imports(demo.runtime, clerk)
    assert (taken.size, list(taken.problems)) == (6, [])
    old = CopyFilter(document_id=document(demo, "早期导航算法总结"))
    rows = copies.listing(demo.runtime, clerk, old).rows
    assert {row.copy.copy_no: row.copy.state for row in rows} == {
        1: State.IN_STOCK,
        2: State.HELD,
        3: State.DESTROYED,
        4: State.VOID,
    }
    assert [row.holder.zh for row in rows if row.copy.state is State.HELD] == ["周文博"]


def test_of_two_papers_without_titles_one_is_printed_and_gone(demo):
    clerk = actor_of(demo.runtime, "clerk")
    gone = registering.get_document(demo.runtime, clerk, document(demo, SHOWN_AS + GONE))
    here = registering.get_document(demo.runtime, clerk, document(demo, SHOWN_AS + HERE))
    assert (gone.light.content, gone.pictures) == (Content.REMOVED, ())
    assert gone.row.conservation.minted == 3
    assert here.light.may_print
    assert (
        len(demo.runtime.store.rooms()) == 2
    )  # of the one that is here, and of the old register that was taken in


def test_one_journey_to_the_plant_is_over_and_another_was_stopped_at_the_gate(demo):
    clerk, guard = actor_of(demo.runtime, "clerk"), actor_of(demo.runtime, "guard")
    sent = [row for row in destroying.lists(demo.runtime, clerk) if row.plant is not None]
    waiting, over = (destroying.get_list(demo.runtime, clerk, row.id) for row in sent)
    assert (str(over.state), over.tally.difference, over.tally.destroyed) == ("DESTROYED", 0, over.planned)
    assert over.planned >= 2
    assert [one.person.zh for one in over.attestations] != []
    assert destroying.certificate(demo.runtime, clerk, over.id).startswith(b"%PDF-")
    assert [str(bag.state) for bag in waiting.bags] == ["OUTSIDE", "STOPPED"]
    (transport,) = sending.list_transports(demo.runtime, guard)
    assert transport.list_id == waiting.id
    (incident,) = sending.list_incidents(demo.runtime, actor_of(demo.runtime, "officer"))
    assert (str(incident.fault), incident.settled_at) == ("SEAL_BROKEN", None)
