"""The desk lays out what waits for each person, and nothing of others."""

import pytest

from registry.views.desk import Stack
from service.flows import desk, equipment, making, printing, releasing, requesting
from service.flows.releasing import Witness


def piles(world, part):
    found = desk.lay_out(world.runtime, world.actors[part])
    return {pile.stack: [thing.key for thing in pile.things] for pile in found.piles if pile.total}


@pytest.fixture
def request_id(world):
    return requesting.ask(world.runtime, world.handler, world.wish(world.register()))


def test_a_request_lies_on_the_desks_of_who_asked_and_who_is_asked(world, request_id):
    assert piles(world, "leader") == {Stack.TO_DECIDE: [str(request_id)]}
    assert piles(world, "handler") == {Stack.OWN_REQUESTS: [str(request_id)]}
    for part in (
        "clerk",
        "manager",
        "officer",
        "guard",
        "administrator",
        "auditor",
        "holder",
        "other_handler",
    ):
        assert piles(world, part) == {}, part


def test_an_approved_request_lies_on_the_desk_of_a_clerk_who_may_print_it(world, request_id):
    world.approve(request_id, "leader")
    assert piles(world, "clerk") == piles(world, "other_clerk") == {Stack.TO_PRINT: [str(request_id)]}
    assert piles(world, "leader") == piles(world, "handler") == {}


def released(world, request_id):
    """Let a clerk release the approved request, and return the run and what is on its way out."""
    world.approve(request_id, "leader")
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * 5)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    return batch_id, releasing.release(world.runtime, world.clerk, batch_id)


def test_what_nobody_has_seen_printed_lies_on_the_desks_of_clerks(world, request_id):
    batch_id, file = released(world, request_id)
    assert piles(world, "clerk") == piles(world, "other_clerk") == {Stack.PRINT_UNKNOWN: [str(batch_id)]}
    list(file.chunks)
    assert piles(world, "clerk") == {Stack.PRINT_UNSEEN: [str(batch_id)]}
    for part in ("leader", "handler", "auditor", "administrator", "holder"):
        assert piles(world, part) == {}, part
    releasing.finish(world.runtime, world.clerk, batch_id, file.number)
    assert piles(world, "clerk") == {}


def test_spoiled_sheets_lie_on_the_desk_until_they_are_destroyed(world, request_id):
    batch_id, file = released(world, request_id)
    list(file.chunks)
    releasing.stop(
        world.runtime, world.clerk, batch_id, file.number, last_good="1", spoiled=2, reason="paper jam"
    )
    assert piles(world, "clerk") == {Stack.SPOILED_SHEETS: [str(batch_id)]}
    (pile,) = (pile for pile in desk.lay_out(world.runtime, world.clerk).piles if pile.total)
    assert (pile.things[0].count, pile.things[0].sheets) == (2, True)
    sheets = [one.id for one in releasing.waste(world.runtime, world.clerk)]
    device = equipment.add_shredder(world.runtime, world.administrator, "粉碎机 Shredder", "B1", "P-6")
    witness = Witness(world.manager.person_id, world.pin)
    releasing.destroy_sheets(world.runtime, world.clerk, sheets, device, [witness])
    assert piles(world, "clerk") == {}


def test_what_lapsed_waits_for_nobody(world, request_id):
    world.later(days=31)
    assert piles(world, "leader") == {}


def test_a_clerk_s_own_request_is_not_hers_to_print(world):
    document_id = world.register(issuing_unit_id=world.units["REG"])
    request_id = requesting.ask(world.runtime, world.clerk, world.wish(document_id))
    world.approve(request_id, "leader")
    assert piles(world, "clerk") == {}
    assert piles(world, "other_clerk") == {Stack.TO_PRINT: [str(request_id)]}


def test_a_guard_s_desk_holds_no_title(world, request_id):
    assert request_id
    found = desk.lay_out(world.runtime, world.guard)
    assert all(not pile.things for pile in found.piles)


def test_empty_stacks_are_told(world):
    found = desk.lay_out(world.runtime, world.clerk)
    assert Stack.OVERDUE in {pile.stack for pile in found.piles}
    assert Stack.CASES not in {pile.stack for pile in found.piles}


def test_who_verifies_the_ledger_sees_how_much_of_it_is_signed(world, request_id):
    assert request_id
    for part in ("auditor", "officer", "administrator"):
        ledger = desk.lay_out(world.runtime, world.actors[part]).ledger
        assert (ledger.size, ledger.unsigned, ledger.signed_at) == (2, 2, None)
        assert ledger.short.startswith("2 · ")
    assert desk.lay_out(world.runtime, world.clerk).ledger is None
