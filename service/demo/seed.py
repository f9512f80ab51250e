"""The demonstration's data: made once, in a folder of its own, by the product's own flows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from registry.rules.codes import human_code
from service import demo_accounts
from service.demo import company, old_register, unnamed
from service.demo.campaigns import Campaigns
from service.demo.cast import move_in
from service.demo.families import Families
from service.demo.gatherings import Gatherings, install
from service.demo.governing import Governing
from service.demo.leak import EARLIER, LATEST, picture_drill, picture_leak
from service.demo.mishaps import Mishaps
from service.demo.story import Story
from service.demo.timeline import Timeline
from service.demo.transports import Transports
from service.demo_accounts import DemoAccount
from service.flows import checkpoints, drilling, tracing
from service.flows.tracing import Offered
from service.runtime import Runtime

DAYS = 61
MARGIN = timedelta(hours=2)
"""How long ago the day of the demonstration began at least, so that nothing in it lies in the future."""


def seed(runtime: Runtime, report: Callable[[str], None]) -> None:
    """Let two months pass in an empty demonstration, and write its logins down.

    Args:
        runtime: Of a migrated, empty demonstration; its clock says when the two months end.
        report: Told what is being made, for people who wait.
    """
    now = runtime.now()
    today = datetime.combine((now - MARGIN).date(), time(), UTC)
    timeline = Timeline(today - timedelta(days=DAYS))
    past = replace(runtime, clock=timeline.now)
    story = Story(past, timeline, move_in(past, report), today, report)
    story.plan()
    mishaps = Mishaps(story)
    mishaps.plan()
    Gatherings(story, install(past, story.cast)).plan()
    Campaigns(story).plan()
    Families(story).plan()
    Governing(story).plan()
    Transports(story).plan()
    old_register.plan(story)
    unnamed.plan(story)
    timeline.at(today - timedelta(days=9), lambda: _trace_earlier_leak(story))
    timeline.at(max(now, today), mishaps.wait_at_the_shredder)
    timeline.run()
    report(company.LEAK_FILE)
    _report_latest_leak(story)
    _drill(story)
    checkpoints.sign_head(runtime)
    demo_accounts.write(runtime.settings, map(_shown, company.SHOWN_LOGINS))


def _trace_earlier_leak(story: Story) -> None:
    """Have a page traced whose QR can still be read."""
    note = "竞争对手展台上发现 Seen at a competitor's stand"
    seen_at = story.timeline.now() - timedelta(days=2)
    picture = picture_leak(story, EARLIER)
    auditor = story.cast.actors["auditor2"]
    offered = [Offered(picture, "stand.jpg")]
    case_id = tracing.open_case(story.runtime, auditor, offered, note=note, leak_at=seen_at)
    story.work()
    story.timeline.at(story.timeline.now() + timedelta(hours=20), lambda: _confirm(story, case_id))


def _confirm(story: Story, case_id: int) -> None:
    """Let the other auditor look at what was found, and agree."""
    checker = story.cast.actors["auditor"]
    run = tracing.result(story.runtime, checker, case_id).run
    if run is not None:
        reason = "与回收的纸张核对一致 Compared with the paper that was taken back"
        tracing.review(story.runtime, checker, case_id, run.id, agreed=True, reason=reason)


def _drill(story: Story) -> None:
    """Leave the pictures of a small drill to the worker of the first start."""
    auditor = story.cast.actors["auditor"]
    for channel, (code, pictures) in picture_drill(story).items():
        offered = [Offered(picture, f"{number}.jpg") for number, picture in enumerate(pictures, 1)]
        drilling.open_drill(story.runtime, auditor, human_code(code), channel, offered, simulated=True)


def _report_latest_leak(story: Story) -> None:
    """Keep the picture beside the data, and open a case that the worker of the first start will read."""
    picture = picture_leak(story, LATEST)
    (story.runtime.settings.data_dir / company.LEAK_FILE).write_bytes(picture)
    note = "匿名寄到举报信箱 Sent to the hotline without a name"
    seen_at = story.timeline.now() - timedelta(hours=6)
    auditor = story.cast.actors["auditor"]
    offered = [Offered(picture, company.LEAK_FILE)]
    tracing.open_case(story.runtime, auditor, offered, note=note, leak_at=seen_at)


def _shown(login: str) -> DemoAccount:
    person = next(one for one in company.PEOPLE if one.login == login)
    role = person.roles[0] if person.roles else company.HOLDER
    return DemoAccount(login, company.PASSWORD, role, person.zh, person.en)
