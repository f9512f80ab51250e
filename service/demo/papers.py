"""Papers of the invented company, drawn as real PDFs of several pages in Chinese and English; the same each time.

A paper with a photograph has one page more, dark from edge to edge: what the preflight warns of.
"""

import io
import random
from typing import Final

from PIL import Image, ImageDraw
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

from service.demo.company import DemoPaper
from service.papers.sheet import FONT, paragraph_style, register_font

INK: Final = HexColor("#111111")
MARGIN_MM: Final = 27

_HEADINGS: Final = {
    "zh": (
        "一、背景与目标",
        "二、现状评估",
        "三、主要方案",
        "四、风险与对策",
        "五、资源与进度",
        "六、需要决定的事项",
    ),
    "en": (
        "1. Background and aim",
        "2. Where we stand",
        "3. Options",
        "4. Risks",
        "5. Resources and time",
        "6. Decisions",
    ),
}
_SENTENCES: Final = {
    "zh": (
        "本轮工作以既定里程碑为准，凡与上一版不一致之处均以本文件为准。",
        "经三个月比对试验，样机在高低温循环条件下的零偏稳定性优于设计指标的百分之十二。",
        "供应商乙方提出的交付周期较合同约定延长六周，须在下月评审前给出替代方案。",
        "相关费用已列入年度预算，超出部分由责任部门在季度调整时说明。",
        "对外口径由战略发展部统一掌握，任何部门不得自行披露试验数据。",
        "建议将第二阶段拆分为两个并行任务，以便在关键元器件到货之前完成软件联调。",
        "目前有四项风险处于黄色状态，其中两项与供货有关，一项与人员流动有关。",
        "若竞争对手提前发布同类产品，我方价格区间需下调，底线另文说明。",
        "会议认为，现有方案在抗干扰能力上仍有余量，但功耗须进一步压缩。",
        "各单位应于本周五前反馈书面意见，逾期视为同意。",
        "附表所列数据仅供参会人员使用，会后随文件一并收回。",
        "考虑到汇率波动，采购合同宜采用分批结算并约定价格复核条款。",
    ),
    "en": (
        "This paper replaces all earlier drafts; where figures differ, the figures below are the ones to use.",
        "Bench tests over three months kept the bias drift within twelve percent of the design limit.",
        "The second supplier asks for six more weeks, which would move the review past the end of the quarter.",
        "Costs are within the budget line approved in spring; any excess is explained by the unit in charge.",
        "Nothing in this section may be discussed with partners before the board has taken its decision.",
        "We propose to split phase two into parallel tracks so that software integration can begin early.",
        "Four risks are amber at present: two concern supply, one staffing and one certification.",
        "Should a competitor publish first, our price range moves down; the floor is stated in a separate note.",
        "The margin against interference is comfortable, while power consumption still has to fall.",
        "Written comments are due by Friday; silence will be taken as agreement.",
        "The annexed table is for participants only and is collected together with this paper.",
        "Given the exchange rate, contracts should settle in stages and name a date for reviewing prices.",
    ),
}
_TABLE: Final = {
    "zh": (
        ("项目", "本期", "上期", "变化"),
        ("研发投入", "样机试制", "元器件采购", "外协测试", "差旅与会议"),
    ),
    "en": (
        ("Item", "Now", "Before", "Change"),
        ("Research", "Prototypes", "Components", "Outside tests", "Travel"),
    ),
}


def draw_paper(paper: DemoPaper, number: str, unit: str) -> bytes:
    """Return a document of the invented company as a PDF of two to five pages.

    Args:
        paper: What it is.
        number: Its document number.
        unit: The issuing unit's name in the paper's language.
    """
    register_font()
    chance = random.Random(paper.title)  # noqa: S311 - invented text, the same at every start
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=MARGIN_MM * mm,
        rightMargin=MARGIN_MM * mm,
        topMargin=32 * mm,
        bottomMargin=34 * mm,
        title=paper.title,
        author=unit,
        invariant=1,
    )
    document.build(_story(paper, number, unit, chance))
    return target.getvalue()


def _story(paper: DemoPaper, number: str, unit: str, chance: random.Random) -> list[Flowable]:
    body, head = paragraph_style(11.5, leading=1.75), paragraph_style(14, leading=1.8)
    head.spaceAfter, head.keepWithNext = 1.5 * mm, 1
    story: list[Flowable] = [
        Paragraph(unit, paragraph_style(12)),
        Spacer(0, 4 * mm),
        Paragraph(paper.title, paragraph_style(20, leading=1.35)),
        Spacer(0, 2 * mm),
        Paragraph(number, paragraph_style(10.5)),
        Spacer(0, 8 * mm),
    ]
    sections = chance.randint(3, 5)
    for place, heading in enumerate(_HEADINGS[paper.language][:sections]):
        story.append(Paragraph(heading, head))
        for _ in range(chance.randint(2, 3)):
            said = chance.sample(_SENTENCES[paper.language], chance.randint(4, 6))
            story += [Paragraph(("" if paper.language == "zh" else " ").join(said), body), Spacer(0, 2 * mm)]
        if place == 2:  # noqa: PLR2004 - the third section carries the figures
            story += [_figures(paper.language, chance), Spacer(0, 5 * mm)]
    if paper.photograph:
        story += [PageBreak(), _Photograph(chance)]
    return story


class _Photograph(Flowable):
    """A picture of a test range at night that fills its page."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._picture = _night(chance)

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        left, bottom = self.canv.absolutePosition(0, 0)
        self.canv.drawImage(ImageReader(self._picture), -left, -bottom, *A4)


def _night(chance: random.Random) -> Image.Image:
    """Return a dark hillside with masts and lamps, as tall as a page."""
    width, height = 420, 594
    picture = Image.linear_gradient("L").resize((width, height)).point(lambda grey: 18 + grey // 6)
    pen = ImageDraw.Draw(picture)
    pen.polygon([(0, 430), (130, 360), (260, 400), (420, 330), (420, 594), (0, 594)], fill=26)
    for x in range(40, width, 62):
        top = chance.randint(180, 260)
        pen.line([(x, 470), (x, top)], fill=92, width=3)
        pen.line([(x - 16, top + 14), (x + 16, top + 14)], fill=92, width=2)
        pen.ellipse([x - 3, top - 6, x + 3, top], fill=190)
    for _ in range(60):
        x, y = chance.randint(0, width), chance.randint(480, height)
        pen.ellipse([x - 1, y - 1, x + 1, y + 1], fill=chance.randint(60, 150))
    return picture


def _figures(language: str, chance: random.Random) -> Table:
    head, items = _TABLE[language]
    rows = []
    for item in items:
        before, now = chance.randint(120, 900), chance.randint(120, 900)
        rows.append(
            [item, f"{now}.{chance.randint(0, 9)}", f"{before}.{chance.randint(0, 9)}", f"{now - before:+d}"]
        )
    table = Table([list(head), *rows], colWidths=[52 * mm, 30 * mm, 30 * mm, 30 * mm], hAlign="LEFT")
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), FONT, 10.5),
            ("TEXTCOLOR", (0, 0), (-1, -1), INK),
            ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
            ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
            ("LINEBELOW", (0, 0), (-1, 0), 0.4, INK),
            ("LINEBELOW", (0, -1), (-1, -1), 0.8, INK),
        ]
    )
    return table
