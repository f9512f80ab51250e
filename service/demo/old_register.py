"""The paper register that the invented company kept before: a table, taken over by the product's own import."""

from datetime import timedelta
from typing import Final

from registry.rules.imports import ImportKind
from service.demo import company
from service.demo.story import HOUR, Story
from service.flows import importing

NAME: Final = "纸质登记簿.csv"
ENCODING: Final = "gb18030"
HOLDER: Final = company.staff_no("holder")
TABLE: Final = f"""\
发文字号,发文单位,文件名称,密级,保密期限,页数,份号,状态,领用人,领用日期,备注
研发字〔2019〕12号,研发中心,早期导航算法总结,机密,20年,18,1,在库,,,甲柜二层
研发字〔2019〕12号,研发中心,,,,,2,在持,{HOLDER},2019-06-03,
研发字〔2019〕12号,研发中心,,,,,3,已销毁,,2022-11-18,
研发字〔2019〕12号,研发中心,,,,,4,作废,,,
财务字〔2020〕5号,财务部,Audit working papers 2019,秘密,10年,24,1,在库,,,乙柜一层
财务字〔2020〕5号,财务部,,,,,2,在库,,,乙柜一层
"""


def plan(story: Story) -> None:
    """Put the import on the story's agenda."""
    story.timeline.at(story.today - timedelta(days=20) + 7 * HOUR, lambda: _take_over(story))


def _take_over(story: Story) -> None:
    clerk = story.cast.actors["clerk"]
    import_id = importing.offer(story.runtime, clerk, ImportKind.COPIES, TABLE.encode(ENCODING), name=NAME)
    importing.apply(story.runtime, clerk, import_id)
