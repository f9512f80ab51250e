"""A meeting in lines: only what the view holds, which is what the person at the keyboard may see."""

from collections.abc import Iterator

from registry.rules.codes import copy_no_text, human_code
from registry.views.meetings.lines import AttendeeLine, BoardLine, CheckLine, MeetingView, ThingLine, Told


def meeting_lines(view: MeetingView) -> Iterator[str]:
    """Yield a meeting line by line."""
    row = view.row
    yield f"{row.id}  {row.state}  {row.level}  {row.title}"
    yield f"{row.starts_at:%Y-%m-%d %H:%M}Z  {row.place}  {row.unit.code}  {row.documents} documents"
    for item in view.items:
        yield f"  item {item.number}  {item.level}  {item.title}"
    yield from map(_check, view.checks)
    for attendee in view.attendees:
        yield from _attendee(attendee)
    for guard in view.guards:
        yield f"  guard {guard.person.staff_no}  {guard.post}"
    yield from map(_thing, view.things)
    yield from map(_outstanding, view.board)
    if view.scope:
        yield f"  scope {' '.join(unit.code for unit in view.scope)}"
    for press in view.press:
        yield f"  press {press.outlet}  {press.persons}  request {press.request_id}"
    yield from map(_conveyance, view.conveyances)
    for breach in view.incidents:
        settled = "settled" if breach.settled_at else "open"
        yield f"  incident {breach.id}  {breach.breach}  {settled}  {breach.what}"


def _check(line: CheckLine) -> str:
    standing = "open" if line.is_open else "done"
    need = "mandatory" if line.is_mandatory else "optional"
    due = f"due {line.due_at:%Y-%m-%d %H:%M}Z{'  LATE' if line.is_late else ''}"
    return (
        f"  check {line.check.id}  {need}  {standing}  {line.owner.staff_no}  {due}  {line.evidence}".rstrip()
    )


def _thing(line: ThingLine) -> str:
    back = f"back {line.back_at:%Y-%m-%d %H:%M}Z" if line.back_at else "out"
    return f"  {line.kind} {line.number}  {line.person.staff_no}  {line.what}  {back}"


def _outstanding(line: BoardLine) -> str:
    who = line.person.staff_no if line.person else "-"
    signed = f"  stays out: {line.exception}" if line.exception else ""
    return f"  outstanding {line.kind}  {line.key}  {line.what}  {who}{signed}"


def _conveyance(told: Told) -> str:
    waiting = sum(signed_at is None for _, signed_at in told.listeners)
    return (
        f"  conveyance {told.id}  {told.conveyed_at:%Y-%m-%d %H:%M}Z  {told.conveyer.staff_no}  "
        f"{len(told.listeners)} listeners, {waiting} to sign"
    )


def _attendee(line: AttendeeLine) -> Iterator[str]:
    seat = line.seat or "-"
    missing = [
        word
        for word, done_at in (("education", line.educated_at), ("pledge", line.pledged_at))
        if done_at is None
    ]
    lacks = f"  lacks {', '.join(missing)}" if missing else ""
    yield f"  attendee {line.person.staff_no}  {line.state}  seat {seat}{lacks}"
    for copy in line.copies:
        held = "held" if copy.is_held else "not held"
        yield f"    {copy_no_text(copy.copy_no)}  {human_code(copy.code)}  {held}"
