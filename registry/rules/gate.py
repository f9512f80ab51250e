"""What a gate answers: green, amber or red, with one reason.

Decides over a frozen `Situation` that others have gathered; never looks anything up. Laws:

* The checks are a table, tried in order; the first that objects decides. Only when none objects is the answer green.
* Every reason has its colour in one table. Amber: a supervisor may decide. Red: hold, call, record.
* Every attempt is recorded by the caller, refusals as carefully as passes: a verdict is returned, never raised.
* A verdict carries no title and no name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from registry.errors import Fact
from registry.rules.clocks import DEFAULT_CLOCKS, Clocks, Window, window
from registry.rules.levels import Handling
from registry.rules.lifecycle import State
from registry.rules.words import Direction


class Colour(StrEnum):
    """What the guard sees first."""

    GREEN = "GREEN"
    AMBER = "AMBER"
    RED = "RED"


class Proof(StrEnum):
    """How the gate knows which copy it is."""

    SIGNED = "signed"
    """A QR whose keyed check was proven."""
    HIDDEN = "hidden"
    """The hidden marks of a photographed page, which no QR accompanied."""
    TYPED = "typed"
    """A code typed by hand; its check characters prove only that it was typed rightly."""
    CONTRADICTED = "contradicted"
    """A proven QR on a page whose hidden marks name another copy: it was moved or cloned."""
    FOREIGN = "foreign"
    """Something was read, but it is none of our marks."""
    NOTHING = "nothing"
    """Nothing was read at all."""


NAMING: frozenset[Proof] = frozenset({Proof.SIGNED, Proof.HIDDEN, Proof.TYPED})
"""The proofs that name a copy."""


class Reason(StrEnum):
    """Why; stable codes, found in the gate log for ever."""

    MAY_LEAVE = "may-leave"
    MAY_ENTER = "may-enter"
    NOT_GENUINE = "not-genuine"
    NO_MARK = "no-mark"
    MARKS_DISAGREE = "marks-disagree"
    UNKNOWN_COPY = "unknown-copy"
    COPY_VOID = "copy-void"
    COPY_SPOILED = "copy-spoiled"
    COPY_DESTROYED = "copy-destroyed"
    COPY_LOST = "copy-lost"
    COPY_UNACCOUNTED = "copy-unaccounted"
    COPY_RECALLED = "copy-recalled"
    ALREADY_OUT = "already-out"
    NOT_OUTSIDE = "not-outside"
    NOT_HANDED_OUT = "not-handed-out"
    RETURN_CLAIMED = "return-claimed"
    NO_PERMIT = "no-permit"
    PERMIT_USED = "permit-used"
    PERMIT_OTHER_GATE = "permit-other-gate"
    PERMIT_NOT_YET = "permit-not-yet"
    PERMIT_EXPIRED = "permit-expired"
    CARRIER_NOT_SHOWN = "carrier-not-shown"
    CARRIER_DIFFERS = "carrier-differs"
    SECOND_CARRIER_MISSING = "second-carrier-missing"
    MEETING_FORBIDS = "meeting-forbids"
    SEAL_BROKEN = "seal-broken"
    PAGES_NOT_COUNTED = "pages-not-counted"
    PAGES_DIFFER = "pages-differ"
    LIST_STALE = "list-stale"
    LIST_TOO_OLD = "list-too-old"
    IMPOSSIBLE_TRAVEL = "impossible-travel"
    CODE_TYPED = "code-typed"
    HIDDEN_MARK_ONLY = "hidden-mark-only"
    BAG_MAY_LEAVE = "bag-may-leave"
    BAG_MAY_ENTER = "bag-may-enter"
    BAG_TO_BE_LOOKED_AT = "bag-to-be-looked-at"
    UNKNOWN_SEAL = "unknown-seal"
    SEAL_USED_UP = "seal-used-up"
    BAG_NOT_HANDED = "bag-not-handed"
    BAG_ALREADY_OUT = "bag-already-out"
    BAG_NOT_OUTSIDE = "bag-not-outside"
    ESCORT_DIFFERS = "escort-differs"


COLOURS: dict[Reason, Colour] = {
    Reason.MAY_LEAVE: Colour.GREEN,
    Reason.MAY_ENTER: Colour.GREEN,
    Reason.NOT_GENUINE: Colour.RED,
    Reason.NO_MARK: Colour.RED,
    Reason.MARKS_DISAGREE: Colour.RED,
    Reason.UNKNOWN_COPY: Colour.RED,
    Reason.COPY_VOID: Colour.RED,
    Reason.COPY_SPOILED: Colour.RED,
    Reason.COPY_DESTROYED: Colour.RED,
    Reason.COPY_LOST: Colour.RED,
    Reason.COPY_UNACCOUNTED: Colour.RED,
    Reason.COPY_RECALLED: Colour.RED,
    Reason.ALREADY_OUT: Colour.RED,
    Reason.NOT_OUTSIDE: Colour.AMBER,
    Reason.NOT_HANDED_OUT: Colour.RED,
    Reason.RETURN_CLAIMED: Colour.RED,
    Reason.NO_PERMIT: Colour.RED,
    Reason.PERMIT_USED: Colour.RED,
    Reason.PERMIT_OTHER_GATE: Colour.AMBER,
    Reason.PERMIT_NOT_YET: Colour.AMBER,
    Reason.PERMIT_EXPIRED: Colour.AMBER,
    Reason.CARRIER_NOT_SHOWN: Colour.AMBER,
    Reason.CARRIER_DIFFERS: Colour.RED,
    Reason.SECOND_CARRIER_MISSING: Colour.AMBER,
    Reason.MEETING_FORBIDS: Colour.RED,
    Reason.SEAL_BROKEN: Colour.RED,
    Reason.PAGES_NOT_COUNTED: Colour.AMBER,
    Reason.PAGES_DIFFER: Colour.RED,
    Reason.LIST_STALE: Colour.AMBER,
    Reason.LIST_TOO_OLD: Colour.AMBER,
    Reason.IMPOSSIBLE_TRAVEL: Colour.RED,
    # Whoever knows a code can type it with another paper in hand, and a QR that is gone may have been cut away:
    # somebody besides the guard looks at the paper.
    Reason.CODE_TYPED: Colour.AMBER,
    Reason.HIDDEN_MARK_ONLY: Colour.AMBER,
    # Of sealed bags on their way to the plant: see ``baggate``.
    Reason.BAG_MAY_LEAVE: Colour.GREEN,
    Reason.BAG_MAY_ENTER: Colour.GREEN,
    Reason.BAG_TO_BE_LOOKED_AT: Colour.AMBER,
    Reason.UNKNOWN_SEAL: Colour.RED,
    Reason.SEAL_USED_UP: Colour.RED,
    Reason.BAG_NOT_HANDED: Colour.RED,
    Reason.BAG_ALREADY_OUT: Colour.RED,
    Reason.BAG_NOT_OUTSIDE: Colour.RED,
    Reason.ESCORT_DIFFERS: Colour.RED,
}

CONFIRMABLE: frozenset[Reason] = frozenset(
    {
        Reason.CARRIER_NOT_SHOWN,
        Reason.SECOND_CARRIER_MISSING,
        Reason.PAGES_NOT_COUNTED,
        Reason.BAG_TO_BE_LOOKED_AT,
    }
)
"""Amber reasons that the guard can settle alone, by looking: who carries, how many pages, whether a seal is whole."""

OVERRIDES: dict[Reason, int] = {Reason.LIST_TOO_OLD: 2, Reason.BAG_TO_BE_LOOKED_AT: 0}
"""How many supervisors an amber reason wants; one where it is not named, none for a bag: its guard looks again."""


@dataclass(frozen=True, slots=True)
class Permit:
    """A take-out permit for this copy.

    Attributes:
        gate_id: The only gate it is for; ``None`` for any.
        carriers: Persons who may carry, by id.
        is_used: Whether an exit has already used it.
    """

    id: int
    gate_id: int | None
    from_at: datetime
    until_at: datetime
    carriers: frozenset[int]
    is_used: bool = False


@dataclass(frozen=True, slots=True)
class KnownCopy:
    """What the register says about the scanned copy."""

    state: State
    handling: Handling
    pages: int
    is_recalled: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where this copy was seen last, and how soon it can be at this gate."""

    at: datetime
    gate_id: int
    travel: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Everything a verdict may depend on.

    Attributes:
        proof: How the gate knows which copy it is.
        copy: ``None`` when the register knows no such copy.
        permits: All permits ever opened for this copy, used and lapsed ones too.
        carriers: Persons who showed themselves at the gate, by id.
        forbidden_by_meeting: Whether a meeting's rule keeps the copy inside.
        pages_counted: Pages the guard counted; ``None`` when nobody has.
        is_seal_intact: State of a numbered seal; ``None`` when there is none. An intact seal stands for the count.
        list_age: Age of the gate's list; ``None`` when the gate asked the register itself.
        colours: The colour of every reason under the rules in force.
    """

    direction: Direction
    gate_id: int
    at: datetime
    proof: Proof
    copy: KnownCopy | None
    permits: tuple[Permit, ...] = ()
    carriers: frozenset[int] = frozenset()
    forbidden_by_meeting: bool = False
    pages_counted: int | None = None
    is_seal_intact: bool | None = None
    list_age: timedelta | None = None
    last_seen: Sighting | None = None
    clocks: Clocks = DEFAULT_CLOCKS
    colours: Mapping[Reason, Colour] = field(default_factory=lambda: COLOURS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer.

    Attributes:
        permit_id: The permit that a green exit uses up.
        facts: What the reason is about: states, counts, times as text; never a name or a title.
    """

    colour: Colour
    reason: Reason
    permit_id: int | None = None
    facts: dict[str, Fact] = field(default_factory=dict)

    @property
    def overrides_needed(self) -> int:
        """How many supervisors must agree to let it pass all the same; 0 when nobody can or need."""
        return OVERRIDES.get(self.reason, 1) if self.colour is Colour.AMBER else 0


Objection: TypeAlias = tuple[Reason, dict[str, Fact]]
Check: TypeAlias = Callable[[Situation], Objection | None]


def judge(situation: Situation) -> Verdict:
    """Return the gate's answer: the objection of the first check that has one, else green."""
    for check in CHECKS[situation.direction]:
        if objection := check(situation):
            reason, facts = objection
            return Verdict(situation.colours[reason], reason, None, facts)
    if situation.direction is Direction.ENTRY:
        return Verdict(Colour.GREEN, Reason.MAY_ENTER)
    permit = _open_permits(situation)[0]
    return Verdict(Colour.GREEN, Reason.MAY_LEAVE, permit.id)


def is_same_scan(previous_at: datetime, at: datetime, clocks: Clocks = DEFAULT_CLOCKS) -> bool:
    """Return whether a second scan of one code, at one gate in one direction, is the same event as the first."""
    return abs(at - previous_at) <= clocks.same_scan


def nearest_permit(situation: Situation) -> int | None:
    """Return the unused permit under which a supervisor lets a copy leave: one good here and now before any other."""
    unused = [permit for permit in situation.permits if not permit.is_used]
    good = {permit.id for permit in _open_permits(situation)}
    ranked = sorted(unused, key=lambda permit: (permit.id not in good, permit.until_at, permit.id))
    return ranked[0].id if ranked else None


def still_waits(happened_at: datetime, now: datetime, clocks: Clocks = DEFAULT_CLOCKS) -> bool:
    """Return whether an amber attempt may still be decided: the paper stands at the gate only so long."""
    return timedelta(0) <= now - happened_at <= clocks.gate_decision


def _genuine(situation: Situation) -> Objection | None:
    if situation.proof is Proof.NOTHING:
        return Reason.NO_MARK, {}
    if situation.proof is Proof.CONTRADICTED:
        return Reason.MARKS_DISAGREE, {}
    return None if situation.proof in NAMING else (Reason.NOT_GENUINE, {})


def _known(situation: Situation) -> Objection | None:
    return None if situation.copy else (Reason.UNKNOWN_COPY, {})


_WRONG_EVERYWHERE: dict[State, Reason] = {
    State.VOID: Reason.COPY_VOID,
    State.SPOILED: Reason.COPY_SPOILED,
    State.DESTROYED: Reason.COPY_DESTROYED,
    State.LOST: Reason.COPY_LOST,
    State.UNACCOUNTED: Reason.COPY_UNACCOUNTED,
}

_WRONG_AT_EXIT: dict[State, Reason] = {
    State.OUTSIDE: Reason.ALREADY_OUT,
    State.RESERVED: Reason.NOT_HANDED_OUT,
    State.IN_STOCK: Reason.NOT_HANDED_OUT,
    State.IN_TRANSIT: Reason.NOT_HANDED_OUT,
    State.SEALED: Reason.NOT_HANDED_OUT,
    State.CLAIMED: Reason.RETURN_CLAIMED,
}


def _not_given_up(situation: Situation) -> Objection | None:
    copy = _copy(situation)
    reason = _WRONG_EVERYWHERE.get(copy.state)
    return (reason, {"state": str(copy.state)}) if reason else None


def _not_recalled(situation: Situation) -> Objection | None:
    return (Reason.COPY_RECALLED, {}) if _copy(situation).is_recalled else None


def _handed_out(situation: Situation) -> Objection | None:
    copy = _copy(situation)
    reason = _WRONG_AT_EXIT.get(copy.state)
    return (reason, {"state": str(copy.state)}) if reason else None


def _was_outside(situation: Situation) -> Objection | None:
    copy = _copy(situation)
    return None if copy.state is State.OUTSIDE else (Reason.NOT_OUTSIDE, {"state": str(copy.state)})


def _permitted(situation: Situation) -> Objection | None:
    """Object with the reason of the permit that came closest: used, other gate, not yet, expired."""
    if _open_permits(situation):
        return None
    unused = [permit for permit in situation.permits if not permit.is_used]
    if not unused:
        return (Reason.PERMIT_USED if situation.permits else Reason.NO_PERMIT), {}
    here = [permit for permit in unused if permit.gate_id in {None, situation.gate_id}]
    ahead = [permit for permit in here or unused if _window(permit, situation) is Window.NOT_YET]
    if here and ahead:
        return Reason.PERMIT_NOT_YET, {"from_at": min(permit.from_at for permit in ahead).isoformat()}
    if here:
        return Reason.PERMIT_EXPIRED, {"until_at": max(permit.until_at for permit in here).isoformat()}
    if all(_window(permit, situation) is Window.OVER for permit in unused):
        return Reason.PERMIT_EXPIRED, {"until_at": max(permit.until_at for permit in unused).isoformat()}
    return Reason.PERMIT_OTHER_GATE, {
        "gate_ids": tuple(sorted(permit.gate_id for permit in unused if permit.gate_id is not None))
    }


def _carried_by_its_carriers(situation: Situation) -> Objection | None:
    """Object unless everyone who shows the copy is named on one open permit, and enough of them do."""
    wanted = CARRIERS_WANTED[_copy(situation).handling]
    if not situation.carriers:
        return Reason.CARRIER_NOT_SHOWN, {"wanted": wanted}
    if not any(situation.carriers <= permit.carriers for permit in _open_permits(situation)):
        return Reason.CARRIER_DIFFERS, {}
    if len(situation.carriers) < wanted:
        return Reason.SECOND_CARRIER_MISSING, {"wanted": wanted, "got": len(situation.carriers)}
    return None


def _allowed_by_meeting(situation: Situation) -> Objection | None:
    return (Reason.MEETING_FORBIDS, {}) if situation.forbidden_by_meeting else None


def _pages_confirmed(situation: Situation) -> Objection | None:
    expected, counted = _copy(situation).pages, situation.pages_counted
    if situation.is_seal_intact is False:
        return Reason.SEAL_BROKEN, {}
    if counted is not None and counted != expected:
        return Reason.PAGES_DIFFER, {"expected": expected, "counted": counted}
    if counted is None and situation.is_seal_intact is None:
        return Reason.PAGES_NOT_COUNTED, {"expected": expected}
    return None


def _list_fresh(situation: Situation) -> Objection | None:
    age, clocks = situation.list_age, situation.clocks
    if age is None:
        return None
    minutes = age // timedelta(minutes=1)
    if age > clocks.list_usable or _copy(situation).handling is Handling.TOP_SECRET:
        return Reason.LIST_TOO_OLD, {"age_min": minutes}
    return (Reason.LIST_STALE, {"age_min": minutes}) if age > clocks.list_fresh else None


def _seen_possibly(situation: Situation) -> Objection | None:
    seen = situation.last_seen
    if seen is None or situation.at - seen.at >= seen.travel:
        return None
    return Reason.IMPOSSIBLE_TRAVEL, {"gate_id": seen.gate_id, "seen_at": seen.at.isoformat()}


def _named_by_its_qr(situation: Situation) -> Objection | None:
    """Object last of all, so that what a supervisor is asked about is in order in every other way."""
    reason = {Proof.TYPED: Reason.CODE_TYPED, Proof.HIDDEN: Reason.HIDDEN_MARK_ONLY}.get(situation.proof)
    return (reason, {}) if reason else None


CARRIERS_WANTED: dict[Handling, int] = {
    Handling.CONFIDENTIAL: 1,
    Handling.SECRET: 1,
    Handling.TOP_SECRET: 2,
}
"""Carriers who must come together (company rules)."""

CHECKS: dict[Direction, tuple[Check, ...]] = {
    Direction.EXIT: (
        _genuine,
        _known,
        _not_given_up,
        _not_recalled,
        _handed_out,
        _permitted,
        _carried_by_its_carriers,
        _allowed_by_meeting,
        _pages_confirmed,
        _list_fresh,
        _seen_possibly,
        _named_by_its_qr,
    ),
    # What comes home is let in, recalled or not; what should not be out there is held or looked at.
    Direction.ENTRY: (_genuine, _known, _not_given_up, _was_outside, _named_by_its_qr),
}
"""The checks of each direction, in the order in which they decide."""


def _copy(situation: Situation) -> KnownCopy:
    if situation.copy is None:
        raise ValueError("this check comes after the one for a known copy")
    return situation.copy


def _window(permit: Permit, situation: Situation) -> Window:
    return window(permit.from_at, permit.until_at, situation.at)


def _open_permits(situation: Situation) -> list[Permit]:
    """Return the permits good here and now, those that name the carriers present first, soonest to lapse first."""
    found = [
        permit
        for permit in situation.permits
        if not permit.is_used
        and permit.gate_id in {None, situation.gate_id}
        and _window(permit, situation) is Window.OPEN
    ]
    return sorted(
        found, key=lambda permit: (not situation.carriers <= permit.carriers, permit.until_at, permit.id)
    )
