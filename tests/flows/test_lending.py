"""The counter: stacks of scans are laid out, given, signed for, brought back page by page, passed on."""

import io
from dataclasses import dataclass
from datetime import timedelta

import pytest
from PIL import Image, ImageDraw

from registry.errors import PermissionDenied
from registry.ledger import log
from registry.rows import UnknownCopy, UnknownRow
from registry.rules.codes import CodeMistyped, human_code
from registry.rules.lifecycle import ImpossibleStep, State
from registry.rules.words import HandOverKind, HandOverState
from registry.views import holdings
from service.flows import copies, lending, making, printing, stacks
from service.flows.lending import PagesUnclear, SignatureUnfit, SignatureUnseen
from service.flows.proving import PinClosed, PinRefused
from service.flows.stacks import Outcome, Task
from service.tokens import ForgedMark
from tests.fixtures.handed import print_out
from tests.fixtures.papers import draw_pdf


@dataclass
class Counter:
    """The world with three printed copies of three pages, and what happens at the counter in few words."""

    world: object
    codes: list[str]

    def __getattr__(self, part):
        return getattr(self.world, part)

    def mark(self, number, page=1):
        """Return what a scanner reads on a page of a copy."""
        return self.runtime.tokens.qr_text(self.codes[number - 1], page)

    def pile(self, number, *pages):
        return [self.mark(number, page) for page in pages or (1, 2, 3)]

    def give(self, *scans, to=None, kind=HandOverKind.ISSUE, due_at=None, by=None):
        return lending.give(
            self.runtime, by or self.clerk, scans, kind, (to or self.holder).person_id, due_at=due_at
        )

    def hold(self, *scans, to=None):
        hand_over_id = self.give(*scans, to=to)
        lending.confirm_by_pin(self.runtime, self.clerk, hand_over_id, self.pin)
        return hand_over_id

    def lay_out(self, task, *scans, every_page=False):
        return stacks.lay_out(self.runtime, self.clerk, task, scans, every_page=every_page)

    def add(self, task, scans, text, *, every_page=False):
        return stacks.add(self.runtime, self.clerk, task, scans, text, every_page=every_page)

    def take_back(self, *scans, **more):
        return lending.take_back(self.runtime, self.clerk, scans, self.holder.person_id, **more)

    def states(self):
        with self.runtime.database.reading() as session:
            lines = holdings.desk_lines(session, self.codes)
        return [lines[code].copy.state for code in self.codes]

    def denied(self):
        with self.runtime.database.reading() as session:
            return [
                (entry.facts["action"], entry.facts["error"])
                for entry in log.read(session, kind="deed.denied")
            ]


@pytest.fixture
def counter(world):
    request_id = world.approved(world.register(draw_pdf(3)), copies=3)
    batch_id = printing.order_batch(world.runtime, world.clerk, request_id, [None] * 3)
    making.make_batch(world.runtime, batch_id, lambda _done, _total: None)
    print_out(world, batch_id)
    rows = copies.batch_story(world.runtime, world.clerk, batch_id).copies.rows
    return Counter(world, [row.copy.code for row in rows])


def drawn(ink=True, size=(400, 160)):
    """Return a signature as the pad makes it."""
    picture = Image.new("RGB", size, "white")
    if ink:
        ImageDraw.Draw(picture).line([(20, 100), (150, 40), (380, 120)], fill="#141d2b", width=4)
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def test_several_pages_of_a_copy_count_it_once(counter):
    hand_over_id = counter.give(counter.mark(1, 2), counter.mark(1, 1), human_code(counter.codes[1]))

    view = lending.get_hand_over(counter.runtime, counter.clerk, hand_over_id)
    assert [line.code for line in view.copies] == counter.codes[:2]
    assert counter.states() == [State.IN_TRANSIT, State.IN_TRANSIT, State.IN_STOCK]


def test_a_forged_or_mistyped_code_gives_nothing(counter):
    forged = counter.mark(1)[:-1] + ("0" if counter.mark(1)[-1] != "0" else "1")
    with pytest.raises(ForgedMark):
        counter.give(counter.mark(2), forged)
    typed = human_code(counter.codes[0])
    with pytest.raises(CodeMistyped):
        counter.give(typed[:-1] + ("0" if typed[-1] != "0" else "1"))
    assert counter.states() == [State.IN_STOCK] * 3


def test_a_refused_deed_is_on_the_record(counter):
    with pytest.raises(PermissionDenied):
        counter.give(counter.mark(1), by=counter.handler)

    assert counter.denied() == [("copy.offer", "not-permitted")]


def test_the_receiver_signs_with_the_pin_at_the_clerks_screen_who_is_on_record(counter):
    hand_over_id = counter.hold(counter.mark(1))

    view = lending.get_hand_over(counter.runtime, counter.holder, hand_over_id)
    assert (view.state, str(view.method)) == (HandOverState.CONFIRMED, "PIN")
    with counter.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="copy.confirmed")
    assert entry.facts["seen_by"] == counter.clerk.person_id
    assert counter.states()[0] is State.HELD


def test_at_ones_own_screen_nobody_else_is_on_record(counter):
    hand_over_id = counter.give(counter.mark(1))
    lending.confirm_by_pin(counter.runtime, counter.holder, hand_over_id, counter.pin)

    with counter.runtime.database.reading() as session:
        (entry,) = log.read(session, kind="copy.confirmed")
    assert entry.facts["seen_by"] is None


def test_a_wrong_pin_signs_nothing_and_after_several_the_right_one_has_to_wait(counter):
    hand_over_id = counter.give(counter.mark(1))
    for _ in range(counter.runtime.settings.login_failures_per_account):
        with pytest.raises(PinRefused):
            lending.confirm_by_pin(counter.runtime, counter.clerk, hand_over_id, "000001")
    with pytest.raises(PinClosed):
        lending.confirm_by_pin(counter.runtime, counter.clerk, hand_over_id, counter.pin)

    assert counter.states()[0] is State.IN_TRANSIT
    counter.later(minutes=counter.runtime.settings.login_window_minutes, seconds=1)
    lending.confirm_by_pin(counter.runtime, counter.clerk, hand_over_id, counter.pin)
    assert counter.states()[0] is State.HELD


def test_a_bystander_neither_sees_nor_signs_a_hand_over(counter):
    hand_over_id = counter.give(counter.mark(1))

    with pytest.raises(UnknownRow):
        lending.get_hand_over(counter.runtime, counter.handler, hand_over_id)
    with pytest.raises(UnknownRow):
        lending.confirm_by_pin(counter.runtime, counter.handler, hand_over_id, counter.pin)


def test_a_drawn_signature_is_kept_as_our_own_picture_and_stands_on_the_receipt(counter):
    hand_over_id = counter.give(counter.mark(1))
    picture = drawn()
    lending.confirm_by_signature(counter.runtime, counter.clerk, hand_over_id, picture)

    view = lending.get_hand_over(counter.runtime, counter.clerk, hand_over_id)
    kept = counter.runtime.store.get(view.signature_sha256)
    assert kept != picture
    with Image.open(io.BytesIO(kept)) as opened:
        assert (opened.format, opened.size, opened.mode) == ("PNG", (400, 160), "L")
    assert lending.receipt(counter.runtime, view).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<svg/>", id="no PNG"),
        pytest.param(drawn()[:200], id="cut off"),
        pytest.param(drawn(ink=False), id="blank"),
        pytest.param(drawn() + b"\0" * lending.SIGNATURE_LIMIT_BYTES, id="too big"),
        pytest.param(drawn(size=(2500, 2000)), id="too many pixels"),
    ],
)
def test_what_is_no_signature_signs_nothing(counter, picture):
    hand_over_id = counter.give(counter.mark(1))

    with pytest.raises(SignatureUnfit):
        lending.confirm_by_signature(counter.runtime, counter.clerk, hand_over_id, picture)
    assert counter.states()[0] is State.IN_TRANSIT


def test_nobody_watches_their_own_signature(counter):
    hand_over_id = counter.give(counter.mark(1), to=counter.other_clerk)

    with pytest.raises(SignatureUnseen):
        lending.confirm_by_signature(counter.runtime, counter.other_clerk, hand_over_id, drawn())


def test_a_stack_tells_of_each_copy_whether_it_fits(counter):
    counter.hold(counter.mark(1))
    giving = counter.lay_out(Task.GIVE, counter.mark(1), counter.mark(2))
    taking = counter.lay_out(Task.TAKE_BACK, counter.mark(1), counter.mark(2))

    assert [row.fits for row in giving.rows] == [False, True]
    assert [row.fits for row in taking.rows] == [True, False]
    assert [name.id for name in taking.holders] == [counter.holder.person_id]
    assert not giving.fits


def test_a_second_scan_of_a_copy_says_so_and_adds_nothing(counter):
    stack, first = counter.add(Task.GIVE, (), counter.mark(1))
    stack, again = counter.add(Task.GIVE, stack.texts, counter.mark(1, 2))

    assert (first, again) == (Outcome.ADDED, Outcome.AGAIN)
    assert len(stack.texts) == 1


@pytest.mark.parametrize("text", ["6901234567892", "F1" + "0" * 32, "ZZZZZ-ZZZZZ-ZZZZZ"])
def test_an_unknown_code_stays_in_sight_and_holds_the_task_up(counter, text):
    stack, outcome = counter.add(Task.GIVE, [counter.mark(1)], text)

    assert outcome is Outcome.STRAY
    assert [stray.text for stray in stack.strays] == [text]
    assert not stack.fits
    texts = stacks.remove(counter.runtime, stack.texts, text, every_page=False)
    assert counter.lay_out(Task.GIVE, *texts).fits


def test_a_true_code_of_no_copy_stays_in_sight_as_well(counter):
    stack = counter.lay_out(Task.GIVE, counter.runtime.tokens.qr_text("0000000000000", 1))

    assert [stray.error.code for stray in stack.strays] == [UnknownCopy.code]


def test_a_copy_taken_off_the_stack_takes_its_pages_with_it(counter):
    texts = [*counter.pile(1), counter.mark(2, 1), counter.mark(3, 2), counter.mark(2, 3)]

    kept = stacks.remove(counter.runtime, texts, counter.codes[1], every_page=True)
    assert kept == tuple(counter.pile(1))


def test_only_the_counter_lays_out_stacks(counter):
    with pytest.raises(PermissionDenied):
        stacks.lay_out(counter.runtime, counter.holder, Task.GIVE, [counter.mark(1)], every_page=False)


def test_a_whole_copy_comes_back_page_by_page(counter):
    counter.hold(counter.mark(1))
    return_id = counter.take_back(*counter.pile(1, 1, 3, 2), every_page=True)

    (item,) = lending.get_return(counter.runtime, counter.holder, return_id).copies
    assert (item.pages_counted, item.missing, item.foreign) == (3, (), ())
    assert counter.states()[0] is State.IN_STOCK


def test_a_missing_and_a_swapped_page_are_told_before_and_are_on_record_after(counter):
    counter.hold(counter.mark(1), counter.mark(2))
    scans = [counter.mark(1, 1), counter.mark(1, 2), counter.mark(2, 3), *counter.pile(2, 1, 2)]
    first, second = counter.lay_out(Task.TAKE_BACK, *scans, every_page=True).rows
    foreign = (f"{human_code(counter.codes[1])} p. 3",)
    assert (first.check.missing, first.check.foreign) == ((3,), foreign)
    assert (second.check.missing, second.check.foreign) == ((3,), ())

    with pytest.raises(PagesUnclear):
        counter.take_back(*scans, every_page=True)
    assert counter.states()[:2] == [State.HELD, State.HELD]
    return_id = counter.take_back(*scans, every_page=True, despite_faults=True)
    view = lending.get_return(counter.runtime, counter.clerk, return_id)
    assert [(item.pages_counted, item.missing, item.foreign) for item in view.copies] == [
        (2, (3,), foreign),
        (2, (3,), ()),
    ]


def test_a_page_of_another_copy_is_heard_at_once(counter):
    counter.hold(counter.mark(1), counter.mark(2))
    _, outcome = counter.add(Task.TAKE_BACK, counter.pile(1, 1, 2), counter.mark(2, 3), every_page=True)
    assert outcome is Outcome.FOREIGN
    _, own = counter.add(Task.TAKE_BACK, counter.pile(1, 1, 2), counter.mark(1, 3), every_page=True)
    assert own is Outcome.ADDED


def test_counted_by_hand_one_scan_stands_for_the_copy(counter):
    counter.hold(counter.mark(1))
    return_id = counter.take_back(counter.mark(1, 2))

    (item,) = lending.get_return(counter.runtime, counter.clerk, return_id).copies
    assert item.pages_counted == 3


def test_a_copy_in_stock_does_not_come_back_and_nothing_of_its_stack_does(counter):
    counter.hold(counter.mark(1))
    with pytest.raises(ImpossibleStep):
        counter.take_back(counter.mark(1), counter.mark(2))

    assert counter.states()[0] is State.HELD
    assert counter.denied() == [("copy.return", "impossible-step")]


def test_a_transfer_ends_one_custody_and_the_next_begins_with_the_signature(counter):
    counter.hold(counter.mark(1))
    hand_over_id = lending.transfer(
        counter.runtime, counter.clerk, [counter.mark(1)], counter.handler.person_id
    )
    assert lending.holdings_of(counter.runtime, counter.holder) == ()
    lending.confirm_by_pin(counter.runtime, counter.handler, hand_over_id, counter.pin)

    (held,) = lending.holdings_of(counter.runtime, counter.handler)
    assert held.copy.code == counter.codes[0]


def test_what_is_out_shows_the_overdue_first(counter):
    counter.hold(counter.mark(1))
    due_at = counter.now + timedelta(hours=2)
    late = counter.give(counter.mark(2), kind=HandOverKind.LOAN, due_at=due_at)
    lending.confirm_by_pin(counter.runtime, counter.clerk, late, counter.pin)
    counter.later(hours=3)

    rows = lending.everything_out(counter.runtime, counter.clerk)
    assert [(row.copy.code, row.is_overdue(counter.now)) for row in rows] == [
        (counter.codes[1], True),
        (counter.codes[0], False),
    ]


def test_each_sees_what_waits_for_their_own_signature_and_the_counter_sees_all(counter):
    first, second = counter.give(counter.mark(1)), counter.give(counter.mark(2), to=counter.handler)

    assert [row.id for row in lending.unsigned(counter.runtime, counter.clerk)] == [first, second]
    assert [row.id for row in lending.unsigned(counter.runtime, counter.handler)] == [second]
