"""Two papers whose titles the invented company does not write down: one is printed and gone, one still waits."""

from datetime import timedelta
from typing import Final

from registry.rules.approval import Act
from registry.rules.codenames import SHOWN_AS
from registry.rules.facts import DocumentFacts
from registry.rules.words import HandOverKind
from service.demo import company
from service.demo.company import MID, DemoPaper
from service.demo.papers import draw_paper
from service.demo.story import HOUR, Story
from service.flows import light, registering, requesting
from service.flows.requesting import Wish

GONE: Final = "银杏 Ginkgo 417"
HERE: Final = "白鹭 Egret 208"
_BRIEFING: Final = DemoPaper(13, "YF", "样机技术转让谈判底线", MID, "10年", "zh", 3)
_READER: Final = "li.mu"
_ANNEX: Final = DemoPaper(1, "YF", "样机技术转让谈判附件", MID, "10年", "zh", 0)


def plan(story: Story) -> None:
    """Put both on the story's agenda: the first is printed, handed out and gone; the second was just registered."""
    begin = story.today - timedelta(days=_BRIEFING.day) + 2 * HOUR
    story.timeline.at(begin, lambda: _print_and_forget(story))
    story.timeline.at(story.today - timedelta(days=1) + 8 * HOUR, lambda: _register(story, _ANNEX, HERE, 2))


def _print_and_forget(story: Story) -> None:
    _register(story, _BRIEFING, GONE, 1)
    wish = Wish(
        document_id=story.documents[_BRIEFING.title],
        act=Act.PRINT,
        reason="谈判组使用 For the negotiators",
        until=story.timeline.now() + timedelta(days=7),
        copies=_BRIEFING.copies,
        recipients=(story.person(_READER),),
    )
    request_id = requesting.ask(story.runtime, story.cast.actors[company.HANDLERS[_BRIEFING.unit]], wish)
    story.agree(request_id, *story.approvers(_BRIEFING))
    story.print_run(_BRIEFING, request_id)
    light.order_due(story.runtime)
    story.work()
    story.hand_over(story.copies[_BRIEFING.title][:1], _READER, HandOverKind.ISSUE)


def _register(story: Story, paper: DemoPaper, code_name: str, number: int) -> None:
    story.report(SHOWN_AS + code_name)
    unit = next(one for one in company.UNITS if one.code == paper.unit)
    doc_number = f"{unit.zh[:2]}密字〔{story.today.year}〕{number}号"
    facts = DocumentFacts(
        doc_number=doc_number,
        title="",
        issuing_unit_id=story.cast.units[paper.unit],
        classifying_unit_id=story.cast.units[paper.unit],
        scheme="company",
        level=paper.level,
        secrecy_period=paper.period,
        need_to_know="项目组成员",
        code_name=code_name,
    )
    pdf = draw_paper(paper, doc_number, unit.zh)
    story.documents[paper.title] = registering.register(story.runtime, story.cast.actors["clerk"], facts, pdf)
